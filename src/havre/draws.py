"""The one carrier of forecasts: draws for each series and horizon, checked when made and never changed.

Draws are equally likely values. Their sorted values are the quantile function, so that models, ensembles and the
judge speak of the same thing.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from havre.errors import ForecastError
from havre.months import add_months

Floats = NDArray[np.float64]
QUANTILE_LEVELS: tuple[float, ...] = (0.01, 0.025, *(round(0.05 * step, 2) for step in range(1, 20)), 0.975, 0.99)
"""The 23 quantile levels of the forecast hubs."""


@dataclass(frozen=True)
class SeriesKey:
    """What a series counts: one measure from an origin to a destination (codes of :mod:`havre.places`)."""

    measure: str
    origin: str
    destination: str

    def __str__(self) -> str:
        return f"{self.measure} {self.origin}→{self.destination}"


@dataclass(frozen=True)
class Draws:
    """Draws of future months.

    Parameters
    ----------
    keys : the series, one per first axis entry
    origin : last published month that the forecast knows; horizon ``h`` (1, 2, …) is the month ``origin + h``
    values : array (series, horizon, draw) in persons (or the unit of the measure), finite and not negative

    Raises
    ------
    ForecastError : the shape does not fit the keys, or a value is negative, infinite or not a number
    """

    keys: tuple[SeriesKey, ...]
    origin: date
    values: Floats

    def __post_init__(self) -> None:
        values = np.ascontiguousarray(self.values, dtype=np.float64)
        if values.ndim != 3 or values.shape[0] != len(self.keys) or 0 in values.shape[1:]:
            raise ForecastError("draws.shape", shape=values.shape, series=len(self.keys))
        if not np.isfinite(values).all() or (values < 0).any():
            bad = next(k for k, v in zip(self.keys, values, strict=True) if not np.isfinite(v).all() or (v < 0).any())
            raise ForecastError("draws.values", key=bad)
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    @property
    def horizons(self) -> int:
        """Number of months ahead."""
        return int(self.values.shape[1])

    @property
    def target_months(self) -> tuple[date, ...]:
        """First day of the month of each horizon."""
        return tuple(add_months(self.origin, h) for h in range(1, self.horizons + 1))

    def quantiles(self, levels: tuple[float, ...] = QUANTILE_LEVELS) -> Floats:
        """Give the quantiles as an array (series, horizon, level), by linear interpolation between draws."""
        return np.moveaxis(np.quantile(self.values, levels, axis=2), 0, -1)

    def select(self, keys: tuple[SeriesKey, ...]) -> "Draws":
        """Keep some series, in the order asked for."""
        place = {key: index for index, key in enumerate(self.keys)}
        return Draws(keys, self.origin, self.values[[place[key] for key in keys]])


@dataclass(frozen=True)
class Quantiles:
    """Forecasts as quantiles: what the judge reads, from our own models or from anybody else's.

    Parameters
    ----------
    keys : the series, one per first axis entry
    origin : last published month that the forecast knows; horizon ``h`` (1, 2, …) is the month ``origin + h``
    values : array (series, horizon, level of :data:`QUANTILE_LEVELS`) in persons, not negative and not falling along
        the levels; a horizon of a series that was not forecast is NaN at every level

    Raises
    ------
    ForecastError : the shape does not fit, a value is negative or infinite, or quantiles cross
    """

    keys: tuple[SeriesKey, ...]
    origin: date
    values: Floats

    def __post_init__(self) -> None:
        values = np.ascontiguousarray(self.values, dtype=np.float64)
        if values.ndim != 3 or values.shape[0] != len(self.keys) or values.shape[2] != len(QUANTILE_LEVELS):
            raise ForecastError("draws.shape", shape=values.shape, series=len(self.keys))
        blank = np.asarray(np.isnan(values).all(axis=2))
        told = values[~blank]
        if not np.isfinite(told).all() or (told < 0).any() or (np.diff(told, axis=-1) < 0).any():
            bad = next(k for k, v, b in zip(self.keys, values, blank, strict=True) if not _are_quantiles(v[~b]))
            raise ForecastError("draws.values", key=bad)
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    @classmethod
    def of(cls, draws: Draws) -> "Quantiles":
        """Take the quantiles of draws."""
        return cls(draws.keys, draws.origin, draws.quantiles())

    @property
    def horizons(self) -> int:
        """Number of months ahead."""
        return int(self.values.shape[1])

    @property
    def target_months(self) -> tuple[date, ...]:
        """First day of the month of each horizon."""
        return tuple(add_months(self.origin, h) for h in range(1, self.horizons + 1))


def _are_quantiles(values: Floats) -> bool:
    return bool(np.isfinite(values).all() and (values >= 0).all() and (np.diff(values, axis=-1) >= 0).all())


def spread_levels(draws: int) -> Floats:
    """Give ``draws`` evenly spread probabilities, (k + ½) / draws: less noise than random ones for the same number."""
    return (np.arange(draws) + 0.5) / draws


def shuffle_draws(sorted_values: Floats, rng: np.random.Generator) -> Floats:
    """Shuffle the draws of each series, the same way at every horizon.

    A draw keeps its rank over the horizons, so that a sum over months is not narrower than its parts; series are
    independent of each other.

    Parameters
    ----------
    sorted_values : array (series, horizon, draw), sorted along the last axis
    """
    series, _, draws = sorted_values.shape
    order = rng.permuted(np.tile(np.arange(draws), (series, 1)), axis=1)
    return np.take_along_axis(sorted_values, order[:, None, :], axis=2)
