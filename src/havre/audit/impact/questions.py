"""Every question of an assessment with its answers and evidence, section by section."""

from collections.abc import Iterator

from havre.audit.impact.assessment import Assessment, Row
from havre.audit.impact.evidence import Evidence
from havre.audit.impact.layout import Line, Part, Table
from havre.audit.impact.words import Words

BOX = "☐"
LINES = {"text": 2}
"""Lines to write on; one where it is not said."""


class Questions:
    """Lays the questions out in one language."""

    def __init__(self, assessment: Assessment, words: Words, evidence: Evidence) -> None:
        self._assessment = assessment
        self._words = words
        self._evidence = evidence

    def parts(self) -> Iterator[Part]:
        """Give one part for each section, in the order of the law."""
        words = self._words
        for key, section in self._assessment.questionnaire.sections.items():
            rows = [row for row in self._assessment.rows if row.question.section == key]
            columns = tuple(words.text(name) for name in ("question", "answer", "evidence"))
            table = Table(columns, (32, 26, 42), tuple(self._cells(row) for row in rows))
            lines = (*_articles(words, section.article), Line(section.help.text(words.language)))
            yield Part(section.text(words.language), 2, lines, (table,))

    def _cells(self, row: Row) -> tuple[tuple[Line, ...], ...]:
        words, question = self._words, row.question
        asked = (
            Line(question.text(words.language), "strong"),
            Line(" · ".join((question.id, *words.article_notes(question.article))), "small"),
            Line(words.text("who_answers", roles=words.roles(question)), "small"),
        )
        if row.asked is False:
            because = words.text("not_asked_because", condition=words.condition(question.asked_when))
            return asked, (Line(because, "small"),), ()
        return asked, tuple(self._answers(row)), self._evidence.lines(row)

    def _answers(self, row: Row) -> Iterator[Line]:
        words, question = self._words, row.question
        if question.asked_when:
            yield Line(words.text("asked_if", condition=words.condition(question.asked_when)), "small")
        for file, given in row.given:
            yield Line(words.text("said_by", by=file.by, answer=words.answer(question, given.values)), "strong")
            if given.source:
                yield Line(words.text("source_of", source=given.source), "small")
            if given.note:
                yield Line(words.text("note_of", note=given.note), "small")
        for suggested in row.prefilled.suggested:
            key = "audit_says" if suggested.figure else "register_says"
            said = words.text(key, answer=words.option(question, suggested.answer))
            claims = tuple(claim.id for claim in suggested.claims)
            yield Line(said, "strong", () if suggested.figure else claims)
        if row.differs:
            yield Line(words.text("answers_differ"), "alert")
        if not row.given:
            yield from self._to_fill(row)

    def _to_fill(self, row: Row) -> Iterator[Line]:
        """Give what a person fills in: a box for each choice, or a line."""
        words, question = self._words, row.question
        options = words.questionnaire.options.get(question.options or "", {}) or (
            words.questionnaire.domain(question) or ()
        )
        for option in options:
            yield Line(f"{BOX} {words.option(question, option)}", "choice")
        if not options:
            kind = f"answer_{question.kind}" if question.kind in ("number", "date") else "answer_line"
            yield Line(words.text(kind), "small")
            yield from [Line("", "blank")] * LINES.get(question.kind, 1)


def _articles(words: Words, article: str) -> Iterator[Line]:
    return (Line(note, "small") for note in words.article_notes(article))
