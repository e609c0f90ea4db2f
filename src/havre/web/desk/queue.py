"""The first page of the desk: what waits for somebody, and how contests stand against their times."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from havre.errors import HavreError
from havre.record.contest import contests
from havre.record.contest_list import ListPage
from havre.record.publishing import is_interrupted
from havre.record.review import all_standing
from havre.record.store.outbox import waiting
from havre.web.desk.acting import conclude, told
from havre.web.desk.passwords import AccountError
from havre.web.desk.room import Visit, allow, allow_posted, desk_page, lead
from havre.web.desk.signing import open_log_key
from havre.web.forms import PostedForm
from havre.web.pages.contests import about_of
from havre.web.rendering import Lang, SiteNow

router = APIRouter(include_in_schema=False)
_OPEN = ("in_review", "approved")
DONE = 20
"""Releases that need nothing more are listed, the newest ones first."""


@router.get("/{lang}/desk")
def queue(request: Request, lang: Lang, site: SiteNow, visit: Annotated[Visit, Depends(allow())]) -> Response:
    """Show what waits."""
    return _queue(request, lang, site, visit, {})


@router.post("/{lang}/desk")
def append_waiting(
    request: Request,
    lang: Lang,
    site: SiteNow,
    visit: Annotated[Visit, Depends(allow_posted("reviewer"))],
    posted: PostedForm,
) -> Response:
    """Append to the log what waits for it."""
    try:
        signers = open_log_key(visit.desk.settings, posted.text("log_password"))
        if not signers:
            raise AccountError("web.desk.no_log_key")
        with visit.desk.room.open() as record:
            count = record.flush(signers)
            conclude(visit, record, "log_appended", "", (), str(count))
    except HavreError as error:
        return _queue(request, lang, site, visit, told(error.problems, lang, "log"), status=422)
    return lead(f"/{lang}/desk", done="log")


def _queue(
    request: Request, lang: Lang, site: SiteNow, visit: Visit, errors: dict[str, list[str]], *, status: int = 200
) -> Response:
    with visit.desk.room.open() as record:
        with record.store.read() as connection:
            releases = all_standing(connection)
            filed = contests(connection, record.settings)
            logless = waiting(connection)
        interrupted = [each for each in releases if is_interrupted(record, each)]
    open_contests = sorted((each for each in filed if each.outcome is None), key=lambda each: each.answer_by)
    begun = {each.id for each in interrupted}
    finished = [each for each in releases[::-1] if each.state not in _OPEN and each.id not in begun]
    return desk_page(
        request, "queue.html.jinja", lang, visit, status=status, errors=errors, waiting=logless,
        log_needed=not visit.desk.settings.log_key_password,
        to_review=[each for each in releases if each.state == "in_review"],
        to_publish=[each for each in releases if each.state == "approved"], interrupted=interrupted,
        finished=finished[:DONE],
        contests=open_contests, told=ListPage(lang, visit.at), at=visit.at,
        abouts={each.id: about_of(each, site, lang) for each in open_contests},
    )  # fmt: skip
