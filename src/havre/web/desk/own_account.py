"""The own account: another password, the key file, and where else somebody is signed in."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from sqlalchemy import func, select
from starlette.responses import Response

from havre.errors import HavreError, Problem
from havre.record.log.keys import parse_verifier
from havre.texts import Language
from havre.web.desk.accounts import account_of, end_sessions, set_password
from havre.web.desk.acting import status_of, throttled_key
from havre.web.desk.entry import admit
from havre.web.desk.journal import note
from havre.web.desk.passwords import LEAST, MOST, AccountError, check_password
from havre.web.desk.room import Visit, allow, allow_posted, desk_page, lead
from havre.web.desk.signing import keep_key, remove_key
from havre.web.desk.tables import SESSIONS
from havre.web.forms import Posted, PostedForm
from havre.web.rendering import Lang

router = APIRouter(include_in_schema=False)
_PLACES = {
    "web.desk.current_password": "password.password",
    "web.desk.slow": "password.password",
    "web.account.password_differs": "password.again",
    "web.account.password_length": "password.new_password",
    "web.account.password_easy": "password.new_password",
}


@router.get("/{lang}/desk/account")
def account_page(
    request: Request,
    lang: Lang,
    visit: Annotated[Visit, Depends(allow(before_change=True))],
    due: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """Show the own account."""
    return _page(request, lang, visit, {}, due=bool(due) or visit.account.must_change)


@router.post("/{lang}/desk/account")
def change(
    request: Request,
    lang: Lang,
    visit: Annotated[Visit, Depends(allow_posted(before_change=True))],
    posted: PostedForm,
) -> Response:
    """Change the password, keep or remove the key file, or end all sign-ins, as a form says."""
    action = posted.text("action")
    if action not in ("password", "key", "remove_key", "sign_out_all") or (
        visit.account.must_change and action != "password"
    ):
        raise HTTPException(400)
    made = lead(f"/{lang}/desk/account", done=action)
    try:
        if action == "password":
            _change_password(visit, posted)
        elif action == "key":
            _keep_key(visit, posted)
        elif action == "remove_key":
            with visit.desk.store.change() as connection:
                remove_key(connection, visit.desk.settings.state, visit.account)
                note(connection, visit.account.name, "key_removed", visit.at, visit.account.name)
        else:
            with visit.desk.store.change() as connection:
                end_sessions(connection, visit.account)
    except HavreError as error:
        return _page(request, lang, visit, _told(error.problems, lang, action), due=visit.account.must_change,
                     status=status_of(error.problems))  # fmt: skip
    if action in ("password", "sign_out_all"):
        # All sign-ins have ended, this one too: it goes on under a new token.
        with visit.desk.store.read() as connection:
            account = account_of(connection, visit.account.name)
        admit(request, visit.desk, account, made)
    return made


def _change_password(visit: Visit, posted: Posted) -> None:
    account = visit.account
    wait = visit.desk.throttle.begin(account.name, visit.caller)
    if wait:
        raise AccountError("web.desk.slow", minutes=-(-wait // 60))
    problems = []
    if visit.desk.passwords.fits(account.password, posted.text("password")):
        visit.desk.throttle.succeeded(account.name, visit.caller)
    else:
        problems.append(Problem.of("web.desk.current_password"))
    if posted.text("new_password") != posted.text("again"):
        problems.append(Problem.of("web.account.password_differs"))
    if posted.text("new_password") == posted.text("password"):
        problems.append(Problem.of("web.account.password_easy"))
    try:
        check_password(posted.text("new_password"), account.name)
    except AccountError as error:
        problems += error.problems
    if problems:
        raise AccountError.all_of(problems)
    with visit.desk.store.change() as connection:
        set_password(connection, visit.desk.passwords, account, posted.text("new_password"), visit.at, by=account.name)


def _keep_key(visit: Visit, posted: Posted) -> None:
    with visit.desk.room.open() as record:
        settings = record.settings
    content, password = posted.files.get("key_file", b""), posted.text("key_password")
    with throttled_key(visit), visit.desk.store.change() as connection:
        kept = keep_key(connection, visit.desk.settings.state, settings, visit.account, content, password)
        note(connection, visit.account.name, "key_kept", visit.at, visit.account.name, kept.name)


def _told(problems: tuple[Problem, ...], lang: Language, form: str) -> Mapping[str, list[str]]:
    told: dict[str, list[str]] = {}
    for each in problems:
        of_key = "key.key_password" if each.key in ("web.desk.key_password", "web.desk.slow") else "key.key_file"
        place = of_key if form == "key" else _PLACES.get(each.key, f"{form}.form")
        told.setdefault(place, []).append(each.sentence(lang))
    return told


def _page(
    request: Request, lang: Language, visit: Visit, errors: Mapping[str, list[str]], *, due: bool, status: int = 200
) -> Response:
    own = SESSIONS.c.account == visit.account.number
    with visit.desk.store.read() as connection:
        sessions = int(connection.execute(select(func.count()).select_from(SESSIONS).where(own)).scalar_one())
    with visit.desk.room.open() as record:
        people = {each.text for each in record.settings.people}
    verifier = visit.account.verifier
    return desk_page(
        request, "account.html.jinja", lang, visit, status=status, errors=errors, due=due, sessions=sessions,
        key_name=None if verifier is None else parse_verifier(verifier).name, key_acts=verifier in people,
        verifier=verifier, least=LEAST, most=MOST,
    )  # fmt: skip
