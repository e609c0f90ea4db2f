"""Naive baselines: what anyone could say without a model. All must stay in every league table.

Each takes the history up to the last published month, so that all of them live with the publication lag.
"""

import numpy as np

from havre.draws import Draws, Floats, shuffle_draws, spread_levels
from havre.forecast.pooling import (
    WINDOW,
    active_rows,
    draw_pooled,
    draws_from_logs,
    symmetric_quantiles,
    trailing_mean,
)
from havre.panel.series import MonthlySeries


def last_value(logs: Floats, horizon: int) -> Floats:
    """Say that nothing changes."""
    return logs


def mean_of_three(logs: Floats, horizon: int) -> Floats:
    """Say the mean of the last three months."""
    return np.log1p(trailing_mean(np.expm1(logs), 3))


def same_month_last_year(logs: Floats, horizon: int) -> Floats:
    """Say what came in the same month one year before; where it is not known, the last value."""
    back = -horizon % 12
    if back == 0:
        return logs
    earlier = np.full_like(logs, np.nan)
    earlier[:, back:] = logs[:, :-back]
    return np.where(np.isnan(earlier), logs, earlier)


def draw_rw_pooled(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Last value, with errors pooled over series of the same volume band and symmetrised."""
    return draw_pooled(history, last_value, horizons, draws, rng)


def draw_mean3_pooled(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Mean of the last three months, with pooled symmetrised errors."""
    return draw_pooled(history, mean_of_three, horizons, draws, rng)


def draw_seasonal_naive(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Same month one year before, with pooled symmetrised errors."""
    return draw_pooled(history, same_month_last_year, horizons, draws, rng)


def draw_rw_local(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Last value, with the series' own errors of the last 60 months, symmetrised."""
    logs, rows, levels = np.log1p(history.values), active_rows(history), spread_levels(draws)
    values = np.empty((rows.size, horizons, draws))
    for h in range(1, horizons + 1):
        steps = (logs[:, h:] - logs[:, :-h])[:, -WINDOW:]
        for place, row in enumerate(rows):
            own = steps[row][~np.isnan(steps[row])]
            values[place, h - 1] = logs[row, -1] + symmetric_quantiles(own, levels)
    return draws_from_logs(history, rows, values, rng)


def draw_climatology(
    history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator, *, months: int
) -> Draws:
    """Empirical distribution of the last ``months`` months, the same for every horizon."""
    rows, levels = active_rows(history), spread_levels(draws)
    recent = history.values[rows, -months:]
    values = np.nanquantile(recent, levels, axis=1).T if rows.size else np.empty((0, draws))
    people = np.repeat(values[:, None, :], horizons, axis=1)
    return Draws(tuple(history.keys[row] for row in rows), history.last, shuffle_draws(people, rng))


def draw_mixture(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Half climatology of twelve months, half last value with pooled errors."""
    half = draws // 2
    first = draw_climatology(history, horizons, draws - half, rng, months=12)
    second = draw_rw_pooled(history, horizons, half, rng)
    people = np.sort(np.concatenate([first.values, second.values], axis=2), axis=2)
    return Draws(first.keys, history.last, shuffle_draws(people, rng))
