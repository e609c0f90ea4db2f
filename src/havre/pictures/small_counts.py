"""Keeps small counts from being read off a picture: written as "<10", drawn in the middle of what is not told.

A count from 1 to one below the threshold can point at a family (charter, principle 3). Nought stays nought: it says
that nobody is there. The same is done to simulated counts, so that a picture does not give away by its exactness
which of its counts were registered.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DEFAULT_THRESHOLD = 10
"""Persons."""


def is_small(value: float, threshold: int) -> bool:
    """Tell whether a count, rounded to whole people, is one that is not told; so is a difference of so few.

    Examples
    --------
    >>> is_small(9.4, 10), is_small(9.6, 10), is_small(0.3, 10), is_small(-3.0, 10)
    (True, False, False, True)
    """
    return 0 < abs(round(value)) < threshold


def veiled(values: npt.ArrayLike, threshold: int) -> Floats:
    """Give counts as they are drawn: small ones as half the threshold, with their sign; less than half a person as 0.

    Parameters
    ----------
    values : counts or differences of counts [people], any shape; NaN stays
    threshold : smallest count that is told [people]

    Examples
    --------
    >>> veiled([0.2, 1, 9, 10, 250, -4], 10).tolist()
    [0.0, 5.0, 5.0, 10.0, 250.0, -5.0]
    """
    given = np.asarray(values, dtype=np.float64)
    whole = np.abs(np.rint(given))
    drawn = np.where((whole > 0) & (whole < threshold), np.copysign(threshold / 2, given), given)
    return np.asarray(np.where(whole == 0, 0.0, drawn), dtype=np.float64)


def has_small(values: npt.ArrayLike, threshold: int) -> bool:
    """Tell whether there is a small count among the values."""
    whole = np.abs(np.rint(np.asarray(values, dtype=np.float64)))
    return bool(np.any((whole > 0) & (whole < threshold)))


def check_threshold(threshold: int) -> None:
    """Check that a threshold is one.

    Raises
    ------
    ValueError : it is below 1
    """
    if threshold < 1:
        raise ValueError(f"the threshold for small counts must be at least 1, not {threshold}")
