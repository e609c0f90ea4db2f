"""One day on tiny graphs: the engine has the enumerated law, which was written without it and in fractions.

Expected counts of one person agree to 1e-12; how two people share a full camp is compared by the distribution of camp
counts.
"""

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest

from havre.displacement import simulate
from havre.displacement.rules import Occupancy, Rules
from tests.displacement.equivalence.case import case
from tests.displacement.equivalence.many_people import engine_means
from tests.displacement.equivalence.two_sample import Check, distribution_against_law
from tests.displacement.reference.enumeration import JointLaw, Tiny
from tests.displacement.reference.test_one_day import CASES, FULL, LAWS, LINE, TRIANGLE
from tests.displacement.reference.tiny_instances import instance_of

REPLICAS = 20_000
ERROR = 1e-4
TIMES = 10**15
"""Rounding is then 1e-15 of a person at each draw."""


def expected_counts(law: JointLaw, names: list[str]) -> list[float]:
    return [float(sum(chance * where.count(name) for where, chance in law.items())) for name in names]


@pytest.mark.parametrize("start", ["C", "T", "K"])
@pytest.mark.parametrize("full_day", [True, False])
def test_expected_counts_of_one_person(start: str, *, full_day: bool) -> None:
    instance = instance_of(TRIANGLE, (start,))
    law = TRIANGLE.one_day_frozen((start,))
    rules = Rules.flee().switched(full_day_on_each_link=full_day)
    means = engine_means(case("triangle", instance, rules=rules), times=TIMES)
    difference = np.abs(means[0] - expected_counts(law, [place.name for place in instance.locations])).max()
    assert difference < 1e-12 if full_day else difference > 0.01


def test_the_numbers_found_by_hand() -> None:
    # On the line: leave with 3/4, 90 km; turn back with 1/2, 180 km; leave again with 3/4, 270 km, and the day is over.
    there, back = Fraction(3, 4), Fraction(1, 2)
    town = there * (1 - back) + there * back * there
    means = engine_means(case("line", instance_of(LINE, ("C",))), times=TIMES)
    assert means[0].tolist() == pytest.approx([float(1 - town), float(town)], abs=1e-12)


@pytest.mark.parametrize("occupancy", ["frozen", "adaptive"])
@pytest.mark.parametrize("name", [name for name, (tiny, _) in CASES.items() if tiny.capacities])
def test_camp_counts_have_the_enumerated_law(name: str, occupancy: Occupancy) -> None:
    tiny, people = CASES[name]
    checks = camp_checks(tiny, people, LAWS[occupancy](tiny, people), occupancy)
    assert [check for check in checks if check.probability < ERROR] == []


def test_the_wrong_law_is_found() -> None:
    roomy = Tiny(FULL.roads, FULL.chances, capacities={"K": 4, "L": 3}, buffer=FULL.buffer)
    checks = camp_checks(FULL, ("C", "L"), roomy.one_day_frozen(("C", "L")), "frozen")
    assert all(check.probability < 1e-9 for check in checks)


def camp_checks(tiny: Tiny, people: tuple[str, ...], law: JointLaw, occupancy: Occupancy) -> list[Check]:
    """Compare the joint distribution of all camps' counts; a combination is a number in the base of the people."""
    outcome = simulate(instance_of(tiny, people), replicas=REPLICAS, seed=5, occupancy=occupancy)
    base = (len(people) + 1) ** np.arange(len(outcome.camps))
    chances: dict[int, float] = defaultdict(float)
    for where, chance in law.items():
        chances[int(base @ [where.count(camp) for camp in outcome.camps])] += float(chance)
    table = np.array([chances[number] for number in range(int(base.sum()) * len(people) + 1)])
    return distribution_against_law("camps", outcome.camp_counts[:, 0] @ base, table)
