"""An instance while a scenario is applied to it: what has changed so far, and what was wrong with the scenario.

There are two instances in the end. Both have the same places and roads, in the same order, so that they can be
simulated hand in hand; in the base, whatever the scenario adds is out of reach for good.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

import numpy as np

from havre.displacement.environment import type_word
from havre.displacement.events import CapacityEvent, Counts, Events, ExtraPeople, RoadEvent
from havre.displacement.instance import (
    Closure,
    CountFile,
    DayTable,
    Instance,
    Location,
    LocationChange,
    Registrations,
    Route,
)
from havre.displacement.near_names import near
from havre.displacement.rules import Rules
from havre.displacement.scenario_values import Day
from havre.displacement.settings import Settings
from havre.errors import Problem
from havre.texts import Language, say

Period = tuple[int, int | None]
"""First day, and the first day after; ``None`` is for good."""


@dataclass(frozen=True)
class Remark:
    """Something to know about a scenario: a key of the catalogue ``displace_scenario`` and its fields."""

    key: str
    fields: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, key: str, /, **fields: object) -> Self:
        """Make a remark from keyword fields."""
        return cls(key, tuple(fields.items()))

    def sentence(self, language: Language = "en") -> str:
        """Say it."""
        return say("displace_scenario", f"remark.{self.key}", language, **dict(self.fields))


@dataclass(eq=False)
class Draft:
    """What has changed so far.

    Attributes
    ----------
    original : the instance as it was
    replicas, seed : for numbers that each replica draws on its own
    locations, base_locations : places of either instance, in the same order
    base_roads, roads : what the scenario says about roads, for either
    change : change of the registered people by day, where the scenario says another
    """

    original: Instance
    rules: Rules
    replicas: int
    seed: int
    locations: list[Location] = field(default_factory=list)
    base_locations: list[Location] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    registrations: list[Registrations] = field(default_factory=list)
    base_roads: list[RoadEvent] = field(default_factory=list)
    roads: list[RoadEvent] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    location_changes: list[LocationChange] = field(default_factory=list)
    capacities: list[CapacityEvent] = field(default_factory=list)
    extra: list[ExtraPeople] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    change: Counts | None = None
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    conflicts: DayTable = field(init=False)
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        instance = self.original
        self.locations, self.base_locations = list(instance.locations), list(instance.locations)
        self.routes, self.registrations = list(instance.routes), list(instance.registrations)
        self.closures, self.location_changes = list(instance.closures), list(instance.location_changes)
        events = instance.events
        self.base_roads, self.roads = list(events.roads), list(events.roads)
        self.capacities, self.extra, self.counted = list(events.capacities), list(events.people), list(events.counted)
        self.conflicts, self.settings = instance.conflicts, instance.settings

    def base(self) -> Instance:
        """Give the instance as it was, with the places and roads of the scenario out of reach."""
        events = replace(self.original.events, roads=tuple(self.base_roads), counted=tuple(self.counted))
        return replace(self._shared(), locations=tuple(self.base_locations), events=events)

    def changed(self) -> Instance:
        """Give the instance of the scenario."""
        arrivals = self.original.events.arrivals if self.change is None else self.change
        events = Events(
            tuple(self.roads), tuple(self.capacities), tuple(self.extra), arrivals, counted=tuple(self.counted)
        )
        return replace(
            self._shared(),
            locations=tuple(self.locations),
            closures=tuple(self.closures),
            location_changes=tuple(self.location_changes),
            conflicts=self.conflicts,
            settings=self.settings,
            events=events,
        )

    def _shared(self) -> Instance:
        return replace(self.original, routes=tuple(self.routes), registrations=tuple(self.registrations))

    def wrong(self, fault: str, where: str, /, **fields: object) -> None:
        """Tell what is wrong with the scenario."""
        self.problems.append(Problem.of(f"displacement.scenario.{fault}", where=where, **fields))

    def remark(self, key: str, /, **fields: object) -> None:
        """Tell what is to be known."""
        self.remarks.append(Remark.of(key, **fields))

    def day(self, day: Day, where: str, key: str = "from") -> int | None:
        """Give the number of a first day, or tell that it does not lie within the period."""
        number = (day - self.original.start).days if isinstance(day, date) else day
        if 0 <= number < self.original.length:
            return number
        last = self.original.start.fromordinal(self.original.start.toordinal() + self.original.length - 1)
        fields = {"first": self.original.start, "last_day": self.original.length - 1, "last": last}
        self.wrong("day", where, key=key, value=day, **fields)
        return None

    def period(self, start: Day, end: Day | None, where: str) -> Period | None:
        """Give the numbers of the days of a period, or tell what is wrong with them."""
        first = self.day(start, where)
        after = (end - self.original.start).days if isinstance(end, date) else end
        if first is not None and after is not None and after <= first:
            self.wrong("order", where, start=start, end=end)
            return None
        return None if first is None else (first, after)

    def place(self, name: str, where: str, key: str) -> int | None:
        """Give the number of a place, or tell that it is unknown."""
        names = [place.name for place in self.locations]
        if name in names:
            return names.index(name)
        self.wrong("unknown_place", where, key=key, name=name, near=near(name, names))
        return None

    def camp(self, name: str, where: str) -> int | None:
        """Give the number of a camp, or tell that there is none of this name."""
        number = self.place(name, where, "camp")
        if number is None or self.is_camp(number):
            return number
        camps = ", ".join(place.name for row, place in enumerate(self.locations) if self.is_camp(row))
        self.wrong("no_camp", where, name=name, camps=camps or "–")
        return None

    def is_camp(self, number: int) -> bool:
        """Say whether a place is a camp by its file."""
        return type_word(self.locations[number].location_type) == "camp"

    def roads_between(self, one: str, other: str) -> tuple[int, ...]:
        """Give the rows of the roads between two places."""
        return tuple(row for row, road in enumerate(self.routes) if {road.name1, road.name2} == {one, other})

    def add_place(self, place: Location, base: Location) -> None:
        """Add a place that both instances have; a camp has registrations, of nobody."""
        self.locations.append(place)
        self.base_locations.append(base)
        if self.is_camp(len(self.locations) - 1):
            nobody = CountFile(f"{place.name} (scenario)", (self.original.start,), (0.0,))
            self.registrations.append(Registrations(place.name, (nobody,)))

    def needs_registrations(self, where: str) -> bool:
        """Say whether registrations decide how many people are displaced, or tell that they do not."""
        spawn = self.settings.spawn_rules
        if spawn.conflict_driven_spawning is None and not spawn.flood_zone_spawning_only:
            return True
        self.wrong("not_by_registrations", where)
        return False

    def add_road(self, road: Route, period: Period) -> int:
        """Add a road that is there in a period, and in the base never; gives its row."""
        row = len(self.routes)
        self.routes.append(road)
        self.base_roads.append(RoadEvent((row,), 0, None, "missing"))
        start, end = period
        if start > 0:
            self.roads.append(RoadEvent((row,), 0, start, "missing"))
        if end is not None:
            self.roads.append(RoadEvent((row,), end, None, "missing"))
        return row

    def set_conflict(self, name: str, period: Period, intensity: float) -> None:
        """Write an intensity into the days of a place, with a new column where it has none."""
        table, (start, end) = self.conflicts, period
        names, values = table.names, table.values
        if name not in names:
            names = (*names, name)
            values = np.concatenate([values, np.zeros((values.shape[0], 1))], axis=1)
        values = values.copy()
        values[start:end, names.index(name)] = intensity
        self.conflicts = DayTable(names, table.days, values)

    def intensity(self, name: str, day: int) -> float:
        """Give the intensity of a place on a day by the table of conflicts, 0 where it has no column."""
        if name not in self.conflicts.names or not 0 <= day < self.conflicts.values.shape[0]:
            return 0.0
        return float(self.conflicts.values[day, self.conflicts.names.index(name)])
