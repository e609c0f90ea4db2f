"""All that the store tells of one release: its state, who decided what and when, contests, and entries in the log."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from havre.record.contest import Contest, contests
from havre.record.draft import read_draft
from havre.record.publication import Record
from havre.record.review import Standing, all_standing, standing
from havre.record.reviewed import Override
from havre.record.store.database import read_time
from havre.record.store.schema import NOTES, OUTBOX, OVERRIDES, REVIEWS
from havre.record.tables import Release


@dataclass(frozen=True)
class Decision:
    """What a reviewer decided: ``approved`` or ``refused``, with the reason of a refusal."""

    decision: str
    reviewer: str
    at: datetime
    reason: str | None


@dataclass(frozen=True)
class Note:
    """What a reviewer added for readers."""

    text: str
    reviewer: str
    at: datetime


@dataclass(frozen=True)
class Logged:
    """An entry on a release: its kind, when it happened, and its number in the log; ``None`` while it waits."""

    kind: str
    at: datetime
    index: int | None


@dataclass(frozen=True)
class Dossier:
    """What is known of a release besides its tables."""

    standing: Standing
    decisions: tuple[Decision, ...]
    overrides: tuple[Override, ...]
    notes: tuple[Note, ...]
    contests: tuple[Contest, ...]
    entries: tuple[Logged, ...]


def dossier(connection: Connection, record: Record, release: str) -> Dossier:
    """Gather what is known of a release.

    Raises
    ------
    RecordError : there is no such release; the latest ones are named
    """
    return Dossier(
        standing=standing(connection, release),
        decisions=tuple(_decisions(connection, release)),
        overrides=tuple(_overrides(connection, release)),
        notes=tuple(_notes(connection, release)),
        contests=tuple(each for each in contests(connection, record.settings) if each.release == release),
        entries=tuple(_entries(connection, release)),
    )


def submitted(record: Record, now: Standing) -> tuple[Release, dict[str, bytes]]:
    """Read the draft of a release as it was submitted: its tables, and the further files by path.

    Raises
    ------
    RecordError : it was changed since; every changed file is named
    FileError : there is no draft
    """
    return read_draft(record.draft(now.id), now.draft)


def once_public(connection: Connection, but: str | None = None) -> tuple[Standing, ...]:
    """Give the releases that anybody may have kept, the oldest first: published ones, superseded, withdrawn.

    Parameters
    ----------
    but : id of a release to leave out
    """
    return tuple(each for each in all_standing(connection) if each.manifest is not None and each.id != but)


def _decisions(connection: Connection, release: str) -> Iterator[Decision]:
    query = select(REVIEWS).where(REVIEWS.c.release == release).order_by(REVIEWS.c.number)
    for row in connection.execute(query).mappings():
        yield Decision(row["decision"], row["reviewer"], read_time(row["at"]), row["reason"])


def _overrides(connection: Connection, release: str) -> Iterator[Override]:
    query = select(OVERRIDES).where(OVERRIDES.c.release == release).order_by(OVERRIDES.c.number)
    names = ("scope", "origin", "destination", "horizon", "computed", "stated", "reason", "reviewer")
    for row in connection.execute(query).mappings():
        yield Override(**{name: row[name] for name in names}, target_month=date.fromisoformat(row["target_month"]))


def _notes(connection: Connection, release: str) -> Iterator[Note]:
    query = select(NOTES).where(NOTES.c.release == release).order_by(NOTES.c.number)
    for row in connection.execute(query).mappings():
        yield Note(row["text"], row["reviewer"], read_time(row["at"]))


def _entries(connection: Connection, release: str) -> Iterator[Logged]:
    told = json.dumps(release, ensure_ascii=False).encode()
    query = select(OUTBOX.c.data, OUTBOX.c.log_index).order_by(OUTBOX.c.number)
    for data, index in connection.execute(query):
        if told in bytes(data) and (entry := json.loads(bytes(data)))["subject"] == release:
            yield Logged(entry["kind"], read_time(entry["at"]), index)
