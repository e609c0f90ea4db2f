"""What the panel's own past says about the size of a supposed effect; where it says nothing, that is told.

Past drops and rises of a corridor are looked up, and what the other corridors of the same origin did at that time.
It is an association and not a proof: a route that empties because nobody leaves looks like one that was closed. So
the same measure is also taken in ordinary months (*placebo*), for comparison.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from havre.draws import Floats
from havre.months import month_index
from havre.panel.series import MonthlySeries

Basis = Literal["estimated", "stated", "assumed"]
Direction = Literal["drop", "rise"]
WINDOW = 6
"""Months that are compared with the same months one year earlier, so that the season cancels out."""
LEAST_BEFORE = 100.0
"""A corridor must have had this many persons a month on its high side."""
FALLS_TO = 0.4
"""A drop is to this share of a year earlier or less; a rise is from it."""
LEAST_EPISODES = 3
_APART = 12
_TOTAL = "TOT"
_BOOTSTRAPS = 1000


@dataclass(frozen=True)
class PastEvent:
    """A past drop or rise of one corridor, in means of six months [persons a month].

    ``month`` is the first of the six months; *before* are the same months one year earlier. ``share`` is the change
    of the other corridors of the same origin against the change of this one: 1 where they gained all it lost.
    """

    origin: str
    destination: str
    month: date
    before: float
    after: float
    others_before: float
    others_after: float

    @property
    def change(self) -> float:
        """Persons a month that the corridor lost (drop) or gained (rise), without sign."""
        return abs(self.after - self.before)

    @property
    def share(self) -> float:
        """Opposite change of the others as a share of the change of the corridor; may lie outside 0 to 1."""
        return (self.others_after - self.others_before) / (self.before - self.after)


@dataclass(frozen=True)
class ShareEvidence:
    """Evidence for the share of people who change to another route.

    Parameters
    ----------
    effect : the setting it is for, such as ``close[1].diverted``
    basis : ``estimated`` from the events; ``stated`` in the scenario, with the events for comparison; or ``assumed``,
        where the past holds fewer than three episodes
    events : past events, largest first
    episodes : events of the same destination that began within half a year count as one episode
    range_80 : 10 %, 50 % and 90 % quantile of the share that is used
    past_80 : the same of the shares in past episodes, cut to 0 to 1; ``None`` without enough of them
    mean, mean_80 : mean share over episodes with its bootstrap interval
    placebo_80 : the same measure in ordinary months of the same corridors, not cut
    """

    effect: str
    basis: Basis
    events: tuple[PastEvent, ...]
    episodes: int
    range_80: tuple[float, float, float]
    past_80: tuple[float, float, float] | None = None
    mean: float | None = None
    mean_80: tuple[float, float] | None = None
    placebo_80: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class SizeEvidence:
    """How unusual a stated size is: how often three months were at least as far from the same a year earlier.

    ``seen`` of ``months`` past months had a change at least as large; ``largest`` is the largest of that direction,
    in the month ``largest_month``. The basis is ``stated`` where it has been seen, else ``assumed``.
    """

    effect: str
    basis: Basis
    change: float | None = None
    seen: int = 0
    months: int = 0
    largest: float | None = None
    largest_month: date | None = None


Evidence = ShareEvidence | SizeEvidence


def past_events(past: MonthlySeries, direction: Direction) -> tuple[PastEvent, ...]:
    """Find the drops or rises of every corridor that has others of the same origin, largest first.

    Parameters
    ----------
    past : corridors, such as nationality by route; rows of all origins together count only where there are no others
    """
    rows = _corridors(past)
    means = _window_means(past.values)
    found: list[PastEvent] = []
    for row in rows:
        others = [r for r in rows if past.keys[r].origin == past.keys[row].origin and r != row]
        if not others:
            continue
        found += [_event(past, means, row, others, start) for start in _starts(means[row], direction)]
    return tuple(sorted(found, key=lambda event: (-event.change, event.month, event.origin, event.destination)))


def share_evidence(
    effect: str, past: MonthlySeries, direction: Direction, stated: Floats | None, draws: int, rng: np.random.Generator
) -> tuple[ShareEvidence, Floats]:
    """Give the share of people who change to another route, one per draw, with the evidence for it.

    Parameters
    ----------
    stated : shares that the scenario states (one per draw); ``None`` takes the past, or all of 0 to 1 where there
        are fewer than three past episodes

    Returns
    -------
    The evidence, and the shares as an array (draw)
    """
    events = past_events(past, direction)
    episodes = _episodes(events)
    enough = len(episodes) >= LEAST_EPISODES
    drawn = _draw_shares(episodes, draws, rng) if enough else rng.permutation((np.arange(draws) + 0.5) / draws)
    used = drawn if stated is None else stated
    facts: dict[str, object] = {}
    if enough:
        means = np.array([_mean_share(episode) for episode in episodes])
        resampled = rng.choice(means, (_BOOTSTRAPS, means.size)).mean(axis=1)
        low, high = np.quantile(resampled, (0.1, 0.9))
        facts = {
            "past_80": _three(drawn),
            "mean": float(means.mean()),
            "mean_80": (float(low), float(high)),
            "placebo_80": _placebo(past, events, direction),
        }
    basis: Basis = "stated" if stated is not None else "estimated" if enough else "assumed"
    if stated is not None and not enough:
        basis = "assumed"
    return ShareEvidence(effect, basis, events, len(episodes), _three(used), **facts), used  # type: ignore[arg-type]


def size_evidence(effect: str, values: Floats, first: date, change: float | None) -> SizeEvidence:
    """Tell how unusual a relative change is in the past of some series together.

    Parameters
    ----------
    values : sum of the series by month; NaN where it is not known
    first : month of the first value
    change : relative change, such as 0.3 for 30 % more; ``None`` where the size cannot be compared with the past
    """
    if change is None or values.size < 15:
        return SizeEvidence(effect, "assumed", change)
    means = np.convolve(values, np.ones(3) / 3, mode="valid")
    with np.errstate(invalid="ignore", divide="ignore"):
        ratios = np.where(means[:-12] > 0, means[12:] / means[:-12] - 1, np.nan)
    known = np.flatnonzero(~np.isnan(ratios))
    if known.size == 0:
        return SizeEvidence(effect, "assumed", change)
    sign = 1.0 if change >= 0 else -1.0
    signed = sign * ratios[known]
    top = int(known[int(np.argmax(signed))])
    seen = int((signed >= sign * change).sum())
    index = month_index(first) + top + 14
    facts = {"largest": float(ratios[top]), "largest_month": date(index // 12, index % 12 + 1, 1)}
    return SizeEvidence(effect, "stated" if seen else "assumed", change, seen, int(known.size), **facts)  # type: ignore[arg-type]


def _corridors(past: MonthlySeries) -> list[int]:
    rows = [row for row, key in enumerate(past.keys) if key.destination != _TOTAL]
    named = [row for row in rows if past.keys[row].origin != _TOTAL]
    return named or rows


def _window_means(values: Floats) -> Floats:
    if values.shape[1] < WINDOW:
        return np.empty((values.shape[0], 0))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(values, WINDOW, axis=1).mean(axis=-1))


def _starts(means: Floats, direction: Direction) -> list[int]:
    """Give the columns at which an event begins: of windows low enough that follow each other, the sharpest.

    A drop stays visible for a year, until the months compared with are low too; it is one event.
    """
    before, after = means[: means.size - _APART], means[_APART:]
    high, low = (before, after) if direction == "drop" else (after, before)
    columns = np.flatnonzero((high >= LEAST_BEFORE) & (low <= FALLS_TO * high))
    runs = np.split(columns, np.flatnonzero(np.diff(columns) >= WINDOW) + 1)
    return [int(run[np.argmax(high[run] - low[run])]) + _APART for run in runs if run.size]


def _event(past: MonthlySeries, means: Floats, row: int, others: Sequence[int], start: int) -> PastEvent:
    before, after = _others(means, others, start)
    key = past.keys[row]
    facts = (float(means[row, start - _APART]), float(means[row, start]), before, after)
    return PastEvent(key.origin, key.destination, past.month(start), *facts)


def _others(means: Floats, others: Sequence[int], start: int) -> tuple[float, float]:
    """Add up the other corridors that have values in both windows."""
    pair = means[np.ix_(others, [start - _APART, start])]
    before, after = pair[~np.isnan(pair).any(axis=1)].sum(axis=0)
    return float(before), float(after)


def _episodes(events: Sequence[PastEvent]) -> list[list[PastEvent]]:
    """Group events of one destination that begin at most half a year after the first of them."""
    by_destination: Mapping[str, list[PastEvent]] = {event.destination: [] for event in events}
    for event in sorted(events, key=lambda event: (event.month, event.origin)):
        by_destination[event.destination].append(event)
    episodes: list[list[PastEvent]] = []
    for destination in sorted(by_destination):
        first = None
        for event in by_destination[destination]:
            month = month_index(event.month)
            if first is None or month - first > WINDOW:
                episodes.append([])
                first = month
            episodes[-1].append(event)
    return episodes


def _mean_share(episode: Sequence[PastEvent]) -> float:
    weights = np.array([event.change for event in episode])
    return float(np.average(np.clip([event.share for event in episode], 0, 1), weights=weights))


def _draw_shares(episodes: Sequence[Sequence[PastEvent]], draws: int, rng: np.random.Generator) -> Floats:
    """Draw an episode, then one of its events by size: many small corridors of one closure count once."""
    chosen = rng.integers(0, len(episodes), draws)
    shares = np.empty(draws)
    for number, episode in enumerate(episodes):
        here = chosen == number
        weights = np.array([event.change for event in episode])
        cut = np.clip([event.share for event in episode], 0, 1)
        shares[here] = rng.choice(cut, int(here.sum()), p=weights / weights.sum())
    return shares


def _placebo(
    past: MonthlySeries, events: Sequence[PastEvent], direction: Direction
) -> tuple[float, float, float] | None:
    """Take the same measure where nothing happened: what the others changed in months far from any event, against
    the change of the corridor in its event.
    """
    means, rows = _window_means(past.values), _corridors(past)
    place = {(past.keys[row].origin, past.keys[row].destination): row for row in rows}
    sign = 1.0 if direction == "drop" else -1.0
    found: list[float] = []
    for event in events:
        row = place[event.origin, event.destination]
        others = [r for r in rows if past.keys[r].origin == event.origin and r != row]
        starts = _starts(means[row], direction)
        far = [c for c in range(_APART, means.shape[1]) if all(abs(c - s) >= _APART for s in starts)]
        for column in far[::WINDOW]:
            before, after = _others(means, others, column)
            found.append(sign * (after - before) / event.change)
    return _three(np.array(found)) if found else None


def _three(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    return float(low), float(middle), float(high)
