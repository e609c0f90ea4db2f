"""Models side by side: mean scores, ratios to every baseline and to the best one, by horizon, band and series.

"Best naive" is the single baseline with the lowest mean score, chosen after the fact for each horizon and scale:
the hardest reference there is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from havre.draws import Floats
from havre.evaluate.protocol import BANDS, INTERVALS, Scorecard

BLOCK_MONTHS = 6


@dataclass(frozen=True)
class Ratio:
    """A ratio of mean WIS with the interval of a block bootstrap (95 %)."""

    ratio: float
    low: float
    high: float


def mean_by_horizon(scores: Floats) -> Floats:
    """Give the mean over origins and series as an array (model, horizon); NaN targets are left out."""
    known = ~np.isnan(scores)
    count = known.sum(axis=(1, 2))
    total = np.where(known, scores, 0.0).sum(axis=(1, 2))
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))


def best_naive(card: Scorecard, means: Floats) -> list[str]:
    """Name, for each horizon, the baseline with the lowest mean score (array (model, horizon))."""
    rows = [card.models.index(name) for name in card.baselines]
    found: list[str] = []
    for column in range(means.shape[1]):
        scores = np.nan_to_num(means[rows, column], nan=np.inf)
        found.append(card.baselines[int(np.argmin(scores))])
    return found


def league_table(card: Scorecard, *, per_band: bool = False) -> pl.DataFrame:
    """Give one row per model and horizon (and volume band): mean WIS on both scales, ratios, coverage.

    Columns: ``band`` (``all`` or a band), ``horizon``, ``model``, ``kind`` (``baseline`` or ``model``), ``wis``,
    ``wis_log``, ``best_naive``, ``best_naive_log``, ``wis_ratio``, ``wis_ratio_log`` (to the best naive),
    ``rmse_ratio`` (to ``rw_pooled``, the last value), ``coverage_50`` …, ``forecasts_scored``, ``missing``.
    """
    bands = np.array(card.bands())
    parts = [("all", np.ones(len(card.keys), dtype=bool))]
    if per_band:
        parts += [(name, bands == name) for name, _ in BANDS if (bands == name).any()]
    return pl.DataFrame([row for name, rows in parts for row in _league_rows(card, name, rows)])


def _league_rows(card: Scorecard, band: str, rows: Floats) -> Iterator[dict[str, object]]:
    wis, wis_log, squared = (mean_by_horizon(scores[:, :, rows]) for scores in (card.wis, card.wis_log, card.squared))
    covered = np.stack([mean_by_horizon(card.covered[:, :, rows][..., i]) for i in range(len(INTERVALS))], axis=-1)
    naive, naive_log = best_naive(card, wis), best_naive(card, wis_log)
    last_value = card.models.index("rw_pooled") if "rw_pooled" in card.models else None
    counted = (~np.isnan(card.wis[:, :, rows])).sum(axis=(1, 2))
    for h in range(card.horizons):
        reference, reference_log = card.models.index(naive[h]), card.models.index(naive_log[h])
        for m, model in enumerate(card.models):
            yield {
                "band": band,
                "horizon": h + 1,
                "model": model,
                "kind": "baseline" if model in card.baselines else "model",
                "wis": wis[m, h],
                "wis_log": wis_log[m, h],
                "best_naive": naive[h],
                "best_naive_log": naive_log[h],
                "wis_ratio": _ratio(wis[m, h], wis[reference, h]),
                "wis_ratio_log": _ratio(wis_log[m, h], wis_log[reference_log, h]),
                "rmse_ratio": None if last_value is None else _ratio(squared[m, h], squared[last_value, h], root=True),
                **{f"coverage_{round(100 * i)}": covered[m, h, n] for n, i in enumerate(INTERVALS)},
                "forecasts_scored": int(counted[m, h]),
                "missing": int(card.missing[m]),
            }


def _ratio(value: float, reference: float, *, root: bool = False) -> float | None:
    """Divide, or give ``None`` where the reference is zero or unknown: an undefined ratio is not a good one."""
    if not np.isfinite(value) or not np.isfinite(reference) or reference <= 0:
        return None
    return float(np.sqrt(value / reference)) if root else float(value / reference)


def against_every_baseline(card: Scorecard, model: str) -> pl.DataFrame:
    """Give the ratio of mean WIS of one model to each baseline, on both scales, one row per horizon and baseline."""
    wis, wis_log = mean_by_horizon(card.wis), mean_by_horizon(card.wis_log)
    m = card.models.index(model)
    rows = [
        {
            "horizon": h + 1,
            "baseline": name,
            "wis_ratio": _ratio(wis[m, h], wis[card.models.index(name), h]),
            "wis_ratio_log": _ratio(wis_log[m, h], wis_log[card.models.index(name), h]),
        }
        for h in range(card.horizons)
        for name in card.baselines
    ]
    return pl.DataFrame(rows)


def best_naive_overall(card: Scorecard, scores: Floats) -> str:
    """Name the single baseline with the lowest mean score over all series, origins and horizons."""
    means = {name: np.nanmean(scores[card.models.index(name)]) for name in card.baselines}
    return min(means, key=lambda name: (np.nan_to_num(means[name], nan=np.inf), name))


def by_series(card: Scorecard, model: str, *, reference: Scorecard | None = None) -> pl.DataFrame:
    """Give one row per series: ratio of its mean WIS to that of the best naive baseline, over all origins and horizons.

    Columns: ``measure``, ``origin``, ``destination``, ``band``, ``best_naive``, ``wis_ratio``, ``wis_ratio_log``,
    ``coverage_80``, ``forecasts_scored``.

    Parameters
    ----------
    reference : scores on which the one best baseline is chosen for all series, by default ``card`` itself
    """
    chosen_on = reference or card
    m = card.models.index(model)
    best, best_log = best_naive_overall(chosen_on, chosen_on.wis), best_naive_overall(chosen_on, chosen_on.wis_log)
    naive, naive_log = card.models.index(best), card.models.index(best_log)
    wis, wis_log = (_mean_by_series(scores) for scores in (card.wis, card.wis_log))
    covered = _mean_by_series(card.covered[..., INTERVALS.index(0.8)])
    counted = (~np.isnan(card.wis[m])).sum(axis=(0, 2))
    rows = [
        {
            "measure": key.measure,
            "origin": key.origin,
            "destination": key.destination,
            "band": band,
            "best_naive": best,
            "wis_ratio": _ratio(wis[m, s], wis[naive, s]),
            "wis_ratio_log": _ratio(wis_log[m, s], wis_log[naive_log, s]),
            "coverage_80": float(covered[m, s]) if np.isfinite(covered[m, s]) else None,
            "forecasts_scored": int(counted[s]),
        }
        for s, (key, band) in enumerate(zip(card.keys, card.bands(), strict=True))
    ]
    return pl.DataFrame(rows)


def _mean_by_series(scores: Floats) -> Floats:
    known = ~np.isnan(scores)
    count = known.sum(axis=(1, 3))
    total = np.where(known, scores, 0.0).sum(axis=(1, 3))
    return np.asarray(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))


def bootstrap_ratio(
    card: Scorecard, model: str, horizon: int, *, seed: int, log_scale: bool = False, repeats: int = 1000
) -> Ratio | None:
    """Give the ratio of mean WIS to the best naive with a block bootstrap: series × blocks of six months of origins.

    The best naive is chosen once, on the whole sample, so that the interval is that of a comparison of two
    forecasts and not of a moving choice.
    """
    scores = card.wis_log if log_scale else card.wis
    name = best_naive(card, mean_by_horizon(scores))[horizon - 1]
    ours, theirs = (scores[card.models.index(n), :, :, horizon - 1] for n in (model, name))
    known = ~np.isnan(ours) & ~np.isnan(theirs)
    ratio = _ratio(float(ours[known].sum()), float(theirs[known].sum())) if known.any() else None
    if ratio is None:
        return None
    blocks = np.arange(len(card.origins)) // BLOCK_MONTHS
    sums = [
        np.stack([np.where(known[blocks == b], part[blocks == b], 0.0).sum(axis=0) for b in np.unique(blocks)]).ravel()
        for part in (ours, theirs)
    ]
    rng = np.random.default_rng([seed, horizon, int(log_scale)])
    drawn = rng.multinomial(sums[0].size, np.full(sums[0].size, 1 / sums[0].size), size=repeats)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (drawn @ sums[0]) / (drawn @ sums[1])
    return Ratio(ratio, *_middle(ratios[~np.isnan(ratios)]))


def _middle(ratios: Floats) -> tuple[float, float]:
    """Give the ends of the central 95 %; a repeat that drew only perfect references has an infinite ratio."""
    if not np.isfinite(ratios).all():
        ordered = np.sort(ratios)
        return float(ordered[int(0.025 * ordered.size)]), float(ordered[int(0.975 * ordered.size)])
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)
