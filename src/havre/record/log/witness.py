"""A witness: cosigns the checkpoint of a log if it extends the last one that it saw, and never two that contradict.

Reference: C2SP, Transparency Log Witness Protocol, https://c2sp.org/tlog-witness
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from havre.errors import FileError, RecordError
from havre.record.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from havre.record.log.cosignature import cosign, seen_at, with_cosignatures, witness_of
from havre.record.log.keys import Signer
from havre.record.log.merkle import HASH_SIZE, is_consistent
from havre.record.log.notes import Note, Verifies, decimal, decoded, parse_note
from havre.record.log.writing import durable, only_writer

LARGEST_REQUEST = 16_384
MOST_HASHES = 63
SIZE_TYPE = "text/x.tlog.size"
TEXT = "text/plain; charset=utf-8"
_LOGS = '{"example.org/log": ["example.org/log+1a2b3c4d+AY…"]}'
"""How the file looks that tells a witness which logs it knows."""


@dataclass(frozen=True)
class Answer:
    """What a witness answers: HTTP status, body, content type."""

    status: int
    body: bytes = b""
    content_type: str = TEXT


@dataclass(frozen=True)
class Request:
    """What a log asks: to cosign a checkpoint that extends the one of size ``old``."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """Write the body of the request."""
        lines = [f"old {self.old}", *(base64.b64encode(part).decode("ascii") for part in self.proof)]
        return ("\n".join(lines) + "\n\n").encode("ascii") + self.checkpoint


def parse_request(body: bytes) -> Request:
    """Read the body of a request strictly.

    Raises
    ------
    RecordError : it is none
    """
    head, gap, checkpoint = body.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise RecordError("record.log.proof", where="request", reason="not ASCII") from error
    old = decimal(lines[0].removeprefix("old "))
    if not gap or not lines[0].startswith("old ") or old is None:
        raise RecordError("record.log.proof", where="request", reason="expected “old N”")
    proof = tuple(decoded(line, "request") for line in lines[1:])
    if len(proof) > MOST_HASHES or any(len(part) != HASH_SIZE for part in proof):
        raise RecordError("record.log.proof", where="request", reason="hashes")
    return Request(old, proof, checkpoint)


class Witness:
    """A witness with its memory in a folder: one file for each log, with the last cosigned checkpoint.

    Parameters
    ----------
    logs : keys that may sign for each log, by the name of the log
    """

    def __init__(self, folder: Path, signer: Signer, logs: Mapping[str, Sequence[Verifies]]) -> None:
        self._folder, self._signer, self._logs = folder, signer, logs
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError("file.not_writable", path=folder, reason=error.strerror or str(error)) from error

    def add_checkpoint(self, body: bytes, at: datetime) -> Answer:
        """Answer the request ``add-checkpoint``.

        What was cosigned is on the disk before the answer is given, so that after a crash nothing else is cosigned.
        200: cosignature; 400: no such request; 403: not signed by a key of the log; 404: the log is not known;
        409: the last size that was seen, where the request begins at another one or shows another root for it; 422:
        the proof does not hold. A clock that went back since makes no earlier cosignature of a larger log: then the
        time of the last one stands.

        Raises
        ------
        RecordError : what the witness remembers is damaged, so that it cosigns nothing
        FileError : its memory cannot be read or written
        """
        try:
            request = parse_request(body)
            note = parse_note(request.checkpoint)
            checkpoint = parse_checkpoint(note.text)
        except RecordError as error:
            return Answer(400, f"{error}\n".encode())
        if checkpoint.origin not in self._logs:
            return Answer(404, b"this log is not known here\n")
        try:
            open_checkpoint(request.checkpoint, self._logs[checkpoint.origin])
        except RecordError as error:
            return Answer(403, f"{error}\n".encode())
        if request.old > checkpoint.size:
            return Answer(400, b"old is larger than the checkpoint\n")
        with only_writer(self._folder):
            return self._judged(request, checkpoint, at)

    def _judged(self, request: Request, checkpoint: Checkpoint, at: datetime) -> Answer:
        before = self._remembered(checkpoint.origin)
        known = None if before is None else parse_checkpoint(before.text)
        size = 0 if known is None else known.size
        if request.old != size or (known is not None and checkpoint.size == size and checkpoint.root != known.root):
            return Answer(409, f"{size}\n".encode(), SIZE_TYPE)
        if known is None:
            holds = not request.proof
        else:
            holds = is_consistent(size, checkpoint.size, known.root, checkpoint.root, request.proof)
        if not holds:
            return Answer(422, b"the proof does not show that the log was only appended to\n")
        signature = cosign(checkpoint.text, self._signer, max([at, *self._times(before)]))
        cosigned = with_cosignatures(parse_note(request.checkpoint), [signature])
        path = self._path(checkpoint.origin)
        try:
            durable(path, cosigned.encode())
        except OSError as error:
            raise FileError("file.not_writable", path=path, reason=error.strerror or str(error)) from error
        return Answer(200, signature.line.encode("utf-8"))

    def last(self, origin: str) -> Checkpoint | None:
        """Give the last checkpoint of a log that was cosigned.

        Raises
        ------
        RecordError : the memory of the witness is damaged
        """
        note = self._remembered(origin)
        return None if note is None else parse_checkpoint(note.text)

    def _remembered(self, origin: str) -> Note | None:
        """Read the last cosigned checkpoint of a log; it must be as this witness signed it."""
        path = self._path(origin)
        data = self.cosigned(path.name)
        if data is None:
            return None
        return open_checkpoint(data, [witness_of(self._signer)], origin, str(path))[1]

    def _times(self, note: Note | None) -> list[datetime]:
        own = witness_of(self._signer)
        signatures = () if note is None else note.signatures
        return [seen_at(each) for each in signatures if (each.name, each.key_id) == (own.name, own.key_id)]

    def cosigned(self, origin_hash: str) -> bytes | None:
        """Give the last cosigned checkpoint by the SHA-256 of the log's name in hexadecimal, for whoever asks.

        Raises
        ------
        FileError : the memory cannot be read
        """
        if len(origin_hash) != 64 or not set(origin_hash) <= set("0123456789abcdef"):
            return None
        try:
            return (self._folder / origin_hash).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            path, reason = self._folder / origin_hash, error.strerror or str(error)
            raise FileError("file.damaged", path=path, expected="checkpoint", reason=reason) from error

    def _path(self, origin: str) -> Path:
        return self._folder / sha256(origin.encode("utf-8")).hexdigest()


def read_logs(text: str) -> dict[str, list[str]]:
    """Read which logs a witness knows: JSON that maps the name of each log to the texts of its public keys.

    Raises
    ------
    RecordError : it is not of that form
    """
    try:
        told = json.loads(text)
    except ValueError as error:
        raise RecordError("record.log.logs", example=_LOGS) from error
    if not isinstance(told, dict) or not all(
        isinstance(keys, list) and keys and all(isinstance(key, str) for key in keys) for keys in told.values()
    ):
        raise RecordError("record.log.logs", example=_LOGS)
    return told
