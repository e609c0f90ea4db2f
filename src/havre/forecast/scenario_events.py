"""How each kind of event changes draws, and the book that is kept of the people in whom they differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from scipy.stats import gamma

from havre.draws import Draws, Floats, SeriesKey, spread_levels
from havre.forecast.scenario_arrivals import Arrivals
from havre.forecast.scenario_evidence import Direction, Evidence, share_evidence, size_evidence
from havre.forecast.scenario_settings import Closing, LevelChange, Opening, SeasonShift, Shock, Span
from havre.forecast.seasons import seasons
from havre.months import month_index
from havre.panel.scope import TOTAL
from havre.panel.series import Flags, MonthlySeries

RECENT = 24
"""Months whose shares are drawn from, where a scenario does not say how people spread."""
Event = LevelChange | SeasonShift | Shock | Opening | Closing


@dataclass
class Run:
    """One scenario while it is applied: the draws so far and the book. Parts change; totals are added up at the end.

    ``values`` (series, horizon, draw); the book as in :class:`havre.forecast.scenarios.Ledger`; ``recent`` the last
    months of the history (series, month), zero where a series has none; ``shut`` (series, horizon) what is closed.
    """

    base: Draws
    history: MonthlySeries
    past: MonthlySeries
    arrivals: Mapping[str, Arrivals]
    values: Floats
    recent: Floats
    shut: Flags
    added: Floats
    closed: Floats
    diverted: Floats
    not_arriving: Floats
    under_way: Floats
    evidence: list[Evidence] = field(default_factory=list)

    @classmethod
    def of(cls, base: Draws, history: MonthlySeries, past: MonthlySeries, arrivals: Mapping[str, Arrivals]) -> Self:
        """Begin with the base."""
        place = {key: row for row, key in enumerate(history.keys)}
        recent = np.zeros((len(base.keys), RECENT))
        for row, key in enumerate(base.keys):
            if key in place:
                known = np.nan_to_num(history.values[place[key], -RECENT:])
                recent[row, RECENT - known.size :] = known
        shape = base.values.shape
        added, closed, diverted, not_arriving = np.zeros((4, *shape[1:]))
        return cls(
            base=base, history=history, past=past, arrivals=arrivals, values=base.values.copy(), recent=recent,
            shut=np.zeros(shape[:2], dtype=bool), added=added, closed=closed, diverted=diverted,
            not_arriving=not_arriving, under_way=np.zeros(shape[2]),
        )  # fmt: skip

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.values.shape[2])

    def inside(self, event: Event) -> Flags:
        """Mark the horizons in which an event holds."""
        months = self.base.target_months
        return np.array([event.start <= m and (event.until is None or m <= event.until) for m in months])

    def past_sum(self, rows: Sequence[int]) -> Floats:
        """Add up the history of some series by month."""
        keys = {self.base.keys[row] for row in rows}
        return np.asarray(self.history.values[[key in keys for key in self.history.keys]].sum(axis=0))


def is_part(part: SeriesKey, total: SeriesKey) -> bool:
    """Tell whether a total holds a part: each place is the same or ``TOT``."""
    pairs = ((total.origin, part.origin), (total.destination, part.destination))
    return part != total and part.measure == total.measure and all(t in (TOTAL, p) for t, p in pairs)


def leaves_of(keys: Sequence[SeriesKey]) -> list[int]:
    """Give the rows that are no total of others."""
    return [row for row, key in enumerate(keys) if not any(is_part(other, key) for other in keys)]


def rows_for(keys: Sequence[SeriesKey], event: Event) -> list[int]:
    """Give the rows that an event is about; totals never are."""
    rows = leaves_of(keys)
    destination = getattr(event, "destination", None)
    if isinstance(event, Shock):
        own = [row for row in rows if keys[row].origin == event.origin]
        # People who are counted can be added to what counts all origins; a percentage cannot.
        everyone = [row for row in rows if keys[row].origin == TOTAL and event.change is None]
        return own or everyone
    one = getattr(event, "origin", None)
    origins = (one,) if one else getattr(event, "origins", ())
    return [
        row for row in rows
        if (not origins or keys[row].origin in origins) and destination in (None, keys[row].destination)
    ]  # fmt: skip


def draw_span(span: Span, draws: int, rng: np.random.Generator) -> Floats:
    """Draw from a span, every value in between equally likely and evenly spread over the draws."""
    return np.asarray(span[0] + (span[1] - span[0]) * rng.permutation(spread_levels(draws)))


def delay_weights(delay: float, spread: float, months: int) -> Floats:
    """Give the share of people who arrive 0, 1, …, ``months`` − 1 months later; what is missing to 1 arrives after.

    A gamma distribution with this mean and standard deviation [months], counted by whole months (0 is up to half a
    month). Without spread all take the same time; a fraction is split between two months.
    """
    steps = np.arange(months)
    if spread == 0:
        return np.asarray(np.maximum(0.0, 1 - np.abs(steps - delay)))
    edges = np.maximum(np.arange(months + 1) - 0.5, 0.0)
    return np.asarray(np.diff(gamma.cdf(edges, (delay / spread) ** 2, scale=spread**2 / delay)))


def delayed(people: Floats, weights: Floats) -> Floats:
    """Let people of each month arrive later; array (…, horizon, draw) → the same shape."""
    arrived = np.zeros_like(people)
    for lag, weight in enumerate(weights):
        if weight > 0:
            arrived[..., lag:, :] += weight * people[..., : people.shape[-2] - lag, :]
    return arrived


def draw_split(recent: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Draw how people spread over series, array (series, draw), adding up to 1.

    Each draw takes the shares of three months in a row of the recent past. Where all were empty, everywhere alike.
    """
    sums = np.lib.stride_tricks.sliding_window_view(recent, 3, axis=1).sum(axis=-1)
    filled = np.flatnonzero(sums.sum(axis=0) > 0)
    if filled.size == 0:
        return np.full((recent.shape[0], draws), 1 / recent.shape[0])
    chosen = sums[:, filled[rng.integers(0, filled.size, draws)]]
    return np.asarray(chosen / chosen.sum(axis=0))


def split_of(run: Run, rows: Sequence[int], to: Mapping[str, float] | None, rng: np.random.Generator) -> Floats:
    """Give how people spread over some rows, by stated weights of destinations or as in recent months.

    A stated destination that is not among the rows keeps its part: those people go where nothing is forecast.
    """
    shares = draw_split(run.recent[list(rows)], run.draws, rng)
    if to is None:
        return shares
    names = [run.base.keys[row].destination for row in rows]
    weights = np.zeros_like(shares)
    for name in dict.fromkeys(names):
        here = np.array([other == name for other in names])
        inner = shares[here] / np.where(shares[here].sum(axis=0) > 0, shares[here].sum(axis=0), 1.0)
        inner = np.where(shares[here].sum(axis=0) > 0, inner, 1 / here.sum())
        weights[here] = to.get(name, 0.0) * inner
    return np.asarray(weights / sum(to.values()))


def apply_event(run: Run, place: str, event: Event, rng: np.random.Generator) -> None:
    """Apply one event to a run.

    Parameters
    ----------
    place : where it stands in the scenario, such as ``close[1]``
    """
    rows = rows_for(run.base.keys, event)
    match event:
        case LevelChange():
            _multiply(run, rows, event, draw_span(event.factor, run.draws, rng))
            _tell_size(run, f"{place}.factor", rows, sum(event.factor) / 2 - 1)
        case SeasonShift():
            _shift_season(run, rows, event)
            _tell_size(run, f"{place}.shift_months", rows, None)
        case Shock():
            _displace(run, place, rows, event, rng)
        case Opening():
            _open(run, place, rows, event, rng)
        case Closing():
            _close(run, place, rows, event, rng)


def _tell_size(run: Run, effect: str, rows: Sequence[int], change: float | None) -> None:
    run.evidence.append(size_evidence(effect, run.past_sum(rows), run.history.first, change))


def _multiply(run: Run, rows: Sequence[int], event: Event, factor: Floats) -> None:
    change = run.values[rows] * (factor - 1) * run.inside(event)[:, None]
    run.values[rows] += change
    run.added += change.sum(axis=0)


def _shift_season(run: Run, rows: Sequence[int], event: SeasonShift) -> None:
    logs = np.log1p(run.history.values)
    profile = seasons(logs, run.history.first.month - 1)[:, -1]
    place = {key: row for row, key in enumerate(run.history.keys)}
    calendar = np.array([month.month - 1 for month in run.base.target_months])
    for row in rows:
        season = profile[place[run.base.keys[row]]] if run.base.keys[row] in place else np.zeros(12)
        factors = np.exp(season[(calendar - event.shift_months) % 12] - season[calendar])
        change = run.values[row] * ((factors - 1) * run.inside(event))[:, None]
        run.values[row] += change
        run.added += change


def _displace(run: Run, place: str, rows: Sequence[int], event: Shock, rng: np.random.Generator) -> None:
    if event.change is not None:
        _multiply(run, rows, event, 1 + draw_span(event.change, run.draws, rng))
        _tell_size(run, f"{place}.change", rows, sum(event.change) / 2)
        return
    reach = draw_span(event.reach, run.draws, rng)
    if event.arrivals is not None:
        _bring_table(run, rows, event, run.arrivals[event.arrivals], reach, rng)
    elif event.persons is not None:
        people = draw_span(event.persons, run.draws, rng) * reach
        arriving = _arriving(run, event)[:, None] * people
        brought = split_of(run, rows, event.to, rng)[:, None, :] * arriving
        run.values[rows] += brought
        run.added += brought.sum(axis=0)
    _tell_size(run, f"{place}.{'arrivals' if event.arrivals else 'persons'}", rows, None)


def _arriving(run: Run, event: Shock) -> Floats:
    """Give the share of all who leave that arrives in each month of the forecast; they may have left before it."""
    start, first = month_index(event.start), month_index(run.base.target_months[0])
    months = max(0, first - start) + run.base.horizons
    leaving = 1 if event.until is None else month_index(event.until) - start + 1
    left = np.zeros(months + max(0, start - first))
    left[max(0, start - first) :][:leaving] = 1 / leaving
    weights = delay_weights(event.delay_months, event.spread_months, left.size)
    return np.asarray(np.convolve(left, weights)[: left.size][max(0, first - start) :][: run.base.horizons])


def _bring_table(
    run: Run, rows: Sequence[int], event: Shock, table: Arrivals, reach: Floats, rng: np.random.Generator
) -> None:
    months, inside = run.base.target_months, run.inside(event)
    for (month, destination), people in zip(table.cells, table.draw(run.draws, rng), strict=True):
        here = [row for row in rows if run.base.keys[row].destination == destination]
        if here and month in months and inside[months.index(month)]:
            run.values[here[0], months.index(month)] += people * reach
            run.added[months.index(month)] += people * reach


def _open(run: Run, place: str, rows: Sequence[int], event: Opening, rng: np.random.Generator) -> None:
    people = draw_span(event.persons, run.draws, rng) * draw_split(run.recent[rows], run.draws, rng)
    share = _share(run, f"{place}.from_others", rows, "rise", event.from_others, rng)
    _tell_size(run, f"{place}.persons", rows, None)
    for row, coming in zip(rows, people, strict=True):
        came = coming * run.inside(event)[:, None]
        others = _others(run, rows, run.base.keys[row].origin)
        there = run.values[others].sum(axis=0)
        taken = np.minimum(came * share, there)
        run.values[others] -= run.values[others] * np.where(there > 0, taken / np.where(there > 0, there, 1), 0.0)
        run.values[row] += came
        run.added += came - taken
        run.closed += taken
        run.diverted += taken
    np.maximum(run.values, 0.0, out=run.values)


def _close(run: Run, place: str, rows: Sequence[int], event: Closing, rng: np.random.Generator) -> None:
    blocked = (1 - draw_span(event.remaining, run.draws, rng)) * run.inside(event)[:, None]
    share = _share(run, f"{place}.diverted", rows, "drop", event.diverted, rng)
    weights = delay_weights(event.delay_months, event.spread_months, run.base.horizons)
    for origin in dict.fromkeys(run.base.keys[row].origin for row in rows):
        own = [row for row in rows if run.base.keys[row].origin == origin]
        stopped = run.values[own] * blocked
        run.values[own] -= stopped
        closed = stopped.sum(axis=0)
        others = _others(run, rows, origin)
        leaving = closed * (share if others else 0.0)
        arriving = delayed(leaving, weights)
        came = _receive(run, others, event, arriving, rng)
        run.closed += closed
        run.diverted += came
        run.not_arriving += closed - leaving + arriving - came
        run.under_way += leaving.sum(axis=0) - arriving.sum(axis=0)


def _receive(run: Run, others: Sequence[int], event: Closing, arriving: Floats, rng: np.random.Generator) -> Floats:
    """Let people arrive by other routes that are open in that month; give how many do, array (horizon, draw)."""
    if not others:
        return np.zeros_like(arriving)
    shares = split_of(run, others, event.to, rng)[:, None, :] * ~run.shut[others][:, :, None]
    total = shares.sum(axis=0)
    if event.to is None:
        shares = np.where(total > 0, shares / np.where(total > 0, total, 1.0), 0.0)
    came = shares * arriving
    run.values[others] += came
    return np.asarray(came.sum(axis=0))


def _others(run: Run, rows: Sequence[int], origin: str) -> list[int]:
    return [row for row in leaves_of(run.base.keys) if run.base.keys[row].origin == origin and row not in rows]


def _share(
    run: Run, effect: str, rows: Sequence[int], direction: Direction, stated: Span | None, rng: np.random.Generator
) -> Floats:
    drawn = None if stated is None else draw_span(stated, run.draws, rng)
    evidence, share = share_evidence(effect, run.past, direction, drawn, run.draws, rng)
    if any(_others(run, rows, run.base.keys[row].origin) for row in rows):
        run.evidence.append(evidence)
    return share
