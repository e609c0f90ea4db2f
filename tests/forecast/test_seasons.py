"""A season is found where there is one, drawn towards that of all series, and is not made up where there is none."""

import numpy as np
import pytest

from havre.forecast.pooling import Window
from havre.forecast.seasons import draw_seasonal_level, seasonal_centre, seasons
from havre.months import month_index
from tests.forecast.series_samples import FIRST, series_of

WAVE = 0.5 * np.sin(2 * np.pi * np.arange(12) / 12)


def wavy(years: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.tile(5 + WAVE, (3, years))


def test_the_season_of_equal_series_is_found_and_adds_up_to_nothing() -> None:
    found = seasons(wavy(8), 0)
    assert found[:, -1] == pytest.approx(np.tile(WAVE, (3, 1)), abs=1e-9)
    assert found.sum(axis=-1) == pytest.approx(np.zeros(found.shape[:2]), abs=1e-9)


def test_before_a_year_is_known_there_is_no_season() -> None:
    assert (seasons(wavy(8), 0)[:, :11] == 0).all()


def test_the_calendar_starts_where_the_series_starts() -> None:
    shifted = seasons(wavy(8)[:, 3:], 3)
    assert shifted[:, -1] == pytest.approx(np.tile(WAVE, (3, 1)), abs=1e-9)


def test_a_series_with_few_years_leans_on_all_series() -> None:
    logs = wavy(8)
    logs[0] = 5.0
    logs[0, :72] = np.nan
    own, others = np.ptp(seasons(logs, 0)[0, -1]), np.ptp(seasons(logs, 0)[1, -1])
    assert 0.2 * others < own < 0.9 * others


@pytest.mark.parametrize("horizon", range(1, 13))
def test_a_pure_season_is_forecast_exactly(horizon: int) -> None:
    logs = wavy(10)
    said = seasonal_centre(logs, horizon, season=seasons(logs, 0), first_month=0, weight=0.5, belief=1.0)
    assert said[:, -13] == pytest.approx(logs[:, -13 + horizon], abs=1e-6)


def test_without_belief_the_season_is_left_out() -> None:
    logs = wavy(6)
    plain = seasonal_centre(logs, 3, season=np.zeros((3, 72, 12)), first_month=0, weight=0.5, belief=0.0)
    found = seasonal_centre(logs, 3, season=seasons(logs, 0), first_month=0, weight=0.5, belief=0.0)
    assert np.array_equal(found, plain)


def test_the_model_follows_a_season_and_does_not_make_one_up() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.05, (3, 120))
    seasonal = np.exp(5 + np.tile(WAVE, (3, 10)) + noise)
    history = series_of(seasonal)
    assert month_index(FIRST) % 12 == 0
    medians = draw_seasonal_level(history, 12, 101, rng).quantiles((0.5,))[..., 0]
    assert np.log(medians) == pytest.approx(np.tile(5 + WAVE, (3, 1)), abs=0.12)
    flat = draw_seasonal_level(series_of(np.exp(5 + noise)), 12, 101, rng).quantiles((0.5,))[..., 0]
    assert np.log(flat) == pytest.approx(np.full((3, 12), 5.0), abs=0.12)
    assert Window.of(history).logs.shape == (3, 120)
