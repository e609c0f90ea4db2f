"""An instance built whole: a case by hand, the example of the repository, and laws that hold for any tables."""

import hashlib
import json
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havre.displacement.build import (
    BuildOptions,
    BuildSources,
    BuildTables,
    Built,
    TableFile,
    build_folder,
    build_instance,
)
from havre.displacement.build_rows import PlaceRow
from havre.displacement.flee_files import read_instance
from havre.displacement.flee_writer import write_instance
from havre.displacement.instance import Instance, Location, Route
from havre.displacement.settings import MoveRules, Settings, SpawnRules
from havre.errors import DisplacementError, FileError, HavreError, PersonalDataError
from tests.displacement.build_case import EVENTS, KEEP, PLACES, REGISTRATIONS, ROADS, sources, tables
from tests.properties import examples

EXAMPLE = Path(__file__).parents[2] / "examples" / "displacement-build"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "flee"


def keys(built: Built) -> list[str]:
    return [note.key for note in built.assumptions]


def test_the_case_by_hand(tmp_path: Path) -> None:
    built = build_instance(tables(tmp_path), KEEP)
    made = built.instance
    assert (made.name, made.start, made.length) == ("made-up", date(2024, 1, 1), 21)
    assert made.locations == (
        Location("Arden", "West", "Norvale", 10.0, 20.0, "conflict_zone", 0, 1000),
        Location("Birk", "West", "Norvale", 10.0, 21.0, "conflict_zone", 2, 400),
        Location("Cole", "East", "Norvale", 11.0, 21.0, "conflict_zone", 8, 700),
        Location("Dale Camp", "unknown", "Ostmere", 10.0, 22.0, "camp", 0, 5000),
        Location("Eden Camp", "unknown", "Ostmere", 11.0, 22.0, "camp", 0, 700),
    )
    # From Birk to Cole it is one degree of latitude, 111.195 km; 1.3 times that is 144.6.
    assert made.routes == (
        Route("Arden", "Birk", 120.0),
        Route("Birk", "Dale Camp", 130.0),
        Route("Birk", "Cole", 144.6),
        Route("Cole", "Eden Camp", 140.0),
    )
    assert made.conflicts.names == ("Arden", "Birk", "Cole")
    assert made.conflicts.values.sum(axis=0).tolist() == [21, 19, 13]
    assert [row.name for row in made.registrations] == ["total", "Dale Camp", "Eden Camp"]
    assert made.registrations[0].files[0].counts == (100.0, 100.0, 300.0, 1000.0)
    assert made.closures == ()
    assert made.corrections == ()
    assert {count.table: count.used for count in built.counts} == {
        "places": 5,
        "roads": 4,
        "events": 3,
        "registrations": 4,
    }
    assert [note.key for note in built.terms] == ["terms.ucdp"]
    assert keys(built) == [
        "assumed.home",
        "assumed.unknown_countries",
        "assumed.start",
        "assumed.length",
        "assumed.total",
        "assumed.capacity",
        "assumed.population_median",
        "assumed.nearest_place",
        "assumed.zone_by_deaths",
        "assumed.zones_stay",
        "assumed.declared_zones",
        "assumed.road_lengths",
        "assumed.nothing_closed",
    ]


def test_a_zone_without_a_population_has_the_median_of_home(tmp_path: Path) -> None:
    more = "Mill,10.2,20.2,Norvale,,town,90000,\nSpa,10.2,22.2,Ostmere,,town,5,\nInn,10.3,20.2,Norvale,,marker,7,\n"
    built = build_instance(tables(tmp_path, places=PLACES + more, roads=None), KEEP)
    assert {place.name: place.population for place in built.instance.locations}["Cole"] == 1000


def test_without_any_population_zones_count_alike(tmp_path: Path) -> None:
    built = build_instance(tables(tmp_path, places=PLACES.replace("1000", "").replace("400", "")), KEEP)
    people = {place.name: place.population for place in built.instance.locations}
    assert people["Arden"] == people["Birk"] == people["Cole"] > 0
    assert "assumed.population_equal" in keys(built)


def test_every_kind_of_place_keeps_its_kind_and_only_zones_get_a_population(tmp_path: Path) -> None:
    hubs = "Gate,10.5,21.5,Norvale,,Forwarding Hub,,\nFork,10.5,20.5,Norvale,,marker,,\n"
    more = hubs + "Hold,10.1,20.1,Norvale,,IDP camp,,\n"
    registered = REGISTRATIONS + "2024-01-01,Hold,50\n"
    built = build_instance(
        tables(tmp_path, places=PLACES + more, registrations=registered, roads=None, events=None), KEEP
    )
    kinds = {place.name: (place.location_type, place.population) for place in built.instance.locations}
    assert kinds["Gate"] == ("forwarding_hub", 0)
    assert kinds["Fork"] == ("marker", 0)
    assert kinds["Hold"] == ("idpcamp", 50)
    assert kinds["Birk"] == ("town", 400)
    assert built.instance.locations[0].name == "Arden"
    assert "warned.full_at_start" in keys(built)


def test_the_first_row_is_of_the_home_country_however_the_table_is_ordered(tmp_path: Path) -> None:
    header, *rows = PLACES.strip().split("\n")
    built = build_instance(tables(tmp_path, places="\n".join([header, *reversed(rows)]) + "\n"), KEEP)
    assert [place.name for place in built.instance.locations] == ["Cole", "Birk", "Arden", "Eden Camp", "Dale Camp"]


def test_what_cannot_be_simulated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DisplacementError, match="no way leads to a camp: 3"):
        build_instance(tables(tmp_path, roads="from,to\nArden,Birk\nBirk,Cole\n"), KEEP)
    towns = PLACES.replace("conflict", "town")
    with pytest.raises(DisplacementError, match="No place is a conflict zone"):
        build_instance(tables(tmp_path, places=towns, events=None), KEEP)
    with pytest.raises(DisplacementError, match=r"People flee while no place .*: days 1, the first being day 1 "):
        build_instance(tables(tmp_path, places=towns), KEEP)
    with pytest.raises(DisplacementError, match="places.csv, row 1: column “country”"):
        build_instance(tables(tmp_path), BuildOptions())


def same(one: Instance, other: Instance) -> bool:
    """Compare all fields but the name, and the file of settings, which only a read instance has."""
    skipped = {"name", "conflicts", "settings_file"}
    names = [each.name for each in fields(Instance) if each.name not in skipped]
    tables_agree = one.conflicts.names == other.conflicts.names and np.array_equal(
        one.conflicts.values, other.conflicts.values
    )
    return tables_agree and all(getattr(one, name) == getattr(other, name) for name in names)


def test_the_folder_is_read_back_as_it_was_built(tmp_path: Path) -> None:
    chosen = Settings(
        spawn_rules=SpawnRules(take_from_population=True), move_rules=MoveRules(awareness_level=2, camp_weight=3.0)
    )
    built = build_folder(sources(tmp_path), tmp_path / "instance", replace(KEEP, settings=chosen, name=""))
    read = read_instance(tmp_path / "instance")
    assert same(built.instance, read.instance)
    assert built.instance.name == read.instance.name == "instance"
    assert read.warnings == ()


def test_the_example_is_built_and_says_that_it_is_invented(tmp_path: Path) -> None:
    named = {name: TableFile(EXAMPLE / f"{name}.csv") for name in ("places", "roads", "events", "registrations")}
    built = build_folder(BuildSources(**named), tmp_path / "norvale", KEEP)
    assert read_instance(tmp_path / "norvale").instance.conflicts.names == ("Arenmoor", "Bellfort", "Carnhill")
    assert {count.table: count.used for count in built.counts}["events"] == 4
    assert "invented" in (EXAMPLE / "README.md").read_text(encoding="utf-8")
    inferred = build_folder(
        replace(BuildSources(**named), roads=None), tmp_path / "inferred", replace(KEEP, conflict_measure="events")
    )
    read_instance(tmp_path / "inferred")
    assert "assumed.roads_gabriel" in keys(inferred)


def test_the_report_tells_sources_licences_rows_and_assumptions_in_both_languages(tmp_path: Path) -> None:
    named = sources(tmp_path, registrations=REGISTRATIONS + "2024-01-30,Dale Camp,\n")
    places = TableFile(named.places.path, "A *made-up* <atlas>", "CC BY 4.0")
    build_folder(replace(named, places=places), tmp_path / "out", KEEP)
    english = (tmp_path / "out" / "build-report.md").read_text(encoding="utf-8")
    french = (tmp_path / "out" / "build-report.fr.md").read_text(encoding="utf-8")
    digest = hashlib.sha256(PLACES.encode()).hexdigest()
    assert f"- Places: places.csv. A \\*made-up\\* \\<atlas\\>. CC BY 4.0. SHA-256 {digest}" in english
    assert "- Roads: roads.csv. No source was named. No licence was named." in english
    assert "- Registrations (counts): 5 read, 4 used\n  - left out: 1, because the cell is empty" in english
    assert "- Enregistrements (effectifs) : 5 lues, 4 utilisées" in french
    assert "https://doi.org/10.1016/S0965-8564(01)00044-1" not in english
    report = json.loads((tmp_path / "out" / "build-report.json").read_text(encoding="utf-8"))
    assert report["sources"]["places"]["sha256"] == digest
    assert report["rows"]["registrations"] == {"read": 5, "used": 4, "dropped": {"empty_count": 1}}
    assert report["options"]["detour"] == 1.3
    assert report["instance"]["conflict_zones"] == ["Arden", "Birk", "Cole"]
    assert all(note["en"] and note["fr"] for note in report["notes"])
    for language, text in (("en", english), ("fr", french)):
        for note in report["notes"]:
            assert note[language].replace("_", "\\_").replace("*", "\\*") in text


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    named = sources(tmp_path, roads=None)
    folders = [tmp_path / "one" / "made", tmp_path / "other" / "made"]
    for folder in folders:
        build_folder(named, folder, KEEP)
    contents = [{path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")} for folder in folders]
    assert contents[0] == contents[1]
    assert len(contents[0]) == 14


def test_the_terms_of_acled_are_told_and_no_text_of_an_event_is_written(tmp_path: Path) -> None:
    acled = (
        "event_id_cnty,event_date,event_type,country,latitude,longitude,notes,actor1,fatalities\n"
        'N1,2024-01-01,Battles,Norvale,10,21,"Unmentioned","Unmentioned",3\n'
    )
    built = build_folder(sources(tmp_path, events=acled), tmp_path / "out", KEEP)
    assert [note.key for note in built.terms] == ["terms.acled"]
    report = (tmp_path / "out" / "build-report.md").read_text(encoding="utf-8")
    assert "do not publish this folder" in report
    assert all(b"Unmentioned" not in path.read_bytes() for path in (tmp_path / "out").rglob("*.*"))


def test_faults_of_cells_and_of_tables_together_are_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    bad = sources(
        tmp_path,
        places=PLACES.replace("10.0,20.0", "north,20.0"),
        roads=ROADS.replace("Cole,Eden", "Coal,Eden"),
        events=EVENTS.replace("2024-01-08", "8.1.2024"),
        registrations=REGISTRATIONS.replace("700", "-700"),
    )
    with pytest.raises(DisplacementError) as caught:
        build_folder(bad, tmp_path / "out", KEEP)
    assert [problem.sentence().partition(":")[0] for problem in caught.value.problems] == [
        "places.csv, row 1",
        "events.csv, row 2",
        "registrations.csv, row 4",
        "roads.csv, row 4",
    ]
    assert caught.value.advice("fr")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FileError, match="exists already"):
        build_folder(sources(tmp_path), out, KEEP)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_personal_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PersonalDataError):
        build_folder(sources(tmp_path, registrations="date,camp,count,passport_no\n"), tmp_path / "out", KEEP)


CAMPS = st.sampled_from(["camp", "idpcamp"])


@st.composite
def any_tables(draw: st.DrawFn) -> BuildTables:
    """Draw tables that are typed right: some places of all kinds in two or three countries, and counts of the camps."""
    kinds = [*draw(st.lists(CAMPS, min_size=1, max_size=3)), "conflict"]
    kinds += draw(st.lists(st.sampled_from(["town", "conflict", "forwarding_hub", "marker"]), max_size=6))
    places = [
        PlaceRow(
            number,
            f"P{number}",
            draw(st.integers(-80, 80)) / 1.0,
            draw(st.integers(-180, 179)) / 1.0,
            draw(st.sampled_from(["Home", "Away", "Afar"])) if kind != "conflict" else "Home",
            kind,
            population=draw(st.none() | st.integers(0, 10**6)),
            capacity=draw(st.none() | st.integers(0, 10**6)),
        )
        for number, kind in enumerate(kinds, start=1)
    ]
    rows = [
        (number, place.name, date(2024, 1, 1) + timedelta(days=day), float(count))
        for number, place in enumerate(places)
        if place.kind in {"camp", "idpcamp"}
        for day, count in draw(
            st.dictionaries(st.integers(0, 60), st.integers(0, 10**5), min_size=1, max_size=5)
        ).items()
    ]
    return BuildTables(tuple(places), pl.DataFrame(rows, schema=["row", "camp", "day", "count"], orient="row"))


@given(any_tables(), st.sampled_from(["gabriel", "delaunay", "nearest"]), st.sampled_from(["land", "all"]))
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_built_can_be_read_without_an_error(
    tmp_path_factory: pytest.TempPathFactory, read: BuildTables, neighbours: str, borders: str
) -> None:
    options = replace(KEEP, neighbours=neighbours, borders=borders)  # type: ignore[arg-type]
    built = build_instance(read, options)
    folder = tmp_path_factory.mktemp("any") / "instance"
    write_instance(built.instance, folder)
    assert same(read_instance(folder).instance, built.instance)
    assert built.instance.locations[0].country == "Home"


@given(st.binary(max_size=60), st.sampled_from(["places", "roads", "events", "registrations"]))
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_junk_behind_a_table_never_makes_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, table: str
) -> None:
    folder = tmp_path_factory.mktemp("junk")
    named = sources(folder)
    with (folder / f"{table}.csv").open("ab") as file:
        file.write(junk)
    outcome = "built"
    try:
        build_folder(named, folder / "out", KEEP)
    except HavreError as error:
        outcome = error.message("fr")
    assert outcome == "built" or table in outcome
    assert (folder / "out").exists() == (outcome == "built")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared instances are not beside the repository")
@pytest.mark.parametrize(("name", "home"), [("mali", "Mali"), ("burundi", "Burundi"), ("ssudan", "South Sudan")])
def test_places_and_registrations_of_a_real_instance_make_an_instance_again(
    tmp_path: Path, name: str, home: str
) -> None:
    real = read_instance(SHARED / name, lenient=True).instance
    places = [(each.name, each.x, each.y, each.country, each.location_type, each.population) for each in real.locations]
    header = ["name", "lat", "lon", "country", "location_type", "population"]
    pl.DataFrame(places, schema=header, orient="row").write_csv(tmp_path / "places.csv")
    counts = [
        (day, row.name, count)
        for row in real.registrations[1:]
        for day, count in zip(row.files[0].days, row.files[0].counts, strict=True)
    ]
    pl.DataFrame(counts, schema=["date", "camp", "count"], orient="row").write_csv(tmp_path / "registrations.csv")
    named = BuildSources(TableFile(tmp_path / "places.csv"), TableFile(tmp_path / "registrations.csv"))
    options = BuildOptions(home=home, start=real.start, length=real.length)
    built = build_folder(named, tmp_path / "again", options).instance
    assert same(read_instance(tmp_path / "again").instance, built)
    assert {place.name for place in built.locations} == {place.name for place in real.locations}
    again = {row.name: row.files[0].counts for row in built.registrations[1:]}
    assert again == {row.name: row.files[0].counts for row in real.registrations[1:]}
