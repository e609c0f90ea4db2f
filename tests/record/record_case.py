"""People, settings and releases for tests of reviews and contests."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, select

from havre.record.log.entries import Entry, parse_entry
from havre.record.log.keys import new_key
from havre.record.review import approve, mark_published, submit
from havre.record.reviewed import Override
from havre.record.settings import RecordSettings
from havre.record.store.schema import OUTBOX
from tests.record.log.log_case import KEY, ORIGIN

ADA = new_key("havre.example/ada", bytes([1] * 32))
NOOR = new_key("havre.example/noor", bytes([2] * 32))
EVE = new_key("elsewhere.example/eve", bytes([3] * 32))
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
DRAFT = "d" * 64
SETTINGS = RecordSettings(ORIGIN, (KEY.verifier,), (ADA.verifier, NOOR.verifier))
OVERRIDE = Override(
    "asylum/x/DEU/origin", "SYR", "DEU", 3, date(2026, 12, 1), 1200.0, 900.0,
    "The border was closed for the whole month.", NOOR.name,
)  # fmt: skip


def published(connection: Connection, release: str = "r1", supersedes: str | None = None) -> None:
    submit(connection, release, DRAFT, ADA, AT, supersedes=supersedes)
    approve(connection, release, DRAFT, NOOR, AT)
    mark_published(connection, release, "m" * 64, {"model-output/a.parquet": "f" * 64}, NOOR, AT)


def posted(connection: Connection) -> list[Entry]:
    """Give the entries that wait for the log or are in it."""
    return [
        parse_entry(bytes(data))
        for data in connection.execute(select(OUTBOX.c.data).order_by(OUTBOX.c.number)).scalars()
    ]
