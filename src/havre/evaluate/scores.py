"""Scores of forecasts given as quantiles or draws; all arrays broadcast, all scores are negatively oriented.

References
----------
.. [1] Bracher J, Ray EL, Gneiting T, Reich NG (2021). Evaluating epidemic forecasts in an interval format.
   PLoS Computational Biology 17(2): e1008618. doi:10.1371/journal.pcbi.1008618
.. [2] Gneiting T, Raftery AE (2007). Strictly proper scoring rules, prediction, and estimation.
   JASA 102(477): 359–378. doi:10.1198/016214506000001437
.. [3] Theil H (1966). Applied economic forecasting. North-Holland.
"""

import numpy as np

from havre.draws import QUANTILE_LEVELS, Floats


def quantile_score(values: Floats, observed: Floats, levels: tuple[float, ...] = QUANTILE_LEVELS) -> Floats:
    """Give twice the pinball loss of each quantile [persons].

    Parameters
    ----------
    values : array (…, level), the forecast quantiles [persons]
    observed : array (…), what came [persons]; NaN gives NaN
    levels : the quantile levels

    Returns
    -------
    Array (…, level): ``2 (1{y < q} − τ) (q − y)``, reference [2]_.
    """
    below = observed[..., None] < values
    return np.asarray(2.0 * (below - np.asarray(levels)) * (values - observed[..., None]))


def wis_quantile(values: Floats, observed: Floats, levels: tuple[float, ...] = QUANTILE_LEVELS) -> Floats:
    """Give the weighted interval score [persons]: the mean over the levels of :func:`quantile_score`.

    With a median and K central intervals of weights α/2 this equals the interval form of reference [1]_,
    ``(½ |y − m| + Σ α/2 · IS_α) / (K + ½)``.

    Raises
    ------
    ValueError : the levels are not symmetric around one half

    Examples
    --------
    >>> import numpy as np
    >>> float(wis_quantile(np.array([8.0, 10.0, 12.0]), np.array(10.0), (0.25, 0.5, 0.75)).round(4))
    0.6667
    """
    if not np.allclose(np.sort(levels) + np.sort(levels)[::-1], 1.0):
        raise ValueError("the weighted interval score needs levels that are symmetric around one half")
    return np.asarray(quantile_score(values, observed, levels).mean(axis=-1))


def covered_quantile(
    values: Floats, observed: Floats, interval: float, levels: tuple[float, ...] = QUANTILE_LEVELS
) -> Floats:
    """Tell whether a central interval holds what came: 1, 0, or NaN where nothing is known.

    Parameters
    ----------
    interval : nominal coverage of the interval, such as 0.8 for the quantiles 0.1 to 0.9

    Raises
    ------
    ValueError : the quantiles of that interval are not among the levels
    """
    place = {round(level, 6): index for index, level in enumerate(levels)}
    ends = round((1 - interval) / 2, 6), round((1 + interval) / 2, 6)
    if any(end not in place for end in ends):
        raise ValueError(f"no quantiles for a central interval of {interval:.0%}")
    low, high = (values[..., place[end]] for end in ends)
    inside = ((observed >= low) & (observed <= high)).astype(np.float64)
    return np.where(np.isnan(observed), np.nan, inside)


def crps_sample(values: Floats, observed: Floats) -> Floats:
    """Give the continuous ranked probability score of draws [persons], the estimator of the empirical distribution.

    ``mean |x − y| − ½ mean |x − x′|``, reference [2]_, in n log n through the sorted draws.

    Parameters
    ----------
    values : array (…, draw)
    observed : array (…)
    """
    ordered = np.sort(values, axis=-1)
    n = ordered.shape[-1]
    weights = (2 * np.arange(1, n + 1) - n - 1) / n**2
    return np.asarray(np.abs(ordered - observed[..., None]).mean(axis=-1) - (ordered * weights).sum(axis=-1))


def squared_error(values: Floats, observed: Floats, levels: tuple[float, ...] = QUANTILE_LEVELS) -> Floats:
    """Give the squared error of the median [persons²]; the root of its mean ratio to last value is Theil's U [3]_."""
    median = values[..., levels.index(0.5)]
    return np.asarray((median - observed) ** 2)
