"""Two runs hand in hand: each has its own law, as if it were alone; here with a case and its fault."""

import pytest

from havre.displacement.instance import Instance
from havre.displacement.paired_runs import simulate_pair
from tests.displacement.equivalence.cases import BY_NAME
from tests.displacement.equivalence.judging import (
    QUICK,
    against_law,
    between,
    case_error,
    exact_law,
    run_reference,
    seed_of,
)
from tests.displacement.equivalence.two_sample import found

QUICK_CASES = (
    "location changes",
    "closure: of a border",
    "a Poisson number by conflict",
    "women avoid hazards",
    "walking by chance",
    "camps that fill, frozen",
)
SLOW_CASES = (
    "conflicts begin and end",
    "closure: of a place",
    "people one by one from a table",
    "weight of camps",
    "awareness 2",
    "a major route",
    "start on foot",
    "a backlog let go, adaptive",
)
CASES = (*QUICK_CASES, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW_CASES))


@pytest.mark.parametrize("leads", [True, False])
@pytest.mark.parametrize("name", CASES)
def test_each_of_a_pair_has_its_own_law(name: str, *, leads: bool) -> None:
    case = BY_NAME[name]
    other = case.faults[0]
    assert isinstance(other, Instance)
    pair = (case.instance, other) if leads else (other, case.instance)
    replicas = QUICK.coupled if case.coupled else QUICK.exact // 4
    outcomes = simulate_pair(*pair, replicas=replicas, seed=seed_of(case), rules=case.rules, occupancy=case.occupancy)
    outcome = outcomes[0 if leads else 1]
    if case.coupled:
        checks = between(case, outcome, run_reference(case, QUICK.reference))
    else:
        checks = against_law(case, outcome, exact_law(case))
    assert len(checks) > 10
    assert found(checks, case_error()) == []
