"""A camp whose limit on day 0 is not its capacity is told, and no other, by the counts that the simulation goes by."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from havre.displacement import simulate
from havre.displacement.camp_capacities import camp_capacities
from havre.displacement.camp_series import registered
from havre.displacement.capacity_checks import capacity_warnings
from havre.displacement.instance import Correction, Instance
from havre.displacement.rules import Rules
from havre.displacement.settings import MoveRules, Settings, SpawnRules
from tests.displacement.small_instances import COUNTS, LOCATIONS, registrations, small_instance

FLEE, MANUAL = Rules.flee(), Rules.documented()


def with_capacity(capacity: int, **overrides: object) -> Instance:
    places = (replace(place, population=capacity) if place.name == "Este" else place for place in LOCATIONS)
    return small_instance(locations=tuple(places), **overrides)


def told(instance: Instance, rules: Rules = FLEE) -> dict[str, dict[str, object]]:
    found = capacity_warnings(instance, rules, "locations.csv", range(2, 8))
    return {problem.key.rpartition(".")[2]: dict(problem.fields) for problem in found}


@pytest.mark.parametrize(
    ("capacity", "rules", "expected"),
    [
        (40, FLEE, {"no_limit"}),
        (50, FLEE, {"no_limit"}),
        (51, FLEE, {"full_lowered"}),
        (100, FLEE, {"full_lowered"}),
        (101, FLEE, set()),
        (0, FLEE, set()),
        (50, MANUAL, {"full"}),
        (51, MANUAL, set()),
    ],
)
def test_a_camp_is_told_where_day_0_takes_or_fills_its_limit(capacity: int, rules: Rules, expected: set[str]) -> None:
    assert set(told(with_capacity(capacity), rules)) == expected


def test_a_camp_first_counted_later_has_that_count_on_day_0() -> None:
    later = registrations({**COUNTS, "Este": {3: 6_505.0, 19: 9_000.0}})
    found = told(with_capacity(704, registrations=later))
    assert {"name": "Este", "count": 6_505, "capacity": 704, "row": 7}.items() <= found["no_limit"].items()


def test_a_correction_that_lowers_day_0_is_heeded() -> None:
    corrected = {"corrections": (Correction("Este", date(2020, 1, 11)),)}
    uneven = registrations({**COUNTS, "Este": {0: 17_790.0, 9: 30_000.0, 10: 15_000.0, 19: 16_000.0}})
    assert set(told(with_capacity(12_000, registrations=uneven))) == {"no_limit"}
    found = told(with_capacity(12_000, registrations=uneven, **corrected))
    assert {"count": 8_895, "left": 3_105}.items() <= found["full_lowered"].items()


def test_hasten_and_scaling_can_take_a_limit_away() -> None:
    assert told(with_capacity(60, settings=Settings(hasten=100)))["below_hasten"]["hasten"] == 100
    assert told(with_capacity(60, settings=Settings(move_rules=MoveRules(capacity_scaling=0.001))))["scaled_away"]


def test_a_capacity_that_shrinks_away_is_told_with_its_day() -> None:
    places = [
        replace(place, attributes={"capacity_per_day": "-300"}) if place.name == "Este" else place
        for place in LOCATIONS
    ]
    instance = small_instance(locations=tuple(places))
    found = told(instance)["shrinks_away"]
    limits = camp_capacities(instance, FLEE, registered(instance), ("Este",), 20)[:, 0]
    assert (found["name"], found["day"]) == ("Este", np.isinf(limits).argmax())
    assert 0 < np.isinf(limits).argmax() < 19


@pytest.mark.parametrize("spawn", [SpawnRules(insert_day0=False), SpawnRules(empty_camps_on_day0=True)])
def test_nobody_is_put_in_without_day_0(spawn: SpawnRules) -> None:
    assert told(with_capacity(50, settings=Settings(spawn_rules=spawn))) == {}


def test_faulty_registrations_are_told_elsewhere() -> None:
    assert told(with_capacity(50, registrations=())) == {}


@given(capacity=some.integers(1, 130), lowered=some.booleans())
def test_told_is_what_the_simulation_goes_by(*, capacity: int, lowered: bool) -> None:
    instance, rules = with_capacity(capacity), FLEE.switched(day0_lowers_capacity=lowered)
    limit = camp_capacities(instance, rules, registered(instance), ("Este",), 1)[0, 0]
    assert ("no_limit" in told(instance, rules)) == bool(np.isinf(limit))
    assert bool({"full", "full_lowered"} & set(told(instance, rules))) == (limit <= 50)


def test_a_camp_without_a_limit_takes_in_more_than_its_capacity_and_a_full_one_nobody() -> None:
    open_to_all, full = (simulate(with_capacity(capacity)).camp("Este")[0] for capacity in (50, 60))
    assert open_to_all[-1] > 100
    assert full.max() <= 50
