"""Publishes a release once: by one process at a time, after the attacker has gone over it once more."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from havre.errors import FileError, RecordError
from havre.record.deciding import leaks_of
from havre.record.dossier import submitted
from havre.record.leaks import check_leaks
from havre.record.log.keys import Signer
from havre.record.log.writing import only_writer
from havre.record.publication import Record, Words, publish
from havre.record.review import Standing, standing, state_problem


def publish_once(
    record: Record, release: str, publisher: Signer, log_signers: Sequence[Signer], words: Words, at: datetime
) -> Path:
    """Publish an approved release, or finish one whose publication was interrupted; give its folder.

    Raises
    ------
    RecordError : it is published already or not approved, leaks, was changed since, or too few witnesses cosigned
    FileError : the disk is full
    """
    record.settings.person(publisher.verifier)
    with record.store.read() as connection:
        now = standing(connection, release)
    begun = is_interrupted(record, now)
    if now.state != "approved" and not begun:
        raise RecordError.all_of([state_problem(now, "approved")])
    with one_at_a_time(record):
        if not begun:
            # Others may have been published since its review: together they must not tell what each of them hides.
            check_leaks(leaks_of(record, now, submitted(record, now)[0]))
        return publish(record, release, publisher, log_signers, words, at)


def is_interrupted(record: Record, now: Standing) -> bool:
    """Tell whether a release counts as published while its folder is not complete."""
    return now.manifest is not None and not record.release(now.id).exists()


@contextmanager
def one_at_a_time(record: Record) -> Iterator[None]:
    """Let one process publish at a time: what the attacker has gone over is then all that there is.

    Raises
    ------
    RecordError : another one publishes for longer than half a minute
    FileError : the folder cannot be written
    """
    lock = record.folder / ".publishing"
    try:
        lock.mkdir(exist_ok=True)
    except OSError as error:
        raise FileError("file.not_writable", path=lock, reason=error.strerror or str(error)) from error
    with only_writer(lock):
        yield
