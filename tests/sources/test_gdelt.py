"""The media index: conflict is positive, a month with days missing is scaled up and marked as estimated."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from havre.errors import PlaceError, SourceError
from havre.panel.observations import check_observations
from havre.sources.gdelt import parse_scores, read_gdelt

PUBLISHED = date(2024, 2, 23)


def scores(**columns: object) -> pl.DataFrame:
    month = datetime(2018, 1, 1)  # noqa: DTZ001 - the index has date-times without zone
    whole = {"iso3": "AFG", "month": month, "days": 31, "foreign_neg": -100.0, "foreign_pos": 50.0, **columns}
    return pl.DataFrame([whole])


def values(table: pl.DataFrame) -> list[tuple[str, float | None, str]]:
    frame = check_observations(parse_scores(table, as_of=PUBLISHED, name="own.csv"))
    assert frame.select("origin", "destination").unique().rows() == [("AFG", "TOT")]
    return frame.select("measure", "value", pl.col("status").cast(pl.String)).rows()


def test_conflict_is_a_positive_number() -> None:
    assert values(scores()) == [("media_conflict", 100.0, "final"), ("media_cooperation", 50.0, "final")]


def test_a_month_with_days_missing_is_scaled_up() -> None:
    assert values(scores(days=15.5)) == [
        ("media_conflict", 200.0, "estimated"),
        ("media_cooperation", 100.0, "estimated"),
    ]


def test_a_month_without_days_is_empty_and_a_zero_has_no_sign() -> None:
    assert [value for _, value, _ in values(scores(days=0))] == [None, None]
    assert [str(value) for _, value, _ in values(scores(foreign_neg=0.0, foreign_pos=0.0))] == ["0.0", "0.0"]


def test_reads_a_file_and_refuses_others(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    scores().write_csv(path)
    assert read_gdelt(path, as_of=PUBLISHED).height == 2
    scores(iso3="ZZZ").write_csv(path)
    with pytest.raises(PlaceError, match="ZZZ"):
        read_gdelt(path, as_of=PUBLISHED)
    scores().drop("days").write_csv(path)
    with pytest.raises(SourceError, match="expected iso3, month, days"):
        read_gdelt(path, as_of=PUBLISHED)
