"""The reference's exact law of counts by day, where it has one.

:class:`ExactSimulator` follows one person of each kind through every way, so that expected counts, their variances and
covariances come out without sampling error; it holds where people do not influence each other (no camp near its
capacity, no Match rule, no ``take_from_population``). :class:`ManyPeople` gives expected counts where they do, in the
limit of very many people who see places as they were at the start of a pass.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import stats

from havre.displacement.instance import Instance
from havre.displacement.rules import Rules
from tests.displacement.reference.every_way import EveryWay, every_way
from tests.displacement.reference.person import Person
from tests.displacement.reference.simulator import Simulator
from tests.displacement.reference.world import Place

Floats = npt.NDArray[np.float64]


@dataclass(eq=False)
class Cohort:
    """People created in one go: how many, and with which probability one of them is in which state."""

    size: float
    poisson: bool
    states: dict[object, tuple[float, Person]] = field(default_factory=dict)

    def add(self, probability: float, person: Person) -> None:
        if person.counted is None and person.road is None:
            return  # vanished into a sink
        key = (
            person.home, person.place, person.road, person.km, tuple(person.route), min(person.places_travelled, 2),
            person.recent, person.farmer, person.counted, tuple(sorted(person.attributes.items())),
        )  # fmt: skip
        self.states[key] = (probability + self.states[key][0] if key in self.states else probability, person)

    def places(self, names: Sequence[Place]) -> Floats:
        """Give the probability of being counted at each place."""
        found = dict.fromkeys(names, 0.0)
        for probability, person in self.states.values():
            if person.counted is not None:
                found[person.counted] += probability
        return np.array(list(found.values()))


@dataclass(frozen=True, eq=False)
class Law:
    """The law of the counts at the end of each day: independent cohorts, each multinomial or Poisson.

    ``cohorts[day]`` lists sizes, whether they are Poisson, and the chances of one person to be counted at each place.
    """

    places: tuple[str, ...]
    cohorts: list[list[tuple[float, bool, Floats]]]

    def cumulants(self, day: int, place: str) -> tuple[float, float, float, float]:
        """Give mean, variance, third and fourth cumulant of a count."""
        at, total = self.places.index(place), np.zeros(4)
        for size, poisson, chances in self.cohorts[day]:
            p = float(chances[at])
            pq = p * (1.0 - p)
            one = (p, p, p, p) if poisson else (p, pq, pq * (1.0 - 2.0 * p), pq * (1.0 - 6.0 * pq))
            total += size * np.array(one)
        mean, variance, third, fourth = (float(each) for each in total)
        return mean, variance, third, fourth

    def people(self, day: int) -> tuple[float, float, float, float]:
        """Give the cumulants of the number of people ever created."""
        total = sum(size for size, _, _ in self.cohorts[day])
        varying = sum(size for size, poisson, _ in self.cohorts[day] if poisson)
        return total, varying, varying, varying

    def covariance(self, day: int, first: str, second: str) -> float:
        """Give the covariance of two places' counts."""
        one, other = self.places.index(first), self.places.index(second)
        multinomial = [(size, chances) for size, poisson, chances in self.cohorts[day] if not poisson]
        return -float(sum(size * chances[one] * chances[other] for size, chances in multinomial))

    def distribution(self, day: int, place: str) -> Floats:
        """Give the probability of each count from 0."""
        at, total = self.places.index(place), np.ones(1)
        for size, poisson, chances in self.cohorts[day]:
            p = min(1.0, float(chances[at]))
            most = int(size * p + 12.0 * np.sqrt(size * p) + 20.0) if poisson else int(size)
            counts = np.arange(most + 1)
            total = np.convolve(
                total, stats.poisson.pmf(counts, size * p) if poisson else stats.binom.pmf(counts, size, p)
            )
        return np.asarray(total, np.float64)


class ExactSimulator(Simulator):
    """The reference with one person for each state of a cohort, and all ways at once."""

    def __init__(self, instance: Instance, rules: Rules) -> None:
        self.cohorts: list[Cohort] = []
        self.poisson = False
        super().__init__(instance, rules, "frozen", np.random.default_rng(0))

    def law(self, days: int) -> Law:
        """Give the exact law of the counts at the end of each day.

        Raises
        ------
        ValueError : people influence each other: a Match rule, ``take_from_population``, or a place that may fill
        """
        law = Law(tuple(place.name for place in self.world.places), [])
        for day in range(days):
            self.one_day(day)
            law.cohorts.append([(each.size, each.poisson, each.places(self.world.places)) for each in self.cohorts])
            self.check(law)
        return law

    def check(self, law: Law) -> None:
        """Refuse where people influence each other."""
        if self.choice.matches or self.spawn.take_from_population:
            raise ValueError("people influence each other")
        for place in self.world.places:
            capacity = place.capacity * self.moves.capacity_scaling
            mean, variance, _, _ = law.cumulants(self.day, place.name)
            if capacity >= 1.0 and mean + 8.0 * np.sqrt(variance) > self.moves.capacity_buffer * capacity:
                message = f"{place.name} may fill on day {self.day}"
                raise ValueError(message)

    def _number(self, mode: str, displaced: float, place: Place) -> float:
        self.poisson = mode == "poisson"
        return displaced if self.poisson else super()._number(mode, displaced, place)

    def _create_many(self, place: Place, number: float, attributes: dict[str, str], *, inserted: bool = False) -> None:
        self._create_cohort(number, {place: 1.0}, attributes, poisson=self.poisson and not inserted)
        if self.spawn.take_from_population and not inserted:
            place.population = max(0, place.population - round(number))

    def _create_by_weight(self, number: int) -> None:
        total = sum(place.spawn_weight for place in self.world.places)
        shares = {place: place.spawn_weight / total for place in self.world.places if place.spawn_weight > 0.0}
        self._create_cohort(number, shares, {})
        if self.spawn.take_from_population:
            for place, share in shares.items():
                place.population = max(0, place.population - round(number * share))

    def _create_cohort(
        self, size: float, origins: dict[Place, float], attributes: dict[str, str], *, poisson: bool = False
    ) -> None:
        if size <= 0:
            return
        cohort = Cohort(size, poisson)
        for origin, share in origins.items():
            for probability, person in every_way(partial(self._born, origin, attributes)):
                cohort.add(share * probability, person)
        self.cohorts.append(cohort)

    def _born(self, origin: Place, attributes: dict[str, str], dice: EveryWay) -> Person:
        self.dice = dice
        return self.new_person(origin, attributes)

    def _move_everybody(self) -> None:
        self.look()
        self._pass(self._decision_of)
        self.look()
        self._pass(self._journey_of)

    def look(self) -> None:
        """See how full places are; nothing to see where they never fill."""

    def _pass(self, step: Callable[[Person, EveryWay], Person]) -> None:
        for cohort in self.cohorts:
            before, cohort.states = cohort.states, {}
            for probability, person in before.values():
                for chance, after in every_way(partial(step, person)):
                    cohort.add(probability * chance, after)

    def _decision_of(self, person: Person, dice: EveryWay) -> Person:
        """Let a copy of somebody decide."""
        self.dice = dice
        twin = replace(person, route=list(person.route))
        self.decide(twin, hurried=False)
        return twin

    def _journey_of(self, person: Person, dice: EveryWay) -> Person:
        """Let a copy of somebody travel and come to the end of the day."""
        self.dice = dice
        twin = replace(person, route=list(person.route))
        self.travel(twin)
        self.rest(twin)
        self._forget(twin)
        if self.camps_are_sinks():
            self.vanishes(twin)
        return twin

    def _forget(self, person: Person) -> None:
        """Forget what no rule asks for, so that those who differ only in it become one."""
        moves = self.moves
        if not moves.avoid_short_stints:
            person.recent = 0.0
        if not moves.start_on_foot:
            person.places_travelled = 2
        from_home = moves.stay_close_to_home and not self.rules.home_is_current_place
        if not moves.harvest_months and not from_home:
            person.home = self.world.places[0]


class ManyPeople(ExactSimulator):
    """The limit of very many people: what they find at places is what is expected there; only means are exact.

    All are one cohort, in which people take the place of chances.
    """

    def check(self, law: Law) -> None:
        """Refuse nothing: in the limit, the influence of people on each other is without chance."""

    def look(self) -> None:
        """See how many are expected at each place."""
        found = sum(cohort.size * cohort.places(self.world.places) for cohort in self.cohorts)
        for place, people in zip(self.world.places, np.broadcast_to(found, len(self.world.places)), strict=True):
            place.seen = float(people)

    def _create_cohort(
        self, size: float, origins: dict[Place, float], attributes: dict[str, str], *, poisson: bool = False
    ) -> None:
        del poisson
        if not self.cohorts:
            self.cohorts.append(Cohort(1.0, poisson=False))
        for origin, share in origins.items():
            for probability, person in every_way(partial(self._born, origin, attributes)):
                self.cohorts[0].add(size * share * probability, person)

    def recount(self) -> None:
        """Count the expected people by what the Match rules look at."""
        for place in self.world.places:
            place.present = {}
        for cohort in self.cohorts:
            for probability, person in cohort.states.values():
                if person.road is None:
                    self.choice.count(person, cohort.size * probability)
