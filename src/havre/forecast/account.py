"""The account of one forecast: what it was made from, why it says so, what would move it, and what was alike before.

It is made from the same months, series, draws and seed as the forecast of a release, so it explains that very figure.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from havre.draws import Floats, SeriesKey
from havre.errors import ForecastError, PanelError, Problem
from havre.evaluate.protocol import check_horizons
from havre.forecast.analogues import Analogue, nearest_past, would_follow
from havre.forecast.coherence import draw_coherent
from havre.forecast.completion import history_now, history_then
from havre.forecast.explain import Explanation, explain
from havre.forecast.models import ENSEMBLE, MEMBERS
from havre.forecast.sensitivity import Sensitivity, sensitivity
from havre.forecast.teaching import teaching_rows, too_short
from havre.months import add_months, month_index
from havre.panel.scope import TOTAL, Scope, check_wanted, history_known, scope_series, scopes_for
from havre.panel.series import MonthlySeries
from havre.sources.catalogue import source as source_terms


@dataclass(frozen=True)
class AccountOptions:
    """What an account depends on besides the panel and the series.

    ``horizon`` and ``month`` say which forecast is meant: see :func:`origin_and_horizon`. ``horizons``, ``draws`` and
    ``seed`` are those of the forecast; ``complete_recent`` too, see :mod:`havre.forecast.completion`; ``workers``
    changes nothing but the time it takes.
    """

    horizon: int | None = None
    month: date | None = None
    horizons: int = 12
    draws: int = 1000
    seed: int = 20_260_101
    with_sensitivity: bool = True
    analogues: int = 5
    leave_out_gaps: bool = False
    complete_recent: bool = True
    least_shown: float = 0.0
    workers: int = 1


@dataclass(frozen=True)
class Account:
    """Everything that is told of one forecast.

    Parameters
    ----------
    origin : last month that the forecast knew
    month : the month that it speaks of
    lead : whole months between the day when the origin was published and the month; below 0 it has begun by then
    recent : the last twelve months that the forecast knew, as published [persons]
    completed : what models were given for the last month: as published, or what such a month usually becomes [persons]
    sensitivity : ``None`` where it was not asked for
    analogues, followed : nearest past situations, and what each would mean for the month [persons]
    """

    scope: Scope
    origin: date
    month: date
    lead: int
    recent: tuple[float, ...]
    completed: float
    explanation: Explanation
    sensitivity: Sensitivity | None
    analogues: tuple[Analogue, ...]
    followed: Floats

    @property
    def smallest(self) -> float:
        """The smaller of the last value and the figure: what disclosure control has to look at [persons]."""
        return min(self.explanation.reference, self.explanation.figure)


def origin_and_horizon(last: date, horizon: int | None, month: date | None) -> tuple[date, int]:
    """Find which forecast is meant.

    Without a month: the forecast from the last published month, one month ahead where no horizon is given. A month
    after the last one alone is forecast from the last one; a month with a horizon is forecast that many months before
    it, which may be long ago; a month of the past alone, one month before it.

    Raises
    ------
    ForecastError : the horizon is outside 1 to 12, or the forecast would be made after the last published month
    """
    if month is None:
        return last, check_horizons(1 if horizon is None else horizon)
    ahead = month_index(month) - month_index(last)
    steps = check_horizons(horizon if horizon is not None else max(1, ahead))
    origin = add_months(month, -steps)
    if origin > last:
        raise ForecastError("forecast.origin_after_data", origin=f"{origin:%Y-%m}", last=f"{last:%Y-%m}")
    return origin, steps


def find_series(
    panel: pl.DataFrame,
    measure: str,
    *,
    destination: str | None = None,
    origin: str | None = None,
    source: str | None = None,
    leave_out_gaps: bool = False,
) -> tuple[Scope, MonthlySeries, SeriesKey]:
    """Find one series, with the scope in which it is forecast and the series beside it.

    A side that is not given is all of them together. Where several scopes have the series, the one that knows the
    latest month is taken.

    Raises
    ------
    PanelError, PlaceError : the measure or a place is not known, or nothing is counted there
    ForecastError : the series has a month missing in its middle, or there is no such series
    """
    key = SeriesKey(measure, origin or TOTAL, destination or TOTAL)
    found: list[tuple[date, Scope, MonthlySeries]] = []
    problems: list[Problem] = []
    for scope in _scopes_of(panel, key, source):
        series, broken = scope_series(panel, scope, leave_out_gaps=leave_out_gaps)
        problems += [problem for problem in broken if dict(problem.fields).get("key") == key]
        if key in series.keys:
            end = series.last_published()[series.keys.index(key)]
            found.append((end or date.min, scope, series))
        elif not broken:
            check_wanted(scope, series)
    if not found:
        raise ForecastError.all_of(problems or [Problem.of("forecast.no_series", what=key)])
    _, scope, series = max(found, key=lambda candidate: candidate[0])
    return scope, series, key


def _scopes_of(panel: pl.DataFrame, key: SeriesKey, source: str | None) -> tuple[Scope, ...]:
    """Find the scopes that may have a series; a total may be the sum of corridors, or published as such."""
    origin, destination = (None if code == TOTAL else code for code in (key.origin, key.destination))
    scopes = scopes_for(panel, key.measure, destination=destination, origin=origin, source=source)
    if origin is None and destination is not None:
        try:
            scopes += scopes_for(panel, key.measure, destination=destination, origin=TOTAL, source=source)
        except PanelError:
            # Nobody publishes this total: the sum of the corridors is left.
            return scopes
    return tuple(dict.fromkeys(scopes))


def _histories(
    panel: pl.DataFrame, scope: Scope, series: MonthlySeries, origin: date, *, is_last: bool, options: AccountOptions
) -> tuple[MonthlySeries, MonthlySeries]:
    """Give the months that a forecast knew as published, and as models were given them."""
    shown = series.until(origin) if is_last else history_known(panel, scope, series, origin)
    if not options.complete_recent:
        return shown, shown
    if is_last:
        return shown, history_now(panel, scope, series, origin)
    return shown, history_then(panel, scope, series, series.keys, origin)


def give_account(
    panel: pl.DataFrame, scope: Scope, series: MonthlySeries, key: SeriesKey, options: AccountOptions
) -> Account:
    """Explain one forecast of a series.

    Raises
    ------
    ForecastError : the history is too short for a forecast, a horizon is outside 1 to 12, or the month is too far off
    """
    last = series.last_published()[series.keys.index(key)] or series.last
    origin, horizon = origin_and_horizon(last, options.horizon, options.month)
    shown, whole = _histories(panel, scope, series, origin, is_last=origin == last, options=options)
    history = whole.select(teaching_rows(shown))
    if key not in history.keys or np.isnan(history.values[history.keys.index(key), -1]):
        raise ForecastError.all_of([too_short(key, origin)])
    seed, workers = options.seed, options.workers
    ahead, draws = max(options.horizons, horizon), options.draws
    asked = (*MEMBERS, ENSEMBLE)
    published = draw_coherent(whole, history, asked, scope, horizons=ahead, draws=draws, seed=seed)
    recent = tuple(shown.values[shown.keys.index(key), -12:].tolist())
    told = explain(history, key, horizon, horizons=ahead, made=published, published=recent[-1])
    moved = sensitivity(history, key, horizon, seed=seed, workers=workers) if options.with_sensitivity else None
    # Asked of the models alone, before reconciliation: told in proportion to the figure.
    moved = moved.in_proportion(told.figure) if moved else None
    alike = nearest_past(history, key, origin, count=options.analogues, least_shown=options.least_shown)
    terms = source_terms(scope.source).measures.get(scope.measure)
    return Account(
        scope=scope,
        origin=origin,
        month=add_months(origin, horizon),
        lead=horizon - 1 - (terms.lag_months if terms else 0),
        recent=recent,
        completed=float(history.values[history.keys.index(key), -1]),
        explanation=told,
        sensitivity=moved,
        analogues=alike,
        followed=would_follow(alike, history, key, horizon),
    )
