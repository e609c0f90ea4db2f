"""Baselines by hand on series that are small enough to check with a pencil."""

from datetime import date

import numpy as np
import pytest

from havre.draws import Floats, spread_levels
from havre.forecast import baselines
from havre.forecast.baselines import draw_climatology, last_value, mean_of_three, same_month_last_year
from havre.forecast.pooling import Window, past_errors
from tests.forecast.series_samples import lively, series_of

NAN = float("nan")


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_the_local_random_walk_is_symmetric_around_the_last_value_on_logs() -> None:
    values = np.array([[10.0, 20.0, 15.0, 40.0, 35.0], [5.0, 5.0, 6.0, 7.0, 9.0]])
    found = baselines.draw_rw_local(series_of(values), 2, 200, rng())
    logs = np.log1p(np.sort(found.values, axis=2))
    centre = np.log1p(values[:, -1])[:, None, None]
    assert logs - centre == pytest.approx(-(logs - centre)[..., ::-1])


def test_the_local_random_walk_has_its_own_errors_of_each_horizon() -> None:
    values = np.array([[1.0, 3.0, 3.0, 15.0], [100.0, 100.0, 100.0, 100.0]])
    found = baselines.draw_rw_local(series_of(values), 3, 400, rng())
    logs = np.log1p(values[0])
    for horizon in (1, 2, 3):
        own = logs[horizon:] - logs[:-horizon]
        spread = np.quantile(np.concatenate([own, -own]), spread_levels(400))
        expected = np.expm1(np.maximum(logs[-1] + spread, 0))
        assert np.sort(found.values[0, horizon - 1]) == pytest.approx(expected)
    assert found.values[1] == pytest.approx(100.0)


def test_the_local_random_walk_forgets_after_sixty_months() -> None:
    old = np.concatenate([[1.0, 1e6] * 10, np.full(62, 50.0)])
    assert baselines.draw_rw_local(series_of(old[None]), 1, 50, rng()).values == pytest.approx(50.0)


def test_the_pooled_random_walk_is_symmetric_around_the_last_value_on_logs() -> None:
    values = lively(4, 60)
    found = np.log1p(np.sort(baselines.draw_rw_pooled(series_of(values), 4, 100, rng()).values, axis=2))
    centre = np.log1p(values[:, -1])[:, None, None]
    assert found - centre == pytest.approx(-(found - centre)[..., ::-1])


def test_the_pooled_random_walk_shares_errors_within_a_band_only() -> None:
    calm, wild = np.tile([500.0, 505.0], 30), np.tile([2.0, 9.0], 30)
    found = baselines.draw_rw_pooled(series_of(np.stack([calm, calm, wild, wild])), 1, 99, rng())
    spread = np.log1p(found.values).max(axis=2) - np.log1p(found.values).min(axis=2)
    assert spread[:2] == pytest.approx(2 * np.log(506 / 501))
    assert spread[2:] == pytest.approx(2 * np.log(10 / 3))


def test_point_forecasts_by_hand() -> None:
    logs = np.log1p(np.array([[NAN, 1.0, 2.0, 6.0, 1.0]]))
    assert last_value(logs, 5) is logs
    assert np.expm1(mean_of_three(logs, 1))[0] == pytest.approx([NAN, 1, 1.5, 3, 3], nan_ok=True)


@pytest.mark.parametrize("horizon", range(1, 13))
def test_the_seasonal_naive_takes_the_same_calendar_month(horizon: int) -> None:
    """The month that is h months ahead was last seen 12 − h months ago; at h = 12 that is the last month itself."""
    calendar = (np.arange(48) % 12).astype(float)
    said = same_month_last_year(calendar[None], horizon)[0]
    assert said[24:].tolist() == [(month + horizon) % 12 for month in range(24, 48)]


def test_the_seasonal_naive_says_the_last_value_where_the_year_before_is_not_known() -> None:
    logs = np.array([[NAN, 1.0, 2.0, 3.0, 4.0, 5.0]])
    assert same_month_last_year(logs, 10)[0] == pytest.approx([NAN, 1, 2, 1, 2, 3], nan_ok=True)
    assert same_month_last_year(logs, 1)[0] == pytest.approx(logs[0], nan_ok=True)


def test_the_seasonal_naive_draws_around_the_same_month_of_last_year() -> None:
    values = lively(3, 72)
    found = baselines.draw_seasonal_naive(series_of(values), 12, 101, rng())
    assert found.quantiles((0.5,))[..., 0] == pytest.approx(values[:, -12:])


def test_the_mean_of_three_months_draws_around_it() -> None:
    values = lively(3, 72)
    found = baselines.draw_mean3_pooled(series_of(values), 2, 101, rng())
    expected = values[:, -3:].mean(axis=1)
    assert found.quantiles((0.5,))[..., 0] == pytest.approx(np.stack([expected, expected], axis=1))


@pytest.mark.parametrize("months", [6, 12, 24])
def test_climatology_has_the_quantiles_of_the_last_months(months: int) -> None:
    values = lively(3, 40)
    found = draw_climatology(series_of(values), 3, 200, rng(), months=months)
    expected = np.quantile(values[:, -months:], spread_levels(200), axis=1).T
    for horizon in range(3):
        assert np.sort(found.values[:, horizon], axis=1) == pytest.approx(expected)


def test_climatology_of_a_short_series_takes_what_there_is() -> None:
    values = np.array([[NAN, NAN, NAN, 4.0, 8.0], [1.0, 2.0, 3.0, 4.0, 5.0]])
    found = draw_climatology(series_of(values), 1, 50, rng(), months=12)
    assert np.sort(found.values[0, 0]) == pytest.approx(np.quantile([4.0, 8.0], spread_levels(50)))


def test_the_mixture_is_half_climatology_and_half_last_value() -> None:
    values: Floats = np.full((1, 60), 100.0)
    values[0, -1] = 1000.0
    found = baselines.draw_mixture(series_of(values), 1, 200, rng())
    past = np.quantile(values[0, -12:], spread_levels(100))
    window = Window.of(series_of(values))
    errors, _ = past_errors(window, window.logs, 1)
    spread = np.quantile(np.concatenate([errors, -errors]), spread_levels(100))
    walk = np.expm1(np.maximum(window.logs[0, -1] + spread, 0))
    assert np.sort(found.values[0, 0]) == pytest.approx(np.sort(np.concatenate([past, walk])))


@pytest.mark.parametrize("draws", [2, 3, 101])
def test_the_mixture_keeps_the_number_of_draws(draws: int) -> None:
    assert baselines.draw_mixture(series_of(lively(2, 30)), 1, draws, rng()).values.shape == (2, 1, draws)


def test_the_origin_is_the_last_month_of_the_history() -> None:
    found = baselines.draw_rw_local(series_of(lively(2, 30), date(2019, 12, 1)), 2, 10, rng())
    assert found.origin == date(2022, 5, 1)
    assert found.target_months == (date(2022, 6, 1), date(2022, 7, 1))
