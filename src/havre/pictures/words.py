"""Figures, months and sentences on a chart, in the words of one language, and where the marks of an axis stand."""

import math
import textwrap
from dataclasses import dataclass
from datetime import date, timedelta

from havre.months import month_index, month_start, month_ticks
from havre.pictures.small_counts import is_small
from havre.texts import MINUS, Language, say

SUBJECT = "pictures"


@dataclass(frozen=True)
class Words:
    """Words of one language."""

    language: Language

    def text(self, key: str, /, **fields: object) -> str:
        """Give a sentence of the catalogue ``pictures``."""
        return say(SUBJECT, key, self.language, **fields)

    def number(self, value: float) -> str:
        """Write a count as a whole number, with a true minus sign."""
        from babel.numbers import format_decimal

        return str(format_decimal(round(value), locale=self.language)).replace("-", MINUS)

    def signed(self, value: float) -> str:
        """Write a contribution with its sign.

        Examples
        --------
        >>> Words("en").signed(1200), Words("en").signed(-3)
        ('+1,200', '−3')
        """
        return f"{'+' if round(value) > 0 else ''}{self.number(value)}"

    def decimal(self, value: float) -> str:
        """Write a ratio with as many decimals as it needs, at most two."""
        from babel.numbers import format_decimal

        return str(format_decimal(value, format="0.0#", locale=self.language))

    def percent(self, share: float) -> str:
        """Write a share as whole per cent."""
        from babel.numbers import format_percent

        return str(format_percent(share, locale=self.language))

    def chance(self, share: float) -> str:
        """Write a chance as whole per cent, so that 0 and 100 % mean never and always.

        Examples
        --------
        >>> [Words("en").chance(share) for share in (0, 0.002, 0.32, 0.998, 1)]
        ['0%', '<1%', '32%', '>99%', '100%']
        """
        if 0 < share < 0.01:
            return self.text("small.below", bound=self.percent(0.01))
        return self.text("small.above", bound=self.percent(0.99)) if 0.99 < share < 1 else self.percent(share)

    def month(self, day: date) -> str:
        """Write a month as an axis label: "Dec 2020"."""
        from babel.dates import format_date

        return str(format_date(day, "MMM yyyy", locale=self.language))

    def day(self, day: date) -> str:
        """Write a day as an axis label: "29 Feb 2012"."""
        from babel.dates import format_date

        return str(format_date(day, "d MMM yyyy", locale=self.language))

    def short_day(self, day: date) -> str:
        """Write a day without its year: "Mar" for the first of a month, "29 Feb" for others."""
        from babel.dates import format_date

        return str(format_date(day, "MMM" if day.day == 1 else "d MMM", locale=self.language))

    def people(self, value: float, threshold: int) -> str:
        """Write a count as a whole number, or as "<10" where it is too small to be told.

        Examples
        --------
        >>> Words("en").people(1234.5, 10), Words("en").people(3, 10), Words("en").people(0, 10)
        ('1,234', '<10', '0')
        """
        return self.text("small.count", threshold=threshold) if is_small(value, threshold) else self.number(value)

    def change(self, value: float, threshold: int) -> str:
        """Write a difference with its sign; one of so few people that it is not told as "+<10" or "−<10".

        Examples
        --------
        >>> Words("en").change(1234, 10), Words("en").change(-3, 10)
        ('+1,234', '−<10')
        """
        if not is_small(value, threshold):
            return self.signed(value)
        return self.text("small.change", sign="+" if value > 0 else "−", threshold=threshold)

    def counted_month(self, index: float) -> str:
        """Write the month with the number that :func:`havre.months.month_index` gives it."""
        return self.month(month_start(round(index)))


def wrapped(text: str, width: int) -> str:
    """Break a text into lines of at most ``width`` characters; no-break spaces do not break."""
    return "\n".join(textwrap.wrap(text, width, break_on_hyphens=False)) or text


def shortened(name: str, room: int) -> str:
    """Cut a name to at most ``room`` letters.

    Examples
    --------
    >>> shortened("Fassara-Mbo", 8)
    'Fassara…'
    """
    return name if len(name) <= room else f"{name[: room - 1].rstrip(' -')}…"


def number_ticks(low: float, high: float, at_most: int = 6) -> list[float]:
    """Give round numbers at an even distance that hold ``low`` and ``high`` between them.

    The steps are 1, 2 or 5 times a power of ten; there are at most ``at_most`` steps inside the range.

    Examples
    --------
    >>> number_ticks(0, 870)
    [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]
    >>> number_ticks(-30, 15)
    [-30.0, -20.0, -10.0, 0.0, 10.0, 20.0]
    """
    span = high - low if high > low else max(abs(high), 1.0)
    power = math.floor(math.log10(span / at_most))
    step = next(n * 10.0**power for n in (1, 2, 5, 10) if span / (n * 10.0**power) <= at_most)
    first, last = math.floor(low / step + 1e-9), math.ceil(max(high, low + span) / step - 1e-9)
    return [round(place * step, 2 - power) + 0.0 for place in range(first, last + 1)]


def day_ticks(first: date, last: date, at_most: int) -> list[date]:
    """Give days at an even distance, of which at most ``at_most`` lie in the range: firsts of months, or days.

    Firsts of months are taken where at least two lie in the range, days from the first one otherwise.

    Examples
    --------
    >>> [day.isoformat() for day in day_ticks(date(2012, 2, 29), date(2012, 12, 24), 4)]
    ['2012-04-01', '2012-07-01', '2012-10-01']
    >>> [day.day for day in day_ticks(date(2012, 3, 1), date(2012, 3, 9), 5)]
    [1, 3, 5, 7, 9]
    """
    # The first month that begins in the range.
    month = month_index(first) + (first.day > 1)
    if month_index(last) > month:
        return [month_start(index) for index in month_ticks(month, month_index(last), at_most)]
    days = (last - first).days
    step = next((step for step in (1, 2, 7, 14, 28) if days // step < at_most), days + 1)
    return [first + timedelta(days=day) for day in range(0, days + 1, step)]
