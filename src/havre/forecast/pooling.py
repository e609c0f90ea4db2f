"""Errors of a point forecast, pooled over series of the same volume band.

One series has too few past errors to know its own spread; series of the same size share theirs. All on log1p.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from havre.draws import Draws, Floats, shuffle_draws, spread_levels
from havre.evaluate.protocol import BANDS
from havre.panel.series import MonthlySeries

Rows = NDArray[np.int64]
Centre = Callable[[Floats, int], Floats]
"""From log1p values (series, month) and a horizon to the point forecast made at each month; NaN where none."""

WINDOW = 60
"""Months of past errors."""
LEAST_ERRORS = 40
"""Fewer errors than this in a band and the errors of all bands are used."""
UNKNOWN_SPREAD = 1.0
"""Standard deviation on log1p where there is no past error at all: a factor of e, rather than a false certainty."""


@dataclass(frozen=True)
class Window:
    """The history that a model sees, on log1p, with the band of each series at each month."""

    logs: Floats
    bands: Rows

    @classmethod
    def of(cls, history: MonthlySeries) -> "Window":
        """Take the history of a panel."""
        values = history.values
        return cls(np.log1p(values), bands_at(values))


def bands_at(values: Floats, months: int = 12) -> Rows:
    """Give the number of the volume band of each series at each month, from the mean of the ``months`` up to it."""
    mean = trailing_mean(values, months)
    lows = np.array([low for _, low in BANDS])
    return np.maximum(np.searchsorted(lows, np.nan_to_num(mean), side="right") - 1, 0)


def trailing_mean(values: Floats, months: int) -> Floats:
    """Give the mean of the last ``months`` known values up to each month; NaN where none is known."""
    known = ~np.isnan(values)
    sums, counts = (np.cumsum(np.where(known, part, 0.0), axis=1) for part in (values, np.ones_like(values)))
    for part in (sums, counts):
        part[:, months:] = part[:, months:] - part[:, :-months]
    return np.asarray(np.divide(sums, counts, out=np.full(values.shape, np.nan), where=counts > 0))


def past_errors(window: Window, centre: Floats, horizon: int, months: int = WINDOW) -> tuple[Floats, Rows]:
    """Give the errors of point forecasts made ``horizon`` months before each of the last months, with their bands.

    Parameters
    ----------
    centre : point forecasts on log1p made at each month, array (series, month)
    months : how many of the last months count

    Returns
    -------
    Errors ``log1p(came) − centre`` and the band of the series when the forecast was made, both flat.
    """
    errors = window.logs[:, horizon:] - centre[:, :-horizon]
    bands = window.bands[:, :-horizon]
    errors, bands = errors[:, -months:], bands[:, -months:]
    known = ~np.isnan(errors)
    return errors[known], bands[known]


def error_quantiles(errors: Floats, bands: Rows, levels: Floats) -> Floats:
    """Give the quantiles of the pooled errors of each band as an array (band, level)."""
    found = np.empty((len(BANDS), levels.size))
    for band in range(len(BANDS)):
        pool = errors[bands == band]
        found[band] = symmetric_quantiles(errors if pool.size < LEAST_ERRORS else pool, levels)
    return found


def symmetric_quantiles(errors: Floats, levels: Floats) -> Floats:
    """Give the quantiles of errors of which each counts twice, once with its sign turned: drift is not carried on.

    Where there are none, those of a normal distribution with the standard deviation :data:`UNKNOWN_SPREAD`.
    """
    if errors.size == 0:
        from scipy.special import ndtri

        return np.asarray(UNKNOWN_SPREAD * ndtri(levels))
    return np.asarray(np.quantile(np.concatenate([errors, -errors]), levels))


def active_rows(history: MonthlySeries) -> Rows:
    """Give the rows that have a value in the last month: those that can be forecast from it."""
    if history.values.shape[1] == 0:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(~np.isnan(history.values[:, -1]))


def draw_pooled(
    history: MonthlySeries, centre: Centre, horizons: int, draws: int, rng: np.random.Generator, *, months: int = WINDOW
) -> Draws:
    """Draw around a point forecast with the pooled past errors of its own band and horizon.

    Parameters
    ----------
    history : what is known; every series that has a value in its last month is forecast
    centre : the point forecast
    months : how many of the last months of errors count
    """
    window, rows, levels = Window.of(history), active_rows(history), spread_levels(draws)
    values = np.empty((rows.size, horizons, draws))
    for h in range(1, horizons + 1):
        middle = centre(window.logs, h)
        spread = error_quantiles(*past_errors(window, middle, h, months), levels)
        values[:, h - 1] = middle[rows, -1, None] + spread[window.bands[rows, -1]]
    return draws_from_logs(history, rows, values, rng)


def draws_from_logs(history: MonthlySeries, rows: Rows, values: Floats, rng: np.random.Generator) -> Draws:
    """Turn sorted draws on log1p (series, horizon, draw) into :class:`Draws` in persons, never below zero."""
    people = np.expm1(np.clip(values, 0.0, 30.0))
    return Draws(tuple(history.keys[row] for row in rows), history.last, shuffle_draws(people, rng))
