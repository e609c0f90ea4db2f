"""Cosignatures: a witness signs a checkpoint with the time at which it saw it.

Reference: C2SP, Transparency Log Cosignatures, https://c2sp.org/tlog-cosignature (``cosignature/v1``).
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from havre.errors import RecordError
from havre.record.log.keys import ED25519, Signer
from havre.record.log.notes import Note, Signature, decoded, is_key_name, key_id

KIND = 4
_TIME_BYTES = 8
LATEST = 253_402_300_799
"""The end of the year 9999: no clock shows a later time, and no cosignature tells one."""


@dataclass(frozen=True)
class Witness:
    """The public key of a witness."""

    name: str
    key: bytes

    @property
    def key_id(self) -> bytes:
        """First four bytes of the hash of name and key."""
        return key_id(self.name, KIND, self.key)

    @property
    def text(self) -> str:
        """The key as one line: name, id and key."""
        tagged = base64.b64encode(bytes([KIND]) + self.key).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{tagged}"

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Tell whether this witness signed the text of a checkpoint, at the time that stands in the signature."""
        if len(signature) != _TIME_BYTES + 64:
            return False
        seconds = int.from_bytes(signature[:_TIME_BYTES], "big")
        if seconds > LATEST:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature[_TIME_BYTES:], _message(seconds, text))
        except InvalidSignature:
            return False
        return True


def witness_of(signer: Signer) -> Witness:
    """Give the public key of a witness that signs with this key."""
    return Witness(signer.name, signer.verifier.key)


def parse_witness(text: str) -> Witness:
    """Read the public key of a witness.

    Raises
    ------
    RecordError : it is none; where it is the key of a signer, that is told
    """
    parts = text.strip().split("+", 2)
    if len(parts) == 3 and is_key_name(parts[0]):
        tagged = decoded(parts[2], "key")
        if len(tagged) == 33 and tagged[0] == ED25519:
            raise RecordError("record.key.signer_for_witness", text=text[:120])
        witness = Witness(parts[0], tagged[1:])
        if len(tagged) == 33 and tagged[0] == KIND and witness.key_id.hex() == parts[1]:
            return witness
    raise RecordError("record.key.witness", text=text[:120])


def parse_witness_at(text: str) -> tuple[Witness, str]:
    """Read a witness as ``havre witness serve`` prints it: public key and address, joined by ``=``.

    Returns
    -------
    Witness : its public key
    str : its address, empty where there is none

    Raises
    ------
    RecordError : the key is none
    """
    # A key ends in base64, which may hold equal signs itself.
    key, mark, rest = text.strip().partition("=http")
    return parse_witness(key), f"http{rest}" if mark else ""


def cosign(text: str, signer: Signer, at: datetime) -> Signature:
    """Cosign the text of a checkpoint.

    Parameters
    ----------
    at : when it was seen; whole seconds count
    """
    seconds = int(at.timestamp())
    value = seconds.to_bytes(_TIME_BYTES, "big") + signer.sign(_message(seconds, text.encode("utf-8")))
    witness = witness_of(signer)
    return Signature(witness.name, witness.key_id, value)


def seen_at(signature: Signature) -> datetime:
    """Give the time that a cosignature tells."""
    return datetime.fromtimestamp(int.from_bytes(signature.value[:_TIME_BYTES], "big"), UTC)


def with_cosignatures(note: Note, signatures: list[Signature]) -> Note:
    """Put cosignatures under a checkpoint; one of each witness, the new one in the place of an old one."""
    fresh = {(each.name, each.key_id): each for each in signatures}
    kept = tuple(each for each in note.signatures if (each.name, each.key_id) not in fresh)
    return Note(note.text, kept + tuple(fresh.values()))


def _message(seconds: int, text: bytes) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n".encode("ascii") + text
