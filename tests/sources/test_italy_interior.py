"""Arrivals in Italy: months are differences of year-to-date figures, and empty where there is nothing to subtract."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from havre.errors import PlaceError, SourceError
from havre.panel.observations import check_observations
from havre.sources.italy_interior import monthly_differences, parse_arrivals, read_italy_interior

PUBLISHED = date(2026, 1, 5)


def reports(**months: dict[str, int]) -> pl.DataFrame:
    rows = [
        {"origin": origin, "month": f"2020-{name[1:]}-01", "ytd": ytd}
        for name, report in months.items()
        for origin, ytd in report.items()
    ]
    return pl.DataFrame(rows)


def values(table: pl.DataFrame) -> dict[tuple[str, int], float | None]:
    frame = check_observations(parse_arrivals(table, as_of=PUBLISHED, name="own.csv"))
    rows = frame.select("origin", pl.col("period").dt.month(), "value").rows()
    return {(origin, month): value for origin, month, value in rows}


def test_a_month_is_what_was_added_since_the_report_before() -> None:
    table = reports(m01={"TUN": 10, "OTH": 3}, m02={"TUN": 25, "OTH": 7})
    assert values(table) == {("TUN", 1): 10, ("TUN", 2): 15, ("OTH", 1): 3, ("OTH", 2): 4}


def test_a_month_that_cannot_be_told_is_empty() -> None:
    table = reports(
        m01={"TUN": 10, "SYR": 5, "OTH": 3},
        m02={"TUN": 9, "BGD": 4, "OTH": 8},
        m04={"TUN": 30, "BGD": 6, "OTH": 9},
        m05={"TUN": 31, "BGD": 6, "OTH": 12},
    )
    found = values(table)
    assert found["TUN", 2] is None, "negative difference"
    assert found["BGD", 2] is None, "not named in January"
    assert found["OTH", 2] is None, "the rest holds other nationalities than in January"
    assert {found[origin, 4] for origin in ("TUN", "BGD", "OTH")} == {None}, "no report of March"
    assert [found[origin, 5] for origin in ("TUN", "BGD", "OTH")] == [1, 0, 3]


def test_a_year_adds_up_to_its_last_report() -> None:
    months = [date(2020, month, 1) for month in range(1, 13)]
    rows = pl.DataFrame({"origin": ["TUN"] * 12, "period": months, "ytd": [float(n * n) for n in range(1, 13)]})
    assert monthly_differences(rows)["value"].sum() == 144


def test_reads_a_file_and_refuses_others(tmp_path: Path) -> None:
    path = tmp_path / "own.parquet"
    reports(m01={"altre": 10, "Costa d’Avorio": 1}).write_parquet(path)
    assert read_italy_interior(path, as_of=PUBLISHED)["origin"].to_list() == ["CIV", "OTH"]
    reports(m01={"Mordor": 1}).write_parquet(path)
    with pytest.raises(PlaceError, match="Mordor"):
        read_italy_interior(path, as_of=PUBLISHED)
    reports(m01={"TUN": 1}).drop("ytd").write_parquet(path)
    with pytest.raises(SourceError, match=r"origin, month; expected origin, month, ytd"):
        read_italy_interior(path, as_of=PUBLISHED)
