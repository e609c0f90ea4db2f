"""One assessment: a questionnaire about a system, filled in by register, audit and people, with its scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from havre.audit.impact.answers import AnswerFile, Given
from havre.audit.impact.models import Question, Questionnaire
from havre.audit.impact.prefill import Prefilled, prefill
from havre.audit.impact.scores import Alternatives, Score, is_asked, scores
from havre.audit.register.load import Register
from havre.audit.register.models import Entry


@dataclass(frozen=True)
class Row:
    """A question with everything that is known of it."""

    question: Question
    asked: bool | None
    prefilled: Prefilled
    given: tuple[tuple[AnswerFile, Given], ...]
    answers: Alternatives

    @property
    def state(self) -> str:
        """Tell in one word: ``not_asked``, ``answered`` by people, ``filled`` by the register, or else.

        Else is ``unrecorded`` where the register has nothing, ``open`` where only people can answer.
        """
        if self.asked is False:
            return "not_asked"
        if any(given.values for _, given in self.given):
            return "answered"
        if self.prefilled.published or self.prefilled.suggested or self.prefilled.with_figures:
            return "filled"
        return "unrecorded" if self.prefilled.asked_register and not self.prefilled.law else "open"

    @property
    def differs(self) -> bool:
        """Tell whether people, or people and the register, answer a closed question differently."""
        return len({frozenset(values) for values in self.answers}) > 1


@dataclass(frozen=True)
class Assessment:
    """A questionnaire about a system on one day; ``files`` are the answers, each by one organisation."""

    questionnaire: Questionnaire
    register: Register
    entry: Entry
    files: tuple[AnswerFile, ...]
    on: date

    @cached_property
    def prefilled(self) -> Mapping[str, Prefilled]:
        """What register and audit say, by question."""
        return prefill(self.register, self.entry, list(self.questionnaire.questions.values()))

    @cached_property
    def answers(self) -> Mapping[str, Alternatives]:
        """Every answer to a closed question, the register's too: none outweighs another."""
        return {name: found for name in self.questionnaire.questions if (found := self._alternatives(name))}

    def _alternatives(self, name: str) -> Alternatives:
        given = [file.values(name) for file in self.files if file.values(name)]
        suggested = [(each.answer,) for each in self.prefilled[name].suggested]
        return tuple(dict.fromkeys([*given, *suggested]))

    @cached_property
    def rows(self) -> Sequence[Row]:
        """Every question, also those that are not asked."""
        return [
            Row(
                question,
                is_asked(self.questionnaire, name, self.answers),
                self.prefilled[name],
                tuple((file, file.answers[name]) for file in self.files if name in file.answers),
                self.answers.get(name, ()),
            )
            for name, question in self.questionnaire.questions.items()
        ]

    @cached_property
    def scores(self) -> Sequence[Score]:
        """What the visible answers come to."""
        return scores(self.questionnaire, self.answers)

    def counts(self, section: str | None = None) -> Mapping[str, int]:
        """Count the questions of a section, or of all, by their state."""
        rows = [row for row in self.rows if section is None or row.question.section == section]
        states = ("answered", "filled", "unrecorded", "open", "not_asked")
        return {state: sum(row.state == state for row in rows) for state in states}
