"""Figures, months and sentences on a chart, in the words of one language, and where the marks of an axis stand."""

import math
import textwrap
from dataclasses import dataclass
from datetime import date

from havre.months import month_start
from havre.texts import Language, say

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

        return str(format_decimal(round(value), locale=self.language)).replace("-", "−")

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

    def month(self, day: date) -> str:
        """Write a month as an axis label: "Dec 2020"."""
        from babel.dates import format_date

        return str(format_date(day, "MMM yyyy", locale=self.language))

    def counted_month(self, index: float) -> str:
        """Write the month with the number that :func:`havre.months.month_index` gives it."""
        return self.month(month_start(round(index)))


def wrapped(text: str, width: int) -> str:
    """Break a text into lines of at most ``width`` characters; no-break spaces do not break."""
    return "\n".join(textwrap.wrap(text, width, break_on_hyphens=False)) or text


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
