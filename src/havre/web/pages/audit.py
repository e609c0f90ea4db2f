"""The audit: calculators, the register of border systems, and reports about each of them."""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from fastapi import APIRouter, HTTPException, Request
from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, Response

from havre.audit.impact.load import KINDS, load_questionnaire
from havre.audit.rates import Rate
from havre.audit.register.load import Register, load_register
from havre.audit.register.models import Entry
from havre.audit.register.views import Group, groups_of
from havre.audit.report.figures import IdentificationFigure, QuestionsFigure, ScreeningFigure
from havre.audit.report.numbers import day as written_day
from havre.audit.report.page import Page
from havre.audit.report.render import Back, Length, csp_hash, render_html
from havre.texts import Language, catalogue, say
from havre.web.asked import reads
from havre.web.pages.audit_blocks import MILLION, Answer, Writer, words_of
from havre.web.pages.audit_forms import CALCULATORS, Calculator, calculator_of, typed
from havre.web.pages.audit_inputs import Fields
from havre.web.rendering import Lang, page

router = APIRouter(include_in_schema=False)
WAIT_SECONDS = 3.0
_AT_ONCE = threading.BoundedSemaphore(2)
COMMANDS = {"intervals": "interval", "sensors": "sensor", "thresholds": "roc"}
"""Where a calculator is called otherwise on the command line."""


@dataclass(frozen=True)
class Row:
    """An entry in the list of the register."""

    entry: Entry
    conflicts: int
    unverified: int
    unknown: int
    is_stale: bool


@router.get("/{lang}/audit")
@reads("calculator", *(field.name for each in CALCULATORS.values() for field in each.fields))
def index(request: Request, lang: Lang) -> Response:
    """Show a calculator with its answer, and the register; what is in the address stands in the form."""
    asked = {name: value for name, value in request.query_params.items() if "\0" not in value}
    calculator = calculator_of(asked)
    texts = calculator.texts(asked, lang)
    register, on = load_register(), today()
    return page(
        request, "audit.html.jinja", lang,
        store=set(asked) <= {"calculator"},  # what a reader typed is kept nowhere
        calculator=calculator, calculators=CALCULATORS, texts=texts, answer=_answer(calculator, texts, lang),
        words_told=words_of(lang), command=f"havre audit {COMMANDS.get(calculator.name, calculator.name)}",
        systems=_rows(register.systems, on),
        contexts=_rows([each for each in register.entries.values() if each.kind == "context"], on),
        counts=register.counts(), hints=_hints(calculator, lang), day=partial(_day, lang),
    )  # fmt: skip


@router.get("/{lang}/audit/{system}")
def system(request: Request, lang: Lang, system: str) -> Response:
    """Show what is claimed about a system, and what follows from it."""
    register, entry = _entry(system)
    report = Page(register, entry, lang, today())
    return page(
        request, "audit_system.html.jinja", lang,
        report=report, entry=entry, differing=_differing(report), calculations=calculations(report),
    )  # fmt: skip


@router.get("/{lang}/audit/{system}/report")
def one_page(lang: Lang, system: str) -> Response:
    """Give the report of one page, which stands alone."""
    return _report(lang, system, "one_page")


@router.get("/{lang}/audit/{system}/report/full")
def full(lang: Lang, system: str) -> Response:
    """Give the full report, which stands alone."""
    return _report(lang, system, "full")


@router.get("/{lang}/audit/{system}/impact/{kind}")
def impact(lang: Lang, system: str, kind: str) -> Response:
    """Give an impact assessment as far as register and audit fill it in; nobody has answered the rest."""
    register, entry = _entry(system)
    known = next((each for each in KINDS if each == kind), None)
    if known is None or entry.kind != "system":
        raise HTTPException(404)
    from havre.audit.impact.assessment import Assessment
    from havre.audit.impact.render import render_html as render_impact

    made = Assessment(load_questionnaire(known), register, entry, (), today())
    return _alone(render_impact(made, lang, _back(entry, lang)), lang)


def today() -> date:
    """Tell the day [UTC]; it says whether an entry is stale."""
    return datetime.now(UTC).date()


def _answer(calculator: Calculator, texts: dict[str, str], language: Language) -> Answer:
    """Let a calculator answer; few at once, so that whoever asks many does not hold up those who read.

    Raises
    ------
    HTTPException : the others did not finish in time (503)
    """
    if not _AT_ONCE.acquire(timeout=WAIT_SECONDS):
        raise HTTPException(503, headers={"Retry-After": "5"})
    try:
        return calculator.answer(Fields(texts), Writer(language))
    finally:
        _AT_ONCE.release()


def _hints(calculator: Calculator, language: Language) -> dict[str, str]:
    """Give the hints of the fields that have one."""
    told = catalogue("web_audit", language)
    keys = {field.name: f"hint.{calculator.name}.{field.words}" for field in calculator.fields}
    return {name: told[key] for name, key in keys.items() if key in told}


def _day(language: Language, text: str) -> str:
    return written_day(text, language)


def _rows(entries: Sequence[Entry], on: date) -> list[Row]:
    return [
        Row(
            entry,
            sum(group.conflicts for group in groups_of(entry.claims)),
            sum(claim.is_unverified for claim in entry.claims),
            sum(claim.is_absent for claim in entry.claims),
            entry.is_stale(on),
        )
        for entry in entries
    ]


def _entry(name: str) -> tuple[Register, Entry]:
    register = load_register()
    if name not in register.entries:
        raise HTTPException(404)
    return register, register.entries[name]


def _differing(report: Page) -> list[tuple[str, Group]]:
    """Give the groups of claims that contradict each other, with the name of what they are about."""
    fields = report.register.vocabulary.fields
    named = [(fields[group.field], group) for group in groups_of(report.own) if group.conflicts]
    return [(field.fr if report.language == "fr" else field.en, group) for field, group in named]


def _report(language: Language, system: str, length: Length) -> Response:
    register, entry = _entry(system)
    return _alone(render_html(register, entry, language, length, today(), _back(entry, language)), language)


def _back(entry: Entry, language: Language) -> Back:
    """Give the link from a page that stands alone to the page of its system."""
    return say("web_audit", "system.back", language, name=entry.name.text(language)), f"/{language}/audit/{entry.id}"


def _alone(html: str, language: Language) -> Response:
    """Give a page that brings its own style, and may do nothing but be read."""
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    allowed = f"style-src '{csp_hash(style[1])}'" if style else "style-src 'none'"
    policy = f"default-src 'none'; {allowed}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Content-Language": language})


def calculations(report: Page) -> list[tuple[str, str]]:
    """Give names and addresses of calculators that are filled with the figures of an entry."""
    found = []
    for figure in report.figures:
        if isinstance(figure, ScreeningFigure):
            found.append(_screening(figure))
        elif isinstance(figure, QuestionsFigure):
            found.append(_questions(figure))
        else:
            found.append(_identification(figure))
    told = [{name: typed(text, report.language) for name, text in query.items()} for query in found]
    return [
        (_name(query, report.language), f"/{report.language}/audit?{QueryParams(query)}#calculators") for query in told
    ]


def _name(query: dict[str, str], language: Language) -> str:
    """Name a calculation: its question, and the rates where several calculations ask the same."""
    rates = f" ({query['sensitivity']} / {query['specificity']})" if "sensitivity" in query else ""
    return say("web_audit", f"calculator.{query['calculator']}", language) + rates


def _screening(figure: ScreeningFigure) -> dict[str, str]:
    check = figure.screening
    bases = "; ".join(_share(rate) for rate in figure.audit.base_rates)
    told = {"sensitivity": _rate(check.sensitivity), "specificity": _rate(check.specificity), "base_rate": bases}
    return {"calculator": "rates", **told, "level": "95%"}


def _questions(figure: QuestionsFigure) -> dict[str, str]:
    told = {
        "questions": f"{figure.questions.number:.0f}", "flags": f"{figure.flags.number:.0f}",
        "specificity": _share(figure.specificity.number or 0.0),
        "correlation": "; ".join(f"{rho:g}" for rho, _ in figure.chances),
    }  # fmt: skip
    return {"calculator": "questions", **told}


def _identification(figure: IdentificationFigure) -> dict[str, str]:
    tested = max(each.number or 0.0 for each in figure.tested)
    sizes = dict.fromkeys(f"{(row.gallery.number or 0) / MILLION:g}" for row in figure.rows)
    told = {"gallery": "; ".join(list(sizes)[:8]), "tested": f"{tested / MILLION:g}"}
    if figure.promised:
        told["promised"] = _share(figure.promised.number or 0.0)
    if figure.tested_fpir:
        told["measured"] = _share(figure.tested_fpir.number or 0.0)
    return {"calculator": "scale", **CALCULATORS["scale"].texts({}), **told}


def _share(share: float) -> str:
    return f"{100 * share:.10g}%"


def _rate(rate: Rate) -> str:
    basis = "" if rate.trials is None or not float(rate.trials).is_integer() else f"@{rate.trials:.0f}"
    return f"{_share(rate.share)}{basis}"
