"""Places and roads, and what happens to them: sections 1.2 to 1.6 and 4 A and C of the format, row by row.

Where the format is silent, here: a low move chance makes a camp at the start and at a location change, not where a
conflict ends or a camp closes; closures are not counted, so that any that reopens a road opens it; one that starts
and ends on a day does both in that order; a closed camp keeps its capacity and loses all flags; levels of floods are
read only with ``flood_zone_spawning_only``, and conflicts change only without it; documented changes of intensity
leave the age of the conflict; spawn weights are computed at the start, at transitions of conflicts and in the move
phase, with the age and the hunger of that day; hunger of a region without a column is 0; columns of unknown places
are skipped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from havre.displacement.instance import Closure, Instance, Location
from havre.displacement.rules import Rules
from havre.displacement.settings import V1_RULES, MoveRules, Settings, SpawnRules

THRESHOLD = 1e-6


@dataclass(eq=False, slots=True)
class Place:
    """One location; ``people`` is n of the format, ``seen`` the n that counts where occupancy is frozen."""

    name: str
    region: str
    country: str
    x: float
    y: float
    attributes: Mapping[str, str]
    population: int = 0
    capacity: int = -1
    movechance: float = 0.0
    camp: bool = False
    idpcamp: bool = False
    town: bool = False
    marker: bool = False
    flood_zone: bool = False
    conflict: float = -1.0
    time_of_conflict: int = -1
    ipc: float = 0.0
    level: int = 0
    score: float = 1.0
    spawn_weight: float = 0.0
    people: int = 0
    seen: float = 0
    present: dict[str, float] = field(default_factory=dict)
    roads: list["Road"] = field(default_factory=list)

    def number(self, attribute: str) -> float:
        """Give an attribute as a number; 0 where it is missing or empty."""
        return float(self.attributes.get(attribute) or 0.0)


@dataclass(eq=False, slots=True)
class Road:
    """One directed link."""

    start: Place
    end: Place
    distance: float
    speed: float | None
    walk_probability: float
    forced: bool
    closed: bool = False


class World:
    """All places and roads of an instance as they are on a day."""

    def __init__(self, instance: Instance, rules: Rules) -> None:
        self.instance = instance
        self.rules = rules
        self.settings: Settings = instance.settings
        self.spawn: SpawnRules = self.settings.spawn_rules
        self.moves: MoveRules = self.settings.move_rules
        if self.moves.use_v1_rules:
            self.moves = replace(self.moves, **V1_RULES)  # type: ignore[arg-type]
        self.places = [self._built(row) for row in instance.locations]
        self.by_name = {place.name: place for place in self.places}
        self.parked: list[Road] = []
        self.roads_changed = True
        self._build_roads()
        self.home_country = self._home_country()
        self.refresh_spawn_weights(0)

    def _built(self, row: Location) -> Place:
        """Make a place of a row of locations.csv (1.2)."""
        place = Place(row.name, row.region, row.country, row.x, row.y, row.attributes)
        kind = row.location_type.lower()
        if "camp" not in kind and "conflict" in kind and (row.conflict_date > 0 or self._calm_at_start(row.name)):
            kind = "town"
        self.make_type(place, kind, float(row.attributes.get("conflict_intensity") or 1.0))
        if "camp" in kind:
            place.capacity = row.population // self.settings.hasten
        else:
            place.population = row.population // self.settings.hasten
        return place

    def _calm_at_start(self, name: str) -> bool:
        """Documented: a conflict zone with a 0 on day 0 is none."""
        table = self.instance.conflicts
        if self.rules.conflict_type_kept or name not in table.names:
            return False
        return bool(table.values[0, table.names.index(name)] <= THRESHOLD)

    def make_type(self, place: Place, kind: str, intensity: float) -> None:
        """Reset all flags of a place and set those of a type, in the order in which the words are looked for."""
        self.clear_type(place)
        moves = self.moves
        if "camp" in kind:
            self.make_camp(place, idp="idp" in kind)
        elif "conflict" in kind:
            place.conflict, place.movechance = intensity, moves.conflict_movechance
        elif "forward" in kind:
            place.movechance = 1.0
        elif "marker" in kind:
            place.marker, place.movechance = True, 1.0
        elif "flood_zone" in kind:
            place.flood_zone, place.movechance = True, moves.default_movechance
        else:
            place.town, place.movechance = True, moves.default_movechance
        if self.rules.low_movechance_is_camp and not place.flood_zone and place.movechance < 0.005:
            place.camp = True

    def clear_type(self, place: Place) -> None:
        place.camp = place.idpcamp = place.town = place.marker = place.flood_zone = False
        place.conflict = -1.0

    def make_camp(self, place: Place, *, idp: bool) -> None:
        place.camp, place.idpcamp = True, idp
        place.movechance = self.moves.idpcamp_movechance if idp else self.moves.camp_movechance

    def _home_country(self) -> str:
        rows = self.instance.locations
        if not self.rules.first_row_is_home:
            rows = tuple(row for row in rows if "conflict" in row.location_type.lower()) or rows
        return rows[0].country

    def foreign(self, place: Place) -> bool:
        return place.country != self.home_country

    def _build_roads(self) -> None:
        """Make two directed links of each row of routes.csv (1.3), four where a flag doubles it."""
        for row in self.instance.routes:
            first, second = self.by_name[row.name1], self.by_name[row.name2]
            speed = float(row.attributes["max_move_speed"]) if row.attributes.get("max_move_speed") else None
            walk = float(row.attributes.get("walk_probability") or 0.0)
            twice = row.forced_redirection == 1 and self.rules.forced_redirection_doubles_link
            for _ in range(2 if twice else 1):
                there = Road(first, second, row.distance, speed, walk, row.forced_redirection == 1)
                back = Road(second, first, row.distance, speed, walk, row.forced_redirection == 2)
                first.roads.append(there)
                second.roads.append(back)

    # A. Environment

    def change_environment(self, day: int) -> None:
        """Do step A of a day."""
        for change in self.instance.location_changes:
            if change.day == day:
                intensity = float(self.settings.default_conflict_intensity)
                self.make_type(self.by_name[change.name], change.new_type.lower(), intensity)
        self._read_ipc(day)
        if self.spawn.flood_zone_spawning_only:
            for place in self.places:
                place.level = self.level_on(place, day)
        else:
            self._change_conflicts(day)

    def _read_ipc(self, day: int) -> None:
        table = self.instance.ipc
        if table is None:
            return
        if not table.days[0] <= day <= table.days[-1]:
            message = f"IPC of day {day}"
            raise ValueError(message)
        for place in self.places:
            if place.region in table.names:
                place.ipc = float(np.interp(day, table.days, table.values[:, table.names.index(place.region)]))

    def level_on(self, place: Place, day: int) -> int:
        """Give the flood level of a place on a day."""
        table = self.instance.floods
        if table is None or place.name not in table.names:
            return 0
        return int(table.values[day, table.names.index(place.name)])

    def _change_conflicts(self, day: int) -> None:
        """Start and end conflicts (1.5)."""
        table, changed = self.instance.conflicts, False
        for column, name in enumerate(table.names):
            if name not in self.by_name:
                continue  # Burundi has such a column, and runs
            place, today = self.by_name[name], float(table.values[day, column])
            yesterday = float(table.values[day - 1, column]) if day > 0 else 0.0
            if today > THRESHOLD and yesterday < THRESHOLD:
                place.movechance, place.conflict = self.moves.conflict_movechance, today
                place.town, place.time_of_conflict = False, day
                changed = True
            elif day > 0 and today < THRESHOLD <= yesterday:
                place.movechance, place.conflict, place.town = self.moves.default_movechance, -1.0, True
                changed = True
            elif today > THRESHOLD and today != yesterday and not self.rules.conflict_change_ignored:
                place.conflict = today
                changed = True
        if changed:
            self.refresh_spawn_weights(day)

    def decay(self, place: Place, day: int) -> float:
        """Give the multiplier of a conflict's age."""
        steps = self.spawn.conflict_spawn_decay
        if not steps:
            return 1.0
        age = int((day - place.time_of_conflict) / self.spawn.conflict_spawn_decay_interval)
        return steps[min(age, len(steps) - 1)]

    def refresh_spawn_weights(self, day: int) -> None:
        """Weigh places by the people who would flee from them (4 B)."""
        for place in self.places:
            place.spawn_weight = 0.0
            if self.spawn.conflict_driven_spawning is not None:
                continue
            if place.conflict > 0.0:
                place.spawn_weight = place.population * place.conflict * self.decay(place, day)
            starving = place.conflict > 0.0 or not self.spawn.conflict_zone_spawning_only
            if self.spawn.starvation_driven_spawning and day > 0 and starving:
                place.spawn_weight += place.population * place.ipc / 100.0

    # C. Closures

    def close_and_open(self, day: int) -> None:
        """Do step C of a day, in the order of the file (1.4)."""
        for closure in self.instance.closures:
            if day == closure.start:
                self._act(closure, closing=True)
            if day == closure.end:
                self._act(closure, closing=False)

    def _act(self, closure: Closure, *, closing: bool) -> None:
        kind = closure.closure_type
        if kind in ("camp", "idpcamp"):
            self._close_camp(self.by_name[closure.name1], idp=kind == "idpcamp", closing=closing)
        elif kind == "remove_forced_redirection":
            for road in self.parked + [road for place in self.places for road in place.roads]:
                if (road.start.name, road.end.name) == (closure.name1, closure.name2):
                    road.forced = not closing
        elif closing:
            for road in [road for place in self.places for road in place.roads if self._concerns(closure, road)]:
                self._close(road)
        else:
            for road in [road for road in self.parked if self._concerns(closure, road)]:
                self.parked.remove(road)
                road.start.roads.append(road)
        self.roads_changed = True

    def _close_camp(self, place: Place, *, idp: bool, closing: bool) -> None:
        self.clear_type(place)
        if closing:
            place.town, place.movechance = True, self.moves.default_movechance
        else:
            self.make_camp(place, idp=idp)

    def _concerns(self, closure: Closure, road: Road) -> bool:
        if closure.closure_type == "country":
            ends = {road.start.country, road.end.country}
        elif closure.closure_type == "location":
            return closure.name1 in (road.start.name, road.end.name)
        elif self.rules.link_closure_ignored:
            return False
        else:
            ends = {road.start.name, road.end.name}
        return ends == {closure.name1, closure.name2}

    def _close(self, road: Road) -> None:
        """Close the road under those who are on it, and keep a copy for those who come after it opens again."""
        road.closed = True
        road.start.roads.remove(road)
        self.parked.append(Road(road.start, road.end, road.distance, road.speed, road.walk_probability, road.forced))
