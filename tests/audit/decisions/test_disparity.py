"""The test of two groups: against other code, its false alarms, its power, and many tests at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from havre.audit.decisions.disparity import (
    benjamini_hochberg,
    detectable,
    difference_interval,
    holm,
    p_value,
    power,
)


@given(x=st.integers(0, 60), n=st.integers(60, 90), y=st.integers(0, 90), m=st.integers(90, 150))
def test_small_samples_are_tested_exactly(x: int, n: int, y: int, m: int) -> None:
    theirs = 1.0 if x + y in (0, n + m) else stats.fisher_exact(np.array([[x, n - x], [y, m - y]])).pvalue
    assert p_value(x, n, y, m) == pytest.approx(theirs)


def test_large_samples_are_tested_with_yates_correction() -> None:
    table = np.array([[30_000, 70_000], [30_500, 69_500]])
    assert p_value(30_000, 100_000, 30_500, 100_000) == pytest.approx(stats.chi2_contingency(table).pvalue)


def test_the_two_tests_meet() -> None:
    exact = stats.fisher_exact(np.array([[250, 750], [300, 700]])).pvalue
    assert p_value(250, 1000, 300, 1000) == pytest.approx(exact, rel=0.02)


def test_newcombes_example() -> None:
    found = difference_interval(56, 70, 48, 80)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(("n", "m", "share"), [(40, 60, 0.1), (1000, 3000, 0.2), (200, 200, 0.5)])
def test_groups_that_are_alike_are_seldom_told_apart(n: int, m: int, share: float) -> None:
    g = np.random.default_rng(7)
    found = [
        p_value(int(x), n, int(y), m)
        for x, y in zip(g.binomial(n, share, 4000), g.binomial(m, share, 4000), strict=True)
    ]
    for alpha in (0.05, 0.01):
        assert np.mean(np.array(found) <= alpha) <= alpha + 3 * np.sqrt(alpha / 4000)


@pytest.mark.parametrize(
    ("n", "m", "p", "q", "alpha"),
    [(400, 600, 0.3, 0.2, 0.05), (2000, 5000, 0.13, 0.1, 0.01), (150, 150, 0.5, 0.3, 0.05),
     (30_000, 9000, 0.11, 0.1, 0.01)],
)  # fmt: skip
def test_power_is_as_stated(n: int, m: int, p: float, q: float, alpha: float) -> None:
    g = np.random.default_rng(8)
    drawn = zip(g.binomial(n, p, 3000), g.binomial(m, q, 3000), strict=True)
    found = np.mean([p_value(int(x), n, int(y), m) <= alpha for x, y in drawn])
    assert found == pytest.approx(power(n, m, p, q, alpha), abs=0.035)


def test_the_detectable_difference_has_the_wanted_power() -> None:
    gap = detectable(500, 700, 0.2, 0.01)
    assert gap is not None
    assert power(500, 700, 0.2 + gap, 0.2, 0.01) == pytest.approx(0.8)
    assert detectable(3, 3, 0.5, 0.001) is None


def test_a_margin_asks_for_more() -> None:
    assert p_value(3000, 10_000, 2500, 10_000) < 1e-9
    assert p_value(3000, 10_000, 2500, 10_000, margin=0.05) > 0.5
    assert p_value(3000, 10_000, 2500, 10_000, margin=0.02) < 0.001


def test_many_tests_at_once() -> None:
    p = np.random.default_rng(1).random(40) ** 3
    order = np.sort(p)
    expected = [max(min(1.0, (40 - j) * order[j]) for j in range(k + 1)) for k in range(40)]
    assert np.sort(holm(p.tolist())) == pytest.approx(expected)
    assert benjamini_hochberg(p.tolist()) == pytest.approx(stats.false_discovery_control(p))
