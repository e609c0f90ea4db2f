"""Who comes into being, where and when: section 3 and step B of section 4 of the format.

Where the format is silent, here: displacement by conflict comes before that by flood, and that before registrations;
a capacity below its day-0 count becomes no limit, as 4.2 reads a capacity below 1; people of ``agents.csv`` come
first, and what their row says outweighs demographics; ``initial_idps`` are not divided by ``hasten`` and not inserted
where camps are emptied; nobody is to be placed without a conflict only where there is somebody; farmers are drawn for
everybody by the share of the home, and where no table says how aware of floods people are, each level is as likely.
"""

import numpy as np

from havre.displacement.instance import Demographics, Instance
from havre.displacement.rules import Occupancy, Rules
from havre.displacement.settings import FloodSpawning
from tests.displacement.reference.choice import Choice
from tests.displacement.reference.dice import Dice
from tests.displacement.reference.person import Person
from tests.displacement.reference.registered import series_of, value
from tests.displacement.reference.world import Place, World


class Arrivals:
    """The people of a run, and how more are displaced each day."""

    def __init__(self, instance: Instance, rules: Rules, occupancy: Occupancy, rng: np.random.Generator) -> None:
        self.instance, self.rules, self.occupancy = instance, rules, occupancy
        self.dice = Dice(rng)
        self.world = World(instance, rules)
        self.choice = Choice(self.world, occupancy)
        self.moves, self.spawn = self.world.moves, self.world.spawn
        self.series = series_of(instance)
        self.total = instance.registrations[0].name if instance.registrations else ""
        # Where floods displace, Flee's out.csv tells of all places; the outcome here still tells of camps.
        self.camps = [place for place in self.world.places if place.camp]
        self.people: list[Person] = []
        self.ever = self.raw = self.debt = 0
        self.day = 0
        self.harvest = False
        self._insert_first_people()

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

    def displace(self) -> None:
        """Do step B of a day."""
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
        rule = rule or FloodSpawning()
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
