"""Months as whole numbers, so that horizons are plain differences.

A month is counted from year 0: ``12 * year + month - 1``. All functions are pure and know no clock.
"""

import re
from datetime import date

from havre.errors import ForecastError

_MONTH = re.compile(r"(\d{4})-(\d{2})(-01)?")


def month_index(day: date) -> int:
    """Count the month of a day.

    Examples
    --------
    >>> month_index(date(2020, 1, 1)) - month_index(date(2019, 12, 1))
    1
    """
    return 12 * day.year + day.month - 1


def month_start(index: int) -> date:
    """Give the first day of a counted month: the inverse of :func:`month_index`."""
    return date(index // 12, index % 12 + 1, 1)


def add_months(day: date, months: int) -> date:
    """Give the first day of the month that lies ``months`` after the month of ``day``."""
    return month_start(month_index(day) + months)


def parse_month(text: str) -> date:
    """Read ``YYYY-MM`` (or ``YYYY-MM-01``) as the first day of that month.

    Raises
    ------
    ForecastError : the text is not a month
    """
    match = _MONTH.fullmatch(text.strip())
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) == 0:
        raise ForecastError("months.not_a_month", text=text)
    return date(int(match[1]), int(match[2]), 1)


def months_between(first: date, last: date) -> list[date]:
    """List the first days of all months from ``first`` to ``last``, both included; empty where ``last`` lies before."""
    return [month_start(index) for index in range(month_index(first), month_index(last) + 1)]


def month_ticks(first: int, last: int, at_most: int) -> list[int]:
    """Give counted months at an even distance, aligned on January, of which at most ``at_most`` lie in the range.

    Examples
    --------
    >>> month_ticks(24_000, 24_040, 5)
    [24000, 24012, 24024, 24036]
    """
    for step in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600):
        ticks = [month for month in range(first, last + 1) if month % step == 0]
        if len(ticks) <= at_most:
            break
    return ticks or [first]
