"""The automatic statistical models on log1p, by statsforecast, and their median.

Each series is fitted alone on its last 120 months; the errors are normal on log1p with the standard deviation that the
model states for each horizon, and no draw passes the cap of :mod:`havre.forecast.peers.bounds`: 1.5 times the largest
value of the last 24 months, and five persons. A series with fewer than 36 months is fitted without season; one with
fewer than twelve, one that never changed, and one that a model cannot fit is a random walk.

References
----------
.. [1] Hyndman RJ, Khandakar Y (2008). Automatic time series forecasting: the forecast package for R. Journal of
   Statistical Software 27(3). doi:10.18637/jss.v027.i03
.. [2] Fiorucci JA et al. (2016). Models for optimising the theta method and their relationship to state space models.
   International Journal of Forecasting 32(4): 1151–1161. doi:10.1016/j.ijforecast.2016.02.005
.. [3] Garza A et al. (2022). StatsForecast: lightning fast forecasting with statistical and econometric models.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from havre.draws import Draws, Floats, spread_levels
from havre.forecast.ensemble import median_ensemble
from havre.forecast.peers.bounds import caps
from havre.forecast.peers.extra import load, quiet
from havre.forecast.pooling import UNKNOWN_SPREAD, active_rows, draws_from_logs
from havre.panel.series import MonthlySeries

MONTHS = 120
"""Months that a fit reads; on detections by corridor more made the forecasts slightly worse."""
SEASONAL_MONTHS = 36
LEAST_MONTHS = 12
STATED = (50, 80, 95)
"""Central intervals [%] from which the standard deviation is read."""
MEDIAN_MEMBERS = ("auto_ets", "auto_theta", "auto_arima")

Maker = Callable[[Any, int], Any]
"""From the module of models and the season's length to a model that is not fitted yet."""


def draw_auto_ets(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """AutoETS of statsforecast on log1p, chosen by AICc, capped.

    All exponential smoothing models with errors, additive (damped) trend and season that the package tries [1]_.
    """
    return _draw("auto_ets", _ets, history, horizons, draws, rng)


def draw_auto_theta(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """AutoTheta of statsforecast on log1p, with additive season, capped.

    The four theta models [2]_, chosen by their squared errors; the season by additive decomposition, because log1p of
    zero is zero.
    """
    return _draw("auto_theta", _theta, history, horizons, draws, rng)


def draw_auto_arima(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """AutoARIMA of statsforecast on log1p, orders at most (2, 1, 2) and (1, 0, 1) for the season, no drift, capped.

    Stepwise search by AICc over at most 15 models with the conditional-sum-of-squares approximation [1]_: the full
    search takes many times as long. Without the seasonal orders it takes half as long and fares 0.03 worse.
    """
    return _draw("auto_arima", _arima, history, horizons, draws, rng)


def draw_median_statistical(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
    """Median of the quantiles of AutoETS, AutoTheta and AutoARIMA.

    It makes its three members anew; who has them already takes :func:`havre.forecast.ensemble.median_ensemble` over
    :data:`MEDIAN_MEMBERS`.
    """
    members = (draw_auto_ets, draw_auto_theta, draw_auto_arima)
    return median_ensemble([member(history, horizons, draws, rng) for member in members], rng)


def _ets(models: Any, season: int) -> Any:
    return models.AutoETS(season_length=season)


def _theta(models: Any, season: int) -> Any:
    return models.AutoTheta(season_length=season, decomposition_type="additive")


def _arima(models: Any, season: int) -> Any:
    orders = {"max_p": 2, "max_q": 2, "max_d": 1, "max_P": 1, "max_Q": 1, "max_D": 0}
    return models.AutoARIMA(season_length=season, approximation=True, allowdrift=False, nmodels=15, **orders)


def _draw(
    name: str, maker: Maker, history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator
) -> Draws:
    from scipy.special import ndtri

    make = partial(maker, load("statsforecast.models", name))
    rows = active_rows(history)
    logs = np.log1p(history.values[rows])
    said = [_forecast(make, row[~np.isnan(row)][-MONTHS:], horizons) for row in logs]
    centre, spread = (np.array([one[part] for one in said]).reshape(rows.size, horizons, 1) for part in (0, 1))
    values = np.minimum(centre + spread * ndtri(spread_levels(draws)), caps(logs)[:, None, None])
    return draws_from_logs(history, rows, values, rng)


def _forecast(make: Callable[[int], Any], logs: Floats, horizons: int) -> tuple[Floats, Floats]:
    """Give the centre and the standard deviation on log1p of one series at each horizon."""
    plain = random_walk(logs, horizons)
    if logs.size < LEAST_MONTHS or np.ptp(logs) == 0:
        return plain
    model = make(12 if logs.size >= SEASONAL_MONTHS else 1)
    with quiet():
        try:
            made = model.forecast(y=logs, h=horizons, level=list(STATED))
        except Exception:  # the package raises this very class where no model can be fitted
            return plain
    spread = _stated_spread(made)
    if not (np.isfinite(made["mean"]).all() and np.isfinite(spread).all()):
        return plain
    return np.asarray(made["mean"], dtype=np.float64), with_doubt(spread, logs.size)


def _stated_spread(made: dict[str, Floats]) -> Floats:
    """Read the standard deviation of each horizon from the widths of the stated intervals."""
    from scipy.special import ndtri

    widths = [(made[f"hi-{level}"] - made[f"lo-{level}"]) / (2 * ndtri(0.5 + level / 200)) for level in STATED]
    return np.asarray(np.abs(np.mean(widths, axis=0)), dtype=np.float64)


def with_doubt(spread: Floats, months: int) -> Floats:
    """Widen a standard deviation by one month of an error of :data:`UNKNOWN_SPREAD`: no series is certain."""
    return np.asarray(np.sqrt((months * spread**2 + UNKNOWN_SPREAD**2) / (months + 1)))


def random_walk(logs: Floats, horizons: int) -> tuple[Floats, Floats]:
    """Give the last value and the spread of the series' own monthly steps, growing with the root of the horizon."""
    steps = np.diff(logs)
    one = with_doubt(np.sqrt(np.mean(steps**2)) if steps.size else np.asarray(0.0), steps.size)
    return np.full(horizons, logs[-1]), one * np.sqrt(np.arange(1, horizons + 1))
