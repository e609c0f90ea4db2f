"""What an answer to a contest must hold: an outcome, a remedy that is there, and public words without personal data."""

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from havre.errors import Problem, Term
from havre.record.contest_texts import ContestText, text_problems
from havre.record.review import LEAST_REASON, MOST_TEXT, standing, state_problem
from havre.record.store.schema import OUTCOMES, REMEDIES

_STATES: Mapping[str, tuple[str, ...]] = {
    "release": ("in_review", "approved", "published"),
    "withdrawal": ("withdrawn",),
}
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+\.\w+")
_NUMBER = re.compile(r"\+?\d[\d /.()-]{6,}\d")
LEAST_CONTACT = 6
"""Characters from which on the way to reach somebody is looked for as a whole."""


def answer_problems(
    connection: Connection, contest: str, outcome: str, remedy: str | None, remedy_id: str | None
) -> list[Problem]:
    """Tell what is wrong with an outcome and its remedy."""
    problems: list[Problem] = []
    if outcome not in OUTCOMES:
        problems.append(Problem.of("record.contest.outcome", outcome=outcome, expected=", ".join(OUTCOMES)))
    if (outcome == "rejected") != (remedy is None) or (remedy is not None and remedy not in REMEDIES):
        problems.append(Problem.of("record.contest.remedy", expected=", ".join(REMEDIES)))
    elif remedy is not None and not (remedy_id or "").strip():
        problems.append(Problem.of("record.contest.remedy_id"))
    elif remedy is not None and remedy in _STATES:
        now = standing(connection, str(remedy_id))
        if now.state not in _STATES[remedy]:
            problems.append(state_problem(now, *_STATES[remedy]))
        # The link goes both ways: the manifest of the new release tells which contest it corrects.
        if remedy == "release" and now.corrects != contest:
            problems.append(Problem.of("record.contest.not_linked", release=remedy_id, contest=contest))
    return problems


def public_problems(words: Mapping[str, str], text: ContestText | None) -> list[Problem]:
    """Tell what is wrong with words that enter the log for good.

    Parameters
    ----------
    words : summary, reasons and correction, as far as there are
    text : what was written to contest, ``None`` where it was erased; no way to reach somebody in it may be repeated
    """
    problems: list[Problem] = []
    if any(not LEAST_REASON <= len(words[name].strip()) <= MOST_TEXT for name in ("summary", "reasons")):
        problems.append(Problem.of("record.review.reason", least=LEAST_REASON, most=MOST_TEXT))
    private = set() if text is None else set(_ways_to_reach(text))
    for name, value in words.items():
        if len(value) <= MOST_TEXT or name == "correction":
            problems += text_problems(name, value, MOST_TEXT)
        if any(each in value for each in private):
            problems.append(Problem.of("record.contest.personal", part=Term(f"term.part.{name}")))
    return problems


def _ways_to_reach(text: ContestText) -> Iterator[str]:
    if len(text.contact.strip()) >= LEAST_CONTACT:
        yield text.contact.strip()
    for part in (text.why, text.evidence, text.contact):
        yield from _ADDRESS.findall(part)
    yield from _NUMBER.findall(text.contact)
