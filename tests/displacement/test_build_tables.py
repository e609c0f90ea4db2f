"""Tables read from CSV: types, layouts, and every fault told with file, row and column."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havre.displacement.build_rows import PlaceRow, RoadRow
from havre.displacement.build_tables import read_tables
from havre.errors import FileError, HavreError, PersonalDataError, Problem
from tests.displacement.build_case import EVENTS, PLACES, REGISTRATIONS, ROADS, sources, tables, told
from tests.properties import examples


def test_every_table_is_read_to_the_cell(tmp_path: Path) -> None:
    read = tables(tmp_path)
    assert read.places[0] == PlaceRow(1, "Arden", 10.0, 20.0, "Norvale", "conflict", "West", 1000, None)
    assert read.places[3] == PlaceRow(4, "Dale Camp", 10.0, 22.0, "Ostmere", "camp", "", None, 5000)
    assert read.roads is not None
    assert read.roads[:1] == (RoadRow(1, "Arden", "Birk", 120.0),)
    assert read.roads[2].km is None
    assert read.counts.row(1) == (2, "Dale Camp", date(2024, 1, 11), 300.0)
    assert read.events is not None
    assert read.events.drop("kind").row(0) == (1, date(2024, 1, 3), 10.01, 20.99, 2.0, 1.0, 1.0, "1", "Norvale")
    assert read.events["kind"].to_list() == [None] * 3
    assert read.provider == "ucdp"
    assert {name: (count.read, count.used) for name, count in read.read.items()} == {
        "places": (5, 5),
        "roads": (4, 4),
        "events": (3, 3),
        "registrations": (4, 4),
    }


def test_columns_may_have_other_names_order_case_and_separator(tmp_path: Path) -> None:
    french = "Région;PAYS;#Lieu;Genre;Lat;Long;note\nOuest;Mali;Gao;Ville;16.27;-0.04;x\n;Niger;Abala;camp;14.9;3.4;y\n"
    registered = "Site;Datetime;Effectif\nAbala;2012-03-01 00:00:00;1200\n"
    read = tables(tmp_path, places=french, registrations=registered, roads=None, events=None)
    assert read.places[0] == PlaceRow(1, "Gao", 16.27, -0.04, "Mali", "town", "Ouest")
    assert read.counts.rows() == [(1, "Abala", date(2012, 3, 1), 1200.0)]
    assert [note.sentence() for note in read.notes] == ["places.csv: columns that were not read: note."]


def test_a_column_for_each_camp_gives_the_same_counts_and_a_total(tmp_path: Path) -> None:
    wide = "date,Dale Camp,Eden Camp,TOTAL,sky\n2024-01-01,100,,400,wet\n2024-01-05,,0,,dry\n2024-01-11,300,700,1000,\n"
    read = tables(tmp_path, registrations=wide)
    assert read.counts.sort("camp", "day")["camp", "count"].rows() == [
        ("Dale Camp", 100.0),
        ("Dale Camp", 300.0),
        ("Eden Camp", 0.0),
        ("Eden Camp", 700.0),
        ("total", 400.0),
        ("total", 1000.0),
    ]
    assert read.read["registrations"].dropped == {"empty_count": 3}
    assert (read.read["registrations"].read, read.read["registrations"].used) == (9, 6)
    assert "registrations.csv: columns that were not read: sky." in [note.sentence() for note in read.notes]


def test_blank_rows_a_byte_order_mark_and_rows_of_tags_are_passed_over_and_counted(tmp_path: Path) -> None:
    marked = "\ufeff" + PLACES.replace("\n", "\n,,,,,,,\n", 3) + "\n"
    tagged = EVENTS.replace("\n", "\n#id,#date+start,#geo+lat,#geo+lon,#dead,,,#country\n", 1)
    read = tables(tmp_path, places=marked, events=tagged)
    assert [place.name for place in read.places] == ["Arden", "Birk", "Cole", "Dale Camp", "Eden Camp"]
    assert [place.row for place in read.places] == [2, 4, 6, 7, 8]
    assert read.read["places"].dropped == {"blank_row": 4}
    assert read.events is not None
    assert read.events.height == 3


def test_acled_is_known_by_its_columns_and_its_texts_are_never_read(tmp_path: Path) -> None:
    acled = (
        "event_id_cnty,event_date,time_precision,event_type,country,latitude,longitude,geo_precision,notes,fatalities\n"
        'NOR1,2024-01-02,1,Battles,Norvale,10,20,1,"Somebody, by name,\nwas there",3\n'
    )
    read = tables(tmp_path, events=acled)
    assert read.provider == "acled"
    assert read.events is not None
    assert "notes" not in read.events.columns
    assert not any("Somebody" in str(cell) for cell in read.events.row(0))
    assert read.events["kind"].to_list() == ["Battles"]


def test_all_bad_cells_of_all_tables_are_told_at_once(tmp_path: Path) -> None:
    places = PLACES.replace("10.0,20.0", "95,20,0".replace(",0", "")).replace("town,400", "hamlet,4 00")
    found = told(
        tmp_path,
        places=places.replace("Cole,", ",", 1),
        roads=ROADS.replace("130", "-5").replace("140", "far"),
        registrations=REGISTRATIONS.replace("2024-01-11", "11/01/2024").replace("700", "nan"),
        events=EVENTS.replace("2024-01-03", "2024-02-30").replace("0,1,1,Norvale", "x,1,1,Norvale"),
    )
    assert [sentence.partition("; expected")[0] for sentence in found] == [
        "places.csv, row 3: column “name” is empty.",
        "places.csv, row 2: column “kind” holds “hamlet”",
        "places.csv, row 1: column “latitude” holds “95”",
        "places.csv, row 2: column “population” holds “4 00”",
        "roads.csv, row 2: column “km” holds “-5”",
        "roads.csv, row 4: column “km” holds “far”",
        "events.csv, row 2: column “best” holds “x”",
        "events.csv, row 1: column “date_start” holds “2024-02-30”",
        "registrations.csv, row 2: column “date” holds “11/01/2024”",
        "registrations.csv, row 4: column “count” holds “nan”",
    ]
    assert found[2].endswith("; expected degrees north from -90 to 90, with a decimal point.")


@pytest.mark.parametrize("name", ["#Arden", "12", "1e3", "Ar\nden", "Ar\u00a0den", "x" * 201])
def test_names_that_an_instance_could_not_hold_are_refused(tmp_path: Path, name: str) -> None:
    found = told(tmp_path, places=PLACES.replace("Arden,", f'"{name}",', 1), roads=None)
    assert len(found) == 1
    assert "expected a name on one line" in found[0]


def test_a_column_that_is_missing_or_stands_there_twice_is_told(tmp_path: Path) -> None:
    read, problems = read_tables(
        sources(
            tmp_path,
            places=PLACES.replace("latitude,longitude", "lat,latitude"),
            roads=ROADS.replace("km", "to"),
            registrations=REGISTRATIONS.replace("camp", "where"),
        )
    )
    assert read is None
    assert [problem.sentence().partition("; expected")[0] for problem in problems] == [
        "places.csv: several columns could be “latitude”: lat, latitude. Expected one.",
        "places.csv: there is no column “longitude”",
        "roads.csv: two columns are called “to”.",
        "registrations.csv: there is no column “camp”",
    ]


def test_a_wide_table_without_a_camp_is_refused(tmp_path: Path) -> None:
    found = told(tmp_path, registrations="date,dale camp,Edn Camp\n2024-01-01,1,2\n")
    assert len(found) == 1
    assert found[0].startswith("registrations.csv: expected a column with counts, or a column for each camp")


def test_a_row_that_is_too_long_is_told_with_its_number(tmp_path: Path) -> None:
    assert told(tmp_path, roads=ROADS.replace("120", "1,200")) == ["roads.csv, row 1: it has 4 cells; expected 3."]


def test_tables_about_persons_are_refused_before_their_rows_are_read(tmp_path: Path) -> None:
    with pytest.raises(PersonalDataError) as caught:
        read_tables(
            sources(
                tmp_path,
                places=PLACES.replace("region", "date_of_birth"),
                registrations="name,date,camp,count\nx,y,z,not a number\n",
                events=EVENTS.replace("where_prec", "phone"),
            )
        )
    assert [dict(problem.fields)["column"] for problem in caught.value.problems] == ["date_of_birth", "phone", "name"]
    with pytest.raises(PersonalDataError):
        read_tables(sources(tmp_path, registrations="date,Dale Camp,surname\n2024-01-01,3,x\n"))


def test_a_camp_may_be_called_like_a_personal_column(tmp_path: Path) -> None:
    places = PLACES.replace("Dale Camp", "Mobile")
    read = tables(tmp_path, places=places, roads=None, registrations="date,Mobile,Eden Camp\n2024-01-01,3,4\n")
    assert read.counts["camp"].to_list() == ["Mobile", "Eden Camp"]


@pytest.mark.parametrize("content", [b"", b"name,latitude\n\xe9,1\n", b'name,"lat\n'])
def test_what_is_no_csv_in_utf_8_is_told(tmp_path: Path, content: bytes) -> None:
    named = sources(tmp_path)
    named.places.path.write_bytes(content)
    try:
        read, problems = read_tables(named)
    except FileError as error:
        read, problems = None, list(error.problems)
    assert read is None
    assert any("places.csv" in problem.sentence() for problem in problems)


def test_files_that_are_missing_are_told_together(tmp_path: Path) -> None:
    named = sources(tmp_path)
    named.places.path.unlink()
    named.registrations.path.unlink()
    with pytest.raises(FileError) as caught:
        read_tables(named)
    assert len(caught.value.problems) == 2


def test_many_bad_cells_of_a_column_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{1 + day % 28:02},Dale Camp,many\n" for day in range(500))
    found = told(tmp_path, registrations="date,camp,count\n" + rows)
    assert len(found) == 6
    assert found[-1] == "registrations.csv: column “count” has 495 more cells like these."


@given(st.sampled_from(["places", "roads", "events", "registrations"]), st.binary(max_size=80), st.booleans())
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_a_traceback(tmp_path: Path, table: str, junk: bytes, behind: bool) -> None:  # noqa: FBT001
    named = sources(tmp_path)
    path = tmp_path / f"{table}.csv"
    path.write_bytes(path.read_bytes() + junk if behind else junk)
    found: list[Problem] = []
    try:
        found = read_tables(named)[1]
    except HavreError as error:
        found = [*error.problems]
    assert all(problem.sentence("fr") and table in problem.sentence("en") for problem in found)
