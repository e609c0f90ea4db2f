"""Small series and panels, drawn with a seed, for the tests of the models."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from havre.draws import Floats, SeriesKey
from havre.panel.series import MonthlySeries

FIRST = date(2015, 1, 1)


def series_of(values: Sequence[Sequence[float]] | Floats, first: date = FIRST) -> MonthlySeries:
    """Make series with invented keys from an array (series, month)."""
    rows = np.asarray(values, dtype=np.float64)
    keys = tuple(SeriesKey("asylum_applications", f"S{row:02}", "DEU") for row in range(len(rows)))
    return MonthlySeries(keys, first, rows)


def lively(series: int, months: int, seed: int = 0) -> Floats:
    """Draw counts of several sizes that wander and have a season; no two months are alike for long."""
    rng = np.random.default_rng(seed)
    size = np.geomspace(20, 2000, series)[:, None]
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(months) / 12)
    walk = np.exp(np.cumsum(rng.normal(0, 0.1, (series, months)), axis=1))
    return rng.poisson(size * season * walk).astype(np.float64)
