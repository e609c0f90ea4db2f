"""What a surge is: a month with at least half as many again as the last three known months, and 100 persons or more."""

from datetime import date

import numpy as np

from havre.draws import Floats
from havre.evaluate.chances import chance_at_least
from havre.months import add_months
from havre.panel.series import MonthlySeries

GROWTH = 1.5
"""Times the mean of the last three months up to the origin."""
LEAST_PERSONS = 100.0
MONTHS_BEFORE = 3


def surge_threshold(series: MonthlySeries, origin: date) -> Floats:
    """Give the count from which a later month is a surge, one per series [persons].

    ``max(100, 1.5 × mean of the last three months up to the origin)``; NaN where none of the three is known.
    """
    months = series.at(add_months(origin, -back) for back in range(MONTHS_BEFORE))
    known = (~np.isnan(months)).sum(axis=1)
    mean = np.divide(np.nansum(months, axis=1), known, out=np.full(known.shape, np.nan), where=known > 0)
    return np.asarray(np.maximum(LEAST_PERSONS, GROWTH * mean))


def surge_came(truth: Floats, threshold: Floats) -> Floats:
    """Tell whether a surge came, as an array (series, horizon): 1, 0, or NaN where it is not known.

    Parameters
    ----------
    truth : array (series, horizon) [persons]
    threshold : array (series,) from :func:`surge_threshold`
    """
    unknown = np.isnan(truth) | np.isnan(threshold)[:, None]
    return np.where(unknown, np.nan, truth >= threshold[:, None])


def surge_chance(values: Floats, threshold: Floats) -> Floats:
    """Give the chance of a surge that a forecast tells, as an array (series, horizon).

    Parameters
    ----------
    values : array (series, horizon, level) [persons]
    threshold : array (series,) from :func:`surge_threshold`
    """
    return chance_at_least(values, np.broadcast_to(threshold[:, None], values.shape[:2]))
