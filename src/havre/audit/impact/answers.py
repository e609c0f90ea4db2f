"""Answer files: what people answer to a questionnaire, read with every problem at once.

A file is TOML or JSON with ``questionnaire``, ``version``, ``system``, ``by``, ``role``, ``date``, and under
``answers`` for each question ``answer`` and, where wanted, ``source`` and ``note``. An answer that is empty or
``unknown`` is no answer: it counts as unknown, never as nothing or no.
"""

import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from havre.audit.impact.models import Condition, Question, Questionnaire, Role
from havre.audit.register.dates import first_day
from havre.errors import FileError, Problem, RegisterError, Term, check_none

ROLES: tuple[Role, ...] = get_args(Role)
UNKNOWN = ("", "unknown", "inconnu", "not published", "non publié")
WORDS = {"yes": "yes", "oui": "yes", "true": "yes", "no": "no", "non": "no", "false": "no"}
NONE = "none"
"""The option that stands alone where several can be chosen."""
HEAD = ("questionnaire", "version", "system", "by", "role", "date")
Values = tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """One answer; ``values`` is empty where it says that it is not known."""

    values: Values
    source: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class AnswerFile:
    """What one organisation answered about one system."""

    by: str
    role: Role
    date: str
    answers: Mapping[str, Given]

    def values(self, question: str) -> Values:
        """Give the answer to a question; empty where there is none."""
        given = self.answers.get(question)
        return given.values if given else ()


def read_answers(path: Path, questionnaire: Questionnaire, system: str) -> AnswerFile:
    """Read an answer file, whose name ends in ``.toml`` or ``.json``.

    Raises
    ------
    FileError : there is no such file, or it is neither TOML nor JSON in UTF-8
    RegisterError : every unknown question, every answer of a wrong kind, and every pair that contradicts itself
    """
    if not path.is_file():
        raise FileError("file.missing", path=path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        # The same question twice is a fault in TOML already; JSON would keep the last without a word.
        content = json.loads(text, object_pairs_hook=_once) if path.suffix == ".json" else tomllib.loads(text)
        # JSON can name halves of letters, which no file can hold.
        json.dumps(content, ensure_ascii=False, default=str).encode("utf-8")
    except (ValueError, OSError, RecursionError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise FileError("file.damaged", path=path, expected="TOML / JSON (UTF-8)", reason=reason) from error
    if not isinstance(content, dict):
        raise FileError("file.damaged", path=path, expected="TOML / JSON (UTF-8)", reason=type(content).__name__)
    return parse_answers(content, str(path), questionnaire, system)


def read_all_answers(paths: Sequence[Path], questionnaire: Questionnaire, system: str) -> tuple[AnswerFile, ...]:
    """Read several answer files; errors as :func:`read_answers`, of all files at once."""
    problems: list[Problem] = []
    found = []
    for path in paths:
        try:
            found.append(read_answers(path, questionnaire, system))
        except (FileError, RegisterError) as error:
            problems += error.problems
    check_none(problems, RegisterError)
    return tuple(found)


def parse_answers(content: Mapping[str, Any], where: str, questionnaire: Questionnaire, system: str) -> AnswerFile:
    """Make answers from the content of a file; errors as :func:`read_answers`."""
    problems = list(_head_problems(content, where, questionnaire, system))
    rows = content.get("answers", {})
    if not isinstance(rows, Mapping):
        problems.append(Problem.of("impact.head", path=where, field="answers", expected="[answers]"))
        rows = {}
    given: dict[str, Given] = {}
    for name, row in rows.items():
        question = questionnaire.questions.get(name)
        if question is None:
            near = get_close_matches(name, questionnaire.questions, n=3, cutoff=0.5)
            problems.append(
                Problem.of("impact.unknown_question", path=where, question=name, near=", ".join(near) or "–")
            )
            continue
        found = _given(row, question, questionnaire, where, problems)
        if found is not None:
            given[name] = found
    made = AnswerFile(str(content.get("by")), content.get("role", "deployer"), str(content.get("date")), given)
    problems += _contradictions(made, questionnaire, where)
    check_none(problems, RegisterError)
    return made


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"“{next(name for name in names if names.count(name) > 1)}” × 2")
    return found


def _head_problems(
    content: Mapping[str, Any], where: str, questionnaire: Questionnaire, system: str
) -> Iterator[Problem]:
    wanted = {"questionnaire": questionnaire.kind, "version": questionnaire.version, "system": system}
    for name in HEAD:
        value = content.get(name)
        if name in wanted:
            fits, expected = value == wanted[name], str(wanted[name])
        elif name == "role":
            fits, expected = value in ROLES, ", ".join(ROLES)
        elif name == "date":
            fits, expected = _as_day(value) is not None, "YYYY-MM-DD"
        else:
            fits, expected = isinstance(value, str) and bool(value.strip()), "“…”"
        if not fits:
            yield Problem.of("impact.head", path=where, field=name, expected=expected)
    for name in content:
        if name not in (*HEAD, "answers"):
            yield Problem.of("impact.unknown_field", place=where, field=name, near=", ".join((*HEAD, "answers")))


def _given(
    row: object, question: Question, questionnaire: Questionnaire, where: str, problems: list[Problem]
) -> Given | None:
    table = row if isinstance(row, Mapping) else {"answer": row}
    place = f"{where}: {question.id}"
    fields = ("answer", "source", "note")
    problems += [
        Problem.of("impact.unknown_field", place=place, field=name, near=", ".join(fields))
        for name in table
        if name not in fields
    ]
    value = table.get("answer", "")
    if isinstance(value, str) and value.strip().lower() in UNKNOWN:
        values: Values | None = ()
    else:
        values = _values(value, question, questionnaire)
    if values is None:
        problems.append(_wrong_kind(value, question, questionnaire, place))
        return None
    texts = [str(table[name]).strip() or None if name in table else None for name in ("source", "note")]
    return Given(values, *texts)


def _wrong_kind(value: object, question: Question, questionnaire: Questionnaire, place: str) -> Problem:
    if question.options:
        expected = ", ".join(questionnaire.options[question.options])
        return Problem.of("impact.not_an_option", place=place, value=_short(value), expected=expected)
    return Problem.of(
        "impact.wrong_kind", place=place, value=_short(value), expected=Term(f"term.answer.{question.kind}")
    )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _values(value: object, question: Question, questionnaire: Questionnaire) -> Values | None:
    """Read an answer as its question wants it; ``None`` where it is none."""
    if question.kind == "text":
        return (value.strip(),) if isinstance(value, str) else None
    if question.kind == "yes_no":
        word = WORDS.get(str(value).strip().lower()) if isinstance(value, str | bool) else None
        return (word,) if word else None
    if question.kind == "number":
        return _number(value, question)
    if question.kind == "date":
        day = _as_day(value)
        return (day,) if day else None
    chosen = [value] if isinstance(value, str) else value
    if not isinstance(chosen, list) or (question.kind == "choice" and len(chosen) != 1):
        return None
    known = questionnaire.options[question.options or ""]
    if NONE in chosen and len(chosen) > 1:
        return None
    return tuple(dict.fromkeys(chosen)) if all(isinstance(one, str) and one in known for one in chosen) else None


def _number(value: object, question: Question) -> Values | None:
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]  # refused below
    except (TypeError, ValueError, OverflowError):
        return None
    least = -math.inf if question.least is None else question.least
    most = math.inf if question.most is None else question.most
    if not (math.isfinite(number) and least <= number <= most):
        return None
    return (f"{number:.15g}",)


def _as_day(value: object) -> str | None:
    """Read a day, month or year as ``YYYY[-MM[-DD]]``."""
    if isinstance(value, datetime):
        return None
    text = value.isoformat() if isinstance(value, date) else value
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str):
        return None
    try:
        first_day(text)
    except ValueError:
        return None
    return text


def _contradictions(made: AnswerFile, questionnaire: Questionnaire, where: str) -> Iterator[Problem]:
    for pair in questionnaire.contradictions:
        if all(_holds(each, made) for each in pair.all):
            yield Problem.of("impact.contradiction", path=where, answers=_written(made, [e.question for e in pair.all]))
    for order in questionnaire.orders:
        ends = [made.values(name) for name in (order.first, order.second)]
        # Days of different length compare as far as the shorter one says.
        if all(ends):
            length = min(len(ends[0][0]), len(ends[1][0]))
            if ends[0][0][:length] > ends[1][0][:length]:
                answers = _written(made, [order.first, order.second])
                yield Problem.of("impact.order", path=where, answers=answers)
    for name, given in made.answers.items():
        for condition in questionnaire.questions[name].asked_when:
            if given.values and made.values(condition.question) and not _holds(condition, made):
                other = _written(made, [condition.question])
                yield Problem.of("impact.not_asked", path=where, question=name, other=other)


def _holds(condition: Condition, made: AnswerFile) -> bool:
    return any(value in condition.among for value in made.values(condition.question))


def _written(made: AnswerFile, questions: list[str]) -> str:
    return ", ".join(f"{name} = {' + '.join(made.values(name))}" for name in questions)
