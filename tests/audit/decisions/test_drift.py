"""Months against each other: a small month never silences the others, and is named."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.audit.decisions.drift import Period, compare_months, join_small

COUNTS = st.lists(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1)


def table(*cells: tuple[str, int | None, int | None]) -> pl.DataFrame:
    rows = [(month, "automated_flagged", that, of, of is None) for month, that, of in cells]
    return pl.DataFrame(rows, ["month", "measure", "that", "of", "hidden"], orient="row")


RISING = [(f"2024-{m:02}", 60 + 15 * m, 500) for m in range(1, 13)]


def test_one_small_month_does_not_silence_the_test() -> None:
    alone = compare_months(table(*RISING))
    found = compare_months(table(("2023-12", 2, 12), *RISING))
    p, p_alone = (one.comparisons["p"][0] for one in (found, alone))
    assert p < 1e-25
    assert p == pytest.approx(p_alone, rel=2)
    months = ("2023-12–2024-01",)
    assert found.findings() == [("drift_joined", {"months": months, "measures": ("automated_flagged",)})]


def test_hidden_months_are_left_out_by_name() -> None:
    found = compare_months(table(("2023-12", None, None), *RISING))
    assert found.comparisons["p"].to_list() == compare_months(table(*RISING)).comparisons["p"].to_list()
    assert found.left_out == {"automated_flagged": ("2023-12",)}


def test_what_is_too_rare_is_said_to_be() -> None:
    assert compare_months(table(("2024-01", 2, 500), ("2024-02", 3, 500))).too_few == ("automated_flagged",)
    assert compare_months(table(("2024-01", 0, 500), ("2024-02", 0, 500))).too_few == ("automated_flagged",)
    assert compare_months(table(("2024-01", 20, 500))).findings() == []


@given(counts=COUNTS)
def test_periods_keep_every_decision_and_are_large_enough(counts: list[tuple[int, int]]) -> None:
    months = [Period((f"{k:03}",), that, of) for k, (that, of) in enumerate(counts)]
    made = join_small(months)
    that, of = (sum(numbers) for numbers in zip(*counts, strict=True))
    rarer = min(that, of - that)
    assert bool(made) == (rarer >= 5)
    if made:
        assert tuple(month for one in made for month in one.months) == tuple(one.months[0] for one in months)
        assert (sum(one.that for one in made), sum(one.of for one in made)) == (that, of)
        assert all(one.of * rarer >= 5 * of - 1e-9 for one in made)


def test_false_alarms_keep_their_rate_with_small_months() -> None:
    g = np.random.default_rng(1)
    sizes = [*[14] * 6, *[200] * 6, *[30] * 6]
    names = [f"{2023 + k // 12}-{k % 12 + 1:02}" for k in range(len(sizes))]
    runs = [
        compare_months(table(*zip(names, map(int, g.binomial(sizes, 0.15)), sizes, strict=True))).comparisons["p"][0]
        for _ in range(400)
    ]
    assert np.mean(np.array(runs) <= 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)
