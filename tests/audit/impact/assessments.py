"""Assessments to test with."""

from datetime import date
from typing import Any

from havre.audit.impact.answers import AnswerFile, parse_answers
from havre.audit.impact.assessment import Assessment
from havre.audit.impact.load import load_questionnaire
from havre.audit.impact.models import Kind
from havre.audit.register.load import load_register

DAY = date(2026, 12, 1)
Answer = str | float | bool | list[str] | dict[str, Any]


def content(kind: Kind = "fria", system: str = "iborderctrl", by: str = "A", **answers: Answer) -> dict[str, Any]:
    """Give the content of an answer file; ``_`` in a name stands for the stroke of an identifier."""
    rows = {name.replace("_", "-"): answer for name, answer in answers.items()}
    head = {"questionnaire": kind, "version": 1, "system": system, "by": by, "role": "organisation"}
    return {**head, "date": "2026-11-30", "answers": rows}


def answered(kind: Kind = "fria", system: str = "iborderctrl", by: str = "A", **answers: Answer) -> AnswerFile:
    """Make an answer file."""
    return parse_answers(content(kind, system, by, **answers), "a.toml", load_questionnaire(kind), system)


def assessed(*files: AnswerFile, kind: Kind = "fria", system: str = "iborderctrl") -> Assessment:
    """Assess a system with answers."""
    register = load_register()
    return Assessment(load_questionnaire(kind), register, register.entries[system], files, DAY)
