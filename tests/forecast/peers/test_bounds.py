"""The cap and the least spread by hand."""

import numpy as np
import pytest

from havre.forecast.peers.bounds import LEAST_SPREAD, caps, widened


def test_the_cap_by_hand() -> None:
    values = np.full((4, 30), 10.0)
    values[0, 5] = 1000  # more than two years ago
    values[1, 6] = 100  # just within them
    values[2, :10] = np.nan  # twenty months
    values[3] = 0
    assert np.expm1(caps(np.log1p(values))) == pytest.approx([1.5 * 10 + 5, 1.5 * 100 + 5, 20 * 10 + 5, 5])
    assert caps(np.empty((0, 30))).shape == (0,)


def test_the_least_spread_by_hand() -> None:
    levels = np.array([0.1, 0.5, 0.9])
    found = widened(np.array([[0.0, 0.0, 0.0], [-2.0, 0.0, 0.01]]), levels)
    least = 1.2815515655 * LEAST_SPREAD
    assert found == pytest.approx(np.array([[-least, 0, least], [-2, 0, least]]))
