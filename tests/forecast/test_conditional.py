"""The width around a forecast is that of forecasts of its size, stretched to the series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.draws import Floats, spread_levels
from havre.forecast.conditional import (
    ConditionalErrors,
    interpolate_rows,
    mix_own,
    never_certain,
    own_share,
    quantiles_of_weighted,
    rounded,
    whole_rows,
)

LEVELS = spread_levels(99)
RNG = np.random.default_rng(5)


def level_and_noise(level: float, noise: float, series: int = 20, months: int = 80) -> tuple[Floats, Floats]:
    """Give logs around a level, and the level as their forecast."""
    drawn = np.random.default_rng(int(100 * level)).normal(level, noise, (series, months))
    return drawn, np.full((series, months), level)


def test_each_size_has_its_own_errors() -> None:
    calm, wild = level_and_noise(7.0, 0.1), level_and_noise(3.3, 0.8)
    logs, centre = (np.vstack(pair) for pair in zip(calm, wild, strict=True))
    found = ConditionalErrors.of(logs, centre, 1).quantiles(centre, np.arange(40), LEVELS)
    spread = found[:, 83] - found[:, 15]
    assert spread[:20].mean() == pytest.approx(0.2, rel=0.1)
    assert spread[20:].mean() == pytest.approx(1.6, rel=0.1)


def test_a_wild_series_is_wider_than_a_calm_one_of_its_size() -> None:
    logs, centre = level_and_noise(4.0, 0.3)
    logs[0] = 4.0 + 4 * (logs[0] - 4.0)
    found = ConditionalErrors.of(logs, centre, 1).quantiles(centre, np.arange(20), LEVELS)
    assert np.ptp(found[0]) > 1.3 * np.ptp(found[1:], axis=1).mean()


def test_the_scale_of_a_month_does_not_know_what_comes_after() -> None:
    logs, centre = level_and_noise(4.0, 0.3)
    spiked = logs.copy()
    spiked[:, 60] += 6.0
    before, after = (ConditionalErrors.of(values, centre, 3).scales for values in (logs, spiked))
    # The usual size of errors is common to all months; only the order of the series can betray the spike.
    assert np.array_equal(np.argsort(before[:, 59]), np.argsort(after[:, 59]))
    assert (after[:, 60] > after[:, 59]).all()


def test_forecasts_of_nobody_are_followed_by_nobody_and_now_and_then_a_group() -> None:
    logs = np.where(RNG.random((40, 100)) < 0.1, np.log1p(5.0), 0.0)
    centre = np.full_like(logs, 0.01)
    found = ConditionalErrors.of(logs, centre, 1).quantiles(centre, np.arange(40), LEVELS)
    assert (found[:, 80] < 0.05).all()
    assert np.median(found[:, -3]) == pytest.approx(np.log1p(5.0), rel=0.3)
    assert (found[:, -3] > 0.5).all()


def test_without_any_error_the_spread_is_a_factor_of_e() -> None:
    centre = np.full((2, 1), 6.0)
    found = ConditionalErrors.of(centre, centre, 1).quantiles(centre, np.arange(2), np.array([0.1587, 0.5, 0.8413]))
    assert found == pytest.approx(np.tile([5.0, 6.0, 7.0], (2, 1)), abs=0.1)


def test_half_of_a_drift_is_carried_on() -> None:
    logs, centre = level_and_noise(5.0, 0.1)
    found = ConditionalErrors.of(logs - 0.4, centre, 1).quantiles(centre, np.arange(20), LEVELS)
    assert np.median(found, axis=1) == pytest.approx(np.full(20, 4.8), abs=0.05)


def test_own_months_are_mixed_in_by_their_share() -> None:
    levels = spread_levels(1000)
    logs = np.array([[np.nan, 9.0, 9.0]])
    found = mix_own(np.full((1, 1000), 2.0), logs, 0.3, levels)
    assert (found > 5.0).mean() == pytest.approx(0.3, abs=0.06)
    assert own_share(1) == pytest.approx(0.1)
    assert own_share(12) == own_share(200) == pytest.approx(0.32)


def test_weighted_quantiles_by_hand() -> None:
    values, weights = np.array([[3.0, 1.0, 2.0]]), np.array([[1.0, 2.0, 1.0]])
    # The middles of the weights of 1, 2, 3 lie at 1/4, 5/8 and 7/8.
    found = quantiles_of_weighted(values, weights, np.array([0.0, 0.25, 0.625, 0.75, 1.0]))
    assert found[0] == pytest.approx([1.0, 1.0, 2.0, 2.5, 3.0])


@given(st.integers(1, 6), st.integers(2, 9), st.integers(0, 1000))
def test_rows_are_interpolated_apart(rows: int, places: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    at, of = rng.random((rows, 5)), np.sort(rng.random((rows, places)), axis=1)
    values = rng.normal(0, 100, (rows, places))
    apart = np.stack([np.interp(at[row], of[row], values[row]) for row in range(rows)])
    assert interpolate_rows(at, of, values) == pytest.approx(apart, abs=1e-6)


def test_persons_are_whole_where_the_series_is() -> None:
    whole = whole_rows(np.array([[1.0, np.nan, 3.0], [0.5, 1.0, 2.0]]))
    assert whole.tolist() == [True, False]
    assert rounded(np.array([[[0.5, 1.4]], [[0.5, 1.4]]]), whole).tolist() == [[[1.0, 1.0]], [[0.5, 1.4]]]


def test_who_never_came_may_still_come() -> None:
    people = np.zeros((2, 1, 100))
    people[1, 0, -30:] = 1
    found = never_certain(people, np.array([48, 48]), 2.0)
    assert found[0, 0].tolist() == [0] * 98 + [2] * 2, "one month in fifty"
    assert found[1].tolist() == people[1].tolist()


def test_the_newest_own_month_weighs_most() -> None:
    own = np.zeros((1, 36))
    own[0, -1] = 5.0
    mixed = mix_own(np.full((1, 100), 2.0), own, 0.5, np.array([0.2, 0.6, 0.97]))
    # Half of the weight is own, a fifth of that the newest month.
    assert mixed[0] == pytest.approx([0.0, 2.0, 5.0])


def test_no_row_has_nothing_to_interpolate() -> None:
    assert interpolate_rows(np.empty((0, 5)), np.empty((0, 3)), np.empty((0, 3))).shape == (0, 5)
