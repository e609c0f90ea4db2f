"""Rounding for reading: a median is no surer than its 50 % interval, so what is read does not print it to the unit.

Tables and files keep what the release says.
"""

import math

from havre.record.outlook import ExpectedMonth

PARTS = 4
"""A step is at most this part of the 50 % interval."""


def step_of(month: ExpectedMonth) -> int:
    """Give the power of ten to which the figures of a month are rounded where they are read, not compared.

    It is at most a quarter of the 50 % interval, and leaves the median two or three digits; 1 below a hundred and where
    the figures are hidden.

    Examples
    --------
    >>> from datetime import date
    >>> step_of(ExpectedMonth(date(2026, 1, 1), 1, {0.25: 9100.0, 0.5: 10544.0, 0.75: 12000.0}))
    100
    """
    bounds = month.interval(50)
    if month.median is None or bounds is None:
        return 1
    digits = _digits(month.median)
    width = (bounds[1] - bounds[0]) / PARTS
    wanted = 10 ** math.floor(math.log10(width)) if width >= 1 else 1
    least, most = 10 ** max(digits - 3, 0), 10 ** max(digits - 2, 0)
    return int(min(max(wanted, least), most))


def rounded(value: float, step: int) -> float:
    """Round to a step; what is small beside it keeps a digit of its own.

    Examples
    --------
    >>> rounded(10544, 1000), rounded(47, 1000)
    (11000, 50)
    """
    own: int = 10 ** (_digits(value) - 1)
    fine = min(step, own)
    return round(value / fine) * fine


def _digits(value: float) -> int:
    return len(str(abs(round(value))))
