"""Small made-up instances for tests: two conflict zones, a town, two camps abroad and a forwarding hub.

:func:`small_instance` gives the objects, with anything replaced by keyword; :func:`small_files` the same as the texts
of its files, for tests of readers and of faults in files. :func:`settings` shortens the making of settings.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from havre.displacement.instance import (
    Closure,
    Correction,
    CountFile,
    DayTable,
    Instance,
    Location,
    Registrations,
    Route,
)
from havre.displacement.settings import MoveRules, Settings, SpawnRules

START = date(2020, 1, 1)
LENGTH = 20

LOCATIONS = (
    Location("Alba", "North", "Norland", 10.0, 20.0, "conflict_zone", 0, 50_000),
    Location("Brod", "North", "Norland", 10.5, 20.5, "conflict_zone", 5, 20_000),
    Location("Cerna", "South", "Norland", 11.0, 21.0, "town", 0, 8_000),
    Location("Hub", "Border", "Sudland", 11.5, 21.5, "forwarding_hub", 0, 0),
    Location("Dol Camp", "Border", "Sudland", 12.0, 22.0, "camp", 0, 3_000),
    Location("Este", "Coast", "Westland", 9.0, 19.0, "camp", 0, 2_000),
)
ROUTES = (
    Route("Alba", "Brod", 80.0),
    Route("Alba", "Cerna", 150.0),
    Route("Brod", "Cerna", 120.0),
    Route("Cerna", "Hub", 90.0),
    Route("Hub", "Dol Camp", 60.0),
    Route("Alba", "Este", 400.0),
)
ZONES: Mapping[str, tuple[int, int]] = {"Alba": (0, LENGTH), "Brod": (5, LENGTH)}
COUNTS: Mapping[str, Mapping[int, float]] = {
    "total": {0: 150.0, 10: 900.0, 19: 1_800.0},
    "Dol Camp": {0: 100.0, 10: 600.0, 19: 1_200.0},
    "Este": {0: 50.0, 10: 300.0, 19: 600.0},
}


def small_instance(**overrides: Any) -> Instance:
    """Make the small instance; any field of ``Instance`` may be given instead.

    The conflicts fit a shorter or longer ``length``; other parts must be given to fit each other.
    """
    length = int(overrides.get("length", LENGTH))
    fields: dict[str, Any] = {
        "name": "small",
        "start": START,
        "length": length,
        "locations": LOCATIONS,
        "routes": ROUTES,
        "conflicts": day_table(length, ZONES),
        "registrations": registrations(COUNTS),
    }
    return Instance(**(fields | overrides))


def tiny_instance(distance: float = 100.0, people: float = 1_000.0, length: int = 5, **overrides: Any) -> Instance:
    """Make the smallest instance: a conflict zone, one road, one camp without a limit that anybody reaches.

    ``people`` are registered in the camp by the last day, none on day 0, linear between.
    """
    counts = {0: 0.0, length - 1: people}
    fields: dict[str, Any] = {
        "name": "tiny",
        "locations": (
            Location("War", "r", "Home", 0.0, 0.0, "conflict_zone", 0, 10_000),
            Location("Camp", "r", "Away", 1.0, 1.0, "camp", 0, 10 * int(people)),
        ),
        "routes": (Route("War", "Camp", distance),),
        "conflicts": day_table(length, {"War": (0, length)}),
        "registrations": registrations({"total": counts, "Camp": counts}),
    }
    return small_instance(length=length, **(fields | overrides))


def with_everything() -> Instance:
    """Make the small instance with closures and corrections of each kind, which change nothing essential."""
    closures = (
        Closure("country", "Norland", "Westland", 2, 6),
        Closure("location", "Hub", "", 8, 9),
        Closure("camp", "Este", "", 12, -1),
        Closure("link", "Alba", "Brod", 3, 4),
        Closure("remove_forced_redirection", "Cerna", "Hub", 5, 0),
    )
    corrections = (Correction("Este", day(10), "normalize"),)
    return small_instance(closures=closures, corrections=corrections)


def day(number: int) -> date:
    """Give the date of a day of the small instances."""
    return START + timedelta(days=number)


def day_table(length: int, zones: Mapping[str, tuple[int, int] | Iterable[float]]) -> DayTable:
    """Make a table by day: for each place the first day and the day after the last one of value 1, or its values."""
    values = np.zeros((length, len(zones)))
    for column, span in enumerate(zones.values()):
        if isinstance(span, tuple) and len(span) == 2:
            values[span[0] : span[1], column] = 1.0
        else:
            values[:, column] = list(span)[:length]
    return DayTable(tuple(zones), tuple(float(row) for row in range(length)), values)


def registrations(counts: Mapping[str, Mapping[int, float]]) -> tuple[Registrations, ...]:
    """Make registrations from counts by name and day number; the first name is the total."""
    return tuple(
        Registrations(name, (count_file(f"{name.lower().replace(' ', '-')}.csv", by_day),))
        for name, by_day in counts.items()
    )


def count_file(file: str, by_day: Mapping[int, float]) -> CountFile:
    """Make one file of counts by day number."""
    return CountFile(file, tuple(day(number) for number in by_day), tuple(by_day.values()))


def settings(move: Mapping[str, Any] | None = None, spawn: Mapping[str, Any] | None = None, **top: Any) -> Settings:
    """Make settings from the move rules, spawn rules and top-level keys that differ from the defaults."""
    return Settings(move_rules=MoveRules(**(move or {})), spawn_rules=SpawnRules(**(spawn or {})), **top)


def with_settings(instance: Instance, **changes: Any) -> Instance:
    """Give an instance with other settings, as :func:`settings` makes them."""
    return replace(instance, settings=settings(**changes))


def small_files() -> dict[str, str]:
    """Give the small instance as texts by path inside the instance's folder."""
    conflicts = "".join(f"{number},1,{int(number >= 5)}\n" for number in range(LENGTH))
    places = "".join(
        f"{place.name},{place.region},{place.country},{place.x},{place.y},"
        f"{place.location_type},{place.conflict_date},{place.population}\n"
        for place in LOCATIONS
    )
    roads = "".join(f"{road.name1},{road.name2},{road.distance},0\n" for road in ROUTES)
    files = {
        "input_csv/sim_period.csv": f"StartDate,{START}\nLength,{LENGTH}\n",
        "input_csv/locations.csv": "#name,region,country,lat,lon,location_type,conflict_date,population\n" + places,
        "input_csv/routes.csv": "#name1,name2,distance,forced_redirection\n" + roads,
        "input_csv/closures.csv": "#closure_type,name1,name2,closure_start,closure_end\n",
        "input_csv/conflicts.csv": "#Day,Alba,Brod\n" + conflicts,
        "input_csv/registration_corrections.csv": "",
        "simsetting.yml": "move_rules:\n  max_move_speed: 360.0\n",
        "source_data/data_layout.csv": "".join(f"{each.name},{each.files[0].file}\n" for each in registrations(COUNTS)),
    }
    for each in registrations(COUNTS):
        rows = zip(each.files[0].days, each.files[0].counts, strict=True)
        files[f"source_data/{each.files[0].file}"] = "".join(f"{when},{int(count)}\n" for when, count in rows)
    return files


def write_files(folder: Path, files: Mapping[str, str | bytes | None]) -> Path:
    """Write files by path inside a folder and give the folder; ``None`` leaves a file out."""
    for path, content in files.items():
        if content is None:
            continue
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
