"""Joint draws: the draws of each series and horizon put into an order in which they go together as errors did.

A sum of quantiles is not the quantile of a sum, and neither is a sum of independent draws: what surprises one corridor
surprises its neighbours, and next month too. Here every draw of one series and horizon keeps its value to the last
bit; only which draws of other series and horizons it stands beside is decided, by a Gaussian copula whose correlations
over series and horizons together are those of past errors, drawn towards independence.

References
----------
.. [1] Clark M, Gangopadhyay S, Hay L, Rajagopalan B, Wilby R (2004). The Schaake shuffle. Journal of Hydrometeorology
   5(1): 243–262. doi:10.1175/1525-7541(2004)005<0243:TSSAMF>2.0.CO;2 (draws put into the order of past trajectories)
.. [2] Möller A, Lenkoski A, Thorarinsdottir TL (2013). Multivariate probabilistic forecasting using ensemble Bayesian
   model averaging and copulas. Quarterly Journal of the Royal Meteorological Society 139: 982–991.
   doi:10.1002/qj.2009 (margins as they are, a Gaussian copula of past errors)
"""

from collections.abc import Sequence

import numpy as np

from havre.draws import Draws, Floats
from havre.forecast.levels import smoothed
from havre.forecast.pooling import Rows
from havre.months import month_index
from havre.panel.series import MonthlySeries

WINDOW = 120
"""Months of past errors: longer than for their spread, since how series go together changes slowly."""
LEVEL_WEIGHT = 0.5
"""Weight of the newest month in the level whose errors are taken; what goes together depends little on the model."""
PRIOR_MONTHS = 12.0
"""Independence counts as if it had been seen for so many months."""
PRIOR_YEARS = 2.0
"""The season of the errors is drawn towards none as if so many years had had none."""
MEMORY = 0.9
"""Correlation from one horizon to the next of what past errors do not tell."""
COMMON = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6)
"""Shares of a common score that are tried."""
_TRIAL_DRAWS = 200


def past_scores(history: MonthlySeries, horizons: int) -> Floats:
    """Give past errors of a smoothed level as normal scores: their ranks within series and horizon, made Gaussian.

    Errors are on log1p, less their mean in the same calendar month. Only errors of which every horizon is known
    count, so that each month gives one whole trajectory.

    Returns
    -------
    Array (month of origin, series, horizon): mean near 0; 0 where an error is not known, and throughout for a series
    that never errs.
    """
    logs = np.log1p(history.values)
    level = smoothed(logs, LEVEL_WEIGHT)
    made = np.arange(logs.shape[1] - horizons, dtype=np.int64)[-WINDOW:]
    if made.size == 0:
        return np.zeros((0, len(history.keys), horizons))
    ahead = np.arange(1, horizons + 1, dtype=np.int64)
    errors = logs[:, made[:, None] + ahead] - level[:, made, None]
    calendar = (month_index(history.first) + made[:, None] + ahead) % 12
    return np.ascontiguousarray(np.moveaxis(normal_scores(_without_season(errors, calendar)), 0, 1))


def normal_scores(errors: Floats) -> Floats:
    """Turn errors (series, month, horizon) into the normal quantiles of their ranks over months; NaN becomes 0."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    known = ~np.isnan(errors)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    ranks = rankdata(np.where(known, errors, np.inf), axis=1)
    return np.where(known, ndtri(np.clip((ranks - 0.5) / count, 1e-6, 1 - 1e-6)), 0.0)


def _without_season(errors: Floats, calendar: Rows) -> Floats:
    """Take the mean over the years from the errors (series, month, horizon) of each calendar month (month, horizon)."""
    found = errors.copy()
    for month in range(12):
        here = np.where(calendar == month, errors, np.nan)
        years = (~np.isnan(here)).sum(axis=1, keepdims=True)
        mean = np.nansum(here, axis=1, keepdims=True) / (years + PRIOR_YEARS)
        found -= np.where(calendar == month, mean, 0.0)
    return found


def draw_scores(scores: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Draw joint normal scores (series, horizon, draw) that go together as past ones did.

    Random combinations of past trajectories have exactly their covariance over all series and horizons at once, at
    the cost of one matrix product. To them comes a part of each series' own: the more, the fewer months are known of
    it and the more of them were alike. Each score has mean 0 and variance 1.

    Parameters
    ----------
    scores : array (month, series, horizon) of :func:`past_scores`
    """
    months, series, horizons = scores.shape
    power = (scores**2).sum(axis=0)
    shared = np.sqrt(power / (power + PRIOR_MONTHS))
    loadings = scores * np.divide(shared, np.sqrt(power), out=np.zeros_like(power), where=power > 0)
    mixed = loadings.reshape(months, series * horizons).T @ rng.standard_normal((months, draws))
    joint = mixed.reshape(series, horizons, draws)
    joint += np.sqrt(1.0 - shared**2)[..., None] * _lasting((series, horizons, draws), rng)
    return np.asarray(joint)


def _lasting(shape: tuple[int, int, int], rng: np.random.Generator) -> Floats:
    """Draw standard normal scores (series, horizon, draw), each series on its own, with memory over horizons."""
    found = rng.standard_normal(shape)
    for horizon in range(1, shape[1]):
        found[:, horizon] = MEMORY * found[:, horizon - 1] + np.sqrt(1.0 - MEMORY**2) * found[:, horizon]
    return found


def join_parts(scores: Floats, values: Floats, sums: Sequence[tuple[Rows, Floats]], rng: np.random.Generator) -> Floats:
    """Let parts go together more where their sum would be surer than the sum's own forecast is.

    A short history cannot tell how much parts have in common. Where the interval of the sum of the parts is narrower
    than that of the sum's own forecast, all parts get a common score, as much of it as brings the two nearest.

    Parameters
    ----------
    scores, values : arrays (series, horizon, draw)
    sums : for each sum the rows of its parts, and its own draws (horizon, draw); no part is in two of them

    Returns
    -------
    Scores of the same shape, each still with mean 0 and variance 1.
    """
    found = scores.copy()
    few = max(1, values.shape[2] // _TRIAL_DRAWS)
    for rows, own in sums:
        common = _lasting((1, *own.shape), rng)[0]
        trial, part = np.sort(values[rows], axis=2)[..., few // 2 :: few], scores[rows]
        wanted, tried = _log_width(own), trial.shape[2]
        best, least = 0.0, np.inf
        for share in COMMON:
            mixed = _mix(part[..., :tried], common[:, :tried], share)
            lacking = float(np.mean(wanted - _log_width(reorder(trial, mixed).sum(axis=0))))
            if abs(lacking) < least:
                best, least = share, abs(lacking)
            if lacking <= 0:
                break
        found[rows] = _mix(part, common, best)
    return found


def _mix(scores: Floats, common: Floats, share: float) -> Floats:
    return np.asarray(np.sqrt(1.0 - share) * scores + np.sqrt(share) * common)


def _log_width(values: Floats) -> Floats:
    """Give the logarithm of the width of the 80 % interval along the last axis, at least a hundredth of a person."""
    low, high = np.quantile(values, (0.1, 0.9), axis=-1)
    return np.asarray(np.log(np.maximum(high - low, 0.01)))


def reorder(values: Floats, scores: Floats) -> Floats:
    """Put the draws of each series and horizon into the order of scores: the least draw where the least score is.

    Parameters
    ----------
    values, scores : arrays (series, horizon, draw)

    Returns
    -------
    The same values in every series and horizon, bit for bit.
    """
    found = np.empty_like(values)
    np.put_along_axis(found, np.argsort(scores, axis=-1, kind="stable"), np.sort(values, axis=-1), axis=-1)
    return found


def draw_joint(
    history: MonthlySeries, base: Draws, rng: np.random.Generator, sums: Sequence[tuple[Rows, Floats]] = ()
) -> Draws:
    """Put the draws of several series into a joint order over series and horizons.

    Parameters
    ----------
    history : what is known at the origin of ``base`` (later months are not read); has all its series
    base : draws whose order means nothing, such as those of a model
    sums : see :func:`join_parts`
    """
    place = {key: row for row, key in enumerate(history.keys)}
    known = history.until(base.origin).select(place[key] for key in base.keys)
    scores = draw_scores(past_scores(known, base.horizons), base.values.shape[2], rng)
    return Draws(base.keys, base.origin, reorder(base.values, join_parts(scores, base.values, sums, rng)))
