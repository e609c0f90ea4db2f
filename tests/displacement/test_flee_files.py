"""Reading whole instances: layouts, settings files, shared instances, and faults of every file told at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havre.displacement.findings import MOST_FAULTS, MOST_TOLD
from havre.displacement.flee_files import read_instance
from havre.displacement.instance import Location, LocationChange, Route
from havre.displacement.settings import Settings
from havre.errors import DisplacementError
from tests.displacement.faulty_files import Files, facts, keys, told, written
from tests.displacement.small_instances import LENGTH, START, small_files, small_instance, write_files

SHARED = Path(__file__).parents[3] / "shared" / "data" / "flee"
LINES = {path: text.splitlines(keepends=True) for path, text in small_files().items()}


def with_line(path: str, number: int, line: str) -> dict[str, str]:
    """Change a line of a file of the small instance, from 1; a number beyond the end adds one."""
    lines = [*LINES[path]]
    lines[number - 1 : number] = [line + "\n"]
    return {path: "".join(lines)}


PLACES, ROADS, ZONES = "input_csv/locations.csv", "input_csv/routes.csv", "input_csv/conflicts.csv"
CLOSED, PERIOD, CORRECTED = (
    "input_csv/closures.csv",
    "input_csv/sim_period.csv",
    "input_csv/registration_corrections.csv",
)
CHANGED, LAYOUT, CAMP = "location_changes.csv", "source_data/data_layout.csv", "source_data/dol-camp.csv"
SETTINGS, FLOODS, IPC = "simsetting.yml", "input_csv/flood_level.csv", "input_csv/region_attributes_IPC.csv"
CLOSURES = "#closure_type,name1,name2,closure_start,closure_end\n"
FLOODED = "spawn_rules:\n  flood_driven_spawn_mode:\n    spawn_mode: poisson\n"
STARVING = "move_rules:\n  flee_when_starving: True\n"
FIXED = "move_rules:\n  fixed_routes: True\n"


def days(values: str, length: int = LENGTH) -> str:
    """Write rows of a table by day."""
    return "".join(f"{day},{values}\n" for day in range(length))


PEACE = with_line(PLACES, 2, "Alba,North,Norland,10,20,town,0,9") | {ZONES: "#Day,Alba,Brod\n" + days("0,0")}


def test_the_small_instance_is_read_as_it_was_made(tmp_path: Path) -> None:
    read = read_instance(written(tmp_path))
    made = small_instance(settings_file=tmp_path / "small" / SETTINGS)
    for field in ("name", "start", "length", "locations", "routes", "registrations", "closures", "settings_file"):
        assert getattr(read.instance, field) == getattr(made, field)
    assert read.instance.conflicts.names == made.conflicts.names
    assert np.array_equal(read.instance.conflicts.values, made.conflicts.values)
    assert read.instance.settings == Settings()
    assert read.warnings == ()


CAR_FULL = ["capacity.no_limit", *["capacity.full_lowered"] * 4]
"""Mboti, and Amboko, Belom, Gondje and Moyo."""


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared instances are not beside the repository")
@pytest.mark.parametrize(
    ("name", "sizes", "odd"),
    [
        ("burundi", (30, 41, 396, 6), ["closures.second_ignored", "conflicts.unknown_idle", "conflicts.unknown_idle"]),
        ("car", (63, 86, 820, 16), ["layout.unknown", "roads.camp_apart", "row.blank_passed", *CAR_FULL]),
        ("mali", (23, 35, 300, 8), []),
        ("ssudan", (51, 60, 604, 11), ["closures.second_ignored"] * 3),
        ("syria", (18, 32, 1095, 5), ["places.home_is_camp"]),
    ],
)
def test_shared_instances_load_with_the_warnings_that_they_deserve(
    name: str, sizes: tuple[int, ...], odd: list[str]
) -> None:
    for lenient in (False, True):
        read = read_instance(SHARED / name, lenient=lenient)
        instance = read.instance
        assert sizes == (
            len(instance.locations),
            len(instance.routes),
            instance.length,
            len(instance.registrations),
        )
        assert sorted(keys(list(read.warnings))) == sorted([*odd, "settings.beside"])
        assert instance.settings.move_rules.conflict_weight == 0.25


def test_settings_are_looked_for_in_order(tmp_path: Path) -> None:
    def speed(folder: Path, **options: Any) -> tuple[float, Path | None, list[str]]:
        read = read_instance(folder, **options)
        return (
            read.instance.settings.move_rules.max_move_speed,
            read.instance.settings_file,
            keys(list(read.warnings)),
        )

    def setting(value: int) -> str:
        return f"move_rules:\n  max_move_speed: {value}.0\n"

    folder = written(tmp_path, {SETTINGS: None})
    assert speed(folder) == (360.0, None, ["settings.defaults"])
    (tmp_path / SETTINGS).write_text(setting(1))
    assert speed(folder) == (1.0, tmp_path.resolve() / SETTINGS, ["settings.beside"])
    (folder / "input_csv" / SETTINGS).write_text(setting(2))
    assert speed(folder) == (2.0, folder / "input_csv" / SETTINGS, [])
    (folder / SETTINGS).write_text(setting(3))
    assert speed(folder) == (3.0, folder / SETTINGS, [])
    given = tmp_path / "own.yml"
    given.write_text(setting(4))
    assert speed(folder, settings=given) == (4.0, given, [])


def test_flees_own_layout_is_read_with_the_folder_of_registrations(tmp_path: Path) -> None:
    files = {
        path.replace("input_csv/", "").replace("source_data/", "../valid/"): x for path, x in small_files().items()
    }
    folder = write_files(tmp_path / "conflict_input" / "small", files)
    read = read_instance(folder, validation=tmp_path / "conflict_input" / "valid")
    assert read.instance.registrations == small_instance().registrations
    assert read.instance.name == "small"
    errors, _ = told(folder)
    assert keys(errors) == ["file.no_source"]
    assert "--validation" in str(errors[0].advice())


def test_a_folder_without_an_instance_says_so(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        errors, _ = told(folder)
        assert keys(errors) == ["file.no_instance"]


def test_location_changes_are_read_from_the_instance_and_else_from_its_input(tmp_path: Path) -> None:
    text = "#name,new_type,day\nCerna,{},3\n"
    folder = written(tmp_path, {f"input_csv/{CHANGED}": text.format("camp")})
    assert read_instance(folder).instance.location_changes == (LocationChange("Cerna", "camp", 3),)
    (folder / CHANGED).write_text(text.format("conflict_zone"))
    assert read_instance(folder).instance.location_changes == (LocationChange("Cerna", "conflict_zone", 3),)


def test_attributes_are_kept_as_they_are_written_and_empty_ones_are_none(tmp_path: Path) -> None:
    places = LINES[PLACES]
    extra = [places[0].strip() + ",initial_idps,mine\n"]
    extra += [line.strip() + cells for line, cells in zip(places[1:], [",5,a b\n", *[",,\n"] * 5], strict=True)]
    roads = LINES[ROADS]
    fast = [roads[0].strip() + ",max_move_speed\n", roads[1].strip() + ",200\n"]
    fast += [line.strip() + ",\n" for line in roads[2:]]
    read = read_instance(written(tmp_path, {PLACES: "".join(extra), ROADS: "".join(fast)})).instance
    assert read.locations[0].attributes == {"initial_idps": "5", "mine": "a b"}
    assert [place.attributes for place in read.locations[1:]] == [{}] * 5
    assert [road.attributes for road in read.routes[:2]] == [{"max_move_speed": "200"}, {}]


def test_a_road_may_leave_out_what_comes_after_its_length(tmp_path: Path) -> None:
    read = read_instance(written(tmp_path, with_line(ROADS, 2, "Alba,Brod,80")))
    assert read.instance.routes[0] == Route("Alba", "Brod", 80.0)
    assert read.warnings == ()


def test_an_empty_region_or_country_is_unknown_and_an_empty_population_none(tmp_path: Path) -> None:
    read = read_instance(written(tmp_path, with_line(PLACES, 4, "Cerna,,,11,21,town,,")))
    assert read.instance.locations[2] == Location("Cerna", "unknown", "unknown", 11.0, 21.0, "town", 0, 0)


FAULTS: list[tuple[Files, str, Mapping[str, object], bool]] = [
    # Changed files; key; some of its fields; whether Flee would run, so that lenient reading warns.
    (with_line(ROADS, 3, "Alba,Brodd,150,0"), "places.unknown", {"row": 3, "value": "Brodd", "near": "Brod"}, False),
    (with_line(ROADS, 3, "Alba,Alba,150,0"), "roads.to_itself", {"row": 3, "name1": "Alba"}, True),
    (with_line(ROADS, 3, "Alba,Cerna,-150,0"), "cell.bad", {"row": 3, "column": "distance", "value": "-150"}, True),
    (with_line(ROADS, 3, "Alba,Cerna,,0"), "cell.bad", {"row": 3, "column": "distance", "value": ""}, False),
    (with_line(ROADS, 3, "Alba,Cerna,nan,0"), "cell.bad", {"row": 3, "column": "distance", "value": "nan"}, False),
    (with_line(ROADS, 3, "Alba,Cerna,inf,0"), "cell.bad", {"row": 3, "value": "inf"}, False),
    (with_line(ROADS, 3, "Alba,Cerna"), "row.short", {"row": 3, "found": 2, "expected": 3}, False),
    (with_line(ROADS, 3, "Alba,Cerna,1,0,5"), "row.long", {"row": 3, "found": 5, "expected": 4}, True),
    (with_line(ROADS, 3, "Alba,Cerna,150,7"), "cell.bad", {"row": 3, "column": "forced_redirection"}, True),
    (with_line(ROADS, 3, ""), "row.blank", {"row": 3}, False),
    (with_line(ROADS, 3, ",,,"), "row.blank", {"row": 3}, False),
    (with_line(ROADS, 1, "name1,name2,distance"), "file.no_header", {"row": 1}, False),
    ({ROADS: "".join(LINES[ROADS][1:])}, "file.no_header", {"row": 1}, True),
    (with_line(PLACES, 4, "Alba,s,Norland,1,1,town,,5"), "places.twice", {"row": 4, "first": 2, "name": "Alba"}, False),
    (with_line(PLACES, 4, "Cerna,South,Norland,11.0,21.0,village,0,8"), "cell.bad", {"column": "location_type"}, True),
    (with_line(PLACES, 2, "Alba,N,Norland,1,2,conflict_zone,,5"), "cell.bad", {"column": "conflict_date"}, False),
    (with_line(PLACES, 2, "Alba,N,Norland,1,2,conflict_zone,0,1e3"), "cell.bad", {"value": "1e3", "row": 2}, False),
    (with_line(PLACES, 2, "Alba,N,Norland,1,2,conflict_zone,0,1.0"), "cell.bad", {"value": "1.0", "row": 2}, False),
    (with_line(PLACES, 2, "Alba,N,Norland,1,2,conflict_zone,0,-5"), "cell.bad", {"column": "population"}, True),
    (with_line(PLACES, 2, f"Alba,N,Norland,1,2,conflict_zone,0,{'9' * 20}"), "cell.bad", {"row": 2}, False),
    (with_line(PLACES, 2, "Alba,N,Norland,1,2,conflict_zone,0,5_0"), "cell.bad", {"value": "5_0"}, True),
    (with_line(PLACES, 2, "Alba,N,Norland,north,2,conflict_zone,0,5"), "cell.bad", {"column": "lat"}, False),
    (with_line(PLACES, 2, "Alba,N,Norland,1,2,conflict_zone,0"), "row.short", {"row": 2, "found": 7}, False),
    (with_line(PLACES, 1, "#name,r,c,lat,lon,t,d,p,a,a"), "header.name", {"number": 10, "value": "a"}, True),
    (with_line(ZONES, 1, "#Day,Alba,Brodd"), "conflicts.unknown", {"number": 3, "value": "Brodd"}, True),
    (with_line(ZONES, 1, "#Day,Alba,Alba"), "header.name", {"number": 3, "value": "Alba"}, False),
    (with_line(ZONES, 1, "0,1,1"), "file.no_header", {"row": 1}, False),
    (with_line(ZONES, 4, "2,1"), "row.not_as_header", {"row": 4, "found": 2, "expected": 3}, False),
    (with_line(ZONES, 4, "2,1,0,0"), "row.not_as_header", {"row": 4, "found": 4}, False),
    (with_line(ZONES, 4, "2,1,-0.5"), "cell.bad", {"row": 4, "column": "Brod", "value": "-0.5"}, True),
    (with_line(ZONES, 4, "2,NaN,0"), "cell.bad", {"row": 4, "column": "Alba", "value": "NaN"}, False),
    (with_line(ZONES, 4, "2,x,0"), "cell.bad", {"row": 4, "column": "Alba", "value": "x"}, False),
    ({ZONES: "#Day,Alba,Brod\n" + days("1,1", LENGTH - 1)}, "days.short", {"found": 19, "needed": 20}, False),
    (PEACE, "conflicts.never", {}, True),
    ({CLOSED: CLOSURES + "border,Norland,Westland,1,2\n"}, "cell.bad", {"row": 2, "value": "border"}, True),
    ({CLOSED: CLOSURES + "country,Norland,Eastland,1,2\n"}, "places.unknown", {"row": 2, "value": "Eastland"}, True),
    ({CLOSED: CLOSURES + "location,Halb,,1,2\n"}, "places.unknown", {"row": 2, "value": "Halb"}, True),
    ({CLOSED: CLOSURES + "link,Alba,Hub,1,2\n"}, "closures.no_road", {"row": 2, "name2": "Hub"}, True),
    ({CLOSED: CLOSURES + "location,Hub,,1.0,2\n"}, "cell.bad", {"row": 2, "column": "closure_start"}, False),
    ({CLOSED: CLOSURES + "location,Hub,,-2,2\n"}, "cell.bad", {"row": 2, "column": "closure_start"}, True),
    ({CLOSED: CLOSURES + "location,Hub,1,2\n"}, "row.short", {"row": 2, "found": 4, "expected": 5}, False),
    ({CHANGED: "#name,new_type,day\nCerna,village,2\n"}, "cell.bad", {"row": 2, "value": "village"}, True),
    ({CHANGED: "#name,new_type,day\nCernaa,camp,2\n"}, "places.unknown", {"row": 2, "near": "Cerna"}, True),
    ({CHANGED: "#name,new_type,day\nCerna,camp,-2\n"}, "cell.bad", {"row": 2, "column": "day"}, True),
    ({PERIOD: "StartDate,2020-01-01\n"}, "period.missing", {"key": "Length"}, False),
    ({PERIOD: "StartDate,2020-01-01\n\nLength,20\n"}, "row.blank", {"row": 2}, False),
    ({PERIOD: "StartDate,2020-01-32\nLength,20\n"}, "cell.bad", {"row": 1, "value": "2020-01-32"}, False),
    ({PERIOD: "StartDate,2020-1-1\nLength,20\n"}, "cell.bad", {"row": 1, "value": "2020-1-1"}, True),
    ({PERIOD: "StartDate,2020-01-01\nLength,0\n"}, "cell.bad", {"row": 2, "value": "0"}, False),
    ({PERIOD: "StartDate,2020-01-01\nLength,20.0\n"}, "cell.bad", {"row": 2, "value": "20.0"}, False),
    ({PERIOD: "StartDate,2020-01-01\nLength,99999\n"}, "cell.bad", {"row": 2}, False),
    ({PERIOD: "StartDate,9999-12-30\nLength,20\n"}, "period.too_late", {"length": 20}, False),
    ({PERIOD: "StartDate,2020-01-01\nLength,9\nlength,20\n"}, "period.twice", {"row": 3}, True),
    ({LAYOUT: "total,total.csv\nEste,este.csv\n"}, "layout.camp_missing", {"row": 6, "name": "Dol Camp"}, False),
    (with_line(LAYOUT, 2, "Dol Camp,dol-cam.csv"), "layout.file_missing", {"row": 2, "near": "dol-camp.csv"}, False),
    (with_line(LAYOUT, 2, "Dol Camp"), "row.short", {"row": 2}, False),
    (with_line(LAYOUT, 2, "Dol Camp,"), "cell.bad", {"row": 2, "value": ""}, False),
    (with_line(LAYOUT, 2, "Dol Camp,../x.csv"), "cell.bad", {"row": 2, "value": "../x.csv"}, False),
    (with_line(LAYOUT, 4, "Este,este.csv"), "layout.twice", {"row": 4, "first": 3}, False),
    ({LAYOUT: "".join(LINES[LAYOUT][i] for i in (1, 0, 2))}, "layout.first_is_place", {"name": "Dol Camp"}, True),
    (with_line(LAYOUT, 1, "all,total.csv\nTotal,total.csv"), "layout.total_not_first", {"row": 2}, True),
    ({LAYOUT: ""}, "file.empty", {}, False),
    (with_line(CAMP, 2, "2020-01-11"), "row.short", {"row": 2}, True),
    (with_line(CAMP, 2, "2020-01-11,1,200"), "row.long", {"row": 2, "found": 3}, True),
    (with_line(CAMP, 2, "2020-01-11,many"), "cell.bad", {"row": 2, "value": "many"}, False),
    (with_line(CAMP, 2, "2020-01-11,1e20"), "cell.bad", {"row": 2, "value": "1e20"}, False),
    (with_line(ROADS, 3, "Alba,Cerna,1e308,0"), "cell.bad", {"row": 3, "value": "1e308"}, False),
    (with_line(PLACES, 2, "Alba,N,Norland,1,2,conflict_zone,0,٥٠"), "cell.bad", {"row": 2, "value": "٥٠"}, True),
    (with_line(ROADS, 3, "Alba,Cerna,１５０,0"), "cell.bad", {"row": 3, "value": "１５０"}, True),
    (
        {CORRECTED: "Este,2020-01-11\n", "source_data/este.csv": "Date,Count\n2020-01-01,0\n2020-01-11,5\n"},
        "corrections.zero",
        {"row": 1, "name": "Este", "before": date(2020, 1, 1)},
        False,
    ),
    (with_line(ZONES, 3, "1,1e308,0"), "cell.bad", {"row": 3, "value": "1e308"}, False),
    ({SETTINGS: "move_rules:\n  max_move_speed: 1.0e+15\n"}, "settings.value", {"value": "1.0e+15"}, False),
    ({SETTINGS: "move_rules:\n  capacity_scaling: 1.0e+308\n"}, "settings.value", {"value": "1.0e+308"}, False),
    ({SETTINGS: "move_rules:\n  distance_power: 1.0e+9\n"}, "settings.value", {"value": "1.0e+9"}, True),
    (with_line(CAMP, 2, "2020-01-11,nan"), "cell.bad", {"row": 2, "value": "nan"}, False),
    (with_line(CAMP, 2, "2020-01-11,-3"), "cell.bad", {"row": 2, "value": "-3"}, True),
    (with_line(CAMP, 2, "11.1.2020,600"), "cell.bad", {"row": 2, "value": "11.1.2020"}, False),
    (with_line(CAMP, 2, "2019-12-31,600"), "counts.order", {"row": 2, "before": date(2020, 1, 1)}, True),
    (with_line(CAMP, 2, "2020-01-01,600"), "counts.order", {"row": 2, "value": date(2020, 1, 1)}, True),
    (with_line(CAMP, 1, "date,count"), "cell.bad", {"row": 1, "value": "date"}, False),
    ({CAMP: "Date,Count\n# nothing yet\n"}, "counts.none", {}, False),
    ({CORRECTED: "Dol Camp,2020-01-12\n"}, "corrections.no_count", {"row": 1, "before": date(2020, 1, 11)}, False),
    ({CORRECTED: "Dol Camp,2020-01-01\n"}, "corrections.first", {"row": 1}, False),
    ({CORRECTED: "Dol Kamp,2020-01-11\n"}, "corrections.unknown", {"near": "Dol Camp"}, False),
    ({CORRECTED: "Dol Camp,yesterday\n"}, "cell.bad", {"row": 1, "value": "yesterday"}, False),
    ({SETTINGS: FLOODED}, "file.needed", {"file": "flood_level.csv"}, True),
    ({SETTINGS: FLOODED, FLOODS: "#Day,Alba\n" + days("1", 3)}, "days.short", {"found": 3}, False),
    ({SETTINGS: FLOODED, FLOODS: "#Day,Alba\n" + days("-1")}, "cell.bad", {"row": 2, "column": "Alba"}, True),
    ({SETTINGS: STARVING, IPC: "#Day,North\n0,20\n5,30\n"}, "days.outside", {"last": "5", "needed": 19}, False),
    ({SETTINGS: STARVING, IPC: "#Day,North\n0,20\n0,20\n25,30\n"}, "days.order", {"row": 3, "value": "0"}, False),
    ({SETTINGS: STARVING, IPC: "#Day,North\n0,20\n25,130\n"}, "cell.bad", {"row": 3, "value": "130"}, True),
    ({SETTINGS: FIXED, "input_csv/major_routes.csv": "Alba,Hub\n"}, "closures.no_road", {"row": 1}, False),
    ({SETTINGS: FIXED, "input_csv/major_routes.csv": "Alba\n"}, "row.short", {"row": 1}, False),
    ({SETTINGS: FIXED, "input_csv/major_routes.csv": "Alba,Brot\n"}, "places.unknown", {"near": "Brod"}, False),
    ({ROADS: b"#name1,name2,distance\nAlba,Br\xf6d,80\n"}, "file.encoding", {"row": 2, "value": "0xF6"}, False),
    ({CAMP: "".join(LINES[CAMP]).encode("utf-16")}, "file.encoding", {"row": 1, "value": "0xFF"}, False),
    ({ROADS: "\ufeff" + "".join(LINES[ROADS])}, "file.byte_order_mark", {}, False),
    ({ROADS: "#name1\0,name2,distance\n"}, "file.zero_byte", {"row": 1}, False),
    (with_line(ROADS, 3, '"Alba,Cerna,150,0'), "file.quotes", {"row": 3, "last": 7}, True),
    ({ROADS: '#name1,name2,distance\n"' + "x" * 200_000}, "file.quotes_open", {"row": 2}, False),
    *((({path: None}, "file.missing", {"file": Path(path).name}, False)) for path in (PLACES, ROADS, CLOSED, ZONES)),
    *((({path: None}, "file.missing", {"file": Path(path).name}, False)) for path in (PERIOD, LAYOUT, CORRECTED)),
    ({ZONES: ""}, "file.empty", {}, False),
    ({PLACES: "#name\n"}, "places.none", {}, False),
    ({PLACES: None, f"{PLACES}/x": ""}, "file.no_file", {"file": "locations.csv"}, False),
]


@pytest.mark.parametrize(("changes", "key", "fields", "flee_runs"), FAULTS)
def test_a_fault_is_told_with_its_place_and_lenient_only_where_flee_stops(
    tmp_path: Path, changes: Files, key: str, fields: Mapping[str, object], *, flee_runs: bool
) -> None:
    errors, _ = told(written(tmp_path, changes))
    assert key in keys(errors)
    found = [facts(problem) for problem in errors if problem.key.endswith(key)]
    assert any(fields.items() <= each.items() for each in found), found
    lenient_errors, lenient_warnings = told(tmp_path / "small", lenient=True)
    assert (key in keys(lenient_errors)) is not flee_runs
    if flee_runs and not lenient_errors:
        assert key in keys(lenient_warnings)


ODD: list[tuple[Files, str, Mapping[str, object]]] = [
    (with_line(ROADS, 3, "Brod,Alba,90,0"), "roads.twice", {"row": 3, "first": 2}),
    (with_line(ROADS, 3, "Alba,Cerna,0.001,0"), "roads.short", {"row": 3, "name2": "Cerna", "value": "0.001"}),
    (with_line(ROADS, 3, "Alba,Cerna,1e-300,0"), "roads.short", {"row": 3, "value": "1e-300"}),
    ({PLACES: "".join(LINES[PLACES]).replace("\n", "\r")}, "file.carriage_returns", {"file": "locations.csv"}),
    ({SETTINGS: "move_rules:\n  awareness_level: 0\n"}, "rules.awareness_stops", {"file": SETTINGS}),
    (with_line(ROADS, 7, "Alba,Hub,90,0"), "roads.camp_apart", {"row": 7, "name": "Este"}),
    (
        with_line(PLACES, 2, "Alba,North,Norland,110.0,20.0,conflict_zone,0,9"),
        "places.coordinate",
        {"row": 2, "most": 90},
    ),
    (with_line(PLACES, 4, "Cerna,South,Norland,1,1,town,soon,8"), "places.date_ignored", {"row": 4, "value": "soon"}),
    (with_line(PLACES, 7, "Este,C,Westland,9,19,camp,,"), "places.no_capacity", {"row": 7, "name": "Este"}),
    (
        with_line(PLACES, 7, "Este,C,Westland,9,19,camp,,50"),
        "capacity.no_limit",
        {"row": 7, "count": 50, "capacity": 50},
    ),
    (
        with_line(PLACES, 2, "Alba,N,Norland,10,20,conflict_zone,0,0")
        | {PLACES: "".join(line.replace(",20000", ",0").replace(",50000", ",0") for line in LINES[PLACES])},
        "conflicts.no_people",
        {"file": "conflicts.csv"},
    ),
    (with_line(PLACES, 4, "Cerna,S,Norland,1,1,conflict_zone,3,8"), "conflicts.no_column", {"names": "Cerna"}),
    (with_line(ZONES, 4, "7,1,0"), "days.not_the_row", {"row": 4, "value": "7", "expected": 2}),
    (with_line(ZONES, 1, "#Day,Alba,Brod,"), "", {}),
    ({CLOSED: CLOSURES + "location,Hub,Cerna,1,2\n"}, "closures.second_ignored", {"row": 2, "name2": "Cerna"}),
    ({CLOSED: CLOSURES + "country,Sudland,Westland,1,2\n"}, "closures.no_border", {"row": 2}),
    ({CLOSED: CLOSURES + "link,Alba,Brod,1,2\n"}, "closures.link", {"row": 2}),
    ({CLOSED: CLOSURES + "location,Hub,,4,2\n"}, "closures.ends_first", {"row": 2, "start": 4, "end": 2}),
    ({CLOSED: CLOSURES + "location,Hub,,20,-1\n"}, "days.never", {"row": 2, "value": 20, "last": 19}),
    ({PERIOD: "StartDate,2020-01-01\nLength,20\nEnd,5\n"}, "period.unknown", {"row": 3, "value": "End"}),
    (with_line(LAYOUT, 4, "Fara,este.csv"), "layout.unknown", {"row": 4, "name": "Fara"}),
    (with_line(LAYOUT, 4, "Cerna,este.csv"), "layout.no_camp", {"row": 4, "name": "Cerna"}),
    (with_line(LAYOUT, 4, "Fara,este.csv"), "layout.file_twice", {"row": 4, "value": "este.csv"}),
    (with_line(CAMP, 2, "2020-01-11,"), "counts.no_count", {"row": 2, "value": "2020-01-11"}),
    (with_line(CAMP, 2, ""), "row.blank_passed", {"row": 2}),
    ({CAMP: "2019-01-01,5\n2019-02-01,5\n"}, "layout.outside", {"row": 2, "last": date(2019, 2, 1)}),
    ({CORRECTED: "Dol Camp,2019-01-01\n"}, "corrections.early", {"row": 1}),
    ({CORRECTED: "Dol Camp,2020-01-11\nDol Camp,2020-01-11,x\n"}, "corrections.twice", {"row": 2, "first": 1}),
    ({FLOODS: "#Day,Alba\n" + days("1")}, "file.unused", {"file": "flood_level.csv"}),
    ({FLOODS: "#Day,Alba\n" + days("x")}, "cell.bad", {"file": "flood_level.csv", "row": 2}),
    ({SETTINGS: STARVING, IPC: "#Day,Nord\n0,20\n25,30\n"}, "days.unknown_column", {"number": 2, "value": "Nord"}),
    ({"input_csv/agents.csv": "location,passport_no\n"}, "file.unused", {"file": "agents.csv"}),
    ({SETTINGS: FLOODED.replace("flood_driven", "flood")}, "settings.unread", {"read": "flood_driven_spawn_mode"}),
]


@pytest.mark.parametrize(("changes", "key", "fields"), ODD)
def test_what_is_odd_but_no_fault_is_a_warning(
    tmp_path: Path, changes: Files, key: str, fields: Mapping[str, object]
) -> None:
    errors, warnings = told(written(tmp_path, changes))
    assert errors == []
    found = [facts(problem) for problem in warnings if key and problem.key.endswith(key)]
    assert any(fields.items() <= each.items() for each in found) == bool(key), found


def test_a_part_of_the_network_with_conflict_and_without_camp_is_named(tmp_path: Path) -> None:
    changes = {ROADS: "".join(LINES[ROADS][i] for i in (0, 1, 4, 5, 6)).replace("Alba,Este", "Cerna,Este")}
    errors, warnings = told(written(tmp_path, changes))
    assert errors == []
    found = {problem.key.split(".")[-1]: facts(problem) for problem in warnings}
    assert found["no_camp"]["names"] == "Alba, Brod"
    assert found["no_camp"]["count"] == 2
    assert found["camp_apart"]["row"] in (6, 7)


def test_a_first_row_that_is_a_camp_tells_what_flee_takes_for_home(tmp_path: Path) -> None:
    places = LINES[PLACES]
    _, warnings = told(written(tmp_path, {PLACES: "".join([places[0], places[6], *places[1:6]])}))
    assert [(facts(each)["name"], facts(each)["country"]) for each in warnings] == [("Este", "Westland")]


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    changes = {
        **with_line(ROADS, 3, "Alba,Nowhere,-1,9"),
        **with_line(PLACES, 4, "Cerna,South,Norland,x,y,village,0,1.5"),
        **with_line(ZONES, 4, "2,x,-1"),
        **with_line(CAMP, 2, "never,many"),
        CORRECTED: "Nobody,2020-01-01\n",
        CLOSED: CLOSURES + "wall,a,b,c,d\n",
        SETTINGS: "move_rules:\n  awarness_level: 1\n  foreign_weight: 'x'\n",
    }
    errors, _ = told(written(tmp_path, changes))
    by_file: dict[object, int] = {}
    for problem in errors:
        file = facts(problem)["file"]
        by_file[file] = by_file.get(file, 0) + 1
    assert by_file == {
        "simsetting.yml": 2,
        "locations.csv": 4,
        "routes.csv": 3,
        "closures.csv": 3,
        "conflicts.csv": 2,
        "dol-camp.csv": 2,
        "registration_corrections.csv": 1,
    }


def test_a_file_that_cannot_be_read_is_not_told_again_by_those_that_name_it(tmp_path: Path) -> None:
    errors, _ = told(written(tmp_path, {PLACES: b"#name\n\xff\n"}))
    assert keys(errors) == ["file.encoding"]


def test_of_many_faults_of_a_file_the_first_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    roads = "#name1,name2,distance\n" + "Alba,Brod,-1\n" * 100
    errors, _ = told(written(tmp_path, {ROADS: roads}))
    assert len(errors) == MOST_TOLD + 1
    assert facts(errors[-1])["count"] == 100 - MOST_TOLD
    assert keys(errors)[-1] == "file.more"


def test_reading_ends_after_a_great_many_faults(tmp_path: Path) -> None:
    roads = "#name1,name2,distance\n" + "Alba,Brod,-1\n" * (MOST_FAULTS * 3)
    errors, _ = told(written(tmp_path, {ROADS: roads}))
    assert "file.given_up" in keys(errors)
    more = next(facts(each)["count"] for each in errors if each.key.endswith("more"))
    assert isinstance(more, int)
    assert more < MOST_FAULTS + MOST_TOLD


@pytest.mark.parametrize(("limit", "key"), [("MOST_ROADS", "file.too_long"), ("MOST_CELLS", "file.too_many_values")])
def test_an_absurdly_long_file_ends_with_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, key: str
) -> None:
    module = "flee_places" if limit == "MOST_ROADS" else "flee_days"
    monkeypatch.setattr(f"havre.displacement.{module}.{limit}", 3)
    errors, _ = told(written(tmp_path))
    assert keys(errors) == [key]
    assert facts(errors[0])["most"] == 3


def test_a_table_whose_first_column_is_a_date_goes_by_its_rows(tmp_path: Path) -> None:
    dated = "".join(f"{date(2020, 1, 1 + day)},1,0\n" for day in range(LENGTH))
    read = read_instance(written(tmp_path, {ZONES: "#Day,Alba,Brod\n" + dated}))
    assert read.instance.conflicts.days == tuple(range(LENGTH))
    assert keys(list(read.warnings)) == ["days.not_the_row"]


def test_a_flood_instance_needs_no_conflicts(tmp_path: Path) -> None:
    floods = "spawn_rules:\n  conflict_zone_spawning_only: False\n  flood_zone_spawning_only: True\n"
    changes = {SETTINGS: floods, FLOODS: "#Day,Alba\n" + days("1"), ZONES: None}
    read = read_instance(written(tmp_path, changes))
    assert read.instance.conflicts.values.shape == (LENGTH, 0)
    assert read.instance.floods is not None
    assert read.instance.floods.names == ("Alba",)
    assert "file.no_conflicts" in keys(list(read.warnings))


def test_a_lenient_reading_keeps_what_the_files_say(tmp_path: Path) -> None:
    changes = {
        **with_line(ROADS, 3, "Alba,Cerna,-150,7"),
        **with_line(ZONES, 4, ""),
        PERIOD: "StartDate,2020-1-1\nLength,19\n",
    }
    read = read_instance(written(tmp_path, changes), lenient=True).instance
    assert read.start == START
    assert read.routes[1] == replace(small_instance().routes[1], distance=-150.0, forced_redirection=7)
    assert read.conflicts.values.shape == (LENGTH - 1, 2)


def test_no_damage_of_the_files_ends_in_a_traceback(tmp_path: Path) -> None:
    """Bytes are changed, deleted and doubled at random; every reading gives an instance or a ``DisplacementError``."""
    rng = np.random.default_rng(20)
    files = small_files() | {CHANGED: "#name,new_type,day\nCerna,camp,3\n", SETTINGS: FLOODED + STARVING}
    files |= {FLOODS: "#Day,Alba\n" + days("1"), IPC: "#Day,North\n0,1\n30,2\n"}
    outcomes = set()
    for number in range(250):
        path = list(files)[rng.integers(len(files))]
        content = bytearray(files[path].encode())
        for _ in range(rng.integers(1, 5)):
            place = rng.integers(len(content) + 1)
            junk = bytes(rng.choice(list(b'",\n#-0.eN\xff\0a:[{&*!'), rng.integers(4)).tolist())
            content[place : place + rng.integers(4)] = junk
        folder = write_files(tmp_path / str(number), files | {path: bytes(content)})
        for lenient in (False, True):
            errors, _ = told(folder, lenient=lenient)
            outcomes.add(bool(errors))
    assert outcomes == {True, False}


def test_an_error_is_one_of_displacement(tmp_path: Path) -> None:
    with pytest.raises(DisplacementError, match="routes.csv, row 3, column distance"):
        read_instance(written(tmp_path, with_line(ROADS, 3, "Alba,Cerna,far,0")))
