"""Intervals of a proportion: printed values, other people's code, and how often they hold the truth."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from havre.audit.intervals import METHODS, coverage, interval, proportion_bounds
from havre.errors import AuditError


@pytest.mark.parametrize(("x", "n", "low", "high"), [(23, 30, 59.1, 88.2), (11, 15, 48.0, 89.1)])
def test_wilson_intervals_that_were_printed(x: int, n: int, low: float, high: float) -> None:
    found = interval(x, n, "wilson")
    assert (round(100 * found.low, 1), round(100 * found.high, 1)) == (low, high)


THEIRS: dict[str, Literal["exact", "wilson"]] = {"clopper-pearson": "exact", "wilson": "wilson"}


@pytest.mark.parametrize("method", THEIRS)
@given(n=st.integers(1, 500), data=st.data(), level=st.sampled_from([0.8, 0.95, 0.999]))
def test_scipy_gives_the_same(method: str, n: int, data: st.DataObject, level: float) -> None:
    x = data.draw(st.integers(0, n))
    found, expected = interval(x, n, method, level), stats.binomtest(x, n).proportion_ci(level, THEIRS[method])
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_jeffreys_is_the_posterior_but_closed_at_the_ends() -> None:
    beta = stats.beta(23.5, 7.5)
    assert interval(23, 30, "jeffreys").low == pytest.approx(beta.ppf(0.025))
    assert (interval(0, 9, "jeffreys").low, interval(9, 9, "jeffreys").high) == (0, 1)


@pytest.mark.parametrize("method", METHODS)
@given(n=st.integers(1, 300), data=st.data())
def test_intervals_hold_their_share_and_mirror(method: str, n: int, data: st.DataObject) -> None:
    x = data.draw(st.integers(0, n))
    one, other = interval(x, n, method), interval(n - x, n, method)
    assert 0 <= one.low <= x / n <= one.high <= 1
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-12)


GRID = [(n, p) for n in (5, 15, 30, 100, 400) for p in (0.005, 0.02, 0.1, 0.2445, 0.5, 0.7366, 0.99)]


@pytest.mark.parametrize("method", METHODS)
def test_simulated_coverage_is_within_half_a_point_of_theory(method: str) -> None:
    generator = np.random.default_rng(20_261_124)
    for n, p in GRID:
        drawn = generator.binomial(n, p, 200_000)
        low, high = (bound[drawn] for bound in proportion_bounds(np.arange(n + 1), n, method))
        simulated = np.mean((low <= p) & (p <= high))
        assert abs(simulated - float(coverage(n, p, method))) < 0.005


def test_clopper_pearson_never_covers_less_than_it_says_and_the_others_do_on_average() -> None:
    proportions = np.linspace(0.001, 0.999, 999)
    for n in (1, 10, 30, 100):
        assert coverage(n, proportions).min() >= 0.95
    for method in ("wilson", "jeffreys"):
        assert coverage(50, proportions, method).mean() == pytest.approx(0.95, abs=0.005)
        assert coverage(50, proportions, method).min() < 0.94


@pytest.mark.parametrize(
    ("arguments", "key"),
    [((1, 0), "audit.no_trials"), ((31, 30), "audit.counts"), ((-1, 30), "audit.counts"),
     ((float("nan"), 30), "audit.counts"), ((1, 30, "wald"), "audit.method"), ((1, 30, "wilson", 1.0), "audit.level")],
)  # fmt: skip
def test_bad_input_is_told(arguments: tuple[float, float], key: str) -> None:
    with pytest.raises(AuditError) as caught:
        interval(*arguments)
    assert caught.value.problems[0].key == key
