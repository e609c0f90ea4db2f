"""Ensembles: one quantile function of those of several members.

Joining quantile functions level by level keeps the shape of the members where a mixture of their draws would widen
it. Reference: Ray EL et al. (2023). Comparing trained and untrained probabilistic ensemble forecasts. International
Journal of Forecasting 39(3): 1366–1383. doi:10.1016/j.ijforecast.2022.06.005
"""

from collections.abc import Sequence

import numpy as np

from havre.draws import Draws, Floats, shuffle_draws
from havre.forecast.conditional import rounded

UPWARD = 0.12
"""How much further above the median, on log1p, the ensemble reaches twelve months ahead: chosen on past origins so that
at most 6 % of what came lay above the 95 % quantile."""
LARGE = 30.0
"""Median from which a series counts as large [persons a month]."""
INWARD = (0.9, 0.95)
"""What is kept of the distance from the median, on log1p, below and above it, in large series: on past origins too much
came within the intervals of joined quantile functions."""


def median_ensemble(members: Sequence[Draws], rng: np.random.Generator) -> Draws:
    """Take the median of the members' quantile functions.

    Parameters
    ----------
    members : draws of the same series, horizons and number of draws

    Raises
    ------
    ValueError : the members do not forecast the same series and horizons
    """
    first = members[0]
    return Draws(first.keys, first.origin, shuffle_draws(np.median(_sorted(members), axis=0), rng))


def half_and_half(values: Floats) -> Floats:
    """Join what members say: half of the first, half of the median of all others.

    The first is the one that learns from the whole panel; the median of the rest keeps a member that goes astray from
    doing harm.

    Parameters
    ----------
    values : array (member, …)

    Examples
    --------
    >>> float(half_and_half(np.array([10.0, 1.0, 2.0, 99.0])))
    6.0
    """
    return np.asarray(0.5 * values[0] + 0.5 * np.median(values[1:], axis=0))


def calibrate(values: Floats) -> Floats:
    """Bring the joined quantiles to the coverage that past origins ask for, around an unchanged median.

    Large series are drawn in by :data:`INWARD`. What lies above the median is stretched, the more the further ahead:
    all of :data:`UPWARD` at twelve months. Past errors tell how wrong a forecast was while things went on as before;
    rises of a whole year are rarer than the windows from which members learn, and all members miss them together.

    Parameters
    ----------
    values : sorted draws (series, horizon, draw) in persons
    """
    logs = np.log1p(values)
    middle = np.median(logs, axis=2, keepdims=True)
    large = np.expm1(middle) >= LARGE
    below, above = (np.where(large, kept, 1.0) for kept in INWARD)
    ahead = np.minimum(np.arange(values.shape[1]) / 11, 1.0)[None, :, None]
    away = logs - middle
    moved = middle + away * np.where(away > 0, above * (1 + UPWARD * ahead), below)
    return np.asarray(np.where(away == 0, values, np.expm1(np.maximum(moved, 0.0))))


def join_members(members: Sequence[Draws], rng: np.random.Generator) -> Draws:
    """Join the quantile functions of the members: :func:`half_and_half`, then :func:`calibrate`.

    Series of which the first member tells whole persons are rounded to them.

    Parameters
    ----------
    members : at least two draws of the same series, horizons and number of draws

    Raises
    ------
    ValueError : the members do not forecast the same series and horizons
    """
    first = members[0]
    whole = np.asarray((first.values == np.floor(first.values)).all(axis=(1, 2)))
    people = rounded(calibrate(half_and_half(_sorted(members))), whole)
    return Draws(first.keys, first.origin, shuffle_draws(people, rng))


def _sorted(members: Sequence[Draws]) -> Floats:
    first = members[0]
    if any(m.keys != first.keys or m.origin != first.origin or m.values.shape != first.values.shape for m in members):
        raise ValueError("the members of an ensemble must forecast the same series, horizons and number of draws")
    return np.stack([np.sort(member.values, axis=2) for member in members])
