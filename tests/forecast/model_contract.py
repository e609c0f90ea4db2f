"""What every model owes to those who use it; the test of every model calls this."""

import numpy as np

from havre.draws import Draws
from havre.forecast.models import draw_all
from havre.panel.series import MonthlySeries

DRAWS = 60
TAIL = (0.05, 0.5, 0.95)


def check_model(name: str, history: MonthlySeries, horizons: int = 12) -> Draws:
    """Check the draws of one model from one history, and return them.

    They are those of the series with a value in the last month, in order, for every horizon; finite and not negative;
    the same bits for the same seed; for another seed other draws with nearly the same quantiles.
    """
    made = draw_all(history, (name,), horizons, DRAWS, 1)[name]
    active = tuple(key for key, end in zip(history.keys, history.last_published(), strict=True) if end == history.last)
    assert made.keys == active
    assert made.origin == history.last
    assert made.values.shape == (len(active), horizons, DRAWS)
    assert np.isfinite(made.values).all()
    assert (made.values >= 0).all()
    assert (np.diff(made.quantiles(), axis=-1) >= 0).all()
    again, other = (draw_all(history, (name,), horizons, DRAWS, seed)[name] for seed in (1, 2))
    assert made.values.tobytes() == again.values.tobytes()
    assert np.allclose(made.quantiles(TAIL), other.quantiles(TAIL), rtol=0.05, atol=0.5)
    spreads = np.ptp(made.values, axis=2) > 0
    if spreads.any():
        assert made.values.tobytes() != other.values.tobytes()
    return made
