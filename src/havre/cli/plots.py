"""``--plot`` and ``--picture``: what the commands found, as charts in the terminal and as files."""

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import stdout
from havre.cli.language import language
from havre.texts import BETWEEN, say

if TYPE_CHECKING:
    import polars as pl

    from havre.draws import Floats, SeriesKey
    from havre.evaluate.protocol import Scorecard
    from havre.forecast.account import Account
    from havre.forecast.alarms import AlarmOutlook, SurgeWatch
    from havre.forecast.league import League
    from havre.forecast.scenarios import ScenarioDraws
    from havre.forecast.scope_draws import ScopeDraws
    from havre.pictures import Chart, Picture
    from havre.record.tables import Release
    from havre.record.wording import Wording

HISTORY_MONTHS = 36
SHOWN_HORIZONS = (1, 2, 3, 6, 12)
MOST_CHARTS, MOST_ALARMS = 8, 20
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``pictures`` in the language of this process."""
    return say("pictures", key, language(), **fields)


Plot = Annotated[bool, typer.Option("--plot", help=tell("option.plot"))]
PictureFile = Annotated[Path | None, typer.Option("--picture", metavar="FILE", help=tell("option.picture"))]


@dataclass(frozen=True)
class PlotsWanted:
    """Where charts are wanted: in the terminal, in a file; ``quiet`` where standard output holds JSON alone."""

    terminal: bool
    file: Path | None
    quiet: bool

    def show(self, make: "Callable[[], Picture]") -> None:
        """Make the picture where one is wanted, draw it and write it.

        Raises
        ------
        FileError : the file cannot be written
        """
        if not self.terminal and self.file is None:
            return
        from havre.pictures import draw_text, write_picture

        picture = make()
        if self.terminal:
            sys.stdout.write("\n" + draw_text(picture, stdout().width, ascii_only=_only_ascii(sys.stdout.encoding)))
        if self.file is not None:
            write_picture(picture, self.file)
            if not self.quiet:
                stdout().print(tell("written", path=self.file), soft_wrap=True, markup=False)


def plots_wanted(*, plot: bool, file: Path | None, as_json: bool) -> PlotsWanted:
    """Check the options for charts, before the work begins.

    Raises
    ------
    FileError : the file ends in neither ``.svg`` nor ``.png``, or its folder is not there
    ForecastError : the packages that draw are not installed
    """
    if plot and as_json:
        raise typer.BadParameter(tell("json_and_plot"))
    if plot or file:
        from havre.pictures import check_picture_file, check_terminal_plots

        if plot:
            check_terminal_plots()
        if file:
            check_picture_file(file)
    return PlotsWanted(plot, file, as_json)


def _only_ascii(encoding: str | None) -> bool:
    """Tell whether an encoding lacks the signs that charts are drawn with."""
    try:
        "●◆·█┃┤é’".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def forecast_picture(release: "Release") -> "Picture":
    """Draw the total of each scope, or its largest series, from the protected tables of a release alone."""
    from havre.pictures import Picture

    words, facts = _words(), release.facts
    chosen = (
        release.series.with_columns(is_total=release.series["level"] == "total")
        .sort("is_total", "recent_mean", descending=[True, True], nulls_last=True, maintain_order=True)
        .unique("scope", keep="first", maintain_order=True)
    )
    scopes = release.series["scope"].unique(maintain_order=True).to_list()
    rows = sorted(chosen.to_dicts(), key=lambda row: scopes.index(row["scope"]))
    notes = [tell("not_a_promise"), tell("hidden", threshold=facts.threshold)]
    if facts.reference_only:
        notes.append(tell("reference", last=words.month(max(row["last_month"] for row in rows))))
    names = [_series_name(row, words) for row in rows]
    # Where two scopes hold a series of the same name, their codes tell them apart.
    titles = [
        f"{name}, {row['scope']}" if names.count(name) > 1 else name for name, row in zip(names, rows, strict=True)
    ]
    charts = tuple(_fan(release, row, title) for row, title in list(zip(rows, titles, strict=True))[:MOST_CHARTS])
    notes += [tell("left_out", count=len(rows) - MOST_CHARTS)] if len(rows) > MOST_CHARTS else []
    credits_ = [credit.attribution for credit in facts.sources]
    heading = tell("forecast.heading", date=words.day(facts.made_on))
    return Picture(heading, charts, (*credits_, *notes, tell("automated")), language())


def _series_name(row: dict[str, object], words: "Wording") -> str:
    name = words.series(*(str(row[part]) for part in ("measure", "origin", "destination")))
    return tell("forecast.series", series=name, source=row["source"])


def _fan(release: "Release", row: dict[str, object], title: str) -> "Chart":
    import polars as pl

    from havre.pictures import FanChart

    of_series = [pl.col(name) == row[name] for name in ("scope", "origin", "destination")]
    history = release.history.filter(*of_series).sort("period").tail(HISTORY_MONTHS)
    forecast = release.forecasts.filter(pl.col("model") == release.facts.ensemble, *of_series)
    return FanChart(
        title,
        _unit(str(row["measure"])),
        history.select(pl.col("period").alias("month"), "value"),
        forecast.select(pl.col("target_month").alias("month"), "quantile", "value"),
    )


def league_picture(judged: "Sequence[League]", seed: int) -> "Picture":
    """Draw the ratios to the best naive and the coverage of each part of a public panel, at the test origins."""
    from havre.pictures import Picture

    charts: list[Chart] = []
    for each in judged:
        what = f"{each.panel.id}, {say('league', f'panel.{each.panel.part}', language())}"
        charts += card_charts(what, each.card, seed)
    sources = _credits(scope.source for each in judged for scope in each.panel.scopes)
    heading = tell("league.heading", panel=judged[0].panel.name)
    return Picture(heading, tuple(charts), (*sources, tell("league.note"), tell("automated")), language())


def backtest_picture(judged: "Sequence[tuple[str, str, Scorecard]]", seed: int) -> "Picture":
    """Draw the same for scopes: name, source and scores of each."""
    from havre.pictures import Picture

    charts = [chart for name, _, card in judged for chart in card_charts(name, card, seed)]
    notes = (*_credits(source for _, source, _ in judged), tell("league.note"), tell("automated"))
    return Picture(tell("backtest.heading"), tuple(charts), notes, language())


def card_charts(what: str, card: "Scorecard", seed: int) -> "list[Chart]":
    """Chart a scorecard: ratios of every model, and the coverage of the ensemble or of the last model."""
    import polars as pl

    from havre.evaluate.compare import bootstrap_table, league_table
    from havre.forecast.models import ENSEMBLE
    from havre.pictures import CalibrationChart, LeagueChart

    shown = pl.col("horizon").is_in(SHOWN_HORIZONS)
    table = league_table(card).filter(shown)
    known = bootstrap_table(card, seed=seed).select("model", pl.col("horizon").cast(pl.Int64), "low", "high")
    told: dict[str, pl.Expr] = {
        "baseline": pl.col("kind") == "baseline",
        "horizon": pl.col("horizon").cast(pl.Int64),
        "ratio": pl.col("wis_ratio"),
    }
    ratios = table.select("model", **told).join(known, on=["model", "horizon"], how="left", maintain_order="left")
    hidden = [pl.when(~pl.col("baseline")).then(pl.col(name)).alias(name) for name in ("low", "high")]
    model = ENSEMBLE if ENSEMBLE in card.models else card.models[-1]
    columns = [f"coverage_{level}" for level in (50, 80, 90, 95)]
    coverage = table.filter(pl.col("model") == model).unpivot(columns, index="horizon", value_name="observed")
    nominal = pl.col("variable").str.strip_prefix("coverage_").cast(pl.Float64) / 100
    return [
        LeagueChart(tell("league.title", what=what), ratios.with_columns(hidden)),
        CalibrationChart(
            tell("calibration.title", what=what, model=model),
            coverage.select("horizon", nominal.alias("nominal"), pl.col("observed").fill_nan(None)),
        ),
    ]


def alarms_picture(found: "Sequence[AlarmOutlook]", budget: float, *, reference: bool) -> "Picture":
    """Draw the chance of a surge against its threshold, for each series in its likeliest month, alarms first."""
    import polars as pl

    from havre.pictures import AlarmsChart, Picture

    words, charts = _words(), []
    for outlook in found:
        watched = list(_likeliest(outlook))
        rows = [
            (tell("alarms.row", series=words.corridor(watch.key.origin, watch.key.destination),
                  month=words.month(watch.month).replace(" ", "\u00a0")), watch.chance, watch.threshold, watch.alarm)
            for watch in watched[:MOST_ALARMS]
        ]  # fmt: skip
        schema = {"name": pl.String, "chance": pl.Float64, "threshold": pl.Float64, "alarm": pl.Boolean}
        chances = pl.DataFrame(rows, schema=schema, orient="row")
        title = tell("alarms.title", scope=outlook.scope.id)
        charts.append(AlarmsChart(title, chances, max(0, len(watched) - MOST_ALARMS)))
    notes = [*_credits(outlook.scope.source for outlook in found), tell("alarms.note", budget=f"{budget:g}")]
    if reference:
        last = max(watch.origin for outlook in found for watch in outlook.watched)
        notes.append(tell("reference", last=words.month(last)))
    return Picture(tell("alarms.heading"), tuple(charts), (*notes, tell("automated")), language())


def _likeliest(outlook: "AlarmOutlook") -> "Iterable[SurgeWatch]":
    found: dict[SeriesKey, SurgeWatch] = {}
    for watch in (*outlook.alarms, *outlook.watched):
        found.setdefault(watch.key, watch)
    return found.values()


def drivers_picture(account: "Account", *, reference: bool) -> "Picture":
    """Draw how the drivers lead from the last value to the median, in whole persons that add up."""
    import polars as pl

    from havre.pictures import DriversChart, Picture

    words, told = _words(), account.explanation
    whole = told.whole_persons()
    ordered = [name for name in sorted(whole, key=lambda name: -abs(told.drivers[name])) if whole[name]]
    rows = [(say("explain", f"driver.{name}", language()), whole[name]) for name in ordered]
    series = words.series(told.key.measure, told.key.origin, told.key.destination)
    chart = DriversChart(
        tell("drivers.title", series=series, month=words.month(account.month)),
        _unit(told.key.measure),
        (tell("drivers.start", month=words.month(account.origin)), round(told.reference)),
        (tell("drivers.end"), round(told.figure)),
        pl.DataFrame(rows, schema={"name": pl.String, "persons": pl.Int64}, orient="row"),
    )
    notes = [*_credits([account.scope.source]), tell("drivers.note"), tell("not_a_promise")]
    notes += [tell("reference", last=words.month(account.origin))] if reference else []
    return Picture(tell("drivers.heading"), (chart,), (*notes, tell("automated")), language())


def scenario_picture(shown: "Sequence[tuple[ScopeDraws, ScenarioDraws, Sequence[int]]]") -> "Picture":
    """Draw base and IF of the series that change most; ``shown`` gives their rows, the most changed first."""
    from havre.pictures import Picture, ScenarioChart

    words, charts = _words(), []
    for _, made, rows in shown:
        base, changed = made.base.quantiles(LEVELS), made.if_quantiles(LEVELS)
        for row in rows:
            key = made.keys[row]
            series = words.series(key.measure, key.origin, key.destination)
            named = made.scenario.name or _supposed(made, words)
            tables = (_quantile_rows(made.target_months, values[row]) for values in (base, changed))
            charts.append(ScenarioChart(series, named, _unit(key.measure), *tables))
    notes = [tell("not_a_forecast"), *_credits(base.scope.source for base, _, _ in shown), tell("automated")]
    return Picture(tell("scenario.heading"), tuple(charts[:MOST_CHARTS]), tuple(notes), language())


def _supposed(made: "ScenarioDraws", words: "Wording") -> str:
    """Name what is supposed: each event with its place, or all places, and its first month."""
    said = []
    for kind in ("close", "open", "shock", "level", "season"):
        for event in getattr(made.scenario, kind):
            codes = [getattr(event, name, None) for name in ("origin", "destination")]
            places = [words.place(code) for code in codes if code]
            start = words.month(max(event.start, made.target_months[0]))
            said.append(tell(f"event.{kind}", place=" → ".join(places) or tell("event.everywhere"), month=start))
    return BETWEEN[language()].join(said)


def _quantile_rows(months: Sequence[object], values: "Floats") -> "pl.DataFrame":
    import polars as pl

    rows = [
        (month, level, float(value))
        for month, at in zip(months, values, strict=True)
        for level, value in zip(LEVELS, at, strict=True)
    ]
    return pl.DataFrame(rows, schema={"month": pl.Date, "quantile": pl.Float64, "value": pl.Float64}, orient="row")


def _credits(names: Iterable[str]) -> list[str]:
    from havre.sources.catalogue import source

    return [source(name).attribution for name in dict.fromkeys(names)]


def _unit(measure: str) -> str:
    from havre.panel.measures import measure as known

    return tell("persons_a_month", unit=known(measure).unit_name(language()))


def _words() -> "Wording":
    from havre.pipeline import measure_names
    from havre.record.wording import Wording

    return Wording(language(), measure_names())
