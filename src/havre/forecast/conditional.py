"""What came after such a forecast: errors pooled over forecasts of nearly the same size, scaled to each series.

Past errors of all series are sorted into narrow bins of the level that was forecast, so that a forecast of nearly
nobody is followed by what followed such forecasts: mostly nobody, and now and then a group. Within a bin the errors
of a series are stretched by how far off its own forecasts have been lately. In the spirit of Walz EM, Henzi A,
Ziegel J, Gneiting T (2024), Easy uncertainty quantification: generating predictive distributions from single-valued
model output, SIAM Review 66(1): 91–122, doi:10.1137/22M1541915
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havre.draws import Floats
from havre.forecast.pooling import UNKNOWN_SPREAD, Rows

EDGES = np.array([0.03, 0.08, 0.15, 0.25, 0.4, 0.6, 0.85, 1.15, 1.5, 1.9, 2.4, 3.0, 3.7, 4.5, 5.5, 6.5])
"""Edges of the bins of the forecast level, on log1p."""
MONTHS = 120
"""Months of past errors."""
_LEAST = 150
"""A bin with fewer errors takes those of its neighbours too."""
_TOO_FEW = 40
"""Below this many errors, invented ones of the standard deviation UNKNOWN_SPREAD fill up."""
_MEMORY = 0.08
"""Weight of the newest error in the scale of a series."""
_SCALE_POWER = 0.5
_SCALE_RANGE = (0.05, 4.0)
_CARRIED = 0.5
"""Share of the median error that is carried on, where the level is not small: half of a drift of the past."""
_NOT_SMALL = 1.0
_LEAST_MEAN_ERROR = 0.02
_OWN_DISCOUNT = 0.8
"""Weight of a month in the own frequencies, relative to the month after it."""
_OWN_MONTHS = 36


@dataclass(frozen=True)
class ConditionalErrors:
    """Errors of a point forecast by bin, and the scale of each series at each month.

    Parameters
    ----------
    pools : for each bin the scaled errors on log1p
    bins : bin of the forecast made at each month (series, month)
    scales : scale of each series when the forecast was made (series, month)
    errors : scaled errors of the forecasts made at each month (series, month); NaN where not known yet
    """

    pools: tuple[Floats, ...]
    bins: Rows
    scales: Floats
    errors: Floats

    @classmethod
    def of(cls, logs: Floats, centre: Floats, horizon: int) -> "ConditionalErrors":
        """Sort the errors of forecasts made at each month for the month ``horizon`` later.

        Parameters
        ----------
        logs : log1p of the counts (series, month)
        centre : point forecasts on log1p made at each month (series, month)
        """
        bins = np.digitize(np.nan_to_num(centre), EDGES)
        errors = np.full_like(logs, np.nan)
        made = logs.shape[1] - horizon
        if made > 0:
            errors[:, :made] = logs[:, horizon:] - centre[:, :made]
        recent = slice(max(0, made - MONTHS), max(0, made))
        scales = _scales(errors, bins, horizon, recent)
        errors = errors / scales
        return cls(_pools(errors[:, recent], bins[:, recent]), bins, scales, errors)

    def quantiles(self, centre: Floats, rows: Rows, levels: Floats) -> Floats:
        """Give quantiles on log1p of the forecast made in the last month, never below zero, array (row, level)."""
        of_bin = np.stack([np.quantile(pool, levels) for pool in self.pools])
        low = np.concatenate([[0.0], EDGES])
        of_bin -= np.where(low >= _NOT_SMALL, (1 - _CARRIED) * np.median(of_bin, axis=1), 0.0)[:, None]
        spread = self.scales[rows, -1, None] * of_bin[self.bins[rows, -1]]
        return np.asarray(np.maximum(centre[rows, -1, None] + spread, 0.0))


def _scales(errors: Floats, bins: Rows, horizon: int, recent: slice) -> Floats:
    """Give how far off the forecasts of each series were lately, relative to others of their bin, at each month."""
    from scipy.signal import lfilter

    usual = _mean_by_bin(np.abs(errors[:, recent]), bins[:, recent])[bins]
    relative = np.abs(errors) / np.maximum(usual, _LEAST_MEAN_ERROR)
    # An error is known when its month has come; where none is known the scale returns to one.
    known = np.zeros_like(errors)
    made = errors.shape[1] - horizon
    if made > 0:
        known[:, horizon:] = np.nan_to_num(relative[:, :made] - 1.0)
    scales = 1.0 + lfilter([_MEMORY], [1.0, _MEMORY - 1.0], known, axis=1) if known.size else known
    return np.asarray(np.clip(scales, *_SCALE_RANGE) ** _SCALE_POWER)


def _mean_by_bin(sizes: Floats, bins: Rows) -> Floats:
    known = ~np.isnan(sizes)
    count = np.bincount(bins[known], minlength=EDGES.size + 1)
    total = np.bincount(bins[known], weights=sizes[known], minlength=EDGES.size + 1)
    filled = np.flatnonzero(count)
    if filled.size == 0:
        return np.ones(EDGES.size + 1)
    return np.asarray(np.interp(np.arange(EDGES.size + 1), filled, total[filled] / count[filled]))


def _pools(errors: Floats, bins: Rows) -> tuple[Floats, ...]:
    """Give the errors of each bin; one with few takes its neighbours, and where all are few some are invented."""
    from scipy.special import ndtri

    known = ~np.isnan(errors)
    flat, of = errors[known], bins[known]
    pools = []
    for number in range(EDGES.size + 1):
        reach, pool = 0, flat[of == number]
        while pool.size < _LEAST and reach < EDGES.size:
            reach += 1
            pool = flat[np.abs(of - number) <= reach]
        missing = max(0, _TOO_FEW - pool.size)
        pools.append(np.concatenate([pool, UNKNOWN_SPREAD * ndtri((np.arange(missing) + 0.5) / max(1, missing))]))
    return tuple(pools)


def own_share(horizon: int) -> float:
    """Give the share of the own frequencies: 0.1 for the next month, 0.32 a year ahead and later."""
    return 0.08 + 0.02 * min(horizon, 12)


def mix_own(conditional: Floats, logs: Floats, share: float, levels: Floats) -> Floats:
    """Mix quantiles with the discounted own values of each series, array (row, level).

    Parameters
    ----------
    conditional : equally likely values on log1p (row, value)
    logs : own values on log1p (row, month), the last month known
    share : weight of the own values, between 0 and 1
    """
    own = logs[:, -_OWN_MONTHS:]
    fading = _OWN_DISCOUNT ** np.arange(own.shape[1])[::-1] * ~np.isnan(own)
    fading *= share / fading.sum(axis=1, keepdims=True)
    others = np.full(conditional.shape, (1 - share) / conditional.shape[1])
    values = np.concatenate([conditional, np.nan_to_num(own)], axis=1)
    return quantiles_of_weighted(values, np.concatenate([others, fading], axis=1), levels)


def quantiles_of_weighted(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Give quantiles of weighted values row by row, array (row, level).

    Parameters
    ----------
    values : array (row, value)
    weights : array (row, value), not negative, some of each row above zero
    levels : array (level,)
    """
    order = np.argsort(values, axis=1)
    sorted_values, sorted_weights = (np.take_along_axis(part, order, axis=1) for part in (values, weights))
    reached = np.cumsum(sorted_weights, axis=1)
    middles = (reached - 0.5 * sorted_weights) / reached[:, -1:]
    return interpolate_rows(np.broadcast_to(levels, (len(values), levels.size)), middles, sorted_values)


def interpolate_rows(at: Floats, places: Floats, values: Floats) -> Floats:
    """Interpolate each row between its own places (from 0 to 1, not falling), without a loop over rows."""
    if len(places) == 0:
        return np.empty(at.shape)
    row = 2.0 * np.arange(len(places))[:, None]
    inside = np.clip(at, places[:, :1], places[:, -1:])
    return np.interp((inside + row).ravel(), (places + row).ravel(), values.ravel()).reshape(at.shape)


def whole_rows(values: Floats) -> NDArray[np.bool_]:
    """Tell of each series (series, month) whether all its known values are whole numbers, as counts of persons are."""
    return np.asarray((np.isnan(values) | (values == np.floor(values))).all(axis=1))


def rounded(people: Floats, whole: NDArray[np.bool_]) -> Floats:
    """Round the draws (series, horizon, draw) of the series of whole numbers: nobody is half a person."""
    return np.asarray(np.where(whole[:, None, None], np.floor(people + 0.5), people))


def never_certain(people: Floats, months: NDArray[np.int64], least: float) -> Floats:
    """Leave some doubt where all draws say nobody: who has not come in ``n`` months comes with chance 1 / (n + 2).

    Laplace's rule of succession. The highest draws of a series are raised to ``least`` where they are lower.

    Parameters
    ----------
    people : sorted draws (series, horizon, draw) [persons]
    months : months with a value of each series (series,)
    """
    draws = people.shape[2]
    doubtful = np.ceil(draws / (months + 2.0)).astype(np.int64)
    upper = np.arange(draws)[None, :] >= (draws - doubtful)[:, None]
    nobody = (people == 0).all(axis=2)
    return np.asarray(np.where(nobody[..., None] & upper[:, None, :], np.maximum(people, least), people))
