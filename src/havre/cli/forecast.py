"""``havre forecast``: make a forecast release and show the next twelve months."""

from datetime import UTC, date, datetime
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from havre.cli.console import number, per_cent, progress_bar, say_reference, stdout, table, write_json
from havre.cli.language import language, tell
from havre.cli.options import (
    DEFAULT_SEED,
    Day,
    Destination,
    Draws,
    Horizons,
    Json,
    LeaveOutGaps,
    Measure,
    NoCache,
    NoCompletion,
    Origin,
    Panel,
    Purpose,
    Rounding,
    Seed,
    Source,
    Threshold,
    Workers,
    kept_forecasts,
    parse_day,
    requests,
)
from havre.cli.plots import PictureFile, Plot, forecast_picture, plots_wanted
from havre.cli.small_counts import THRESHOLD
from havre.months import add_months
from havre.texts import say

if TYPE_CHECKING:
    from havre.record.tables import Release

TOP = 10
FIRST_COLUMN = 24
"""Characters kept for the months and the names of the last rows."""
FOOTER = 4
"""Rows that stand apart under the months."""


def forecast(
    measure: Measure = None,
    destination: Destination = None,
    origin: Origin = None,
    source: Source = None,
    panel: Panel = None,
    known_on: Day = None,
    horizons: Horizons = 12,
    draws: Draws = 1000,
    threshold: Threshold = THRESHOLD,
    rounding: Rounding = 1,
    purpose: Purpose = None,
    out: Annotated[Path | None, typer.Option("--out", help=tell("option.out"))] = None,
    made_on: Annotated[
        date | None, typer.Option("--date", parser=parse_day, metavar="DAY", help=tell("option.date"))
    ] = None,
    leave_out_gaps: LeaveOutGaps = False,  # noqa: FBT002 - a flag of the command line
    no_completion: NoCompletion = False,  # noqa: FBT002 - a flag of the command line
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    no_cache: NoCache = False,  # noqa: FBT002 - a flag of the command line
    explain: Annotated[bool, typer.Option("--explain", help=tell("option.explain"))] = False,  # noqa: FBT002
    plot: Plot = False,  # noqa: FBT002
    picture: PictureFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Make a release; the help text stands in the catalogue."""
    from havre.forecast.outlook import OutlookOptions
    from havre.pipeline import check_output, explain_release, find_scopes, forecast_release, load_panel, publish
    from havre.scale import usable_workers

    asked = requests(measure=measure, destination=destination, origin=origin, source=source)
    wanted_plots = plots_wanted(plot=plot, file=picture, as_json=as_json)
    day = made_on or datetime.now(UTC).date()
    folder = out or _free_folder(Path("releases") / f"havre-{day:%Y-%m-%d}")
    check_output(folder)
    data = load_panel(panel)
    scopes = find_scopes(data.known_on(known_on).observations, asked)
    # The reference snapshot has known gaps (small destinations): its release names them and goes on.
    lenient = leave_out_gaps or panel is None
    options = OutlookOptions(
        horizons=horizons,
        draws=draws,
        seed=seed,
        leave_out_gaps=lenient,
        complete_recent=not no_completion,
        workers=workers or usable_workers(),
        kept=kept_forecasts(no_cache=no_cache),
    )
    with progress_bar() as progress:
        made = forecast_release(
            data,
            scopes,
            options,
            made_on=day,
            threshold=threshold,
            rounding=rounding,
            # Nobody is kept from seeing small counts of their own panel: the release tells what it is for.
            purpose=purpose or (say("cli", "forecast.own_use", "en") if threshold < 2 else None),
            known_on=known_on,
            progress=progress,
        )
    release = made.release
    further = explain_release(made, workers=options.workers) if explain else None
    written = publish(release, folder, further)
    if as_json:
        write_json(_summary(release, written))
    else:
        show_release(release, written)
    wanted_plots.show(lambda: forecast_picture(release))


def _free_folder(folder: Path) -> Path:
    """Give the folder, or the first of ``folder-2``, ``folder-3``, … that is not there yet."""
    numbered = (folder.with_name(f"{folder.name}-{number}") for number in count(2))
    return next(free for free in chain((folder,), numbered) if not free.exists())


def show_release(release: "Release", folder: Path) -> None:
    """Print what a release says: the last month of data first, each scope month by month, then where it was written."""
    console = stdout()
    console.print(f"[bold]{tell('forecast.automated')}[/bold]")
    if release.facts.hides_nothing:
        console.print(f"[bold red]{tell('forecast.open', threshold=release.facts.threshold)}[/bold red]")
    if release.facts.reference_only:
        say_reference()
    for scope in release.series["scope"].unique(maintain_order=True):
        _show_scope(release, str(scope))
    left_out = release.facts.options["left_out"]
    dropped = sum(len(problems) for problems in left_out.values()) if isinstance(left_out, dict) else 0
    if dropped:
        console.print(tell("forecast.left_out", count=dropped))
    console.print(tell("forecast.how_to_read", threshold=release.facts.threshold))
    console.print(tell("forecast.release", path=folder), soft_wrap=True)
    console.print(tell("forecast.report", path=folder / "report.html"), soft_wrap=True)


def _show_scope(release: "Release", scope: str) -> None:
    import polars as pl

    from havre.panel.measures import measure

    series = release.series.filter(pl.col("scope") == scope).with_columns(is_total=pl.col("level") == "total")
    ordered = series.sort("is_total", "recent_mean", descending=[True, True], nulls_last=True)
    shown = ordered.head(TOP + 1 if ordered["is_total"].any() else TOP).to_dicts()
    ends = sorted({f"{end:%Y-%m}" for end in ordered["last_month"]})
    counted = measure(str(ordered["measure"][0]))
    name = f"{counted.name(language())}, {counted.unit_name(language())}"
    console = stdout()
    console.print()
    console.print(f"[bold reverse] {name} ({scope}) [/bold reverse]")
    console.print(f"[bold]{tell('forecast.loud', months=' … '.join(dict.fromkeys((ends[0], ends[-1]))))}[/bold]")
    columns = [_column(release, row) for row in shown]
    width = max(len(cell) for column in columns for cell in column) + 2
    beside = max(1, (console.width - FIRST_COLUMN) // width)
    # Months stand in rows where all series of a block end together; else rows are months after each one's own end.
    for start in range(0, len(shown), beside):
        block = columns[start : start + beside]
        same_end = len({row["last_month"] for row in shown[start : start + beside]}) == 1
        first = _first_column(shown[start]["last_month"], release.forecasts["horizon"].max(), months=same_end)
        names, *rows = zip(first, *block, strict=True)
        table("", list(names), [list(row) for row in rows], footer=FOOTER)


def _first_column(last_month: date, horizons: object, *, months: bool) -> list[str]:
    steps = range(1, int(str(horizons)) + 1)
    labels = [f"{add_months(last_month, h):%Y-%m}" if months else f"+ {h}" for h in steps]
    footer = [tell("forecast.together"), *(tell(f"forecast.{name}") for name in ("last_month", "skill", "held"))]
    return [tell("forecast.month"), *labels, *footer]


def _column(release: "Release", row: dict[str, Any]) -> list[str]:
    """Give one series as a column of cells: name, a cell per horizon, then last month, skill and coverage."""
    import polars as pl

    of_series = [pl.col(name) == row[name] for name in ("scope", "origin", "destination")]
    ensemble = release.forecasts.filter(pl.col("model") == release.facts.ensemble, *of_series)
    months = [
        dict(rows.select("quantile", "value").iter_rows())
        for _, rows in ensemble.group_by("horizon", maintain_order=True)
    ]
    cells = [_cell(at, release.facts.threshold) for at in months]
    held = "–" if row["coverage_80"] is None else f"{100 * row['coverage_80']:.0f} %"
    return [_name(row), *cells, _together(months), f"{row['last_month']:%Y-%m}", per_cent(row["wis_ratio"]), held]


def _together(months: list[dict[float, float | None]]) -> str:
    """Add up the months, as if they were high or low together: draws keep their rank over the months, so quantiles of
    the months add up to quantiles of the sum. That gives the sum its largest variance.
    """
    if any(at[0.5] is None for at in months):
        return "–"
    middle, low, high = (sum(at[level] or 0.0 for at in months) for level in (0.5, 0.1, 0.9))
    return f"{number(middle)} ({number(low)}–{number(high)})"


def _cell(at: dict[float, float | None], threshold: int) -> str:
    if at[0.5] is None:
        return f"< {threshold}"
    return f"{number(at[0.5])} ({number(at[0.1])}–{number(at[0.9])})"


def _name(row: dict[str, Any]) -> str:
    from havre.places import place_name

    by_destination = str(row["scope"]).endswith("/destination")
    varying, fixed = (row["destination"], row["origin"]) if by_destination else (row["origin"], row["destination"])
    if row["level"] != "total":
        return place_name(varying, language())
    return tell("forecast.total", place="" if fixed == "TOT" else place_name(fixed, language())).strip()


def _summary(release: "Release", folder: Path) -> dict[str, object]:
    from havre.record.folder import forecast_table

    facts = release.facts
    return {
        "release": str(folder),
        "report": str(folder / "report.html"),
        "id": facts.id,
        "automated": True,
        "reference_snapshot": facts.reference_only,
        "code_version": facts.code_version,
        "seed": facts.seed,
        "series": release.series.to_dicts(),
        "forecast": forecast_table(release).to_dicts(),
    }
