from datetime import date

import polars as pl
import pytest

from havre.panel.observations import check_observations
from havre.panel.revisions import revised_between, revision_habits


def rows(*told: tuple[str, str, float | None, str]) -> pl.DataFrame:
    """Observations from (destination, month, value, day on which it was known)."""
    return check_observations(
        pl.DataFrame(
            [
                {
                    "measure": "asylum_applications", "origin": "SYR", "destination": place,
                    "period": date.fromisoformat(f"{month}-01"), "frequency": "M", "value": value, "rounding": 5.0,
                    "status": "final", "source": "eurostat", "as_of": date.fromisoformat(day),
                }
                for place, month, value, day in told
            ],
            schema_overrides={"value": pl.Float64, "rounding": pl.Float32},
        )
    )  # fmt: skip


PANEL = rows(
    ("DEU", "2026-01", 100.0, "2026-03-11"), ("DEU", "2026-01", 110.0, "2026-04-11"),
    ("DEU", "2026-01", 120.0, "2026-05-11"),
    ("DEU", "2026-02", 200.0, "2026-04-11"), ("DEU", "2026-02", 190.0, "2026-06-11"),
    ("DEU", "2026-03", 300.0, "2026-05-11"), ("DEU", "2010-01", 50.0, "2026-03-11"),
    ("FRA", "2026-01", 10.0, "2026-03-01"),
)  # fmt: skip


def test_revisions_are_listed_latest_first() -> None:
    found = revised_between(PANEL)
    assert found.select("period", "as_of", "previous", "value").rows() == [
        (date(2026, 2, 1), date(2026, 6, 11), 200.0, 190.0),
        (date(2026, 1, 1), date(2026, 5, 11), 110.0, 120.0),
        (date(2026, 1, 1), date(2026, 4, 11), 100.0, 110.0),
    ]
    assert revised_between(PANEL, date(2026, 5, 1), date(2026, 5, 31)).height == 1


def test_what_is_usual_of_a_series() -> None:
    usual = {row["destination"]: row for row in revision_habits(PANEL).iter_rows(named=True)}
    germany = usual["DEU"]
    assert (germany["values"], germany["watched"], germany["revised"], germany["upward"]) == (4, 3, 0.5, 0.5)
    # 39, 42 and 41 days after the ends of January, February and March; January 2010 was collected late, not published.
    assert germany["lag_days"] == 41.0
    # 100 → 120 and 200 → 190.
    assert germany["size"] == pytest.approx((0.2 + 0.05) / 2)
    assert (usual["FRA"]["revised"], usual["FRA"]["size"], usual["FRA"]["lag_days"]) == (0.0, None, 29.0)


def test_the_future_changes_nothing() -> None:
    day = date(2026, 4, 30)
    poisoned = PANEL.with_columns(value=pl.when(pl.col("as_of") > day).then(1e6).otherwise("value"))
    assert revision_habits(PANEL, day).equals(revision_habits(poisoned, day))
