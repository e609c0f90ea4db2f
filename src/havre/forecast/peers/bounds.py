"""Bounds of the peers' forecasts on log1p: one that runs away is stopped, and nobody is certain.

Models on log1p add errors that multiply on the natural scale; after some months the upper quantiles of an uncapped one
pass anything that was ever seen. Cap and least spread are declared rules, not fits.
"""

import numpy as np

from havre.draws import Floats

MONTHS = 24
FACTOR = 1.5
ALLOWANCE = 5.0
"""No draw is above :data:`FACTOR` times the largest value of the last :data:`MONTHS` months and this many persons."""
NEW_FACTOR = 20.0
"""The factor for a series with fewer months, whose largest value says little yet."""
LEAST_SPREAD = 0.05
"""Standard deviation on log1p below which no pooled spread falls, also where every past error was zero."""


def caps(logs: Floats) -> Floats:
    """Give the cap on log1p of each series.

    Parameters
    ----------
    logs : log1p of the counts (series, month), each with a value in the last month; NaN before a series starts
    """
    recent = np.expm1(logs[:, -MONTHS:])
    known = ~np.isnan(recent)
    largest = np.where(known, recent, 0.0).max(axis=1, initial=0.0)
    factor = np.where(known.sum(axis=1) < MONTHS, NEW_FACTOR, FACTOR)
    return np.asarray(np.log1p(factor * largest + ALLOWANCE))


def widened(spread: Floats, levels: Floats) -> Floats:
    """Widen quantiles of errors around zero (…, level) to those of a normal distribution of :data:`LEAST_SPREAD`."""
    from scipy.special import ndtri

    least = LEAST_SPREAD * ndtri(levels)
    return np.where(np.abs(spread) < np.abs(least), least, spread)
