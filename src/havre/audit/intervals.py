"""Intervals for a proportion that was counted: so many of so many.

Clopper–Pearson never covers less often than it says, and usually more; Wilson and Jeffreys cover as often as they say
on average over the true proportion, and dip below it at some. :func:`coverage` computes how often, exactly.

References
----------
Clopper CJ, Pearson ES (1934), Biometrika 26(4):404–413. doi:10.1093/biomet/26.4.404
Wilson EB (1927), JASA 22(158):209–212. doi:10.1080/01621459.1927.10502953
Brown LD, Cai TT, DasGupta A (2001), Statistical Science 16(2):101–133. doi:10.1214/ss/1009213286
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from havre.errors import AuditError

Floats = NDArray[np.float64]
Bounds = tuple[Floats, Floats]
Method = Literal["clopper-pearson", "wilson", "jeffreys"]
METHODS: tuple[Method, ...] = get_args(Method)
LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """Where a quantity lies: from ``low`` to ``high`` with probability or confidence ``level``."""

    low: float
    high: float
    level: float = LEVEL

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def clopper_pearson(successes: ArrayLike, trials: ArrayLike, level: float = LEVEL) -> Bounds:
    """Give the exact interval of a proportion: the proportions that a one-sided test on either side would not refuse.

    Counts need not be whole: a share published with its sample size gives ``share × trials``.
    """
    x, n, tail = _counts(successes, trials, level)
    low = np.where(x > 0, scipy.special.betaincinv(np.maximum(x, 1e-300), n - x + 1, tail), 0.0)
    high = np.where(x < n, scipy.special.betaincinv(x + 1, np.maximum(n - x, 1e-300), 1 - tail), 1.0)
    return low, high


def wilson(successes: ArrayLike, trials: ArrayLike, level: float = LEVEL) -> Bounds:
    """Give the score interval of a proportion: the proportions within z standard errors *of their own*."""
    x, n, tail = _counts(successes, trials, level)
    z = -scipy.special.ndtri(tail)
    middle = (x + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(x * (n - x) / n + z**2 / 4)
    return np.where(x > 0, np.maximum(middle - half, 0), 0.0), np.where(x < n, np.minimum(middle + half, 1), 1.0)


def jeffreys(successes: ArrayLike, trials: ArrayLike, level: float = LEVEL) -> Bounds:
    """Give the equal-tailed interval of the posterior Beta(x + ½, n − x + ½), closed at 0 and 1 where x is 0 or n."""
    x, n, tail = _counts(successes, trials, level)
    low = np.where(x > 0, scipy.special.betaincinv(x + 0.5, n - x + 0.5, tail), 0.0)
    return low, np.where(x < n, scipy.special.betaincinv(x + 0.5, n - x + 0.5, 1 - tail), 1.0)


_BY_NAME: dict[str, Callable[[ArrayLike, ArrayLike, float], Bounds]] = {
    "clopper-pearson": clopper_pearson,
    "wilson": wilson,
    "jeffreys": jeffreys,
}


def proportion_bounds(
    successes: ArrayLike, trials: ArrayLike, method: str = "clopper-pearson", level: float = LEVEL
) -> Bounds:
    """Give the bounds of many proportions by a method of :data:`METHODS`.

    Raises
    ------
    AuditError : an unknown method, a level outside 0 to 1, a sample of zero, or counts that do not add up
    """
    if method not in _BY_NAME:
        raise AuditError("audit.method", method=method, near=", ".join(METHODS))
    return _BY_NAME[method](successes, trials, level)


def interval(successes: float, trials: float, method: str = "clopper-pearson", level: float = LEVEL) -> Interval:
    """Give the interval of one proportion; errors as :func:`proportion_bounds`.

    Examples
    --------
    >>> found = interval(23, 30, "wilson")
    >>> round(100 * found.low, 1), round(100 * found.high, 1)
    (59.1, 88.2)
    """
    low, high = proportion_bounds(successes, trials, method, level)
    return Interval(float(low), float(high), level)


def coverage(trials: int, proportion: ArrayLike, method: str = "clopper-pearson", level: float = LEVEL) -> Floats:
    """Compute exactly how often an interval holds the true proportion, by summing over every possible count.

    Parameters
    ----------
    trials : size of the sample
    proportion : true proportions
    """
    true = np.asarray(proportion, dtype=np.float64)
    counts = np.arange(trials + 1)
    low, high = proportion_bounds(counts, trials, method, level)
    held = (low <= true[..., None]) & (true[..., None] <= high)
    chances = np.asarray(scipy.stats.binom.pmf(counts, trials, true[..., None]))
    return np.asarray(np.where(held, chances, 0.0).sum(axis=-1))


def _counts(successes: ArrayLike, trials: ArrayLike, level: float) -> tuple[Floats, Floats, float]:
    x, n = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(trials, np.float64))
    if not 0 < level < 1:
        raise AuditError("audit.level", level=f"{level:g}")
    if not (np.isfinite(n).all() and (n > 0).all()):
        raise AuditError("audit.no_trials")
    wrong = ~(np.isfinite(x) & (x >= 0) & (x <= n))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise AuditError("audit.counts", successes=f"{x.flat[at]:g}", trials=f"{n.flat[at]:g}")
    return x, n, (1 - level) / 2
