"""The journal of the desk: who signed in, changed an account or did what, and when; rows are only ever added.

What the record knows stands in its log as well, signed and public. The journal also holds what the log must not: names
of accounts and sign-ins. It holds no address of anybody.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from havre.record.store.database import read_time, written
from havre.web.desk.tables import JOURNAL

CONSOLE = "(console)"
"""Who acted, where it was done by a command on the machine itself."""
KINDS = (
    "signed_in", "sign_in_failed", "signed_out", "account_added", "account_disabled",
    "account_enabled", "roles_changed", "password_changed", "password_set", "subject_set", "key_kept", "key_removed",
    "key_refused", "override", "note", "approve", "refuse", "publish", "withdraw", "acknowledge", "answer", "erase",
    "log_appended",
)  # fmt: skip


@dataclass(frozen=True)
class Noted:
    """One row: when, which account, what, on which account, release or contest, and what else there is to say."""

    number: int
    at: datetime
    actor: str
    kind: str
    subject: str
    detail: str


def note(connection: Connection, actor: str, kind: str, at: datetime, subject: str = "", detail: str = "") -> None:
    """Add a row to the journal."""
    assert kind in KINDS  # noqa: S101 - the kinds are fixed by this program
    values = {"actor": actor, "kind": kind, "at": written(at), "subject": subject[:200], "detail": detail[:2_000]}
    connection.execute(insert(JOURNAL).values(**values))


def noted(connection: Connection, most: int, skip: int = 0) -> tuple[Noted, ...]:
    """Give rows of the journal, the newest first."""
    query = select(JOURNAL).order_by(JOURNAL.c.number.desc()).limit(most).offset(skip)
    rows = connection.execute(query).mappings()
    return tuple(Noted(**{**{name: row[name] for name in row}, "at": read_time(row["at"])}) for row in rows)


def count_noted(connection: Connection) -> int:
    """Give how many rows the journal has."""
    return int(connection.execute(select(func.count()).select_from(JOURNAL)).scalar_one())
