"""``havre backtest``: forecasts made again at past origins, against what came."""

from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import progress_bar, stdout, table, write_json
from havre.cli.language import tell
from havre.cli.options import (
    DEFAULT_SEED,
    Day,
    Destination,
    Horizons,
    Json,
    Origin,
    Panel,
    Seed,
    Source,
    Workers,
    request,
)
from havre.cli.plots import PictureFile, Plot, backtest_picture, plots_wanted

if TYPE_CHECKING:
    from datetime import date

    from havre.evaluate.protocol import Scorecard

SHOWN_HORIZONS = (1, 2, 3, 6, 12)


def backtest(
    measure: Annotated[str, typer.Option("--measure", help=tell("option.measure"))],
    first: Annotated[str, typer.Option("--from", help=tell("backtest.from"))],
    last: Annotated[str, typer.Option("--to", help=tell("backtest.to"))],
    destination: Destination = None,
    origin: Origin = None,
    source: Source = None,
    panel: Panel = None,
    known_on: Day = None,
    model: Annotated[list[str] | None, typer.Option("--model", help=tell("backtest.model"))] = None,
    horizons: Horizons = 12,
    seed: Seed = DEFAULT_SEED,
    workers: Workers = None,
    plot: Plot = False,  # noqa: FBT002
    picture: PictureFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Judge the models; the help text stands in the catalogue."""
    from havre.evaluate.protocol import rolling_origins
    from havre.forecast.models import ALL_MODELS, BASELINES, check_model
    from havre.months import parse_month
    from havre.pipeline import judge_scope, load_panel
    from havre.scale import usable_workers

    wanted_plots = plots_wanted(plot=plot, file=picture, as_json=as_json)
    wanted = tuple(check_model(name) for name in model or ())
    models = tuple(dict.fromkeys((*BASELINES, *wanted))) if wanted else ALL_MODELS
    origins = rolling_origins(parse_month(first), parse_month(last))
    data = load_panel(panel).known_on(known_on)
    asked = request(measure=measure, destination=destination, origin=origin, source=source)
    with progress_bar() as progress:
        judged = list(
            judge_scope(
                data,
                asked,
                origins,
                models=models,
                horizons=horizons,
                seed=seed,
                workers=workers or usable_workers(),
                progress=progress,
            )
        )
    if as_json:
        write_json({"backtests": [summary(scope.id, card, seed) for scope, card in judged]})
    else:
        for scope, card in judged:
            show(scope.id, card, origins)
    wanted_plots.show(lambda: backtest_picture([(scope.id, scope.source, card) for scope, card in judged], seed))


def summary(scope: str, card: "Scorecard", seed: int) -> dict[str, object]:
    """Tell a scorecard as plain data: relative WIS of every model per horizon against every baseline, and coverage."""
    from havre.evaluate.compare import league_table

    league = league_table(card)
    return {
        "scope": scope,
        "origins": [f"{origin:%Y-%m}" for origin in card.origins],
        "series": [f"{key.origin}-{key.destination}" for key in card.keys],
        "seed": seed,
        "scores": "WIS over 23 quantiles; relative_wis = mean WIS / mean WIS of the baseline; below 1 is better",
        "best_naive": "the baseline with the lowest mean score, chosen after the fact per horizon and scale",
        "horizons": [
            _horizon(card, rows.to_dicts(), seed) for _, rows in league.group_by("horizon", maintain_order=True)
        ],
    }


def _horizon(card: "Scorecard", rows: list[dict[str, object]], seed: int) -> dict[str, object]:
    return {
        "horizon": rows[0]["horizon"],
        "best_naive": rows[0]["best_naive"],
        "best_naive_log": rows[0]["best_naive_log"],
        "forecasts_scored": rows[0]["forecasts_scored"],
        "models": {str(row["model"]): _model(card, row, rows, seed) for row in rows},
    }


def _model(card: "Scorecard", row: dict[str, object], rows: list[dict[str, object]], seed: int) -> dict[str, object]:
    from havre.evaluate.compare import bootstrap_ratio

    baselines = [other for other in rows if other["model"] in card.baselines]
    found: dict[str, object] = {name: _rounded(row[name]) for name in ("wis", "wis_log", "rmse_ratio")}
    for scale, ending in (("", "wis"), ("_log", "wis_log")):
        found[f"relative_{ending}"] = {
            **{str(other["model"]): _divided(row[ending], other[ending]) for other in baselines},
            "best_naive": _rounded(row[f"wis_ratio{scale}"]),
        }
        if row["kind"] != "baseline":
            ratio = bootstrap_ratio(card, str(row["model"]), int(str(row["horizon"])), seed=seed, log_scale=bool(scale))
            found[f"relative_{ending}_interval_95"] = (
                None if ratio is None else [_rounded(ratio.low), _rounded(ratio.high)]
            )
    found["coverage"] = {name: _rounded(row[f"coverage_{name}"]) for name in ("50", "80", "90", "95")}
    found["missing"] = row["missing"]
    return found


def _divided(value: object, reference: object) -> float | None:
    if not isinstance(value, float) or not isinstance(reference, float) or not reference > 0:
        return None
    return _rounded(value / reference)


def _rounded(value: object) -> float | None:
    """Round to six digits; what is not a finite number is told as null, which JSON knows."""
    import math

    return round(value, 6) if isinstance(value, float) and math.isfinite(value) else None


def show(scope: str, card: "Scorecard", origins: "list[date]") -> None:
    """Print the league table: ratio to the best naive baseline per horizon, natural and log1p, and coverage of 80 %."""
    from havre.evaluate.compare import league_table

    league = league_table(card)
    horizons = [h for h in SHOWN_HORIZONS if h <= card.horizons]
    span = f"{origins[0]:%Y-%m} – {origins[-1]:%Y-%m}"
    stdout().print(tell("backtest.intro", scope=scope, series=len(card.keys), origins=len(card.origins), span=span))
    for column, title in (
        ("wis_ratio", "backtest.ratio"),
        ("wis_ratio_log", "backtest.ratio_log"),
        ("coverage_80", "backtest.coverage"),
    ):
        at = {(row["model"], row["horizon"]): row[column] for row in league.iter_rows(named=True)}
        rows = [[name, *(_cell(at[name, h]) for h in horizons)] for name in card.models]
        table(tell(title), [tell("backtest.model_column"), *(f"h = {h}" for h in horizons)], rows)


def _cell(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.3f}"
