"""``havre league``: all models, baselines and peers side by side on a public panel."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import progress_bar, stdout, table, write_json
from havre.cli.language import language
from havre.cli.options import DEFAULT_SEED, Horizons, Json, NoCache, Seed, kept_forecasts
from havre.cli.panel import default_store
from havre.cli.plots import PictureFile, Plot, league_picture, plots_wanted
from havre.texts import MINUS, say

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from havre.evaluate.protocol import Scorecard
    from havre.forecast.league import League, LeagueOptions
    from havre.panel.public import PublicPanel

SHOWN_HORIZONS = (1, 2, 3, 6, 12)
LEVELS = (50, 80, 90, 95)
Cells = dict[tuple[str, int], str]
"""What a table shows for a model and a horizon."""


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``league`` in the language of this process."""
    return say("league", key, language(), **fields)


def league(
    panel: Annotated[str, typer.Option("--panel", help=tell("option.panel"))],
    store: Annotated[str | None, typer.Option("--store", help=tell("option.store"))] = None,
    peers: Annotated[bool, typer.Option("--peers", help=tell("option.peers"))] = False,  # noqa: FBT002
    model: Annotated[list[str] | None, typer.Option("--model", help=tell("option.model"))] = None,
    outside: Annotated[Path | None, typer.Option("--outside", help=tell("option.outside"))] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help=tell("option.fresh"))] = False,  # noqa: FBT002
    horizons: Horizons = 12,
    seed: Seed = DEFAULT_SEED,
    workers: Annotated[str | None, typer.Option("--workers", help=tell("option.workers"))] = None,
    no_cache: NoCache = False,  # noqa: FBT002 - a flag of the command line
    plot: Plot = False,  # noqa: FBT002
    picture: PictureFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Judge the models on a public panel; the help text stands in the catalogue."""
    from havre.evaluate.protocol import check_horizons
    from havre.forecast.league import LeagueOptions, judge_panel
    from havre.scale import parse_workers, usable_workers

    wanted_plots = plots_wanted(plot=plot, file=picture, as_json=as_json)
    processes, cluster = parse_workers(workers) if workers else (usable_workers(), None)
    options = LeagueOptions(
        models=chosen_models(model or (), peers=peers),
        horizons=check_horizons(horizons),
        seed=seed,
        fresh=fresh,
        workers=processes,
        cluster=cluster,
        kept=kept_forecasts(no_cache=no_cache),
    )
    parts = read_panel(panel, store)
    with progress_bar() as progress:
        judged = judge_panel(parts, options, outside=outside, progress=progress)
    if as_json:
        write_json(summary(judged, options))
    else:
        for each in judged:
            show(each, options)
    wanted_plots.show(lambda: league_picture(judged, options.seed))


def chosen_models(asked: Sequence[str], *, peers: bool) -> tuple[str, ...]:
    """Name the models to judge: the baselines always, then what was asked for, or all models.

    Raises
    ------
    ForecastError : a name is neither a model nor a peer
    """
    from havre.forecast.backtest import check_any_model
    from havre.forecast.models import ALL_MODELS, BASELINES
    from havre.forecast.peers import PEERS

    wanted = [check_any_model(name) for name in asked] or list(ALL_MODELS)
    return tuple(dict.fromkeys((*BASELINES, *wanted, *(PEERS if peers else ()))))


def read_panel(name: str, store: str | None) -> "tuple[PublicPanel, ...]":
    """Read the observations of a public panel and build it.

    Raises
    ------
    PanelError : there is no such panel, or its data have not been imported into the store
    FileError : the store cannot be read
    """
    from havre.panel.public import IMPORTED, check_public, public_panel
    from havre.panel.reference import load_reference
    from havre.panel.store import PanelStore

    letter = check_public(name)
    if letter not in IMPORTED:
        return public_panel(letter, load_reference())
    address = store or default_store(os.environ)
    return public_panel(letter, PanelStore(address).read(), store=address)


def summary(judged: "Sequence[League]", options: "LeagueOptions") -> dict[str, object]:
    """Tell everything as plain data."""
    return {
        "panel": judged[0].panel.name,
        "seed": options.seed,
        "draws": options.draws,
        "scores": "WIS over 23 quantiles; wis_ratio = mean WIS / mean WIS of the best naive; below 1 is better",
        "best_naive": "the baseline with the lowest mean score, chosen after the fact per horizon, scale and window",
        "interval": "95 %, two-way block bootstrap over series and blocks of six months of origins",
        "parts": [_part(each, options) for each in judged],
    }


def _part(judged: "League", options: "LeagueOptions") -> dict[str, object]:
    from havre.evaluate.alarms import alarm_table
    from havre.evaluate.calibration import coverage_table, upper_tail_table
    from havre.evaluate.compare import league_table

    card, seed = judged.card, options.seed
    ours = [name for name in card.models if name not in card.baselines]
    coverage = {name: _rows(coverage_table(card, name, seed=seed)) for name in ours}
    fresh: dict[str, object] | None = None
    if judged.fresh is not None:
        fresh = {
            "origins": _months(judged.fresh.origins),
            "table": _rows(league_table(judged.fresh, per_band=True)),
            "intervals": _intervals(judged.fresh, seed),
        }
    return {
        "part": judged.panel.part,
        "what": say("league", f"panel.{judged.panel.part}", "en"),
        "sources": sorted({scope.source for scope in judged.panel.scopes}),
        "series": [f"{key.origin}-{key.destination}" for key in card.keys],
        "origins": _months(card.origins),
        "table": _rows(league_table(card, per_band=True)),
        "intervals": _intervals(card, seed),
        "coverage": coverage,
        "upper_tail": _rows(upper_tail_table(card, seed=seed)),
        "alarms": _rows(alarm_table(card)),
        "never_used_in_development": fresh,
    }


def _months(origins: "Sequence[date]") -> list[str]:
    return [f"{origin:%Y-%m}" for origin in origins]


def _intervals(card: "Scorecard", seed: int) -> dict[str, list[dict[str, object]]]:
    """Give the ratios to the best naive with their intervals, of all that is not a baseline, on both scales."""
    import polars as pl

    from havre.evaluate.compare import bootstrap_table

    ours = ~pl.col("model").is_in(card.baselines)
    return {
        scale: _rows(bootstrap_table(card, seed=seed, log_scale=scale == "log1p").filter(ours))
        for scale in ("natural", "log1p")
    }


def _rows(frame: "pl.DataFrame") -> list[dict[str, object]]:
    """Give the rows with six digits; what is not a finite number is null, which JSON knows."""
    import polars as pl
    from polars import selectors

    numbers = selectors.float()
    return frame.with_columns(pl.when(numbers.is_finite()).then(numbers.round(6))).to_dicts()


def show(judged: "League", options: "LeagueOptions") -> None:
    """Print the tables of one part at a few horizons."""
    from havre.evaluate.compare import league_table

    card, panel = judged.card, judged.panel
    found = league_table(card, per_band=True)
    every = found.filter(band="all")
    facts = {"series": len(card.keys), "origins": len(card.origins), "span": _span(card)}
    stdout().print(f"[bold]{tell('intro', id=panel.id, what=tell(f'panel.{panel.part}'), **facts)}[/bold]")
    for line in _verdict(every, _ensemble_of(card)):
        stdout().print(line, soft_wrap=True)
    _show_ratios(card, every, options.seed, ("wis_ratio", "wis_ratio_log"))
    _print(card, tell("table.bands"), _by_band(found, card, "wis_ratio"))
    _print(card, tell("table.geometric_mean"), _cells(every, "geometric_mean"))
    for level in LEVELS:
        _print(card, tell("table.coverage", level=level), _cells(every, f"coverage_{level}"))
    last = _ensemble_of(card)
    rows = {(f"{level} % · {row['band']}", int(row["horizon"])): _cell(row[f"coverage_{level}"])
            for level in LEVELS for row in found.filter(model=last).iter_rows(named=True)}  # fmt: skip
    _print(card, tell("table.coverage_bands", model=last), rows)
    for column in ("above_95", "rmse_ratio"):
        _print(card, tell(f"table.{column}"), _cells(every, column))
    _show_alarms(card)
    _show_fresh(judged, options)


def _verdict(every: "pl.DataFrame", model: str) -> list[str]:
    """Say in words where a model loses to the best naive baseline, first, and where it gains."""
    ratios = {row["horizon"]: row["wis_ratio"] for row in every.filter(model=model).iter_rows(named=True)}
    known = {horizon: ratio for horizon, ratio in ratios.items() if ratio is not None}
    worse = {horizon: ratio for horizon, ratio in known.items() if ratio >= 1}
    better = {horizon: ratio for horizon, ratio in known.items() if ratio < 1}

    def listed(chosen: dict[int, float]) -> str:
        return ", ".join(
            f"{horizon} ({100 * (ratio - 1):+.0f} %)".replace("-", MINUS) for horizon, ratio in chosen.items()
        )

    lines = [tell("verdict.worse", model=model, months=listed(worse))] if worse else []
    return [*lines, tell("verdict.better", model=model, months=listed(better))] if better else lines


def _ensemble_of(card: "Scorecard") -> str:
    """Name the model whose coverage is shown by band: the ensemble where it is there."""
    from havre.forecast.models import ENSEMBLE

    return ENSEMBLE if ENSEMBLE in card.models else card.models[-1]


def _span(card: "Scorecard") -> str:
    return f"{card.origins[0]:%Y-%m} – {card.origins[-1]:%Y-%m}"


def _show_ratios(card: "Scorecard", found: "pl.DataFrame", seed: int, columns: Sequence[str], **titles: str) -> None:
    """Print the ratios to the best naive, those of models with their interval."""
    intervals = _intervals(card, seed)
    for column, scale in zip(columns, ("natural", "log1p"), strict=True):
        cells = _cells(found, column)
        for row in intervals[scale]:
            place = str(row["model"]), int(str(row["horizon"]))
            if row["ratio"] is not None:
                cells[place] = f"{row['ratio']:.3f} ({row['low']:.2f}–{row['high']:.2f})"
        _print(card, titles.get(column) or tell(f"table.{column}"), cells)


def _show_alarms(card: "Scorecard") -> None:
    from havre.evaluate.alarms import alarm_table

    found = alarm_table(card)
    for column in ("pr_auc", "recall"):
        _print(card, tell(f"table.{column}"), _cells(found, column))


def _show_fresh(judged: "League", options: "LeagueOptions") -> None:
    """Print the ratios at the origins that were never used in development, where they were asked for."""
    from havre.evaluate.compare import league_table

    if not options.fresh:
        return
    if judged.fresh is None:
        stdout().print(tell("fresh_none", id=judged.panel.id))
        return
    title = tell("table.wis_ratio_fresh", origins=len(judged.fresh.origins), span=_span(judged.fresh))
    log_title = tell("table.wis_ratio_log_fresh")
    titles = {"wis_ratio": title, "wis_ratio_log": log_title}
    _show_ratios(judged.fresh, league_table(judged.fresh), options.seed, ("wis_ratio", "wis_ratio_log"), **titles)


def _by_band(found: "pl.DataFrame", card: "Scorecard", column: str) -> Cells:
    """Give the cells of all that is not a baseline, one row per model and volume band."""
    rows = [row for row in found.iter_rows(named=True) if row["band"] != "all" and row["kind"] != "baseline"]
    rows.sort(key=lambda row: card.models.index(row["model"]))
    return {(f"{row['model']} · {row['band']}", int(row["horizon"])): _cell(row[column]) for row in rows}


def _cells(found: "pl.DataFrame", column: str) -> Cells:
    return {(row["model"], int(row["horizon"])): _cell(row[column]) for row in found.iter_rows(named=True)}


def _print(card: "Scorecard", title: str, cells: Cells) -> None:
    horizons = [h for h in SHOWN_HORIZONS if h <= card.horizons]
    names = dict.fromkeys(name for name, _ in cells)
    rows = [[name, *(cells.get((name, h), "–") for h in horizons)] for name in names]
    table(title, [tell("model"), *(f"h = {h}" for h in horizons)], rows)


def _cell(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.3f}"
