"""The user's own file: read as text, and refused with the cell that is wrong."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from havre.errors import FileError, PersonalDataError, SourceError
from havre.panel.observations import SCHEMA
from havre.sources.own_file import (
    COLUMNS,
    check_columns,
    check_unique,
    observation_columns,
    read_sheets,
    read_table,
    to_counts,
    to_months,
)


def test_columns_are_those_of_the_schema_of_observations() -> None:
    assert list(SCHEMA) == list(COLUMNS)


def test_a_csv_is_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("nat,n\nNA,007\n", encoding="utf-8")
    assert read_table(path).rows() == [("NA", "007")]


def test_a_csv_with_semicolons_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text('nat;n\n"a;b,c";7\n', encoding="utf-8")
    assert read_table(path).rows() == [("a;b,c", "7")]


def test_a_file_about_persons_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("nat,n,passport_no,dateOfBirth\nSYR,1,x,y\n", encoding="utf-8")
    with pytest.raises(PersonalDataError) as told:
        read_table(path)
    assert [dict(problem.fields)["column"] for problem in told.value.problems] == ["passport_no", "dateOfBirth"]


@pytest.mark.parametrize("name", ["own.csv", "own.parquet", "own.xlsx"])
def test_a_missing_file_is_told(tmp_path: Path, name: str) -> None:
    read = read_sheets if name.endswith("xlsx") else read_table
    with pytest.raises(FileError, match="no such file"):
        read(tmp_path / name)


@pytest.mark.parametrize(("name", "kind"), [("own.parquet", "Parquet"), ("own.csv", "CSV"), ("own.xlsx", "Excel")])
def test_a_damaged_file_is_told(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"a,b\n\xff\xfe,1\n")
    read = read_sheets if name.endswith("xlsx") else read_table
    with pytest.raises(FileError, match=rf"{name}.*{kind}"):
        read(path)


def test_missing_columns_are_told_with_those_found() -> None:
    table = pl.DataFrame({"route": ["x"], "count": [1]})
    with pytest.raises(SourceError, match=r"own\.csv.*Frontex.*route, count; expected route, nat, n"):
        check_columns(table, ("route", "nat", "n"), "own.csv", "frontex")


@pytest.mark.parametrize(
    "column",
    [
        pl.Series(["2015-03", "2015-03-31", "2015-03-01 00:00:00"]),
        pl.Series([date(2015, 3, 1), date(2015, 3, 31), date(2015, 3, 1)]),
        pl.Series([datetime(2015, 3, 1), datetime(2015, 3, 9), datetime(2015, 3, 31, 23)]),  # noqa: DTZ001
    ],
    ids=["text", "date", "datetime"],
)
def test_months_are_read_from_texts_dates_and_times(column: pl.Series) -> None:
    assert to_months(column, "own.csv", "frontex").to_list() == [date(2015, 3, 1)] * 3


@pytest.mark.parametrize("cell", ["March", "2015-13", ""])
def test_a_cell_that_is_no_month_is_told_with_its_row(cell: str) -> None:
    with pytest.raises(SourceError, match=rf"row 2: column “month” holds “{cell}”"):
        to_months(pl.Series("month", ["2015-01", cell]), "own.csv", "frontex")


def test_a_number_is_no_month() -> None:
    with pytest.raises(SourceError, match=r"row 1: column “month” holds “201501”"):
        to_months(pl.Series("month", [201501]), "own.csv", "frontex")


def test_rows_that_are_there_twice_are_refused() -> None:
    table = pl.DataFrame({"nat": ["SYR", "AFG", "SYR"], "month": ["2015-01"] * 3, "n": [1, 2, 3]})
    check_unique(table.head(2), ("nat", "month"), "own.csv", "frontex")
    with pytest.raises(SourceError, match=r"SYR \| 2015-01.* is there 2 times"):
        check_unique(table, ("nat", "month"), "own.csv", "frontex")


def test_counts_keep_empty_cells_and_refuse_words() -> None:
    assert to_counts(pl.Series("n", [" 3", "", None, "2.5"]), "own.csv", "frontex").to_list() == [3.0, None, None, 2.5]
    with pytest.raises(SourceError, match=r"row 2: column “n” holds “many”"):
        to_counts(pl.Series("n", ["3", "many"]), "own.csv", "frontex")


def test_rows_may_bring_their_own_status() -> None:
    table = pl.DataFrame({"origin": ["SYR"], "period": [date(2015, 1, 1)], "value": [1], "status": ["estimated"]})
    facts = {"measure": "sea_arrivals", "destination": "ITA", "source": "italy_interior"}
    row = observation_columns(table, facts, date(2015, 2, 1)).row(0, named=True)
    assert (row["status"], row["frequency"], row["rounding"]) == ("estimated", "M", None)
    assert row["as_of"] == date(2015, 2, 1)
