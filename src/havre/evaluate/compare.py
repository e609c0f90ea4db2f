"""The league table: models side by side, their mean scores and ratios to the best naive, by horizon and volume band.

The headline is the ratio of mean WIS. Beside it stand others that look at one side only: root mean squared error of
the median, quantile scores of the upper tail, and the geometric mean over series that are large enough to matter.
"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from havre.draws import Floats
from havre.evaluate.bootstrap import Ratio, bootstrap_ratio, bootstrap_table, paired_ratio
from havre.evaluate.breakdown import by_origin, by_series, by_target_month
from havre.evaluate.means import (
    best_naive,
    best_naive_overall,
    geometric_mean_ratios,
    mean_by_horizon,
    ratio_of,
)
from havre.evaluate.protocol import BANDS, INTERVALS, TAIL_LEVELS, Scorecard, Scores

__all__ = [
    "Ratio",
    "against_every_baseline",
    "best_naive",
    "best_naive_overall",
    "bootstrap_ratio",
    "bootstrap_table",
    "by_origin",
    "by_series",
    "by_target_month",
    "league_table",
    "mean_by_horizon",
    "paired_ratio",
]

LARGE = 10.0
"""Persons a month from which a series counts in the geometric mean; below, ratios are mostly those of rare events."""
LAST_VALUE = "rw_pooled"
"""The baseline whose median is the last value."""


def league_table(card: Scorecard, *, per_band: bool = False, fresh_from: date | None = None) -> pl.DataFrame:
    """Give one row per model and horizon (and volume band): mean WIS on both scales, ratios, coverage.

    Columns: ``band`` (``all`` or a band), ``horizon``, ``model``, ``kind`` (``baseline`` or ``model``), ``wis``,
    ``wis_log``, ``best_naive``, ``best_naive_log``, ``wis_ratio``, ``wis_ratio_log`` (to the best naive),
    ``geometric_mean``, ``geometric_mean_log`` (of the ratios to the best naive over series with at least 10 persons a
    month), ``rmse_ratio`` (to ``rw_pooled``, the last value), ``qs_90_ratio``, ``qs_95_ratio``, ``qs_99_ratio``
    (quantile score over that of the baseline with the lowest), ``coverage_50`` …, ``above_95`` (share of truths above
    the 95 % quantile), ``series_in_geometric_mean``, ``forecasts_scored``, ``missing``.

    Parameters
    ----------
    per_band : give the bands too, after all series together
    fresh_from : first origin that was never used in development; adds ``wis_ratio_fresh``, ``wis_ratio_log_fresh`` and
        ``origins_fresh`` (the number of those with a known truth), with the best naive of that window
    """
    bands = np.array(card.bands())
    parts = [("all", np.ones(len(card.keys), dtype=bool))]
    if per_band:
        parts += [(name, bands == name) for name, _ in BANDS if (bands == name).any()]
    tables = []
    for name, rows in parts:
        part = card.select([int(row) for row in np.flatnonzero(rows)])
        table = pl.DataFrame(list(_league_rows(part)), infer_schema_length=None)
        fresh = [] if fresh_from is None else _fresh_columns(part.since(fresh_from))
        tables.append(table.select(pl.lit(name).alias("band"), pl.all()).with_columns(fresh))
    return pl.concat(tables, how="vertical_relaxed")


def _league_rows(card: Scorecard) -> Iterator[dict[str, object]]:
    columns = _ratios(card) | _means(card)
    naive, naive_log = (best_naive(card, columns[name]) for name in ("wis", "wis_log"))
    counted = (~np.isnan(card.wis)).sum(axis=(1, 2))
    large = int((card.mean_before >= LARGE).sum())
    for h in range(card.horizons):
        for m, model in enumerate(card.models):
            numbers = {name: float(values[m, h]) for name, values in columns.items()}
            yield {
                "horizon": h + 1,
                "model": model,
                "kind": "baseline" if model in card.baselines else "model",
                "wis": numbers.pop("wis"),
                "wis_log": numbers.pop("wis_log"),
                "best_naive": naive[h],
                "best_naive_log": naive_log[h],
                **{name: value if np.isfinite(value) else None for name, value in numbers.items()},
                "series_in_geometric_mean": large,
                "forecasts_scored": int(counted[m, h]),
                "missing": int(card.missing[m]),
            }


def _means(card: Scorecard) -> dict[str, Floats]:
    """Give mean scores and shares as arrays (model, horizon)."""
    shares = {
        f"coverage_{round(100 * interval)}": mean_by_horizon(card.covered[..., place])
        for place, interval in enumerate(INTERVALS)
    }
    return {
        "wis": mean_by_horizon(card.wis),
        "wis_log": mean_by_horizon(card.wis_log),
        **shares,
        "above_95": mean_by_horizon(card.above_95),
    }


def _ratios(card: Scorecard) -> dict[str, Floats]:
    """Give ratios as arrays (model, horizon)."""
    found: dict[str, Floats] = {}
    large = card.mean_before >= LARGE
    (ratio, places), (ratio_log, places_log) = (_to_best_naive(card, scores) for scores in (card.wis, card.wis_log))
    found |= {"wis_ratio": ratio, "wis_ratio_log": ratio_log}
    found["geometric_mean"] = geometric_mean_ratios(card.wis, places, large)
    found["geometric_mean_log"] = geometric_mean_ratios(card.wis_log, places_log, large)
    found["rmse_ratio"] = _rmse_ratio(card)
    for place, level in enumerate(TAIL_LEVELS):
        found[f"qs_{round(100 * level)}_ratio"] = _to_best_naive(card, card.tail[..., place])[0]
    return found


def _to_best_naive(card: Scorecard, scores: Scores) -> tuple[Floats, list[int]]:
    """Give the ratios of mean scores to the lowest of the baselines at each horizon, and the places of these."""
    means = mean_by_horizon(scores)
    places = [card.models.index(name) for name in best_naive(card, means)]
    return _divided(means, means[places, np.arange(card.horizons)]), places


def _rmse_ratio(card: Scorecard) -> Floats:
    means = mean_by_horizon(card.squared)
    if LAST_VALUE not in card.models:
        return np.full(means.shape, np.nan)
    return np.asarray(np.sqrt(_divided(means, means[card.models.index(LAST_VALUE)])))


def _divided(means: Floats, reference: Floats) -> Floats:
    """Divide by a positive reference; an undefined ratio is NaN."""
    usable = np.broadcast_to(reference > 0, means.shape)
    return np.asarray(np.divide(means, reference, out=np.full(means.shape, np.nan), where=usable))


def _fresh_columns(card: Scorecard) -> list[pl.Series]:
    """Give the ratios on the origins that were never used in development, in the order of the league table."""
    shape = (len(card.models), card.horizons)
    fresh = [np.full(shape, np.nan)] * 2
    if card.origins:
        fresh = [_to_best_naive(card, scores)[0] for scores in (card.wis, card.wis_log)]
    names = ("wis_ratio_fresh", "wis_ratio_log_fresh")
    columns = [pl.Series(name, part.T.ravel()).fill_nan(None) for name, part in zip(names, fresh, strict=True)]
    known = (~np.isnan(card.wis)).any(axis=(0, 2)).sum(axis=0)
    return [*columns, pl.Series("origins_fresh", np.repeat(known, shape[0]))]


def against_every_baseline(card: Scorecard, model: str) -> pl.DataFrame:
    """Give the ratio of mean WIS of one model to each baseline, on both scales, one row per horizon and baseline."""
    wis, wis_log = mean_by_horizon(card.wis), mean_by_horizon(card.wis_log)
    m = card.models.index(model)
    rows = [
        {
            "horizon": h + 1,
            "baseline": name,
            "wis_ratio": ratio_of(wis[m, h], wis[card.models.index(name), h]),
            "wis_ratio_log": ratio_of(wis_log[m, h], wis_log[card.models.index(name), h]),
        }
        for h in range(card.horizons)
        for name in card.baselines
    ]
    return pl.DataFrame(rows)
