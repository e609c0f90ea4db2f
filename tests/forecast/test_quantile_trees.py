"""The boosted quantiles learn what all series share, tell honest quantiles, and know when there is too little."""

import numpy as np
import pytest

from havre.forecast import quantile_trees
from havre.forecast.features import LEVEL_WEIGHT, Features
from havre.forecast.levels import smoothed
from havre.forecast.quantile_trees import (
    LEAST_EXAMPLES,
    LEAST_HISTORY,
    LEVELS,
    along_normal,
    draw_boosted_quantiles,
    examples,
    within_reach,
)
from tests.forecast.series_samples import lively, series_of


def test_a_season_that_all_series_share_is_learnt() -> None:
    rng = np.random.default_rng(0)
    wave = np.tile(0.8 * np.sin(2 * np.pi * np.arange(12) / 12), 10)
    level = rng.uniform(4, 6, (8, 1))
    history = series_of(np.exp(level + wave + rng.normal(0, 0.05, (8, 120))))
    medians = draw_boosted_quantiles(history, 6, 51, rng).quantiles((0.5,))[..., 0]
    learnt = np.abs(np.log(medians) - level - wave[:6]).mean()
    stays = np.abs(smoothed(np.log(history.values), LEVEL_WEIGHT)[:, -1:] - level - wave[:6]).mean()
    assert learnt < 0.4 * stays


def test_the_spread_of_noise_is_that_of_the_noise() -> None:
    rng = np.random.default_rng(5)
    history = series_of(np.exp(6 + rng.normal(0, 0.5, (12, 90))))
    found = draw_boosted_quantiles(history, 3, 401, rng)
    low, high = np.moveaxis(np.log(found.quantiles((0.1, 0.9))), -1, 0)
    assert (high - low).mean() == pytest.approx(2 * 1.2816 * 0.5, rel=0.3)


def test_too_little_to_learn_from_leaves_the_level() -> None:
    values = lively(3, 24)
    assert LEAST_EXAMPLES > 3 * 12 * (24 - LEAST_HISTORY)
    found = draw_boosted_quantiles(series_of(values), 1, 101, np.random.default_rng(1)).quantiles((0.5,))[:, 0, 0]
    assert found == pytest.approx(np.expm1(smoothed(np.log1p(values), LEVEL_WEIGHT)[:, -1]))


def test_examples_are_what_came_after_months_with_enough_history() -> None:
    values = lively(2, 20)
    values[1, :4] = np.nan
    features = Features.of(series_of(values))
    learnt = examples(features)
    taught = [range(LEAST_HISTORY - 1, 19), range(LEAST_HISTORY + 3, 19), range(LEAST_HISTORY - 1, 18)]
    taught.append(range(LEAST_HISTORY + 3, 18))
    wanted = [
        features.logs[row, month + step] - features.level[row, month]
        for (row, step), months in zip([(0, 1), (1, 1), (0, 2), (1, 2)], taught, strict=True)
        for month in months
    ]
    assert learnt.targets[: len(wanted)].tolist() == pytest.approx(wanted)
    # The last month that can teach is the 19th of 20; each horizon further has one less of either series.
    assert learnt.inputs.shape == (sum(range(8)) + sum(range(4)), len(features.names))
    assert learnt.inputs[:, features.names.index("horizon")].max() == 7


def test_more_examples_than_fit_are_thinned_by_the_same_lot(monkeypatch: pytest.MonkeyPatch) -> None:
    features = Features.of(series_of(lively(8, 80)))
    whole = examples(features)
    monkeypatch.setattr(quantile_trees, "MOST_EXAMPLES", 500)
    first, again = examples(features), examples(features)
    assert 350 < len(first.targets) < 650 < len(whole.targets)
    assert first.inputs.tobytes() == again.inputs.tobytes()
    assert set(first.targets.tolist()) <= set(whole.targets.tolist())


def test_between_the_known_levels_the_curve_is_straight_on_the_normal_scale() -> None:
    from scipy.special import ndtri

    curve = 3 + 2 * ndtri(np.asarray(LEVELS))[None]
    levels = np.linspace(0.001, 0.999, 97)
    assert along_normal(curve, levels)[0] == pytest.approx(3 + 2 * ndtri(levels))


def test_a_longer_horizon_is_that_of_the_same_month() -> None:
    assert [within_reach(h) for h in (1, 12, 13, 24, 25)] == [1, 12, 1, 12, 1]
