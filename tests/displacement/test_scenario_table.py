"""Tables of arrivals: read as they are, and every fault of a table at once."""

from pathlib import Path

import pytest

from havre.displacement.scenario_table import read_arrivals
from havre.errors import DisplacementError, FileError
from tests.displacement.small_instances import START


def table(folder: Path, text: str) -> Path:
    path = folder / "arrivals.csv"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(path: Path) -> list[str]:
    with pytest.raises(DisplacementError) as caught:
        read_arrivals(path, START)
    return [problem.key.removeprefix("displacement.scenario.") for problem in caught.value.problems]


def test_people_by_date_are_read_in_any_order(tmp_path: Path) -> None:
    path = table(tmp_path, "Date, Persons, note\n2020-01-05,3.5,x\n2020-01-04,7,\n\n")
    people, first = read_arrivals(path, START)
    assert (people.tolist(), first) == ([[7.0, 3.5]], 3)


def test_people_by_day_and_draw_are_read(tmp_path: Path) -> None:
    path = table(tmp_path, "\ufeffdraw,day,persons\nb,2,1\nb,3,2\na,2,3\na,3,4\n")
    people, first = read_arrivals(path, START)
    assert (people.tolist(), first) == ([[1.0, 2.0], [3.0, 4.0]], 2)


def test_days_before_the_start_have_numbers_below_0(tmp_path: Path) -> None:
    assert read_arrivals(table(tmp_path, "date,persons\n2019-12-30,3\n"), START)[1] == -2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["table_columns"]),
        ("day,people\n1,2\n", ["table_columns"]),
        ("day,date,persons\n1,2020-01-02,2\n", ["table_columns"]),
        ("day,persons\n", ["table_empty"]),
        ("day,persons\n1,2\n1,3\n", ["table_twice"]),
        ("day,persons\n1,2\n4,3\n", ["table_gap", "table_gap"]),
        ("day,draw,persons\n1,a,2\n2,a,2\n1,b,3\n", ["table_gap"]),
        ("day,persons\n1.5,2\nx,y\n3,-1\n4,nan\n5,inf\n6\n99999999,1\n2020-02-30,1\n", ["table_cell"] * 9),
    ],
)
def test_faults_are_told_at_once(tmp_path: Path, text: str, found: list[str]) -> None:
    assert faults_of(table(tmp_path, text)) == found


def test_a_table_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no-such"):
        read_arrivals(tmp_path / "no-such.csv", START)
    path = tmp_path / "arrivals.csv"
    path.write_bytes(b"day,persons\n1,\xff\n")
    with pytest.raises(FileError):
        read_arrivals(path, START)
    path.write_text('day,persons\n1,"2\n')
    with pytest.raises(FileError):
        read_arrivals(path, START)
