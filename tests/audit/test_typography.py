"""What readers of the audit see is set as each language sets it: no break before French signs, no gap before %."""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

import pytest

from havre.audit.report.numbers import percent, span
from havre.texts import LANGUAGES, Language, catalogue

FAULTS = {
    "en": re.compile(r"[\d}][ \u00a0\u202f]%(?!\w)"),
    "fr": re.compile(r"[ \u00a0][:;?!%»](?!\w)|«[^\u202f]|}%|\d[ \u00a0]\d{3}\b"),
}
CODE = re.compile(r"`[^`]*`|\d[\d.%@]*%[\d.%@]*")
"""What is typed into a terminal or a field is written as it is typed."""


def sentences(path: Traversable, language: Language) -> Iterator[str]:
    def of(table: object, key: str) -> Iterator[str]:
        if isinstance(table, dict):
            for name, each in table.items():
                yield from of(each, name)
        elif isinstance(table, list):
            for each in table:
                yield from of(each, key)
        elif isinstance(table, str) and (key == language or key.endswith(f"_{language}")):
            yield table

    yield from of(tomllib.loads(path.read_text(encoding="utf-8")), "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_the_audit_are_set_as_the_language_sets_them(language: Language) -> None:
    said = [text for name in ("audit", "audit_register", "impact", "web_audit")
            for text in catalogue(name, language).values()]  # fmt: skip
    room = files("havre.audit")
    for folder in (room / "register", room / "register" / "entries", room / "impact"):
        for path in folder.iterdir():
            if path.name.endswith(".toml"):
                said += sentences(path, language)
    assert len(said) > 800
    assert [text for text in said if FAULTS[language].search(CODE.sub("", text))] == []


def test_per_cent_is_joined_as_the_language_joins_it() -> None:
    from havre.audit.intervals import Interval

    assert [percent(0.76, language) for language in LANGUAGES] == ["76%", "76\u202f%"]
    assert span(Interval(0.591, 0.882), "fr") == "59,1–88,2\u202f%"
    assert percent(0.99999, "en") == ">99.99%"
