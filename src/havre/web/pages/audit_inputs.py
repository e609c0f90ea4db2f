"""Reads what a reader typed into a calculator of the audit; the same text is in the address, so that it can be shared.

Numbers may be written as in English or French: ``0.1%``, ``0,1 %``, ``60 000``; several stand with semicolons between.
The calculators in the browser (``assets/js/audit/inputs.js``) read the same.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from havre.audit.assessment import BaseRate
from havre.audit.intervals import Interval
from havre.audit.rates import Rate, parse_rate
from havre.audit.sensors import ALL_QUANTITIES, can_be
from havre.errors import AuditError, Problem

Read = TypeVar("Read")
MOST_VALUES = 8
"""How many values a field takes."""
MOST_LETTERS = 200
MOST_CASES = 1e8
SMALLEST = 1e-6
"""Figures of a sensor smaller than this, or larger than its inverse, are mistakes."""
_SPACES = re.compile(r"[\s\u00a0\u202f']+")
_LIKE_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")


def plain(text: str) -> str:
    """Write a number as programs do: without spaces, with a decimal point.

    Raises
    ------
    AuditError : it can be read in two ways, as ``1,000``, or has letters of another script

    Examples
    --------
    >>> plain("75,55 % @ 15"), plain("60 000")
    ('75.55%@15', '60000')
    """
    bare = _SPACES.sub("", text)
    parts = re.split(r"[/@%]|\.\.", bare)
    if not bare.isascii() or any(_LIKE_THOUSANDS.fullmatch(part) for part in parts):
        raise AuditError("audit.number", text=text.strip())
    return bare.replace(",", ".")


def parse_number(text: str) -> float:
    """Read a number.

    Raises
    ------
    AuditError : it is none, or too large to be one
    """
    bare = plain(text)
    if not _NUMBER.fullmatch(bare) or not abs(float(bare)) < 1e300:
        raise AuditError("audit.number", text=text.strip())
    return float(bare)


def parse_count(text: str, most: int) -> int:
    """Read a whole number from 0 to ``most``; errors as :func:`parse_number`."""
    value = parse_number(text)
    if not (value.is_integer() and 0 <= value <= most):
        raise AuditError("audit.whole_number", text=text.strip(), most=most)
    return int(value)


def parse_typed_rate(text: str) -> Rate:
    """Read a rate as :func:`havre.audit.rates.parse_rate`, written as in English or French.

    Raises
    ------
    AuditError : it is none, or rests on more cases than there are people
    """
    rate = parse_rate(plain(text))
    if rate.trials is not None and rate.trials > MOST_CASES:
        raise AuditError("audit.number", text=text.strip())
    return rate


def parse_share(text: str) -> float:
    """Read a share such as ``0,1 %``."""
    return parse_typed_rate(text).share


def parse_base_rate(text: str) -> BaseRate:
    """Read a base rate, or a range of it such as ``0.1%..1%``."""
    low, _, high = text.partition("..")
    return BaseRate(parse_share(low), parse_share(high or low))


def parse_range(name: str, text: str) -> Interval:
    """Read a number or a range of a quantity of a sensor.

    Raises
    ------
    AuditError : it is none, or the quantity cannot be that
    """
    low, _, high = text.partition("..")
    parse = parse_share if ALL_QUANTITIES[name] == 1 else parse_number
    found = Interval(parse(low), parse(high or low), 1.0)
    plausible = all(end == 0 or SMALLEST <= end <= 1 / SMALLEST for end in (found.low, found.high))
    if not (plausible and can_be(name, found)):
        raise AuditError("audit.sensor.value", place=name, value=text.strip())
    return found


@dataclass
class Fields:
    """What was typed, and what is wrong with it, field by field."""

    texts: Mapping[str, str]
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)

    def read(self, name: str, parse: Callable[[str], Read]) -> Read | None:
        """Read a field; ``None`` where it is empty or wrong, which is noted."""
        text = self.texts.get(name, "").strip()
        if not text:
            return None
        if len(text) > MOST_LETTERS:
            self.problems[name] = (Problem.of("audit.number", text=f"{text[:20]}…"),)
            return None
        try:
            return parse(text)
        except AuditError as error:
            self.problems[name] = error.problems
            return None

    def needed(self, name: str, parse: Callable[[str], Read]) -> Read | None:
        """Read a field that may not be empty."""
        if not self.texts.get(name, "").strip():
            self.problems[name] = (Problem.of("audit.nothing"),)
        return self.read(name, parse)

    def several(self, name: str, parse: Callable[[str], Read], most: int = MOST_VALUES) -> list[Read]:
        """Read a field of values with semicolons between; at least one is needed."""
        texts = [part for part in self.texts.get(name, "").split(";") if part.strip()]
        if not texts:
            self.problems[name] = (Problem.of("audit.nothing"),)
        if len(texts) > most:
            self.problems[name] = (Problem.of("audit.too_many", most=most),)
            return []
        return self.needed(name, lambda _: [parse(text) for text in texts]) or []

    def refuse(self, name: str, error: AuditError) -> None:
        """Note what a computation said of a field."""
        self.problems[name] = error.problems
