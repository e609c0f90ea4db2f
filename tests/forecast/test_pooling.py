"""Pooled errors by hand: windows, bands, symmetry, and doubt where nothing is known."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from havre.draws import Floats, spread_levels
from havre.forecast.baselines import last_value
from havre.forecast.pooling import (
    LEAST_ERRORS,
    Window,
    active_rows,
    bands_at,
    draw_pooled,
    draws_from_logs,
    error_quantiles,
    past_errors,
    symmetric_quantiles,
    trailing_mean,
)
from tests.forecast.series_samples import lively, series_of

NAN = float("nan")
LEVELS = spread_levels(99)


def test_trailing_mean_by_hand() -> None:
    found = trailing_mean(np.array([[NAN, 1.0, 2.0, 6.0, NAN, NAN, NAN]]), 3)
    assert found[0] == pytest.approx([NAN, 1, 1.5, 3, 4, 6, NAN], nan_ok=True)


@given(hnp.arrays(np.float64, (2, 15), elements=st.integers(0, 10**7).map(float)), st.integers(1, 20))
def test_trailing_mean_is_the_mean_of_the_window(values: Floats, months: int) -> None:
    expected = [values[:, max(0, t - months + 1) : t + 1].mean(axis=1) for t in range(15)]
    assert trailing_mean(values, months) == pytest.approx(np.stack(expected, axis=1))


def test_bands_follow_the_mean_of_a_year() -> None:
    assert bands_at(np.array([[0.0, 0.9, 1.0], [1.0, 30.0, 1000.0], [NAN, NAN, 10.0]])).tolist() == [
        [0, 0, 0],
        [1, 2, 3],
        [0, 0, 2],
    ]
    assert bands_at(np.array([[1000.0, *[0.0] * 12]]))[0, -2:].tolist() == [2, 0]


def test_active_rows_have_a_value_in_the_last_month() -> None:
    assert active_rows(series_of([[1, NAN], [NAN, 1], [NAN, NAN], [1, 1]])).tolist() == [1, 3]
    assert active_rows(series_of(np.empty((2, 0)))).size == 0


def test_past_errors_by_hand() -> None:
    window = Window.of(series_of([[0, 1, 3, 7], [NAN, 100, 200, NAN]]))
    errors, bands = past_errors(window, window.logs, 1)
    assert errors == pytest.approx([np.log(2), np.log(2), np.log(2), np.log(201 / 101)])
    assert bands.tolist() == [0, 0, 1, 3]
    errors, _ = past_errors(window, window.logs, 3)
    assert errors == pytest.approx([np.log(8)])
    errors, _ = past_errors(window, window.logs, 1, months=1)
    assert errors == pytest.approx([np.log(2)])
    for horizon in (4, 5, 12):
        assert past_errors(window, window.logs, horizon)[0].size == 0


def test_error_quantiles_are_symmetric_and_of_their_own_band() -> None:
    errors = np.concatenate([np.full(LEAST_ERRORS, 0.1), np.full(LEAST_ERRORS, 2.0)])
    bands = np.repeat([0, 3], LEAST_ERRORS)
    found = error_quantiles(errors, bands, LEVELS)
    assert np.allclose(found, -found[:, ::-1])
    assert np.abs(found[0]).max() == pytest.approx(0.1)
    assert np.abs(found[3]).max() == pytest.approx(2.0)
    assert found[1] == pytest.approx(np.quantile(np.concatenate([errors, -errors]), LEVELS))


def test_a_band_with_few_errors_takes_those_of_all() -> None:
    errors = np.concatenate([np.full(LEAST_ERRORS - 1, 0.1), np.full(200, 2.0)])
    bands = np.repeat([0, 3], [LEAST_ERRORS - 1, 200])
    found = error_quantiles(errors, bands, LEVELS)
    assert np.array_equal(found[0], found[1])
    assert np.abs(found[0]).max() == pytest.approx(2.0)


def test_no_past_error_at_all_is_doubt_and_not_certainty() -> None:
    found = symmetric_quantiles(np.empty(0), LEVELS)
    assert np.allclose(found, -found[::-1])
    assert found.std() == pytest.approx(1.0, abs=0.06)
    assert (np.diff(found) > 0).all()


def test_a_pooled_forecast_has_the_point_forecast_as_median_and_the_pooled_spread() -> None:
    values = lively(6, 90)
    history = series_of(values)
    found = draw_pooled(history, last_value, 3, 401, np.random.default_rng(1))
    assert found.keys == history.keys
    assert found.origin == history.last == date(2022, 6, 1)
    assert found.quantiles((0.5,))[..., 0] == pytest.approx(np.repeat(values[:, -1:], 3, axis=1), rel=1e-6)
    window = Window.of(history)
    spread = error_quantiles(*past_errors(window, window.logs, 2), spread_levels(401))
    expected = np.maximum(np.expm1(window.logs[0, -1] + spread[window.bands[0, -1]]), 0)
    assert np.sort(found.values[0, 1]) == pytest.approx(expected)


def test_draws_on_logs_never_fall_below_zero_nor_grow_without_end() -> None:
    history = series_of([[1.0, 2.0]])
    logs = np.array([[[-5.0, 0.0, 1.0, 1000.0]]])
    found = np.sort(draws_from_logs(history, np.array([0]), logs, np.random.default_rng(0)).values.ravel())
    assert found == pytest.approx([0, 0, np.expm1(1.0), np.expm1(30.0)])
