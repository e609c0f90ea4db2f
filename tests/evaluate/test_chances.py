"""Chances read from quantiles: by hand, against the law that the quantiles came from, and as laws of any forecast."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import gamma, pareto

from havre.draws import QUANTILE_LEVELS, Floats
from havre.evaluate.chances import chance_at_least, probability_integral

LEVELS = np.array(QUANTILE_LEVELS)
COUNTS = st.floats(0, 1e6, allow_nan=False)
FORECASTS = hnp.arrays(np.float64, 23, elements=COUNTS).map(np.sort)


def chance(values: Floats, threshold: float) -> float:
    return float(chance_at_least(values, np.array(threshold)))


@pytest.mark.parametrize(("level", "place"), [(0.01, 0), (0.05, 2), (0.5, 11), (0.9, 19), (0.99, 22)])
def test_at_a_quantile_the_chance_is_its_level(level: float, place: int) -> None:
    values = np.arange(1.0, 24.0) ** 2
    assert chance(values, values[place]) == pytest.approx(1 - level)


def test_between_quantiles_and_below_them_by_hand() -> None:
    values = LEVELS * 1000
    assert chance(values, 925.0) == pytest.approx(0.075)
    assert chance(values, 5.0) == pytest.approx(0.995)
    assert chance(values, 0.0) == 1


def test_above_the_highest_quantile_the_chance_falls_like_a_power() -> None:
    law = pareto(1.7, loc=-1)
    values = law.ppf(LEVELS)
    for threshold in law.isf([0.009, 0.003, 1e-4]):
        assert chance(values, threshold) == pytest.approx(law.sf(threshold), rel=1e-6)


def test_a_forecast_that_says_that_no_more_can_come_has_no_tail() -> None:
    assert chance(np.zeros(23), 100.0) == 0
    assert chance(np.full(23, 100.0), 100.0) == pytest.approx(0.99)
    assert chance(np.full(23, 100.0), 100.5) == 0


def test_near_the_law_of_the_quantiles() -> None:
    law = gamma(2.0, scale=60.0)
    values = law.ppf(LEVELS)
    thresholds = np.array([20.0, 100.0, 250.0, 400.0])
    found = chance_at_least(np.tile(values, (4, 1)), thresholds)
    assert found == pytest.approx(law.sf(thresholds), abs=0.01)


def test_a_value_that_many_quantiles_share_has_a_chance_of_its_own() -> None:
    values = np.concatenate([np.zeros(12), np.arange(1.0, 9.0), np.full(3, 20.0)])
    low, high = probability_integral(np.tile(values, (4, 1)), np.array([0.0, 20.0, 1.0, 25.0]))
    assert low.tolist() == pytest.approx([0, 0.95, 0.55, 1])
    assert high.tolist() == [0.5, 1, 0.55, 1]


def test_what_is_not_known_has_no_chance() -> None:
    values = np.stack([np.full(23, np.nan), LEVELS])
    for part in probability_integral(values, np.array([1.0, np.nan])):
        assert np.isnan(part).all()


@given(FORECASTS, COUNTS)
def test_chances_are_chances(values: Floats, observed: float) -> None:
    low, high = probability_integral(values, np.array(observed))
    assert 0 <= low <= high <= 1


@given(FORECASTS, COUNTS, COUNTS)
def test_more_is_never_more_likely(values: Floats, one: float, other: float) -> None:
    assert chance(values, max(one, other)) <= chance(values, min(one, other)) + 1e-12


@given(FORECASTS, COUNTS, st.floats(0, 1e6))
def test_a_forecast_that_says_more_gives_a_threshold_no_smaller_chance(
    values: Floats, threshold: float, more: float
) -> None:
    """Up to the highest quantile; beyond it the tail goes by proportion, and a shift makes it thinner."""
    if threshold <= values[-1]:
        assert chance(values + more, threshold) >= chance(values, threshold) - 1e-9


def test_truths_from_the_forecast_itself_are_spread_evenly() -> None:
    law = gamma(1.5, scale=40.0)
    came = law.rvs(20_000, random_state=np.random.default_rng(3))
    low, high = probability_integral(np.tile(law.ppf(LEVELS), (came.size, 1)), came)
    assert np.array_equal(low, high)
    shares = np.histogram(low, np.linspace(0, 1, 11))[0] / came.size
    assert shares == pytest.approx(np.full(10, 0.1), abs=0.012)
