"""Detections are read from the provider's workbook and from a long table, and nothing is guessed."""

import os
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from havre.errors import PanelError, PlaceError, SourceError
from havre.panel.observations import check_observations
from havre.sources.frontex import parse_detections, parse_month_label, read_frontex

PUBLISHED = date(2025, 6, 3)
HEADER = ("Route", "Border type or inland", "Nationality", "JAN2009", "FEB2009")
CENTRAL, BALKAN = "Central Mediterranean Route", "Western Balkan Route"
SHARED = Path(os.environ.get("HAVRE_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
COLLECTED = SHARED / "frontex_ibc_monthly" / "frontex_ibc_monthly.parquet"

Cell = str | int | datetime | None


def workbook(path: Path, rows: Sequence[Sequence[Cell]], *, sheet: str = "Detections_of_IBC") -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Notes").write(0, 0, "Detections, not persons")
        page, as_date = book.add_worksheet(sheet), book.add_format({"num_format": "mmm-yy"})
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    page.write_datetime(row, column, cell, as_date)
                elif cell is not None:
                    page.write(row, column, cell)
    return path


def figures(frame: pl.DataFrame) -> list[tuple[str, str, date, float]]:
    rows = check_observations(frame).sort("destination", "origin", "period")
    return rows.select("destination", "origin", "period", "value").rows()


def test_reads_the_workbook_of_the_provider(tmp_path: Path) -> None:
    rows: list[Sequence[Cell]] = [
        (),
        HEADER,
        (CENTRAL, "Sea", "Bangladesh", 41, 7),
        (CENTRAL, "Land", "Bangladesh", 1, None),
        (BALKAN, "Land", "Kosovo*", None, 0),
        (BALKAN, "Land", "Unspecified sub-Saharan nationals", "-", 3),
        (BALKAN, "Land", "Unknown", 2, 4),
        (),
        ("Source: Frontex, as of 3 June 2025",),
    ]
    frame = read_frontex(workbook(tmp_path / "ibc.xlsx", rows), as_of=PUBLISHED)
    january, february = date(2009, 1, 1), date(2009, 2, 1)
    assert figures(frame) == [
        ("route:central-mediterranean", "BGD", january, 42.0),
        ("route:central-mediterranean", "BGD", february, 7.0),
        ("route:western-balkan", "XKX", february, 0.0),
        ("route:western-balkan", "XXX", january, 2.0),
        ("route:western-balkan", "XXX", february, 7.0),
    ]
    assert set(frame["measure"]) == {"irregular_crossings"}
    assert set(frame["as_of"]) == {PUBLISHED}


def test_reads_months_as_date_cells_and_as_serial_numbers(tmp_path: Path) -> None:
    months = ("JAN2009", datetime(2009, 2, 1), 39873)  # noqa: DTZ001 - a cell of a workbook has no time zone
    rows: list[Sequence[Cell]] = [
        ("Route", "BorderLocation", "NationalityLong", *months),
        (CENTRAL, "Sea", "Eritrea", 1, 2, 3),
    ]
    frame = read_frontex(workbook(tmp_path / "ibc.xlsx", rows), as_of=PUBLISHED)
    assert [(period.month, value) for _, _, period, value in figures(frame)] == [(1, 1.0), (2, 2.0), (3, 3.0)]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (HEADER[1:], (CENTRAL, "Bangladesh", 1, 2)),
        ((*HEADER[:2], "JAN2009"), (CENTRAL, "Sea", 1)),
        (HEADER[:3], (CENTRAL, "Sea", "Bangladesh")),
        ((*HEADER[:4], "MAR2009"), (CENTRAL, "Sea", "Bangladesh", 1, 2)),
        ((*HEADER[:4], "JAN2009"), (CENTRAL, "Sea", "Bangladesh", 1, 2)),
        ((*HEADER, "Remark"), (CENTRAL, "Sea", "Bangladesh", 1, 2, "x")),
    ],
    ids=["no route", "no nationality", "no month", "month missing", "month twice", "unknown column"],
)
def test_refuses_another_layout(tmp_path: Path, header: Sequence[Cell], row: Sequence[Cell]) -> None:
    path = workbook(tmp_path / "ibc.xlsx", [header, row])
    with pytest.raises(SourceError, match=r"ibc\.xlsx.*Frontex.*expected Route \| Border type"):
        read_frontex(path, as_of=PUBLISHED)


def test_refuses_a_cell_that_is_no_number(tmp_path: Path) -> None:
    path = workbook(tmp_path / "ibc.xlsx", [HEADER, (CENTRAL, "Sea", "Bangladesh", 1, "few")])
    with pytest.raises(SourceError, match="few"):
        read_frontex(path, as_of=PUBLISHED)


def test_tells_unknown_routes_and_nationalities_all_at_once(tmp_path: Path) -> None:
    rows: list[Sequence[Cell]] = [HEADER, ("Northern Route", "Sea", "Atlantis", 1, 2), (CENTRAL, "Sea", "Mordor", 3, 4)]
    with pytest.raises(PlaceError) as told:
        read_frontex(workbook(tmp_path / "ibc.xlsx", rows), as_of=PUBLISHED)
    labels = [dict(problem.fields)["label"] for problem in told.value.problems]
    assert labels == ["Northern Route", "Atlantis", "Mordor"]


def test_says_how_to_get_the_reader_of_workbooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "ibc.xlsx", [HEADER])
    monkeypatch.setitem(sys.modules, "fastexcel", None)
    with pytest.raises(SourceError, match="not installed") as told:
        read_frontex(path, as_of=PUBLISHED)
    assert "havre[excel]" in told.value.advice()


def long_table(**columns: Sequence[object]) -> pl.DataFrame:
    whole = {"route": [CENTRAL], "type": ["Sea"], "nat": ["OOO"], "month": ["2015-10-01"], "n": ["5"], **columns}
    return pl.DataFrame(whole)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_reads_the_long_table(tmp_path: Path, suffix: str) -> None:
    table = long_table(
        route=[CENTRAL] * 3,
        type=["Sea", "Land", "Sea"],
        nat=["OOO", "OOS", "STL"],
        month=["2015-10-01"] * 3,
        n=[5, 6, 7],
    )
    path = tmp_path / f"ibc.{suffix}"
    table.write_csv(path) if suffix == "csv" else table.write_parquet(path)
    rows = figures(read_frontex(path, as_of=PUBLISHED))
    assert [(origin, value) for _, origin, _, value in rows] == [("STA", 7.0), ("XXX", 11.0)]


def test_a_table_that_holds_its_rows_twice_is_refused() -> None:
    table = long_table()
    with pytest.raises(SourceError, match=r"Central Mediterranean Route \| Sea \| OOO.*is there 2 times"):
        parse_detections(pl.concat([table, table]), as_of=PUBLISHED, name="ibc.csv")


def test_detections_inland_are_not_added_up_with_those_at_the_border() -> None:
    with pytest.raises(SourceError, match=r"Inland; expected Land, Sea"):
        parse_detections(long_table(type=["Inland"]), as_of=PUBLISHED, name="ibc.csv")


def test_a_negative_count_is_refused_by_the_panel() -> None:
    frame = parse_detections(long_table(n=["-5"]), as_of=PUBLISHED, name="ibc.csv")
    with pytest.raises(PanelError, match="negative"):
        check_observations(frame)


def test_a_long_table_without_a_column_is_refused() -> None:
    with pytest.raises(SourceError, match=r"expected route, type, nat, month, n"):
        parse_detections(long_table().drop("nat"), as_of=PUBLISHED, name="ibc.csv")


@given(day=st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_every_way_to_write_a_month_is_the_same_month(day: date) -> None:
    month = day.replace(day=1)
    names = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
    written = (
        f"{names[day.month - 1]}{day.year}", f"{names[day.month - 1].title()} {day.year}", f"{day.month}/{day.year}",
        f"{day.isoformat()} 00:00:00", str((day - date(1899, 12, 30)).days),
    )  # fmt: skip
    assert {parse_month_label(text) for text in written} == {month}


@pytest.mark.parametrize("label", ["", "Total", "XYZ2009", "13/2009", "2009", "12", "99999", "Route"])
def test_other_headers_are_no_months(label: str) -> None:
    assert parse_month_label(label) is None


@pytest.mark.skipif(not COLLECTED.is_file(), reason=f"no {COLLECTED}; set HAVRE_SHARED_DATA to the collected data sets")
def test_detections_of_2015_are_all_read() -> None:
    # The figure of the vintage of June 2025; it was revised since it was first published.
    frame = check_observations(read_frontex(COLLECTED, as_of=PUBLISHED))
    year = frame.filter(pl.col("period").dt.year() == 2015)
    assert year["value"].sum() == 1_822_102
    assert frame["destination"].n_unique() == 9
