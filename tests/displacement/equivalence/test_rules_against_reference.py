"""Every rule and setting: the engine has the reference's law, in expectation to a billionth and in spread by samples.

Each case finds its own fault, too: the same expected counts of the reference tell it.

The quick tests compare expected counts of all cases, and samples of those in which chance or crowding is special; the
slow ones sample all cases, with more replicas. What a sample can see stands in ``test_planted_faults.py``.
"""

import numpy as np
import pytest

from havre.displacement import simulate
from havre.displacement.rules import QUIRKS, Rules
from havre.displacement.simulate import PARAMETERS
from havre.errors import DisplacementError
from tests.displacement.equivalence.case import Case
from tests.displacement.equivalence.cases import ALL, BY_NAME, EXACT, SAMPLED
from tests.displacement.equivalence.judging import (
    QUICK,
    SLOW,
    Sizes,
    against_law,
    between,
    books,
    case_error,
    exact_law,
    outcome_of,
    run_engine,
    run_reference,
)
from tests.displacement.equivalence.many_people import LEAST_EFFECT, engine_means, reference_means
from tests.displacement.equivalence.two_sample import Check, found
from tests.displacement.reference.simulator import simulate_reference

TOLERANCE = 1e-9
"""Persons by which expected counts may differ through floating point."""
FAULTS = [(case.name, number) for case in ALL for number in range(len(case.faults))]


def names(cases: list[Case]) -> list[str]:
    return [case.name for case in cases]


@pytest.mark.parametrize("name", names(ALL))
def test_expected_counts_are_those_of_the_reference(name: str) -> None:
    case = BY_NAME[name]
    assert np.abs(engine_means(case) - reference_means(case)).max() <= TOLERANCE


@pytest.mark.parametrize(("name", "number"), FAULTS)
def test_each_case_finds_its_own_fault(name: str, number: int) -> None:
    case = BY_NAME[name]
    moved = np.abs(engine_means(case, case.faults[number]) - reference_means(case)).max()
    assert moved > LEAST_EFFECT


def test_every_case_has_a_fault() -> None:
    assert all(case.faults for case in ALL)


@pytest.mark.parametrize("name", names(ALL))
def test_books_are_those_of_the_reference(name: str) -> None:
    case = BY_NAME[name]
    assert books(run_engine(case, 1), run_reference(case, 1)[0]) == []


def differences(case: Case, sizes: Sizes) -> list[Check]:
    """Compare samples of the engine with the exact law where there is one, else with samples of the reference."""
    if case.coupled:
        checks = between(case, run_engine(case, sizes.coupled), run_reference(case, sizes.reference))
    else:
        checks = against_law(case, run_engine(case, sizes.exact), exact_law(case))
    assert len(checks) > 15
    return found(checks, case_error())


@pytest.mark.parametrize("name", names(SAMPLED))
def test_samples_have_the_law_of_the_reference(name: str) -> None:
    assert differences(BY_NAME[name], QUICK) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", names(ALL))
def test_large_samples_have_the_law_of_the_reference(name: str) -> None:
    assert differences(BY_NAME[name], SLOW) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", names(EXACT))
def test_the_reference_itself_has_its_exact_law(name: str) -> None:
    case = BY_NAME[name]
    runs = run_reference(case, SLOW.reference // 2)
    assert found(against_law(case, outcome_of(case, runs), exact_law(case)), case_error()) == []


@pytest.mark.parametrize("name", ["the highest flood", "the highest flood of all"])
def test_the_highest_flood_stops_a_run_as_in_flee(name: str) -> None:
    instance = BY_NAME[name].instance
    with pytest.raises(IndexError, match="flood level 3 of 4"):
        simulate_reference(instance, Rules.flee(), "adaptive", np.random.default_rng(0), instance.length)
    with pytest.raises(DisplacementError):
        simulate(instance, rules=Rules.flee())


def test_every_switch_of_the_simulation_has_a_case() -> None:
    elsewhere = {"date_is_next_day", "two_systems_never", "flood_top_level_fails"}  # output, refusal, errors
    switched = {
        switch
        for case in ALL
        for fault in case.faults
        if isinstance(fault, Rules) and case.rules != Rules.documented()
        for switch in QUIRKS
        if getattr(fault, switch) != getattr(case.rules, switch)
    }
    assert switched | elsewhere == set(QUIRKS)


@pytest.mark.parametrize("name", ["weight of camps", "softening of weights", "camps that fill, frozen"])
def test_parameters_of_replicas_mean_what_settings_mean(name: str) -> None:
    case = BY_NAME[name]
    moves = case.instance.settings.move_rules
    parameters = {each: np.full(50, getattr(moves, each)) for each in PARAMETERS}
    given = simulate(case.instance, replicas=50, seed=1, occupancy=case.occupancy, parameters=parameters)
    read = simulate(case.instance, replicas=50, seed=1, occupancy=case.occupancy)
    assert (given.camp_counts == read.camp_counts).all()
