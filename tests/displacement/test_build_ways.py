"""Whether people can flee: ways to a camp, and a conflict zone on each day on which somebody flees."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from havre.displacement.build_ways import days_without_zone, way_notes, way_problems
from havre.displacement.instance import CountFile, DayTable, Instance, Location, Registrations, Route
from havre.displacement.settings import ConflictSpawning, Settings, SpawnRules

START = date(2024, 1, 1)


def instance(
    counts: dict[int, float] | None = None, zone_days: str = "11111", capacity: int = 100, **spawn: object
) -> Instance:
    """One town and one camp, for five days; conflict on the days that are 1."""
    entries = counts or {0: 10, 1: 20, 2: 20, 3: 15, 4: 30}
    days = tuple(START + timedelta(days=day) for day in entries)
    file = CountFile("a.csv", days, tuple(float(count) for count in entries.values()))
    values = np.array([[float(sign)] for sign in zone_days])
    return Instance(
        name="small",
        start=START,
        length=5,
        locations=(
            Location("Town", "", "Home", 0.0, 0.0, "conflict_zone", 0, 500),
            Location("Camp", "", "Away", 0.0, 1.0, "camp", 0, capacity),
        ),
        routes=(Route("Town", "Camp", 150.0),),
        conflicts=DayTable(("Town",), tuple(map(float, range(5))), values),
        registrations=(
            Registrations("total", (replace(file, file="refugees.csv"),)),
            Registrations("Camp", (file,)),
        ),
        settings=Settings(spawn_rules=SpawnRules(**spawn)),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("zone_days", "expected"),
    [("11111", []), ("01001", []), ("10001", [1]), ("11110", [4]), ("00000", [1, 4]), ("10000", [1, 4])],
)
def test_days_of_arrivals_need_a_conflict_zone(zone_days: str, expected: list[int]) -> None:
    # People flee on day 1 (10 more) and on day 4 (15 more, of which 5 only make up for the fall of day 3).
    assert days_without_zone(instance(zone_days=zone_days)) == expected


def test_a_rise_that_only_makes_up_for_a_fall_lets_nobody_flee() -> None:
    made = instance({0: 10, 1: 4, 2: 8, 3: 10, 4: 11}, zone_days="00000")
    assert days_without_zone(made) == [4]


def test_people_of_day_0_flee_only_where_they_are_not_put_into_camps() -> None:
    assert days_without_zone(instance({0: 10, 4: 10}, zone_days="01111")) == []
    assert days_without_zone(instance({0: 10, 4: 10}, zone_days="01111", insert_day0=False)) == [0]


def test_where_conflict_drives_departures_registrations_do_not_matter() -> None:
    assert days_without_zone(instance(zone_days="00000", conflict_driven_spawning=ConflictSpawning())) == []


def test_problems_name_the_days_and_the_zones() -> None:
    assert list(way_problems(instance())) == []
    assert [problem.sentence() for problem in way_problems(instance(zone_days="10001"))] == [
        "People flee while no place is a conflict zone, where Flee stops: days 1, the first being day 1 (2024-01-02)."
    ]
    apart = replace(instance(), routes=())
    assert [problem.sentence() for problem in way_problems(apart)] == [
        "Conflict zones from which no way leads to a camp: 1 (Town)."
    ]
    calm = replace(instance(), conflicts=DayTable((), tuple(map(float, range(5))), np.zeros((5, 0))))
    assert [problem.key for problem in way_problems(calm)] == ["displacement.build.no_zone"]


def notes(made: Instance) -> list[str]:
    return [note.key for note in way_notes(made)]


def test_traps_are_told() -> None:
    assert notes(instance()) == []
    assert notes(instance(capacity=10)) == ["warned.full_at_start"]
    assert notes(instance(capacity=11)) == []
    assert notes(instance(capacity=10, insert_day0=False)) == []
    empty = instance()
    towns = (replace(empty.locations[0], population=0), empty.locations[1])
    assert notes(replace(empty, locations=towns)) == ["warned.zone_without_people"]
    more = (*empty.locations, Location("Hill", "", "Home", 5.0, 5.0, "town"))
    assert notes(replace(empty, locations=more)) == ["warned.places_apart"]
    camp = Location("Far Camp", "", "Away", 5.0, 5.0, "camp", 0, 50)
    counted = Registrations("Far Camp", (CountFile("b.csv", (START,), (0.0,)),))
    further = replace(empty, locations=(*empty.locations, camp), registrations=(*empty.registrations, counted))
    assert notes(further) == ["warned.camps_apart"]
