"""Every catalogue says the same in both languages, and every error that the code can raise has its sentence."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from havre.texts import LANGUAGES, as_language, catalogue, fields_of, say

TEXTS = Path(str(files("havre.texts")))
SOURCES = sorted(TEXTS.parent.rglob("*.py"))
SUBJECTS = sorted({path.name.split(".")[0] for path in TEXTS.glob("*.toml")})


def test_there_is_one_file_per_subject_and_language() -> None:
    assert "errors" in SUBJECTS
    assert sorted(path.name for path in TEXTS.glob("*.toml")) == sorted(
        f"{subject}.{language}.toml" for subject in SUBJECTS for language in LANGUAGES
    )


@pytest.mark.parametrize("subject", SUBJECTS)
def test_both_languages_have_the_same_keys_with_the_same_fields(subject: str) -> None:
    english, french = (catalogue(subject, language) for language in LANGUAGES)
    assert set(english) == set(french)
    assert {key: fields_of(text) for key, text in english.items()} == {k: fields_of(t) for k, t in french.items()}


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said_and_is_not_empty(subject: str, language: str) -> None:
    for text in catalogue(subject, "fr" if language == "fr" else "en").values():
        said = text.format(**dict.fromkeys(fields_of(text), "…"))
        assert said.strip() == said != ""


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_languages_are_not_the_same_text(subject: str) -> None:
    english, french = (catalogue(subject, language) for language in LANGUAGES)
    long = [key for key, text in english.items() if len(text.split()) > 4]
    assert [key for key in long if english[key] == french[key]] == []


@pytest.mark.parametrize("subject", [subject for subject in SUBJECTS if subject.startswith("web")])
def test_no_line_of_a_page_begins_with_a_french_sign(subject: str) -> None:
    broken = re.compile(r"\S [:;?!%»](?!\w)|« ")
    assert [key for key, text in catalogue(subject, "fr").items() if broken.search(text)] == []


def test_every_advice_has_its_sentence_and_asks_no_field_that_the_sentence_lacks() -> None:
    english = catalogue("errors", "en")
    advice = {key.removeprefix("advice."): text for key, text in english.items() if key.startswith("advice.")}
    assert set(advice) <= set(english)
    assert [key for key, text in advice.items() if not fields_of(text) <= fields_of(english[key])] == []


ErrorCall = tuple[str, str | None, str, frozenset[str] | None]
"""Place, key if it is fixed, what it begins with, and its fields if they are plain."""


@cache
def error_calls() -> list[ErrorCall]:
    """Find what the code raises."""
    return list(_error_calls())


def _error_calls() -> Iterator[ErrorCall]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = ast.unparse(node.func)
            if called != "Problem.of" and not called.split(".")[-1].endswith("Error"):
                continue
            place = f"{path.relative_to(TEXTS.parent)}:{node.lineno}"
            fields = frozenset(word.arg for word in node.keywords if word.arg)
            plain = None if any(word.arg is None for word in node.keywords) else fields
            key = node.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and " " not in key.value:
                yield place, key.value, key.value, plain
            elif isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant) and called == "Problem.of":
                yield place, None, str(key.values[0].value), plain


def test_every_error_of_the_code_has_its_sentence() -> None:
    known = catalogue("errors", "en")
    calls = error_calls()
    assert len(calls) > 40
    assert [call[:2] for call in calls if call[1] is not None and call[1] not in known] == []
    assert [call[0] for call in calls if not any(key.startswith(call[2]) for key in known)] == []


def test_every_error_of_the_code_gives_the_fields_that_its_sentence_needs() -> None:
    known = catalogue("errors", "en")
    plain = [(place, key, fields) for place, key, _, fields in error_calls() if key in known and fields is not None]
    assert len(plain) > 20
    assert [(place, key) for place, key, fields in plain if key and not fields_of(known[key]) <= fields] == []


def test_no_sentence_of_an_error_is_left_over() -> None:
    beginnings = [call[2] for call in error_calls()]
    said = [key for key in catalogue("errors", "en") if not key.startswith(("advice.", "term."))]
    quoted = {word for path in SOURCES for word in re.findall(r'"([^"\s]+)(?=")', path.read_text(encoding="utf-8"))}
    used = {key for key in said if key in quoted or any(key.startswith(begin) for begin in beginnings)}
    assert sorted(set(said) - used) == []


def test_say_refuses_an_unknown_key_and_a_missing_field() -> None:
    with pytest.raises(KeyError):
        say("errors", "file.nothing")
    with pytest.raises(KeyError):
        say("errors", "file.missing")
    with pytest.raises(FileNotFoundError):
        catalogue("nothing", "en")


@pytest.mark.parametrize(
    ("month", "said"), [("avril 2025", "dernières données sont d’avril 2025"), ("mai 2025", "données sont de mai 2025")]
)
def test_french_elides_before_a_month_with_a_vowel(month: str, said: str) -> None:
    assert said in say("web_api", "feed.release_text", "fr", series="3", month=month)
    assert "are of avril 2025" in say("web_api", "feed.release_text", "en", series="3", month="avril 2025")


def test_fields_of_a_sentence() -> None:
    assert fields_of("{a} of {b:.2f}, {{not}} {a}") == {"a", "b"}
    assert fields_of("nothing") == frozenset()


@pytest.mark.parametrize(
    ("locale", "language"),
    [("fr_FR.UTF-8", "fr"), ("FR", "fr"), ("en", "en"), ("en_GB", "en"), ("de_DE", None), ("", None), (None, None)],
)
def test_language_of_a_locale(locale: str | None, language: str | None) -> None:
    assert as_language(locale) == language
