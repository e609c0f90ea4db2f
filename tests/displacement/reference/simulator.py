"""The reference: people one by one, in the order of sections 3 and 4 of the format; slow, plain, the engine's judge.

Where the format is silent, here: people go in a random order in each pass; a forced redirection outweighs remembered
routes, and one of several is as likely; in a harvest month the count of a person stands at the home from the decision
until the next road; whether people walk is drawn for each road of a day; somebody who is sent back keeps the route.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from havre.displacement.instance import Instance
from havre.displacement.rules import Occupancy, Rules
from tests.displacement.reference.arrivals import Arrivals
from tests.displacement.reference.person import Person
from tests.displacement.reference.world import Place, Road

Counts = npt.NDArray[np.int64]


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


class Simulator(Arrivals):
    """One run of one instance."""

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
        self.displace()
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
