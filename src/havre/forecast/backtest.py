"""The backtest: forecasts made again at past origins, each from what was known then, scored against what came."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from havre.draws import Draws
from havre.errors import ForecastError
from havre.evaluate.protocol import Forecasts, Scorecard, check_horizons, check_origins, score, select_series
from havre.forecast.models import ALL_MODELS, BASELINES, draw_all
from havre.panel.series import MonthlySeries
from havre.scale import spread

LEAST_HISTORY = 24
"""Months of history that an origin needs."""
DRAWS = 500


@dataclass(frozen=True)
class BacktestTask:
    """Everything that one origin of a backtest needs; it can be sent to another process."""

    history: MonthlySeries
    models: tuple[str, ...]
    horizons: int
    draws: int
    seed: int


def forecast_at(task: BacktestTask) -> dict[str, Draws]:
    """Make the forecasts of one origin."""
    return draw_all(task.history, task.models, task.horizons, task.draws, task.seed)


def backtest(
    series: MonthlySeries,
    origins: list[date],
    *,
    judged: list[int] | None = None,
    history: Callable[[date], MonthlySeries] | None = None,
    models: tuple[str, ...] = ALL_MODELS,
    horizons: int = 12,
    draws: int = DRAWS,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int], object] | None = None,
) -> Scorecard:
    """Forecast at every origin from nothing but the months up to it, and score.

    Parameters
    ----------
    series : the truth, as known today; all rows may teach a model
    origins : last published months to forecast from, in order
    judged : rows that are scored; by default those of :func:`havre.evaluate.protocol.select_series`
    history : what was known at an origin, with the rows of ``series``; by default the months of ``series`` up to it
    progress : called with the number of origins done

    Raises
    ------
    ForecastError : an origin lies outside the data, the horizon outside 1 to 12, or no series can be judged
    """
    check_horizons(horizons)
    check_origins(series, origins, LEAST_HISTORY)
    rows = select_series(series, origins[0]) if judged is None else judged
    if not rows:
        raise ForecastError("forecast.no_series", what=f"{len(series.keys)} series before {origins[0]:%Y-%m}")
    known_at = history or series.until
    tasks = [BacktestTask(known_at(origin), models, horizons, draws, seed) for origin in origins]
    forecasts: Forecasts = {}
    for done, (origin, made) in enumerate(zip(origins, spread(forecast_at, tasks, workers), strict=True), start=1):
        forecasts.update({(model, origin): draws_ for model, draws_ in made.items()})
        if progress:
            progress(done)
    known = tuple(name for name in models if name in BASELINES)
    return score(forecasts, series.select(rows), models, known, horizons)
