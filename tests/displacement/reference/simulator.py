"""The reference: people one by one, in the order of sections 3 and 4 of the format; slow, plain, the engine's judge."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from havre.displacement.instance import Demographics, Instance
from havre.displacement.rules import Occupancy, Rules
from havre.displacement.settings import FloodSpawning
from tests.displacement.reference.choice import Choice
from tests.displacement.reference.dice import Dice
from tests.displacement.reference.person import Person
from tests.displacement.reference.registered import series_of, value
from tests.displacement.reference.world import Place, Road, World

Counts = npt.NDArray[np.int64]
FLOODED_PEOPLE = (0.0, 100.0, 200.0, 300.0, 500.0)
FLOODED_SHARES = (0.0, 0.1, 0.2, 0.5, 0.9)


@dataclass(frozen=True, eq=False)
class Run:
    """Counts at the end of each day; shapes (days, camps), (days, places) and (days,)."""

    camps: tuple[str, ...]
    places: tuple[str, ...]
    camp_counts: Counts
    place_counts: Counts
    people: Counts
    debt: Counts
    raw: Counts


class Simulator:
    """One run of one instance."""

    def __init__(self, instance: Instance, rules: Rules, occupancy: Occupancy, rng: np.random.Generator) -> None:
        self.instance, self.rules, self.occupancy = instance, rules, occupancy
        self.dice = Dice(rng)
        self.world = World(instance, rules)
        self.choice = Choice(self.world, occupancy)
        self.moves, self.spawn = self.world.moves, self.world.spawn
        self.series = series_of(instance)
        self.total = instance.registrations[0].name if instance.registrations else ""
        self.camps = [place for place in self.world.places if place.camp or self.spawn.flood_zone_spawning_only]
        self.people: list[Person] = []
        self.ever = self.raw = self.debt = 0
        self.day = 0
        self.harvest = False
        self._insert_first_people()

    def run(self, days: int) -> Run:
        """Simulate day by day."""
        rows: list[list[int]] = []
        sums: list[tuple[int, int, int]] = []
        for day in range(days):
            self.one_day(day)
            rows.append([place.people for place in self.world.places])
            sums.append((self.ever, self.debt, self.raw))
        places, (people, debt, raw) = np.array(rows), np.array(sums).T
        camps = [self.world.places.index(camp) for camp in self.camps]
        names = tuple(place.name for place in self.world.places)
        return Run(tuple(names[camp] for camp in camps), names, places[:, camps], places, people, debt, raw)

    def one_day(self, day: int) -> None:
        """Do one day: environment, spawning, closures, moves."""
        self.day = day
        self.harvest = (self.instance.start + timedelta(days=day)).month in self.moves.harvest_months
        self.world.change_environment(day)
        self._spawn()
        self.world.close_and_open(day)
        self.world.refresh_spawn_weights(day)
        self.choice.refresh(day)
        if self.choice.matches:
            self.recount()
        self._move_everybody()

    def recount(self) -> None:
        """Count those at a place by what the Match rules look at (D3)."""
        for place in self.world.places:
            place.present = {}
        for person in self.people:
            if person.road is None:
                self.choice.count(person)

    def _move_everybody(self) -> None:
        """Do the two passes in a random order of people, the end of the day, and the sinks."""
        self._freeze()
        for index in self.dice.order(len(self.people)):
            self.decide(self.people[index], hurried=False)
        self._freeze()
        for index in self.dice.order(len(self.people)):
            self.travel(self.people[index])
        for person in self.people:
            self.rest(person)
        if self.camps_are_sinks():
            self.people = [person for person in self.people if not self.vanishes(person)]

    def rest(self, person: Person) -> None:
        """End the day of a person (D7)."""
        person.recent = (person.recent + person.moved / self.moves.max_move_speed) / 2.0
        person.moved = 0.0

    def _freeze(self) -> None:
        for place in self.world.places:
            place.seen = place.people

    # 3. Initialisation

    def _insert_first_people(self) -> None:
        """Put people of agents.csv and of day 0 where they are counted."""
        table = self.instance.agents
        if table is not None and self.spawn.read_from_agents_csv_file:
            for row, number in zip(table.rows, table.numbers, strict=True):
                attributes = dict(zip(table.attributes, row[1:], strict=True))
                self._create_many(self.world.by_name[row[0]], number, attributes)
        if self.spawn.empty_camps_on_day0:
            return
        for place in self.world.places:
            number = 0
            if place.camp and self.spawn.insert_day0:
                number += self._day0(place)
            if place.camp or not self.rules.idps_in_camps_only:
                number += int(place.number("initial_idps"))
            self._create_many(place, number, {}, inserted=True)

    def _day0(self, place: Place) -> int:
        return int(value(self.series[place.name], 0)) if place.name in self.series else 0

    def _create_many(self, place: Place, number: float, attributes: dict[str, str], *, inserted: bool = False) -> None:
        for _ in range(int(number)):
            self.people.append(self.new_person(place, attributes))
            self.ever += 1
            if self.spawn.take_from_population and not inserted:
                place.population = max(0, place.population - 1)

    def new_person(self, place: Place, attributes: dict[str, str]) -> Person:
        """Make somebody at a place, with a draw for each table of demographics."""
        drawn: dict[str, str | float] = {each.attribute: self._draw(each, place) for each in self.instance.demographics}
        person = Person(place, place, {**self._awareness(), **drawn, **attributes})
        person.farmer = not self.rules.harvest_stops_everyone and self.dice.happens(place.number("farmer_fraction"))
        person.stand(place)
        return person

    def _awareness(self) -> dict[str, str | float]:
        """Draw how aware of floods somebody is, each level as likely, for where no demographics say so."""
        flood = self.moves.flood_rules
        if flood is None or not flood.flood_forecaster:
            return {}
        return {"floodawareness": self.dice.pick([1.0] * len(flood.flood_awareness_weights))}

    def _draw(self, demographics: Demographics, place: Place) -> str | float:
        column = place.name if place.name in demographics.weights else "Default"
        return demographics.values[self.dice.pick(demographics.weights[column])]

    # B. Spawning

    def _spawn(self) -> None:
        if self.spawn.conflict_driven_spawning is not None:
            rule = self.spawn.conflict_driven_spawning
            for place in self.world.places:
                if place.conflict > 0.0:
                    displaced = rule.displaced_per_conflict_day * place.conflict
                    self._create_many(place, self._number(rule.spawn_mode, displaced, place), {})
        elif self.spawn.flood_zone_spawning_only:
            mode, levels = self._flood_spawning()
            for place in self.world.places:
                if place.level > 0:
                    displaced = self.choice.by_level(levels, place.level)
                    displaced = displaced if mode == "pop_ratio" else int(displaced)
                    self._create_many(place, self._number(mode, displaced, place), {})
        else:
            self._spawn_registered()

    def _flood_spawning(self) -> tuple[str, tuple[float, ...]]:
        rule = self.spawn.flood_driven_spawn_mode
        if not self.rules.flood_spawn_key_unread:
            rule = self.spawn.flood_spawn_mode or rule
        rule = rule or FloodSpawning("pop_ratio", FLOODED_SHARES)
        return rule.spawn_mode, rule.displaced_per_flood_day

    def _number(self, mode: str, displaced: float, place: Place) -> float:
        """Give how many are displaced from a place on this day."""
        if mode == "poisson":
            return self.dice.poisson(displaced)
        return int(displaced * place.population) if mode == "pop_ratio" else int(displaced)

    def _spawn_registered(self) -> None:
        """Place those newly registered, less what the registrations fell by before."""
        arrived = self._registered()
        self.raw += arrived
        new = arrived - self.debt
        if self.day == 0 and self.spawn.insert_day0:
            new = 0
            if self.rules.day0_lowers_capacity:
                for place in self.world.places:
                    if place.capacity > 0:
                        place.capacity -= self._day0(place)
        self.debt = max(0, -new)
        self._create_by_weight(max(0, new))

    def _create_by_weight(self, number: int) -> None:
        weights = [place.spawn_weight for place in self.world.places]
        for _ in range(number):
            self._create_many(self.world.places[self.dice.pick(weights)], 1, {})

    def _registered(self) -> int:
        """Give diff(t)."""
        camps = [self.series[name] for name in self.series if name != self.total]
        counted = camps if self.spawn.sum_from_camps else [self.series[self.total]]
        if self.day > 0:
            return int(sum(value(series, self.day) - value(series, self.day - 1) for series in counted))
        if self.spawn.sum_from_camps and self.rules.day0_raw_counts_total:
            counted = [*camps, self.series[self.total]]
        return int(sum(value(series, 0) for series in counted))

    # 4.1 to 4.3 Decision

    def decide(self, person: Person, *, hurried: bool) -> None:
        """Let a person at a place stay or set out."""
        if person.road is not None:
            return
        if self.harvest and (person.farmer or self.rules.harvest_stops_everyone):
            if self.rules.harvest_stops_everyone:
                person.count_at(person.home)
            return
        if not self.dice.happens(self.move_chance(person, hurried=hurried)):
            return
        forced = [road for road in person.place.roads if road.forced]
        if forced and not self.rules.forced_redirection_ignored:
            person.route = [forced[self.dice.pick([1.0] * len(forced))].end]
        if not person.route:
            person.route = self.choose(person)
        if person.route:
            self._set_out(person)

    def move_chance(self, person: Person, *, hurried: bool) -> float:
        """Give p of the format."""
        place, moves = person.place, self.moves
        if (place.town and hurried) or person.route:
            return 1.0
        size = max(place.population, place.capacity) / moves.movechance_pop_base
        chance = place.movechance * float(size**moves.movechance_pop_scale_factor)
        if moves.flee_when_starving:
            chance = place.ipc / 100.0 + (1.0 - place.ipc / 100.0) * chance
        flood = moves.flood_rules
        if flood is None:
            return chance
        if place.level > 0:
            chance = self.choice.by_level(flood.flood_movechances, place.level)
        if flood.flood_forecaster:
            awareness = person.number("floodawareness")
            aware = 1.0 if awareness is None else flood.flood_awareness_weights[int(awareness)]
            chance *= self.choice.forecast(flood.flood_movechances, place) * aware
        return chance

    def choose(self, person: Person) -> list[Place]:
        """Draw a route by its weight; nobody goes where there is no route."""
        routes, weights = self.choice.routes_and_weights(person)
        if not routes:
            return []
        if sum(weights) <= 0.0:
            if not self.rules.full_is_uniform:
                return []
            weights = [1.0] * len(routes)
        return list(routes[self.dice.pick(weights)].hops)

    def _set_out(self, person: Person) -> None:
        end = person.route[-1]
        road = next((road for road in person.place.roads if road.end is person.route[0]), None)
        if road is None or (end.camp and self.choice.room(end) < 0.5):
            person.route = []
            return
        person.route = person.route[1:]
        person.leave(road)

    # 4.4 Travel

    def travel(self, person: Person) -> None:
        """Let a person on a road go on for the day, and arrive, and decide again."""
        road = person.road
        if road is None:
            return
        speed = self._speed(person, road)
        whole = person.moved == 0.0 or self.rules.full_day_on_each_link
        distance = speed if whole else max(0.0, speed - person.moved)
        person.km += distance
        person.moved += distance
        arrived = person.km > road.distance if self.rules.strict_arrival else person.km >= road.distance
        if not arrived:
            return
        person.places_travelled += 1
        person.moved += road.distance - person.km
        if road.closed:
            person.stand(road.start)
            return
        person.stand(road.end)
        if person.moved < speed:
            short = (person.recent + person.moved / self.moves.max_move_speed) / 2.0 < 0.5
            self.decide(person, hurried=self.moves.avoid_short_stints and short)
            self.travel(person)

    def _speed(self, person: Person, road: Road) -> float:
        speed = self.moves.max_move_speed if road.speed is None else road.speed
        if self.moves.start_on_foot and person.places_travelled == 1:
            speed = self.moves.max_walk_speed
        if self.dice.happens(road.walk_probability):
            speed = self.moves.max_walk_speed
        return speed

    # D8. Sinks

    def camps_are_sinks(self) -> bool:
        return self.spawn.camps_are_sicks if self.rules.sinks_key_misspelt else self.spawn.camps_are_sinks

    def vanishes(self, person: Person) -> bool:
        """Let a person leave a camp for good, by chance."""
        if person.road is not None or not person.place.camp:
            return False
        gone = self.dice.happens(person.place.number("deactivation_probability"))
        if gone:
            person.count_at(None)
        return gone


def simulate_reference(
    instance: Instance, rules: Rules, occupancy: Occupancy, rng: np.random.Generator, days: int
) -> Run:
    """Run an instance once."""
    return Simulator(instance, rules, occupancy, rng).run(days)
