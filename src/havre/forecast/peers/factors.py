"""A Poisson random walk with common factors and stochastic volatility.

Own implementation after the description of Zens G, Bijak J (2026) of such a model for monthly asylum counts: counts
are Poisson with a log intensity that walks at random; the steps of all series share a few factors; the variances of
factors and of what is left to each series change over time. Simplified, to take seconds and not hours: no sampling of
the posterior but a fixed number of rounds, each of which (a) finds the mode of the intensities by a Kalman smoother on
the linearised Poisson likelihood [1]_, (b) takes the factors as the principal components of the scaled steps, and (c)
takes the variances as exponentially discounted squares [2]_, drawn towards those of the panel. Loadings are constant
and their uncertainty is left out. Forecasts are simulated with log variances that return to their mean; the intensity
is capped as that of the other peers.

References
----------
.. [1] Durbin J, Koopman SJ (1997). Monte Carlo maximum likelihood estimation for non-Gaussian state space models.
   Biometrika 84(3): 669–684. doi:10.1093/biomet/84.3.669
.. [2] West M, Harrison J (1997). Bayesian forecasting and dynamic models, 2nd ed., section 10.8. doi:10.1007/b98971
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havre.draws import Draws, Floats, spread_levels
from havre.forecast.peers.bounds import caps
from havre.forecast.pooling import active_rows
from havre.panel.series import MonthlySeries

MONTHS = 120
FACTORS = 2
SERIES_PER_FACTOR = 5
"""A factor needs this many series: in a panel of one it would be the series itself."""
ROUNDS = 4
DISCOUNT = 0.9
"""Weight of the past in a variance, per month."""
PRIOR_MONTHS = 5.0
"""Months of the panel's variance that each series starts with."""
LEAST_VARIANCE = 0.01
"""Variance of a monthly step below which no series falls: about ten per cent."""
PERSISTENCE = 0.9
VOLATILITY_STEP = 0.25
"""A log variance keeps this share of its distance to its mean each month, and takes a step of this deviation."""
PATHS = 1000
_PATH_SEED = 1
"""Seed of the simulated paths, the same for every call, so that the seed of the draws does not move the quantiles."""
_LOWEST, _HIGHEST = -3.0, 30.0
_VAGUE = 1.0
"""Variance where nothing is known, around one person for a level, and a factor of e for a step."""
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Walk:
    """The fitted model at the last month: everything that a simulation starts from.

    ``level`` and ``doubt`` (series,) are mean and variance of the log intensity, ``loadings`` (series, factor);
    ``own``, ``own_mean`` (series,) and ``common``, ``common_mean`` (factor,) are log variances now and on average.
    """

    level: Floats
    doubt: Floats
    loadings: Floats
    own: Floats
    own_mean: Floats
    common: Floats
    common_mean: Floats


def draw_factor_poisson(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Poisson random walk with common factors and stochastic volatility, a fast approximation, capped.

    A draw is one future of the whole panel: it keeps the ranks that its simulated path has in each series and month.
    """
    rows = active_rows(history)
    keys = tuple(history.keys[row] for row in rows)
    if rows.size == 0:
        return Draws(keys, history.last, np.empty((0, horizons, draws)))
    values = history.values[rows]
    highest = np.minimum(caps(np.log1p(values)), _HIGHEST)
    people = _simulate(fit_walk(values[:, -MONTHS:]), highest, horizons, draws)
    return Draws(keys, history.last, people[:, :, rng.permutation(draws)])


def fit_walk(values: Floats) -> Walk:
    """Fit the model to counts (series, month), NaN before a series starts."""
    known, counts = ~np.isnan(values), np.nan_to_num(values)
    series, months = values.shape
    factors = min(FACTORS, series // SERIES_PER_FACTOR) if months > 2 * FACTORS else 0
    level, variance = np.log(counts + 0.5), np.full((series, months), 0.1)
    for _ in range(ROUNDS):
        level, doubt, step_doubt = smooth(*_linearised(counts, known, level), variance)
        steps = np.where(known[:, 1:] & known[:, :-1], np.diff(level, axis=1), 0.0)
        loadings, scores = components(steps, factors)
        own = discounted((steps - loadings @ scores) ** 2 + step_doubt, known[:, 1:] & known[:, :-1])
        common = discounted(scores**2, np.ones(scores.shape, dtype=bool))
        variance = own + loadings**2 @ common
    log_own, log_common = np.log(own), np.log(common)
    return Walk(
        level[:, -1], doubt[:, -1], loadings,
        log_own[:, -1], log_own.mean(axis=1), log_common[:, -1], log_common.mean(axis=1),
    )  # fmt: skip


def _linearised(counts: Floats, known: Flags, level: Floats) -> tuple[Floats, Floats]:
    """Give the normal observations, and their variances, that have the Poisson likelihood's slope and bend here."""
    here = np.clip(level, _LOWEST, _HIGHEST)
    intensity = np.exp(here)
    return here + (counts - intensity) / intensity, np.where(known, 1.0 / intensity, np.inf)


def smooth(seen: Floats, noise: Floats, variance: Floats) -> tuple[Floats, Floats, Floats]:
    """Smooth random walks by the Kalman filter and the Rauch–Tung–Striebel smoother, all series at once.

    Parameters
    ----------
    seen : observations (series, month); what they hold where ``noise`` is infinite does not count
    noise : their variances
    variance : variance of the step to each month

    Returns
    -------
    Mean and variance of the level at each month, and the variance of each step (series, month − 1).
    """
    months = seen.shape[1]
    mean, doubt, ahead = np.empty_like(seen), np.empty_like(seen), np.empty_like(seen)
    last, width = np.zeros(len(seen)), np.full(len(seen), _VAGUE)
    for month in range(months):
        ahead[:, month] = width = width + variance[:, month]
        gain = width / (width + noise[:, month])
        last = last + gain * (seen[:, month] - last)
        width = width * (1 - gain)
        mean[:, month], doubt[:, month] = last, width
    steps = np.zeros((len(seen), max(0, months - 1)))
    for month in range(months - 2, -1, -1):
        back = doubt[:, month] / ahead[:, month + 1]
        mean[:, month] += back * (mean[:, month + 1] - mean[:, month])
        doubt[:, month] += back**2 * (doubt[:, month + 1] - ahead[:, month + 1])
        steps[:, month] = doubt[:, month] + doubt[:, month + 1] * (1 - 2 * back)
    return mean, doubt, np.maximum(steps, 0.0)


def components(steps: Floats, factors: int) -> tuple[Floats, Floats]:
    """Give loadings (series, factor) and scores of unit variance (factor, month) of the scaled steps."""
    scale = np.sqrt((steps**2).mean(axis=1, keepdims=True)) if factors else np.ones((len(steps), 1))
    left, strength, right = np.linalg.svd(steps / np.maximum(scale, 1e-9), full_matrices=False)
    size = np.sqrt(steps.shape[1])
    # The sign of a component is free; fixed here, so that the same panel gives the same bits everywhere.
    sign = np.where(left[:, :factors].sum(axis=0) < 0, -1.0, 1.0)
    return scale * left[:, :factors] * strength[:factors] * sign / size, right[:factors] * sign[:, None] * size


def discounted(squares: Floats, known: Flags) -> Floats:
    """Give variances as discounted means of squares, array (series, step + 1); the first is that of the panel.

    The panel's is the median over series of their mean squares; each series starts with :data:`PRIOR_MONTHS` of it.
    """
    counted = known.sum(axis=1)
    means = np.where(known, squares, 0.0).sum(axis=1)[counted > 0] / counted[counted > 0]
    panel = max(float(np.median(means)), LEAST_VARIANCE) if means.size else _VAGUE
    found = np.full((len(squares), squares.shape[1] + 1), panel)
    total, weight = np.full(len(squares), PRIOR_MONTHS * panel), np.full(len(squares), PRIOR_MONTHS)
    for step in range(squares.shape[1]):
        here = known[:, step]
        total = np.where(here, DISCOUNT * total + squares[:, step], total)
        weight = np.where(here, DISCOUNT * weight + 1.0, weight)
        found[:, step + 1] = np.maximum(total / weight, LEAST_VARIANCE)
    return found


def _simulate(walk: Walk, highest: Floats, horizons: int, draws: int) -> Floats:
    """Simulate futures and give draws (series, horizon, draw) with their quantiles and the ranks of their paths."""
    rng = np.random.default_rng(_PATH_SEED)
    paths, series = max(PATHS, draws), len(walk.level)
    levels, found = spread_levels(draws), np.empty((series, horizons, draws))
    level = walk.level[:, None] + np.sqrt(walk.doubt)[:, None] * rng.standard_normal((series, paths))
    own, common = (np.repeat(now[:, None], paths, axis=1) for now in (walk.own, walk.common))
    for h in range(horizons):
        own = _next_volatility(own, walk.own_mean, rng)
        common = _next_volatility(common, walk.common_mean, rng)
        shared = walk.loadings @ (np.exp(common / 2) * rng.standard_normal(common.shape))
        level = level + shared + np.exp(own / 2) * rng.standard_normal(own.shape)
        counts = rng.poisson(np.minimum(np.exp(np.minimum(level, _HIGHEST)), np.expm1(highest)[:, None]))
        ranks = level[:, :draws].argsort(axis=1).argsort(axis=1)
        sorted_draws = np.quantile(counts, levels, axis=1).T
        found[:, h] = np.take_along_axis(sorted_draws, ranks, axis=1)
    return found


def _next_volatility(now: Floats, mean: Floats, rng: np.random.Generator) -> Floats:
    steps = VOLATILITY_STEP * rng.standard_normal(now.shape)
    return np.asarray(mean[:, None] + PERSISTENCE * (now - mean[:, None]) + steps)
