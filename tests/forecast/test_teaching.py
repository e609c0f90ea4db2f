"""Which series teach: enough persons in enough months, whether or not they have ended."""

import numpy as np

from havre.forecast.teaching import teaching_series
from tests.forecast.series_samples import series_of

NAN = float("nan")


def test_which_series_teach() -> None:
    enough = np.full(30, 10.0)
    rare = np.where(np.arange(30) < 10, 500.0, 0.0)
    few = np.full(30, 1.0)
    ended = np.where(np.arange(30) < 26, 50.0, NAN)
    kept = teaching_series(series_of(np.stack([enough, rare, few, ended, np.zeros(30)])))
    assert [key.origin for key in kept.keys] == ["S00", "S03"]
