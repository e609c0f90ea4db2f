"""Seasonal level: a smoothed level of what is left after the season, and the season of the month to come.

The season of a month is the mean, over past years, of its distance on log1p from the twelve months around it, drawn
towards the mean of all series where a series has few years. How much of it is believed, and how fast the level
moves, is chosen at every origin and horizon by past errors. Reference: Holt CC (1957), reprinted in International
Journal of Forecasting 20(1): 5–10 (2004), doi:10.1016/j.ijforecast.2003.09.015; the shrinkage after Miller DM,
Williams D (2003), International Journal of Forecasting 19(4): 669–684, doi:10.1016/S0169-2070(02)00077-8
"""

from functools import partial

import numpy as np

from havre.draws import Draws, Floats
from havre.forecast.levels import RECENT
from havre.forecast.pooling import Window, draw_pooled, past_errors
from havre.months import month_index
from havre.panel.series import MonthlySeries

WEIGHTS = (0.3, 0.5, 0.7)
BELIEFS = (0.0, 0.35, 0.7, 1.0)
"""Shares of the season that are tried."""
_LAGS = 12
_PRIOR_YEARS = 2.0
"""Years of the mean season of all series that each series starts with."""


def seasons(logs: Floats, first_month: int) -> Floats:
    """Give the season of each calendar month as known at each month, array (series, month, calendar month).

    Parameters
    ----------
    logs : log1p of the counts (series, month), NaN before a series starts and after it ends
    first_month : calendar month of the first column, 0 for January
    """
    distance = _from_centre(logs)
    calendar = (first_month + np.arange(logs.shape[1])) % 12
    found = np.zeros((*logs.shape, 12))
    for month in range(12):
        here = np.where(calendar == month, distance, np.nan)
        # The distance of a month is known when the half year after it is.
        known = np.roll(here, _LAGS // 2 - 1, axis=1)
        known[:, : _LAGS // 2 - 1] = np.nan
        years = np.cumsum(~np.isnan(known), axis=1)
        own = np.cumsum(np.nan_to_num(known), axis=1)
        everyone = own.sum(axis=0) / np.maximum(years.sum(axis=0), 1)
        found[..., month] = (own + _PRIOR_YEARS * everyone) / (years + _PRIOR_YEARS)
    return np.asarray(found - found.mean(axis=-1, keepdims=True))


def _from_centre(logs: Floats) -> Floats:
    """Give the distance of each month from the mean of the twelve around it (six before, itself, five after)."""
    padded = np.full((logs.shape[0], logs.shape[1] + _LAGS - 1), np.nan)
    padded[:, _LAGS // 2 : _LAGS // 2 + logs.shape[1]] = logs
    windows = np.lib.stride_tricks.sliding_window_view(padded, _LAGS, axis=1)
    return np.asarray(logs - windows.mean(axis=-1))


def seasonal_centre(
    logs: Floats, horizon: int, *, season: Floats, first_month: int, weight: float, belief: float
) -> Floats:
    """Give the point forecast on log1p made at each month for the month ``horizon`` later."""
    calendar = (first_month + np.arange(logs.shape[1])) % 12
    ahead = np.take_along_axis(season, ((calendar + horizon) % 12)[None, :, None], axis=2)[..., 0]
    total, weights = np.zeros_like(logs), np.zeros_like(logs)
    for lag in range(min(_LAGS, logs.shape[1])):
        past = np.full_like(logs, np.nan)
        past[:, lag:] = logs[:, : logs.shape[1] - lag]
        then = np.take_along_axis(season, ((calendar - lag) % 12)[None, :, None], axis=2)[..., 0]
        known = ~np.isnan(past)
        share = (1 - weight) ** lag
        total += np.where(known, share * (past - belief * then), 0.0)
        weights += np.where(known, share, 0.0)
    level = np.divide(total, weights, out=np.full_like(logs, np.nan), where=weights > 0)
    return np.asarray(np.where(np.isnan(logs), np.nan, level + belief * ahead))


def draw_seasonal_level(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Exponentially weighted level and season on log1p, chosen by past errors at each horizon, with pooled errors."""
    window, first_month = Window.of(history), month_index(history.first) % 12
    season = seasons(window.logs, first_month)
    chosen = {h: _choose(window, season, first_month, h) for h in range(1, horizons + 1)}

    def centre(logs: Floats, horizon: int) -> Floats:
        weight, belief = chosen[horizon]
        return seasonal_centre(logs, horizon, season=season, first_month=first_month, weight=weight, belief=belief)

    return draw_pooled(history, centre, horizons, draws, rng, months=RECENT)


def _choose(window: Window, season: Floats, first_month: int, horizon: int) -> tuple[float, float]:
    """Choose weight and belief with the smallest mean absolute error at this horizon over the recent past."""
    made = partial(seasonal_centre, window.logs, horizon, season=season, first_month=first_month)
    tried = [(weight, belief) for weight in WEIGHTS for belief in BELIEFS]
    losses = []
    for weight, belief in tried:
        errors, _ = past_errors(window, made(weight=weight, belief=belief), horizon)
        losses.append(np.abs(errors).mean() if errors.size else 0.0)
    return tried[int(np.argmin(losses))]
