"""Forecast draws of everything in a scope from one common last month, for what is computed on top of a forecast."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from havre.draws import Draws, SeriesKey
from havre.errors import Problem
from havre.evaluate.protocol import check_horizons
from havre.forecast.coherence import draw_coherent, with_rest
from havre.forecast.models import ENSEMBLE
from havre.forecast.teaching import teaching_series
from havre.panel.scope import Scope, check_wanted, scope_series
from havre.panel.series import MonthlySeries, monthly_series, to_months
from havre.panel.vintage import latest


@dataclass(frozen=True)
class ScopeDraws:
    """Draws of a scope with the history they were made from.

    ``ended`` are series that have no value in the common last month; ``broken`` tells which have a gap.
    """

    scope: Scope
    draws: Draws
    history: MonthlySeries
    ended: tuple[SeriesKey, ...]
    broken: tuple[Problem, ...]


def draw_scope(
    panel: pl.DataFrame, scope: Scope, *, horizons: int, draws: int, seed: int, leave_out_gaps: bool = False
) -> ScopeDraws:
    """Draw the ensemble's forecast of all series of a scope, as a release does.

    What is too small to be forecast is in one rest, so that all of them make the total. All start from the last month
    in which most series have their end; the later of two where as many end.

    Raises
    ------
    ForecastError : the horizon is outside 1 to 12, a series has a gap, or there is nothing in the scope
    PlaceError : a code that was asked for has no series
    """
    check_horizons(horizons)
    series, broken = scope_series(panel, scope, leave_out_gaps=leave_out_gaps)
    check_wanted(scope, series)
    history = series.until(common_end(series))
    known = teaching_series(history)
    if not known.keys:
        known = history
    made = draw_coherent(history, known, (ENSEMBLE,), scope, horizons=horizons, draws=draws, seed=seed)[ENSEMBLE]
    last = [row for row, key in enumerate(history.keys) if np.isnan(history.values[row, -1])]
    ended = tuple(history.keys[row] for row in last)
    made = with_rest(made, scope.by)
    return ScopeDraws(scope, made, history, ended, broken)


def common_end(series: MonthlySeries) -> date:
    """Give the month in which most series end; the later one where two have as many."""
    ends = [end for end in series.last_published() if end is not None]
    return max(set(ends), key=lambda end: (ends.count(end), end))


def corridor_history(panel: pl.DataFrame, scope: Scope) -> MonthlySeries | None:
    """Give all corridors (origin by destination) of the measure and source of a scope; ``None`` where there are none.

    People of unknown origin and corridors with a gap are left out.
    """
    every = latest(panel.filter(measure=scope.measure, source=scope.source))
    corridors = every.filter(~pl.col("origin").is_in(["TOT", "XXX"]))
    if to_months(corridors).drop_nulls("value").height == 0:
        return None
    covered = to_months(every).drop_nulls("value")["period"].unique().to_list()
    one_destination = corridors["destination"].n_unique() == 1
    # Where a country counts only what it reports, its own months are covered and not those of others.
    series, _ = monthly_series(corridors, covered=covered if one_destination else None, leave_out_gaps=True)
    return series
