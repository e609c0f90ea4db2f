"""Faults of the command line itself, such as an unknown option, in the language of the reader.

Typer tells them in English alone. Here its sentences are found in the English catalogue ``usage``, and said in the
reader's language; one that is not there stays as it is.
"""

import re
from functools import cache
from io import StringIO
from typing import Protocol

from havre.texts import Language, catalogue, fields_of, say

SUBJECT = "usage"
_REASON = "reason."


class Shown(Protocol):
    """An exception of Typer that can show itself."""

    def show(self, file: StringIO) -> None:
        """Write usage, where help is, and what is wrong."""


def usage_text(error: Shown, language: Language) -> str:
    """Give what Typer shows of a fault of the command line, line by line in a language."""
    file = StringIO()
    error.show(file)
    return "".join(f"{in_language(line, language)}\n" for line in file.getvalue().splitlines())


def in_language(line: str, language: Language) -> str:
    """Say a line of Typer in a language; its reason, where it has one, too.

    Examples
    --------
    >>> in_language("Error: No such option: --nix", "fr")
    'Erreur : il n’y a pas d’option --nix'
    """
    if language == "en":
        return line
    for key, pattern in _patterns(reasons=False):
        if found := pattern.fullmatch(line):
            fields = found.groupdict()
            if "reason" in fields:
                fields["reason"] = _reason(fields["reason"], language)
            return say(SUBJECT, key, language, **fields)
    return line


def _reason(text: str, language: Language) -> str:
    for key, pattern in _patterns(reasons=True):
        if found := pattern.fullmatch(text):
            return say(SUBJECT, key, language, **found.groupdict())
    return text


@cache
def _patterns(*, reasons: bool) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Turn the English sentences into patterns, in the order of the catalogue: the first that fits is taken."""
    found = []
    for key, sentence in catalogue(SUBJECT, "en").items():
        if key.startswith(_REASON) == reasons:
            pattern = re.escape(sentence)
            for name in fields_of(sentence):
                pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>.+)")
            found.append((key, re.compile(pattern)))
    return tuple(found)
