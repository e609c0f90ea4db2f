"""Sign in through an organisation: to its OpenID provider and back, bound to the browser that began."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from sqlalchemy import delete, insert, select
from starlette.responses import Response

from havre.errors import HavreError
from havre.record.store.database import read_time, written
from havre.texts import Language, as_language
from havre.web.desk.accounts import find_account
from havre.web.desk.entry import admit
from havre.web.desk.journal import note
from havre.web.desk.oidc import address_to_ask, find_provider, new_client, subject_of
from havre.web.desk.passwords import AccountError
from havre.web.desk.room import Desk, DeskNow, is_https, safe_next
from havre.web.desk.tables import PENDING
from havre.web.forms import PostedForm
from havre.web.rendering import Lang, page
from havre.web.settings import Oidc

router = APIRouter(include_in_schema=False)
WAITED = timedelta(minutes=10)
"""How long somebody may take at the provider."""
_COOKIE = "havre-oidc"


@router.post("/{lang}/desk/oidc")
def begin(request: Request, lang: Lang, desk: DeskNow, posted: PostedForm) -> Response:
    """Begin: note what has to come back, and lead to the provider.

    It is a page that leads there and no redirect, since a form may be sent to this site alone.
    """
    settings = _settings(desk)
    state, nonce, verifier, browser = (secrets.token_urlsafe(48) for _ in range(4))
    at = desk.room.clock()
    try:
        with new_client() as client:
            provider = find_provider(settings, client)
        target = address_to_ask(settings, provider, _back(request), state, nonce, verifier)
    except HavreError as error:
        return _page(request, lang, error.message(lang), "", status=502)
    with desk.store.change() as connection:
        connection.execute(delete(PENDING).where(PENDING.c.at < written(at - WAITED)))
        connection.execute(
            insert(PENDING).values(
                state=_hashed(state), browser=_hashed(browser), nonce=nonce, verifier=verifier,
                language=lang, target=safe_next(posted.text("next"), lang), at=written(at),
            )
        )  # fmt: skip
    made = _page(request, lang, None, target)
    made.set_cookie(
        _name(request), browser, max_age=int(WAITED.total_seconds()), path="/", secure=is_https(request),
        httponly=True, samesite="lax",
    )  # fmt: skip
    return made


@router.get("/{lang}/desk/oidc/back")
def back(
    request: Request,
    lang: Lang,
    desk: DeskNow,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    iss: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Come back: check that it is the sign-in that this browser began, and let in whose name the provider gives."""
    settings = _settings(desk)
    at = desk.room.clock()
    try:
        pending = _taken(request, desk, state)
        lang = as_language(pending["language"]) or lang
        if not code or iss not in (None, settings.issuer):
            raise AccountError("web.oidc.refused")
        with new_client() as client:
            provider = find_provider(settings, client)
            subject = subject_of(
                settings, provider, client, _back(request), code, pending["nonce"], pending["verifier"], at
            )
        with desk.store.change() as connection:
            account = find_account(connection, subject=subject)
            if account is not None and account.disabled_at is not None:
                note(connection, account.name, "sign_in_failed", at, detail="OpenID")
        if account is None:
            raise AccountError("web.oidc.unknown", subject=subject[:255])
        if account.disabled_at is not None:
            raise AccountError("web.desk.sign_in")
    except HavreError as error:
        return _page(request, lang, error.message(lang), "", status=403)
    # The page itself leads on: a cookie that is for this site alone is not sent along where another site led here.
    made = _page(request, lang, None, pending["target"])
    made.delete_cookie(_name(request), path="/", secure=is_https(request), httponly=True, samesite="lax")
    admit(request, desk, account, made, "OpenID")
    return made


def _taken(request: Request, desk: Desk, state: str) -> Mapping[Any, Any]:
    """Take what was noted when a sign-in was begun: it can be used once, by the same browser, for some minutes.

    Raises
    ------
    AccountError : there is none
    """
    with desk.store.change() as connection:
        row = connection.execute(select(PENDING).where(PENDING.c.state == _hashed(state))).mappings().first()
        connection.execute(delete(PENDING).where(PENDING.c.state == _hashed(state)))
    browser = _hashed(request.cookies.get(_name(request), ""))
    late = row is not None and desk.room.clock() - read_time(row["at"]) > WAITED
    if row is None or late or not hmac.compare_digest(browser, row["browser"]):
        raise AccountError("web.oidc.not_begun")
    return row


def _settings(desk: Desk) -> Oidc:
    if desk.settings.oidc is None:
        raise HTTPException(404)
    return desk.settings.oidc


def _back(request: Request) -> str:
    """Give the one address to which the provider sends people back, as it is registered there."""
    address = request.app.state.settings.address or str(request.base_url).rstrip("/")
    return f"{address}/en/desk/oidc/back"


def _name(request: Request) -> str:
    return f"__Host-{_COOKIE}" if is_https(request) else _COOKIE


def _page(request: Request, lang: Language, error: str | None, target: str, *, status: int = 200) -> Response:
    return page(request, "desk/back.html.jinja", lang, store=False, status=status, error=error, target=target)


def _hashed(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()
