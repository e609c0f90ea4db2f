"""Accounts of the desk: a name, roles, a password, and perhaps a key file and a name at an OpenID provider.

Roles only open pages. Who may decide is up to the record: the person's key has to be among its people, and nobody
reviews what they made, whatever roles they have.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from havre.errors import Problem, check_none
from havre.record.store.database import read_time, written
from havre.web.desk.journal import note
from havre.web.desk.passwords import AccountError, Passwords, check_password
from havre.web.desk.tables import ACCOUNTS, SESSIONS

ROLES = ("author", "reviewer", "administrator")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?")


@dataclass(frozen=True)
class Account:
    """An account.

    Parameters
    ----------
    must_change : somebody else chose the password: it is changed at the next sign-in
    verifier : public key of the key file that is kept for it
    subject : its name at the OpenID provider
    """

    number: int
    name: str
    roles: tuple[str, ...]
    password: str
    must_change: bool
    created_at: datetime
    disabled_at: datetime | None
    verifier: str | None
    subject: str | None

    def __repr__(self) -> str:
        return f"Account({self.name!r})"

    def has(self, *roles: str) -> bool:
        """Tell whether it has one of these roles."""
        return any(role in self.roles for role in roles)


def add_account(
    connection: Connection,
    passwords: Passwords,
    name: str,
    roles: Collection[str],
    password: str,
    at: datetime,
    *,
    by: str,
    must_change: bool = False,
) -> Account:
    """Add an account.

    Parameters
    ----------
    password : empty for one that signs in by OpenID alone
    by : who adds it, for the journal

    Raises
    ------
    AccountError : the name is taken or cannot be one, a role is unknown or none is given, or the password is too easy
    """
    name = name.strip().casefold()
    problems = [*_name_problems(connection, name), *role_problems(roles)]
    try:
        check_password(password, name or "–") if password else None
    except AccountError as error:
        problems += error.problems
    check_none(problems, AccountError)
    hashed = passwords.hash(password) if password else ""
    connection.execute(
        insert(ACCOUNTS).values(
            name=name, roles=_joined(roles), password=hashed, must_change=int(must_change), created_at=written(at)
        )
    )
    note(connection, by, "account_added", at, name, _joined(roles))
    return account_of(connection, name)


def accounts(connection: Connection) -> tuple[Account, ...]:
    """Give all accounts, by name."""
    rows = connection.execute(select(ACCOUNTS).order_by(ACCOUNTS.c.name)).mappings()
    return tuple(_account(row) for row in rows)


def find_account(connection: Connection, **values: object) -> Account | None:
    """Find an account by its ``name``, ``number``, ``verifier`` or ``subject``."""
    [(column, value)] = values.items()
    row = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c[column] == value)).mappings().first()
    return None if row is None else _account(row)


def account_of(connection: Connection, name: str) -> Account:
    """Give an account.

    Raises
    ------
    AccountError : there is none of this name
    """
    found = find_account(connection, name=name.strip().casefold())
    if found is None:
        raise AccountError("web.account.unknown", name=name[:64])
    return found


def set_roles(connection: Connection, account: Account, roles: Collection[str], at: datetime, *, by: str) -> None:
    """Give an account other roles; its sign-ins end.

    Raises
    ------
    AccountError : a role is unknown or none is given, it is the own account, or nobody would be an administrator
    """
    check_none(role_problems(roles), AccountError)
    _check_not_own(account, by)
    if "administrator" not in roles:
        _check_not_last(connection, account)
    _change(connection, account, roles=_joined(roles))
    end_sessions(connection, account)
    note(connection, by, "roles_changed", at, account.name, f"{_joined(account.roles)} → {_joined(roles)}")


def disable(connection: Connection, account: Account, at: datetime, *, by: str) -> None:
    """Let nobody sign in with an account any more; its sign-ins end. What it did stays.

    Raises
    ------
    AccountError : it is the own account, or the last one of an administrator
    """
    _check_not_own(account, by)
    _check_not_last(connection, account)
    _change(connection, account, disabled_at=written(at))
    end_sessions(connection, account)
    note(connection, by, "account_disabled", at, account.name)


def enable(connection: Connection, account: Account, at: datetime, *, by: str) -> None:
    """Let somebody sign in with a disabled account again."""
    _change(connection, account, disabled_at=None)
    note(connection, by, "account_enabled", at, account.name)


def set_password(
    connection: Connection, passwords: Passwords, account: Account, password: str, at: datetime, *, by: str
) -> None:
    """Give an account a password; all its sign-ins end. One that somebody else chose is changed at the next sign-in.

    Raises
    ------
    AccountError : it is too easy to guess
    """
    check_password(password, account.name)
    own = by == account.name
    _change(connection, account, password=passwords.hash(password), must_change=int(not own))
    end_sessions(connection, account)
    note(connection, by, "password_changed" if own else "password_set", at, account.name)


def set_subject(connection: Connection, account: Account, subject: str, at: datetime, *, by: str) -> None:
    """Say under which name at the OpenID provider somebody signs in; empty for none.

    Raises
    ------
    AccountError : another account has this name, or it cannot be one
    """
    subject = subject.strip()
    if len(subject) > 255 or not subject.isprintable():
        raise AccountError("web.account.subject")
    other = find_account(connection, subject=subject) if subject else None
    if other is not None and other.number != account.number:
        raise AccountError("web.account.subject_taken", name=other.name)
    _change(connection, account, subject=subject or None)
    note(connection, by, "subject_set", at, account.name)


def set_verifier(connection: Connection, account: Account, verifier: str | None) -> None:
    """Note the public key of the key file that is kept for an account."""
    _change(connection, account, verifier=verifier)


def end_sessions(connection: Connection, account: Account) -> None:
    """End all sign-ins of an account."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.account == account.number))


def role_problems(roles: Collection[str]) -> list[Problem]:
    """Tell what is wrong with roles: one is unknown, or there is none."""
    unknown = [role for role in roles if role not in ROLES]
    if roles and not unknown:
        return []
    return [Problem.of("web.account.role", roles=", ".join(unknown) or "–", expected=", ".join(ROLES))]


def _name_problems(connection: Connection, name: str) -> list[Problem]:
    if not _NAME.fullmatch(name):
        return [Problem.of("web.account.name", name=name[:64])]
    taken = find_account(connection, name=name) is not None
    return [Problem.of("web.account.there", name=name)] if taken else []


def _check_not_own(account: Account, by: str) -> None:
    if account.name == by:
        raise AccountError("web.account.own")


def _check_not_last(connection: Connection, account: Account) -> None:
    others = [each for each in accounts(connection) if each.number != account.number and each.disabled_at is None]
    if account.has("administrator") and not any(each.has("administrator") for each in others):
        raise AccountError("web.account.last_administrator", name=account.name)


def _change(connection: Connection, account: Account, **values: object) -> None:
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.number == account.number).values(**values))


def _joined(roles: Collection[str]) -> str:
    return ",".join(role for role in ROLES if role in roles)


def _account(row: Mapping[Any, Any]) -> Account:
    disabled = row["disabled_at"]
    return Account(
        number=row["number"],
        name=row["name"],
        roles=tuple(row["roles"].split(",")),
        password=row["password"],
        must_change=bool(row["must_change"]),
        created_at=read_time(row["created_at"]),
        disabled_at=None if disabled is None else read_time(disabled),
        verifier=row["verifier"],
        subject=row["subject"],
    )
