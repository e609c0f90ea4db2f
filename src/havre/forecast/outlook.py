"""The outlook of a scope: its track record first, then its forecasts, each from what was published by then."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import polars as pl

from havre.draws import Draws, SeriesKey
from havre.errors import ForecastError, Problem
from havre.evaluate.protocol import Scorecard, check_horizons, rolling_origins, select_series
from havre.forecast.backtest import DRAWS, LEAST_HISTORY, backtest
from havre.forecast.coherence import draw_coherent
from havre.forecast.completion import Changes, changes, history_now, history_then
from havre.forecast.kept import KeptForecasts
from havre.forecast.models import BASELINES, ENSEMBLE, MEMBERS
from havre.forecast.teaching import teaching_rows, too_short
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
    ``complete_recent`` replaces months that are still to be revised by what such months usually become, see
    :mod:`havre.forecast.completion`;
    ``workers`` and ``kept`` (where past forecasts are kept) change nothing but the time it takes.
    """

    horizons: int = 12
    draws: int = 1000
    seed: int = 20_260_101
    backtest_months: int = 13
    leave_out_gaps: bool = False
    complete_recent: bool = True
    workers: int = 1
    kept: KeptForecasts | None = None


@dataclass(frozen=True)
class Outlook:
    """Forecasts and track record of a scope.

    ``forecasts`` are draws by model, one mapping for each last published month; ``card`` holds the scores of past
    forecasts of all series (total included), ``None`` where the history is too short; ``left_out`` tells which
    series were left out and why: a gap, or too little history. ``histories`` are what the forecasts were made from, in
    their order: ``series`` up to their last month, with the recent months completed.
    """

    scope: Scope
    series: MonthlySeries
    forecasts: tuple[Mapping[str, Draws], ...]
    card: Scorecard | None
    left_out: tuple[Problem, ...]
    histories: tuple[MonthlySeries, ...] = ()

    def history(self, origin: date) -> MonthlySeries:
        """Give what the forecasts from a month were made from; what was published, where that is not known."""
        found = [history for history in self.histories if history.last == origin]
        return found[0] if found else self.series.until(origin)

    def completed(self) -> Changes:
        """Tell what completion changed in the series that are forecast."""
        parts = [
            changes(self.series.until(origin), self.history(origin), group[ENSEMBLE].keys)
            for group in self.forecasts
            for origin in [group[ENSEMBLE].origin]
        ]
        factors = [part.last_month_factor for part in parts if part.last_month_factor is not None]
        return Changes(
            sum(part.series for part in parts),
            max((part.months for part in parts), default=0),
            float(np.median(factors)) if factors else None,
        )


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
    card = track_record(panel, scope, series, pool, options, progress)
    ends = dict(zip(pool.keys, pool.last_published(), strict=True))
    asked = [series.keys[row] for row in wanted]
    origins = sorted({end for key, end in ends.items() if end and key in asked})
    histories = [_history(panel, scope, series, origin, options) for origin in origins]
    told = [tuple(key for key in pool.keys if key in asked and ends[key] == origin) for origin in origins]
    forecasts = _forecasts(series, histories, told, options, scope, progress)
    short = [too_short(key, series.last) for row, key in enumerate(series.keys) if row not in rows]
    return Outlook(scope, series, tuple(forecasts), card, (*broken, *short), tuple(histories))


def _history(
    panel: pl.DataFrame, scope: Scope, series: MonthlySeries, origin: date, options: OutlookOptions
) -> MonthlySeries:
    return history_now(panel, scope, series, origin) if options.complete_recent else series.until(origin)


def _forecasts(
    series: MonthlySeries,
    histories: Sequence[MonthlySeries],
    told: Sequence[tuple[SeriesKey, ...]],
    options: OutlookOptions,
    scope: Scope,
    progress: Progress | None,
) -> list[Mapping[str, Draws]]:
    """Forecast from each last published month; the ensemble is coherent with its total where both are known."""
    made: list[Mapping[str, Draws]] = []
    for number, (history, keys) in enumerate(zip(histories, told, strict=True), start=1):
        # Which series teach must not depend on later months, nor on what the last ones may become.
        known = history.select(teaching_rows(series.until(history.last)))
        drawn = draw_coherent(
            history,
            known,
            OUTLOOK_MODELS,
            scope,
            horizons=options.horizons,
            draws=options.draws,
            seed=options.seed,
        )
        made.append({model: draws.select(keys) for model, draws in drawn.items()})
        if progress:
            progress(f"{scope.id} forecast", number, len(histories))
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
    panel: pl.DataFrame,
    scope: Scope,
    everything: MonthlySeries,
    series: MonthlySeries,
    options: OutlookOptions,
    progress: Progress | None = None,
) -> Scorecard | None:
    """Score past forecasts at the origins of :func:`track_record_origins`; ``None`` where nothing can be judged.

    Each is made from what was known then (:func:`havre.panel.scope.history_known`), its recent months completed by what
    was usual by then.

    Parameters
    ----------
    everything : all series of the scope
    series : those that teach
    """
    origins = track_record_origins(series, options)
    judged = select_series(series, origins[0]) if origins else []
    if not judged:
        return None
    truth = series.select(judged)
    if options.complete_recent:
        history = partial(history_then, panel, scope, everything, truth.keys)
    else:
        history = partial(history_known, panel, scope, truth)
    return backtest(
        truth,
        origins,
        judged=list(range(len(judged))),
        history=history,
        models=JUDGED_MODELS,
        horizons=options.horizons,
        draws=DRAWS,
        seed=options.seed,
        workers=options.workers,
        kept=options.kept,
        progress=(lambda done: progress(f"{scope.id} backtest", done, len(origins))) if progress else None,
    )
