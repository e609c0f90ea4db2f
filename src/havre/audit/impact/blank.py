"""A blank answer file: every question with what can be answered, and what the register says, as comments."""

import json
from collections.abc import Iterator
from datetime import date

from havre.audit.impact.answers import ROLES
from havre.audit.impact.assessment import Assessment, Row
from havre.audit.impact.evidence import Evidence
from havre.audit.impact.models import Question, Questionnaire
from havre.audit.impact.words import Words
from havre.texts import Language, say


def blank_answers(
    questionnaire: Questionnaire, language: Language, on: date, assessment: Assessment | None = None
) -> str:
    """Write an answer file (TOML) in which nothing is answered yet; with a name in ``by`` it can be read.

    Parameters
    ----------
    on : day that stands in the file
    assessment : the same questionnaire about a system; what the register says of it stands beside each question
    """
    return "\n".join(_lines(questionnaire, assessment, Words(questionnaire, language), on)) + "\n"


def _say(words: Words, key: str, **fields: object) -> str:
    return say("impact", f"blank.{key}", words.language, **fields)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _lines(questionnaire: Questionnaire, assessment: Assessment | None, words: Words, on: date) -> Iterator[str]:
    title = questionnaire.title.text(words.language)
    system = assessment.entry.name.text(words.language) if assessment else "…"
    yield f"# {_say(words, 'lead', title=title, system=system)}"
    yield f"questionnaire = {_quoted(questionnaire.kind)}"
    yield f"version = {questionnaire.version}"
    yield f"system = {_quoted(assessment.entry.id if assessment else '')}"
    yield f"# {_say(words, 'head')}"
    yield 'by = ""'
    yield f"# {_say(words, 'roles', roles='; '.join(f'{role} ({words.role(role)})' for role in ROLES))}"
    yield 'role = "deployer"'
    yield f"date = {_quoted(on.isoformat())}"
    rows = {row.question.id: row for row in assessment.rows} if assessment else {}
    evidence = Evidence(assessment, words) if assessment else None
    for key, section in questionnaire.sections.items():
        yield ""
        yield f"# === {section.text(words.language)} ({words.article(section.article)})"
        for question in questionnaire.questions.values():
            if question.section == key:
                yield from _question(question, words)
                if evidence:
                    yield from _register(rows[question.id], words, evidence)
                yield f"[answers.{question.id}]"
                yield f"answer = {'[]' if question.kind == 'choices' else _quoted('')}"


def _question(question: Question, words: Words) -> Iterator[str]:
    yield ""
    yield f"# {question.text(words.language)}"
    yield f"# {words.article(question.article)}; {words.text('who_answers', roles=words.roles(question))}"
    if question.asked_when:
        yield f"# {_say(words, 'only_if', condition=words.condition(question.asked_when))}"
    if question.options:
        named = words.questionnaire.options[question.options]
        options = ", ".join(f"{key} ({words.option(question, key)})" for key in named)
        yield f"# {_say(words, 'several_of' if question.kind == 'choices' else 'one_of', options=options)}"
    elif question.kind != "text":
        yield f"# {_say(words, f'kind_{question.kind}')}"


def _register(row: Row, words: Words, evidence: Evidence) -> Iterator[str]:
    if row.prefilled.asked_register:
        for line in evidence.lines(row):
            claims = f" ({', '.join(line.claims)})" if line.claims else ""
            yield f"# {_say(words, 'register', text=f'{line.text}{claims}')}"
    for suggested in row.prefilled.suggested:
        yield f"# {_say(words, 'suggested', answer=words.option(row.question, suggested.answer))}"
