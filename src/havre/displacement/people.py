"""Where people are, as counts: one row for each state that somebody is in, one column for each replica.

People in the same state have the same chances and move independently, so their number is all that there is to know.
A state is a place (location, link, or twin of a link), and what of the past still matters: km on the link, the
route still to walk, the group (demographics), the home, whether the first leg is being walked, and how far people came
of late (``recent``). Columns that no rule asks for stay 0, so that states merge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from havre.displacement.network import Flags, Floats, Ints

PLACE, ROUTE, GROUP, HOME, FIRST = range(5)
KM, RECENT, MOVED = range(3)


@dataclass(eq=False, slots=True)
class People:
    """Rows of people (S states × R replicas).

    Attributes
    ----------
    state : place, route, group, home and whether on the first leg, as whole numbers, (S, 5)
    way : km walked on the link, share of the daily range made of late, km made today, (S, 3)
    count : people, (S, R)
    """

    state: Ints
    way: Floats
    count: Ints

    @classmethod
    def at(cls, place: Ints, count: Ints, *, group: Ints | None = None, home: Ints | None = None, first: bool) -> Self:
        """Put people at places, who have not moved yet."""
        state = np.zeros((place.size, 5), np.int64)
        state[:, PLACE] = place
        state[:, GROUP] = 0 if group is None else group
        state[:, HOME] = 0 if home is None else home
        state[:, FIRST] = first
        return cls(state, np.zeros((place.size, 3)), count)

    @classmethod
    def nobody(cls, replicas: int) -> Self:
        """Give no rows at all."""
        return cls(np.zeros((0, 5), np.int64), np.zeros((0, 3)), np.zeros((0, replicas), np.int64))

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """Put rows one below the other."""
        some = [part for part in parts if len(part)] or parts[:1]
        if len(some) == 1:
            return some[0]
        return cls(
            np.concatenate([part.state for part in some]),
            np.concatenate([part.way for part in some]),
            np.concatenate([part.count for part in some]),
        )

    @property
    def place(self) -> Ints:
        """Where each row is: a location, a link or the twin of a link."""
        return self.state[:, PLACE]

    @property
    def route(self) -> Ints:
        """The route that each row still has to walk, 0 for none."""
        return self.state[:, ROUTE]

    @property
    def group(self) -> Ints:
        """The group of each row."""
        return self.state[:, GROUP]

    @property
    def home(self) -> Ints:
        """One more than the place where each row began, negative where people count there; 0 where no rule asks."""
        return self.state[:, HOME]

    @property
    def first(self) -> Flags:
        """Which rows are on their first leg."""
        first: Flags = self.state[:, FIRST] != 0
        return first

    @property
    def km(self) -> Floats:
        """The km that each row walked on its link."""
        return self.way[:, KM]

    @property
    def recent(self) -> Floats:
        """The share of the daily range that each row made of late."""
        return self.way[:, RECENT]

    @property
    def moved(self) -> Floats:
        """The km that each row made today."""
        return self.way[:, MOVED]

    def __len__(self) -> int:
        return int(self.state.shape[0])

    def rows(self, chosen: Flags | Ints) -> Self:
        """Give some rows."""
        # Taking numbered rows is several times as fast as picking them by flags or brackets.
        numbers = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        return type(self)(self.state.take(numbers, 0), self.way.take(numbers, 0), self.count.take(numbers, 0))

    def parted(self, chosen: Flags) -> tuple[Self, Self]:
        """Give the chosen rows, and the others."""
        if chosen.all():
            return self, type(self).nobody(self.count.shape[1])
        if not chosen.any():
            return type(self).nobody(self.count.shape[1]), self
        return self.rows(chosen), self.rows(~chosen)

    def counted(self, count: Ints) -> Self:
        """Give the same states with other counts."""
        return type(self)(self.state, self.way, count)

    def occupied(self) -> Self:
        """Leave out states in which nobody is in any replica."""
        some = np.flatnonzero(self.count.any(axis=1))
        return self if some.size == len(self) else self.rows(some)

    def merged(self) -> Self:
        """Add up rows of the same state, in the order of the states."""
        if len(self) <= 1:
            return self
        key = self._key()
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        new = np.concatenate(([True], ordered[1:] != ordered[:-1]))
        if new.all():
            return self.rows(order)
        starts = np.flatnonzero(new)
        chosen = order[starts]
        return type(self)(self.state[chosen], self.way[chosen], np.add.reduceat(self.count[order], starts, axis=0))

    def _key(self) -> Ints:
        """Number the states: equal rows have equal keys."""
        key = self.state[:, PLACE]
        size = int(key.max(initial=0)) + 1
        for column in np.flatnonzero(self.state[:, 1:].any(axis=0)) + 1:
            numbers = self.state[:, column]
            # Homes are negative where people count there.
            key, size = _combined(key, size, numbers - numbers.min())
        for column in np.flatnonzero(self.way.any(axis=0)):
            key, size = _combined(key, size, np.unique(self.way[:, column], return_inverse=True)[1])
        return key


def _combined(key: Ints, size: int, numbers: Ints) -> tuple[Ints, int]:
    span = int(numbers.max(initial=0)) + 1
    if size > 2**62 // span:
        key = np.unique(key, return_inverse=True)[1]
        size = int(key.max(initial=0)) + 1
    return key * span + numbers, size * span


def sum_by(index: Ints, count: Ints, size: int) -> Ints:
    """Add up rows by index, shape (size, R).

    Examples
    --------
    >>> sum_by(np.array([2, 0, 2]), np.array([[1], [5], [10]]), 3).ravel().tolist()
    [5, 0, 11]
    """
    total = np.zeros((size, count.shape[1]), np.int64)
    if count.shape[1] == 1:
        np.add.at(total[:, 0], index, count[:, 0])
    elif index.size:
        order = np.argsort(index, kind="stable")
        ordered = index[order]
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        total[ordered[starts]] = np.add.reduceat(count[order], starts, axis=0)
    return total


def add_by(total: Ints, index: Ints, count: Ints) -> None:
    """Add rows to ``total`` (size, R) by index, in place."""
    if count.shape[1] == 1:
        np.add.at(total[:, 0], index, count[:, 0])
    else:
        total += sum_by(index, count, total.shape[0])
