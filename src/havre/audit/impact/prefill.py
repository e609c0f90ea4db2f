"""What register and audit answer to a question by themselves: claims, computed figures, and suggested answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from havre.audit.impact.models import FigureRule, Question, Suggestion
from havre.audit.register.load import Register
from havre.audit.register.models import Claim, Entry
from havre.audit.report.figures import Figure, IdentificationFigure, ScreeningFigure, figures_of

HALF = 0.5


@dataclass(frozen=True)
class Suggested:
    """An answer that follows from claims or from a figure, with what it follows from."""

    answer: str
    claims: tuple[Claim, ...]
    figure: FigureRule | None = None


@dataclass(frozen=True)
class Prefilled:
    """What is known of one question: claims of the system, claims of the law, and answers that follow from them.

    ``asked_register`` tells whether there is anything to look up: some questions only people can answer.
    """

    claims: tuple[Claim, ...]
    law: tuple[Claim, ...]
    suggested: tuple[Suggested, ...]
    asked_register: bool
    with_figures: bool

    @property
    def published(self) -> tuple[Claim, ...]:
        """Claims that say something; without those that were looked for in vain, or are refuted."""
        return tuple(claim for claim in self.claims if not claim.is_absent and claim.status != "refuted")


def prefill(register: Register, entry: Entry, questions: Sequence[Question]) -> Mapping[str, Prefilled]:
    """Look up every question for one system.

    Raises
    ------
    AuditError : a claim that an audit uses is not a rate or size that can be
    """
    figures = figures_of(register, entry)
    return {question.id: _prefill(register, entry, question, figures) for question in questions}


def _prefill(register: Register, entry: Entry, question: Question, figures: Sequence[Figure]) -> Prefilled:
    wanted = question.prefill
    claims = [claim for field in wanted.fields for claim in entry.claims if claim.field == field]
    law = [register.claim(name) for name in wanted.claims if name.split(".")[0] in entry.includes]
    suggested: dict[str, Suggested] = {}
    for rule in wanted.suggest:
        found = _suggested(rule, entry, figures)
        # The first rule that gives an answer tells why; one with another answer stays beside it.
        if found is not None:
            suggested.setdefault(found.answer, found)
    return Prefilled(
        tuple(claims),
        tuple(law),
        tuple(suggested.values()),
        bool(wanted.fields or wanted.claims or wanted.audit or wanted.suggest),
        wanted.audit and bool(figures),
    )


def _suggested(rule: Suggestion, entry: Entry, figures: Sequence[Figure]) -> Suggested | None:
    if rule.figure:
        claims = mostly_wrong(figures) if rule.figure == "mostly_wrong" else beyond_test(figures)
        return Suggested(rule.answer, claims, rule.figure) if claims else None
    found = tuple(claim for claim in entry.claims if _fits(rule, claim))
    return Suggested(rule.answer, found) if found else None


def _fits(rule: Suggestion, claim: Claim) -> bool:
    if rule.claim:
        return claim.id == rule.claim
    return claim.field == rule.field and claim.status in rule.status


def mostly_wrong(figures: Sequence[Figure]) -> tuple[Claim, ...]:
    """Give the claims by which, at every assumed base rate and with its whole interval, most flags are wrong.

    Empty where there is no such check, or one claim leaves it open.
    """
    screenings = [figure for figure in figures if isinstance(figure, ScreeningFigure)]
    rows = [row for figure in screenings for row in figure.rows]
    worst = [max(row.trait, row.trait_interval.high if row.trait_interval else 0.0) for row in rows]
    return _claims(screenings) if worst and max(worst) < HALF else ()


def beyond_test(figures: Sequence[Figure]) -> tuple[Claim, ...]:
    """Give the claims by which a base is larger than any that was tested; empty where none is."""
    searches = [figure for figure in figures if isinstance(figure, IdentificationFigure)]
    beyond = [row.gallery for figure in searches for row in figure.rows if row.beyond_test]
    tested = [claim for figure in searches for claim in figure.tested]
    return tuple(dict.fromkeys((*beyond, *tested))) if beyond else ()


def _claims(figures: Sequence[ScreeningFigure]) -> tuple[Claim, ...]:
    def each() -> Iterator[Claim]:
        for figure in figures:
            yield from figure.claims

    return tuple(dict.fromkeys(each()))
