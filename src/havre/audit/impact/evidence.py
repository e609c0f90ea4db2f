"""What register and audit say to a question, in words, each line with its claims and sources."""

from collections.abc import Iterator, Sequence

from havre.audit.impact.assessment import Assessment, Row
from havre.audit.impact.layout import Line
from havre.audit.impact.prefill import Suggested
from havre.audit.impact.words import Words
from havre.audit.register.models import Claim, Source
from havre.audit.report.citations import Citations
from havre.audit.report.page import Page


class Evidence:
    """Words evidence in one language, and numbers its sources as they are first cited."""

    def __init__(self, assessment: Assessment, words: Words) -> None:
        self._words = words
        self._page = Page(assessment.register, assessment.entry, words.language, assessment.on)
        self._citations: Citations = self._page.citations

    @property
    def cited(self) -> list[tuple[int, Source]]:
        """Sources that were cited so far."""
        return self._citations.cited

    def lines(self, row: Row) -> tuple[Line, ...]:
        """Say what is known of a question, or that nothing is published."""
        found = [*self._claims(row.prefilled.claims)]
        if row.prefilled.with_figures:
            found += self._figures()
        found += [self.suggested(row, each) for each in row.prefilled.suggested if each.figure]
        if not found and row.prefilled.asked_register:
            key = "ask" if row.prefilled.law else "not_recorded"
            found.append(Line(self._words.text(key), "plain" if row.prefilled.law else "alert"))
        if not row.prefilled.asked_register:
            found.append(Line(self._words.text("ask"), "small"))
        if row.prefilled.law:
            found.append(Line(self._words.text("law_says"), "strong"))
            found += self._claims(row.prefilled.law)
        return tuple(found)

    def _claims(self, claims: Sequence[Claim]) -> Iterator[Line]:
        for claim in claims:
            said = claim.text(self._words.language)
            if claim.status == "not_found":
                yield Line(self._words.text("looked"), "alert")
            marks = " · ".join((self._page.status(claim), self._page.verification(claim), self._page.day(claim)))
            yield Line(f"{said} ({marks})", "plain", (claim.id,), (self._citations.number(claim),))

    def _figures(self) -> Iterator[Line]:
        page = self._page
        yield Line(self._words.text("figures"), "strong")
        for picture in page.pictures:
            beyond = f" {page.text('beyond')}." if picture.beyond_test else ""
            yield self._line(f"{picture.caption}.{beyond}", picture.claims)

    def suggested(self, row: Row, suggested: Suggested) -> Line:
        """Say which answer register or audit give by themselves, and why."""
        key = "audit_says" if suggested.figure else "register_says"
        answer = self._words.text(key, answer=self._words.option(row.question, suggested.answer))
        return self._line(f"{answer}. {self._reason(suggested)}".strip(), suggested.claims)

    def _reason(self, suggested: Suggested) -> str:
        page = self._page
        if suggested.figure == "mostly_wrong":
            rates = dict.fromkeys(row.base_rate for figure in page.screenings for row in figure.rows)
            return self._words.text("mostly_wrong", rates=", ".join(page.percent(rate) for rate in rates))
        if suggested.figure == "beyond_test":
            figure = page.identifications[0]
            largest = max(figure.tested, key=lambda claim: claim.number or 0)
            beyond = max((row.gallery for row in figure.rows), key=lambda claim: claim.number or 0)
            return self._words.text("beyond_test", size=page.value(beyond), tested=page.value(largest))
        return ""

    def _line(self, text: str, claims: Sequence[Claim]) -> Line:
        return Line(text, "plain", tuple(claim.id for claim in claims), tuple(self._citations.numbers(claims)))
