"""What a scenario adds to an instance and Flee's files have no column for; places and roads by name and number.

These are facts of an instance like its closures: the simulation applies them on their days, under any rules. An
instance that has some cannot be written as Flee's files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
RoadState = Literal["open", "shut", "missing"]


@dataclass(frozen=True, slots=True)
class RoadEvent:
    """From a day until before another, roads are open or shut whatever the closures say, or are not there at all.

    Attributes
    ----------
    roads : rows of ``routes``
    start, end : first day, and the first day after; ``None`` is for good
    state : people on a road that is shut are turned back at its end; people on one that ceases to be there go on
    """

    roads: tuple[int, ...]
    start: int
    end: int | None
    state: RoadState

    def holds(self, day: int) -> bool:
        """Say whether it holds on a day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class CapacityEvent:
    """On the morning of a day, a camp holds ``capacity`` people or ``factor`` times as many as before.

    As with the capacity of ``locations.csv``, the people of day 0 are taken off where the rules say so. A capacity
    stays at least 1, since one below 1 would be without limit; a negative one takes the limit away.
    """

    camp: str
    day: int
    capacity: int | None
    factor: float = 1.0

    def applied(self, capacity: int, lowered: int, hasten: int) -> int:
        """Give the new capacity for the one before, both after people of day 0 were taken off.

        Parameters
        ----------
        lowered : the people of day 0 that are taken off
        hasten : people for one simulated person
        """
        if self.capacity is not None and self.capacity < 0:
            return -1
        whole = round((capacity + lowered) * self.factor) if self.capacity is None else self.capacity // hasten
        return max(whole - lowered, 1)


@dataclass(frozen=True, eq=False)
class ExtraPeople:
    """People who are displaced beside those of the files.

    Attributes
    ----------
    places : where they start, and with which share (adds up to 1); each person's place is drawn
    people : by day, (days,), or by replica and day, (replicas, days)
    """

    places: tuple[str, ...]
    shares: tuple[float, ...]
    people: Counts


@dataclass(frozen=True, eq=False)
class Events:
    """All that a scenario adds.

    Attributes
    ----------
    roads : the last that holds on a day decides; a road that is missing is so whatever the others say
    arrivals : change of the registered people by day, instead of what the registrations say, (days,) or
        (replicas, days), before debts are taken off
    counted : places that are counted among the camps though they are none at the start
    """

    roads: tuple[RoadEvent, ...] = ()
    capacities: tuple[CapacityEvent, ...] = ()
    people: tuple[ExtraPeople, ...] = ()
    arrivals: Counts | None = None
    counted: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.roads or self.capacities or self.people or self.counted) or self.arrivals is not None


NO_EVENTS = Events()


def open_roads(events: Sequence[RoadEvent], day: int, row: Counts, by_files: Flags) -> tuple[Flags, Flags]:
    """Say which links are open on a day, and which are not there.

    Parameters
    ----------
    row : row of ``routes`` that made each link, K
    by_files : links that are open by the closures of the files, K
    """
    opened, missing = by_files.copy(), np.zeros(by_files.size, np.bool_)
    for event in events:
        if not event.holds(day):
            continue
        links = np.isin(row, event.roads)
        if event.state == "missing":
            missing |= links
        else:
            opened[links] = event.state == "open"
    return opened & ~missing, missing
