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

SPECIAL_CHANCE = (
    "types of places",
    "closure: of a border with people on the road",
    "people one by one from a table",
    "a Poisson number by conflict",
    "a Poisson number by flood",
    "people vanish in camps, as Flee does",
    "awareness 2 with markers",
    "boys take risks, as Flee does",
    "forecast floods for the aware",
    "walking by chance",
    "no short stints",
    "camps that fill, frozen",
    "a wide buffer, frozen",
    "a backlog let go, frozen",
    "nothing but full places, as documented",
    "fewer people in a place as they leave",
    "MatchTownEthnicity",
)
"""Cases in which people are split, drawn or remembered in a way of their own, for quick comparisons by samples."""
SAMPLED: list[Case] = [case for case in ALL if case.name in SPECIAL_CHANCE or case.name.endswith(", adaptive")]
