"""Reaches logs and witnesses over HTTP: the only module of the log that does."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request as Call
from urllib.request import urlopen

from havre.errors import HavreError, RecordError
from havre.record.log.checkpoint import open_checkpoint
from havre.record.log.cosignature import Witness, with_cosignatures
from havre.record.log.folder import Log
from havre.record.log.notes import Note, Signature, Verifies, decimal, parse_note, parse_signature
from havre.record.log.reading import Fetch, folder_files
from havre.record.log.witness import LARGEST_REQUEST, SIZE_TYPE, Request

SECONDS = 10.0
"""How long a server may be silent."""
MOST_SECONDS = 60.0
"""How long a request may take in all: a server that sends a byte now and then holds nobody up for longer."""
MOST_ASKED = 2
"""How often a witness is asked for one checkpoint: a second time if it tells another size that it saw last."""
LARGEST_FILE = 20_000_000


@dataclass(frozen=True)
class KnownWitness:
    """A witness: its public key, and where it is reached."""

    key: Witness
    address: str


def files_at(address: str) -> Fetch:
    """Give the files of a log in a folder, or under an address that begins with http.

    Raises
    ------
    RecordError : while reading, where the server cannot be reached
    """
    if not address.lower().startswith(("http://", "https://")):
        return folder_files(Path(address))

    def fetch(path: str) -> bytes | None:
        try:
            return _called(f"{address.rstrip('/')}/{path}")
        except _RefusedError as error:
            if error.code in (404, 410):
                return None
            raise RecordError("record.log.address", address=address, reason=str(error.code)) from error

    return fetch


def last_seen(witness: KnownWitness, origin: str) -> bytes | None:
    """Ask a witness for the last checkpoint of a log that it cosigned; ``None`` where it knows none.

    Raises
    ------
    RecordError : it cannot be reached
    """
    return files_at(witness.address)(f"checkpoint/{sha256(origin.encode('utf-8')).hexdigest()}")


def ask_witnesses(log: Log, keys: Sequence[Verifies], witnesses: Sequence[KnownWitness], needed: int) -> Note:
    """Ask witnesses to cosign the present checkpoint of a log, and keep it with their cosignatures.

    Parameters
    ----------
    keys : public keys of the log
    needed : how many must cosign

    Returns
    -------
    Note : the checkpoint with all cosignatures

    Raises
    ------
    RecordError : too few cosigned; the message tells what each of the others answered. What was gathered is kept
    """
    data = log.checkpoint
    checkpoint, note = open_checkpoint(data, keys)
    gathered: list[Signature] = []
    cosigners: set[bytes] = set()
    reasons: list[str] = []
    for witness in witnesses:
        try:
            gathered.append(_cosignature(log, witness, data, checkpoint.size))
            cosigners.add(witness.key.key)
        except HavreError as error:
            reasons.append(f"{witness.key.name}: {error}")
    cosigned = with_cosignatures(note, gathered)
    if gathered:
        log.keep_cosignatures(cosigned, keys)
    # A key that is listed twice is one witness.
    if len(cosigners) < needed:
        raise RecordError(
            "record.log.few_witnesses",
            asked=len(witnesses),
            found=len(cosigners),
            needed=needed,
            reasons="; ".join(reasons),
        )
    return cosigned


def _cosignature(log: Log, witness: KnownWitness, checkpoint: bytes, size: int) -> Signature:
    """Get the cosignature of a witness; where it saw another size last, prove from there."""
    old = 0
    for _ in range(MOST_ASKED):
        proof = log.consistency_proof(old, size)
        try:
            told = _called(f"{witness.address.rstrip('/')}/add-checkpoint", Request(old, proof, checkpoint).encode())
        except _RefusedError as error:
            seen = decimal(error.body.strip()) if (error.code, error.kind) == (409, SIZE_TYPE) else None
            if seen is None or seen == old or seen > size:
                reason = f"{error.code} {error.body.strip()[:200]}"
                raise RecordError("record.log.address", address=witness.address, reason=reason) from error
            old = seen
            continue
        return _checked(told, witness, checkpoint)
    raise RecordError("record.log.address", address=witness.address, reason="409")


def _checked(told: bytes, witness: KnownWitness, checkpoint: bytes) -> Signature:
    """Find the witness's own, right cosignature in its answer."""
    text = parse_note(checkpoint).text
    try:
        lines = told.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise RecordError("record.log.address", address=witness.address, reason="not UTF-8") from error
    for line in lines:
        signature = parse_signature(line, witness.address)
        found = Note(text, (signature,)).signed_by([witness.key])
        if found:
            return signature
    raise RecordError("record.log.unsigned", where=witness.address, expected=witness.key.name)


class _RefusedError(Exception):
    """A server answered with a status that is not 200."""

    def __init__(self, code: int, kind: str, body: str) -> None:
        super().__init__(f"{code} {body}")
        self.code, self.kind, self.body = code, kind, body


def _called(address: str, body: bytes | None = None) -> bytes:
    """Ask a server, for a bounded time.

    Raises
    ------
    _RefusedError : it answered with another status than 200
    RecordError : it cannot be reached, answers nothing that is HTTP or too much, or takes too long
    """
    answered: SimpleQueue[bytes | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answered.put(_asked(address, body))
        except Exception as error:  # told below, by the thread that waits
            answered.put(error)

    # A thread, since the time limit of a socket begins anew with every byte; it ends with the process.
    Thread(target=ask, daemon=True).start()
    try:
        told = answered.get(timeout=MOST_SECONDS)
    except Empty as error:
        raise RecordError("record.log.address", address=address, reason=f"> {MOST_SECONDS:.0f} s") from error
    if isinstance(told, HTTPException | OSError | ValueError):
        reason = str(getattr(told, "reason", None) or told) or type(told).__name__
        raise RecordError("record.log.address", address=address, reason=reason) from told
    if isinstance(told, Exception):
        raise told
    return told


def _asked(address: str, body: bytes | None) -> bytes:
    if urlsplit(address).scheme not in ("http", "https"):
        raise RecordError("record.log.address", address=address, reason="http, https")
    try:
        with urlopen(Call(address, data=body), timeout=SECONDS) as answer:  # noqa: S310 - the scheme was looked at
            content: bytes = answer.read(LARGEST_FILE + 1)
            missing = answer.length
    except HTTPError as error:
        with error:
            told = error.read(LARGEST_REQUEST).decode("utf-8", "replace")
        raise _RefusedError(error.code, error.headers.get_content_type(), told) from error
    if len(content) > LARGEST_FILE:
        raise RecordError("record.log.address", address=address, reason=f"> {LARGEST_FILE} B")
    if missing:
        raise RecordError("record.log.address", address=address, reason=f"− {missing} B")
    return content
