"""The places and links on a day: conflicts, changes of type, floods, hunger, closures. The same in every replica.

Each day first :meth:`Environment.begin_day` applies location changes and then floods or conflict transitions, then,
after people were displaced, :meth:`Environment.close_and_open` the closures of the day.
"""

from typing import TYPE_CHECKING

import numpy as np

from havre.displacement.events import open_roads
from havre.displacement.instance import Closure, DayTable, Instance
from havre.displacement.network import Flags, Ints, Network
from havre.displacement.rules import Rules
from havre.errors import DisplacementError

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFLICT_THRESHOLD = 1e-6
LOWEST_MOVECHANCE = 0.005
CONFLICT, CAMP, IDP_CAMP, DEFAULT, ALWAYS = range(5)
"""Which move chance holds at a place."""
TYPE_WORDS = ("camp", "conflict", "forward", "marker", "flood_zone", "default", "town")


def type_word(location_type: str) -> str:
    """Give the word that decides a location type, empty where there is none."""
    low = location_type.lower()
    return next((word for word in TYPE_WORDS if word in low), "")


def number_of(attributes: "Mapping[str, str]", key: str, missing: float = 0.0) -> float:
    """Read a number among the attributes of a place; an empty cell is missing."""
    text = attributes.get(key, "").strip()
    return float(text) if text else missing


class Environment:
    """The state of all places (L) and links (K) on the current day.

    Attributes
    ----------
    conflict : intensity, not above 0 where there is none, L
    since : day on which the conflict began, -1 before any, L
    kind : which move chance holds, L
    capacity : people, below 1 without limit, L
    open : links that can be entered, K
    counted : places whose people the outcome tells: the camps at the start, and what a scenario makes a camp, L
    version : grows with every change of types, conflicts, floods or hunger
    """

    def __init__(self, instance: Instance, network: Network, rules: Rules, *, hasten: int) -> None:
        self._instance, self._network, self._rules, self._hasten = instance, network, rules, hasten
        size = network.locations
        self.camp, self.idp_camp, self.forward, self.marker, self.flood_zone, self.town = (
            np.zeros(size, np.bool_) for _ in range(6)
        )
        self.conflict = np.full(size, -1.0)
        self.since = np.full(size, -1, np.int64)
        self.kind = np.full(size, DEFAULT, np.int64)
        self.capacity = np.full(size, -1, np.int64)
        self.population = np.zeros(size, np.int64)
        self.level = np.zeros(size, np.int64)
        self.hunger = np.zeros(size)
        self.open = np.ones(network.links, np.bool_)
        self._open_by_files = self.open.copy()
        self._lowered = np.zeros(size, np.int64)
        self.forced = network.forced.copy()
        self.version = 0
        self._growth = self._daily_growth()
        move = instance.settings.move_rules
        self._chances = np.array(
            [move.conflict_movechance, move.camp_movechance, move.idpcamp_movechance, move.default_movechance, 1.0]
        )
        for place, location in enumerate(instance.locations):
            self._start(place, location.location_type, location.conflict_date, location.population // hasten)
        self._conflict_columns = self._columns(instance.conflicts)
        self._start_without_conflict()
        self.camps_at_start = self.camp.copy()
        self.counted = self.camp.copy()
        self.counted[[network.number(name) for name in instance.events.counted]] = True

    def _daily_growth(self) -> Ints:
        places = self._instance.locations
        return np.array([int(number_of(place.attributes, "capacity_per_day")) for place in places], np.int64)

    def _start(self, place: int, location_type: str, conflict_date: int, people: int) -> None:
        word = type_word(location_type)
        if word == "conflict" and conflict_date > 0:
            word = "town"
        attributes = self._instance.locations[place].attributes
        self._set_type(place, word, location_type, number_of(attributes, "conflict_intensity", 1.0))
        if self.camp[place] and word == "camp":
            self.capacity[place] = people
        else:
            self.population[place] = people

    def _set_type(self, place: int, word: str, location_type: str, intensity: float) -> None:
        for flags in (self.camp, self.idp_camp, self.forward, self.marker, self.flood_zone, self.town):
            flags[place] = False
        self.conflict[place] = intensity if word == "conflict" else -1.0
        self.camp[place] = word == "camp"
        self.idp_camp[place] = word == "camp" and "idp" in location_type.lower()
        self.forward[place] = word == "forward"
        self.marker[place] = word == "marker"
        self.flood_zone[place] = word == "flood_zone"
        self.town[place] = word in ("town", "default")
        kinds = {"camp": IDP_CAMP if self.idp_camp[place] else CAMP, "conflict": CONFLICT}
        self.kind[place] = kinds.get(word, ALWAYS if word in ("forward", "marker") else DEFAULT)
        low = self._chances[self.kind[place]] < LOWEST_MOVECHANCE
        if low and self._rules.low_movechance_is_camp and not self.flood_zone[place]:
            self.camp[place] = True
        self.version += 1

    def _start_without_conflict(self) -> None:
        """Make a zone from day 0 a town where its column says 0 on day 0, unless the rules keep it."""
        if self._rules.conflict_type_kept:
            return
        for place, column in self._conflict_columns:
            if self.conflict[place] > 0 and self._instance.conflicts.values[0, column] <= CONFLICT_THRESHOLD:
                self._set_type(place, "town", "town", -1.0)

    def _columns(self, table: DayTable | None) -> list[tuple[int, int]]:
        """Pair places with columns of a table, in the order of the columns; names of no place are left out."""
        numbers = {name: place for place, name in enumerate(self._network.names)}
        names = () if table is None else table.names
        return [(numbers[name], column) for column, name in enumerate(names) if name in numbers]

    def begin_day(self, day: int) -> bool:
        """Apply the changes of a day's morning.

        Returns
        -------
        Whether a conflict zone was added, changed or removed.

        Raises
        ------
        DisplacementError : a table has no row for the day
        """
        for change in self._instance.location_changes:
            if change.day == day:
                intensity = float(self._instance.settings.default_conflict_intensity)
                place = self._network.number(change.name)
                self._set_type(place, type_word(change.new_type), change.new_type, intensity)
        self._change_capacities(day)
        if self._instance.ipc is not None:
            self._update_hunger(day, self._instance.ipc)
        if self._instance.settings.spawn_rules.flood_zone_spawning_only:
            self.level = self.flood_levels(day)
            self.version += 1
            return False
        return self._update_conflicts(day)

    def _change_capacities(self, day: int) -> None:
        for event in self._instance.events.capacities:
            if event.day == day:
                place = self._network.number(event.camp)
                before, lowered = int(self.capacity[place]), int(self._lowered[place])
                self.capacity[place] = event.applied(before, lowered, self._hasten)
                self.version += 1

    def _update_hunger(self, day: int, ipc: DayTable) -> None:
        if not ipc.days[0] <= day <= ipc.days[-1]:
            raise DisplacementError("displacement.engine.ipc_days", day=day, first=ipc.days[0], last=ipc.days[-1])
        columns = {name: column for column, name in enumerate(ipc.names)}
        share = np.zeros(len(self._network.regions))
        for number, region in enumerate(self._network.regions):
            if region in columns:
                share[number] = np.interp(day, ipc.days, ipc.values[:, columns[region]]) / 100
        self.hunger = share[self._network.region]
        self.version += 1

    def flood_levels(self, day: int) -> Ints:
        """Give the flood level of each place on a day; 0 where the table has no column, L.

        Raises
        ------
        DisplacementError : the table has no row for the day
        """
        levels = np.zeros(self._network.locations, np.int64)
        table = self._instance.floods
        if table is not None:
            self._check_row(table, day, "flood_level.csv")
            for place, column in self._columns(table):
                levels[place] = int(table.values[day, column])
        return levels

    def _check_row(self, table: DayTable, day: int, file: str) -> None:
        if day >= table.values.shape[0]:
            raise DisplacementError("displacement.engine.table_short", file=file, day=day, rows=table.values.shape[0])

    def _update_conflicts(self, day: int) -> bool:
        if not self._conflict_columns:
            return False
        table = self._instance.conflicts
        self._check_row(table, day, "conflicts.csv")
        today = table.values[day]
        before = table.values[day - 1] if day else np.zeros_like(today)
        begins = (today > CONFLICT_THRESHOLD) & ((before < CONFLICT_THRESHOLD) | (day == 0))
        ends = (today < CONFLICT_THRESHOLD) & (before >= CONFLICT_THRESHOLD) & (day > 0)
        changes = (today > CONFLICT_THRESHOLD) & ~begins & (today != before)
        if self._rules.conflict_change_ignored:
            changes[:] = False
        if not (begins | ends | changes).any():
            return False
        touched = False
        for place, column in self._conflict_columns:
            if begins[column]:
                self.conflict[place], self.kind[place], self.town[place] = today[column], CONFLICT, False
                self.since[place] = day
            elif ends[column]:
                self.conflict[place], self.kind[place], self.town[place] = -1.0, DEFAULT, True
            elif changes[column]:
                self.conflict[place] = today[column]
            touched |= bool(begins[column] | ends[column] | changes[column])
        self.version += touched
        return touched

    def close_and_open(self, day: int) -> Ints:
        """Apply the closures of the day in the order of the file.

        Returns
        -------
        The links that closed, also where they opened again: people on them are turned back.
        """
        closed: list[Ints] = []
        for closure in self._instance.closures:
            if closure.start == day:
                closed.append(self._close(closure))
            if closure.end == day:
                self._open_again(closure)
        turned = np.unique(np.concatenate(closed)) if closed else np.zeros(0, np.int64)
        before, self.open = self.open, self._open_by_files.copy()
        roads = self._instance.events.roads
        if not roads:
            return turned
        self.open, missing = open_roads(roads, day, self._network.row, self._open_by_files)
        shut = before & ~self.open
        # A closure of the files counts where no event decides otherwise.
        shut[turned] |= self.open[turned] == self._open_by_files[turned]
        return np.flatnonzero(shut & ~missing)

    def _close(self, closure: Closure) -> Ints:
        if closure.closure_type in ("camp", "idpcamp"):
            self._set_type(self._network.number(closure.name1), "town", "town", -1.0)
            self._keep_town(closure)
            return np.zeros(0, np.int64)
        if closure.closure_type == "remove_forced_redirection":
            self.forced[self._between(closure.name1, closure.name2)] = False
            self.version += 1
            return np.zeros(0, np.int64)
        links = self._links_of(closure)
        links = links[self._open_by_files[links]]
        self._open_by_files[links] = False
        return links

    def _keep_town(self, closure: Closure) -> None:
        """A closed camp is a town whatever the default move chance: only a type from a file turns into a camp."""
        self.camp[self._network.number(closure.name1)] = False

    def _open_again(self, closure: Closure) -> None:
        if closure.closure_type in ("camp", "idpcamp"):
            self._set_type(self._network.number(closure.name1), "camp", closure.closure_type, -1.0)
        elif closure.closure_type == "remove_forced_redirection":
            self.forced[self._between(closure.name1, closure.name2)] = True
            self.version += 1
        else:
            self._open_by_files[self._links_of(closure)] = True

    def _links_of(self, closure: Closure) -> Ints:
        network = self._network
        if closure.closure_type == "country":
            one = self._country(closure.name1)
            other = self._country(closure.name2)
            start, end = network.country[network.origin], network.country[network.destination]
            chosen = ((start == one) & (end == other)) | ((start == other) & (end == one))
        elif closure.closure_type == "location":
            place = network.number(closure.name1)
            chosen = (network.origin == place) | (network.destination == place)
        elif closure.closure_type == "link" and not self._rules.link_closure_ignored:
            one, other = network.number(closure.name1), network.number(closure.name2)
            start, end = network.origin, network.destination
            chosen = ((start == one) & (end == other)) | ((start == other) & (end == one))
        else:
            chosen = np.zeros(network.links, np.bool_)
        return np.flatnonzero(chosen)

    def _country(self, name: str) -> int:
        countries = self._network.countries
        return countries.index(name) if name in countries else -1

    def _between(self, name1: str, name2: str) -> Ints:
        one, other = self._network.number(name1), self._network.number(name2)
        return np.flatnonzero((self._network.origin == one) & (self._network.destination == other))

    def lower_capacity(self, people: Ints) -> None:
        """Take the people of day 0 off the capacity of the camps that have one, (L,)."""
        self._lowered = np.where(self.capacity > 0, people, 0)
        self.capacity -= self._lowered

    def grow_capacity(self) -> None:
        """Add what camps can take more each day."""
        self.capacity += self._growth

    def open_forced(self) -> Flags:
        """Say which links take everybody who leaves their start, K."""
        return self.forced & self.open if not self._rules.forced_redirection_ignored else np.zeros_like(self.open)
