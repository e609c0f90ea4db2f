"""Draws are checked when made, never change, and keep their ranks over the horizons."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.draws import QUANTILE_LEVELS, Draws, SeriesKey, shuffle_draws, spread_levels
from havre.errors import ForecastError

KEYS = (SeriesKey("sea_arrivals", "TOT", "ITA"), SeriesKey("sea_arrivals", "TOT", "GRC"))
ORIGIN = date(2020, 11, 1)


def test_the_levels_are_those_of_the_hubs() -> None:
    assert len(QUANTILE_LEVELS) == 23
    assert QUANTILE_LEVELS[:4] == (0.01, 0.025, 0.05, 0.1)
    assert list(QUANTILE_LEVELS) == sorted(QUANTILE_LEVELS)
    assert np.allclose(np.add(QUANTILE_LEVELS, QUANTILE_LEVELS[::-1]), 1)


def test_a_key_reads_as_a_corridor() -> None:
    assert str(KEYS[0]) == "sea_arrivals TOT→ITA"


@pytest.mark.parametrize("shape", [(1, 3, 4), (2, 0, 4), (2, 3, 0), (2, 3), (3, 3, 4)])
def test_a_shape_that_does_not_fit_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ForecastError, match="does not fit 2 series"):
        Draws(KEYS, ORIGIN, np.ones(shape))


@pytest.mark.parametrize("bad", [-0.5, np.nan, np.inf, -np.inf])
def test_a_bad_value_is_refused_with_its_series(bad: float) -> None:
    values = np.ones((2, 3, 4))
    values[1, 2, 3] = bad
    with pytest.raises(ForecastError, match="TOT→GRC"):
        Draws(KEYS, ORIGIN, values)


def test_draws_cannot_be_changed() -> None:
    draws = Draws(KEYS, ORIGIN, np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match="read-only"):
        draws.values[0, 0, 0] = 2.0


def test_target_months_follow_the_origin() -> None:
    draws = Draws(KEYS, ORIGIN, np.ones((2, 3, 4)))
    assert draws.horizons == 3
    assert draws.target_months == (date(2020, 12, 1), date(2021, 1, 1), date(2021, 2, 1))


def test_quantiles_by_hand_and_in_any_order_of_the_draws() -> None:
    values = np.array([[[30.0, 10.0, 20.0, 0.0, 40.0]], [[5.0, 5.0, 5.0, 5.0, 5.0]]])
    found = Draws(KEYS, ORIGIN, values).quantiles((0.0, 0.25, 0.6, 1.0))
    assert found.shape == (2, 1, 4)
    assert found[0, 0] == pytest.approx([0, 10, 24, 40])
    assert (found[1] == 5).all()


def test_select_keeps_the_order_asked_for() -> None:
    draws = Draws(KEYS, ORIGIN, np.arange(24.0).reshape(2, 3, 4))
    turned = draws.select(KEYS[::-1])
    assert turned.keys == KEYS[::-1]
    assert np.array_equal(turned.values, draws.values[::-1])


@given(st.integers(1, 2000))
def test_spread_levels_are_symmetric_and_inside(draws: int) -> None:
    levels = spread_levels(draws)
    assert levels.size == draws
    assert 0 < levels[0] <= levels[-1] < 1
    assert np.allclose(levels + levels[::-1], 1)


def test_shuffling_keeps_values_and_the_rank_over_horizons() -> None:
    ordered = np.sort(np.random.default_rng(1).gamma(1.0, 10.0, (3, 4, 50)), axis=2)
    shuffled = shuffle_draws(ordered, np.random.default_rng(2))
    assert np.array_equal(np.sort(shuffled, axis=2), ordered)
    ranks = np.argsort(np.argsort(shuffled, axis=2), axis=2)
    assert (ranks == ranks[:, :1]).all()
    assert not (ranks[0] == ranks[1]).all()
    assert not np.array_equal(shuffled, ordered)
    assert np.array_equal(shuffled, shuffle_draws(ordered, np.random.default_rng(2)))
