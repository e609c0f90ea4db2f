"""Whether as much came true in a group as its scores, read as probabilities, promised; valid for small groups too.

How many come true if the scores are right is a sum of independent zeros and ones with known chances. Of each bin of the
score only the mean is kept, so that the sum is taken as binomial within bins. Binomial sums of the same mean spread no
less (Hoeffding; Gleser), and the test raises false alarms no more often than its level, however few the decisions.

References
----------
Hoeffding W (1956), On the distribution of the number of successes in independent trials, Annals of Mathematical
Statistics 27(3):713–721. doi:10.1214/aoms/1177728178
Gleser LJ (1975), On the distribution of the number of successes in independent trials, Annals of Probability
3(1):182–188. doi:10.1214/aop/1176996461
"""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special, stats

from havre.audit.decisions.comparisons import SCHEMA
from havre.audit.decisions.read import Cube

Floats = NDArray[np.float64]
MOST_SUMMED = 10_000.0
"""Variance from which on the sum is normal enough, and counting it out takes too long."""
SMALLEST_P = 1e-30
"""Chances below are not computed."""


@dataclass(frozen=True)
class CalibrationTests:
    """The comparisons, and by attribute the groups so small that no outcome in them could be an alarm at a level."""

    comparisons: pl.DataFrame
    least: dict[tuple[str, str], float]

    def powerless(self, level: float) -> dict[str, tuple[str, ...]]:
        """Name the groups in which even nothing, or everything, coming true would not reach the level."""
        found: dict[str, tuple[str, ...]] = {}
        for (attribute, group), least in self.least.items():
            if least > level:
                found[attribute] = (*found.get(attribute, ()), group)
        return found


def compare_calibration(cube: Cube, calibration: pl.DataFrame) -> CalibrationTests:
    """Test each group that is shown, and the whole.

    The interval of a difference is the exact one of the share that came true, less the mean score.
    """
    rows: list[tuple[object, ...]] = []
    least: dict[tuple[str, str], float] = {}
    known = cube.counts.filter(pl.col("truth").is_not_null() & pl.col("bin").is_not_null())
    for row in calibration.filter(pl.col("bin").is_null() & ~pl.col("hidden")).iter_rows(named=True):
        name, group = row["attribute"], row["group"]
        here = known.filter(pl.col(f"group:{name}") == group) if name else known
        bins = here.group_by("bin").agg(pl.col("n").sum(), pl.col("score_sum").sum()).sort("bin")
        sizes = bins["n"].to_numpy().astype(np.float64)
        means = np.clip(bins["score_sum"].to_numpy() / sizes, 0.0, 1.0)
        promised = row["mean_score"]
        gap = [row[end] - promised for end in ("rate", "low", "high")]
        p = calibration_p(sizes, means, row["that"])
        rows.append(("calibration", name, group, "calibration", row["rate"], promised, *gap, row["of"], None, p))
        if name:
            least[name, group] = min(calibration_p(sizes, means, end) for end in (0, row["of"]))
    return CalibrationTests(pl.DataFrame(rows, schema=SCHEMA, orient="row"), least)


def calibration_p(sizes: Floats, means: Floats, that: int) -> float:
    """Give the two-sided p-value of so many coming true, where each bin has a number of decisions and a mean score."""
    variance = float(sizes @ (means * (1 - means)))
    if variance > MOST_SUMMED:
        apart = max(abs(that - float(sizes @ means)) - 0.5, 0.0)
        return max(float(2 * special.ndtr(-apart / math.sqrt(variance))), SMALLEST_P)
    tail = min(_at_least(sizes, means, that), _at_least(sizes, 1 - means, int(sizes.sum()) - that))
    return min(max(2 * tail, SMALLEST_P), 1.0)


def _at_least(sizes: Floats, means: Floats, that: int) -> float:
    """Bound the chance of so many or more from above, whatever the scores within the bins."""
    total, expected = int(sizes.sum()), float(sizes @ means)
    if that - expected >= 2:
        start, chances = _sum_of_bins(sizes, means)
        return float(chances[max(that - start, 0) :].sum())
    # Nearer to the mean, only coarser bounds hold: one binomial (also for all), and one of few by its mean.
    if that - expected >= 1 or (that == total and that > expected):
        return float(stats.binom.sf(that - 1, total, expected / total))
    return min(expected, 1.0) if that == 1 else 1.0


def _sum_of_bins(sizes: Floats, means: Floats) -> tuple[int, Floats]:
    """Give the distribution of the sum from its first value on; what is left out is rarer than the smallest p."""
    start, chances = 0, np.ones(1)
    for n, p in zip(sizes, means, strict=True):
        wide = 12 * math.sqrt(n * p * (1 - p)) + 40
        low, high = max(0, math.floor(n * p - wide)), min(int(n), math.ceil(n * p + wide))
        chances = np.convolve(chances, stats.binom.pmf(np.arange(low, high + 1), n, p))
        start += low
    return start, chances
