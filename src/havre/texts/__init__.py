"""What Havre says to people, in English and French.

Every sentence that a person reads (messages, help, report) stands in a TOML catalogue beside this file,
one file per subject and language: ``errors.en.toml``, ``errors.fr.toml``, … A test checks that both languages
have the same keys with the same fields.
"""

import re
import string
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
MINUS = "\u2212"
BETWEEN: Mapping[Language, str] = {"en": "; ", "fr": "\u202f; "}
"""What stands between parts of a sentence that may have commas of their own."""
"""The sign of a negative number that people read; a line does not break after it. Data files keep the hyphen."""
_OF_FIELD = re.compile(r"\b([Dd])e (?=\{(\w+)\})")
_ELIDING = ("avril", "août", "octobre")
"""Months before which French writes *d’* instead of *de*."""


@cache
def catalogue(subject: str, language: Language) -> dict[str, str]:
    """Read one catalogue as a flat mapping from dotted key to sentence.

    Parameters
    ----------
    subject : name of the catalogue, such as ``errors`` or ``report``
    language : ``en`` or ``fr``

    Raises
    ------
    FileNotFoundError : there is no such catalogue
    """
    text = files(__name__).joinpath(f"{subject}.{language}.toml").read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(text), ""))


def say(subject: str, key: str, language: Language = "en", /, **fields: object) -> str:
    """Give the sentence ``key`` of a catalogue with its fields filled in.

    Raises
    ------
    KeyError : the key is not in the catalogue, or a field that the sentence needs is missing

    Examples
    --------
    >>> say("errors", "file.missing", "en", path="panel.parquet").split(":")[0]
    'panel.parquet'
    """
    sentence = catalogue(subject, language)[key]
    return (_elided(sentence, fields) if language == "fr" else sentence).format(**fields)


def _elided(sentence: str, fields: Mapping[str, object]) -> str:
    """Write *d’* in a French sentence before a field that is a month with a vowel: ``de {month}``, ``d’{month}``."""

    def shortened(found: re.Match[str]) -> str:
        return f"{found[1]}’" if str(fields.get(found[2], "")).startswith(_ELIDING) else found[0]

    return _OF_FIELD.sub(shortened, sentence)


def fields_of(sentence: str) -> frozenset[str]:
    """Name the fields that a sentence has: ``"{a} of {b}"`` gives ``{"a", "b"}``."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


def as_language(text: str | None) -> Language | None:
    """Read a language from a locale name such as ``fr_FR.UTF-8``; ``None`` where it is neither French nor English."""
    code = (text or "")[:2].lower()
    return next((language for language in LANGUAGES if language == code), None)


def _flatten(table: dict[str, object], prefix: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            pairs += _flatten(value, f"{prefix}{key}.")
        else:
            pairs.append((f"{prefix}{key}", str(value)))
    return pairs
