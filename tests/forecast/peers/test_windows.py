"""The elastic net on moving windows: it finds a neighbour that leads, follows a change of regime, and can pass."""

import numpy as np
import pytest

from havre.draws import SeriesKey
from havre.forecast.peers.windows import draw_elastic_net_windows
from havre.panel.series import MonthlySeries
from tests.forecast.series_samples import FIRST, lively, series_of


def test_a_neighbour_that_leads_is_found() -> None:
    """The second corridor of an origin follows the first, one month later; its own past says little."""
    rng = np.random.default_rng(0)
    leader = np.exp(6 + 0.8 * rng.standard_normal(150))
    follower = np.r_[400, leader[:-1]] * np.exp(0.02 * rng.standard_normal(150))
    keys = (SeriesKey("m", "AFG", "X"), SeriesKey("m", "AFG", "Y"))
    history = MonthlySeries(keys, FIRST, np.stack([leader, follower]))
    median = draw_elastic_net_windows(history, 1, 101, rng).quantiles((0.5,))[1, 0, 0]
    level = follower[-3:].mean()
    assert abs(np.log(median / leader[-1])) < 0.5 * abs(np.log(level / leader[-1]))


def test_too_short_a_history_keeps_the_mean_of_three_months() -> None:
    values = lively(2, 60)
    median = draw_elastic_net_windows(series_of(values), 3, 101, np.random.default_rng(1)).quantiles((0.5,))[..., 0]
    assert median == pytest.approx(np.repeat(values[:, -3:].mean(axis=1)[:, None], 3, axis=1))
