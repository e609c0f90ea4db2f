"""The reference falls every way in turn and gives the enumeration's law to 1e-12, alone and together, frozen or not."""

from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction

import pytest

from havre.displacement.rules import Occupancy, Rules
from tests.displacement.reference.enumeration import JointLaw, Tiny
from tests.displacement.reference.every_way import EveryWay, every_way
from tests.displacement.reference.simulator import Simulator
from tests.displacement.reference.tiny_instances import instance_of

FIFTH, HALF = Fraction(1, 5), Fraction(1, 2)
LINE = Tiny({("C", "T"): 90}, {"C": Fraction(3, 4), "T": HALF})
TRIANGLE = Tiny(
    {("C", "T"): 90, ("T", "K"): 100, ("C", "K"): 190},
    {"C": Fraction(3, 4), "T": HALF, "K": FIFTH},
    scores={"K": Fraction(2)},
    capacities={"K": 100},
)
FULL = Tiny(
    {("C", "T"): 90, ("T", "K"): 100, ("C", "K"): 150, ("K", "L"): 60},
    {"C": Fraction(3, 4), "T": HALF, "K": FIFTH, "L": FIFTH},
    capacities={"K": 2, "L": 1},
    buffer=HALF,
)
CASES: dict[str, tuple[Tiny, tuple[str, ...]]] = {
    "one on a line": (LINE, ("C",)),
    "one in a triangle": (TRIANGLE, ("C",)),
    "one from the camp": (TRIANGLE, ("K",)),
    "two in a triangle": (TRIANGLE, ("C", "T")),
    "two and room for two": (FULL, ("C", "T")),
    "two at one place and little room": (FULL, ("C", "C")),
    "a camp that is full": (FULL, ("C", "L")),
    "two in a full camp": (FULL, ("K", "K")),
}
LAWS: dict[Occupancy, Callable[[Tiny, tuple[str, ...]], JointLaw]] = {
    "frozen": Tiny.one_day_frozen,
    "adaptive": Tiny.one_day_sequential,
}


@pytest.mark.parametrize("occupancy", ["frozen", "adaptive"])
@pytest.mark.parametrize("name", CASES)
def test_reference_has_the_enumerated_law(name: str, occupancy: Occupancy) -> None:
    tiny, people = CASES[name]
    expected = LAWS[occupancy](tiny, people)
    instance = instance_of(tiny, people)

    def day(dice: EveryWay) -> tuple[object, ...]:
        simulator = Simulator(instance, Rules.flee(), occupancy, dice.rng)
        simulator.dice = dice
        simulator.one_day(0)
        return tuple(
            person.place.name if person.road is None else (person.road.start.name, person.road.end.name)
            for person in sorted(simulator.people, key=lambda person: people.index(person.home.name))
        )

    found: dict[tuple[object, ...], float] = defaultdict(float)
    for probability, where in every_way(day):
        found[where] += probability
    assert sum(expected.values()) == 1
    ordered = sorted(range(len(people)), key=lambda person: people.index(people[person]))
    wanted = {tuple(where[person] for person in ordered): float(chance) for where, chance in expected.items()}
    assert set(found) == set(wanted)
    assert found == pytest.approx(wanted, rel=0, abs=1e-12)


def test_the_enumeration_has_the_numbers_found_by_hand() -> None:
    # At C people leave with 3/4; weights 1/100 to the town and 2/200 to the camp are equal. From the town, 90 km on,
    # half stay; the others weigh 1/100 back and 2/110 on: 11/31 and 20/31. After 180 km they decide again at C, and
    # after 190 at the camp a fifth of them, each road once more a full day.
    one = TRIANGLE.one_day_frozen(("C",))
    assert sum(one.values()) == 1
    # C -> K (190 km, 10 km of range left): stays with 4/5
    straight = Fraction(3, 8) * Fraction(4, 5)
    # C -> T -> K the same
    through_town = Fraction(3, 8) * HALF * Fraction(20, 31) * Fraction(4, 5)
    assert one[("K",)] > straight + through_town
    line = LINE.one_day_frozen(("C",))
    # C -> T, T -> C (180 km), C -> T (270 km, over): stays at C for good with 1/4
    there, back, again = Fraction(3, 4), HALF, Fraction(3, 4)
    assert line == {("C",): 1 - there + there * back * (1 - again), ("T",): there * (1 - back) + there * back * again}


def test_sequential_people_see_each_other() -> None:
    # Both at C want the only camp, which has one place: who goes first takes it, and the other is turned away there.
    narrow = Tiny({("C", "K"): 250}, {"C": Fraction(1), "K": Fraction(0)}, capacities={"K": 1}, buffer=HALF, speed=300)
    assert narrow.one_day_frozen(("C", "C"))[("K", "K")] == 1
    assert narrow.one_day_sequential(("C", "C"))[("K", "K")] == 1  # both set out while it is empty
    full = narrow.one_day_sequential(("C", "K"))
    assert full == {("C", "K"): Fraction(1)}
