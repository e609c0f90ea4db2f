"""What may change in a scenario: each change with its places, its days and its size, as it is said.

Days are numbers from 0 or dates. A change holds from its first day (``start``, in files ``from``) until before another
(``end``, in files ``until``); without the latter it holds for good. What a change does to an instance stands in
:mod:`havre.displacement.scenario_draft` and :mod:`havre.displacement.scenario_arrivals`.
"""

from dataclasses import dataclass
from typing import ClassVar

from havre.displacement.build_options import DETOUR as USUAL_DETOUR
from havre.displacement.scenario_values import (
    Daily,
    Detour,
    End,
    Factor,
    Latitude,
    Longitude,
    Name,
    Names,
    Pair,
    Part,
    People,
    PlaceType,
    Positive,
    RuleValue,
    Start,
    Text,
    Truth,
    Uncertainty,
    Whole,
)


@dataclass(frozen=True, kw_only=True)
class RoadTo(Part):
    """A road from a new place: its other end, and its length or the detour over the great circle."""

    AT_MOST_ONE: ClassVar = (("km", "detour"),)
    to: Name
    km: Positive | None = None
    detour: Detour | None = None
    max_move_speed: Positive | None = None


@dataclass(frozen=True, kw_only=True)
class NewPlace(Part):
    """A place that is not in the instance; it is there from the first day, its roads too.

    Parameters
    ----------
    kind : ``town``, ``forwarding_hub`` or ``marker``
    population : people who live there, which matters where it becomes a conflict zone
    """

    name: Name
    country: Text
    region: Text = ""
    latitude: Latitude
    longitude: Longitude
    kind: PlaceType = "town"
    population: Whole = 0
    roads: tuple[RoadTo, ...]


@dataclass(frozen=True, kw_only=True)
class NewCamp(Part):
    """A camp that opens on a day at a place that is not in the instance; before, no road leads there.

    Parameters
    ----------
    capacity : people it holds
    idp : whether it is a camp for people displaced within their country
    """

    name: Name
    country: Text
    region: Text = ""
    latitude: Latitude
    longitude: Longitude
    capacity: People
    idp: Truth = False
    start: Start
    roads: tuple[RoadTo, ...]


@dataclass(frozen=True, kw_only=True)
class NewRoad(Part):
    """A road between two places; without km or detour it is as long as the great circle times the usual detour."""

    AT_MOST_ONE: ClassVar = (("km", "detour"),)
    between: Pair
    km: Positive | None = None
    detour: Detour | None = None
    max_move_speed: Positive | None = None
    start: Start = 0
    end: End | None = None


@dataclass(frozen=True, kw_only=True)
class RoadChange(Part):
    """A road becomes longer, shorter, slower or faster; who is on it already walks on as before.

    Parameters
    ----------
    km, factor : the new length, or what the length is multiplied by
    max_move_speed : km a day on this road
    """

    AT_MOST_ONE: ClassVar = (("km", "factor"),)
    between: Pair
    km: Positive | None = None
    factor: Positive | None = None
    max_move_speed: Positive | None = None
    start: Start = 0
    end: End | None = None


@dataclass(frozen=True, kw_only=True)
class Close(Part):
    """A border between two countries, a link, all roads of a location, or a camp closes.

    Who is on a road that closes is turned back at its end. A camp that closes becomes a town: people stay, and move on.
    """

    ONE_OF: ClassVar = (("border", "link", "location", "camp"),)
    border: Pair | None = None
    link: Pair | None = None
    location: Name | None = None
    camp: Name | None = None
    start: Start
    end: End | None = None


@dataclass(frozen=True, kw_only=True)
class Open(Part):
    """What is closed opens: it is open whatever the closures of the instance say.

    Parameters
    ----------
    camp : one that the instance closes, or a place that is no camp and becomes one
    capacity : of such a place
    """

    ONE_OF: ClassVar = (("border", "link", "location", "camp"),)
    border: Pair | None = None
    link: Pair | None = None
    location: Name | None = None
    camp: Name | None = None
    capacity: People | None = None
    start: Start
    end: End | None = None


@dataclass(frozen=True, kw_only=True)
class Capacity(Part):
    """From a day on, a camp holds so many people, or so many times as many."""

    ONE_OF: ClassVar = (("capacity", "factor"),)
    camp: Name
    capacity: People | None = None
    factor: Factor | None = None
    start: Start


@dataclass(frozen=True, kw_only=True)
class Conflict(Part):
    """A place becomes a conflict zone.

    Parameters
    ----------
    population : people who live there, where the instance has another number or none
    """

    place: Name
    intensity: Positive = 1.0
    population: Whole | None = None
    start: Start
    end: End | None = None


@dataclass(frozen=True, kw_only=True)
class Peace(Part):
    """The conflict at a place ends."""

    place: Name
    start: Start
    end: End | None = None


@dataclass(frozen=True, kw_only=True)
class ArrivalFactor(Part):
    """What the registrations change by each day is multiplied: 1.5 displaces half as many people again."""

    factor: Factor
    start: Start
    end: End | None = None


@dataclass(frozen=True, kw_only=True)
class DailyArrivals(Part):
    """How many people are displaced each day, instead of what the registrations say.

    Parameters
    ----------
    people : by day from ``start`` on, shape (days,), or by replica and day, (replicas, days)
    table : file with the columns ``date`` or ``day``, ``persons`` and, where it has several futures, ``draw``; the
        replicas take the draws in turn
    uncertainty : whether the numbers are means around which each replica draws its own
    dispersion : of the negative binomial distribution, whose variance is ``mean + mean² / dispersion``
    """

    ONE_OF: ClassVar = (("people", "table"),)
    people: Daily | None = None
    table: Text | None = None
    uncertainty: Uncertainty = "none"
    dispersion: Positive | None = None
    start: Start | None = None


@dataclass(frozen=True, kw_only=True)
class MorePeople(Part):
    """So many people a day are displaced from given places, beside all others; by population where several.

    Parameters
    ----------
    people : a day
    uncertainty, dispersion : as in :class:`DailyArrivals`
    """

    people: Positive
    places: Names
    uncertainty: Uncertainty = "none"
    dispersion: Positive | None = None
    start: Start
    end: End | None = None


@dataclass(frozen=True, kw_only=True)
class Rule(Part):
    """A move rule has another value, over the whole period."""

    name: Name
    value: RuleValue


Change = (
    NewPlace
    | NewCamp
    | NewRoad
    | RoadChange
    | Open
    | Close
    | Capacity
    | Conflict
    | Peace
    | ArrivalFactor
    | DailyArrivals
    | MorePeople
    | Rule
)
KINDS: dict[str, type[Change]] = {
    "place": NewPlace,
    "camp": NewCamp,
    "road": NewRoad,
    "road_change": RoadChange,
    "open": Open,
    "close": Close,
    "capacity": Capacity,
    "conflict": Conflict,
    "peace": Peace,
    "arrivals_factor": ArrivalFactor,
    "arrivals": DailyArrivals,
    "more_people": MorePeople,
    "rule": Rule,
}
"""Changes by their key in a file, in the order in which they are applied; those of a kind in the order of the file."""


@dataclass(frozen=True)
class Scenario:
    """What is supposed: changes to an instance, of which none says how likely it is.

    Changes are applied by kind, in the order of ``KINDS``, and of each kind in their own order; so a border that closes
    closes a new road as well.

    Parameters
    ----------
    name : what people call it
    note : who supposes it, and why
    """

    changes: tuple[Change, ...]
    name: str = ""
    note: str = ""

    def in_order(self) -> list[tuple[str, Change]]:
        """Give the changes in the order in which they are applied, each with its key in a file and its number there."""
        found: list[tuple[str, Change]] = []
        for key, kind in KINDS.items():
            own = [change for change in self.changes if type(change) is kind]
            found += [(f"{key} {number}", change) for number, change in enumerate(own, start=1)]
        return found


def usual_km(great_circle: float, road: RoadTo | NewRoad) -> float:
    """Give the length of a road for the great circle between its ends [km]."""
    return road.km if road.km is not None else great_circle * (road.detour or USUAL_DETOUR)
