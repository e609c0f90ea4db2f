"""What answers come to: levels, counts and warnings, as pure functions of the answers that are visible.

A question that is not asked plays no part, whatever its answer was. One without answer is unknown: a score then gives
every result that is still possible, and is never made from a 0. Where answers differ, each stays possible. There is no
sum over everything: a single number would hide which right is at stake.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from havre.audit.impact.answers import Values
from havre.audit.impact.load import questions_of
from havre.audit.impact.models import Condition, Count, Level, Questionnaire, Rule

Alternatives = tuple[Values, ...]
"""Answers of which each may be right; none where nobody answered."""
Answers = Mapping[str, Alternatives]


@dataclass(frozen=True)
class Input:
    """What a score was made from: a question, whether it is asked (``None``: not known yet), and its answers."""

    question: str
    asked: bool | None
    answers: Alternatives


@dataclass(frozen=True)
class Score:
    """A result with the rule and the answers that made it.

    ``possible`` are all results that the answers leave: levels in their order, or ``yes`` and ``no`` for a warning.
    ``counts`` is the number of safeguards that are there, are not, are not known, and of which answers differ.
    """

    rule: Rule
    inputs: tuple[Input, ...]
    possible: tuple[str, ...] = ()
    counts: tuple[int, int, int, int] | None = None

    @property
    def known(self) -> str | None:
        """The result, where only one is left."""
        return self.possible[0] if len(self.possible) == 1 else None


def is_asked(questionnaire: Questionnaire, question: str, answers: Answers) -> bool | None:
    """Tell whether a question is asked; ``None`` where that hangs on an answer that is missing or differs."""
    states = [_holds(questionnaire, each, answers) for each in questionnaire.questions[question].asked_when]
    return False if False in states else None if None in states else True


def scores(questionnaire: Questionnaire, answers: Answers) -> list[Score]:
    """Score the visible answers by every rule.

    Parameters
    ----------
    answers : for each question that was answered, the answers that were given
    """
    return [_score(questionnaire, rule, answers) for rule in questionnaire.rules]


def _holds(questionnaire: Questionnaire, condition: Condition, answers: Answers) -> bool | None:
    asked = is_asked(questionnaire, condition.question, answers)
    if asked is False:
        return False
    states = {any(value in condition.among for value in one) for one in answers.get(condition.question, ())}
    return None if len(states) != 1 or asked is None else next(iter(states))


def _score(questionnaire: Questionnaire, rule: Rule, answers: Answers) -> Score:
    inputs = tuple(
        Input(name, asked, () if asked is False else answers.get(name, ()))
        for name in questions_of(rule)
        for asked in [is_asked(questionnaire, name, answers)]
    )
    if isinstance(rule, Level):
        return Score(rule, inputs, _levels(questionnaire, rule, inputs))
    if isinstance(rule, Count):
        return Score(rule, inputs, counts=_count(inputs))
    states = [_holds(questionnaire, each, answers) for each in rule.when]
    if False in states:
        return Score(rule, inputs, ("no",))
    return Score(rule, inputs, ("yes", "no") if None in states else ("yes",))


def _levels(questionnaire: Questionnaire, rule: Level, inputs: Sequence[Input]) -> tuple[str, ...]:
    touched, gravity, likelihood, undone = (_possible(questionnaire, each) for each in inputs)
    found = {questionnaire.levels[0]} if "no" in touched else set()
    if "yes" in touched:
        found |= {level_of(questionnaire, *each) for each in product(gravity, likelihood, undone)}
    return tuple(level for level in questionnaire.levels if level in found)


def level_of(questionnaire: Questionnaire, gravity: str, likelihood: str, undone: str) -> str:
    """Read the table; one step higher, up to the last, where the harm cannot be undone."""
    place = questionnaire.levels.index(questionnaire.matrix[gravity][likelihood])
    return questionnaire.levels[min(place + (undone == "no"), len(questionnaire.levels) - 1)]


def _possible(questionnaire: Questionnaire, one: Input) -> list[str]:
    given = list(dict.fromkeys(value for values in one.answers for value in values))
    return given or list(questionnaire.domain(questionnaire.questions[one.question]) or ())


def _count(inputs: Sequence[Input]) -> tuple[int, int, int, int]:
    seen = [{value for values in one.answers for value in values} for one in inputs if one.asked is not False]
    return seen.count({"yes"}), seen.count({"no"}), seen.count(set()), seen.count({"yes", "no"})
