"""Smoothing of each series by itself: the recursion by hand, what is chosen, and the cap."""

import numpy as np
import pytest

from havre.forecast.smoothing import CAP, best_of_grid, draw_own_smoothing, first_season, smooth
from tests.forecast.series_samples import series_of

NAN = float("nan")


def test_the_level_by_hand() -> None:
    logs = np.array([[NAN, 1.0, 2.0, 4.0]])
    found = smooth(logs, 0.5, None)
    # From 1: half the way to 2 is 1.5, half the way from there to 4 is 2.75.
    assert found.level.tolist() == [2.75]
    assert found.season.tolist() == [[0.0] * 12]
    assert found.centre(4).tolist() == [2.75]


def test_the_spread_grows_as_the_model_says() -> None:
    rng = np.random.default_rng(1)
    found = smooth(rng.normal(5, 0.3, (1, 120)), 0.2, 0.1)
    turn = 0.1 * 0.8
    first = float(found.spread(1)[0])
    assert found.spread(12)[0] == pytest.approx(first * np.sqrt(1 + 11 * 0.04))
    assert found.spread(13)[0] == pytest.approx(first * np.sqrt(1 + 12 * 0.04 + turn * (0.4 + turn)))


def test_a_season_is_found_and_drawn_towards_none() -> None:
    wave = 0.8 * np.sin(2 * np.pi * np.arange(48) / 12)
    season = first_season((4 + wave)[None])
    assert season[0] == pytest.approx(wave[:12] * 4 / 5)
    assert first_season(np.full((2, 3), 2.0)).tolist() == [[0.0] * 12] * 2


def test_each_series_takes_the_weights_that_suit_it() -> None:
    rng = np.random.default_rng(2)
    still = rng.normal(5, 0.2, 120)
    walk = 5 + np.cumsum(rng.normal(0, 0.2, 120))
    seasonal = 5 + 1.5 * np.sin(2 * np.pi * np.arange(120) / 12) + rng.normal(0, 0.1, 120)
    chosen = {}
    for suited, found in best_of_grid(np.stack([still, walk, seasonal])):
        for row in np.flatnonzero(suited):
            chosen[int(row)] = (found.level_weight, found.season_weight is not None)
    assert chosen == {0: (0.2, False), 1: (0.5, False), 2: (0.2, True)}


def test_the_season_to_come_is_told() -> None:
    months = np.arange(96)
    values = np.asarray(np.round(np.exp(5 + np.sin(2 * np.pi * months / 12)))[None], dtype=np.float64)
    history = series_of(values)
    median = draw_own_smoothing(history, 12, 301, np.random.default_rng(0)).quantiles((0.5,))[0, :, 0]
    assert np.log(median) == pytest.approx(5 + np.sin(2 * np.pi * (96 + np.arange(12)) / 12), abs=0.12)


def test_no_draw_exceeds_the_cap() -> None:
    rng = np.random.default_rng(3)
    values = np.asarray(np.round(np.exp(rng.normal(3, 1.5, (4, 60)))), dtype=np.float64)
    values[0, :30] = 1e6
    found = draw_own_smoothing(series_of(values), 12, 500, rng).values
    highest = np.floor(CAP * (values[:, -24:].max(axis=1) + 1) + 0.5)
    assert (found.max(axis=(1, 2)) <= highest).all()
    assert (found.max(axis=(1, 2)) == highest).any()
