"""The outlook of a scope: its track record first, then its forecasts, each from what was published by then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

import polars as pl

from havre.draws import Draws, SeriesKey
from havre.errors import ForecastError, Problem
from havre.evaluate.protocol import Scorecard, check_horizons, rolling_origins, select_series
from havre.forecast.backtest import DRAWS, LEAST_HISTORY, backtest
from havre.forecast.coherence import draw_coherent
from havre.forecast.kept import KeptForecasts
from havre.forecast.models import BASELINES, ENSEMBLE, MEMBERS
from havre.forecast.teaching import teaching_rows, teaching_series, too_short
from havre.months import add_months, month_index
from havre.panel.scope import Scope, check_wanted, history_known, scope_series
from havre.panel.series import MonthlySeries

OUTLOOK_MODELS = (ENSEMBLE, *MEMBERS)
JUDGED_MODELS = tuple(dict.fromkeys((*BASELINES, *MEMBERS, ENSEMBLE)))
"""What the track record of a release holds: every baseline, and what the release is made of."""
_SHOWN = 20

Progress = Callable[[str, int, int], object]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class OutlookOptions:
    """What an outlook depends on besides the panel.

    ``leave_out_gaps`` leaves out series with a month missing in their middle, and tells so, instead of refusing all;
    ``workers`` and ``kept`` (where past forecasts are kept) change nothing but the time it takes.
    """

    horizons: int = 12
    draws: int = 1000
    seed: int = 20_260_101
    backtest_months: int = 13
    leave_out_gaps: bool = False
    workers: int = 1
    kept: KeptForecasts | None = None


@dataclass(frozen=True)
class Outlook:
    """Forecasts and track record of a scope.

    ``forecasts`` are draws by model, one mapping for each last published month; ``card`` holds the scores of past
    forecasts of all series (total included), ``None`` where the history is too short; ``left_out`` tells which
    series were left out and why: a gap, or too little history.
    """

    scope: Scope
    series: MonthlySeries
    forecasts: tuple[Mapping[str, Draws], ...]
    card: Scorecard | None
    left_out: tuple[Problem, ...]


def make_outlook(
    panel: pl.DataFrame, scope: Scope, options: OutlookOptions, progress: Progress | None = None
) -> Outlook:
    """Make the track record and the forecasts of one scope.

    Series whose last published month differs are forecast from their own last month, each from nothing but the
    panel up to that month.

    Raises
    ------
    ForecastError : a series has a gap, the horizon is outside 1 to 12, or no series has enough history
    PlaceError : a code that was asked for has no series
    """
    check_horizons(options.horizons)
    series, broken = scope_series(panel, scope, leave_out_gaps=options.leave_out_gaps)
    check_wanted(scope, series)
    rows = teaching_rows(series)
    wanted = [row for row in rows if scope.wants(series.keys[row])]
    if not wanted:
        short = [too_short(key, series.last) for key in series.keys if scope.wants(key)]
        raise ForecastError.all_of(short[:_SHOWN])
    pool = series.select(rows)
    card = track_record(panel, scope, pool, options, progress)
    forecasts = _forecasts(series, pool, [series.keys[row] for row in wanted], options, scope, progress)
    short = [too_short(key, series.last) for row, key in enumerate(series.keys) if row not in rows]
    return Outlook(scope, series, tuple(forecasts), card, (*broken, *short))


def _forecasts(
    series: MonthlySeries,
    pool: MonthlySeries,
    wanted: list[SeriesKey],
    options: OutlookOptions,
    scope: Scope,
    progress: Progress | None,
) -> list[Mapping[str, Draws]]:
    """Forecast from each last published month; the ensemble is coherent with its total where both are known."""
    ends = dict(zip(pool.keys, pool.last_published(), strict=True))
    origins = sorted({end for key, end in ends.items() if end and key in wanted})
    made: list[Mapping[str, Draws]] = []
    for number, origin in enumerate(origins, start=1):
        keys = tuple(key for key in pool.keys if key in wanted and ends[key] == origin)
        # Which series teach must not depend on later months either.
        known = teaching_series(pool.until(origin))
        drawn = draw_coherent(
            series.until(origin),
            known,
            OUTLOOK_MODELS,
            scope,
            horizons=options.horizons,
            draws=options.draws,
            seed=options.seed,
        )
        made.append({model: draws.select(keys) for model, draws in drawn.items()})
        if progress:
            progress(f"{scope.id} forecast", number, len(origins))
    return made


def track_record_origins(series: MonthlySeries, options: OutlookOptions) -> list[date]:
    """List the origins of the track record: the last ones whose forecasts can be scored at every horizon.

    They end so that half of the series have all their truth; none where the history is too short.
    """
    ends = sorted(end for end in series.last_published() if end)
    last = add_months(ends[(len(ends) - 1) // 2], -options.horizons)
    first = add_months(last, 1 - options.backtest_months)
    if month_index(first) - month_index(series.first) + 1 < LEAST_HISTORY:
        return []
    return rolling_origins(first, last)


def track_record(
    panel: pl.DataFrame, scope: Scope, series: MonthlySeries, options: OutlookOptions, progress: Progress | None = None
) -> Scorecard | None:
    """Score past forecasts at the origins of :func:`track_record_origins`; ``None`` where nothing can be judged.

    Each is made from what was known then: see :func:`havre.panel.scope.history_known`.
    """
    origins = track_record_origins(series, options)
    judged = select_series(series, origins[0]) if origins else []
    if not judged:
        return None
    truth = series.select(judged)
    return backtest(
        truth,
        origins,
        judged=list(range(len(judged))),
        history=partial(history_known, panel, scope, truth),
        models=JUDGED_MODELS,
        horizons=options.horizons,
        draws=DRAWS,
        seed=options.seed,
        workers=options.workers,
        kept=options.kept,
        progress=(lambda done: progress(f"{scope.id} backtest", done, len(origins))) if progress else None,
    )
