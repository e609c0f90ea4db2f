"""One boosted-tree model over all series and horizons, for each of a few quantiles.

It learns from the whole panel how log1p changes from a smoothed level to each horizon: five quantiles of it, each by
its own loss, from what was known at the origin (:mod:`havre.forecast.features`). Between them the quantile function is
straight on the normal scale. References: Ke G et al. (2017), LightGBM: a highly efficient gradient boosting decision
tree, NeurIPS 30; Koenker R, Bassett G (1978), Regression quantiles, Econometrica 46(1): 33–50, doi:10.2307/1913643
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from havre.draws import Draws, Floats, shuffle_draws, spread_levels
from havre.forecast.conditional import interpolate_rows, never_certain, rounded, whole_rows
from havre.forecast.features import LEVEL_WEIGHT, Features, Table
from havre.forecast.levels import smoothed
from havre.forecast.pooling import Rows, active_rows, draw_pooled
from havre.panel.series import MonthlySeries

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
LEAST_HISTORY = 13
"""Months that a series needs before it can teach."""
LEAST_EXAMPLES = 400
MOST_EXAMPLES = 80_000
"""Examples beyond this many are left out by lot, the same ones each time; a horizon ``h`` keeps a share of 1 / ``h``.
Near months follow from more detail, and far ones are mostly noise."""
LONGEST = 12
"""Horizons beyond this are forecast as this one, with the season of their month."""
HEADROOM = 1.0
"""No draw exceeds the greatest value that the series had by more than this on log1p."""
ROUNDS = 70
SETTINGS: dict[str, Any] = {
    "objective": "quantile",
    "learning_rate": 0.1,
    "num_leaves": 16,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.5,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "max_bin": 63,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@dataclass(frozen=True)
class Examples:
    """What the trees learn from: features (example, feature), and how log1p changed from the level (example,)."""

    inputs: Table
    targets: Floats

    @cached_property
    def binned(self) -> Any:
        """Give them as the trees see them, made once for the trees of all quantiles."""
        import lightgbm

        settings = {"max_bin": SETTINGS["max_bin"], "verbosity": -1}
        return lightgbm.Dataset(self.inputs, self.targets, params=settings)


def examples(features: Features) -> Examples:
    """Collect the months of the past of which it is known what came ``h`` months later, for each horizon ``h``.

    Always for twelve horizons: a forecast does not depend on how many others are asked for beside it.
    """
    logs, level = features.logs, features.level
    months = logs.shape[1]
    taught = np.cumsum(~np.isnan(logs), axis=1) >= LEAST_HISTORY
    known = []
    for h in range(1, LONGEST + 1):
        came = np.full_like(logs, np.nan)
        came[:, : max(0, months - h)] = logs[:, h:]
        known.append(np.where(taught, came - level, np.nan))
    shares = _shares([int((~np.isnan(part)).sum()) for part in known])
    lot = np.random.default_rng(0)
    inputs, targets = [], []
    for h, (change, share) in enumerate(zip(known, shares, strict=True), start=1):
        keep = ~np.isnan(change) & (lot.random(change.shape) < share)
        inputs.append(features.table(h, keep))
        targets.append(change[keep])
    return Examples(np.concatenate(inputs), np.concatenate(targets))


def _shares(counts: list[int]) -> Floats:
    """Give the share of the examples of each horizon that is kept; all of them where they are few."""
    wanted = 1.0 / np.arange(1, len(counts) + 1)
    if sum(counts) <= MOST_EXAMPLES:
        return np.ones(len(counts))
    return np.asarray(MOST_EXAMPLES * wanted / wanted.sum() / np.maximum(1, counts))


def fit(learnt: Examples, level: float) -> Any:
    """Grow the trees of one quantile."""
    import lightgbm

    return lightgbm.train({**SETTINGS, "alpha": level}, learnt.binned, num_boost_round=ROUNDS)


def predict(model: Any, inputs: Table) -> Floats:
    """Give what the trees say of each row; one thread, as several processes may be at it."""
    return np.asarray(model.predict(inputs, num_threads=1), dtype=np.float64)


def asked(features: Features, horizon: int) -> Table:
    """Give the features of every series in the last month, for a horizon."""
    keep = np.zeros(features.logs.shape, dtype=bool)
    keep[:, -1] = True
    return features.table(horizon, keep)


def within_reach(horizon: int) -> int:
    """Give the horizon that the trees know for one that may be longer: the same month of the year, at most twelve."""
    return (horizon - 1) % LONGEST + 1


def draw_boosted_quantiles(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Boosted trees over all series, one set for each of five quantiles of the change from a smoothed level.

    Where the panel is too small to learn from, the level itself with pooled errors.
    """
    rows = active_rows(history)
    learnt = None
    if rows.size:
        features = Features.of(history)
        learnt = examples(features)
    if learnt is None or len(learnt.targets) < LEAST_EXAMPLES:
        alone = draw_pooled(history, lambda logs, _: smoothed(logs, LEVEL_WEIGHT), horizons, draws, rng)
        return _told(history, rows, np.sort(alone.values, axis=2), rng)
    reach = range(1, min(horizons, LONGEST) + 1)
    questions = [asked(features, h)[rows] for h in reach]
    said = [predict(fit(learnt, level), np.concatenate(questions)) for level in LEVELS]
    changes = np.sort(np.stack(said, axis=-1), axis=-1).reshape(len(reach), rows.size, len(LEVELS))
    top = np.nanmax(features.logs[rows], axis=1) + HEADROOM
    out = np.empty((rows.size, horizons, draws))
    for h in range(1, horizons + 1):
        curve = features.level[rows, -1, None] + changes[within_reach(h) - 1]
        out[:, h - 1] = np.clip(along_normal(curve, spread_levels(draws)), 0.0, top[:, None])
    return _told(history, rows, rounded(np.expm1(out), whole_rows(history.values[rows])), rng)


def _told(history: MonthlySeries, rows: Rows, people: Floats, rng: np.random.Generator) -> Draws:
    months = (~np.isnan(history.values[rows])).sum(axis=1)
    # Two persons, of which the ensemble keeps half where all others say nobody.
    doubting = never_certain(people, months, 2.0)
    return Draws(tuple(history.keys[row] for row in rows), history.last, shuffle_draws(doubting, rng))


def along_normal(curve: Floats, levels: Floats) -> Floats:
    """Draw the quantile function through its known points, straight on the normal scale, also beyond the outer ones.

    Parameters
    ----------
    curve : values at :data:`LEVELS`, not falling (row, level)
    levels : the levels wanted

    Returns
    -------
    Array (row, level wanted).
    """
    from scipy.special import ndtri

    known, wanted = ndtri(np.asarray(LEVELS)), ndtri(levels)
    ends = min(known[0], wanted[0]) - 1e-9, max(known[-1], wanted[-1]) + 1e-9
    low = curve[:, 0] - (curve[:, 1] - curve[:, 0]) / (known[1] - known[0]) * (known[0] - ends[0])
    high = curve[:, -1] + (curve[:, -1] - curve[:, -2]) / (known[-1] - known[-2]) * (ends[1] - known[-1])
    places = (np.concatenate([[ends[0]], known, [ends[1]]]) - ends[0]) / (ends[1] - ends[0])
    points = np.concatenate([low[:, None], curve, high[:, None]], axis=1)
    at = (wanted - ends[0]) / (ends[1] - ends[0])
    return interpolate_rows(np.broadcast_to(at, (len(curve), at.size)), np.broadcast_to(places, points.shape), points)
