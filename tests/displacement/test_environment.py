"""Places day by day: types, conflicts, changes of type, hunger, floods, growing camps."""

import numpy as np
import pytest

from havre.displacement.environment import (
    ALWAYS,
    CAMP,
    CONFLICT,
    DEFAULT,
    IDP_CAMP,
    number_of,
    type_word,
)
from havre.displacement.instance import DayTable, LocationChange
from havre.displacement.rules import Rules
from havre.errors import DisplacementError
from tests.displacement.sketches import FLOODED, WAR, environment, flags_of, place


@pytest.mark.parametrize(
    ("kind", "flags", "chance", "conflict"),
    [
        ("camp", ["camp"], CAMP, False),
        ("Refugee_CAMP", ["camp"], CAMP, False),
        ("idpcamp", ["camp", "idp_camp"], IDP_CAMP, False),
        ("conflict_zone", [], CONFLICT, True),
        ("forwarding_hub", ["forward"], ALWAYS, False),
        ("marker", ["marker"], ALWAYS, False),
        ("flood_zone", ["flood_zone"], DEFAULT, False),
        ("default", ["town"], DEFAULT, False),
        ("town", ["town"], DEFAULT, False),
        ("village", [], DEFAULT, False),
        ("conflict_camp", ["camp"], CAMP, False),
    ],
)
def test_types_by_the_first_word_that_they_contain(kind: str, flags: list[str], chance: int, conflict: bool) -> None:  # noqa: FBT001
    found = environment([place("X", kind)], zones={})
    assert flags_of(found, 0) == flags
    assert found.kind[0] == chance
    assert (found.conflict[0] > 0) == conflict


def test_type_words() -> None:
    assert type_word("Conflict_Zone") == "conflict"
    assert type_word("") == type_word("village") == ""


def test_attributes_as_numbers() -> None:
    assert number_of({"hdi": " 0.5 "}, "hdi") == 0.5
    assert number_of({"hdi": " "}, "hdi") == number_of({}, "hdi") == 0.0
    assert number_of({}, "conflict_intensity", 1.0) == 1.0


def test_population_is_the_capacity_of_camps_and_nothing_is_rounded_up_by_hasten() -> None:
    places = [
        place("War", "conflict_zone", 1_009),
        place("Camp", "camp", 59),
        place("Idp", "idpcamp", 9),
        place("T", "town", 99),
    ]
    found = environment(places, hasten=10)
    assert found.capacity.tolist() == [-1, 5, 0, -1]
    assert found.population.tolist() == [100, 0, 0, 9]


def test_a_conflict_zone_with_a_date_is_a_town_at_first() -> None:
    places = [place("Later", "conflict_zone", conflict_date=3), place("Now", "conflict_zone", conflict_intensity=2.5)]
    found = environment(places)
    assert found.conflict.tolist() == [-1, 2.5]
    assert flags_of(found, 0) == ["town"]
    assert found.since.tolist() == [-1, -1]


def test_low_move_chances_make_camps_of_all_but_flood_zones() -> None:
    places = [
        place("Town"),
        place("Flood", "flood_zone"),
        place("Zone", "conflict_zone"),
        place("Hub", "forwarding_hub"),
    ]
    low = {"default_movechance": 0.0049, "conflict_movechance": 0.004}
    assert environment(places, move=low).camps_at_start.tolist() == [True, False, True, False]
    assert environment(places, move=low, rules=Rules.documented()).camps_at_start.tolist() == [False] * 4
    assert environment(places, move={"default_movechance": 0.005}).camps_at_start.tolist() == [False] * 4


def test_conflicts_begin_and_end_by_their_table() -> None:
    places = [WAR, place("Town"), place("Camp", "camp")]
    zones = {
        "Town": [0.0, 0.5, 2.0, 0.0, 0.0, 1.0],
        "Camp": [0.7, 0.7, 0.0, 0.0, 0.0, 0.0],
        "War": [1.0] * 6,
        "Moon": [1.0] * 6,
    }
    found = environment(places, length=6, zones=zones)
    touched, conflict, kind, since = [], [], [], []
    for day in range(6):
        touched.append(found.begin_day(day))
        conflict.append(found.conflict[1:].tolist())
        kind.append(found.kind[1:].tolist())
        since.append(found.since.tolist())
    assert touched == [True, True, True, True, False, True]
    # The change of the town from 0.5 to 2 is ignored.
    assert conflict == [[-1, 0.7], [0.5, 0.7], [0.5, -1], [-1, -1], [-1, -1], [1.0, -1]]
    assert kind[0] == [DEFAULT, CONFLICT]
    assert kind[1] == [CONFLICT, CONFLICT]
    assert kind[3] == [DEFAULT, DEFAULT]
    assert since == [[0, -1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 5, 0]]
    # A camp stays a camp through its conflict, and is a town as well afterwards.
    assert flags_of(found, 2) == ["camp", "town"]
    assert flags_of(found, 1) == []


def test_changes_of_intensity_where_they_count() -> None:
    found = environment([WAR], length=3, zones={"War": [1.0, 3.0, 3.0]}, rules=Rules.documented())
    assert [(found.begin_day(day), found.conflict[0], found.since[0]) for day in range(3)] == [
        (True, 1.0, 0),
        (True, 3.0, 0),
        (False, 3.0, 0),
    ]


def test_a_table_that_ends_too_early() -> None:
    found = environment([WAR], length=2)
    found.begin_day(1)
    with pytest.raises(DisplacementError) as raised:
        found.begin_day(2)
    assert dict(raised.value.problems[0].fields) == {"file": "conflicts.csv", "day": 2, "rows": 2}


def test_places_change_their_type_before_the_conflicts_of_the_day() -> None:
    changes = (
        LocationChange("Town", "conflict_zone", 1),
        LocationChange("Camp", "idpcamp", 1),
        LocationChange("War", "town", 2),
    )
    places = [WAR, place("Town", "town", 40), place("Camp", "camp", 70)]
    found = environment(places, length=4, location_changes=changes)
    found.begin_day(0)
    found.begin_day(1)
    assert found.conflict.tolist() == [1, 1, -1]
    assert found.kind.tolist() == [CONFLICT, CONFLICT, IDP_CAMP]
    assert flags_of(found, 2) == ["camp", "idp_camp"]
    assert (found.capacity[2], found.population[1]) == (70, 40)
    assert not found.begin_day(2)
    assert (found.conflict[0], flags_of(found, 0)) == (-1, ["town"])
    same_day = (LocationChange("War", "town", 0),)
    assert environment([WAR], location_changes=same_day).begin_day(0)


def test_hunger_is_interpolated_between_the_days_of_its_table() -> None:
    places = [place("War", "conflict_zone", region="North"), place("Town", region="South"), place("T2", region="East")]
    ipc = DayTable(("South", "North"), (0.0, 4.0), np.array([[10.0, 0.0], [50.0, 100.0]]))
    found = environment(places, length=6, ipc=ipc)
    found.begin_day(1)
    assert found.hunger.tolist() == [0.25, 0.2, 0.0]
    found.begin_day(4)
    assert found.hunger.tolist() == [1.0, 0.5, 0.0]
    with pytest.raises(DisplacementError) as raised:
        found.begin_day(5)
    assert raised.value.problems[0].key == "displacement.engine.ipc_days"


def test_floods_stand_in_for_conflicts_where_they_displace() -> None:
    table = DayTable(("Low", "Sea"), (0.0, 1.0), np.array([[1.9, 1.0], [2.0, 1.0]]))
    places = [WAR, place("Low", "flood_zone"), place("High", "flood_zone")]
    found = environment(places, length=2, floods=table, spawn=FLOODED, zones={"War": [1.0, 0.0]})
    assert not found.begin_day(0)
    assert found.level.tolist() == [0, 1, 0]
    found.begin_day(1)
    assert found.level.tolist() == [0, 2, 0]
    assert found.conflict[0] == 1
    with pytest.raises(DisplacementError) as raised:
        found.flood_levels(2)
    assert dict(raised.value.problems[0].fields)["file"] == "flood_level.csv"
    dry = environment(places, length=2, floods=table)
    dry.begin_day(0)
    assert dry.level.tolist() == [0, 0, 0]


def test_camps_grow_each_day() -> None:
    places = [
        place("Camp", "camp", 10, capacity_per_day="5.9"),
        place("Town", capacity_per_day=2),
        place("C2", "camp", 7),
    ]
    found = environment(places)
    found.grow_capacity()
    found.grow_capacity()
    assert found.capacity.tolist() == [20, 3, 7]
