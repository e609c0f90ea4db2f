"""Signed notes: a text, an empty line, and a line for each signature.

Reference: C2SP, Note Signature Format, https://c2sp.org/signed-note
"""

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from havre.errors import RecordError

LARGEST = 1_000_000
"""Bytes of a note."""
MOST_SIGNATURES = 100
DASH = "—"


class Signs(Protocol):
    """Whoever can sign a note."""

    @property
    def name(self) -> str:
        """Name of the key."""

    @property
    def key_id(self) -> bytes:
        """First four bytes of the hash of name and key."""

    def note_signature(self, text: bytes) -> bytes:
        """Sign the text of a note."""


class Verifies(Protocol):
    """Whoever can check a signature of a note."""

    @property
    def name(self) -> str:
        """Name of the key."""

    @property
    def key_id(self) -> bytes:
        """First four bytes of the hash of name and key."""

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Tell whether this key signed the text."""


@dataclass(frozen=True)
class Signature:
    """One line under a note: whose key, its id, and the signature itself."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note, with its end."""
        return f"{DASH} {self.name} {base64.b64encode(self.key_id + self.value).decode('ascii')}\n"


@dataclass(frozen=True)
class Note:
    """A text that ends with a newline, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """Write the note."""
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode("utf-8")

    def signed_by(self, verifiers: Iterable[Verifies]) -> list[Verifies]:
        """Give those whose signature stands under the note and is right.

        Raises
        ------
        RecordError : a signature by one of the keys is wrong: who forges or damages one cannot pass it off as none
        """
        found = []
        for verifier in verifiers:
            own = [each for each in self.signatures if (each.name, each.key_id) == (verifier.name, verifier.key_id)]
            for signature in own:
                if not verifier.verifies(self.text.encode("utf-8"), signature.value):
                    raise RecordError("record.log.signature", name=verifier.name)
            if own:
                found.append(verifier)
        return found


def key_id(name: str, kind: int, key: bytes) -> bytes:
    """Give the id of a key: the first four bytes of SHA-256 of name, newline, kind of signature, and key.

    ``kind`` is 1 for Ed25519 and 4 for a cosignature of a witness.
    """
    return sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + key).digest()[:4]


def sign_note(text: str, signers: Sequence[Signs]) -> Note:
    """Sign a text with several keys.

    Raises
    ------
    RecordError : the text does not end with a newline, is empty, or holds control characters; or nobody signs
    """
    _check_text(text)
    if not signers:
        raise RecordError("record.log.nobody_signs")
    body = text.encode("utf-8")
    return Note(text, tuple(Signature(each.name, each.key_id, each.note_signature(body)) for each in signers))


def parse_note(data: bytes, where: str = "note") -> Note:
    """Read a note strictly: what is read is written back with the same bytes.

    Raises
    ------
    RecordError : it is not a signed note
    """
    if len(data) > LARGEST:
        raise RecordError("record.log.note", where=where, reason=f"> {LARGEST} B")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError("record.log.note", where=where, reason="not UTF-8") from error
    text, gap, below = whole.rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise RecordError("record.log.note", where=where, reason="no signatures under an empty line")
    text += "\n"
    _check_text(text, where)
    signatures = tuple(parse_signature(line, where) for line in below[:-1].split("\n"))
    if len(signatures) > MOST_SIGNATURES:
        raise RecordError("record.log.note", where=where, reason=f"> {MOST_SIGNATURES} signatures")
    note = Note(text, signatures)
    if note.encode() != data:
        raise RecordError("record.log.note", where=where, reason="not written the only way there is")
    return note


def parse_signature(line: str, where: str = "note") -> Signature:
    """Read the line of a signature.

    Raises
    ------
    RecordError : it is none
    """
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH or not is_key_name(parts[1]):
        raise RecordError("record.log.note", where=where, reason=f"signature line “{line[:80]}”")
    value = decoded(parts[2], where)
    if len(value) < 5:
        raise RecordError("record.log.note", where=where, reason=f"signature of {parts[1]} is too short")
    return Signature(parts[1], value[:4], value[4:])


def decoded(text: str, where: str) -> bytes:
    """Read base64 that is written the only way there is.

    Raises
    ------
    RecordError : it is not base64, or could be written otherwise
    """
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RecordError("record.log.note", where=where, reason=f"base64 “{text[:80]}”") from error
    if base64.b64encode(value).decode("ascii") != text:
        raise RecordError("record.log.note", where=where, reason=f"base64 “{text[:80]}”")
    return value


def decimal(text: str) -> int | None:
    """Read a number of up to 18 digits that is written the only way there is; ``None`` where it is not.

    Examples
    --------
    >>> decimal("0"), decimal("409"), decimal("007"), decimal("²"), decimal("")
    (0, 409, None, None, None)
    """
    if not text.isascii() or not text.isdecimal() or len(text) > 18 or (text[0] == "0" and text != "0"):
        return None
    return int(text)


def is_key_name(name: str) -> bool:
    """Tell whether a key may have this name: something, without spaces, plus signs or control characters."""
    return bool(name) and not any(each.isspace() or each == "+" or not each.isprintable() for each in name)


def _check_text(text: str, where: str = "note") -> None:
    if not text.strip("\n") or not text.endswith("\n"):
        raise RecordError("record.log.note", where=where, reason="the text is empty or does not end with a newline")
    # Half of a surrogate pair cannot be written as UTF-8.
    if any((each < " " and each != "\n") or each == "\x7f" or "\ud800" <= each <= "\udfff" for each in text):
        raise RecordError("record.log.note", where=where, reason="control characters")
