"""A release cannot be made of tables that break their rules, whoever made them."""

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from havre.draws import QUANTILE_LEVELS
from havre.errors import RecordError
from havre.record.tables import check_quantiles
from tests.record.release_samples import sample_release

FIRST = (pl.col("origin") == "SYR") & (pl.col("model") == "ensemble") & (pl.col("horizon") == 1)


def test_a_sound_release_is_taken() -> None:
    assert sample_release().forecasts.height == 11 * 2 * 12 * 23


@pytest.mark.parametrize("table", ["series", "forecasts", "history", "skill"])
@pytest.mark.parametrize("damage", ["column gone", "column added", "other type", "other order"])
def test_a_table_with_another_schema_is_refused(table: str, damage: str) -> None:
    release = sample_release()
    frame: pl.DataFrame = getattr(release, table)
    broken = {
        "column gone": frame.drop(frame.columns[-1]),
        "column added": frame.with_columns(extra=pl.lit(1)),
        "other type": frame.with_columns(pl.col(frame.columns[0]).cast(pl.Categorical)),
        "other order": frame.select(frame.columns[::-1]),
    }[damage]
    changes: dict[str, Any] = {table: broken}
    with pytest.raises(RecordError, match=table):
        replace(release, **changes)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (pl.when(FIRST & (pl.col("quantile") == 0.9)).then(0.0).otherwise("value"), "fall"),
        (pl.when(FIRST & (pl.col("quantile") == 0.01)).then(-1.0).otherwise("value"), "negative"),
        (pl.when(FIRST & (pl.col("quantile") == 0.99)).then(float("inf")).otherwise("value"), "infinite"),
        (pl.when(FIRST & (pl.col("quantile") == 0.5)).then(float("nan")).otherwise("value"), "infinite"),
        (pl.when(~(FIRST & (pl.col("quantile") == 0.5))).then("value"), "only some"),
    ],
)
def test_a_broken_forecast_is_named(damage: pl.Expr, reason: str) -> None:
    forecasts = sample_release().forecasts.with_columns(value=damage)
    with pytest.raises(RecordError, match=reason) as caught:
        check_quantiles(forecasts)
    assert len(caught.value.problems) == 1
    assert "SYR→DEU ensemble h=1" in str(caught.value)


@pytest.mark.parametrize("level", QUANTILE_LEVELS)
def test_no_level_may_be_missing(level: float) -> None:
    forecasts = sample_release().forecasts
    with pytest.raises(RecordError, match="23 of the hubs"):
        check_quantiles(forecasts.filter(~(FIRST & (pl.col("quantile") == level))))


def test_a_level_may_not_be_there_twice() -> None:
    forecasts = sample_release().forecasts
    with pytest.raises(RecordError, match="23 of the hubs"):
        check_quantiles(pl.concat([forecasts, forecasts.filter(FIRST & (pl.col("quantile") == 0.5))]))


def test_every_broken_forecast_is_told() -> None:
    forecasts = sample_release().forecasts.filter((pl.col("quantile") != 0.5) | (pl.col("model") != "ensemble"))
    with pytest.raises(RecordError) as caught:
        check_quantiles(forecasts)
    assert len(caught.value.problems) == 11 * 12
