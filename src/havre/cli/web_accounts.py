"""``havre web account``: accounts of the review desk, on the machine that has their folder; so the first is made."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.console import stdout, table, write_json
from havre.cli.language import language
from havre.cli.options import Json
from havre.cli.record_options import asked, clock
from havre.texts import say

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from havre.web.desk.accounts import Account
    from havre.web.desk.passwords import Passwords

PASSWORD = "HAVRE_ACCOUNT_PASSWORD"  # noqa: S105 - the name of a variable


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``web_accounts`` in the language of this process."""
    return say("web_accounts", key, language(), **fields)


app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
account_app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.add_typer(account_app, name="account", help=tell("account_help"))

Name = Annotated[str, typer.Argument(metavar="NAME", help=tell("option.name"))]
Roles = Annotated[list[str], typer.Option("--role", metavar="ROLE", help=tell("option.role"))]
State = Annotated[
    Path | None, typer.Option("--state", metavar="FOLDER", envvar="HAVRE_WEB_STATE", help=tell("option.state"))
]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", envvar="HAVRE_WEB_SETTINGS", help=tell("option.settings")),
]


@account_app.command(help=tell("add.help"))
def add(name: Name, role: Roles, state: State = None, settings: SettingsFile = None) -> None:
    """Add an account; its password is asked for without being shown, or read from the environment."""
    from havre.errors import check_none
    from havre.web.desk.accounts import add_account, role_problems
    from havre.web.desk.journal import CONSOLE
    from havre.web.desk.passwords import AccountError

    check_none(role_problems(role), AccountError)
    with _opened(state, settings) as (connection, passwords):
        made = add_account(connection, passwords, name, role, _new_password(), clock(), by=CONSOLE)
    stdout().print(tell("add.done", name=made.name, roles=_roles(made)), soft_wrap=True, markup=False)


@account_app.command("list", help=tell("list.help"))
def list_accounts(
    state: State = None,
    settings: SettingsFile = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """List the accounts."""
    from havre.web.desk.accounts import accounts

    with _opened(state, settings) as (connection, _):
        found = accounts(connection)
    if as_json:
        write_json({"accounts": [_plain(each) for each in found]})
    elif not found:
        stdout().print(tell("list.none"), soft_wrap=True)
    else:
        columns = [tell(f"column.{name}") for name in ("name", "roles", "added", "disabled", "key")]
        rows = [
            [each.name, _roles(each), f"{each.created_at:%Y-%m-%d}",
             "" if each.disabled_at is None else f"{each.disabled_at:%Y-%m-%d}",
             (each.verifier or "").split("+", 1)[0]]
            for each in found
        ]  # fmt: skip
        table("", columns, rows)


@account_app.command(help=tell("disable.help"))
def disable(name: Name, state: State = None, settings: SettingsFile = None) -> None:
    """Let nobody sign in with an account any more."""
    from havre.web.desk.accounts import account_of
    from havre.web.desk.accounts import disable as take_out
    from havre.web.desk.journal import CONSOLE

    with _opened(state, settings) as (connection, _):
        account = account_of(connection, name)
        take_out(connection, account, clock(), by=CONSOLE)
    stdout().print(tell("disable.done", name=account.name), soft_wrap=True, markup=False)


@account_app.command(help=tell("enable.help"))
def enable(name: Name, state: State = None, settings: SettingsFile = None) -> None:
    """Let somebody sign in with a disabled account again."""
    from havre.web.desk.accounts import account_of
    from havre.web.desk.accounts import enable as take_back
    from havre.web.desk.journal import CONSOLE

    with _opened(state, settings) as (connection, _):
        account = account_of(connection, name)
        take_back(connection, account, clock(), by=CONSOLE)
    stdout().print(tell("enable.done", name=account.name), soft_wrap=True, markup=False)


@account_app.command(help=tell("roles.help"))
def roles(name: Name, role: Roles, state: State = None, settings: SettingsFile = None) -> None:
    """Give an account other roles."""
    from havre.web.desk.accounts import account_of, set_roles
    from havre.web.desk.journal import CONSOLE

    with _opened(state, settings) as (connection, _):
        set_roles(connection, account_of(connection, name), role, clock(), by=CONSOLE)
        changed = account_of(connection, name)
    stdout().print(tell("roles.done", name=changed.name, roles=_roles(changed)), soft_wrap=True, markup=False)


@account_app.command(help=tell("password.help"))
def password(name: Name, state: State = None, settings: SettingsFile = None) -> None:
    """Give an account another password, which is changed at the next sign-in."""
    from havre.web.desk.accounts import account_of, set_password
    from havre.web.desk.journal import CONSOLE

    with _opened(state, settings) as (connection, passwords):
        account = account_of(connection, name)
        set_password(connection, passwords, account, _new_password(), clock(), by=CONSOLE)
    stdout().print(tell("password.done", name=account.name), soft_wrap=True, markup=False)


@contextmanager
def _opened(state: Path | None, settings: Path | None) -> "Iterator[tuple[Connection, Passwords]]":
    """Open the accounts for one change: all of it stands, or nothing."""
    from havre.web.desk.passwords import Passwords
    from havre.web.desk.tables import open_desk_store
    from havre.web.settings import WebSettings

    chosen = WebSettings.read(settings, {"state": state})
    store = open_desk_store(chosen.state)
    try:
        with store.change() as connection:
            yield connection, Passwords(chosen.password_memory_kib, chosen.password_rounds)
    finally:
        store.close()


def _new_password() -> str:
    """Take a new password from the environment, else ask for it twice.

    Raises
    ------
    AccountError : none was given, or the two are not the same
    """
    from havre.web.desk.passwords import AccountError

    given = os.environ.get(PASSWORD)
    if given is not None:
        return given
    missing = AccountError("web.account.no_password", variable=PASSWORD)
    first = asked(tell("ask"), missing)
    if asked(tell("ask_again"), missing) != first:
        raise AccountError("web.account.password_differs")
    return first


def _roles(account: "Account") -> str:
    return ", ".join(say("web_desk", f"role.{role}", language()) for role in account.roles)


def _plain(account: "Account") -> dict[str, object]:
    return {"name": account.name, "roles": account.roles, "created_at": account.created_at,
            "disabled_at": account.disabled_at, "key": account.verifier, "subject": account.subject}  # fmt: skip
