"""The report about one system in plain lines, for a terminal: assumptions first, every figure with its claims."""

from collections.abc import Iterable, Iterator

from havre.audit.register.models import Claim
from havre.audit.report.page import Page


def lines_of(page: Page) -> Iterator[str]:
    """Say what a page of one sheet says, without pictures and tables."""
    yield page.name
    yield f"{page.checked}. {page.text('marks')}"
    yield ""
    yield page.text("assumptions")
    for number, assumption in enumerate(page.assumptions, start=1):
        yield f"{number}. {assumption}"
    if not page.assumptions:
        yield page.text("no_assumptions")
    yield ""
    for picture in page.pictures:
        beyond = f" {page.text('beyond')}." if picture.beyond_test else ""
        yield f"{picture.caption}.{beyond} {_behind(page, picture.claims)}"
    for figure in page.screenings:
        share = figure.screening.break_even()
        if share:
            told = page.text("break_even", rates=page.rates(figure), share=page.percent(share))
            yield f"{told} {_behind(page, figure.claims)}"
    for search in page.identifications:
        yield f"{page.false_hits(search) or page.text('no_promise')} {_behind(page, search.claims)}"
    yield from _listed(page, page.text("gaps"), page.gaps)
    yield from _listed(page, page.text("law"), page.ai_act)
    yield ""
    yield page.text("sources")
    for number, source in page.citations.cited:
        yield f"[{number}] {source.named(page.language)}. {source.url or ''}".rstrip()
    yield ""
    yield f"{page.text('made', day=page.written_day(page.on.isoformat()))} {page.text('legal')}"


def _listed(page: Page, title: str, claims: Iterable[Claim]) -> Iterator[str]:
    found = list(claims)
    if found:
        yield ""
        yield title
    for claim in found:
        marks = f"({page.status(claim)} · {page.verification(claim)})"
        yield f"– {claim.text(page.language)} {marks} {_behind(page, [claim])}"


def _behind(page: Page, claims: Iterable[Claim]) -> str:
    """Name the claims behind a figure and the numbers of their sources."""
    found = list(claims)
    numbers = "".join(f"[{number}]" for number in page.citations.numbers(found))
    return f"({', '.join(claim.id for claim in found)}) {numbers}"
