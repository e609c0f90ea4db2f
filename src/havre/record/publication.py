"""Publishes an approved release: its folder, its entries in the log, and the proof that they are there.

A crash at any moment leaves either an approved release, or a published one that :func:`finish` completes: the folder is
on the disk before the store says that it is published, and takes its name once the proof lies in it.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from havre.errors import FileError, Problem, RecordError, check_none
from havre.record.draft import read_draft
from havre.record.explained_draft import check_beside
from havre.record.explanation_page import reviewed_pages
from havre.record.folder import MANIFEST, manifest_bytes, release_files, write_files
from havre.record.frozen import forecast_files
from havre.record.log.cosignature import Witness
from havre.record.log.entries import parse_entry
from havre.record.log.folder import Log
from havre.record.log.keys import Signer, parse_verifier
from havre.record.log.network import KnownWitness, ask_witnesses
from havre.record.log.notes import Note, parse_note
from havre.record.log.proof import prove
from havre.record.review import all_standing, mark_published, published_id, reviewed, standing
from havre.record.reviewed import Reviewed
from havre.record.settings import RecordSettings, read_settings, write_settings
from havre.record.store.database import Store, open_store
from havre.record.store.outbox import flush, log_index
from havre.record.store.schema import OUTBOX
from havre.texts import Language
from havre.whole_files import write_whole

ENTRY, PROOF, WITNESSES = "log-entry.json", "log-proof.txt", "log-witnesses.txt"
BESIDE = (MANIFEST, ENTRY, PROOF, WITNESSES)
"""Files of a release that its manifest does not list: it, and what proves it."""
DRAFTS, RELEASES, LOG = "drafts", "releases", "log"


@dataclass(frozen=True)
class Words:
    """What a report needs from other rooms: names of measures, and a sentence on each model."""

    measure_names: Mapping[str, Mapping[Language, str]]
    model_descriptions: Mapping[str, str]


@dataclass(frozen=True)
class Record:
    """A record: its folder, settings, store and log."""

    folder: Path
    settings: RecordSettings
    store: Store
    log: Log

    def draft(self, release: str) -> Path:
        """Where the draft of a release is."""
        return self.folder / DRAFTS / release

    def release(self, release: str) -> Path:
        """Where a published release is."""
        return self.folder / RELEASES / release

    def flush(self, log_signers: Sequence[Signer]) -> int:
        """Append to the log what waits for it; give how many entries."""
        return flush(self.store, self.log, log_signers, self.settings.log_keys)


def create_record(folder: Path, origin: str, log_key: Signer, people: Sequence[Signer], address: str | None) -> None:
    """Make a record in a folder: settings, log and store.

    Raises
    ------
    RecordError : there is one already
    FileError : it cannot be written
    """
    Log.create(folder / LOG, origin, [log_key])
    settings = RecordSettings(origin, (log_key.verifier,), tuple(each.verifier for each in people))
    write_settings(folder, settings)
    open_store(folder, address).close()


@contextmanager
def open_record(folder: Path, address: str | None = None) -> Iterator[Record]:
    """Open a record.

    Parameters
    ----------
    address : of a PostgreSQL, ``None`` for SQLite in the folder

    Raises
    ------
    FileError : there is no record in the folder
    RecordError : something of it is damaged
    """
    settings = read_settings(folder)
    store = open_store(folder, address)
    try:
        yield Record(folder, settings, store, Log.open(folder / LOG))
    finally:
        store.close()


def publish(
    record: Record, release: str, publisher: Signer, log_signers: Sequence[Signer], words: Words, at: datetime
) -> Path:
    """Publish an approved release.

    Returns
    -------
    Path : its folder

    Raises
    ------
    RecordError : it is not approved, or by somebody who may not act; its draft was changed since, explanations do not
        fit it, the publisher may not act, no key of the log signs, or too few witnesses cosigned (it is published then;
        :func:`finish` asks them again)
    FileError : the disk is full
    """
    record.settings.person(publisher.verifier)
    with record.store.read() as connection:
        now = standing(connection, release)
        review = reviewed(connection, release)
        _check_reviewer(connection, record.settings, review)
    if now.state == "approved":
        _check_log_signers(record.settings, log_signers)
        drafted, further = read_draft(record.draft(release), now.draft)
        check_beside(further, drafted, words.measure_names)
        whole = replace(drafted, review=review)
        told = {} if review is None else reviewed_pages(further, words.measure_names, review.as_dict())
        files = {**dict(release_files(whole, words.measure_names, words.model_descriptions)), **further, **told}
        digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
        manifest = manifest_bytes(whole, digests)
        shutil.rmtree(_ready(record, release), ignore_errors=True)
        write_files(_ready(record, release), {**files, MANIFEST: manifest}.items())
        digest = hashlib.sha256(manifest).hexdigest()
        with record.store.change() as connection:
            mark_published(connection, release, digest, forecast_files(digests), publisher, at)
    finish(record, log_signers)
    return record.release(release)


def _check_reviewer(connection: Connection, settings: RecordSettings, review: Reviewed) -> None:
    """Check that who approved may act, or could at that time.

    Raises
    ------
    RecordError : it is another key, whatever its name
    """
    reviewer = parse_verifier(review.verifier)
    if reviewer in settings.people:
        return
    rows = connection.execute(select(OUTBOX.c.data).order_by(OUTBOX.c.number)).scalars()
    entries = (parse_entry(bytes(data)) for data in rows if b'"kind":"key_revoked"' in bytes(data))
    revoked = [
        each.at for each in entries if (each.body.get("key"), each.body.get("role")) == (reviewer.text, "person")
    ]
    if not any(at >= review.reviewed_at for at in revoked):
        settings.person(reviewer)


def _check_log_signers(settings: RecordSettings, signers: Sequence[Signer]) -> None:
    """Check, before anything is decided, that a key of the log is at hand.

    Raises
    ------
    RecordError : none of them signs this log
    """
    if signers and not any(each.verifier in settings.log_keys for each in signers):
        raise RecordError(
            "record.settings.not_known", name=", ".join(each.name for each in signers), file=settings.file
        )


def finish(record: Record, log_signers: Sequence[Signer]) -> list[str]:
    """Complete what a crash interrupted: entries that wait for the log, and releases without their proof.

    Returns
    -------
    list : releases that have their folder now

    Raises
    ------
    RecordError : a prepared folder was changed or lost, or too few witnesses cosigned
    """
    record.flush(log_signers)
    with record.store.read() as connection:
        published = [each for each in all_standing(connection) if each.manifest is not None]
        indexes = {each.id: log_index(connection, published_id(each.id)) for each in published}
    waiting = [each for each in published if not record.release(each.id).exists()]
    if waiting:
        _cosigned(record)
    for each in waiting:
        ready = _ready(record, each.id)
        manifest = ready / MANIFEST
        if not manifest.is_file() or hashlib.sha256(manifest.read_bytes()).hexdigest() != each.manifest:
            raise RecordError("record.publication.lost", path=ready, release=each.id)
        # It may have waited for long: nothing of it may have changed since.
        listed = json.loads(manifest.read_bytes())["files"]
        wrong = [
            name
            for name, digest in listed.items()
            if not (ready / name).is_file() or hashlib.sha256((ready / name).read_bytes()).hexdigest() != digest
        ]
        check_none([Problem.of("record.publication.lost", path=ready / name, release=each.id) for name in wrong],
                   RecordError)  # fmt: skip
        index = indexes[each.id]
        proof = prove(record.log, index)
        write_whole(ready / ENTRY, record.log.entry(index))
        witnesses = _witnesses_of(parse_note(proof.checkpoint), record.settings)
        write_whole(ready / WITNESSES, "".join(f"{witness.text}\n" for witness in witnesses).encode())
        write_whole(ready / PROOF, proof.encode())
        try:
            ready.rename(record.release(each.id))
        except OSError as error:
            reason = error.strerror or str(error)
            raise FileError("file.not_writable", path=record.release(each.id), reason=reason) from error
    return [each.id for each in waiting]


def _cosigned(record: Record) -> None:
    """Ask the witnesses of the record, where it has any."""
    settings = record.settings
    if settings.witnesses:
        known = [KnownWitness(key, address) for key, address in settings.witnesses]
        ask_witnesses(record.log, settings.log_keys, known, settings.witnesses_needed)


def _witnesses_of(note: Note, settings: RecordSettings) -> list[Witness]:
    keys = [key for key, _ in settings.witnesses]
    return [key for key in keys if note.signed_by([key])]


def _ready(record: Record, release: str) -> Path:
    return record.folder / RELEASES / f".ready-{release}"
