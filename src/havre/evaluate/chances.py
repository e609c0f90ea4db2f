"""Chances read from the quantiles of a forecast, by one rule for every model, whoever made it.

Between two quantiles the chance grows linearly, as between sorted draws. Below the lowest quantile it grows linearly
from zero persons. Above the highest it falls like a power of 1 + count, through the two highest quantiles: counts of
people on the move have heavy tails, and without a rule all chances below one per cent would be the same.

References
----------
.. [1] Czado C, Gneiting T, Held L (2009). Predictive model assessment for count data.
   Biometrics 65(4): 1254–1261. doi:10.1111/j.1541-0420.2009.01191.x
"""

import numpy as np

from havre.draws import QUANTILE_LEVELS, Floats

LEVELS = np.array(QUANTILE_LEVELS)
_TAIL = QUANTILE_LEVELS.index(0.95)
"""The tail above the last level is drawn through this one and the last."""


def chance_at_least(values: Floats, threshold: Floats) -> Floats:
    """Give the chance that the value reaches a threshold.

    Parameters
    ----------
    values : array (…, level of :data:`havre.draws.QUANTILE_LEVELS`) [persons]; NaN where nothing was forecast
    threshold : array (…) [persons]; NaN where there is none

    Returns
    -------
    Array (…) from 0 to 1, NaN where either is not known.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.array(QUANTILE_LEVELS) * 100
    >>> float(chance_at_least(values, np.array(75.0)).round(6))
    0.25
    """
    return np.asarray(1.0 - probability_integral(values, threshold)[0])


def probability_integral(values: Floats, observed: Floats) -> tuple[Floats, Floats]:
    """Give the chance of less than a value, and of at most that value.

    They differ where several quantiles are that very value, as zeros are: the forecast then gives it a chance of its
    own. The probability integral transform spreads such an observation evenly between the two, reference [1]_.

    Parameters
    ----------
    values : array (…, level) [persons]
    observed : array (…) [persons]
    """
    below = (values < observed[..., None]).sum(axis=-1)
    upto = (values <= observed[..., None]).sum(axis=-1)
    between = _between(values, observed, below)
    # Levels that share one value: all the chance between the lowest and the highest of them is its own.
    shared, top = upto - below > 1, LEVELS.size - 1
    upper = np.where(upto > top, 1.0 - _tail(values, observed), LEVELS[np.maximum(upto - 1, 0)])
    low = np.where(shared, LEVELS[np.minimum(below, top)], between)
    high = np.where(shared, upper, between)
    low = np.where(observed <= 0, 0.0, low)
    unknown = np.isnan(values[..., 0]) | np.isnan(observed)
    return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def _between(values: Floats, observed: Floats, below: Floats) -> Floats:
    """Interpolate the chance of at most a value that lies ``below`` quantiles up."""
    right = np.minimum(below, LEVELS.size - 1)[..., None]
    left = np.maximum(right - 1, 0)
    low, high = (np.take_along_axis(values, place, axis=-1)[..., 0] for place in (left, right))
    bottom = below == 0
    low, from_level = np.where(bottom, 0.0, low), np.where(bottom, 0.0, LEVELS[left[..., 0]])
    width = high - low
    with np.errstate(over="ignore"):
        share = np.divide(observed - low, width, out=np.ones_like(width), where=width > 0)
    inside = from_level + np.clip(share, 0.0, 1.0) * (LEVELS[right[..., 0]] - from_level)
    return np.where(below == LEVELS.size, 1.0 - _tail(values, observed), inside)


def _tail(values: Floats, observed: Floats) -> Floats:
    """Give the chance of more than a value that lies above the highest quantile."""
    start, end = np.log1p(values[..., _TAIL]), np.log1p(values[..., -1])
    width = end - start
    # Two equal quantiles say that nothing more can come.
    with np.errstate(over="ignore"):
        beyond = np.divide(np.log1p(observed) - end, width, out=np.full_like(width, np.inf), where=width > 0)
    left = 1.0 - LEVELS[-1]
    return np.asarray(left * ((1.0 - LEVELS[_TAIL]) / left) ** -np.maximum(beyond, 0.0))
