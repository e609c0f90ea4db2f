"""Checks of instances made in Python, with the rows that they have when they are written."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havre.displacement.flee_files import read_instance
from havre.displacement.flee_writer import write_instance
from havre.displacement.instance import (
    AgentTable,
    Closure,
    Correction,
    DayTable,
    Demographics,
    LocationChange,
    Route,
)
from havre.displacement.instance_checks import check_instance
from havre.displacement.settings import FloodSpawning
from havre.errors import DisplacementError
from tests.displacement.faulty_files import facts, keys
from tests.displacement.small_instances import (
    COUNTS,
    LENGTH,
    LOCATIONS,
    ROUTES,
    ZONES,
    day,
    day_table,
    registrations,
    settings,
    small_instance,
    tiny_instance,
    with_everything,
)


def test_small_instances_are_without_fault() -> None:
    assert check_instance(small_instance()).errors == ()
    assert check_instance(small_instance()).warnings == ()
    assert check_instance(tiny_instance()).errors == ()
    assert check_instance(with_everything()).errors == ()


FAULTY: list[tuple[dict[str, Any], str, str, int]] = [
    ({"locations": (*LOCATIONS, LOCATIONS[0])}, "places.twice", "locations.csv", 8),
    ({"routes": (*ROUTES, Route("Alba", "Nowhere", 1.0))}, "places.unknown", "routes.csv", 8),
    ({"routes": (*ROUTES, Route("Alba", "Alba", 1.0))}, "roads.to_itself", "routes.csv", 8),
    ({"closures": (Closure("link", "Alba", "Hub", 1, 2),)}, "closures.no_road", "closures.csv", 2),
    ({"location_changes": (LocationChange("X", "camp", 1),)}, "places.unknown", "location_changes.csv", 2),
    ({"registrations": registrations(COUNTS)[:2]}, "layout.camp_missing", "locations.csv", 7),
    ({"registrations": registrations(COUNTS)[1:]}, "layout.first_is_place", "data_layout.csv", 1),
    ({"corrections": (Correction("Este", day(11)),)}, "corrections.no_count", "registration_corrections.csv", 1),
    ({"major_routes": (("Alba", "Hub"),)}, "closures.no_road", "major_routes.csv", 1),
]


@pytest.mark.parametrize(("changes", "key", "file", "row"), FAULTY)
def test_faults_tell_the_row_that_they_have_when_written(
    tmp_path: Path, changes: dict[str, Any], key: str, file: str, row: int
) -> None:
    instance = small_instance(**changes, settings=settings({"fixed_routes": True}))
    found = [problem for problem in check_instance(instance).errors if problem.key.endswith(key)]
    assert [(facts(each)["file"], facts(each)["row"]) for each in found] == [(file, row)]
    if key == "places.twice":
        # Such an instance is not written at all.
        return
    write_instance(instance, tmp_path / "out")
    with pytest.raises(DisplacementError) as caught:
        read_instance(tmp_path / "out")
    again = [facts(each) for each in caught.value.problems if each.key.endswith(key)]
    assert [(each["file"], each["row"]) for each in again] == [(file, row)]


def test_tables_by_day_must_cover_the_period_where_they_are_used() -> None:
    short = small_instance(length=LENGTH, conflicts=day_table(LENGTH - 1, ZONES))
    assert keys(list(check_instance(short).errors)) == ["days.short"]
    ipc = DayTable(("North",), (0.0, 5.0), np.array([[1.0], [2.0]]))
    assert check_instance(small_instance(ipc=ipc)).errors == ()
    hungry = small_instance(ipc=ipc, settings=settings({"flee_when_starving": True}))
    assert keys(list(check_instance(hungry).errors)) == ["days.outside"]
    floods = day_table(3, {"Alba": (0, 1)})
    assert check_instance(small_instance(floods=floods)).errors == ()
    flooded = small_instance(floods=floods, settings=settings(spawn={"flood_driven_spawn_mode": FloodSpawning()}))
    assert keys(list(check_instance(flooded).errors)) == ["days.short"]


def test_conflict_nowhere_is_a_fault_unless_something_else_drives_people_away() -> None:
    peaceful = replace(LOCATIONS[0], location_type="town")
    quiet = {"locations": (peaceful, *LOCATIONS[1:]), "conflicts": day_table(LENGTH, {"Alba": (0, 0)})}
    assert keys(list(check_instance(small_instance(**quiet)).errors)) == ["conflicts.never"]
    assert "conflicts.never" in keys(list(check_instance(small_instance(**quiet), lenient=True).warnings))
    change = (LocationChange("Alba", "conflict_zone", 3),)
    assert check_instance(small_instance(**quiet, location_changes=change)).errors == ()


def test_a_conflict_column_of_no_place_is_a_fault_only_where_there_is_conflict() -> None:
    for span, is_fault in (((0, 0), False), ((3, 4), True)):
        found = check_instance(small_instance(conflicts=day_table(LENGTH, {**ZONES, "Albo": span})))
        assert bool(found.errors) is is_fault
        problem = (found.errors or found.warnings)[0]
        assert facts(problem)["number"] == 4
        assert facts(problem)["near"] == "Alba"


def test_people_from_places_that_are_not_there_are_told() -> None:
    demographics = (Demographics("age", (5.0,), {"Default": (1.0,), "Nowhere": (1.0,)}),)
    agents = AgentTable(("age",), (("Alba", "5"), ("Nowhere", "5"), ("Nowhere", "6")), (1, 2, 3))
    found = check_instance(small_instance(demographics=demographics, agents=agents))
    assert [(each.key.split(".")[-1], facts(each)["count"]) for each in found.errors] == [("unknown_place", 5)]
    assert keys(list(found.warnings)) == ["days.unknown_column"]


def test_a_capacity_filled_on_day_0_is_told_only_where_people_are_put_in() -> None:
    full = (*LOCATIONS[:5], replace(LOCATIONS[5], population=50))
    found = check_instance(small_instance(locations=full))
    assert [(facts(each)["name"], facts(each)["count"]) for each in found.warnings] == [("Este", 50)]
    for spawn in ({"insert_day0": False}, {"empty_camps_on_day0": True}):
        assert check_instance(small_instance(locations=full, settings=settings(spawn=spawn))).warnings == ()
