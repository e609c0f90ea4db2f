"""Contest a figure or decision, without an account: form, receipt, and what who holds the receipt may see and erase."""

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from starlette.responses import Response

from havre.errors import HavreError, Problem, RecordError, Term, check_none
from havre.record.contest import Receipt, contest_of, erase, follow
from havre.record.contest_filing import file_now
from havre.record.contest_list import ListPage
from havre.record.contest_texts import (
    MOST_CONTACT,
    MOST_EVIDENCE,
    MOST_WHY,
    WHOLE,
    ContestText,
    check_about,
    check_text,
)
from havre.texts import Language, say
from havre.web.figures import choices, contestable, in_words, joined, months_of, split
from havre.web.forms import Posted, PostedForm
from havre.web.guards import caller_of
from havre.web.records import RETRY_SECONDS, RecordRoom, Room, add_record_room, is_of_storage
from havre.web.rendering import Lang, SiteNow, page
from havre.web.site import Site

router = APIRouter(include_in_schema=False)
_log = logging.getLogger("havre.web")
FIELDS = ("release", "target", "series", "month", "why", "evidence", "contact")
BOUNDS = {"why": MOST_WHY, "evidence": MOST_EVIDENCE, "contact": MOST_CONTACT}
TARGETS = ("figure", *WHOLE)
KEPT = 10_000
_PLACES = {
    "record.contest.empty": "why",
    "record.figure.unknown": "figure",
    "record.figure.name": "figure",
    "record.contest.not_published": "release",
    "record.review.unknown": "release",
}
"""Beside which field a problem is told; texts are told beside the part that they name, all else above the form."""


class SentForms:
    """Forms that were sent: one that a browser sends again files nothing again. Kept in memory, the last ten thousand.

    ``None`` stands for one that is being filed.
    """

    def __init__(self) -> None:
        self._sent: OrderedDict[str, str | None] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, name: str) -> tuple[bool, str | None]:
        """Tell whether a form was sent before, and which contest came of it; from now on it was."""
        with self._lock:
            if not name or name not in self._sent:
                self._sent[name] = None
                while len(self._sent) > KEPT:
                    self._sent.popitem(last=False)
                return False, None
            return True, self._sent[name]

    def end(self, name: str, contest: str | None) -> None:
        """Note what came of a form; ``None`` where nothing was filed and it may be sent again."""
        with self._lock:
            if contest is None:
                self._sent.pop(name, None)
            elif name:
                self._sent[name] = contest


def set_up(app: FastAPI) -> None:
    """Give the app what contests need."""
    add_record_room(app)
    app.state.sent_forms = SentForms()


@router.get("/{lang}/contest")
def form(
    request: Request,
    lang: Lang,
    site: SiteNow,
    release: Annotated[str, Query(max_length=200)] = "",
    figure: Annotated[str, Query(max_length=400)] = "",
    about: Annotated[str, Query(max_length=20)] = "figure",
) -> Response:
    """Show the form, with the figure that was named already chosen."""
    if site.record is None:
        return page(request, "contest_nowhere.html.jinja", lang)
    series, month = split(figure)
    typed = {"release": release or site.latest.id, "target": about, "series": series, "month": month}
    known = site.release(typed["release"])
    errors: dict[str, list[str]] = {}
    if known is None:
        errors["release"] = [Problem.of("record.contest.not_published", release=release).sentence(lang)]
    elif figure and figure not in contestable(known):
        errors["figure"] = [Problem.of("record.figure.name", figure=figure).sentence(lang)]
    return _form(request, lang, site, typed, errors, status=404 if errors else 200)


@router.post("/{lang}/contest")
def send(request: Request, lang: Lang, site: SiteNow, room: Room, posted: PostedForm) -> Response:
    """File a contest and show the receipt, which is shown this once; or show the months of a series that was picked."""
    if posted.text("step") == "months":
        return _with_months(request, lang, site, {name: posted.text(name) for name in FIELDS})
    sent: SentForms = request.app.state.sent_forms
    once = posted.line("once")[:64]
    again, filed = sent.begin(once)
    if again:
        return page(request, "contest_again.html.jinja", lang, store=False, status=409, contest=filed)
    receipt: Receipt | None = None
    try:
        receipt = _filed(request, room, site, posted)
    except HavreError as error:
        flood = any(each.key == "record.contest.too_many" for each in error.problems)
        typed = {name: posted.text(name) for name in FIELDS}
        if is_of_storage(error):
            # A fault of ours, which may name a path of the machine; what was typed must not be lost by it.
            _log.error("a contest could not be filed: %s", error.message())
            told = {"storage": [say("web_contest", "form.not_kept", lang)]}
            made = _form(request, lang, site, typed, told, status=503)
        else:
            made = _form(request, lang, site, typed, _told(error.problems, lang), status=429 if flood else 422)
        if made.status_code in (429, 503):
            made.headers["Retry-After"] = "3600" if flood else RETRY_SECONDS
        return made
    finally:
        sent.end(once, None if receipt is None else receipt.id)
    room.changed()
    with room.open(with_log=False) as record, record.store.read() as connection:
        found = contest_of(connection, record.settings, receipt.id)
    return page(request, "contest_receipt.html.jinja", lang, store=False, status=201, receipt=receipt, contest=found,
                about=_about(request, lang, site, found.about))  # fmt: skip


def _with_months(request: Request, lang: Language, site: Site, typed: Mapping[str, str]) -> Response:
    """Show the form again with all that was typed, and the months of the series that was picked."""
    errors: dict[str, list[str]] = {}
    if site.release(typed["release"]) is None:
        errors["release"] = [Problem.of("record.contest.not_published", release=typed["release"][:200]).sentence(lang)]
    elif not typed["series"]:
        errors["figure"] = [Problem.of("web.contest.no_figure").sentence(lang)]
    return _form(request, lang, site, {**typed, "target": "figure"}, errors, status=422 if errors else 200, focus=True)


@router.get("/{lang}/contest/follow")
def ask_receipt(request: Request, lang: Lang, site: SiteNow) -> Response:
    """Ask for the receipt."""
    if site.record is None:
        return page(request, "contest_nowhere.html.jinja", lang)
    return page(request, "contest_follow.html.jinja", lang, store=False, error=None, contest=None, erased=False)


@router.post("/{lang}/contest/follow")
def show_own(request: Request, lang: Lang, site: SiteNow, room: Room, posted: PostedForm) -> Response:
    """Show a contest with what was written to whoever has the receipt; erase what was written where they ask for it."""
    code = posted.line("code")[:200]
    at = room.clock()
    erased = False
    try:
        with room.open(with_log=False) as record:
            with record.store.change() as connection:
                found, text = follow(connection, record.settings, code)
                if posted.text("action") == "erase" and posted.text("sure") == "yes":
                    erase(connection, found.id, at)
                    found, text = follow(connection, record.settings, code)
                    erased = True
            if erased:
                record.store.settle()
                room.changed()
    except RecordError as error:
        if is_of_storage(error):
            raise
        return page(request, "contest_follow.html.jinja", lang, store=False, status=404, error=error.message(lang),
                    contest=None, erased=False)  # fmt: skip
    return page(
        request, "contest_follow.html.jinja", lang, store=False, error=None, contest=found, text=text, code=code,
        erased=erased, unsure=posted.text("action") == "erase" and not erased, told=ListPage(lang, at),
        about=_about(request, lang, site, found.about),
    )  # fmt: skip


def _filed(request: Request, room: RecordRoom, site: Site, posted: Posted) -> Receipt:
    """File what a form says.

    Raises
    ------
    HavreError : it cannot be filed; all that is wrong is told
    """
    shown = site.release(posted.line("release"))
    if shown is None:
        raise RecordError("record.contest.not_published", release=posted.line("release")[:200])
    target = posted.text("target")
    about = target if target in WHOLE else joined(posted.line("series"), posted.line("month"))
    figures = None if about in WHOLE else contestable(shown)
    text = ContestText(*(posted.text(name) for name in ("why", "evidence", "contact")))
    _check_all(about, figures, text)
    source = caller_of(request.scope, request.app.state.settings.trusted_proxies)
    with room.open(with_log=False) as record:
        return file_now(record.store, record.settings, shown.id, about, text, room.clock(), source=source,
                        figures=figures)  # fmt: skip


def _check_all(about: str, figures: Collection[str] | None, text: ContestText) -> None:
    """Check what is contested and what was written together, so that all of it is told at once.

    Raises
    ------
    RecordError : something of it cannot be filed
    """
    problems = [] if about else [Problem.of("web.contest.no_figure")]
    try:
        if about:
            check_about(about, figures)
    except HavreError as error:
        problems += error.problems
    try:
        check_text(text)
    except HavreError as error:
        problems += error.problems
    check_none(problems, RecordError)


def _told(problems: Sequence[Problem], lang: Language) -> dict[str, list[str]]:
    """Put problems beside the fields that they speak of."""
    told: dict[str, list[str]] = {}
    for each in problems:
        part = dict(each.fields).get("part")
        place = part.removeprefix("term.part.") if isinstance(part, Term) else _PLACES.get(each.key, "form")
        # Who picked a series and a month from the lists does not know names of figures.
        picked = each.key in ("record.figure.unknown", "record.figure.name")
        sentence = say("web_contest", "form.no_such_figure", lang) if picked else each.sentence(lang)
        told.setdefault("figure" if each.key == "web.contest.no_figure" else place, []).append(sentence)
    return told


def _form(
    request: Request, lang: Language, site: Site, typed: Mapping[str, str], errors: Mapping[str, list[str]], *,
    status: int = 200, focus: bool = False,
) -> Response:  # fmt: skip
    """Show the form with what was typed, and the months of the series that is picked.

    Parameters
    ----------
    focus : whether the months are what a reader wants next
    """
    chosen = site.release(typed["release"]) or site.latest
    names, words = contestable(chosen), site.words(lang)
    values = {**dict.fromkeys(FIELDS, ""), **typed, "release": chosen.id}
    if values["target"] not in TARGETS:
        values["target"] = "figure"
    facts: dict[str, Any] = {
        "typed": values, "errors": errors, "choices": choices(names, words), "bounds": BOUNDS, "chosen": chosen,
        "months": months_of(names, values["series"], words), "focus": focus, "once": secrets.token_urlsafe(16),
    }  # fmt: skip
    return page(request, "contest.html.jinja", lang, status=status, store=False, **facts)


def _about(request: Request, lang: Language, site: Site, about: str) -> str:
    """Tell in words what is contested."""
    if about in WHOLE:
        return ListPage(lang, request.app.state.record_room.clock()).text(f"about.{about}")
    return in_words(about, site.words(lang))
