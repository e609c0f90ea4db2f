"""Displacement simulations against a peer in the same run, and that more people or more workers cost what is claimed.

``python -m bench.displacement`` measures the same at full size, each run in a process of its own.
"""

import time
from dataclasses import replace

import numpy as np
import pytest

from bench.displacement_draws import run_taken_apart
from bench.displacement_networks import made_up_instance, multiplied
from havre.displacement import Instance, Rules, simulate
from tests.displacement.reference.simulator import Simulator

SMALL = made_up_instance(30, 3_000, days=60)
"""Small enough for the person-by-person reference, large enough that persons cost more than states."""


def counts() -> int:
    return int(simulate(SMALL).people[0, -1])


def person_by_person() -> int:
    run = Simulator(SMALL, Rules.flee(), "adaptive", np.random.default_rng(1)).run(SMALL.length)
    return int(run.people[-1])


@pytest.mark.benchmark(group="3,000 people, 30 places, 60 days")
@pytest.mark.parametrize("who", [counts, person_by_person])
def test_one_replica(benchmark: object, who: object) -> None:
    assert benchmark(who) == 2_950  # type: ignore[operator]


@pytest.mark.benchmark(group="100 replicas of 3,000 people")
def test_ensemble(benchmark: object) -> None:
    found = benchmark(simulate, SMALL, replicas=100)  # type: ignore[operator]
    assert found.camp_counts.shape[0] == 100


def seconds_of(instance: Instance) -> float:
    taken = []
    for _ in range(3):
        started = time.process_time()
        simulate(instance)
        taken.append(time.process_time() - started)
    return min(taken)


def test_a_hundred_times_as_many_people_cost_less_than_twice_as_much() -> None:
    crowd = made_up_instance(30, 100_000, days=60)
    first, last = seconds_of(crowd), seconds_of(multiplied(crowd, 100))
    print(f"100,000 people {first:.3f} s, 10,000,000 people {last:.3f} s: {last / first:.2f} ×")
    assert last < 2 * first


def test_more_people_are_the_same_instance_but_for_their_number() -> None:
    many = multiplied(SMALL, 1000)
    assert many.registrations[0].files[0].counts == (0.0, 3_000_000.0)
    assert [place.population for place in many.locations] == [1000 * place.population for place in SMALL.locations]
    assert replace(many, locations=SMALL.locations, registrations=SMALL.registrations) == replace(
        SMALL, settings=many.settings
    )


def test_the_bound_draws_what_the_simulation_draws() -> None:
    days, draws = run_taken_apart(SMALL, 20, 2)
    told = draws()
    assert days.camp_counts.shape[:2] == (2, 20)
    assert told.bound_cpu > 0
    assert told.cpu > 0
    assert told.drawn > told.calls > told.rounds > 0
    assert told.most_states >= told.states > 0
