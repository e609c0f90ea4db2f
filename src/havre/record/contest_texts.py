"""What people write when they contest something: plain text of bounded length, shown as text and as nothing else."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from markupsafe import escape

from havre.errors import FileError, Problem, RecordError, Term, check_none
from havre.record.figures import parse_figure

MOST_WHY = 20_000
MOST_EVIDENCE = 100_000
MOST_CONTACT = 500
WHOLE = ("release", "decision")
"""What can be contested besides a figure: all of a release, or the decision to publish, change or withdraw it."""
_NO_TEXT = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
"""Controls, halves of letters, what is not assigned or private, separators of lines and paragraphs."""
_WHY = Term("term.part.why")
_FIGURE = re.compile(r"[a-z0-9_]{1,40}(/[A-Za-z0-9_:-]{1,40}){3,6}")
_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Characters that turn the direction of what follows: text could be made to read as something else."""


@dataclass(frozen=True)
class ContestText:
    """Why, with which evidence, and how to reach who wrote it, if they want to be reached."""

    why: str
    evidence: str = ""
    contact: str = ""


def check_text(text: ContestText) -> None:
    """Check that a text may be kept.

    Raises
    ------
    RecordError : nothing is written, a part is too long, or holds characters that are no text; all of it is told
    """
    problems: list[Problem] = []
    if not text.why.strip():
        problems.append(Problem.of("record.contest.empty"))
    parts = (("why", text.why, MOST_WHY), ("evidence", text.evidence, MOST_EVIDENCE),
             ("contact", text.contact, MOST_CONTACT))  # fmt: skip
    for name, value, most in parts:
        problems += text_problems(name, value, most)
    check_none(problems, RecordError)


def read_text(path: Path) -> str:
    """Read what somebody wrote from a file; of one that is too large no more than is needed to say so.

    Raises
    ------
    FileError : it cannot be read
    RecordError : it is too long, or no text in UTF-8
    """
    try:
        size = path.stat().st_size
        if size > 4 * MOST_WHY:
            raise RecordError("record.contest.too_long", part=_WHY, size=size, most=MOST_WHY)
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError(
            "record.contest.character", part=_WHY, character=f"0x{error.object[error.start]:02X}"
        ) from error
    except OSError as error:
        raise FileError("file.damaged", path=path, expected="UTF-8", reason=error.strerror or str(error)) from error


def text_problems(name: str, value: str, most: int) -> list[Problem]:
    """Tell what is wrong with a text: too long, or a character that is none."""
    if len(value) > most:
        return [Problem.of("record.contest.too_long", part=Term(f"term.part.{name}"), size=len(value), most=most)]
    bad = next((each for each in value if not _is_text(each)), None)
    if bad is None:
        return []
    return [Problem.of("record.contest.character", part=Term(f"term.part.{name}"), character=f"U+{ord(bad):04X}")]


def check_about(about: str, figures: Collection[str] | None = None) -> None:
    """Check that what is contested is something that is published: it enters the log, which nobody can erase.

    Parameters
    ----------
    figures : names of the figures that there are; with none only the form of a name is checked

    Raises
    ------
    RecordError : it is neither a figure nor one of :data:`WHOLE`; near matches are told
    """
    if about in WHOLE:
        return
    if figures is not None and about not in figures:
        near = get_close_matches(about[:120], figures, n=3, cutoff=0.5) or sorted(figures)[:3]
        raise RecordError("record.figure.unknown", figure=about[:120], near=", ".join(near) or "–")
    if not _FIGURE.fullmatch(about):
        raise RecordError("record.figure.name", figure=about[:120])
    parse_figure(about)


def shown_text(text: str) -> str:
    """Give a text for an HTML page: as it was written, with every character that means something there escaped.

    Examples
    --------
    >>> shown_text("<b>no</b>")
    '&lt;b&gt;no&lt;/b&gt;'
    """
    return str(escape(text))


def _is_text(character: str) -> bool:
    if character in "\n\r\t":
        return True
    is_tag = "\U000e0000" <= character <= "\U000e007f"
    return character not in _OVERRIDES and not is_tag and unicodedata.category(character) not in _NO_TEXT
