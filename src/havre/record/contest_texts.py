"""What people write when they contest something: plain text of bounded length, shown as text and as nothing else."""

import unicodedata
from dataclasses import dataclass

from markupsafe import escape

from havre.errors import Problem, RecordError, check_none

MOST_WHY = 20_000
MOST_EVIDENCE = 100_000
MOST_CONTACT = 500
MOST_ABOUT = 400
_OVERRIDES = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
"""Characters that turn the direction of what follows: text could be made to read as something else."""


@dataclass(frozen=True)
class ContestText:
    """Why, with which evidence, and how to reach who wrote it, if they want to be reached."""

    why: str
    evidence: str = ""
    contact: str = ""


def check_text(text: ContestText, about: str) -> None:
    """Check that a text may be kept.

    Raises
    ------
    RecordError : nothing is written, a part is too long, or holds characters that are no text; all of it is told
    """
    problems: list[Problem] = []
    if not text.why.strip():
        problems.append(Problem.of("record.contest.empty"))
    parts = (("why", text.why, MOST_WHY), ("evidence", text.evidence, MOST_EVIDENCE),
             ("contact", text.contact, MOST_CONTACT), ("about", about, MOST_ABOUT))  # fmt: skip
    for name, value, most in parts:
        if len(value) > most:
            problems.append(Problem.of("record.contest.too_long", part=name, size=len(value), most=most))
        elif bad := next((each for each in value if not _is_text(each)), None):
            problems.append(Problem.of("record.contest.character", part=name, character=f"U+{ord(bad):04X}"))
    check_none(problems, RecordError)


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
    return character not in _OVERRIDES and unicodedata.category(character) not in ("Cc", "Cs", "Cn")
