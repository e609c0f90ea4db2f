"""Demographics and agents: groups with numbers; a column about one person is refused."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from havre.displacement.flee_files import read_instance
from havre.displacement.flee_people import attribute_of, personal_category
from havre.displacement.instance import AgentTable, Demographics
from tests.displacement.faulty_files import Files, facts, keys, told, written

AGENTS = "input_csv/agents.csv"
GENDER = "input_csv/demographics_gender.csv"
FROM_FILE = {"simsetting.yml": "spawn_rules:\n  read_from_agents_csv_file: True\n"}


def test_demographics_are_read_by_place_and_numbers_stay_numbers(tmp_path: Path) -> None:
    changes = {
        GENDER: "gender,Default,Alba\nf,0.5,3\nm,0.5,1\n",
        "input_csv/demographics_age_2020.csv": "age,Default\n5,1\n30.5,2\n",
        "input_csv/demographics_mixed.csv": "mixed,Default\n5,1\nfive,2\n",
    }
    read = read_instance(written(tmp_path, changes))
    assert read.warnings == ()
    assert read.instance.demographics == (
        Demographics("age", (5.0, 30.5), {"Default": (1.0, 2.0)}),
        Demographics("gender", ("f", "m"), {"Default": (0.5, 0.5), "Alba": (3.0, 1.0)}),
        Demographics("mixed", ("5", "five"), {"Default": (1.0, 2.0)}),
    )


def test_agents_are_counted_in_groups_in_the_order_of_their_first_row(tmp_path: Path) -> None:
    people = "location,gender,age\n" + "Alba,f,30\nBrod,m,5\n" * 500 + "Alba,f,31\n"
    read = read_instance(written(tmp_path, FROM_FILE | {AGENTS: people}))
    assert read.instance.agents == AgentTable(
        ("gender", "age"), (("Alba", "f", "30"), ("Brod", "m", "5"), ("Alba", "f", "31")), (500, 500, 1)
    )


def test_agents_are_not_read_where_the_settings_do_not_ask_for_them(tmp_path: Path) -> None:
    read = read_instance(written(tmp_path, {AGENTS: b"location,full_name\n\xff\n"}))
    assert read.instance.agents is None
    assert keys(list(read.warnings)) == ["file.unused"]


@pytest.mark.parametrize(
    "column",
    [
        *("name", "First Name", "surname", "Nom de famille", "date_of_birth", "DOB", "dateOfBirth", "passport_no"),
        *("phone", "Phone Number", "Handy", "e-mail", "UNHCR_ID", "person id", "id", "address", "latitude", "photo"),
    ],
)
def test_a_column_about_a_person_is_refused_in_every_mode(tmp_path: Path, column: str) -> None:
    folder = written(tmp_path, FROM_FILE | {AGENTS: f"location,gender,{column}\nAlba,f,x\n"})
    for lenient in (False, True):
        errors, _ = told(folder, lenient=lenient)
        assert keys(errors) == ["people.personal"]
        assert facts(errors[0])["column"] == column
    errors, _ = told(written(tmp_path / "d", {"input_csv/demographics_surname.csv": "surname,Default\nx,1\n"}))
    assert keys(errors) == ["people.personal"]


@pytest.mark.parametrize(
    "column", ["age", "gender", "sex", "ethnicity", "religion", "farmer", "household_size", "floodawareness", "country"]
)
def test_a_column_about_groups_is_none_about_a_person(column: str) -> None:
    assert personal_category(column) is None


FAULTS: list[tuple[Files, str, Mapping[str, object], bool]] = [
    ({AGENTS: "location,gender\nAlba,f\nNowhere,m\nNowhere,m\n"}, "people.unknown_place", {"count": 2}, False),
    ({AGENTS: "location,gender\nAlba\n"}, "row.short", {"row": 2}, False),
    ({AGENTS: "location,gender\nAlba,f,30\n"}, "row.long", {"row": 2}, True),
    ({AGENTS: "location,gender,gender\nAlba,f,m\n"}, "header.name", {"number": 3}, False),
    ({AGENTS: "#location,gender\nAlba,f\n"}, "people.comment_header", {"row": 1}, False),
    ({AGENTS: "location,gender\n,f\n"}, "cell.bad", {"row": 2, "column": "location"}, False),
    ({AGENTS: ""}, "file.empty", {}, False),
    ({AGENTS: None}, "file.missing", {"file": "agents.csv"}, False),
    ({GENDER: "gender,Alba\nf,1\n"}, "people.no_default", {}, True),
    ({GENDER: "gender,Default\nf,0\nm,0\n"}, "people.no_weight", {"column": "Default"}, False),
    ({GENDER: "gender,Default\nf,-1\nm,2\n"}, "cell.bad", {"row": 2, "column": "Default", "value": "-1"}, True),
    ({GENDER: "gender,Default\nf,half\n"}, "cell.bad", {"row": 2, "value": "half"}, False),
    ({GENDER: "gender,Default,Alba\nf,1\n"}, "row.short", {"row": 2}, False),
    ({GENDER: "gender,Default,Default\nf,1,1\n"}, "header.name", {"number": 3}, True),
    ({GENDER: ""}, "file.empty", {}, False),
    ({GENDER: "gender,Default\nf,1\n", "input_csv/demographics_gender_b.csv": ""}, "people.attribute", {}, False),
    ({"input_csv/demographics_.csv": "x,Default\nf,1\n"}, "people.attribute", {"value": ""}, False),
]


@pytest.mark.parametrize(("changes", "key", "fields", "flee_runs"), FAULTS)
def test_faults_are_told_with_their_place(
    tmp_path: Path, changes: Files, key: str, fields: Mapping[str, object], *, flee_runs: bool
) -> None:
    people = {AGENTS: "location,gender\nAlba,f\n"}
    folder = written(tmp_path, FROM_FILE | people | dict(changes))
    errors, _ = told(folder)
    assert key in keys(errors)
    assert any(fields.items() <= facts(each).items() for each in errors if each.key.endswith(key))
    lenient_errors, warnings = told(folder, lenient=True)
    assert (key in keys(lenient_errors)) is not flee_runs
    assert lenient_errors or key in keys(warnings)


def test_odd_demographics_are_warnings(tmp_path: Path) -> None:
    _, warnings = told(written(tmp_path, {GENDER: "sex,Default,Albaa\nf,1,1\nNone,1,1\n"}))
    assert keys(warnings) == ["people.first_column", "days.unknown_column", "people.missing_value"]
    assert facts(warnings[1])["near"] == "Alba"


def test_rows_that_all_differ_are_persons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("havre.displacement.flee_people.MOST_GROUPS", 50)
    people = "location,age\n" + "".join(f"Alba,{number}\n" for number in range(100))
    errors, _ = told(written(tmp_path, FROM_FILE | {AGENTS: people}))
    assert keys(errors) == ["people.too_many_groups"]


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("demographics_age.csv", "age"),
        ("demographics_age_2020.csv", "age"),
        ("demographics_age.v2.csv", "age"),
    ],
)
def test_the_attribute_is_in_the_name_of_the_file(name: str, attribute: str) -> None:
    assert attribute_of(Path(name)) == attribute
