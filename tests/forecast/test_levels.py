"""The exponentially weighted level by hand, and the choice of its weight."""

import numpy as np
import pytest

from havre.forecast.levels import WEIGHTS, choose_weight, draw_exponential_level, smoothed
from havre.forecast.pooling import Window
from tests.forecast.series_samples import lively, series_of

NAN = float("nan")


def test_the_level_by_hand() -> None:
    logs = np.array([[NAN, 4.0, 8.0, 0.0, NAN], [1.0, 1.0, 1.0, 1.0, 1.0]])
    found = smoothed(logs, 0.25)
    assert found[0] == pytest.approx([NAN, 4, 5, 3.75, NAN], nan_ok=True)
    assert (found[1] == 1).all()
    assert np.array_equal(smoothed(logs, 1.0), logs, equal_nan=True)


def test_a_series_that_jumps_and_stays_wants_a_fast_level_and_noise_a_slow_one() -> None:
    rng = np.random.default_rng(0)
    walk = np.exp(6 + np.cumsum(rng.normal(0, 0.3, (5, 80)), axis=1))
    noise = np.exp(6 + rng.normal(0, 0.3, (5, 80)))
    assert choose_weight(Window.of(series_of(walk)), 1) >= 0.8
    assert choose_weight(Window.of(series_of(noise)), 1) == min(WEIGHTS)


def test_without_past_errors_a_weight_is_still_chosen() -> None:
    assert choose_weight(Window.of(series_of([[5.0]])), 1) in WEIGHTS


def test_the_median_is_the_chosen_level() -> None:
    history = series_of(lively(4, 60))
    window = Window.of(history)
    found = draw_exponential_level(history, 3, 101, np.random.default_rng(1)).quantiles((0.5,))[..., 0]
    for horizon in (1, 2, 3):
        level = smoothed(window.logs, choose_weight(window, horizon))[:, -1]
        assert found[:, horizon - 1] == pytest.approx(np.expm1(level))
