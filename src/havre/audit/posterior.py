"""Exact distributions of what is computed from two independent rates, each with a Beta posterior.

One integral is left, over the second rate. Written over its normal score it is smooth and falls off like a bell, so
that the trapezoid rule gives all digits that double precision has.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Beta = tuple[float, float]
_SCORES = np.linspace(-8.5, 8.5, 545)
_WEIGHTS = np.exp(-(_SCORES**2) / 2)
_WEIGHTS /= _WEIGHTS.sum()


@lru_cache(maxsize=64)
def nodes(beta: Beta) -> Floats:
    """Give the points of a Beta distribution at which the integral is taken, each exact in its own tail."""
    a, b = beta
    low = scipy.special.betaincinv(a, b, scipy.special.ndtr(np.minimum(_SCORES, 0)))
    high = 1 - scipy.special.betaincinv(b, a, scipy.special.ndtr(-np.maximum(_SCORES, 0)))
    found = np.where(_SCORES < 0, low, high)
    found.flags.writeable = False  # it is kept, because each quantile asks for it again
    return found


def ratio_at_least(over: Beta, under: Beta, bound: ArrayLike) -> Floats:
    """Give the probability that a rate is at least ``bound`` times another."""
    a, b = over
    limit = np.minimum(np.asarray(bound, np.float64)[..., None] * nodes(under), 1.0)
    # SciPy computes the complement ten times more slowly, and no digit that matters is lost.
    return 1 - scipy.special.betainc(a, b, limit) @ _WEIGHTS


def sum_at_most(first: Beta, second: Beta, weights: tuple[float, float], bound: ArrayLike) -> Floats:
    """Give the probability that a weighted sum of two rates is at most ``bound``; both weights are above 0."""
    a, b = second
    limit = (np.asarray(bound, np.float64)[..., None] - weights[0] * nodes(first)) / weights[1]
    return scipy.special.betainc(a, b, np.clip(limit, 0.0, 1.0)) @ _WEIGHTS


def quantile(at_most: Callable[[float], float], level: float, low: float, high: float) -> float:
    """Invert a distribution function of a share between two values above 0 and below 1; beyond them, give the nearer.

    The search is over the log odds, where a distribution function is far from flat.
    """
    if at_most(low) >= level:
        return low
    if at_most(high) <= level:
        return high
    ends = float(scipy.special.logit(low)), float(scipy.special.logit(high))

    def above(x: float) -> float:
        return at_most(float(scipy.special.expit(x))) - level

    return float(scipy.special.expit(scipy.optimize.brentq(above, *ends, xtol=1e-13)))
