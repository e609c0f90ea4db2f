"""Engine and reference on real conflicts: expected counts of everybody to a millionth, and samples of fewer people.

Of one person per person the expected counts are compared, with occupancies frozen. The reference follows every way
through a day, of which there are too many where roads are short; there people are slower. Samples, with adaptive
occupancy, are of one person for many.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from havre.displacement import simulate
from havre.displacement.flee_files import read_instance
from havre.displacement.instance import Instance
from havre.displacement.rules import Rules
from tests.displacement.equivalence.case import case
from tests.displacement.equivalence.many_people import engine_means, many
from tests.displacement.equivalence.two_sample import FAMILY_ERROR, found, mean_between
from tests.displacement.reference.exact import ManyPeople
from tests.displacement.reference.simulator import simulate_reference

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "flee"
HASTEN = {"mali": 100, "burundi": 100, "car": 400, "ssudan": 400, "syria": 1000}
SPEEDS = {"mali": 360.0, "burundi": 100.0, "car": 100.0, "ssudan": 200.0, "syria": 200.0}
TIMES = 10**9
QUICK_DAYS = 40
SAMPLE_DAYS = 80
RUNS, REPLICAS = 300, 600

pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the shared instances are not beside the repository")


def shipped(name: str) -> Instance:
    return read_instance(FOLDER / name, settings=FOLDER / "simsetting.yml").instance


def greatest_difference(name: str, days: int | None) -> float:
    """Give the greatest difference of expected counts over all places and days, in persons."""
    instance = shipped(name)
    moves = replace(instance.settings.move_rules, max_move_speed=SPEEDS[name])
    settings = replace(instance.settings, move_rules=moves)
    instance = replace(instance, settings=settings, length=instance.length if days is None else days)
    means = engine_means(case(name, instance, coupled=True), times=TIMES)
    law = ManyPeople(many(instance, TIMES), Rules.flee()).law(instance.length)
    expected = [[law.cumulants(day, place)[0] / TIMES for place in law.places] for day in range(instance.length)]
    assert means.sum() > 1e4
    return float(np.abs(means - expected).max())


@pytest.mark.parametrize("name", SPEEDS)
def test_expected_counts_of_the_first_days(name: str) -> None:
    assert greatest_difference(name, QUICK_DAYS) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("name", SPEEDS)
def test_expected_counts_of_all_days(name: str) -> None:
    assert greatest_difference(name, None) < 1e-6


@pytest.mark.slow
@pytest.mark.parametrize("name", HASTEN)
def test_samples_of_fewer_people(name: str) -> None:
    instance = shipped(name)
    instance = replace(instance, settings=replace(instance.settings, hasten=HASTEN[name]))
    seeds = np.random.SeedSequence(11).spawn(RUNS)
    runs = [
        simulate_reference(instance, Rules.flee(), "adaptive", np.random.default_rng(seed), SAMPLE_DAYS)
        for seed in seeds
    ]
    outcome = simulate(instance, replicas=REPLICAS, seed=11, days=SAMPLE_DAYS)
    assert (outcome.people == runs[0].people).all()
    assert outcome.raw.tolist() == runs[0].raw.tolist()
    assert outcome.debt.tolist() == runs[0].debt.tolist()
    assert outcome.camps == runs[0].camps
    counts = np.stack([run.camp_counts for run in runs])
    checks = [
        check
        for day in range(9, SAMPLE_DAYS, 10)
        for at, camp in enumerate(outcome.camps)
        for check in mean_between(f"{camp}, day {day}", outcome.camp_counts[:, day, at], counts[:, day, at])
    ]
    assert len(checks) > 15
    assert found(checks, FAMILY_ERROR / len(HASTEN)) == []
