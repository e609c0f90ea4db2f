"""What people know of how full places are, and how finely a pass is split so that they do not go by stale news."""

from dataclasses import dataclass

import numpy as np

from havre.displacement.candidates import Candidates
from havre.displacement.environment import Environment
from havre.displacement.network import Flags, Floats, Ints
from havre.displacement.occupancy import FEW, ONE_BY_ONE, Pressure, attraction, needed_steps
from havre.displacement.people import People, sum_by
from havre.displacement.scoring import Parameters

FULL_FOR_HOPS = 0.5
"""Below this attraction of a route's end, a camp, people give the route up."""


@dataclass(frozen=True, eq=False)
class Attraction:
    """What people know at some moment.

    Attributes
    ----------
    share : attraction of each place, (L, R)
    give_up : camps so full that people turn back, (L, R), or ``None`` where there are none
    """

    share: Floats
    give_up: Flags | None


class Crowding:
    """How full the places with a limit are on the current day."""

    def __init__(self, environment: Environment, parameters: Parameters, replicas: int) -> None:
        self._environment, self._parameters, self._replicas = environment, parameters, replicas
        self._buffer = parameters["capacity_buffer"]
        self._free = np.ones((environment.capacity.size, replicas))
        self._last: tuple[Floats, Attraction] | None = None
        self.begin_day()

    def begin_day(self) -> None:
        """Take up the capacities of the day."""
        self._capacity = self._environment.capacity[:, None] * self._parameters["capacity_scaling"]
        self._limited = np.flatnonzero((self._capacity >= 1).any(axis=1))
        self._room = self._capacity[self._limited]
        self._camp = self._environment.camp[self._limited, None]
        self._last = None

    def known(self, present: Ints | Floats) -> Attraction:
        """Say what people know if so many are at each place, (L, R); the same object as long as nothing changes."""
        share = attraction(present[self._limited], self._room, self._buffer)
        if self._last is not None and np.array_equal(share, self._last[0]):
            return self._last[1]
        everywhere = self._free
        give_up = None
        if self._limited.size:
            everywhere = everywhere.copy()
            everywhere[self._limited] = share
            turning = self._camp & (share < FULL_FOR_HOPS)
            if turning.any():
                give_up = np.zeros(everywhere.shape, np.bool_)
                give_up[self._limited] = turning
        known = Attraction(everywhere, give_up)
        self._last = (share, known)
        return known

    def steps(
        self,
        present: Ints,
        candidates: Candidates,
        base: Floats,
        chance: Floats,
        choosing: People,
        *,
        arriving: People | None,
    ) -> tuple[Ints, bool]:
        """Say into how many parts a pass is split in each replica, (R,), and whether people go one by one.

        Parameters
        ----------
        present : people at each place, (L, R)
        base : weight of each candidate before attraction, (C, P)
        chance : chance to leave each place, (L, P)
        choosing : people who decide in this pass
        arriving : people who arrive in it, ``None`` where people only leave
        """
        limited = self._limited
        if limited.size == 0 or len(choosing) == 0:
            return np.ones(self._replicas, np.int64), False
        size = present.shape[0]
        leaving = sum_by(choosing.place, choosing.count, size) * chance
        pressure = self._pressure(present, candidates, base, leaving, arriving)
        steps = needed_steps(pressure)
        people = (choosing if arriving is None else arriving).count.sum(axis=0)
        most, finest = int(people.max()), int(steps.max())
        if finest > 1 and most <= ONE_BY_ONE and most <= max(FEW, 2 * finest):
            return np.maximum(people, 1), True
        return steps, False

    def _pressure(
        self, present: Ints, candidates: Candidates, base: Floats, leaving: Floats, arriving: People | None
    ) -> Pressure:
        """Foresee how the limited places change: by who arrives, and by who is expected to choose them."""
        limited, size = self._limited, present.shape[0]
        share = base * self.known(present).share[candidates.end]
        total = np.zeros((size, share.shape[1]))
        np.add.at(total, candidates.place, share)
        towards = np.flatnonzero(np.isin(candidates.end, limited))
        place, end = candidates.place[towards], candidates.end[towards]
        flow = leaving[place]
        reach = np.zeros((size, self._replicas))
        np.add.at(reach, end, flow)
        change = -leaving
        if arriving is not None:
            change = sum_by(arriving.place, arriving.count, size).astype(np.float64)
            np.add.at(change, end, flow * (share[towards] / np.maximum(total, 1e-300)[place]))
        return Pressure(present[limited], change[limited], reach[limited], self._room, self._buffer)
