"""From arrivals to places: how many people stay at a place of reception, and how likely it runs full.

People arrive evenly over the month and are counted at its end. Who arrives stays for a time with a known
distribution; who is there already stays for what is left of it (the residual of a stay seen at a random moment).
Everybody counts for as long as they need a place, whether there is one or not, so that what lies above capacity is
the number of people without a place. In a steady state the occupancy is arrivals times mean stay (Little JDC (1961),
Operations Research 9(3): 383–387, doi:10.1287/opre.9.3.383); the residual stay is that of a renewal process (Cox DR
(1962), Renewal Theory, Methuen).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError as Mistake

from havre.draws import Floats
from havre.errors import ForecastError, Problem, Term, check_none

MOST_STAY = 600.0
"""Longest median stay [months]."""


@dataclass(frozen=True)
class Stay:
    """How long people stay [months]: exponential (``shape`` 1), gamma, or a table of stays.

    Parameters
    ----------
    median : median stay [months]
    shape : shape of the gamma distribution; 1 leaves each month the same share (geometric by month), more is steadier
    table : months of stay → probability; replaces the other two
    """

    median: float = 6.0
    shape: float = 1.0
    table: Mapping[float, float] | None = None

    def __post_init__(self) -> None:
        problems = []
        if self.table is None:
            if not 0 < self.median <= MOST_STAY:
                problems.append(_bad("stay_months", self.median, "stay"))
            if not 0.05 <= self.shape <= 100:
                problems.append(_bad("stay_shape", self.shape, "shape"))
        else:
            ends, shares = list(self.table), list(self.table.values())
            fits = all(0 < v <= MOST_STAY for v in ends) and all(v >= 0 for v in shares)
            if not fits or not math.isclose(sum(shares), 1.0, abs_tol=1e-6):
                problems.append(_bad("stay_table", dict(self.table), "stay_table"))
        check_none(problems, ForecastError)

    def beyond(self, months: Floats) -> Floats:
        """Give the mean time that is spent after ``months``: the integral of the survival function from there on.

        All of this file follows from it: at 0 it is the mean stay.

        Examples
        --------
        >>> round(float(Stay(median=math.log(2)).beyond(np.array(0.0))), 6)
        1.0
        """
        if self.table is not None:
            ends, shares = np.array(list(self.table)), np.array(list(self.table.values()))
            return np.asarray(np.maximum(ends - np.asarray(months)[..., None], 0.0) @ shares)
        if self.shape == 1:
            rate = math.log(2) / self.median
            return np.asarray(np.exp(-rate * months) / rate)
        # A site that offers the planner does not wait for this to load.
        from scipy.stats import gamma

        scale = self.median / gamma.ppf(0.5, self.shape)
        later = self.shape * scale * gamma.sf(months, self.shape + 1, scale=scale)
        return np.maximum(later - months * gamma.sf(months, self.shape, scale=scale), 0.0)

    @property
    def mean(self) -> float:
        """Mean stay [months]."""
        return float(self.beyond(np.array(0.0)))

    def present(self, months: int) -> Floats:
        """Give the share of a month's arrivals that is there at its end, and 1, 2, … months later; array (months)."""
        return -np.diff(self.beyond(np.arange(months + 1.0)))

    def residual(self, months: int) -> Floats:
        """Give the share of today's people who are still there after 1, 2, … months; array (months)."""
        return self.beyond(np.arange(1.0, months + 1)) / self.mean


class Reception(BaseModel):
    """A place of reception: a centre, a municipality, a region.

    Parameters
    ----------
    capacity : places now; ``capacity_from`` gives other numbers from a month on
    occupancy : people there at the end of the last month before the forecast
    share : lowest and highest share of the arrivals that come here
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    capacity: float = Field(ge=0, le=1e9, allow_inf_nan=False)
    occupancy: float = Field(ge=0, le=1e9, allow_inf_nan=False)
    share: tuple[float, float] = (1.0, 1.0)
    stay: Stay = Stay()
    capacity_from: tuple[tuple[date, float], ...] = ()

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if not 0 <= self.share[0] <= self.share[1] <= 1:
            raise Mistake("share", "share")
        if any(not 0 <= places <= 1e9 for _, places in self.capacity_from):
            raise Mistake("capacity", "capacity")
        return self

    def capacities(self, months: tuple[date, ...]) -> Floats:
        """Give the places in each month."""
        changes = sorted(self.capacity_from)
        return np.array([([self.capacity] + [c for start, c in changes if start <= month])[-1] for month in months])


@dataclass(frozen=True)
class Occupancy:
    """People who need a place, by month and draw.

    Parameters
    ----------
    months : first day of each month
    needed : array (month, draw), people who need a place here at the end of the month
    arrived : array (month, draw), people who came in the month
    capacity : array (month), places
    """

    months: tuple[date, ...]
    needed: Floats
    arrived: Floats
    capacity: Floats

    @property
    def is_full(self) -> Floats:
        """Probability that no place is free at the end of each month, array (month)."""
        return np.asarray((self.needed >= self.capacity[:, None]).mean(axis=1))

    @property
    def without_place(self) -> Floats:
        """People without a place, array (month, draw); the mean over draws is what is to be expected."""
        return np.maximum(self.needed - self.capacity[:, None], 0.0)

    @property
    def first_full(self) -> Floats:
        """Probability that the place runs full in each month for the first time, array (month); the rest is never."""
        full = self.needed >= self.capacity[:, None]
        earlier = np.vstack([np.zeros((1, full.shape[1]), dtype=bool), np.logical_or.accumulate(full, axis=0)[:-1]])
        return np.asarray((full & ~earlier).mean(axis=1))

    def first_full_month(self, level: float) -> date | None:
        """Give the month by which the place has run full with this probability; ``None`` where it is not reached."""
        reached = np.flatnonzero(np.cumsum(self.first_full) >= level - 1e-12)
        return self.months[int(reached[0])] if reached.size else None

    def quantiles(self, levels: tuple[float, ...]) -> Floats:
        """Give quantiles of the people who need a place, array (month, level)."""
        return np.quantile(self.needed, levels, axis=1).T


def make_reception(raw: Mapping[str, object]) -> Reception:
    """Make the settings of a place from plain data.

    Raises
    ------
    ForecastError : every problem at once, with what is expected
    """
    from pydantic import ValidationError

    try:
        return Reception.model_validate(raw)
    except ValidationError as error:
        fields = [str(each["loc"][-1]) if each["loc"] else each["type"] for each in error.errors()]
        values = [each["input"] for each in error.errors()]
        told = [
            _bad(name, raw.get(name) if name in ("share", "capacity") else value, _KIND.get(name, "places"))
            for name, value in zip(fields, values, strict=True)
        ]
        raise ForecastError.all_of(told) from error


_KIND = {"share": "share", "stay": "stay"}


def expected_occupancy(arrivals: Floats, months: tuple[date, ...], place: Reception) -> Occupancy:
    """Give the occupancy without the chance of single stays: the mean for each draw of the arrivals.

    Parameters
    ----------
    arrivals : array (month, draw), all arrivals of which a share comes here [persons]
    months : their months
    """
    flows = _checked(arrivals, months)
    here = flows * _shares(place, flows.shape[1])
    count = len(months)
    kernel = place.stay.present(count)
    late = np.subtract.outer(np.arange(count), np.arange(count))
    weights = np.where(late >= 0, kernel[np.maximum(late, 0)], 0.0)
    needed = weights @ here + place.occupancy * place.stay.residual(count)[:, None]
    return Occupancy(months, needed, here, place.capacities(months))


def draw_occupancy(arrivals: Floats, months: tuple[date, ...], place: Reception, rng: np.random.Generator) -> Occupancy:
    """Draw the occupancy, with the chance of who comes here and how long each stays.

    Each month's arrivals are one cohort that melts away by binomial draws, vectorised over all draws: the same law as
    to follow every person, at a cost that does not grow with their number.

    Parameters
    ----------
    arrivals, months : as in :func:`expected_occupancy`
    """
    flows = _checked(arrivals, months)
    count, draws = flows.shape
    whole = np.floor(flows + rng.random(flows.shape)).astype(np.int64)
    shares = rng.permutation(_shares(place, draws))
    here = rng.binomial(whole, shares)
    needed = np.zeros((count, draws))
    present = place.stay.present(count)
    for start in range(count):
        _melt(needed, here[start], present[: count - start], start, rng)
    # A number of people is whole; what is left of a fraction is decided by chance.
    now = np.floor(place.occupancy + rng.random(draws)).astype(np.int64)
    _melt(needed, now, place.stay.residual(count), 0, rng)
    return Occupancy(months, needed, here.astype(np.float64), place.capacities(months))


def _melt(needed: Floats, people: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]", kept: Floats, start: int,
          rng: np.random.Generator) -> None:  # fmt: skip
    """Add one cohort to the months from ``start`` on; ``kept`` is the share still there at each month's end."""
    before = 1.0
    for step, share in enumerate(kept):
        people = rng.binomial(people, min(1.0, share / before) if before > 0 else 0.0)
        needed[start + step] += people
        before = float(share)


def _shares(place: Reception, draws: int) -> Floats:
    low, high = place.share
    return low + (high - low) * (np.arange(draws) + 0.5) / draws


def _checked(arrivals: Floats, months: tuple[date, ...]) -> Floats:
    flows = np.asarray(arrivals, dtype=np.float64)
    if flows.ndim != 2 or flows.shape[0] != len(months) or flows.size == 0:
        raise ForecastError("draws.shape", shape=flows.shape, series=1)
    if not np.isfinite(flows).all() or (flows < 0).any():
        raise ForecastError("reception.arrivals")
    return flows


def _bad(name: str, value: object, kind: str) -> Problem:
    return Problem.of("reception.bad_value", key=name, value=value, expected=Term(f"term.reception_{kind}"))


def estimate_stay(stock: Floats, arrivals: Floats) -> tuple[float, float]:
    """Estimate the share that comes to a place and the median stay from its past, for exponential stays.

    Least squares of ``stock[t] = exp(−λ)·stock[t−1] + share·arrivals[t]·(1 − exp(−λ))/λ`` over months that follow each
    other, with λ > 0 and 0 ≤ share ≤ 1.

    Parameters
    ----------
    stock : people there at the end of each month; NaN where it is not known
    arrivals : all arrivals of each month

    Returns
    -------
    Share of the arrivals, and median stay [months]

    Raises
    ------
    ForecastError : fewer than 12 pairs of months, or nothing in them that a stay could be learnt from
    """
    known = ~np.isnan(stock[:-1]) & ~np.isnan(stock[1:]) & ~np.isnan(arrivals[1:])
    if known.sum() < 12 or not stock[:-1][known].any() or not arrivals[1:][known].any():
        raise ForecastError("reception.short", pairs=int(known.sum()))
    before, after, came = stock[:-1][known], stock[1:][known], arrivals[1:][known]
    medians = np.geomspace(0.5, 120, 500)
    rates = math.log(2) / medians
    left = after - np.exp(-rates)[:, None] * before
    size = ((1 - np.exp(-rates)) / rates)[:, None] * came
    shares = np.clip((left * size).sum(axis=1) / (size * size).sum(axis=1), 0.0, 1.0)
    errors = ((left - shares[:, None] * size) ** 2).sum(axis=1)
    best = int(np.argmin(errors))
    return float(shares[best]), float(medians[best])
