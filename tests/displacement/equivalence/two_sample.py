"""Is it the same law? Checks of means, variances, covariances and distributions, and what they can see.

Counts are skewed and rare ones badly so, and the family of checks is large, so that tails of 1e-7 matter: means are
corrected for skewness after Hall (1992, J. R. Statist. Soc. B 54, 221-228), variances for kurtosis, and what happens
too seldom for that is left to the check of the distribution.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt
from scipy import stats

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FAMILY_ERROR = 1e-3
"""Chance that anything in the whole suite is found where engine and reference have the same law."""
ENOUGH = 25.0
"""Least variance of a sum of counts (events, if they are rare) for a check of means."""
MOST_SKEW = 0.1
"""Skewness of a difference of mean products beyond which its tails are not known."""
BIN = 10.0
"""Least expected count of a bin, in the smaller sample."""


@dataclass(frozen=True)
class Check:
    """One comparison, with the probability of so large a difference if there is none."""

    what: str
    probability: float

    def __str__(self) -> str:
        return f"{self.what} (p {self.probability:.1e})"


def found(checks: Iterable[Check], error: float) -> list[Check]:
    """Give the checks that find a difference at a family error (Bonferroni), the clearest first."""
    checks = list(checks)
    return sorted(
        (each for each in checks if each.probability * len(checks) < error), key=lambda each: each.probability
    )


def smallest_difference(error: float, replicas: int, reference: int | None = None, power: float = 0.9) -> float:
    """Give the difference of means, in standard deviations of one replica, that a check finds with a power.

    ``reference`` is the number of runs of the reference; ``None`` where its law is known exactly.
    """
    if reference is None:
        return float((stats.norm.isf(error / 2.0) - stats.norm.isf(power)) / sqrt(replicas))
    limit = stats.t.isf(error / 2.0, reference - 1)
    return float((limit - stats.norm.isf(power)) * sqrt(1.0 / replicas + 1.0 / reference))


# Against an exact law


def mean_against_law(
    what: str, mean: float, replicas: int, cumulants: tuple[float, float, float, float]
) -> list[Check]:
    """Compare a mean over replicas with the law's; where nothing varies it must be equal."""
    expected, variance, third, _ = cumulants
    if variance < 1e-12:
        return [Check(f"{what}: {mean:.6g} for exactly {expected:.6g}", float(abs(mean - expected) < 1e-9))]
    if replicas * variance < ENOUGH:
        return []
    z = (mean - expected) / sqrt(variance / replicas)
    skew = third / variance**1.5 / sqrt(replicas)
    return [
        Check(f"{what}: mean {mean:.4g} for {expected:.4g}", _two_sided(z - _bounded(skew * (z * z - 1.0) / 6.0, z)))
    ]


def variance_against_law(what: str, sample: Counts, cumulants: tuple[float, float, float, float]) -> list[Check]:
    """Compare a variance over replicas with the law's, by the logarithm of the ratio and the law's kurtosis."""
    _, variance, _, fourth = cumulants
    number = len(sample)
    if variance < 1e-12 or number * variance < 4.0 * ENOUGH:
        return []
    observed = float(np.var(sample, ddof=1))
    if observed == 0.0:
        return [Check(f"{what}: variance 0 for {variance:.4g}", 0.0)]
    error = sqrt(fourth / variance**2 / number + 2.0 / (number - 1))
    return [Check(f"{what}: variance {observed:.4g} for {variance:.4g}", _two_sided(log(observed / variance) / error))]


def covariance_against_law(
    what: str, first: Counts, second: Counts, means: tuple[float, float], law: float
) -> list[Check]:
    """Compare a covariance over replicas with the law's."""
    products = (first - means[0]) * (second - means[1])
    return [
        Check(f"{what}: covariance {products.mean():.4g} for {law:.4g}", _two_sided(score))
        for score in _studentised(products - law)
    ]


def distribution_against_law(what: str, sample: Counts, chances: Floats) -> list[Check]:
    """Compare a distribution with the law's by chi-square on pooled bins; ``chances[n]`` is that of a count of n."""
    size = max(len(chances), int(sample.max()) + 1)
    observed = np.bincount(sample, minlength=size).astype(float)
    expected = np.zeros(size)
    expected[: len(chances)] = chances * len(sample)
    bins = _pooled(expected)
    if bins.max() < 1:
        return []
    seen, wanted = np.bincount(bins, observed), np.bincount(bins, expected)
    wanted *= seen.sum() / wanted.sum()
    statistic = float(np.sum((seen - wanted) ** 2 / wanted))
    return [
        Check(f"{what}: distribution, chi-square {statistic:.1f} of {bins.max()}", _chi(statistic, int(bins.max())))
    ]


# Between two samples


def mean_between(what: str, sample: Floats | Counts, reference: Counts, blur: float = 0.0) -> list[Check]:
    """Compare two means (Welch), corrected for skewness; a share of ``blur`` is no difference."""
    first, second = np.asarray(sample, float), np.asarray(reference, float)
    number = len(second)
    spread = second.var(ddof=1)
    if max(spread, first.var(ddof=1)) == 0.0:
        return [Check(f"{what}: {first[0]:.6g} for exactly {second[0]:.6g}", float(first[0] == second[0]))]
    if number * min(spread, first.var(ddof=1)) < ENOUGH:
        return []
    error = sqrt(first.var(ddof=1) / len(first) + spread / number)
    third = _third(first) / len(first) ** 2 - _third(second) / number**2
    t = _beyond(first.mean() - second.mean(), blur * second.mean()) / error
    score = t + _bounded(third / error**3 * (2.0 * t * t + 1.0) / 6.0, t)
    return [Check(f"{what}: mean {first.mean():.4g} for {second.mean():.4g}", _two_sided(score, number - 1))]


def mean_with_spread_of_reference(
    what: str, mean: float, replicas: int, reference: Counts, blur: float = 0.0
) -> list[Check]:
    """Compare a mean of which the spread is not known with a sample, as if both spread alike."""
    number, spread = len(reference), float(reference.var(ddof=1))
    if spread == 0.0 or number * spread < ENOUGH:
        return []
    error = sqrt(spread / replicas + spread / number)
    t = _beyond(mean - float(reference.mean()), blur * float(reference.mean())) / error
    third = _third(reference.astype(float)) * (1.0 / replicas**2 - 1.0 / number**2)
    score = t + _bounded(third / error**3 * (2.0 * t * t + 1.0) / 6.0, t)
    return [Check(f"{what}: mean {mean:.4g} for {reference.mean():.4g}", _two_sided(score, number - 1))]


def variance_between(what: str, sample: Counts, reference: Counts, blur: float = 0.0) -> list[Check]:
    """Compare two variances by the logarithm of their ratio, its error corrected for kurtosis."""
    first, second = float(sample.var(ddof=1)), float(reference.var(ddof=1))
    if len(reference) * min(first, second) < 4.0 * ENOUGH:
        return []
    error = sqrt(sum(max(_kurtosis(each) - 1.0, 0.5) / len(each) for each in (sample, reference)))
    score = _beyond(log(first / second), blur) / error
    return [Check(f"{what}: variance {first:.4g} for {second:.4g}", _two_sided(score, len(reference) - 1))]


def covariance_between(what: str, sample: tuple[Counts, ...], reference: tuple[Counts, ...]) -> list[Check]:
    """Compare two covariances, unless the samples are too small for such skewed products."""
    first, second = (_centred(pair[0]) * _centred(pair[1]) for pair in (sample, reference))
    if len(second) * second.var() < ENOUGH:
        return []
    error = sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second))
    third = _third(first) / len(first) ** 2 - _third(second) / len(second) ** 2
    if abs(third) / error**3 > MOST_SKEW:
        return []
    t = float(first.mean() - second.mean()) / error
    score = t + _bounded(third / error**3 * (2.0 * t * t + 1.0) / 6.0, t)
    return [Check(f"{what}: covariance {first.mean():.4g} for {second.mean():.4g}", _two_sided(score, len(second) - 1))]


def distribution_between(what: str, sample: Counts, reference: Counts) -> list[Check]:
    """Compare two distributions by chi-square on pooled bins."""
    size = int(max(sample.max(), reference.max())) + 1
    first, second = (np.bincount(each, minlength=size).astype(float) for each in (sample, reference))
    bins = _pooled((first + second) * len(reference) / (len(sample) + len(reference)))
    if bins.max() < 1:
        return []
    table = np.array([np.bincount(bins, first), np.bincount(bins, second)])
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    statistic = float(np.sum((table - expected) ** 2 / expected))
    return [
        Check(f"{what}: distribution, chi-square {statistic:.1f} of {bins.max()}", _chi(statistic, int(bins.max())))
    ]


# Parts


def _beyond(difference: float, blur: float) -> float:
    """Give what of a difference lies beyond that which is allowed."""
    return float(np.sign(difference) * max(0.0, abs(difference) - blur))


def _two_sided(score: float, freedom: int | None = None) -> float:
    tail = stats.norm.sf(abs(score)) if freedom is None else stats.t.sf(abs(score), freedom)
    return float(min(1.0, 2.0 * tail))


def _chi(statistic: float, freedom: int) -> float:
    return float(stats.chi2.sf(statistic, freedom))


def _bounded(correction: float, score: float) -> float:
    """Keep a correction from turning a difference round: it is an expansion for small skewness."""
    return float(np.clip(correction, -abs(score) / 2.0, abs(score) / 2.0))


def _studentised(values: Floats) -> list[float]:
    """Give the skewness-corrected score of a mean that should be 0, or nothing where there is too little to see."""
    number, spread = len(values), float(values.std(ddof=1))
    if number * spread**2 < ENOUGH:
        return []
    t = float(values.mean()) / spread * sqrt(number)
    skew = _third(values) / spread**3 / sqrt(number)
    return [t + _bounded(skew * (2.0 * t * t + 1.0) / 6.0, t)]


def _centred(values: Counts) -> Floats:
    return np.asarray(values - values.mean(), np.float64)


def _third(values: Floats) -> float:
    return float(np.mean((values - values.mean()) ** 3))


def _kurtosis(values: Counts) -> float:
    centred = _centred(values)
    return float(np.mean(centred**4) / np.mean(centred**2) ** 2)


def _pooled(expected: Floats) -> npt.NDArray[np.int64]:
    """Give each count a bin, so that every bin has enough expected counts."""
    bins = np.zeros(len(expected), np.int64)
    at, full = 0, 0.0
    for count, weight in enumerate(expected):
        bins[count] = at
        full += weight
        if full >= BIN:
            at, full = at + 1, 0.0
    if full < BIN and at > 0:
        bins[bins == at] = at - 1
    return bins
