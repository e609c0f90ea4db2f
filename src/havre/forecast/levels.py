"""Exponentially weighted level: a smoothed level is a better guess than the last value.

Reference: Brown RG (1959), Statistical forecasting for inventory control; here on log1p, with the weight chosen at
every origin by past errors, and errors pooled by volume band.
"""

from functools import partial

import numpy as np

from havre.draws import Draws, Floats
from havre.forecast.pooling import Window, draw_pooled, past_errors
from havre.panel.series import MonthlySeries

WEIGHTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Weights of the newest month that are tried."""
RECENT = 36
"""Months of past errors that give the spread: fewer than the baselines take, to forget an old crisis sooner."""


def smoothed(logs: Floats, weight: float) -> Floats:
    """Give the exponentially weighted level at each month; the first known value starts it.

    Parameters
    ----------
    logs : array (series, month), NaN before a series starts and after it ends
    weight : weight of the newest month, above 0 and at most 1
    """
    levels = np.full_like(logs, np.nan)
    level = np.full(logs.shape[0], np.nan)
    for month in range(logs.shape[1]):
        now = logs[:, month]
        level = np.where(np.isnan(level), now, np.where(np.isnan(now), np.nan, level + weight * (now - level)))
        levels[:, month] = level
    return levels


def choose_weight(window: Window, horizon: int) -> float:
    """Choose the weight whose level had the smallest mean absolute error at this horizon over the past window."""
    losses = []
    for weight in WEIGHTS:
        errors, _ = past_errors(window, smoothed(window.logs, weight), horizon)
        losses.append(np.abs(errors).mean() if errors.size else 0.0)
    return WEIGHTS[int(np.argmin(losses))]


def draw_exponential_level(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Exponentially weighted level on log1p, its weight chosen by past errors at each horizon, with pooled errors."""
    window = Window.of(history)
    weights = {h: choose_weight(window, h) for h in range(1, horizons + 1)}
    return draw_pooled(history, partial(_level, weights=weights), horizons, draws, rng, months=RECENT)


def _level(logs: Floats, horizon: int, weights: dict[int, float]) -> Floats:
    return smoothed(logs, weights[horizon])
