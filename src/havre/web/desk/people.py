"""Accounts and the journal, for administrators."""

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from havre.errors import HavreError, Problem
from havre.record.log.keys import parse_verifier
from havre.texts import Language
from havre.web.desk.accounts import (
    ROLES,
    Account,
    account_of,
    accounts,
    add_account,
    disable,
    enable,
    set_password,
    set_roles,
    set_subject,
)
from havre.web.desk.acting import status_of
from havre.web.desk.journal import count_noted, noted
from havre.web.desk.passwords import LEAST, MOST, AccountError
from havre.web.desk.room import Visit, allow, allow_posted, desk_page, lead
from havre.web.forms import Posted, PostedForm
from havre.web.rendering import Lang

router = APIRouter(include_in_schema=False)
Administrator = Annotated[Visit, Depends(allow("administrator"))]
ROWS = 100


@router.get("/{lang}/desk/accounts")
def accounts_page(request: Request, lang: Lang, visit: Administrator) -> Response:
    """List the accounts, and offer to add one."""
    return _page(request, lang, visit, {}, {})


@router.post("/{lang}/desk/accounts")
def change(
    request: Request,
    lang: Lang,
    visit: Annotated[Visit, Depends(allow_posted("administrator"))],
    posted: PostedForm,
) -> Response:
    """Add an account, or change one, as a form says."""
    action, name = posted.text("action"), posted.line("name")
    if action != "add" and action not in _ACTIONS:
        raise HTTPException(400)
    roles = tuple(posted.several.get("role", ()))
    try:
        with visit.desk.store.change() as connection:
            if action == "add":
                password = posted.text("new_password")
                if not password and not posted.line("subject"):
                    raise AccountError("web.account.password_length", least=LEAST, most=MOST)
                made = add_account(
                    connection, visit.desk.passwords, name, roles, password, visit.at, by=visit.account.name,
                    must_change=bool(password),
                )  # fmt: skip
                if posted.line("subject"):
                    set_subject(connection, made, posted.line("subject"), visit.at, by=visit.account.name)
            else:
                _ACTIONS[action](connection, visit, account_of(connection, name), posted)
    except HavreError as error:
        form = "add" if action == "add" else f"{action}-{name.casefold()[:64]}"
        typed = {"name": name, "subject": posted.line("subject"), "roles": ",".join(roles)} if action == "add" else {}
        return _page(request, lang, visit, _told(error.problems, lang, form), typed, status=status_of(error.problems))
    return lead(f"/{lang}/desk/accounts", done=action)


def _roles(connection: Connection, visit: Visit, account: Account, posted: Posted) -> None:
    set_roles(connection, account, posted.several.get("role", ()), visit.at, by=visit.account.name)


def _password(connection: Connection, visit: Visit, account: Account, posted: Posted) -> None:
    if account.name == visit.account.name:
        raise AccountError("web.account.own_password")
    set_password(
        connection, visit.desk.passwords, account, posted.text("new_password"), visit.at, by=visit.account.name
    )


def _disable(connection: Connection, visit: Visit, account: Account, _: Posted) -> None:
    disable(connection, account, visit.at, by=visit.account.name)


def _enable(connection: Connection, visit: Visit, account: Account, _: Posted) -> None:
    enable(connection, account, visit.at, by=visit.account.name)


def _subject(connection: Connection, visit: Visit, account: Account, posted: Posted) -> None:
    set_subject(connection, account, posted.line("subject"), visit.at, by=visit.account.name)


_ACTIONS: Mapping[str, Callable[[Connection, Visit, Account, Posted], None]] = {
    "roles": _roles,
    "password": _password,
    "disable": _disable,
    "enable": _enable,
    "subject": _subject,
}


@router.get("/{lang}/desk/journal")
def journal_page(
    request: Request,
    lang: Lang,
    visit: Administrator,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show the journal, the newest first."""
    with visit.desk.store.read() as connection:
        count = count_noted(connection)
        rows = noted(connection, ROWS, (number - 1) * ROWS)
    return desk_page(request, "journal.html.jinja", lang, visit, rows=rows, number=number, count=count,
                     pages=max(1, -(-count // ROWS)))  # fmt: skip


def _told(problems: tuple[Problem, ...], lang: Language, form: str) -> Mapping[str, list[str]]:
    places = {"web.account.name": "name", "web.account.there": "name", "web.account.role": "roles",
              "web.account.password_length": "new_password", "web.account.password_easy": "new_password",
              "web.account.subject": "subject", "web.account.subject_taken": "subject"}  # fmt: skip
    told: dict[str, list[str]] = {}
    for each in problems:
        told.setdefault(f"{form}.{places.get(each.key, 'form')}", []).append(each.sentence(lang))
    return told


def _page(
    request: Request, lang: Language, visit: Visit, errors: Mapping[str, list[str]], typed: Mapping[str, str], *,
    status: int = 200,
) -> Response:  # fmt: skip
    with visit.desk.store.read() as connection:
        found = accounts(connection)
    keys = {each.name: parse_verifier(each.verifier).name for each in found if each.verifier}
    values = {"name": "", "subject": "", "roles": "", **typed}
    return desk_page(request, "accounts.html.jinja", lang, visit, status=status, accounts=found, keys=keys,
                     roles=ROLES, errors=errors, typed=values, least=LEAST, most=MOST,
                     oidc=visit.desk.settings.oidc is not None)  # fmt: skip
