"""Blocks of which explanations and cards are made, and the words of one language for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel.numbers import format_decimal

from havre.months import parse_month
from havre.record.wording import Wording
from havre.texts import BETWEEN, MINUS, Language, say

SUBJECT = "explanation"


@dataclass(frozen=True)
class Table:
    """A table; the first column is text, the others are numbers. The last ``footer`` rows stand apart."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    footer: int = 0


@dataclass(frozen=True)
class Listed:
    """A list of sentences."""

    items: tuple[str, ...]
    ordered: bool = False


Block = str | Table | Listed


@dataclass(frozen=True)
class Section:
    """A part of an explanation or a card.

    Parameters
    ----------
    name : name of the element that it tells
    """

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Words:
    """Sentences of the catalogue, and numbers and places, in one language."""

    wording: Wording

    def __call__(self, key: str, /, **fields: object) -> str:
        """Say a sentence of the catalogue with its fields filled in."""
        return say(SUBJECT, key, self.wording.language, **fields)

    def own(self, texts: Mapping[str, str]) -> str:
        """Give the text of a document in this language."""
        return texts[self.wording.language]

    def count(self, value: float | None) -> str:
        """Write persons."""
        return self("none") if value is None else _decimal(round(value), self.wording.language)

    def signed(self, value: float) -> str:
        """Write a contribution with its sign."""
        return f"{'+' if value > 0 else ''}{_decimal(round(value), self.wording.language)}"

    def decimal(self, value: object) -> str:
        """Write a number, or anything else as it is."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _decimal(value, self.wording.language)
        if isinstance(value, bool):
            return self("model.yes" if value else "model.no")
        if value is None or value == "none":
            return self("model.nothing")
        return ", ".join(self.decimal(each) for each in value) if isinstance(value, list) else str(value)

    def month(self, text: str) -> str:
        """Write a month of a document in full."""
        return self.wording.month(parse_month(text))

    def day(self, text: str) -> str:
        """Write a day, or the day of a time, of a document in full."""
        return self.wording.day(date.fromisoformat(text[:10]))

    def ratio(self, value: float | None) -> str:
        """Write a ratio with two decimals, or that there is none."""
        return _ratio(value, self.wording.language)

    def parameters(self, found: Mapping[str, object]) -> str:
        """Write parameters as name and value."""
        return self.joined(f"{name} {self.decimal(value)}" for name, value in found.items()) or "–"

    def joined(self, parts: Iterable[str]) -> str:
        """Write parts one after the other, as the language does."""
        return BETWEEN[self.wording.language].join(parts)


@cache
def _decimal(value: float, language: Language) -> str:
    return str(format_decimal(value, locale=language)).replace("-", MINUS)


@cache
def _ratio(value: float | None, language: Language) -> str:
    return Wording(language, {}).ratio(value)
