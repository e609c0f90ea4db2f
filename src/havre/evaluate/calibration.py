"""Whether a forecast is as sure as it should be: coverage, the upper tail, and the histogram of the PIT.

Coverage is no merit by itself: an interval from zero to infinity always holds. It is read beside the scores.

References
----------
.. [1] Gneiting T, Balabdaoui F, Raftery AE (2007). Probabilistic forecasts, calibration and sharpness.
   JRSS B 69(2): 243–268. doi:10.1111/j.1467-9868.2007.00587.x
.. [2] Czado C, Gneiting T, Held L (2009). Predictive model assessment for count data.
   Biometrics 65(4): 1254–1261. doi:10.1111/j.1541-0420.2009.01191.x
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from havre.draws import Floats
from havre.evaluate.bootstrap import REPEATS, Ratio, block_sums, ratios_of_sums
from havre.evaluate.means import best_naive, known_or_none, mean_by_horizon, ratio_of
from havre.evaluate.protocol import BANDS, INTERVALS, TAIL_LEVELS, Scorecard, Scores
from havre.panel.series import Flags

TOLERANCE = 0.03
BANDS_THAT_COUNT = ("all", "10-100", ">=100")
"""Below ten persons a month most truths are zeros and ones, which no interval with whole ends holds exactly as often
as it should: [0, 0] or [0, 1] are too sure or not sure enough."""
BINS = 10

COVERAGE = pl.Schema(
    {
        "band": pl.String(),
        "horizon": pl.Int64(),
        "level": pl.Float64(),
        "coverage": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "count": pl.Int64(),
    }
)
PIT = pl.Schema(
    {
        "band": pl.String(),
        "horizon": pl.Int64(),
        "bin": pl.Int64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "share": pl.Float64(),
        "count": pl.Int64(),
    }
)
UPPER_TAIL = pl.Schema(
    {
        "model": pl.String(),
        "horizon": pl.Int64(),
        "missed_above_95": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        **{f"qs_{round(100 * level)}": pl.Float64() for level in TAIL_LEVELS},
        **{f"qs_{round(100 * level)}_ratio": pl.Float64() for level in TAIL_LEVELS},
        "count": pl.Int64(),
    }
)


def coverage_table(card: Scorecard, model: str, *, seed: int = 0, repeats: int = REPEATS) -> pl.DataFrame:
    """Give how often central intervals held the truth, by volume band, horizon and nominal coverage.

    Columns as in :data:`COVERAGE`: ``level`` is the nominal coverage, ``low`` and ``high`` are the ends of a 95 %
    interval by the two-way block bootstrap, ``count`` the forecasts judged. A missing forecast counts as a miss.
    """
    covered = card.covered[card.models.index(model)]
    rows = [
        (band, h + 1, level, *shown, count)
        for band, chosen in bands_of(card)
        for (h, level), shown, count in _coverages(covered[:, chosen], card, seed, repeats)
    ]
    return pl.DataFrame(rows, schema=COVERAGE, orient="row")


def coverage_gaps(
    card: Scorecard, model: str, *, tolerance: float = TOLERANCE, bands: tuple[str, ...] = BANDS_THAT_COUNT
) -> pl.DataFrame:
    """List where coverage departs from nominal by more than a tolerance, the largest departure first.

    Columns as in :data:`COVERAGE` and ``departure`` (coverage less nominal: negative where intervals are too narrow).

    Parameters
    ----------
    tolerance : 0.03 for three percentage points
    bands : volume bands that are looked at, ``all`` among them
    """
    table = coverage_table(card, model).filter(pl.col("band").is_in(bands))
    # Rounded, since 0.83 − 0.8 is not 0.03 in binary numbers.
    table = table.with_columns(departure=(pl.col("coverage") - pl.col("level")).round(9))
    size = pl.col("departure").abs()
    return table.filter(size > tolerance).sort(size, descending=True, maintain_order=True)


def upper_tail_table(card: Scorecard, *, seed: int = 0, repeats: int = REPEATS) -> pl.DataFrame:
    """Give how every model does in the upper tail, where the beds run out.

    Columns as in :data:`UPPER_TAIL`: ``missed_above_95`` is the share of truths above the 95 % quantile (5 % would be
    right) with the ends ``low`` and ``high`` of a 95 % interval by the two-way block bootstrap; ``qs_90`` … are mean
    quantile scores [persons], and ``qs_90_ratio`` … their ratios to the baseline with the lowest.
    """
    scores = [mean_by_horizon(card.tail[..., place]) for place in range(len(TAIL_LEVELS))]
    naive = [[card.models.index(name) for name in best_naive(card, means)] for means in scores]
    counts = (~np.isnan(card.above_95)).sum(axis=(1, 2))
    rows = []
    for m, model in enumerate(card.models):
        for h, share in enumerate(_shares(card.above_95[m], card, seed, repeats)):
            means = [known_or_none(part[m, h]) for part in scores]
            ratios = [ratio_of(part[m, h], part[best[h], h]) for part, best in zip(scores, naive, strict=True)]
            rows.append((model, h + 1, *_shown(share), *means, *ratios, int(counts[m, h])))
    return pl.DataFrame(rows, schema=UPPER_TAIL, orient="row")


def pit_histogram(card: Scorecard, model: str, *, bins: int = BINS) -> pl.DataFrame:
    """Give the histogram of the probability integral transform, by volume band and horizon.

    Columns as in :data:`PIT`: ``share`` of the truths that fell into the part of the forecast between the chances
    ``low`` and ``high``; all shares are equal where the forecast is calibrated [1]_. High outer bins tell of
    intervals that are too narrow, a slope of a forecast that is too low or too high. A truth to which the forecast
    gave a chance of its own, such as a zero, is spread evenly over it [2]_. Missing forecasts are left out.
    """
    m = card.models.index(model)
    edges = np.linspace(0, 1, bins + 1)
    rows = []
    for band, chosen in bands_of(card):
        masses = _masses(card.pit_low[m][:, chosen], card.pit_high[m][:, chosen], edges)
        for h in range(card.horizons):
            known = masses[:, :, h][~np.isnan(masses[:, :, h, 0])]
            shares = known.mean(axis=0) if known.size else [None] * bins
            rows += [(band, h + 1, b + 1, edges[b], edges[b + 1], share, len(known)) for b, share in enumerate(shares)]
    return pl.DataFrame(rows, schema=PIT, orient="row")


def bands_of(card: Scorecard) -> Iterator[tuple[str, Flags]]:
    """Give all series together and each volume band that has any, as a name and the rows that belong to it."""
    of_series = np.array(card.bands())
    yield "all", np.ones(len(card.keys), dtype=bool)
    for name, _ in BANDS:
        if (of_series == name).any():
            yield name, of_series == name


def _masses(low: Scores, high: Scores, edges: Floats) -> Floats:
    """Give the share of each span from ``low`` to ``high`` that lies in each bin, as an array (…, bin)."""
    start, end = (np.asarray(part, dtype=np.float64)[..., None] for part in (low, high))
    width = end - start
    overlap = np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1])
    spread = np.divide(np.maximum(overlap, 0.0), width, out=np.zeros_like(overlap), where=width > 0)
    # A single point belongs to the bin that it ends, and zero to the first.
    inside = ((start > edges[:-1]) & (start <= edges[1:])) | ((start <= 0) & (edges[:-1] <= 0))
    return np.where(np.isnan(width), np.nan, np.where(width > 0, spread, inside))


def _coverages(
    covered: Scores, card: Scorecard, seed: int, repeats: int
) -> Iterator[tuple[tuple[int, float], tuple[float | None, ...], int]]:
    counts = (~np.isnan(covered)).sum(axis=(0, 1))
    flat = covered.reshape(*covered.shape[:2], -1)
    cases = [(h, level) for h in range(card.horizons) for level in INTERVALS]
    for case, share, count in zip(cases, _shares(flat, card, seed, repeats), counts.ravel(), strict=True):
        yield case, _shown(share), int(count)


def _shares(hits: Scores, card: Scorecard, seed: int, repeats: int) -> list[Ratio | None]:
    """Give the share of ones among what is known, for each last-axis entry of an array (origin, series, case)."""
    known = ~np.isnan(hits)
    sums = [block_sums(part, card.origins) for part in (np.where(known, hits, 0.0), known.astype(np.float64))]
    return ratios_of_sums(*sums, seed=seed, repeats=repeats)


def _shown(share: Ratio | None) -> tuple[float | None, ...]:
    return (None, None, None) if share is None else (share.ratio, share.low, share.high)
