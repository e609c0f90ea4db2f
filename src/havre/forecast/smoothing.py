"""Exponential smoothing with parameters of each series' own: what a series knows by itself, without the others.

Additive level and season on log1p (the ETS models A,N,N and A,N,A), over a small grid of smoothing weights; each
series takes the pair with the least information criterion of its one-step errors. Errors are normal with the
variances of these models, and no draw exceeds 1.5 times the greatest value of the last two years: without a cap the
back-transformed tail explodes. Reference: Hyndman RJ, Koehler AB, Ord JK, Snyder RD (2008), Forecasting with
exponential smoothing, Springer, chapters 5 and 6 (variances: table 6.1). doi:10.1007/978-3-540-71918-2
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from havre.draws import Draws, Floats, shuffle_draws, spread_levels
from havre.forecast.conditional import rounded, whole_rows
from havre.forecast.pooling import UNKNOWN_SPREAD, active_rows
from havre.panel.series import MonthlySeries

LEVEL_WEIGHTS = (0.2, 0.5)
SEASON_WEIGHTS = (None, 0.0, 0.1, 0.3)
"""``None`` has no season, 0 one that never changes."""
MONTHS = 120
"""Months of history that count."""
CAP_MONTHS = 24
CAP = 1.5
_FIRST_MONTHS = 36
"""Months that start the level of the season."""
_SEASON_MONTHS = 48
"""Months that start the season."""
_BURN_IN = 12
_LEAST_SQUARES = 0.05
"""Added to the sum of squares, so that a row of equal values is not taken for certain."""
_LEAST_ERRORS = 6
"""A series with fewer one-step errors is as uncertain as an unknown one."""


@dataclass(frozen=True)
class Smoothed:
    """States after the last month, and how far off the next month was: arrays (series, …)."""

    level: Floats
    season: Floats
    variance: Floats
    known: Floats
    level_weight: float
    season_weight: float | None

    def criterion(self) -> Floats:
        """Give Akaike's criterion; a season counts as six parameters, as its start is drawn towards zero."""
        parameters = 2.0 + (0 if self.season_weight is None else 6) + (1 if self.season_weight else 0)
        return np.asarray(self.known * np.log(self.variance) + 2 * parameters)

    def centre(self, month: int) -> Floats:
        """Give the point forecast on log1p for a month, counted as the columns were."""
        return np.asarray(self.level + self.season[:, month % 12])

    def spread(self, horizon: int) -> Floats:
        """Give the standard deviation on log1p at a horizon (series,)."""
        step, turn = self.level_weight, (self.season_weight or 0.0) * (1 - self.level_weight)
        years = (horizon - 1) // 12
        growth = 1 + (horizon - 1) * step**2 + turn * years * (2 * step + turn)
        return np.asarray(np.sqrt(self.variance * growth))


def smooth(logs: Floats, level_weight: float, season_weight: float | None) -> Smoothed:
    """Run one pair of weights over all series.

    Parameters
    ----------
    logs : log1p of the counts (series, month), NaN before a series starts
    """
    first = np.argmax(~np.isnan(logs), axis=1)
    level = logs[np.arange(len(logs)), first]
    season = np.zeros((len(logs), 12)) if season_weight is None else first_season(logs)
    level = level - np.take_along_axis(season, first[:, None] % 12, axis=1)[:, 0]
    errors = np.full_like(logs, np.nan)
    for month in range(logs.shape[1]):
        error = logs[:, month] - level - season[:, month % 12]
        errors[:, month] = error
        step = np.nan_to_num(error)
        level = level + level_weight * step
        if season_weight:
            season[:, month % 12] += season_weight * (1 - level_weight) * step
    later = errors[:, min(_BURN_IN, logs.shape[1] // 2) :]
    known = (~np.isnan(later)).sum(axis=1).astype(np.float64)
    variance = (np.nansum(later**2, axis=1) + _LEAST_SQUARES) / (np.maximum(known, 1) + 1)
    variance = np.where(known < _LEAST_ERRORS, UNKNOWN_SPREAD**2, variance)
    return Smoothed(level, season, variance, known, level_weight, season_weight)


def first_season(logs: Floats) -> Floats:
    """Give the season of the first years, drawn towards none where there are few: array (series, calendar month)."""
    start = logs[:, :_FIRST_MONTHS]
    mean = _mean(start)
    mean = np.where(np.isnan(mean), _mean(logs), mean)
    calendar = np.arange(logs.shape[1]) % 12
    distance = (logs - mean[:, None])[:, :_SEASON_MONTHS]
    found = [_mean(distance[:, calendar[:_SEASON_MONTHS] == month]) for month in range(12)]
    season = np.nan_to_num(np.stack(found, axis=1))
    years = np.minimum((~np.isnan(logs)).sum(axis=1), _SEASON_MONTHS) / 12
    return np.asarray((season - season.mean(axis=1, keepdims=True)) * (years / (years + 1))[:, None])


def _mean(values: Floats) -> Floats:
    """Give the mean of the known values of each row, NaN where there are none."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    return np.asarray(
        np.divide(np.where(known, values, 0.0).sum(axis=1), count, out=np.full(len(values), np.nan), where=count > 0)
    )


def best_of_grid(logs: Floats) -> Iterator[tuple[Floats, Smoothed]]:
    """Give for each pair of weights the rows that it suits best (boolean), and its states."""
    tried = [smooth(logs, level, season) for level in LEVEL_WEIGHTS for season in SEASON_WEIGHTS]
    best = np.argmin(np.stack([found.criterion() for found in tried]), axis=0)
    for number, found in enumerate(tried):
        yield best == number, found


def draw_own_smoothing(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Exponential smoothing of level and season, each series with weights chosen by its own errors, and capped."""
    from scipy.special import ndtri

    rows, normal = active_rows(history), ndtri(spread_levels(draws))
    values = history.values[rows]
    logs = np.log1p(values[:, -MONTHS:])
    out = np.zeros((rows.size, horizons, draws))
    for suited, found in best_of_grid(logs) if rows.size else ():
        for h in range(1, horizons + 1):
            told = found.centre(logs.shape[1] + h - 1)[:, None] + found.spread(h)[:, None] * normal
            out[suited, h - 1] = told[suited]
    cap = CAP * (np.nanmax(values[:, -CAP_MONTHS:], axis=1, initial=0.0) + 1)
    people = np.minimum(np.expm1(np.clip(out, 0.0, 30.0)), cap[:, None, None])
    people = shuffle_draws(rounded(people, whole_rows(values)), rng)
    return Draws(tuple(history.keys[row] for row in rows), history.last, people)
