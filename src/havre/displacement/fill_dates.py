"""When each camp fills up: the first day on which it holds as many people as it can, as a distribution over replicas.

While Flee's rules hold, nobody chooses a camp that is nearly full, and nobody sets out for one above about 95 % of its
capacity (``capacity_buffer`` 0.9): a camp may stay just below its capacity for good. A ``share`` below 1, such as 0.95,
tells when it stops taking people.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, floor, inf

import numpy as np
import numpy.typing as npt

from havre.displacement.outcome import Floats, Outcome
from havre.errors import DisplacementError

SURE = 0.9
"""How sure the interval of fill dates is unless said otherwise: 90 %."""


@dataclass(frozen=True, eq=False)
class FillDates:
    """The first full day of each camp and replica.

    Attributes
    ----------
    days : how many days were simulated
    share : part of the capacity from which a camp counts as full
    first_days : first full day; infinite where the camp does not fill within the period, shape (replicas, camps)
    """

    start: date
    camps: tuple[str, ...]
    days: int
    share: float
    first_days: Floats

    @property
    def full_by(self) -> Floats:
        """Give the chance that each camp has been full on a day or before, shape (days, camps)."""
        ordered = np.sort(self.first_days, axis=0)
        days = np.arange(self.days)
        filled = [np.searchsorted(ordered[:, camp], days, side="right") for camp in range(len(self.camps))]
        return np.stack(filled, axis=1) / len(ordered) if filled else np.zeros((self.days, 0))

    @property
    def never(self) -> Floats:
        """Give the chance that each camp does not fill within the period, by camp."""
        return np.asarray(np.isinf(self.first_days).mean(axis=0))

    def between(self, sure: float = SURE) -> Floats:
        """Give the days between which each camp fills, with as much left out on either side; shape (camps, 2).

        The ends are days of replicas, rounded outwards, so that at least ``sure`` of the replicas lie between them.
        An infinite end is "not within the period".

        Raises
        ------
        ValueError : ``sure`` is not between 0 and 1
        """
        if not 0 < sure < 1:
            raise ValueError(f"sure must lie between 0 and 1, not {sure}")
        ordered = np.sort(self.first_days, axis=0)
        last = len(ordered) - 1
        # Rounded first, since (1 − 0.9) / 2 · 20 comes out a little below 1.
        low = floor(round((1 - sure) / 2 * last, 9))
        high = ceil(round((1 + sure) / 2 * last, 9))
        return np.stack([ordered[low], ordered[high]], axis=1)

    def date_of(self, day: float) -> date | None:
        """Give the date of a day, or ``None`` for an infinite one."""
        return None if day == inf else self.start + timedelta(days=int(day))

    def as_table(self, sure: float = SURE) -> list[dict[str, str | float | None]]:
        """Give one row a camp: ``camp``, ``from``, ``median`` and ``to`` as ISO dates, ``full`` and ``never``.

        A date is ``None`` where it does not lie within the period; ``full`` and ``never`` are chances over the period.
        """
        ends, never = self.between(sure), self.never
        # Half of the replicas or more have filled on this day.
        medians = np.sort(self.first_days, axis=0)[(len(self.first_days) - 1) // 2]
        rows: list[dict[str, str | float | None]] = []
        for camp, name in enumerate(self.camps):
            dates = [self.date_of(day) for day in (ends[camp, 0], medians[camp], ends[camp, 1])]
            texts = [None if each is None else each.isoformat() for each in dates]
            chances = {"full": float(1 - never[camp]), "never": float(never[camp])}
            rows.append({"camp": name, **dict(zip(("from", "median", "to"), texts, strict=True)), **chances})
        return rows


def fill_dates(outcome: Outcome, capacities: npt.ArrayLike, share: float = 1.0) -> FillDates:
    """Find the first day on which each camp is full in each replica.

    Parameters
    ----------
    outcome : what was simulated
    capacities : people that each camp holds, in simulated persons (divided by ``hasten``); shape (camps,), or
        (days, camps) where they change. Below 1 there is no limit, and the camp never fills
    share : part of the capacity from which a camp counts as full, above 0

    Raises
    ------
    DisplacementError : the capacities do not have one of these shapes, or one is not a number
    ValueError : ``share`` is not above 0
    """
    if not share > 0:
        raise ValueError(f"share must be above 0, not {share}")
    limits = np.asarray(capacities, dtype=np.float64)
    shapes = ((len(outcome.camps),), (outcome.days, len(outcome.camps)))
    if limits.shape not in shapes:
        expected = " / ".join(map(str, shapes))
        raise DisplacementError("displacement.fill.shape", shape=limits.shape, expected=expected)
    if np.isnan(limits).any():
        camp = outcome.camps[int(np.argwhere(np.isnan(limits))[0, -1])]
        raise DisplacementError("displacement.fill.not_a_number", camp=camp)
    # A hair lower, so that 0.07 · 100 is reached by 7 people.
    needed = np.where(limits < 1, inf, share * limits * (1 - 1e-12))
    first_days = np.full((outcome.replicas, len(outcome.camps)), inf)
    for replica, counts in enumerate(outcome.camp_counts):
        full = counts >= needed
        first_days[replica] = np.where(full.any(axis=0), full.argmax(axis=0), inf)
    return FillDates(outcome.start, outcome.camps, outcome.days, share, first_days)
