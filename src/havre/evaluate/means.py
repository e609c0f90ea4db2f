"""Mean scores, ratios, and the best naive baseline: the sums from which every table of the judge is made.

"Best naive" is the single baseline with the lowest mean score, chosen after the fact for each horizon and scale:
the hardest reference there is.
"""

import numpy as np

from havre.draws import Floats
from havre.evaluate.protocol import Scorecard, Scores
from havre.panel.series import Flags


def mean_over(scores: Scores, axes: tuple[int, ...]) -> Floats:
    """Give the mean over some axes; NaN targets are left out, and what has none left is NaN."""
    known = ~np.isnan(scores)
    count = known.sum(axis=axes)
    total = np.where(known, scores, 0.0).sum(axis=axes, dtype=np.float64)
    return np.asarray(np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0))


def mean_by_horizon(scores: Scores) -> Floats:
    """Give the mean over origins and series as an array (model, horizon)."""
    return mean_over(scores, (1, 2))


def best_naive(card: Scorecard, means: Floats) -> list[str]:
    """Name, for each column of an array (model, horizon) of mean scores, the baseline with the lowest."""
    rows = [card.models.index(name) for name in card.baselines]
    best = np.argmin(np.nan_to_num(means[rows], nan=np.inf), axis=0)
    return [card.baselines[int(place)] for place in best]


def best_naive_overall(card: Scorecard, scores: Scores) -> str:
    """Name the single baseline with the lowest mean score over all series, origins and horizons."""
    means = dict(zip(card.models, mean_over(scores, (1, 2, 3)), strict=True))
    return min(card.baselines, key=lambda name: (np.nan_to_num(means[name], nan=np.inf), name))


def ratio_of(value: float, reference: float) -> float | None:
    """Divide, or give ``None`` where the reference is zero or unknown: an undefined ratio is not a good one."""
    if not np.isfinite(value) or not np.isfinite(reference) or reference <= 0:
        return None
    return float(value / reference)


def known_or_none(value: float) -> float | None:
    """Give ``None`` in place of what is not a finite number."""
    return float(value) if np.isfinite(value) else None


def geometric_mean_ratios(scores: Scores, reference: list[int], rows: Flags) -> Floats:
    """Give the geometric mean over series of the ratio of mean scores, as an array (model, horizon).

    Each series weighs the same, whatever its size. A series whose reference made no error is left out; a model without
    any error on a series has a geometric mean of zero.

    Parameters
    ----------
    scores : array (model, origin, series, horizon)
    reference : for each horizon the place of the model to divide by
    rows : array (series,), true for the series that count
    """
    means = mean_over(scores[:, :, rows], (1,))
    horizons = np.arange(means.shape[-1])
    against = means[reference, :, horizons].T
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(against > 0, np.log(means / against), np.nan)
    ratios = mean_over(logs, (1,))
    return np.asarray(np.exp(ratios))
