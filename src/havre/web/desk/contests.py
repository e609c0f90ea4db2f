"""Contests at the desk: what was written, the clocks, and what those who answer can do."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy import Connection
from starlette.responses import Response

from havre.errors import HavreError, RecordError
from havre.record.contest import acknowledge, answer, contest_of, contests, erase, written_text
from havre.record.contest_list import ListPage
from havre.record.log.keys import Signer, parse_verifier
from havre.record.publication import Record
from havre.record.review import all_standing, reviewers, standing
from havre.record.store.schema import OUTCOMES, REMEDIES
from havre.texts import Language
from havre.web.desk.accounts import Account
from havre.web.desk.acting import conclude, open_keys, status_of, told
from havre.web.desk.room import Visit, allow, allow_posted, desk_page, lead
from havre.web.forms import Posted, PostedForm
from havre.web.pages.contests import about_of, figure_address
from havre.web.records import is_of_storage
from havre.web.rendering import Lang, SiteNow
from havre.web.site import Site

router = APIRouter(include_in_schema=False)
Reviewer = Annotated[Visit, Depends(allow("reviewer"))]
_TYPED = ("outcome", "summary", "reasons", "remedy", "correction", "new_release", "sure")


@router.get("/{lang}/desk/contests")
def contest_queue(
    request: Request, lang: Lang, site: SiteNow, visit: Reviewer, state: Literal["open", "answered", "all"] = "open"
) -> Response:
    """List contests: those that are open by the day on which an answer is due, the others from the newest on."""
    with visit.desk.room.open() as record, record.store.read() as connection:
        found = contests(connection, record.settings)
    shown = [each for each in found if state == "all" or (each.outcome is None) == (state == "open")]
    shown.sort(key=lambda each: each.answer_by if state == "open" else each.filed_at, reverse=state != "open")
    return desk_page(
        request, "contests.html.jinja", lang, visit, contests=shown[:500], count=len(shown), state=state,
        told=ListPage(lang, visit.at), at=visit.at,
        abouts={each.id: about_of(each, site, lang) for each in shown[:500]},
    )  # fmt: skip


@router.get("/{lang}/desk/contests/{contest}")
def contest_page(request: Request, lang: Lang, site: SiteNow, visit: Reviewer, contest: str) -> Response:
    """Show a contest with what was written."""
    return _page(request, lang, site, visit, contest)


@router.post("/{lang}/desk/contests/{contest}")
def act(
    request: Request,
    lang: Lang,
    site: SiteNow,
    visit: Annotated[Visit, Depends(allow_posted("reviewer"))],
    posted: PostedForm,
    contest: str,
) -> Response:
    """Acknowledge, answer or erase a contest, as a form says."""
    action = posted.text("action")
    if action not in _ACTIONS:
        raise HTTPException(400)
    try:
        signer, log_signers = open_keys(visit, posted)
        with visit.desk.room.open() as record:
            _ACTIONS[action](visit, record, contest, signer, posted)
            conclude(visit, record, action, contest, log_signers)
    except HavreError as error:
        typed = {f"{action}.{name}": posted.text(name) for name in _TYPED}
        return _page(request, lang, site, visit, contest, errors=told(error.problems, lang, action), typed=typed,
                     status=status_of(error.problems))  # fmt: skip
    visit.desk.room.changed()
    return lead(f"/{lang}/desk/contests/{contest}", done=action)


def _acknowledge(visit: Visit, record: Record, contest: str, signer: Signer, _: Posted) -> None:
    with record.store.change() as connection:
        acknowledge(connection, record.settings, contest, signer, visit.at)


def _answer(visit: Visit, record: Record, contest: str, signer: Signer, posted: Posted) -> None:
    outcome = posted.text("outcome")
    remedy = posted.text("remedy") if outcome != "rejected" else ""
    with record.store.change() as connection:
        named = {
            "correction": posted.text("correction"),
            "release": posted.line("new_release"),
            "withdrawal": contest_of(connection, record.settings, contest).release,
        }.get(remedy)
        answer(
            connection, record.settings, contest, signer, visit.at, outcome=outcome, summary=posted.text("summary"),
            reasons=posted.text("reasons"), remedy=remedy or None, remedy_id=named,
        )  # fmt: skip


def _erase(visit: Visit, record: Record, contest: str, signer: Signer, posted: Posted) -> None:
    if posted.text("sure") != "yes":
        raise RecordError("web.contest.unsure")
    record.settings.person(signer.verifier)
    with record.store.change() as connection:
        erase(connection, contest, visit.at)
    record.store.settle()


_ACTIONS: Mapping[str, Callable[[Visit, Record, str, Signer, Posted], None]] = {
    "acknowledge": _acknowledge,
    "answer": _answer,
    "erase": _erase,
}


def _page(
    request: Request, lang: Language, site: Site, visit: Visit, contest: str, *,
    errors: Mapping[str, list[str]] | None = None, typed: Mapping[str, str] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    with visit.desk.room.open() as record, record.store.read() as connection:
        try:
            found = contest_of(connection, record.settings, contest)
        except RecordError as error:
            if is_of_storage(error):
                raise
            raise HTTPException(404, error.message(lang)) from error
        may_read = _is_person(visit.account, record)
        text = written_text(connection, contest) if may_read else None
        linked = [each for each in all_standing(connection) if each.corrects == contest]
        barred = _barred(visit.account, connection, found.release or "", found.about)
    return desk_page(
        request, "contest.html.jinja", lang, visit, status=status, contest=found, text=text, may_read=may_read,
        told=ListPage(lang, visit.at), about=about_of(found, site, lang), figure=figure_address(found, site, lang),
        outcomes=OUTCOMES, remedies=REMEDIES, linked=linked, barred=barred, errors=errors or {}, typed=typed or {},
        log_needed=not visit.desk.settings.log_key_password, at=visit.at,
        has_log_key=visit.desk.settings.log_key_file is not None,
    )  # fmt: skip


def _is_person(account: Account, record: Record) -> bool:
    """Tell whether the key of an account is among the people of the record: what was written is for them alone."""
    return any(account.verifier == each.text for each in record.settings.people)


def _barred(account: Account, connection: Connection, release: str, about: str) -> str | None:
    """Tell why somebody may not answer a contest: they made the release, or took the decision; ``None`` if they may.

    The record refuses it anyway; this spares them to write an answer first.
    """
    own = None if account.verifier is None else parse_verifier(account.verifier)
    if own is None:
        return None
    author = parse_verifier(standing(connection, release).author)
    if own.name == author.name or own.key == author.key:
        return "own"
    decided = about == "decision" and any(
        own.name == each.name or own.key == each.key for each in reviewers(connection, release)
    )
    return "decided" if decided else None
