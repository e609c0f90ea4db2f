"""Rounded counts: what readers know of them holds the truth, and the attacker takes all of it into account."""

from datetime import date
from itertools import product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.draws import QUANTILE_LEVELS
from havre.errors import RecordError
from havre.record.attack import Cell, attack
from havre.record.disclosure import Protection, protect_forecasts, protect_history
from havre.record.leaks import leak_report
from havre.record.rounding import BOUNDED, check_rounding, rounded_history, unbounded, with_bounds
from havre.record.tables import HISTORY
from tests.record.test_attack import month, random_release, table
from tests.record.test_disclosure import forecasts_of

INFINITE = 1e9


def published(history: pl.DataFrame, base: int, threshold: int = 10) -> pl.DataFrame:
    return with_bounds(rounded_history(history, base), base, threshold)


def truth_of(history: pl.DataFrame) -> dict[Cell, float]:
    return {
        (row["measure"], "office", row["origin"], row["destination"], row["period"]): row["value"]
        for row in history.iter_rows(named=True)
    }


@given(st.integers(0, 5_000), st.integers(1, 40), st.integers(2, 30))
def test_a_count_lies_where_readers_believe_it_and_is_zero_only_if_it_was(
    value: int, base: int, threshold: int
) -> None:
    visible = 0.0 if value < threshold else float(value)
    history = table([("applications/office/DEU/origin", "AFG", "DEU", 0, visible)])
    if base > 2 * threshold:
        with pytest.raises(RecordError, match=f"multiples of {base} "):
            check_rounding(base, threshold)
        return
    told = published(history, check_rounding(base, threshold), threshold).row(0, named=True)
    assert told["value"] % base == 0
    assert (told["value"] == 0) == (visible == 0)
    if base > 1:
        assert told["low"] <= visible <= told["high"]
        # No tighter either: both ends are rounded to the same.
        ends = table([("a/office/DEU/origin", "AFG", "DEU", at, told[end]) for at, end in enumerate(("low", "high"))])
        assert set(rounded_history(ends, base)["value"]) == {told["value"]}


def test_what_is_not_rounded_is_no_other_table() -> None:
    history = table(month([None, 40.0], 47.0))
    assert published(history, 1) is history
    assert published(history, 5).schema == BOUNDED
    assert unbounded(published(history, 5)).schema == HISTORY
    assert published(history, 5)["low"].to_list() == [None, 38.0, 43.0]


def test_bounds_are_those_of_trying_everything() -> None:
    # A hidden cell in a rounded sum, linked to another by a rounded total that both hold.
    rows = month([None, None, 20.0], 35.0)
    everywhere = "applications/office/all/destination"
    rows += [
        (everywhere, "TOT", "DEU", 0, 35.0),
        (everywhere, "TOT", "FRA", 0, None),
        (everywhere, "TOT", "TOT", 0, 70.0),
    ]
    [*found] = attack(with_bounds(table(rows), 5, 10), INFINITE)
    bounds = {leak.cell[2:4]: (leak.low, leak.high) for leak in found}
    cases = [
        (a, b, total - germany)
        for a, b, c, germany, total in product(range(1, 40), range(1, 40), range(18, 23), range(33, 38), range(68, 73))
        if a + b + c == germany
    ]
    for number, cell in enumerate((("AFG", "DEU"), ("ERI", "DEU"), ("TOT", "FRA"))):
        values = [case[number] for case in cases]
        assert bounds[cell] == (min(values), max(values))


@pytest.mark.parametrize("base", [5, 7])
def test_on_random_releases_bounds_hold_the_truth_and_none_is_tighter_than_stated(base: int) -> None:
    rng = np.random.default_rng(20_260_102)
    bounded, wider = 0, 0
    for _ in range(5):
        history = random_release(rng)
        truth = truth_of(history)
        safe = protect_history(history)
        told = published(safe, base)
        assert attack(told, 10.0) == []
        # An earlier release rounded to another base, of which half the months are there.
        early = published(safe.filter(pl.col("period") == date(2024, 1, 1)), 3)
        assert attack(told, 10.0, [early]) == []
        exact = {leak.cell: leak.width for leak in attack(safe, INFINITE)}
        for earlier in ([], [early]):
            for leak in attack(told, INFINITE, earlier):
                assert leak.low <= truth[leak.cell] <= leak.high
                # Who sees rounded counts knows no more than who sees exact ones.
                assert leak.width >= exact[leak.cell]
                wider += leak.width > exact[leak.cell]
                bounded += 1
    assert bounded > 20
    assert wider > bounded / 2


def test_rounding_alone_does_not_hide_what_a_total_gives_back() -> None:
    told = published(table(month([None, 60.0], 67.0)), 5)
    [leak] = attack(told, 10.0)
    assert (leak.low, leak.high) == (1, 9)
    report = leak_report(told, 10.0, {})
    assert (report.suppressed, report.bounded, len(report.leaks)) == (1, 1, 1)
    # With more visible parts the total says less: their rounding adds up.
    assert attack(published(table(month([None, 41.0, 60.0], 108.0)), 5), 10.0) == []


def test_an_exact_release_beside_a_rounded_one_gives_the_exact_count() -> None:
    exact, rounded = table(month([40.0, 60.0], 100.0)), published(table(month([None, 60.0], 100.0)), 5)
    [leak] = attack(rounded, 10.0, [exact])
    assert (leak.cell[2], leak.low, leak.high) == ("AFG", 40, 40)
    # One that is rounded otherwise shows 36, which is 32 to 40; together with 36 to 44 by subtraction.
    other = published(table(month([40.0, 60.0], 100.0)), 9)
    assert {each.cell[2]: (each.low, each.high) for each in attack(rounded, 10.0, [other])} == {"AFG": (36, 40)}


@settings(deadline=None)
@given(st.lists(st.floats(0, 3_000), min_size=2, max_size=2), st.integers(2, 20), st.floats(0, 2))
def test_rounded_forecasts_are_multiples_in_order_and_intervals_never_narrower(
    medians: list[float], base: int, spread: float
) -> None:
    raw = forecasts_of({("a", "SYR"): medians}, spread)
    safe = protect_forecasts(raw, 10, base)
    both = raw.with_columns(whole=protect_forecasts(raw, 10)["value"], safe=safe["value"])
    shown = both.drop_nulls("safe")
    assert both["safe"].is_null().equals(both["whole"].is_null())
    assert (shown["safe"] % base == 0).all()
    low, high = shown.filter(pl.col("quantile") < 0.5), shown.filter(pl.col("quantile") > 0.5)
    assert (low["safe"] <= low["whole"]).all()
    assert (high["safe"] >= high["whole"]).all()
    for _, rows in shown.group_by("horizon"):
        assert rows.sort("quantile")["safe"].is_sorted()
        assert rows.height == len(QUANTILE_LEVELS)


def test_nothing_is_shown_for_no_purpose() -> None:
    for threshold, purpose in ((0, None), (1, "  too short   "), (10, "short"), (0, "x" * 501)):
        with pytest.raises(RecordError, match="20 to 500 characters"):
            Protection(threshold, purpose=purpose)
    with pytest.raises(RecordError) as error:
        Protection(0, rounding=5)
    assert [problem.key for problem in error.value.problems] == ["record.purpose", "record.rounding"]
    told = Protection(1, purpose=" Public register of 1950, all persons dead. ").told()
    assert told == {"protection_width": 1.0, "rounding": 1, "purpose": "Public register of 1950, all persons dead."}
    assert Protection(width=25.0, rounding=5).told() == {"protection_width": 25.0, "rounding": 5, "purpose": None}
