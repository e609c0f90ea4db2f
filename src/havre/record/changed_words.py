"""Inputs and choices in which two releases differ, in sentences: for the command line and for the desk."""

from collections.abc import Sequence
from datetime import date

from babel.numbers import format_decimal

from havre.record.changes import Changes, Difference
from havre.texts import Language, catalogue, say

PRIVATE = "input-"
"""How the name of an input begins that is private: see :mod:`havre.input_hashes`."""
LONG = 48
"""Letters of a value that is shown whole; of a longer one, such as a fingerprint, the first twelve are."""


def input_sentences(changes: Changes, language: Language) -> list[str]:
    """Tell the inputs that differ; of private ones only how many."""
    hidden = [each for each in changes.inputs if each.name.startswith(PRIVATE)]
    told = [f"{each.name}: {_short(each.before)} → {_short(each.now)}" for each in changes.inputs if each not in hidden]
    if hidden:
        # Their names change with their content and say nothing to anybody.
        gone, come = (_known([getattr(each, side) for each in hidden]) for side in ("before", "now"))
        key = "private_changed" if gone == come else "private"
        told.append(say("release", f"changes.{key}", language, gone=gone, come=come))
    return told


def setting_sentences(found: Sequence[Difference], language: Language) -> list[str]:
    """Tell the choices that differ, each by its name in words."""
    return [
        say(
            "release",
            "was",
            language,
            name=setting_name(each.name, language),
            before=_setting(each.before, language),
            now=_setting(each.now, language),
        )
        for each in found
    ]


def setting_name(name: str, language: Language) -> str:
    """Name a choice in words; by its own name where the catalogue does not know it."""
    key = f"setting.{name}"
    return say("release", key, language) if key in catalogue("release", language) else name


def _setting(value: object, language: Language) -> str:
    if value is None:
        return say("release", "setting_none", language)
    if isinstance(value, bool):
        return say("release", "yes" if value else "no", language)
    if isinstance(value, list | tuple):
        return _short(", ".join(str(each) for each in value) or "–")
    if isinstance(value, float) and value.is_integer():
        return str(format_decimal(int(value), locale=language))
    return _short(value)


def _short(value: object) -> str:
    if value is None:
        return "–"
    text = value.isoformat() if isinstance(value, date) else str(value)
    return text if len(text) <= LONG else f"{text[:12]}…"


def _known(values: Sequence[object]) -> int:
    return sum(value is not None for value in values)
