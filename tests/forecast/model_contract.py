"""What every model owes to those who use it; the test of every model calls this."""

import numpy as np

from havre.draws import Draws
from havre.forecast.models import draw_all
from havre.panel.series import MonthlySeries

HORIZONS = 12
DRAWS = 60
SEEDS = (1, 1, 2)
"""Of the three draws of one history that the contract compares: one, the same again, and another."""
TAIL = (0.05, 0.5, 0.95)


def check_model(name: str, history: MonthlySeries) -> Draws:
    """Check the draws of one model from one history, and return them."""
    made, again, other = (draw_all(history, (name,), HORIZONS, DRAWS, seed)[name] for seed in SEEDS)
    return check_draws(history, made, again, other)


def check_draws(history: MonthlySeries, made: Draws, again: Draws, other: Draws) -> Draws:
    """Check what one model drew from one history for each of the seeds, and return the first.

    They are those of the series with a value in the last month, in order, for every horizon; finite and not negative;
    the same bits for the same seed; for another seed other draws with nearly the same quantiles.
    """
    active = tuple(key for key, end in zip(history.keys, history.last_published(), strict=True) if end == history.last)
    assert made.keys == active
    assert made.origin == history.last
    assert made.values.shape == (len(active), HORIZONS, DRAWS)
    assert np.isfinite(made.values).all()
    assert (made.values >= 0).all()
    assert (np.diff(made.quantiles(), axis=-1) >= 0).all()
    assert made.values.tobytes() == again.values.tobytes()
    assert np.allclose(made.quantiles(TAIL), other.quantiles(TAIL), rtol=0.05, atol=0.5)
    spreads = np.ptp(made.values, axis=2) > 0
    if spreads.any():
        assert made.values.tobytes() != other.values.tobytes()
    return made
