"""What an answer to a contest must hold: an outcome, and a remedy that is there and belongs to what was contested."""

from collections.abc import Mapping

from sqlalchemy import Connection

from havre.errors import Problem
from havre.record.review import standing, state_problem
from havre.record.store.schema import OUTCOMES, REMEDIES

_STATES: Mapping[str, tuple[str, ...]] = {
    "release": ("in_review", "approved", "published"),
    "withdrawal": ("withdrawn",),
}


def answer_problems(
    connection: Connection, contest: str, release: str, outcome: str, remedy: str | None, remedy_id: str | None
) -> list[Problem]:
    """Tell what is wrong with an outcome and its remedy.

    Parameters
    ----------
    release : the contested release: where the remedy is a withdrawal, it is what was withdrawn
    """
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
        if remedy == "withdrawal" and remedy_id != release:
            problems.append(Problem.of("record.contest.other_release", found=remedy_id, release=release))
        # The link goes both ways: the manifest of the new release tells which contest it corrects.
        if remedy == "release" and now.corrects != contest:
            problems.append(Problem.of("record.contest.not_linked", release=remedy_id, contest=contest))
    return problems
