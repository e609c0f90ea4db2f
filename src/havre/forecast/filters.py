"""The count filter: filtered levels and filtered chances of a month without anybody.

Each series carries a few states on log1p that are updated with every month: a fast, a middle and a slow level, a
long-run mean and a season. How much of each deviation between them lasts over a horizon is learnt from all series
(:mod:`havre.forecast.damping`); at long horizons the forecast thus returns to the long-run mean. The counts around it
are those that followed such forecasts (:mod:`havre.forecast.conditional`), mixed with the discounted frequencies of
the series' own months. Small series have a hurdle: the chance of a month without anybody is a logistic regression on
filtered zeros, so that a corridor that has just been used is likelier to be used again. References: West M,
Harrison J (1997), Bayesian forecasting and dynamic models, 2nd ed., chapters 2 and 6 (discounting),
doi:10.1007/b98971; Mullahy J (1986), Specification and testing of some modified count data models, Journal of
Econometrics 33(3): 341–365, doi:10.1016/0304-4076(86)90002-3 (the hurdle).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havre.draws import Draws, Floats, shuffle_draws, spread_levels
from havre.forecast.conditional import (
    ConditionalErrors,
    interpolate_rows,
    mix_own,
    own_share,
    rounded,
    whole_rows,
)
from havre.forecast.damping import calendar_value, damped_centre, drift_of_others, long_run, products
from havre.forecast.features import back
from havre.forecast.levels import smoothed
from havre.forecast.pooling import Rows, active_rows
from havre.forecast.seasons import seasons
from havre.months import month_index
from havre.panel.series import MonthlySeries

FAST, MIDDLE, SLOW = 0.5, 0.2, 0.07
"""Weights of the newest month in the three levels."""
_HURDLE_BELOW = 1.6
"""Forecast level on log1p below which the hurdle applies (about four persons a month)."""
_HURDLE_MONTHS = 96
_HURDLE_LEAST = 200
"""Fewer examples than this and there is no hurdle."""
_ONE, _HALF = np.log(2.0), np.log(1.5)
"""One person, and what still rounds to nobody, on log1p."""


@dataclass(frozen=True)
class States:
    """What the filter knows of each series after each month; arrays (series, month), NaN where nothing is known.

    Parameters
    ----------
    logs : log1p of the counts
    fast, middle, slow : exponentially weighted levels of them
    season : season as known at each month (series, month, calendar month)
    first_month : calendar month of the first column, 0 for January
    drifts : what other series of the same origin, and of the same destination, have done lately
    whole : whether the series counts in whole numbers (series,)
    """

    logs: Floats
    fast: Floats
    middle: Floats
    slow: Floats
    season: Floats
    first_month: int
    drifts: tuple[Floats, ...]
    whole: NDArray[np.bool_]

    @classmethod
    def of(cls, history: MonthlySeries) -> "States":
        """Filter a history, month after month."""
        logs, first_month = np.log1p(history.values), month_index(history.first) % 12
        fast, middle, slow = (smoothed(logs, weight) for weight in (FAST, MIDDLE, SLOW))
        groups = [key.origin for key in history.keys], [key.destination for key in history.keys]
        drifts = [drift_of_others(change, group) for group in groups for change in (logs - middle, fast - slow)]
        return cls(
            logs, fast, middle, slow, seasons(logs, first_month), first_month, tuple(drifts), whole_rows(history.values)
        )

    def deviations(self, horizon: int) -> list[Floats]:
        """List the deviations of faster from slower levels, of the season and of the series around.

        Rises are listed apart, since a rise need not fade as a fall does.
        """
        now, then = (calendar_value(self.season, self.first_month, ahead) for ahead in (0, horizon))
        year_ago = back(self.logs, -horizon % 12) - back(self.middle, -horizon % 12)
        own = [self.logs - self.fast, self.fast - self.middle, self.middle - self.slow]
        rises = [np.maximum(part, 0.0) for part in own]
        return [*own, *rises, self.slow - long_run(self.logs), then, then - now, year_ago, *self.drifts]


def draw_count_filter(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Filtered levels that fade towards the long-run mean, with counts that followed such levels and a hurdle at zero.

    The draws of one series keep their rank over the horizons; series are independent of each other.
    """
    rows, levels = active_rows(history), spread_levels(draws)
    people = np.empty((rows.size, horizons, draws))
    if rows.size:
        states, zeros = States.of(history), zero_states(history.values)
        for h in range(1, horizons + 1):
            people[:, h - 1] = np.expm1(_quantiles(states, zeros, rows, levels, h))
    people = shuffle_draws(rounded(people, whole_rows(history.values[rows])), rng)
    return Draws(tuple(history.keys[row] for row in rows), history.last, people)


def _quantiles(states: States, zeros: list[Floats], rows: Rows, levels: Floats, horizon: int) -> Floats:
    """Give the quantiles of one horizon on log1p, array (row, level)."""
    centre = damped_centre(states.logs, states.middle, states.middle, states.deviations(horizon), horizon)
    conditional = ConditionalErrors.of(states.logs, centre, horizon).quantiles(centre, rows, levels)
    mixed = mix_own(conditional, states.logs[rows], own_share(horizon), levels)
    chance = chance_of_nobody(states, zeros, centre, horizon)
    if chance is None:
        return mixed
    small = (centre[rows, -1] < _HURDLE_BELOW) & states.whole[rows]
    mixed[small] = with_hurdle(mixed[small], chance[rows][small], levels)
    return mixed


def zero_states(values: Floats) -> list[Floats]:
    """List filtered zeros: whether nobody came, at three speeds and how long ago the last month with somebody was."""
    nobody = np.where(np.isnan(values), np.nan, (values == 0).astype(np.float64))
    since = np.zeros_like(values)
    for month in range(1, values.shape[1]):
        since[:, month] = np.where(nobody[:, month] == 1, since[:, month - 1] + 1, 0.0)
    return [nobody, *(smoothed(nobody, weight) for weight in (0.4, 0.15, 0.04)), np.log1p(np.minimum(since, 36.0))]


def chance_of_nobody(states: States, zeros: list[Floats], centre: Floats, horizon: int) -> Floats | None:
    """Give the chance that nobody comes ``horizon`` months after the last month, or None with too few examples."""
    size = np.clip(np.nan_to_num(centre), 0.0, 4.0)
    year_ago = back(zeros[0], -horizon % 12)
    year_ago = np.where(np.isnan(year_ago), zeros[3], year_ago)
    features = np.stack([np.ones_like(size), size, np.log(size + 0.05), states.middle, *zeros, year_ago], axis=-1)
    made = states.logs.shape[1] - horizon
    recent = slice(max(0, made - _HURDLE_MONTHS), max(0, made))
    later = states.logs[:, recent.start + horizon : recent.stop + horizon] if made > 0 else states.logs[:, :0]
    known = ~np.isnan(later) & ~np.isnan(features[:, recent]).any(axis=-1) & (size[:, recent] < _HURDLE_BELOW)
    if known.sum() < _HURDLE_LEAST:
        return None
    found = fit_logistic(features[:, recent][known], (later[known] == 0).astype(np.float64))
    return _logistic(np.nan_to_num(features[:, -1]) @ found)


def fit_logistic(features: Floats, came: Floats, penalty: float = 5.0, rounds: int = 8) -> Floats:
    """Fit a logistic regression with a ridge penalty by Newton's method; returns the coefficients."""
    found = np.zeros(features.shape[1])
    ridge = penalty * np.eye(found.size)
    for _ in range(rounds):
        said = _logistic(features @ found)
        curvature = products(features * (said * (1 - said) + 1e-6)[:, None], features) + ridge
        found = found + np.linalg.solve(curvature, features.T @ (came - said) - penalty * found)
    return found


def _logistic(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -30.0, 30.0))))


def with_hurdle(quantiles: Floats, chance: Floats, levels: Floats) -> Floats:
    """Give the quantiles with another chance of nobody; those above it keep the shape that they had above zero.

    Parameters
    ----------
    quantiles : quantiles on log1p (row, level)
    chance : chance of nobody (row,)
    levels : the levels (level,)
    """
    before = (quantiles < _HALF).mean(axis=1, keepdims=True)
    after = chance[:, None]
    beyond = before + (levels - after) / (1 - after) * (1 - before)
    above = np.maximum(interpolate_rows(beyond, np.broadcast_to(levels, quantiles.shape), quantiles), _ONE)
    return np.asarray(np.where(levels < after, 0.0, above))
