"""What changed between two releases is found, all of it and nothing else; what is hidden in both stays so."""

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from havre.record.changes import Difference, compare, losers, losing_horizons
from havre.record.tables import Release
from tests.record.release_samples import sample_facts, sample_release

SYRIA = ("germany", "asylum_applications", "SYR", "DEU")
BEFORE = sample_release()
_HERE = {"origin": "SYR", "destination": "DEU"}


def with_month(release: Release, at: date, value: float | None, *, suppressed: bool = False) -> Release:
    here = (pl.col("origin") == "SYR") & (pl.col("period") == at)
    changed = release.history.with_columns(
        value=pl.when(here).then(pl.lit(value, pl.Float64)).otherwise("value"),
        suppressed=pl.when(here).then(pl.lit(suppressed)).otherwise("suppressed"),
    )
    return replace(release, history=changed)


def scaled(release: Release, factor: float, horizon: int = 2) -> Release:
    """Multiply the forecasts of one series and month."""
    here = (pl.col("origin") == "SYR") & (pl.col("horizon") == horizon) & (pl.col("model") == "ensemble")
    changed = release.forecasts.with_columns(value=pl.when(here).then(pl.col("value") * factor).otherwise("value"))
    return replace(release, forecasts=changed)


def test_a_release_does_not_differ_from_itself() -> None:
    found = compare(BEFORE, BEFORE)
    # Eleven series of which one is hidden, twelve months each.
    assert (found.before, found.compared) == ("2020-12-sample", 10 * 12)
    lists = (found.moved, found.new_series, found.vanished_series, found.inputs, found.settings, found.revised)
    assert [*lists, found.hidden, found.uncovered] == [()] * 8
    assert (found.added_months, found.removed_months) == (0, 0)


@given(st.floats(0.2, 5.0))
def test_a_median_has_moved_where_it_leaves_the_former_interval(factor: float) -> None:
    found = compare(scaled(BEFORE, factor), BEFORE)
    row = dict(BEFORE.forecasts.filter(model="ensemble", horizon=2, **_HERE).select("quantile", "value").iter_rows())
    outside = not row[0.1] <= row[0.5] * factor <= row[0.9]
    assert [(each.series, each.target_month) for each in found.moved] == [(SYRIA, date(2021, 2, 1))] * outside
    changed = row[0.5] * factor != row[0.5]
    assert [(each.series, each.target_month) for each in found.largest] == [(SYRIA, date(2021, 2, 1))] * changed
    if outside:
        [moved] = found.moved
        assert (moved.before, moved.low, moved.high) == (row[0.5], row[0.1], row[0.9])
        assert moved.now == row[0.5] * factor


def test_the_largest_change_comes_first() -> None:
    found = compare(scaled(scaled(BEFORE, 4.0, horizon=3), 9.0), BEFORE)
    assert [each.target_month.month for each in found.moved] == [2, 3]


def test_series_that_come_and_go_are_named() -> None:
    fewer = replace(BEFORE, forecasts=BEFORE.forecasts.filter(pl.col("origin") != "SYR"))
    assert compare(fewer, BEFORE).vanished_series == (SYRIA,)
    assert compare(BEFORE, fewer).new_series == (SYRIA,)
    # A series whose forecast is suppressed is not there for readers.
    hidden = sample_release(hidden=frozenset({("ERI", "DEU"), ("SYR", "DEU")}))
    assert compare(hidden, BEFORE).vanished_series == (SYRIA,)


def test_revised_hidden_and_uncovered_months_are_told_apart() -> None:
    month = date(2020, 5, 1)
    was = BEFORE.history.filter(period=month, **_HERE)["value"][0]
    [revised] = compare(with_month(BEFORE, month, was + 7), BEFORE).revised
    assert (revised.series, revised.month, revised.before, revised.now) == (SYRIA, month, was, was + 7)
    covered = with_month(BEFORE, month, None, suppressed=True)
    found = compare(covered, BEFORE)
    assert [(each.before, each.now) for each in found.hidden] == [(was, None)]
    assert (found.revised, found.uncovered) == ((), ())
    back = compare(BEFORE, covered)
    assert [(each.before, each.now) for each in back.uncovered] == [(None, was)]
    assert (back.revised, back.hidden) == ((), ())


def test_new_and_lost_months_are_counted() -> None:
    shorter = replace(BEFORE, history=BEFORE.history.filter(pl.col("period") < date(2020, 12, 1)))
    assert compare(BEFORE, shorter).added_months == 11
    assert compare(shorter, BEFORE).removed_months == 11


def test_inputs_and_choices_that_differ_are_named() -> None:
    facts: dict[str, Any] = {"seed": 8, "inputs": {"panel/bamf.parquet": "cd" * 32, "new.parquet": "ef" * 32}}
    options: dict[str, Any] = {"horizon": 12, "weights": [0.5, 0.5], "pool": "all", "left_out": {"germany": ["TON"]}}
    options["past_alarms"] = {"germany": []}
    found = compare(sample_release(facts=sample_facts(**facts, options=options)), BEFORE)
    assert found.inputs == (
        Difference("new.parquet", None, "ef" * 32),
        Difference("panel/bamf.parquet", "ab" * 32, "cd" * 32),
    )
    assert found.settings == (Difference("pool", "volume band", "all"), Difference("seed", 20201201, 8))


def test_tuples_and_days_are_the_same_after_a_draft_was_read_back() -> None:
    one = sample_facts(options={"weights": (0.5, 0.5), "known_on": date(2020, 1, 1)})
    other = sample_facts(options={"weights": [0.5, 0.5], "known_on": "2020-01-01"})
    assert compare(sample_release(facts=one), sample_release(facts=other)).settings == ()


def test_losers_are_listed_the_worst_first() -> None:
    found = losers(BEFORE)
    assert [(each.series[2], each.wis_ratio) for each in found[:2]] == [("TUR", 1.23), ("AFG", 1.07)]
    assert all(each.wis_ratio > 1 for each in found)
    assert len(found) == 4
    # The sample's ensemble loses at sea from the seventh month on.
    assert [(each.scope, each.horizon) for each in losing_horizons(BEFORE)] == [("sea", h) for h in range(7, 13)]
