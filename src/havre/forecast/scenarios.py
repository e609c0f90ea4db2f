"""Scenarios: what the forecast would be *if* something happened, beside what it is, with the same randomness.

Base and scenario share every draw, so that their difference is the effect and not noise. People are conserved: who
does not come by a closed route comes by another one, is still under way, or does not arrive; in every draw these add
up. A scenario has a type of its own that nothing takes for a forecast.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from havre.draws import QUANTILE_LEVELS, Draws, Floats, SeriesKey
from havre.errors import ForecastError, Problem, check_none
from havre.forecast.scenario_arrivals import Arrivals
from havre.forecast.scenario_events import Event, Run, apply_event, is_part, leaves_of, rows_for
from havre.forecast.scenario_evidence import Evidence
from havre.forecast.scenario_settings import KINDS, Closing, Scenario, Shock
from havre.panel.series import MonthlySeries
from havre.scale import generator

_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Ledger:
    """Where the people are in whom scenario and base differ: arrays (horizon, draw) [persons].

    Parameters
    ----------
    added : come on top of the base, or fewer where negative (shock, opening, level, season)
    closed : would have come, but their route is closed, or they chose another that opened
    diverted : of those, came by another route in this month
    not_arriving : of those closed, never arrive (in the month in which they would have)
    under_way : array (draw); of those closed, arrive after the last month
    """

    added: Floats
    closed: Floats
    diverted: Floats
    not_arriving: Floats
    under_way: Floats


@dataclass(frozen=True)
class ScenarioDraws:
    """Conditional draws (“if”) paired with the draws of the base. Not a forecast, and not a :class:`Draws`.

    Parameters
    ----------
    scenario : what is supposed
    base : draws without it; totals are the sum of their parts in every draw
    if_values : array (series, horizon, draw): draw k is the same future as draw k of the base, but for the events
    ledger : where people went
    evidence : what the past says about the sizes, one entry for each quantity that was drawn

    Raises
    ------
    ForecastError : the shapes differ, a value is negative or not finite, or people are lost or made in a draw
    """

    scenario: Scenario
    base: Draws
    if_values: Floats
    ledger: Ledger
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        values = np.ascontiguousarray(self.if_values, dtype=np.float64)
        if values.shape != self.base.values.shape:
            raise ForecastError("draws.shape", shape=values.shape, series=len(self.base.keys))
        if not np.isfinite(values).all() or (values < 0).any():
            raise ForecastError("draws.values", key=self.scenario.name)
        values.flags.writeable = False
        object.__setattr__(self, "if_values", values)
        if not self._is_conserved():
            raise ForecastError("scenario.not_conserved", name=self.scenario.name)

    def _is_conserved(self) -> bool:
        rows, book = leaves_of(self.base.keys), self.ledger
        change = self.difference[rows].sum(axis=0)
        by_month = change - (book.added + book.diverted - book.closed)
        closed = book.closed.sum(axis=0)
        kept = closed - book.diverted.sum(axis=0) - book.not_arriving.sum(axis=0) - book.under_way
        # Sums of large numbers in another order differ in their last digits.
        size = 1 + np.abs(self.if_values[rows]).sum(axis=0) + np.abs(self.base.values[rows]).sum(axis=0)
        totals = self.base.values.shape[1] * _TOLERANCE * (1 + size.sum(axis=0))
        return bool((np.abs(by_month) <= _TOLERANCE * size).all() and (np.abs(kept) <= totals).all())

    @property
    def keys(self) -> tuple[SeriesKey, ...]:
        """The series."""
        return self.base.keys

    @property
    def target_months(self) -> tuple[date, ...]:
        """First day of the month of each horizon."""
        return self.base.target_months

    @property
    def difference(self) -> Floats:
        """What the events change, draw by draw: array (series, horizon, draw)."""
        return self.if_values - self.base.values

    def if_quantiles(self, levels: tuple[float, ...] = QUANTILE_LEVELS) -> Floats:
        """Give the quantiles of the conditional draws, array (series, horizon, level)."""
        return np.moveaxis(np.quantile(self.if_values, levels, axis=2), 0, -1)

    def difference_quantiles(self, levels: tuple[float, ...] = QUANTILE_LEVELS) -> Floats:
        """Give the quantiles of the paired difference, array (series, horizon, level): not those of base and if."""
        return np.moveaxis(np.quantile(self.difference, levels, axis=2), 0, -1)

    def summed_quantiles(self, levels: tuple[float, ...]) -> tuple[Floats, Floats, Floats]:
        """Give quantiles of the sum over all months for base, if and difference, each an array (series, level)."""
        three = (self.base.values, self.if_values, self.difference)
        base, changed, difference = (np.quantile(v.sum(axis=1), levels, axis=1).T for v in three)
        return base, changed, difference

    def rows(self) -> list[dict[str, Any]]:
        """Give medians and 80 % intervals as plain rows, each marked ``"kind": "if"``."""
        levels = (0.1, 0.5, 0.9)
        told = zip(self.keys, self.base.quantiles(levels), self.if_quantiles(levels),
                   self.difference_quantiles(levels), strict=True)  # fmt: skip
        return [
            {"kind": "if", "measure": key.measure, "origin": key.origin, "destination": key.destination,
             "month": f"{month:%Y-%m}", "base": _three(base[h]), "if": _three(changed[h]),
             "difference": _three(difference[h])}
            for key, base, changed, difference in told for h, month in enumerate(self.target_months)
        ]  # fmt: skip


def run_scenario(
    base: Draws,
    history: MonthlySeries,
    scenario: Scenario,
    *,
    past: MonthlySeries | None = None,
    arrivals: Mapping[str, Arrivals] | None = None,
    seed: int = 0,
) -> ScenarioDraws:
    """Apply a scenario to draws.

    Events are applied in the order level, season, shock, open, close. Each uncertain quantity is drawn with its own
    generator, made of the seed and its place in the scenario: changing one event leaves the others as they were.

    Parameters
    ----------
    base : draws of the forecast; of totals and their parts only the parts are kept, and totals are added up anew
    history : the series of the draws (others are passed over), for recent shares and the season
    past : corridors in which past events are looked up; by default the history. Nothing after the forecast origin
        of the base is read from either
    arrivals : tables of arrivals, by the text in the scenario

    Raises
    ------
    ForecastError : an event has no series here, or lies outside the months of the forecast; all such problems at once
    """
    check_none(_problems(base, scenario, arrivals or {}), ForecastError)
    known = history.until(base.origin)
    run = Run.of(_added_up(base), known, past.until(base.origin) if past else known, arrivals or {})
    for closing in scenario.close:
        run.shut[rows_for(base.keys, closing)] |= run.inside(closing)
    for kind in KINDS:
        for number, event in enumerate(getattr(scenario, kind), start=1):
            place = f"{kind}[{number}]"
            apply_event(run, place, event, generator(seed, "scenario", place))
    added_up = _added_up(Draws(base.keys, base.origin, run.values))
    ledger = Ledger(run.added, run.closed, run.diverted, run.not_arriving, run.under_way)
    return ScenarioDraws(scenario, run.base, added_up.values, ledger, tuple(run.evidence))


def _added_up(draws: Draws) -> Draws:
    """Replace totals by the sum of their parts, where the parts are there."""
    values, rows = draws.values.copy(), leaves_of(draws.keys)
    for row, total in enumerate(draws.keys):
        if row not in rows:
            parts = [part for part in rows if is_part(draws.keys[part], total)]
            values[row] = values[parts].sum(axis=0)
    return Draws(draws.keys, draws.origin, values)


def _problems(base: Draws, scenario: Scenario, arrivals: Mapping[str, Arrivals]) -> list[Problem]:
    first, last = base.target_months[0], base.target_months[-1]
    destinations = {base.keys[row].destination for row in leaves_of(base.keys)}
    found: list[Problem] = []
    for kind in KINDS:
        for number, event in enumerate(getattr(scenario, kind), start=1):
            where = f"{kind}[{number}]"
            over = event.until is not None and event.until < first and not isinstance(event, Shock)
            if event.start > last or over:
                span = {"first": f"{first:%Y-%m}", "last": f"{last:%Y-%m}"}
                found.append(Problem.of("scenario.outside", where=where, start=f"{event.start:%Y-%m}", **span))
            if not rows_for(base.keys, event):
                places = [getattr(event, name, None) for name in ("origin", "origins", "destination")]
                found.append(_no_series(base, where, [p for p in places if p]))
            lost = [aim for aim in _aims(event, arrivals) if not aim & destinations]
            found += [_no_series(base, where, sorted(aim)) for aim in lost]
    return found


def _aims(event: Event, arrivals: Mapping[str, Arrivals]) -> Iterator[set[str]]:
    """Give the destinations that an event names for people who are under way."""
    if isinstance(event, Shock | Closing) and event.to is not None:
        yield {code for code, weight in event.to.items() if weight > 0}
    if isinstance(event, Shock) and event.arrivals is not None:
        yield {destination for _, destination in arrivals[event.arrivals].cells}


def _no_series(base: Draws, where: str, places: Sequence[object]) -> Problem:
    what = " ".join(place if isinstance(place, str) else ", ".join(place) for place in places)  # type: ignore[arg-type]
    near = ", ".join(f"{base.keys[row].origin}→{base.keys[row].destination}" for row in leaves_of(base.keys)[:8])
    return Problem.of("scenario.no_series", where=where, what=what, near=near)


def _three(values: Floats) -> dict[str, float]:
    return {name: round(float(v), 2) for name, v in zip(("low", "median", "high"), values, strict=True)}
