"""Reads the questionnaires that come with Havre, and writes out their patterns."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from havre.audit.impact.models import Count, Kind, Level, Pattern, Question, Questionnaire, Rule, Subject

KINDS: tuple[Kind, ...] = get_args(Kind)


@cache
def load_questionnaire(kind: Kind) -> Questionnaire:
    """Read one questionnaire.

    Raises
    ------
    ValueError : the file is faulty, or refers to a question, section or option that it lacks
    """
    text = files(__package__).joinpath(f"{kind}.toml").read_text(encoding="utf-8")
    return make_questionnaire(tomllib.loads(text))


def make_questionnaire(table: dict[str, Any]) -> Questionnaire:
    """Make a questionnaire from the content of its file; errors as :func:`load_questionnaire`."""
    table = dict(table)
    subjects = [Subject(id=key, **row) for key, row in table.pop("subjects", {}).items()]
    patterns = [Pattern(id=key, **row) for key, row in table.pop("patterns", {}).items()]
    plain = [Question(id=key, **row) for key, row in table.pop("questions").items()]
    made = [_asked_about(subject, pattern) for subject in subjects for pattern in patterns]
    order = {section: place for place, section in enumerate(table["sections"])}
    questions = sorted([*plain, *made], key=lambda question: order[question.section])
    rules = [*(_level_of(subject) for subject in subjects), *table.pop("rules", [])]
    found = Questionnaire.model_validate(
        {**table, "rules": rules, "questions": {question.id: question for question in questions}}
    )
    if lost := sorted(set(_lost(found))):
        raise ValueError(f"{found.kind}: {', '.join(lost)}")
    return found


def _asked_about(subject: Subject, pattern: Pattern) -> Question:
    row = pattern.model_dump(exclude={"id", "en", "fr", "asked_when"})
    asked_when = [{"question": f"{subject.id}-{each.question}", "among": each.among} for each in pattern.asked_when]
    names = {"en": pattern.en.format(subject=subject.en), "fr": pattern.fr.format(subject=subject.fr)}
    own = {"id": f"{subject.id}-{pattern.id}", "article": subject.article, "asked_when": asked_when}
    return Question.model_validate({**row, **names, **own})


def _level_of(subject: Subject) -> Level:
    inputs = {name: f"{subject.id}-{name}" for name in ("touched", "gravity", "likelihood", "undone")}
    return Level.model_validate({"id": subject.id, "name": {"en": subject.en, "fr": subject.fr}, **inputs})


def questions_of(rule: Rule) -> tuple[str, ...]:
    """Name the questions whose answers a rule uses."""
    if isinstance(rule, Level):
        return rule.touched, rule.gravity, rule.likelihood, rule.undone
    if isinstance(rule, Count):
        return rule.questions
    return tuple(dict.fromkeys(condition.question for condition in rule.when))


def _lost(found: Questionnaire) -> Iterator[str]:
    """Find every reference to nothing, so that no score waits for an answer that cannot be given."""
    for question in found.questions.values():
        needs_options = question.kind in ("choice", "choices")
        if (question.options in found.options) is not needs_options:
            yield question.id
        conditions = [*question.asked_when]
        yield from (each.question for each in conditions if not _can_hold(found, each.question, each.among))
        domain = found.domain(question)
        answers = [each.answer for each in question.prefill.suggest]
        yield from (question.id for answer in answers if domain is None or answer not in domain)
    for rule in found.rules:
        if lost := [name for name in questions_of(rule) if name not in found.questions]:
            yield from lost
            continue
        if isinstance(rule, Count):
            yield from (name for name in rule.questions if found.questions[name].kind != "yes_no")
        elif not isinstance(rule, Level):
            yield from (each.question for each in rule.when if not _can_hold(found, each.question, each.among))
    for pair in found.contradictions:
        yield from (each.question for each in pair.all if not _can_hold(found, each.question, each.among))
    for order in found.orders:
        yield from (name for name in (order.first, order.second) if name not in found.questions)


def _can_hold(found: Questionnaire, name: str, among: tuple[str, ...]) -> bool:
    question = found.questions.get(name)
    if question is None:
        return False
    options = tuple(found.options.get(question.options or "", {})) if question.kind == "choices" else None
    domain = options if options is not None else found.domain(question)
    return domain is not None and set(among) <= set(domain)
