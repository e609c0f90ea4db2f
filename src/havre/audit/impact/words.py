"""How an assessment speaks: answers, conditions, levels and articles as a language writes them."""

from collections.abc import Sequence
from dataclasses import dataclass

from havre.audit.impact.answers import Values
from havre.audit.impact.articles import article_text, split_articles
from havre.audit.impact.assessment import Assessment
from havre.audit.impact.models import Condition, Question, Questionnaire
from havre.audit.impact.scores import Input, Score
from havre.audit.report.numbers import COLON
from havre.texts import BETWEEN, Language, say


@dataclass(frozen=True)
class Words:
    """Says what an assessment says, in one language."""

    questionnaire: Questionnaire
    language: Language

    def text(self, key: str, /, **fields: object) -> str:
        """Give a sentence of the catalogue of impact assessments."""
        return say("impact", f"page.{key}", self.language, **fields)

    def level(self, level: str) -> str:
        """Name a level of risk."""
        return say("impact", f"level.{level}", self.language)

    def role(self, role: str) -> str:
        """Name who answers."""
        return say("impact", f"role.{role}", self.language)

    def roles(self, question: Question) -> str:
        """Name all who can answer a question."""
        return ", ".join(self.role(each) for each in question.who)

    def article(self, article: str) -> str:
        """Write the articles behind a question or warning, and say which of them are to be checked."""
        return " · ".join(self.article_notes(article))

    def article_notes(self, article: str) -> list[str]:
        """Write the articles that are known, then those that are to be checked."""
        known, to_check = split_articles(article)
        notes = [article_text(known, self.language)] if known else []
        if to_check:
            notes.append(self.text("to_check", articles=article_text(to_check, self.language)))
        return notes

    def answer(self, question: Question, values: Values) -> str:
        """Write an answer to a question; an empty one is not known."""
        if not values:
            return self.text("unknown")
        if question.kind == "date":
            from havre.audit.report.numbers import day

            return day(values[0], self.language)
        if question.kind == "number":
            from havre.audit.report.numbers import decimal

            return decimal(float(values[0]), self.language, 15)
        return ", ".join(self.option(question, value) for value in values)

    def option(self, question: Question, value: str) -> str:
        """Write one choice of a closed question; of an open one, what was written."""
        if question.kind == "yes_no":
            return self.text(value)
        if question.options:
            return self.questionnaire.options[question.options][value].text(self.language)
        return value

    def condition(self, conditions: Sequence[Condition]) -> str:
        """Write what must hold for a question to be asked."""
        return BETWEEN[self.language].join(self._condition(each) for each in conditions)

    def _condition(self, condition: Condition) -> str:
        question = self.questionnaire.questions[condition.question]
        names = f" {self.text('or')} ".join(self.option(question, value) for value in condition.among)
        return f"{condition.question} = {names}"

    def made_from(self, one: Input) -> str:
        """Write an answer behind a score, with the question that it answers."""
        question = self.questionnaire.questions[one.question]
        if one.asked is False:
            said = self.text("not_asked")
        elif not one.answers:
            said = self.text("unanswered")
        else:
            said = f" {self.text('or')} ".join(self.answer(question, values) for values in one.answers)
        return f"{one.question}{COLON[self.language]}{said}"

    def result(self, score: Score) -> str:
        """Write what a rule gives: a level, levels that are possible, or the state of a warning."""
        if score.rule.rule == "warning":
            states = {"yes": "raised", "no": "not_raised", None: "open_warning"}
            return self.text(states[score.known])
        if score.known:
            return self.level(score.known)
        levels = [self.level(each) for each in score.possible]
        if len(levels) > 2:
            return self.text("from_to", low=levels[0], high=levels[-1])
        return self.text("one_of_levels", levels=f" {self.text('or')} ".join(levels))


def words_of(assessment: Assessment, language: Language) -> Words:
    """Give the words for an assessment."""
    return Words(assessment.questionnaire, language)
