"""Entries on their way to the log: kept in the transaction of what they tell, then appended, each exactly once.

A crash between the two leaves an entry waiting; the next flush appends it. A crash after the append and before that is
noted is found by the entry's id, which the log holds.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select, update

from havre.errors import Problem, RecordError, check_none
from havre.record.log.entries import Entry, parse_entry
from havre.record.log.folder import Log
from havre.record.log.notes import Signs, Verifies
from havre.record.log.writing import only_writer
from havre.record.store.database import Store
from havre.record.store.schema import OUTBOX

FLUSHING = ".flush"
"""Folder beside the log whose lock keeps two flushes apart."""


def post(connection: Connection, entry: Entry) -> None:
    """Put an entry into the outbox, within the caller's transaction; one that is there already is not put again."""
    if connection.execute(select(OUTBOX.c.number).where(OUTBOX.c.entry == entry.id)).first() is None:
        connection.execute(insert(OUTBOX).values(entry=entry.id, data=entry.canonical()))


def flush(store: Store, log: Log, signers: Sequence[Signs], trusted: Sequence[Verifies] = ()) -> int:
    """Append what waits to the log, in order; give how many entries were appended.

    Raises
    ------
    RecordError : the log cannot be written, or holds something else than the store says
    FileError : the disk is full
    """
    lock = log.folder.parent / FLUSHING
    lock.mkdir(parents=True, exist_ok=True)
    with only_writer(lock):
        with store.read() as connection:
            queued = [
                (number, entry, bytes(data))
                for number, entry, data in connection.execute(
                    select(OUTBOX.c.number, OUTBOX.c.entry, OUTBOX.c.data)
                    .where(OUTBOX.c.log_index.is_(None))
                    .order_by(OUTBOX.c.number)
                )
            ]
            noted = connection.execute(select(OUTBOX.c.log_index).order_by(OUTBOX.c.log_index.desc())).scalars()
            last = max((index for index in noted if index is not None), default=-1)
        if not queued:
            return 0
        # What stands in the log beyond the last entry noted here was appended before a crash.
        later = list(log.entries(last + 1))
        there = {parse_entry(data).id: last + 1 + at for at, data in enumerate(later) if data[:1] == b"{"}
        # A database that was lost and begun anew may take an old id again: that is another entry.
        other = [entry for _, entry, data in queued if entry in there and later[there[entry] - last - 1] != data]
        check_none([Problem.of("record.store.other_entry", entry=entry) for entry in other], RecordError)
        new = [(number, data) for number, entry, data in queued if entry not in there]
        indexes = log.append([data for _, data in new], signers, trusted)
        places = {number: index for (number, _), index in zip(new, indexes, strict=True)}
        places |= {number: there[entry] for number, entry, _ in queued if entry in there}
        with store.change() as connection:
            for number, index in places.items():
                connection.execute(update(OUTBOX).where(OUTBOX.c.number == number).values(log_index=index))
        return len(new)


def waiting(connection: Connection) -> int:
    """Give how many entries wait for the log."""
    number = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.log_index.is_(None))
    return int(connection.execute(number).scalar_one())


def logged(connection: Connection) -> int:
    """Give how many entries stand in the log, by what is noted here."""
    number = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.log_index.is_not(None))
    return int(connection.execute(number).scalar_one())


def log_index(connection: Connection, entry: str) -> int:
    """Give where an entry stands in the log, by its id.

    Raises
    ------
    RecordError : it was never posted, or still waits
    """
    index = connection.execute(select(OUTBOX.c.log_index).where(OUTBOX.c.entry == entry)).scalar_one_or_none()
    if index is None:
        raise RecordError("record.store.not_logged", entry=entry)
    return int(index)
