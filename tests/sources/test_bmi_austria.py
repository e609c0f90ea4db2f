"""Applications in Austria: a month that names every nationality has zeros, one that names the largest has unknowns."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from havre.errors import PlaceError, SourceError
from havre.panel.observations import check_observations
from havre.sources.bmi_austria import parse_applications, read_bmi_austria

PUBLISHED = date(2016, 5, 2)


def applications(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["Land", "month", "applications"], orient="row")


def test_fills_zeros_only_where_every_nationality_is_named() -> None:
    table = applications(
        ("Syrien", "2013-12-01", 5), ("Jemen", "2013-12-01", 1), ("Nordjemen", "2013-12-01", 2),
        ("Syrien", "2013-11-01", 4),
        ("Syrien", "2014-01-01", 6), ("Sonstige", "2014-01-01", 9), ("sonstige", "2014-01-01", 1),
    )  # fmt: skip
    frame = check_observations(parse_applications(table, as_of=PUBLISHED, name="own.csv"))
    rows = frame.select("origin", pl.col("period").dt.month(), "value", pl.col("status").cast(pl.String)).rows()
    assert rows == [
        ("OTH", 1, 10.0, "final"),
        ("SYR", 11, 4.0, "final"), ("SYR", 12, 5.0, "final"), ("SYR", 1, 6.0, "final"),
        ("YEM", 11, 0.0, "imputed_zero"), ("YEM", 12, 3.0, "final"),
    ]  # fmt: skip


def test_a_long_list_with_a_rest_still_names_every_nationality() -> None:
    names = [
        "Afghanistan", "Algerien", "Angola", "Armenien", "Bangladesch", "China Volksrepublik", "Gambia", "Georgien",
        "Ghana", "Indien", "Irak", "Iran", "Kosovo", "Marokko", "Nigeria", "Pakistan", "Russische Föderation",
        "Serbien", "Somalia", "Syrien",
    ]  # fmt: skip
    table = applications(*((name, "2012-01", 1) for name in (*names, "Sonstige")), ("Türkei", "2012-02", 1))
    frame = parse_applications(table, as_of=PUBLISHED, name="own.csv")
    filled = frame.filter(status="imputed_zero")
    assert filled.filter(period=date(2012, 1, 1))["origin"].to_list() == ["TUR"]
    assert filled.filter(period=date(2012, 2, 1)).height == len(names)


def test_reads_a_file_and_refuses_others(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    applications(("staatenlos", "2013-12-01", 5)).write_csv(path)
    assert read_bmi_austria(path, as_of=PUBLISHED)["origin"].to_list() == ["STA"]
    path.write_text("Land,applications\nSyrien,5\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"own\.csv.*Land, applications; expected Land, month, applications"):
        read_bmi_austria(path, as_of=PUBLISHED)
    applications(("Mordor", "2013-12-01", 5), ("Atlantis", "2013-12-01", 5)).write_csv(path)
    with pytest.raises(PlaceError, match=r"(?s)Atlantis.*Mordor"):
        read_bmi_austria(path, as_of=PUBLISHED)
