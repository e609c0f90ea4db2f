"""The law of one day on a tiny graph, in fractions; written without code of reference or engine, to judge them.

Only what a tiny graph needs: move chances, scores, distances, capacities; awareness 1; nobody on a road at the start.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import permutations, product

Road = tuple[str, str]
Where = str | Road
Law = dict[Where, Fraction]
JointLaw = dict[tuple[Where, ...], Fraction]
ONE = Fraction(1)
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Tiny:
    """A graph of few places; roads are given once and used both ways."""

    roads: Mapping[Road, int]
    chances: Mapping[str, Fraction]
    scores: Mapping[str, Fraction] = field(default_factory=dict)
    capacities: Mapping[str, int] = field(default_factory=dict)
    """Of camps; other places have room for all."""
    softening: int = 10
    speed: int = 200
    buffer: Fraction = Fraction(9, 10)

    def neighbours(self, place: str) -> dict[str, int]:
        """Give each neighbour and the km to it."""
        there = {end: km for (start, end), km in self.roads.items() if start == place}
        back = {start: km for (start, end), km in self.roads.items() if end == place}
        return {**there, **back}

    def room(self, place: str, counts: Mapping[str, int]) -> Fraction:
        """Give the share of a place's attraction that its fill leaves."""
        if place not in self.capacities:
            return ONE
        capacity, people = self.capacities[place], counts.get(place, 0)
        limit = self.buffer * capacity
        if people <= limit:
            return ONE
        return max(Fraction(0), 1 - (people - limit) / (capacity - limit))

    def decisions(self, place: str, counts: Mapping[str, int]) -> Law:
        """Give where a person at a place stands after deciding: there, or at the start of a road."""
        weights = {
            end: self.scores.get(end, ONE) / (self.softening + km) * self.room(end, counts)
            for end, km in self.neighbours(place).items()
        }
        if sum(weights.values()) == 0:
            weights = dict.fromkeys(weights, ONE)
        law: Law = {place: 1 - self.chances[place]}
        for end, weight in weights.items():
            turned_away = end in self.capacities and self.room(end, counts) < HALF
            where: Where = place if turned_away else (place, end)
            law[where] = law.get(where, Fraction(0)) + self.chances[place] * weight / sum(weights.values())
        return {where: chance for where, chance in law.items() if chance > 0}

    def kilometres(self, road: Road) -> int:
        return self.roads.get(road) or self.roads[road[1], road[0]]

    def one_day_frozen(self, start: tuple[str, ...]) -> JointLaw:
        """Give the law where all decide by the counts of the pass's start, and travel by those after all decided."""
        total: JointLaw = {}
        for middle, chance in _joint([self.decisions(place, Counter(start)) for place in start]).items():
            counts = Counter(where for where in middle if isinstance(where, str))
            for end, further in _joint([self._journey(where, 0, counts) for where in middle]).items():
                total[end] = total.get(end, Fraction(0)) + chance * further
        return total

    def _journey(self, where: Where, moved: int, counts: Mapping[str, int]) -> Law:
        """Give where a person is in the evening, who has set out on a road or not."""
        if isinstance(where, str) or self.speed <= self.kilometres(where):
            return {where: ONE}
        moved += self.kilometres(where)
        if moved >= self.speed:
            return {where[1]: ONE}
        law: Law = {}
        for following, chance in self.decisions(where[1], counts).items():
            for evening, further in self._journey(following, moved, counts).items():
                law[evening] = law.get(evening, Fraction(0)) + chance * further
        return law

    def one_day_sequential(self, start: tuple[str, ...]) -> JointLaw:
        """Give the law where people decide, then travel, one by one, each pass in any order, and see each other."""
        total: JointLaw = {}
        orders = list(permutations(range(len(start))))
        for first, second in product(orders, orders):
            middle: JointLaw = {start: ONE}
            for person in first:
                middle = self._one_decides(middle, person)
            ways = {(where, (0,) * len(start)): chance for where, chance in middle.items()}
            for person in second:
                ways = self._one_travels(ways, person)
            for (where, _), chance in ways.items():
                total[where] = total.get(where, Fraction(0)) + chance / len(orders) ** 2
        return total

    def _one_decides(self, law: JointLaw, person: int) -> JointLaw:
        after: JointLaw = {}
        for where, chance in law.items():
            place = where[person]
            assert isinstance(place, str)
            for following, further in self.decisions(place, _standing(where)).items():
                moved = (*where[:person], following, *where[person + 1 :])
                after[moved] = after.get(moved, Fraction(0)) + chance * further
        return after

    def _one_travels(
        self, ways: dict[tuple[tuple[Where, ...], tuple[int, ...]], Fraction], person: int
    ) -> dict[tuple[tuple[Where, ...], tuple[int, ...]], Fraction]:
        """Move one person along until the evening; each way carries the km that everybody has moved."""
        done: dict[tuple[tuple[Where, ...], tuple[int, ...]], Fraction] = {}
        open_ways = dict(ways)
        while open_ways:
            (where, moved), chance = open_ways.popitem()
            road = where[person]
            if isinstance(road, str) or self.speed <= self.kilometres(road):
                done[where, moved] = done.get((where, moved), Fraction(0)) + chance
                continue
            far = moved[person] + self.kilometres(road)
            moved = (*moved[:person], far, *moved[person + 1 :])
            where = (*where[:person], road[1], *where[person + 1 :])
            if far >= self.speed:
                done[where, moved] = done.get((where, moved), Fraction(0)) + chance
                continue
            for following, further in self.decisions(road[1], _standing(where)).items():
                key = ((*where[:person], following, *where[person + 1 :]), moved)
                target = done if isinstance(following, str) else open_ways
                target[key] = target.get(key, Fraction(0)) + chance * further
        return done


def _standing(where: tuple[Where, ...]) -> Counter[str]:
    return Counter(place for place in where if isinstance(place, str))


def _joint(laws: list[Law]) -> JointLaw:
    """Combine independent people."""
    total: JointLaw = {}
    for ways in product(*(law.items() for law in laws)):
        chance = ONE
        for _, each in ways:
            chance *= each
        key = tuple(where for where, _ in ways)
        total[key] = total.get(key, Fraction(0)) + chance
    return total
