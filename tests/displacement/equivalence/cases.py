"""All cases, by name."""

from tests.displacement.equivalence import (
    choice_cases,
    crowding_cases,
    environment_cases,
    spawning_cases,
    travel_cases,
)
from tests.displacement.equivalence.case import Case

ALL: list[Case] = [
    *environment_cases.CASES,
    *spawning_cases.CASES,
    *choice_cases.CASES,
    *travel_cases.CASES,
    *crowding_cases.CASES,
]
BY_NAME: dict[str, Case] = {case.name: case for case in ALL}
EXACT: list[Case] = [case for case in ALL if not case.coupled]
COUPLED: list[Case] = [case for case in ALL if case.coupled]
assert len(BY_NAME) == len(ALL)
