"""Does a forecast read what came after its origin? Everything after it is replaced by poison, and no bit may change.

Anyone can hold this against a model of their own. It proves a leak; that it finds none is no proof that there is none,
which is why the poisons are of several kinds.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import numpy as np

from havre.draws import Draws, Floats, Quantiles
from havre.errors import ForecastError, HavreError, Problem, check_none
from havre.months import month_index
from havre.panel.series import MonthlySeries

Forecaster = Callable[[MonthlySeries, date], Draws | Quantiles]
"""From the whole panel and an origin to a forecast: it is up to the forecaster to look away."""
Poison = Callable[[tuple[int, ...]], Floats]
POISONS: Mapping[str, Poison] = {
    "nothing": lambda shape: np.full(shape, np.nan),
    "huge": lambda shape: np.full(shape, 1e9),
    "zero": np.zeros,
    "random": lambda shape: np.random.default_rng(99).gamma(0.3, 1e4, shape),
}
"""From the shape of what comes after the origin to what stands there instead."""


def find_leaks(
    forecaster: Forecaster, series: MonthlySeries, origin: date, *, poisons: Mapping[str, Poison] = POISONS
) -> list[Problem]:
    """List the ways in which a forecast depends on what came after its origin, or on chance without a seed.

    The forecast is made from the panel as it is (twice, since a forecast that is not repeatable cannot be compared),
    from the panel cut at the origin, and from the panel with each poison after the origin.

    Parameters
    ----------
    forecaster : makes the forecast of all its series
    series : the whole panel
    origin : the last month that the forecast may know
    poisons : what takes the place of the later months

    Returns
    -------
    One problem per poison that changed a bit or made the forecaster fail; none for a forecaster that looks away.
    """
    clean = forecaster(series, origin)
    if bits(forecaster(series, origin)) != bits(clean):
        return [Problem.of("leakage.not_repeatable", origin=f"{origin:%Y-%m}")]
    panels = [("cut", series.until(origin)), *poisoned(series, origin, poisons)]
    found = (_leak(forecaster, clean, panel, origin, name) for name, panel in panels)
    return [problem for problem in found if problem is not None]


def check_blind(forecaster: Forecaster, series: MonthlySeries, origin: date) -> None:
    """Check that a forecaster gives the same bits whatever comes after the origin.

    Raises
    ------
    ForecastError : it does not; tells the problems of :func:`find_leaks`
    """
    check_none(find_leaks(forecaster, series, origin), ForecastError)


def poisoned(
    series: MonthlySeries, origin: date, poisons: Mapping[str, Poison] = POISONS
) -> Iterator[tuple[str, MonthlySeries]]:
    """Give the panel with each poison in place of every value after an origin."""
    after = max(0, month_index(origin) - month_index(series.first) + 1)
    for name, poison in poisons.items():
        values = series.values.copy()
        values[:, after:] = poison(values[:, after:].shape)
        yield name, MonthlySeries(series.keys, series.first, values)


def bits(forecast: Draws | Quantiles) -> tuple[object, ...]:
    """Give everything in a forecast that may be compared, to the last bit."""
    return forecast.keys, forecast.origin, forecast.values.shape, forecast.values.tobytes()


def _leak(
    forecaster: Forecaster, clean: Draws | Quantiles, panel: MonthlySeries, origin: date, poison: str
) -> Problem | None:
    told = {"origin": f"{origin:%Y-%m}", "poison": poison}
    try:
        found = forecaster(panel, origin)
    # Whatever it stumbles over, it stumbled over the future: from the panel as it is it did not.
    except (HavreError, ArithmeticError, LookupError, ValueError, TypeError) as error:
        return Problem.of("leakage.fails", **told, reason=f"{type(error).__name__}: {error}")
    if bits(found) == bits(clean):
        return None
    if (found.keys, found.origin, found.values.shape) != (clean.keys, clean.origin, clean.values.shape):
        return Problem.of("leakage.other_series", **told)
    # As bits: a blank equals a blank, and minus zero is not zero.
    changed = (found.values.view(np.uint64) != clean.values.view(np.uint64)).any(axis=(1, 2))
    key = clean.keys[int(changed.argmax())]
    return Problem.of("leakage.changed", **told, key=key, count=int(changed.sum()), series=len(clean.keys))
