"""Dates as sources give them: a day, a month or a year."""

import calendar
import re
from datetime import date

_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def first_day(text: str) -> date:
    """Give the first day that ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` can mean.

    Raises
    ------
    ValueError : the text is none of them, or names no day of the calendar

    Examples
    --------
    >>> first_day("2026-10")
    datetime.date(2026, 10, 1)
    """
    year, month, day = _parts(text)
    return date(year, month or 1, day or 1)


def last_day(text: str) -> date:
    """Give the last day that a date can mean; errors as :func:`first_day`.

    Examples
    --------
    >>> last_day("2024-02")
    datetime.date(2024, 2, 29)
    """
    year, month, day = _parts(text)
    month = month or 12
    return date(year, month, day or calendar.monthrange(year, month)[1])


def _parts(text: str) -> tuple[int, int | None, int | None]:
    found = _PARTIAL.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    year, month, day = (None if part is None else int(part) for part in found.groups())
    return year or 0, month, day
