"""The tail of the scores: how a false-match rate is carried to thresholds that no test has reached.

Above a high threshold, scores are close to a generalised Pareto distribution. Fitted to the tested part, it gives rates
beyond; how far it can be trusted, the data cannot say. The interval here holds the chance of the sample (people are
drawn again, each with all their hits) and the choice of the threshold of the fit (three of them, joined).

References
----------
Pickands J (1975), Annals of Statistics 3(1):119–131. doi:10.1214/aos/1176343003
Hosking JRM, Wallis JR (1987), Technometrics 29(3):339–349. doi:10.1080/00401706.1987.10488243
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from havre.audit.gallery import fpir
from havre.audit.intervals import LEVEL, Interval
from havre.audit.search import Hits
from havre.errors import AuditError

Floats = NDArray[np.float64]
LEAST_HITS = 50
"""Hits below which no tail is fitted."""
KEPT = (1.0, 0.5, 0.25)
"""Shares of the highest hits to which the tail is fitted in turn."""
TESTED_HITS = 3.0
"""A rate below this many expected hits in all comparisons was not tested: none would be seen one time in twenty."""


@dataclass(frozen=True)
class Tail:
    """A generalised Pareto tail: above ``above``, which a comparison exceeds with chance ``rate``."""

    above: float
    rate: float
    shape: float
    scale: float

    def rate_at(self, threshold: ArrayLike) -> Floats:
        """Give the chance that a comparison reaches a threshold from ``above`` on; 0 beyond the end of the tail."""
        excess = (np.asarray(threshold, np.float64) - self.above) / self.scale
        if abs(self.shape) < 1e-9:
            return np.asarray(self.rate * np.exp(-excess))
        inside = np.maximum(1 + self.shape * excess, 0.0)
        with np.errstate(divide="ignore"):
            return np.asarray(self.rate * inside ** (-1 / self.shape))


@dataclass(frozen=True)
class Extrapolated:
    """A rate carried beyond its test: the value, its interval, and whether a test reached it at all."""

    fmr: float
    fmr_interval: Interval
    fpir: float
    fpir_interval: Interval
    variation: float
    is_tested: bool


def fit_tail(scores: ArrayLike, above: float, comparisons: float) -> Tail:
    """Fit the tail by probability-weighted moments.

    Parameters
    ----------
    scores : all scores above ``above``
    comparisons : among how many comparisons they were found

    Raises
    ------
    AuditError : too few scores
    """
    excess = np.sort(np.asarray(scores, np.float64)) - above
    n = len(excess)
    if n < LEAST_HITS:
        raise AuditError("audit.few_hits", count=n, least=LEAST_HITS)
    mean = excess.mean()
    weighted = float(((n - np.arange(1, n + 1)) / (n - 1) * excess).mean())
    shape = 2 - mean / (mean - 2 * weighted)
    return Tail(above, n / comparisons, float(shape), float(2 * mean * weighted / (mean - 2 * weighted)))


def variation_of(hits_per_probe: ArrayLike) -> float:
    """Estimate how much people's own rates vary: what counts scatter beyond chance, as a coefficient of variation."""
    counts = np.asarray(hits_per_probe, np.float64)
    mean = counts.mean()
    return float(np.sqrt(max(counts.var(ddof=1) - mean, 0.0)) / mean) if mean > 0 else 0.0


def extrapolate(
    hits: Hits, threshold: float, gallery: float, seed: int, draws: int = 200, level: float = LEVEL
) -> Extrapolated:
    """Carry what a search of a small gallery found to a stricter threshold and a larger gallery.

    The upper bound of the FPIR takes people as alike as can be (variation 0), which no look-alikes exceed.

    Raises
    ------
    AuditError : too few hits, or a threshold below that of the hits
    """
    if threshold < hits.above:
        raise AuditError("audit.below_tail", threshold=f"{threshold:g}", above=f"{hits.above:g}")
    random = np.random.default_rng(seed)
    rates, chances = [], []
    best = _fitted(hits, np.ones(hits.probes, dtype=np.int64), threshold, gallery, KEPT[0])
    for kept in KEPT:
        for _ in range(draws):
            again = np.bincount(random.integers(0, hits.probes, hits.probes), minlength=hits.probes)
            rate, variation = _fitted(hits, again, threshold, gallery, kept)
            rates.append(rate)
            chances.append((float(fpir(rate, gallery, variation)), float(fpir(rate, gallery))))
    by_fit = np.array(rates).reshape(len(KEPT), draws)
    found = np.array(chances).reshape(len(KEPT), draws, 2)
    expected = best[0] * hits.probes * hits.gallery
    return Extrapolated(
        best[0], _hull(by_fit, by_fit, level), float(fpir(best[0], gallery, best[1])),
        _hull(found[..., 0], found[..., 1], level), best[1], expected >= TESTED_HITS and gallery <= hits.gallery,
    )  # fmt: skip


def _fitted(hits: Hits, times: NDArray[np.int64], threshold: float, gallery: float, kept: float) -> tuple[float, float]:
    """Fit tail and variation where each probe counts so many times; give the rate at the threshold, and variation."""
    weights = times[hits.probe]
    scores = np.repeat(hits.score, weights)
    above = hits.above if kept == 1 else float(np.quantile(scores, 1 - kept))
    tail = fit_tail(scores[scores > above], above, hits.probes * hits.gallery)
    own = np.repeat(hits.hits_per_probe(above), times)
    return float(tail.rate_at(threshold)), variation_of(own)


def _hull(lower: Floats, upper: Floats, level: float) -> Interval:
    """Join the intervals of the fits, one a row."""
    low = np.quantile(lower, (1 - level) / 2, axis=1).min()
    return Interval(float(low), float(np.quantile(upper, (1 + level) / 2, axis=1).max()), level)
