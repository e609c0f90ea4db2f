"""Figures, months, places and models in the words of one language: what the report says, it says through here."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from havre.places import place_name
from havre.record.outlook import ExpectedMonth
from havre.record.reading_step import rounded, step_of
from havre.texts import MINUS, Language, catalogue, say

ALL = "TOT"
"""The special code of all origins, or all destinations, taken together."""

SUBJECT = "report"


@dataclass(frozen=True)
class Wording:
    """Words of one language.

    Parameters
    ----------
    language : ``en`` or ``fr``
    measure_names : name of each measure in each language
    units : what a figure of each measure counts, in each language: "persons a month"
    """

    language: Language
    measure_names: Mapping[str, Mapping[Language, str]]
    units: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)

    def text(self, key: str, /, **fields: object) -> str:
        """Give the sentence ``key`` of the catalogue ``report`` with its fields filled in."""
        return say(SUBJECT, key, self.language, **fields)

    def counted(self, key: str, count: int, /, **fields: object) -> str:
        """Give the sentence ``key.one`` or ``key.many``, as the language's plural asks; ``{count}`` is the number.

        French takes the singular for zero and one, English for one alone.
        """
        singular = count <= 1 if self.language == "fr" else count == 1
        return self.text(f"{key}.{'one' if singular else 'many'}", count=self.number(count), **fields)

    def number(self, value: float) -> str:
        """Write a count as a whole number; what is above zero but rounds to nothing is "< 1".

        Examples
        --------
        >>> Wording("en", {}).number(1234.5), Wording("en", {}).number(0.2), Wording("en", {}).number(-3)
        ('1,234', '< 1', '−3')
        """
        if 0 < value < 0.5:
            return self.text("number.below_one")
        return format_decimal(round(value), locale=self.language).replace("-", MINUS)

    def count(self, value: float | None) -> str:
        """Write a count of a table, or that it is hidden."""
        return self.text("number.hidden") if value is None else self.number(value)

    def interval(self, bounds: tuple[float, float] | None) -> str:
        """Write an interval as ``1,200–3,400``, or that it is hidden."""
        if bounds is None:
            return self.text("number.hidden")
        low, high = (self.number(bound) for bound in bounds)
        return f"{low}–{high}"

    def ratio(self, value: float | None) -> str:
        """Write a ratio with two decimals, three where two would hide on which side of 1 it lies."""
        if value is None or math.isnan(value):
            return self.text("number.none")
        pattern = "0.000" if 0 < abs(value - 1) < 0.005 else "0.00"
        return format_decimal(value, format=pattern, locale=self.language).replace("-", MINUS)

    def percent(self, share: float | None) -> str:
        """Write a share as whole percent, with one decimal where it is below one percent."""
        if share is None or math.isnan(share):
            return self.text("number.none")
        decimals = 1 if 0 < share < 0.01 else 0
        written = format_percent(round(share, 2 + decimals), locale=self.language, decimal_quantization=False)
        return written.replace("-", MINUS)

    def versus_naive(self, ratio: float | None) -> str:
        """Tell a WIS ratio in words: how much better or worse than the best naive guess."""
        if ratio is None or math.isnan(ratio):
            return self.text("versus.none")
        if math.isinf(ratio):
            return self.text("versus.flawless")
        if abs(ratio - 1) < 0.0005:
            return self.text("versus.same")
        return self.text("versus.better" if ratio < 1 else "versus.worse", percent=self.percent(abs(1 - ratio)))

    def versus_naive_short(self, ratio: float | None) -> str:
        """Tell a WIS ratio in few words, for a table whose column names the best naive guess."""
        if ratio is None or not math.isfinite(ratio) or abs(ratio - 1) < 0.0005:
            return self.versus_naive(ratio)
        key = "versus.short_better" if ratio < 1 else "versus.short_worse"
        return self.text(key, percent=self.percent(abs(1 - ratio)))

    def month(self, day: date) -> str:
        """Write a month in full: "December 2020"."""
        return format_date(day, "MMMM yyyy", locale=self.language)

    def short_month(self, day: date) -> str:
        """Write a month as an axis label: "Dec 2020"."""
        return format_date(day, "MMM yyyy", locale=self.language)

    def day(self, day: date) -> str:
        """Write a day in full; French writes the first of a month with its ending.

        Examples
        --------
        >>> Wording("fr", {}).day(date(2026, 12, 1))
        '1er décembre 2026'
        """
        told = format_date(day, "long", locale=self.language)
        return f"1er{told[1:]}" if self.language == "fr" and day.day == 1 else told

    def horizon(self, months: int) -> str:
        """Write a horizon: "3 months ahead"."""
        return self.counted("horizon", months)

    def measure(self, measure: str) -> str:
        """Name a measure; its code where it was given no name."""
        return self.measure_names.get(measure, {}).get(self.language, measure)

    def unit(self, measure: str) -> str:
        """Say what a figure of a measure counts; empty where it was given no unit."""
        return self.units.get(measure, {}).get(self.language, "")

    def with_unit(self, caption: str, measure: str) -> str:
        """Add the unit of a measure to a caption."""
        unit = self.unit(measure)
        return self.text("unit.caption", caption=caption, unit=unit) if unit else caption

    def about(self, month: ExpectedMonth) -> str:
        """Write the median of a month for reading: rounded as its 50 % interval asks, and then marked as such."""
        if month.median is None:
            return self.text("number.hidden")
        value = self.rounded(month)
        return value if step_of(month) == 1 else self.text("number.about", value=value)

    def rounded(self, month: ExpectedMonth) -> str:
        """Write the same without the word that marks it as rounded."""
        return self.count(None if month.median is None else rounded(month.median, step_of(month)))

    def about_interval(self, month: ExpectedMonth, percent: int = 80) -> str:
        """Write an interval of a month for reading, rounded as its median."""
        bounds = month.interval(percent)
        step = step_of(month)
        return self.interval(None if bounds is None else (rounded(bounds[0], step), rounded(bounds[1], step)))

    def place(self, code: str) -> str:
        """Name a place."""
        return place_name(code, self.language)

    def corridor(self, origin: str, destination: str) -> str:
        """Name where people come from and where they are counted, without the side that is everything together."""
        if origin == ALL and destination == ALL:
            return self.text("series.everything")
        if origin == ALL:
            return self.place(destination)
        if destination == ALL:
            return self.place(origin)
        return f"{self.place(origin)} → {self.place(destination)}"

    def series(self, measure: str, origin: str, destination: str) -> str:
        """Name a series in full: measure, origin, destination."""
        return self.text("series.name", measure=self.measure(measure), corridor=self.corridor(origin, destination))

    def model(self, name: str) -> str:
        """Name a model in words where the catalogue knows it, else by its code."""
        return catalogue(SUBJECT, self.language).get(f"model.{name}", name)
