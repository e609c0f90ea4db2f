"""The boosted level learns what all series share, and is honest where there is too little to learn from."""

import numpy as np
import pytest

from havre.forecast.levels import smoothed
from havre.forecast.trees import HELD_OUT, LEAST_EXAMPLES, LEVEL_WEIGHT, _examples, draw_boosted_level, features
from tests.forecast.series_samples import lively, series_of

NAN = float("nan")


def test_features_by_hand() -> None:
    values = np.array([[0.0, 3.0, 7.0], [NAN, 5.0, 5.0]])
    table = features(values, 10)
    logs = np.log1p(values)
    level = smoothed(logs, LEVEL_WEIGHT)
    assert table.shape[:2] == (2, 3)
    assert table[..., 0] == pytest.approx(logs - level, nan_ok=True)
    assert table[:, 1:, 1] == pytest.approx(logs[:, :-1] - level[:, 1:], nan_ok=True)
    assert table[..., -1].tolist() == [[10, 11, 0], [10, 11, 0]]
    everyone = table[..., -3]
    assert everyone[0].tolist() == everyone[1].tolist()
    assert everyone[0] == pytest.approx([0, np.log(4), np.log(8 / 4) / 2])


def test_a_season_that_all_series_share_is_learnt() -> None:
    rng = np.random.default_rng(0)
    wave = np.tile(0.8 * np.sin(2 * np.pi * np.arange(12) / 12), 10)
    level = rng.uniform(4, 6, (8, 1))
    history = series_of(np.exp(level + wave + rng.normal(0, 0.05, (8, 120))))
    medians = draw_boosted_level(history, 6, 51, rng).quantiles((0.5,))[..., 0]
    learnt = np.abs(np.log(medians) - level - wave[:6]).mean()
    stays = np.abs(smoothed(np.log(history.values), LEVEL_WEIGHT)[:, -1:] - level - wave[:6]).mean()
    assert learnt < 0.4 * stays


def test_too_little_to_learn_from_leaves_the_level() -> None:
    values = lively(3, 30)
    assert LEAST_EXAMPLES > 3 * (30 - 13)
    found = draw_boosted_level(series_of(values), 1, 101, np.random.default_rng(1)).quantiles((0.5,))[:, 0, 0]
    assert found == pytest.approx(np.expm1(smoothed(np.log1p(values), LEVEL_WEIGHT)[:, -1]))


def test_the_first_fit_learns_nothing_from_the_months_that_are_held_out() -> None:
    values = lively(5, 60)
    later = values.copy()
    later[:, -HELD_OUT:] = 1e6
    found = []
    for panel in (values, later):
        logs, usable = np.log1p(panel), np.ones(panel.shape, dtype=bool)
        level = smoothed(logs, LEVEL_WEIGHT)
        found.append([_examples(features(panel, 0), logs, level, usable, 6, held_out=held) for held in (True, False)])
    (first, whole), (first_later, whole_later) = found
    for one, other in zip(first, first_later, strict=True):
        assert one.tobytes() == other.tobytes()
    assert len(whole[1]) == len(whole_later[1]) == len(first[1]) + 5 * HELD_OUT * 6
    assert whole[1].tobytes() != whole_later[1].tobytes()


def test_the_spread_is_that_of_months_that_it_did_not_learn_from() -> None:
    """A series of pure noise cannot be learnt: the spread must be that of the noise, not that of a close fit."""
    rng = np.random.default_rng(5)
    history = series_of(np.exp(6 + rng.normal(0, 0.5, (12, 90))))
    found = draw_boosted_level(history, 3, 401, rng)
    low, high = np.moveaxis(np.log(found.quantiles((0.1, 0.9))), -1, 0)
    assert (high - low).mean() == pytest.approx(2 * 1.2816 * 0.5, rel=0.35)
