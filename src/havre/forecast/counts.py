"""A count model: negative-binomial counts around an exponentially weighted mean, for series where zeros are common.

The mean is smoothed on the natural scale. The variance at horizon ``h`` is ``μ + φ μ²``; φ has the greatest likelihood
over all series of the same volume band, of what came ``h`` months after each mean of the past. Reference: Cameron AC,
Trivedi PK (2013), Regression analysis of count data, 2nd ed., section 3.3 (the NB2 model).
doi:10.1017/CBO9781139013567
"""

import numpy as np

from havre.draws import Draws, Floats, shuffle_draws, spread_levels
from havre.evaluate.protocol import BANDS
from havre.forecast.levels import RECENT, WEIGHTS, smoothed
from havre.forecast.pooling import LEAST_ERRORS, Rows, active_rows, bands_at
from havre.panel.series import MonthlySeries

_GRID = 100
"""Probabilities at which the exact quantiles are taken; the draws between them repeat."""
_LEAST_MEAN = 0.02
"""A mean below this keeps some doubt in a row of zeros (one person in fifty months)."""
DISPERSIONS = (0.01, 0.03, 0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0, 6.0)
"""Values of φ that are tried, from nearly Poisson to a variance of six squared means."""


def dispersion(came: Floats, mean: Floats) -> float:
    """Choose φ of a variance ``μ + φ μ²`` by the likelihood of counts given the means that were said before."""
    from scipy.stats import nbinom

    size = 1.0 / np.asarray(DISPERSIONS)[:, None]
    middle = np.maximum(mean, _LEAST_MEAN)[None, :]
    likelihood = np.asarray(nbinom.logpmf(np.round(came)[None, :], size, size / (size + middle)))
    return DISPERSIONS[int(np.argmax(likelihood.sum(axis=1)))]


def dispersions(values: Floats, mean: Floats, bands: Rows, horizon: int) -> Floats:
    """Choose φ of each volume band at one horizon from the last months; a band with few examples takes all bands."""
    came, said = values[:, horizon:][:, -RECENT:], mean[:, :-horizon][:, -RECENT:]
    where = bands[:, :-horizon][:, -RECENT:]
    known = ~np.isnan(came) & ~np.isnan(said)
    found = np.full(len(BANDS), 1.0)
    for band in range(len(BANDS)):
        inside = known & (where == band)
        inside = known if inside.sum() < LEAST_ERRORS else inside
        if inside.any():
            found[band] = dispersion(came[inside], said[inside])
    return found


def choose_mean(values: Floats) -> Floats:
    """Give the exponentially weighted mean whose weight had the least mean absolute error one month ahead, on log1p."""
    means = [smoothed(values, weight) for weight in WEIGHTS]
    misses = [np.abs(np.log1p(values[:, 1:]) - np.log1p(mean[:, :-1]))[:, -RECENT:] for mean in means]
    losses = [np.nansum(miss) / max(1, np.isfinite(miss).sum()) for miss in misses]
    return means[int(np.argmin(losses))]


def draw_negative_binomial(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Negative-binomial counts around an exponentially weighted mean, φ pooled by volume band and horizon."""
    from scipy.stats import nbinom

    values, rows = history.values, active_rows(history)
    mean, bands = choose_mean(values), bands_at(values)
    grid = spread_levels(_GRID)
    middle = np.maximum(mean[rows, -1], _LEAST_MEAN)
    sorted_draws = np.empty((rows.size, horizons, draws))
    repeat = np.minimum((spread_levels(draws) * _GRID).astype(int), _GRID - 1)
    for h in range(1, horizons + 1):
        size = 1.0 / dispersions(values, mean, bands, h)[bands[rows, -1]]
        chance = size / (size + middle)
        sorted_draws[:, h - 1] = nbinom.ppf(grid, size[:, None], chance[:, None])[:, repeat]
    return Draws(tuple(history.keys[row] for row in rows), history.last, shuffle_draws(sorted_draws, rng))
