"""The reference on lines where nothing is left to chance: each day is followed by hand from the format's sentences."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from havre.displacement.instance import AgentTable, Closure, Correction
from havre.displacement.rules import Rules
from havre.displacement.settings import ConflictSpawning
from tests.displacement.equivalence.builders import START, day_table, place, road, valley
from tests.displacement.reference.registered import series_of, value
from tests.displacement.reference.simulator import Run, simulate_reference

ALONE = {"Cove": [0.0] * 6}
GOING: Mapping[str, Any] = {
    "max_move_speed": 360.0,
    "conflict_movechance": 1.0,
    "default_movechance": 1.0,
    "camp_movechance": 0.0,
    "conflict_weight": 1e-30,
    "camp_weight": 1e30,
}
FLEE, MANUAL = Rules.flee(), Rules.documented()


def line(
    *kilometres: float, people: int = 3, rules: Rules = FLEE, moves: Mapping[str, Any] = GOING, **rest: Any
) -> Run:
    """Let people of the first place go along a line to the camp at its end, which pulls so that nobody turns back."""
    names = [*("Alda", "Birk", "Eyre")[: len(kilometres)], "Cove"]
    towns = [place(name, "town", 100) for name in names[1:-1]]
    instance = valley(
        places=[place("Alda", "conflict_zone", 100), *towns, place("Cove", "camp", rest.pop("capacity", 900))],
        roads=[road(start, end, km) for start, end, km in zip(names, names[1:], kilometres, strict=False)],
        camps=rest.pop("camps", ALONE),
        conflicts={"Alda": [1.0] * 6},
        moves={**GOING, **moves},
        spawn={"read_from_agents_csv_file": True, **rest.pop("spawn", {})},
        agents=AgentTable((), (("Alda",),), (people,)),
        **rest,
    )
    return simulate_reference(instance, rules, "adaptive", np.random.default_rng(0), 6)


def arrived(run: Run) -> list[int]:
    return [int(count) for count in run.camp_counts[:, 0]]


def test_a_road_as_long_as_the_day_takes_two_days_or_one() -> None:
    assert arrived(line(360)) == [0, 3, 3, 3, 3, 3]
    assert arrived(line(360, rules=FLEE.switched(strict_arrival=False))) == [3] * 6
    assert arrived(line(361)) == [0, 3, 3, 3, 3, 3]


def test_people_walk_100_and_200_and_200_km_in_a_day_of_360() -> None:
    assert arrived(line(100, 200, 200)) == [3] * 6
    assert arrived(line(100, 200, 200, rules=FLEE.switched(full_day_on_each_link=False))) == [0, 3, 3, 3, 3, 3]
    # 360 km are over after the second road, and the third begins on the next day.
    assert arrived(line(100, 260, 200)) == [0, 3, 3, 3, 3, 3]


def test_first_roads_on_foot() -> None:
    # 35, 70, 105 km: the first road takes three days, and the second 360 km on the third of them.
    assert arrived(line(100, 200, moves={"start_on_foot": True})) == [0, 0, 3, 3, 3, 3]
    # 105 km are not passed on the third day but on the fourth, which still has its 35 km then.
    assert arrived(line(104.9999, 200, moves={"start_on_foot": True})) == [0, 0, 3, 3, 3, 3]
    assert arrived(line(105, 200, moves={"start_on_foot": True})) == [0, 0, 0, 3, 3, 3]


def test_people_on_a_road_that_closes_come_back() -> None:
    run = line(800, closures=(Closure("country", "Home", "Home", 1, 2),))
    # Out on day 0; the road closes on day 1; on day 2, at 1080 km, they are back at the start; it is open again, and on
    # day 3 they set out anew and arrive on day 5.
    assert run.place_counts[:, 0].tolist() == [0, 0, 3, 0, 0, 0]
    assert arrived(run) == [0, 0, 0, 0, 0, 3]


def test_falls_are_debt_until_arrivals_catch_up() -> None:
    camps = {"Cove": [10, 14, 8, 9, 20, 21]}
    run = line(100, people=0, camps=camps)
    assert run.raw.tolist() == [20, 24, 18, 19, 30, 31]
    assert run.debt.tolist() == [0, 0, 6, 5, 0, 0]
    assert run.people.tolist() == [10, 14, 14, 14, 20, 21]
    assert line(100, people=0, camps={"Cove": [10, 14, 8, 9, 20, 21]}, rules=MANUAL).raw.tolist() == [
        10,
        14,
        8,
        9,
        20,
        21,
    ]


def test_full_camps_turn_people_away() -> None:
    # Twenty are registered and inserted, and lower the capacity of 21 to 1: the camp is full, and all stay in Alda. The
    # manual keeps 21 places, the last of them behind a cap of 1 - (20 - 18.9) / 2.1 = 0.48 < 0.5.
    camps = {"Cove": [20.0] * 6}
    assert arrived(line(100, people=5, camps=camps, capacity=21)) == [20] * 6
    assert arrived(line(100, people=5, camps=camps, capacity=21, rules=MANUAL)) == [20] * 6
    # Of 24 places, 21.6 attract fully; at 22 the cap is 0.83, at 23 it is 0.42: people decide one after the other, but
    # before anybody arrives, so that all five go.
    assert arrived(line(100, people=5, camps=camps, capacity=24, rules=MANUAL)) == [25] * 6


def test_conflicts_displace_by_population_and_intensity() -> None:
    spawn = {"conflict_driven_spawning": ConflictSpawning("pop_ratio", 0.1), "take_from_population": True}
    run = line(100, people=0, spawn=spawn)
    # A tenth of 100, 90, 81, 73, 66, 60.
    assert np.diff(run.people, prepend=0).tolist() == [10, 9, 8, 7, 6, 6]


def test_registrations_are_read_between_days_and_corrected_back() -> None:
    corrections = (Correction("Cove", START.replace(day=29)),)
    instance = valley(camps={"Cove": [100.0, 100.0, 160.0]}, corrections=corrections)
    assert series_of(instance)["Cove"] == [(0, 160.0), (1, 160.0), (2, 160.0)]
    assert [value([(-2, 5.0), (2, 12.0)], day) for day in (-3, -2, 0, 1, 2, 9)] == [5.0, 5.0, 8.0, 10.0, 12.0, 12.0]


def test_hunger_outside_its_days_is_an_error() -> None:
    instance = valley(ipc=day_table({"Region": [10.0, 20.0]}, days=(0, 3)))
    with pytest.raises(ValueError, match="IPC of day 4"):
        simulate_reference(instance, FLEE, "adaptive", np.random.default_rng(0), 6)
