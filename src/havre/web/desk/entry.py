"""Sign in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import update
from starlette.responses import Response

from havre.errors import Problem
from havre.texts import Language
from havre.web.desk.accounts import Account, find_account
from havre.web.desk.journal import note
from havre.web.desk.room import (
    Desk,
    DeskNow,
    Visit,
    allow_posted,
    cookie_name,
    drop_cookie,
    lead,
    safe_next,
    set_cookie,
)
from havre.web.desk.sessions import begin_session, end_session
from havre.web.desk.tables import ACCOUNTS
from havre.web.forms import PostedForm
from havre.web.guards import caller_of
from havre.web.rendering import Lang, page

router = APIRouter(include_in_schema=False)


@router.get("/{lang}/desk/sign-in")
def ask(
    request: Request, lang: Lang, desk: DeskNow, target: Annotated[str, Query(alias="next", max_length=1000)] = ""
) -> Response:
    """Ask for name and password."""
    return _ask(request, lang, desk, safe_next(target, lang))


@router.post("/{lang}/desk/sign-in")
def sign_in(request: Request, lang: Lang, desk: DeskNow, posted: PostedForm) -> Response:
    """Sign in: whatever is wrong, the answer and the time it takes are the same."""
    name, target = posted.line("name").casefold()[:64], safe_next(posted.text("next"), lang)
    caller = caller_of(request.scope, desk.settings.trusted_proxies)
    at = desk.room.clock()
    wait = desk.throttle.begin(name, caller)
    if wait:
        problem = Problem.of("web.desk.slow", minutes=-(-wait // 60))
        made = _ask(request, lang, desk, target, name=name, error=problem.sentence(lang), status=429)
        made.headers["Retry-After"] = str(wait)
        return made
    with desk.store.read() as connection:
        account = find_account(connection, name=name)
    password = posted.text("password")
    fits = desk.passwords.fits(None if account is None else account.password, password)
    if not fits or account is None or account.disabled_at is not None:
        with desk.store.change() as connection:
            note(connection, "–" if account is None else account.name, "sign_in_failed", at)
        problem = Problem.of("web.desk.sign_in")
        return _ask(request, lang, desk, target, name=name, error=problem.sentence(lang), status=422)
    desk.throttle.succeeded(name, caller)
    if desk.passwords.is_outdated(account.password):
        hashed = desk.passwords.hash(password)
        with desk.store.change() as connection:
            connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.number == account.number).values(password=hashed))
    made = lead(f"/{lang}/desk/account", due="1") if account.must_change else lead(target)
    admit(request, desk, account, made)
    return made


@router.post("/{lang}/desk/sign-out")
def sign_out(
    request: Request, lang: Lang, visit: Annotated[Visit, Depends(allow_posted(before_change=True))]
) -> Response:
    """Sign out."""
    with visit.desk.store.change() as connection:
        end_session(connection, request.cookies[cookie_name(request)])
        note(connection, visit.account.name, "signed_out", visit.at)
    made = lead(f"/{lang}/desk/sign-in")
    drop_cookie(request, made)
    return made


def admit(request: Request, desk: Desk, account: Account, response: Response, how: str = "") -> None:
    """Begin a sign-in under a new token; the one that the browser had before ends."""
    at = desk.room.clock()
    with desk.store.change() as connection:
        before = request.cookies.get(cookie_name(request))
        if before:
            end_session(connection, before)
        token = begin_session(connection, account, at, desk.lifetime)
        note(connection, account.name, "signed_in", at, detail=how)
    set_cookie(request, response, token)


def _ask(
    request: Request, lang: Language, desk: Desk, target: str, *, name: str = "", error: str | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    return page(request, "desk/sign_in.html.jinja", lang, store=False, status=status, target=target, name=name,
                error=error, oidc=desk.settings.oidc is not None)  # fmt: skip
