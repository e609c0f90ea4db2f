"""A page answers the same with and without scripts: Python and the browser's calculators give the same blocks."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from havre.errors import AuditError
from havre.texts import LANGUAGES, Language, catalogue
from havre.web.pages.audit_blocks import REFUSALS, Writer, words_of
from havre.web.pages.audit_forms import CALCULATORS
from havre.web.pages.audit_inputs import Fields, parse_number, plain
from tests.web.audit.node import run_node

Asked = tuple[str, dict[str, str], Language]
CHANGES: dict[str, dict[str, tuple[str, ...]]] = {
    "rates": {
        "sensitivity": ("11/15", "76%", "75,55 %@15", "0", "100%", "1/2/3", "", "1,000", "0.5@0", "x" * 201, "130%"),
        "specificity": ("12/15", "0.999@1000", "76%@30", "1", "999 999/1 000 000", "40%@20", "0,5 %", "-1/3"),
        "sensitivity2": ("20/30", "85%"),
        "specificity2": ("10/30", "85%", "99,9%@200"),
        "base_rate": ("0.1%..1%", "5 %", "0.001; 0.01; 0.5; 0.9", "0", "1", "2%..1%", "", ";", "1;2;3;4;5;6;7;8;9"),
        "level": ("0.5", "99,9 %", "", "1", "0", "abc", "200%"),
    },
    "intervals": {
        "rates": ("0/10", "75.55%@15; 73.66 %@15", "3/3; 1/1000000", "76%", "5/3; 1/0", "1e-9@1e9", "0,5@7"),
        "level": ("80%", "0.999"),
    },
    "questions": {
        "questions": ("1", "1000", "0", "1001", "-3", "2.5", "1 000"),
        "flags": ("0", "16", "17", "x"),
        "specificity": ("1", "0", "97,5 %", "-0.1"),
        "correlation": ("0", "1", "0,25", "1e-12; 0.5", "1.5", "-1"),
    },
    "chain": {
        "sensitivity2": ("", "50%"), "specificity2": ("", "60%"), "sensitivity3": ("0.9", "2"),
        "specificity3": ("99%",), "rule": ("all", "other"), "sensitivity1": ("", "1e-9"),
    },
    "thresholds": {
        "threshold1": ("0,25", "", "x", "0.5"), "sensitivity1": ("95%", "23/30", "40%", ""),
        "specificity1": ("10%", "1.5"),
        "threshold4": ("", "0.9"), "sensitivity4": ("", "10%"), "specificity4": ("99%", "50%"),
        "base_rate": ("1e-6", "30%; 0,5", "0", "1%;2%;3%;4%;5%"), "weight": ("0.5", "1 000", "0", "-1", "1e7"),
    },
    "scale": {
        "gallery": ("1", "0.000001", "0", "1e7", "7; 12; 400", "", "١"), "fmr": ("0", "1", "2.5e-12; 0.05%", "3"),
        "promised": ("0", "1", "0,3 %", ""), "variation": ("", "0.1", "1", "3", "0.001", "11", "-1"),
        "measured": ("0.3%", "0/1000", "1/3", "100%"), "tested": ("400", "0"), "searches": ("0", "7,5", "-1"),
        "mated": ("30%", "100%", "101%"), "fnir": ("1%", "0", "100%"),
    },
    "links": {
        "files1": ("0", "700", "", "1e7", "-1"), "false1": ("1", "50%", ""), "left1": ("", "0", "1"),
        "files3": ("1",), "false3": ("20%",), "people": ("450", "0.5", "0"),
    },
    "sensors": {
        "availability": ("", "50%", "0.2..0.3", "2", "70%..40%"), "area_km2": ("0", "1", ""), "looks": ("2..3",),
        "detection_per_look": ("10%..100%", "1..2"), "false_alarms_per_hour": ("0", "1e-9", "0,5"),
        "sensors": ("3",), "targets_per_hour": ("0..2",), "length_km": ("17",), "survival_minutes": ("10", "1000"),
        "speed_kmh": ("unknown", "1e7", "1..2..3"), "rescue_speed_kmh": ("0.000001",),
        "detection": ("20%..90%", "1.5"), "acted_on": ("", "1"), "returned": ("", "100%"),
        "occupied_share": ("0,1%", "1%..2%", ""), "detection_per_check": ("90%", "0.8..0.9"),
        "false_alarms_per_check": ("2%", ""), "checks_per_day": ("500",),
    },
}  # fmt: skip
"""What is written into one field, the others as at first, and into pairs of fields that follow each other."""


def asked() -> Iterator[Asked]:
    for name, changes in CHANGES.items():
        first = CALCULATORS[name].texts({})
        yield from ((name, first, language) for language in LANGUAGES)
        languages = itertools.cycle(LANGUAGES)
        for field, texts in changes.items():
            yield from ((name, {**first, field: text}, next(languages)) for text in texts)
        for one, other in itertools.pairwise(changes):
            for text, also in zip(changes[one], changes[other], strict=False):
                yield name, {**first, one: text, other: also}, next(languages)


@pytest.fixture(scope="module")
def compared() -> list[tuple[Asked, dict[str, Any], dict[str, Any]]]:
    every = list(asked())
    words = {language: words_of(language) for language in LANGUAGES}
    answers = run_node("run_answers.mjs", {"words": words, "asked": every})
    return [(one, _said(one), answer) for one, answer in zip(every, answers, strict=True)]


def _said(one: Asked) -> dict[str, Any]:
    name, texts, language = one
    told = CALCULATORS[name].answer(Fields(texts), Writer(language)).as_json(language)
    blocks = [_listed(block) for block in told["blocks"]]
    return {"blocks": blocks, "problems": told["problems"]}


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value


def test_blocks_are_the_same(compared: list[tuple[Asked, dict[str, Any], dict[str, Any]]]) -> None:
    assert [one for one in compared if one[1]["blocks"] != one[2]["blocks"]] == []
    assert sum(bool(said["blocks"]) for _, said, _ in compared) > 120


def test_problems_stand_at_the_same_fields_in_the_same_words(
    compared: list[tuple[Asked, dict[str, Any], dict[str, Any]]],
) -> None:
    assert [one for one in compared if one[1]["problems"] != one[2]["problems"]] == []
    assert sum(bool(said["problems"]) for _, said, _ in compared) > 60
    assert all(bool(said["problems"]) != bool(said["blocks"]) for _, said, _ in compared)


def test_every_refusal_has_words() -> None:
    assert set(REFUSALS) <= set(catalogue("errors", "en"))


@pytest.mark.parametrize(
    ("typed", "read"),
    [("60 000", 60000.0), ("60\u202f000", 60000.0), ("0,25", 0.25), (".5", 0.5), ("1e-9", 1e-9), ("0,001", 0.001)],
)
def test_numbers_of_both_languages(typed: str, read: float) -> None:
    assert parse_number(typed) == read


@pytest.mark.parametrize("typed", ["1,000", "12,345,678", "23/30,000", "10%..1,000%", "٣", "½"])
def test_what_can_be_read_in_two_ways_is_refused(typed: str) -> None:
    with pytest.raises(AuditError):
        plain(typed)
