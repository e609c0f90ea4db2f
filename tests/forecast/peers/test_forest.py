"""The forest and boosting ensemble: it learns a rule of the panel, and says the level where it cannot learn."""

import numpy as np
import pytest

from havre.forecast.peers import forest
from havre.forecast.peers.forest import draw_forest_boosting
from tests.forecast.series_samples import lively, series_of


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the same path through the code with fewer trees, to be done sooner."""
    monkeypatch.setitem(forest.FOREST, "n_estimators", 12)
    monkeypatch.setitem(forest.BOOSTING, "max_iter", 40)


def test_a_rule_of_the_whole_panel_is_learnt() -> None:
    """Every month twice or half of the month before: the level alone is wrong every time."""
    rng = np.random.default_rng(0)
    phase = rng.integers(0, 2, (12, 1))
    values = np.where((np.arange(80) + phase) % 2 == 0, 400, 100) * rng.uniform(0.95, 1.05, (12, 80))
    median = draw_forest_boosting(series_of(values), 2, 101, rng).quantiles((0.5,))[..., 0]
    expected = np.where((np.array([80, 81]) + phase) % 2 == 0, 400, 100)
    assert median == pytest.approx(expected, rel=0.25)


def test_a_panel_too_small_to_learn_from_says_the_mean_of_three_months() -> None:
    values = lively(2, 20)
    median = draw_forest_boosting(series_of(values), 3, 101, np.random.default_rng(1)).quantiles((0.5,))[..., 0]
    assert median == pytest.approx(np.repeat(values[:, -3:].mean(axis=1)[:, None], 3, axis=1))
