"""The ensemble: for every series, horizon and probability the median of what its members say.

Averaging quantile functions keeps the shape of the members where a mixture would widen it. Reference: Ray EL et al.
(2023). Comparing trained and untrained probabilistic ensemble forecasts. International Journal of Forecasting 39(3):
1366–1383. doi:10.1016/j.ijforecast.2022.06.005
"""

from collections.abc import Sequence

import numpy as np

from havre.draws import Draws, shuffle_draws


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
    if any(m.keys != first.keys or m.origin != first.origin or m.values.shape != first.values.shape for m in members):
        raise ValueError("the members of an ensemble must forecast the same series, horizons and number of draws")
    middle = np.median(np.stack([np.sort(member.values, axis=2) for member in members]), axis=0)
    return Draws(first.keys, first.origin, shuffle_draws(middle, rng))
