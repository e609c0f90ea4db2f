"""Notes: every key of the code has its sentence in both languages, and no sentence is left over."""

import ast
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from havre.displacement.build_notes import Note, TableCount, listed
from havre.texts import catalogue, fields_of

SOURCES = sorted(Path(str(files("havre.displacement"))).glob("build*.py"))


def note_calls() -> Iterator[tuple[str, frozenset[str] | None]]:
    """Find the notes that the code makes: key (or how it begins, with a star) and its plain fields."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "Note.of":
                continue
            names = [word.arg for word in node.keywords]
            plain = None if None in names else frozenset(filter(None, names))
            key = node.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, plain
            elif isinstance(key, ast.JoinedStr):
                yield f"{ast.unparse(key)[2:].partition('{')[0]}*", None


def test_every_note_has_its_sentence_and_every_sentence_its_note() -> None:
    known = catalogue("displace_build", "en")
    calls = list(note_calls())
    assert len(calls) > 25
    patterns = [re.compile(re.escape(key).replace(r"\*", ".+")) for key, _ in calls]
    assert [key for key, _ in calls if "*" not in key and key not in known] == []
    assert [pattern.pattern for pattern in patterns if not any(map(pattern.fullmatch, known))] == []
    assert [(key, plain) for key, plain in calls if plain is not None and fields_of(known[key]) != plain] == []
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    said = [key for key in known if key.split(".")[0] in {"told", "assumed", "warned", "terms"}]
    left = [key for key in said if not any(each.fullmatch(key) for each in patterns) and f'"{key}"' not in source]
    assert left == []


def test_every_reason_for_a_dropped_row_has_its_sentence() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    reasons = [key.partition(".")[2] for key in catalogue("displace_build", "en") if key.startswith("dropped.")]
    assert [reason for reason in reasons if f'"{reason}"' not in source] == []


@pytest.mark.parametrize("key", ["assumed.start", "warned.joining", "told.unused_columns", "terms.ucdp"])
def test_the_kind_of_a_note_is_the_beginning_of_its_key(key: str) -> None:
    assert Note.of(key).kind == key.split(".", maxsplit=1)[0]


def test_counts_add_up() -> None:
    count = TableCount("events", 10, {"blank_row": 1}).without({"far_event": 2, "coarse_day": 0, "blank_row": 1})
    assert count.dropped == {"blank_row": 2, "far_event": 2}
    assert count.used == 6


def test_long_lists_are_cut() -> None:
    assert listed([]) == ""
    assert listed(["a"] * 13).endswith("a (+1)")
