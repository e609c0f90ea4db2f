"""Whether two groups are treated alike: a test that is never too eager, its power, and control over many tests.

References
----------
Fisher RA (1935), The logic of inductive inference, JRSS 98(1):39–82. doi:10.2307/2342435
Yates F (1934), Supplement to the JRSS 1(2):217–235. doi:10.2307/2983604
Casagrande JT, Pike MC, Smith PG (1978), Biometrics 34(3):483–486. doi:10.2307/2530613
Newcombe RG (1998), Interval estimation for the difference between independent proportions, Statistics in Medicine
17(8):873–890, method 10.
Holm S (1979), Scandinavian Journal of Statistics 6(2):65–70.
Benjamini Y, Hochberg Y (1995), JRSS B 57(1):289–300. doi:10.1111/j.2517-6161.1995.tb02031.x
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from havre.audit.intervals import LEVEL, Interval, wilson

Floats = NDArray[np.float64]
FEW = 100
"""Expected count below which the exact test is used instead of the corrected normal one."""


def p_value(x: int, n: int, y: int, m: int, margin: float = 0.0) -> float:
    """Test whether two shares ``x / n`` and ``y / m`` differ, or differ by more than a margin.

    Fisher's exact test where an expected count is small, else the normal test with Yates' correction: both raise false
    alarms no more often than their level. With a margin, the hypothesis is that the shares differ by no more than it.
    """
    pooled = (x + y) / (n + m)
    if pooled in (0, 1):
        return 1.0
    expected = min(n, m) * min(pooled, 1 - pooled)
    if expected < FEW:
        plain = _fisher(x, n, y, m)
    else:
        plain = _normal(abs(x / n - y / m) - _correction(n, m), pooled * (1 - pooled) * (1 / n + 1 / m))
    if margin <= 0:
        return plain
    apart = abs(x / n - y / m) - margin - _correction(n, m)
    own = sum((k + 0.5) / (size + 1) * (1 - (k + 0.5) / (size + 1)) / size for k, size in ((x, n), (y, m)))
    return max(plain, _normal(apart, own))


def difference_interval(x: int, n: int, y: int, m: int, level: float = LEVEL) -> Interval:
    """Give Newcombe's interval of the difference of two shares, made of their Wilson intervals."""
    (low1, high1), (low2, high2) = ((float(b) for b in wilson(k, size, level)) for k, size in ((x, n), (y, m)))
    p, q = x / n, y / m
    low = p - q - math.hypot(p - low1, high2 - q)
    return Interval(max(low, -1.0), min(p - q + math.hypot(high1 - p, q - low2), 1.0), level)


def power(n: int, m: int, p: float, q: float, alpha: float) -> float:
    """Give the chance that :func:`p_value` of samples of these sizes falls to ``alpha`` if the true shares are p and q.

    Casagrande, Pike and Smith's formula for Fisher's exact test, for unequal samples.
    """
    gap = abs(p - q) - _correction(n, m)
    if gap <= 0:
        return 0.0
    pooled = (n * p + m * q) / (n + m)
    null = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    own = math.sqrt(p * (1 - p) / n + q * (1 - q) / m)
    if own == 0:
        return 1.0
    return float(special.ndtr((gap + special.ndtri(alpha / 2) * null) / own))


def detectable(n: int, m: int, base: float, alpha: float, wanted: float = 0.8) -> float | None:
    """Give the smallest difference, up from ``base``, that is found with the wanted power; ``None`` if none is."""
    room = 1 - base
    if room <= 0 or power(n, m, min(base + room, 1 - 1e-12), base, alpha) < wanted:
        return None
    return float(optimize.brentq(lambda d: power(n, m, base + d, base, alpha) - wanted, 0.0, room * (1 - 1e-9)))


def holm(p_values: Sequence[float]) -> Floats:
    """Adjust p-values so that *any* false alarm is as rare as the level says (Holm)."""
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p, kind="stable")
    factors = len(p) - np.arange(len(p))
    adjusted = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return _back(adjusted, order)


def benjamini_hochberg(p_values: Sequence[float]) -> Floats:
    """Adjust p-values so that false ones are this *share* of what is found (Benjamini–Hochberg)."""
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    return _back(np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0), order)


def _back(adjusted: Floats, order: NDArray[np.intp]) -> Floats:
    found = np.empty_like(adjusted)
    found[order] = adjusted
    return found


def _fisher(x: int, n: int, y: int, m: int) -> float:
    """Give the two-sided p-value of Fisher's test: all tables as rare as this one, or rarer.

    The same as ``scipy.stats.fisher_exact``, which takes thirty times as long and would rule the time of an audit.
    """
    marked = x + y
    k = np.arange(max(0, marked - m), min(n, marked) + 1)
    terms = special.gammaln(np.array([k + 1, n - k + 1, marked - k + 1, m - marked + k + 1], np.float64)).sum(axis=0)
    chances = np.exp(terms.min() - terms)
    here = chances[x - k[0]]
    return float(min(chances[chances <= here * (1 + 1e-7)].sum() / chances.sum(), 1.0))


def _correction(n: int, m: int) -> float:
    return (1 / n + 1 / m) / 2


def _normal(gap: float, variance: float) -> float:
    return 1.0 if gap <= 0 or variance <= 0 else float(2 * special.ndtr(-gap / math.sqrt(variance)))
