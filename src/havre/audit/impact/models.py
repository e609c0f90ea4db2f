"""What a questionnaire is made of: sections, questions, and rules by which answers are scored.

A questionnaire is one TOML file. Questions that are asked of each right alike stand there once, as a pattern.
"""

from typing import Annotated, Literal

from pydantic import Field

from havre.audit.register.models import Bilingual, ClaimId, Key, Part, Status, Words

Kind = Literal["fria", "dpia"]
"""``fria``: AI Act, article 27. ``dpia``: GDPR, article 35, and its twins for police and for bodies of the Union."""
AnswerKind = Literal["text", "yes_no", "choice", "choices", "number", "date"]
Role = Literal["deployer", "provider", "authority", "dpo", "organisation", "affected"]
FigureRule = Literal["mostly_wrong", "beyond_test"]
YES_NO = ("yes", "no")


class Condition(Part):
    """An answer to a question that is among some."""

    question: Key
    among: Annotated[tuple[Words, ...], Field(min_length=1)]


class Suggestion(Part):
    """The answer that the register gives by itself: where it has such a claim, or the audit such a figure."""

    answer: Words
    field: Words | None = None
    status: tuple[Status, ...] = ()
    claim: ClaimId | None = None
    figure: FigureRule | None = None


class Prefill(Part):
    """Where a question is filled in from: fields of the register, claims of its law, figures of the audit."""

    fields: tuple[Words, ...] = ()
    claims: tuple[ClaimId, ...] = ()
    audit: bool = False
    suggest: tuple[Suggestion, ...] = ()


class Question(Bilingual):
    """One question: what law asks it, how it is answered and by whom, where it is filled in from, when it is asked."""

    id: Key
    section: Key
    article: Words
    kind: AnswerKind
    who: Annotated[tuple[Role, ...], Field(min_length=1)]
    options: str | None = None
    """Name of the list of options of a choice."""
    least: float | None = None
    most: float | None = None
    asked_when: tuple[Condition, ...] = ()
    """All must hold, or the question is not asked."""
    prefill: Prefill = Prefill()


class Subject(Bilingual):
    """What a pattern of questions is asked about: a right."""

    id: Key
    article: Words


class Pattern(Bilingual):
    """A question that is asked about each subject; ``{subject}`` stands for its name."""

    id: Key
    section: Key
    kind: AnswerKind
    who: Annotated[tuple[Role, ...], Field(min_length=1)]
    options: str | None = None
    asked_when: tuple[Condition, ...] = ()
    """``question`` is the end of an identifier of the same subject."""


class Section(Bilingual):
    """A point of the law, with what it wants to know."""

    article: Words
    help: Bilingual


class Level(Part):
    """A risk from how grave a harm is and how likely, by a table; one step higher where it cannot be undone.

    Where the right is not touched, the risk is the first level, and nothing else is asked.
    """

    rule: Literal["level"] = "level"
    id: Key
    name: Bilingual
    touched: Key
    gravity: Key
    likelihood: Key
    undone: Key


class Count(Part):
    """How many of several safeguards exist, do not, or are not known."""

    rule: Literal["count"] = "count"
    id: Key
    name: Bilingual
    questions: Annotated[tuple[Key, ...], Field(min_length=1)]


class Warning_(Part):  # noqa: N801 - the builtin has the plain name
    """Something that the law or good practice does not allow to stand, where all conditions hold."""

    rule: Literal["warning"] = "warning"
    id: Key
    name: Bilingual
    article: Words
    when: Annotated[tuple[Condition, ...], Field(min_length=1)]


Rule = Level | Count | Warning_


class Contradiction(Part):
    """Answers that cannot both be true."""

    all: Annotated[tuple[Condition, ...], Field(min_length=2)]


class Order(Part):
    """Two dates or numbers of which the first cannot come after the second."""

    first: Key
    second: Key


class Questionnaire(Part):
    """A whole questionnaire, with every pattern written out."""

    kind: Kind
    version: Annotated[int, Field(ge=1)]
    checked_on: Words
    title: Bilingual
    law: Bilingual
    articles: Words
    """Articles that the law asks it by, written as those of a question."""
    limits: Bilingual
    origin: Bilingual
    """Whose questions these are."""
    sections: dict[Key, Section]
    options: dict[str, dict[Words, Bilingual]]
    questions: dict[Key, Question]
    levels: Annotated[tuple[str, ...], Field(min_length=2)] = ("none", "low", "medium", "high", "very_high")
    matrix: dict[str, dict[str, str]]
    """Level for each gravity and likelihood."""
    rules: tuple[Rule, ...]
    contradictions: tuple[Contradiction, ...] = ()
    orders: tuple[Order, ...] = ()

    def domain(self, question: Question) -> tuple[str, ...] | None:
        """Give every answer that a closed question can have; ``None`` where it is open."""
        if question.kind == "yes_no":
            return YES_NO
        if question.kind == "choice" and question.options:
            return tuple(self.options.get(question.options, ()))
        return None
