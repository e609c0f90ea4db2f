"""The factor model: a few movements that many corridors share, and what is left to each one.

The distance of a fast from a slow level of each series, without its season, is split by principal components into
common factors times the loadings of the series, and an own rest. How much of the factors, and of the rest, is still
there some months later is learnt from all series (:mod:`havre.forecast.damping`): the factors fade at their own pace.
The width comes from errors that followed such forecasts (:mod:`havre.forecast.conditional`), with the lately observed
volatility of each series, mixed with the discounted frequencies of its own months.

The draws are joint: one draw is one path of the common shocks, the same in all series and over all horizons, with
heavy tails (Student t) in common and own shocks. References: Stock JH, Watson MW (2002), Forecasting using principal
components from a large number of predictors, Journal of the American Statistical Association 97(460): 1167–1179,
doi:10.1198/016214502388618960; Oh DH, Patton AJ (2017), Modeling dependence in high dimensions with factor copulas,
Journal of Business & Economic Statistics 35(1): 139–154, doi:10.1080/07350015.2015.1062384
"""

from dataclasses import dataclass

import numpy as np

from havre.draws import Draws, Floats, spread_levels
from havre.forecast.conditional import MONTHS, ConditionalErrors, mix_own, own_share, rounded, whole_rows
from havre.forecast.damping import calendar_value, damped_centre, drift_of_others, long_run, products
from havre.forecast.levels import smoothed
from havre.forecast.pooling import active_rows
from havre.forecast.seasons import seasons
from havre.months import month_index
from havre.panel.series import MonthlySeries

FACTORS = 2
FAST, SLOW, SLOWEST = 0.5, 0.2, 0.02
"""Weights of the newest month in the levels."""
BELIEF = 0.5
"""Share of the season that is taken out before, and put back after; the regression corrects the rest."""
FREEDOM = 5.0
"""Degrees of freedom of the Student t shocks."""
_LEAST_SPREAD = 0.05
"""Variance on log1p added to that of each series, so that a row of zeros is not blown up."""
_MOST_COMMON = 0.9
_SCORE_LIMIT = 4.0


def split(distance: Floats, factors: int) -> tuple[list[Floats], Floats]:
    """Split distances (series, month) into the parts that common factors explain and an own rest.

    Parameters
    ----------
    distance : array (series, month); NaN counts as none
    factors : how many factors; fewer where there are fewer series or months

    Returns
    -------
    For each factor its part (series, month), loading times factor; and the rest. They add up to the distance.
    """
    filled = np.nan_to_num(distance)
    spread = np.sqrt((filled**2).mean(axis=1, keepdims=True) + _LEAST_SPREAD)
    loadings, sizes, paths = np.linalg.svd(filled / spread, full_matrices=False)
    parts = [
        spread * loadings[:, [number]] * sizes[number] * paths[[number]] for number in range(min(factors, sizes.size))
    ]
    return parts, np.asarray(filled - sum(parts, start=np.zeros_like(filled)))


@dataclass(frozen=True)
class Levels:
    """Levels without season, and the deviations that the regression weighs; arrays (series, month)."""

    logs: Floats
    slow: Floats
    deviations: tuple[Floats, ...]
    season: Floats
    first_month: int

    @classmethod
    def of(cls, history: MonthlySeries) -> "Levels":
        """Take the season out of a history, and split what moves."""
        logs, first_month = np.log1p(history.values), month_index(history.first) % 12
        season = seasons(logs, first_month)
        calm = logs - BELIEF * calendar_value(season, first_month, 0)
        fast, slow, slowest = (smoothed(calm, weight) for weight in (FAST, SLOW, SLOWEST))
        parts, rest = split(fast - slow, FACTORS)
        groups = [key.origin for key in history.keys], [key.destination for key in history.keys]
        around = [drift_of_others(fast - slow, group) for group in groups]
        own = [rest, calm - fast, slow - slowest, slowest - long_run(calm)]
        return cls(logs, slow, (*parts, *own, *around), season, first_month)

    def centre(self, horizon: int) -> Floats:
        """Give the point forecast on log1p made at each month for the month ``horizon`` later."""
        now, then = (calendar_value(self.season, self.first_month, ahead) for ahead in (0, horizon))
        base = self.slow + BELIEF * then
        return damped_centre(self.logs, base, self.slow, [*self.deviations, now, then], horizon)


def draw_factor_model(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Common factors and own rests of all series, each fading at its own pace, drawn jointly with heavy tails."""
    rows, spread = active_rows(history), spread_levels(draws)
    people = np.empty((rows.size, horizons, draws))
    if rows.size:
        levels, errors = Levels.of(history), []
        for h in range(1, horizons + 1):
            centre = levels.centre(h)
            conditional = ConditionalErrors.of(levels.logs, centre, h)
            around = conditional.quantiles(centre, rows, spread)
            people[:, h - 1] = np.expm1(mix_own(around, levels.logs[rows], own_share(h), spread))
            errors.append(conditional.errors[rows, -MONTHS - h :])
        people = rounded(people, whole_rows(history.values[rows]))
        ranks = np.argsort(np.argsort(draw_shocks(aligned(errors), draws, rng), axis=2), axis=2)
        people = np.take_along_axis(people, ranks, axis=2)
    return Draws(tuple(history.keys[row] for row in rows), history.last, people)


def aligned(errors: list[Floats]) -> Floats:
    """Stack errors of the horizons as scores (series, horizon, month of origin), each horizon with unit spread.

    NaN (not known yet) becomes zero, and no score exceeds a limit: one spike must not tie all series together.
    """
    months = min(part.shape[1] for part in errors)
    scores = np.stack([part[:, -months:] for part in errors], axis=1)
    known = ~np.isnan(scores)
    scores = np.where(known, scores, 0.0)
    squares = (scores**2).sum(axis=(0, 2), keepdims=True) / np.maximum(1, known.sum(axis=(0, 2), keepdims=True))
    return np.asarray(np.clip(scores / np.sqrt(np.where(squares > 0, squares, 1.0)), -_SCORE_LIMIT, _SCORE_LIMIT))


def draw_shocks(scores: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Draw shocks (series, horizon, draw) that hang together as past scores did; only their ranks matter.

    Parameters
    ----------
    scores : past errors with unit spread (series, horizon, month of origin), zero where unknown
    """
    series, horizons, _ = scores.shape
    loadings, common, own = dependence(scores)
    shocks = np.zeros((series, horizons, draws))
    for loading, over_horizons in zip(loadings.T, common, strict=True):
        path = over_horizons @ rng.standard_normal((horizons, draws)) * heavy(draws, rng)
        shocks += loading[:, None, None] * path
    rest = np.sqrt(1.0 - (loadings**2).sum(axis=1))[:, None, None]
    each = np.einsum("hk,skd->shd", own, rng.standard_normal((series, horizons, draws)))
    return np.asarray(shocks + rest * each * heavy((series, 1, draws), rng))


def heavy(shape: int | tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Draw factors that turn normal shocks into Student t ones of ``FREEDOM`` degrees."""
    return np.asarray(np.sqrt(FREEDOM / rng.chisquare(FREEDOM, shape)))


def dependence(scores: Floats) -> tuple[Floats, list[Floats], Floats]:
    """Find how scores hang together over series and horizons.

    Returns
    -------
    Loadings (series, factor) of unit common shocks, squares of a series adding up to at most 0.9; for each factor a
    square root (horizon, horizon) of the correlation of its shocks over horizons; the same for own shocks.
    """
    series, horizons, months = scores.shape
    if series < 2 or months < 2 or not scores.any():
        return np.zeros((series, 0)), [], correlation_root(scores)
    flat = scores.reshape(series, -1)
    size = np.sqrt((flat**2).mean(axis=1, keepdims=True))
    unit = np.divide(flat, size, out=np.zeros_like(flat), where=size > 0)
    left, sizes, right = np.linalg.svd(unit, full_matrices=False)
    kept = min(FACTORS, sizes.size)
    loadings = left[:, :kept] * sizes[:kept] / np.sqrt(flat.shape[1])
    shared = (loadings**2).sum(axis=1, keepdims=True)
    loadings = loadings * np.sqrt(np.minimum(1.0, _MOST_COMMON / np.maximum(shared, 1e-12)))
    paths = right[:kept].reshape(kept, 1, horizons, months)
    rest = unit - (left[:, :kept] * sizes[:kept]) @ right[:kept]
    return loadings, [correlation_root(path) for path in paths], correlation_root(rest.reshape(scores.shape))


def correlation_root(scores: Floats) -> Floats:
    """Give a square root of the correlation matrix of horizons over all series and months of origin.

    A horizon without any score is tied fully to the horizon before it.
    """
    horizons = scores.shape[1]
    flat = np.moveaxis(scores, 1, 0).reshape(horizons, -1)
    together = products(flat.T, flat.T)
    size = np.sqrt(np.diag(together))
    filled = np.maximum.accumulate(np.where(size > 0, np.arange(horizons), -1))
    if (filled < 0).any():
        return np.concatenate([np.ones((horizons, 1)), np.zeros((horizons, horizons - 1))], axis=1)
    correlation = (together / np.outer(np.where(size > 0, size, 1.0), np.where(size > 0, size, 1.0)))[filled][:, filled]
    values, vectors = np.linalg.eigh(correlation)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
