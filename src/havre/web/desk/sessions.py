"""Sign-ins: a random token in a cookie, of which the desk keeps the hash; they end by themselves.

References
----------
OWASP, Session Management Cheat Sheet; RFC 6265bis (cookie names with ``__Host-``).
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, insert, or_, select, update

from havre.record.store.database import read_time, written
from havre.web.desk.accounts import Account, find_account
from havre.web.desk.tables import SESSIONS

TOKEN_BYTES = 32
NOTED_EVERY = timedelta(minutes=1)
"""How often the time of the last request is written."""


@dataclass(frozen=True)
class Session:
    """A sign-in that holds.

    Parameters
    ----------
    token : SHA-256 of what the browser holds
    csrf : secret of this sign-in that its forms carry, as hexadecimal digits
    """

    token: str
    account: Account
    csrf: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Lifetime:
    """After how long without a request, and in all, a sign-in ends."""

    idle: timedelta
    whole: timedelta


def begin_session(connection: Connection, account: Account, at: datetime, lifetime: Lifetime) -> str:
    """Begin a sign-in under a token that never was before; give the token. Sign-ins that have ended are deleted."""
    old = or_(SESSIONS.c.seen_at < written(at - lifetime.idle), SESSIONS.c.started_at < written(at - lifetime.whole))
    connection.execute(delete(SESSIONS).where(old))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values = {"token": _hashed(token), "account": account.number, "csrf": secrets.token_hex(TOKEN_BYTES)}
    connection.execute(insert(SESSIONS).values(**values, started_at=written(at), seen_at=written(at)))
    return token


def find_session(connection: Connection, token: str, at: datetime, lifetime: Lifetime) -> Session | None:
    """Find the sign-in of a token; ``None`` where there is none, it has ended, or its account is disabled."""
    row = connection.execute(select(SESSIONS).where(SESSIONS.c.token == _hashed(token))).mappings().first()
    if row is None:
        return None
    started, seen = read_time(row["started_at"]), read_time(row["seen_at"])
    account = find_account(connection, number=row["account"])
    ended = at - seen > lifetime.idle or at - started > lifetime.whole
    if ended or account is None or account.disabled_at is not None:
        connection.execute(delete(SESSIONS).where(SESSIONS.c.token == row["token"]))
        return None
    if at - seen >= NOTED_EVERY:
        connection.execute(update(SESSIONS).where(SESSIONS.c.token == row["token"]).values(seen_at=written(at)))
    return Session(row["token"], account, row["csrf"], started, seen)


def end_session(connection: Connection, token: str) -> None:
    """End the sign-in of a token, where there is one."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.token == _hashed(token)))


def masked(csrf: str) -> str:
    """Write the secret of a sign-in for a form, each time otherwise, so that compression gives nothing of it away.

    Examples
    --------
    >>> one, other = masked("ab" * 32), masked("ab" * 32)
    >>> one != other, unmasked(one) == unmasked(other) == "ab" * 32
    (True, True)
    """
    secret = bytes.fromhex(csrf)
    pad = secrets.token_bytes(len(secret))
    return (pad + _xor(pad, secret)).hex()


def unmasked(text: str) -> str:
    """Read the secret of a form; empty where it is none."""
    try:
        both = bytes.fromhex(text)
    except ValueError:
        return ""
    half = len(both) // 2
    return _xor(both[:half], both[half:]).hex() if len(both) == 2 * TOKEN_BYTES else ""


def is_own_form(session: Session, text: str) -> bool:
    """Tell whether a form carries the secret of this sign-in."""
    return hmac.compare_digest(unmasked(text), session.csrf)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _hashed(token: str) -> str:
    return sha256(token.encode(errors="replace")).hexdigest()
