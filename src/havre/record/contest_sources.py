"""From where contests come, to slow floods: kept for a day as a hash, of which the salt is forgotten with the day.

The salt is random and stands in the store on its own day only. Who gets hold of the database later cannot try
addresses against the hashes of days before; on the day itself they could.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, delete, func, insert, select, text

from havre.errors import RecordError
from havre.record.settings import RecordSettings
from havre.record.store.database import written
from havre.record.store.schema import CONTEST_SALTS, CONTEST_SOURCES, CONTESTS

SALT_BYTES = 32


def slow(
    connection: Connection, settings: RecordSettings, source: str | None, at: datetime, random: Callable[[int], bytes]
) -> None:
    """Refuse floods; what was accepted before is never lost.

    Parameters
    ----------
    source : from where it comes, such as a network address; ``None`` where that is not known

    Raises
    ------
    RecordError : too many were filed of late, from this source or from everybody together; it tells when to try again
    """
    forget_sources(connection, at)
    day, hour = written(at - timedelta(days=1)), written(at - timedelta(hours=1))
    filed = select(func.count()).select_from(CONTESTS).where(CONTESTS.c.filed_at > day)
    if connection.execute(filed).scalar_one() >= settings.contests_a_day:
        raise RecordError("record.contest.too_many", again=written(at + timedelta(days=1)))
    if source is None:
        return
    hashed = sha256(f"{_salt(connection, at, random)} {source}".encode()).hexdigest()
    own = select(func.count()).where(CONTEST_SOURCES.c.source == hashed, CONTEST_SOURCES.c.at > hour)
    if connection.execute(own).scalar_one() >= settings.contests_an_hour:
        raise RecordError("record.contest.too_many", again=written(at + timedelta(hours=1)))
    connection.execute(insert(CONTEST_SOURCES).values(source=hashed, at=written(at)))


def forget_sources(connection: Connection, at: datetime) -> None:
    """Delete the salts of other days than today, and the hashes that are older than a day."""
    connection.execute(delete(CONTEST_SALTS).where(CONTEST_SALTS.c.day != f"{at:%Y-%m-%d}"))
    connection.execute(delete(CONTEST_SOURCES).where(CONTEST_SOURCES.c.at < written(at - timedelta(days=1))))


def _salt(connection: Connection, at: datetime, random: Callable[[int], bytes]) -> str:
    """Give the salt of the day, made at its first use."""
    day = f"{at:%Y-%m-%d}"
    found = connection.execute(select(CONTEST_SALTS.c.salt).where(CONTEST_SALTS.c.day == day)).scalar_one_or_none()
    if found is not None:
        return str(found)
    salt = random(SALT_BYTES).hex()
    # Two that come first on a day: PostgreSQL refuses one of them as a clash, and it is filed again.
    once = text("INSERT INTO contest_salts (day, salt) VALUES (:day, :salt) ON CONFLICT DO NOTHING")
    connection.execute(once, {"day": day, "salt": salt})
    return salt
