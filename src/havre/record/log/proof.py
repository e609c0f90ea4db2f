"""A proof that an entry is in a log, to be checked offline with nothing but the entry, the proof and a public key.

Layout: ``havre-log-proof/1``, a line ``index N``, one line of base64 for each hash of the audit path, an empty line,
and the signed checkpoint as it is. After C2SP's tlog-proof, https://c2sp.org/tlog-proof
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from havre.errors import RecordError
from havre.record.log.checkpoint import Checkpoint, open_checkpoint
from havre.record.log.cosignature import Witness
from havre.record.log.folder import Log
from havre.record.log.merkle import HASH_SIZE, is_included, leaf_hash
from havre.record.log.notes import Verifies, decimal, decoded, parse_note

FORMAT = "havre-log-proof/1"


@dataclass(frozen=True)
class Proof:
    """Where an entry stands in the log, the audit path, and the signed checkpoint that it leads to."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """Write it."""
        lines = [FORMAT, f"index {self.index}", *(base64.b64encode(part).decode("ascii") for part in self.path)]
        return ("\n".join(lines) + "\n\n").encode("ascii") + self.checkpoint


@dataclass(frozen=True)
class Shown:
    """What a proof shows: the checkpoint, who signed it, and which of the asked witnesses cosigned it."""

    checkpoint: Checkpoint
    index: int
    signed_by: tuple[str, ...]
    witnesses: tuple[str, ...]


def prove(log: Log, index: int) -> Proof:
    """Make the proof of an entry against the present checkpoint of a log.

    Raises
    ------
    RecordError : there is no such entry, or a tile is missing
    """
    note = log.checkpoint
    size = int(parse_note(note).text.split("\n")[1])
    return Proof(index, log.inclusion_proof(index, size), note)


def parse_proof(data: bytes, where: str = "proof") -> Proof:
    """Read a proof strictly: written again it has the same bytes.

    Raises
    ------
    RecordError : it is none
    """
    head, gap, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise RecordError("record.log.proof", where=where, reason="not ASCII") from error
    number = lines[1].removeprefix("index ") if len(lines) > 1 else ""
    index = decimal(number)
    if not gap or lines[0] != FORMAT or index is None:
        raise RecordError("record.log.proof", where=where, reason=f"expected {FORMAT}, “index N”")
    path = tuple(decoded(line, where) for line in lines[2:])
    parse_note(checkpoint, where)
    proof = Proof(index, path, checkpoint)
    if proof.encode() != data or any(len(part) != HASH_SIZE for part in path):
        raise RecordError("record.log.proof", where=where, reason="not written the only way there is")
    return proof


def check_proof(
    entry: bytes,
    proof: Proof,
    keys: Sequence[Verifies],
    *,
    witnesses: Sequence[Witness] = (),
    needed: int = 0,
    origin: str | None = None,
    where: str = "proof",
) -> Shown:
    """Check that an entry is in a log.

    Parameters
    ----------
    keys : public keys of the log; one of them must have signed
    witnesses : public keys of witnesses that are trusted
    needed : how many of these must have cosigned
    origin : name that the log must have

    Raises
    ------
    RecordError : a signature is wrong or missing, the proof is of another entry, or too few witnesses cosigned
    """
    checkpoint, note = open_checkpoint(proof.checkpoint, keys, origin, where)
    if not is_included(leaf_hash(entry), proof.index, checkpoint.size, proof.path, checkpoint.root):
        raise RecordError("record.log.not_included", origin=checkpoint.origin)
    seen = note.signed_by(witnesses)
    # However often a key is listed, and under however many names, it is one witness.
    found = len({each.key for each in witnesses if each in seen})
    if found < needed:
        raise RecordError("record.log.few_witnesses", asked=len(witnesses), found=found, needed=needed, reasons="")
    names = tuple(each.name for each in note.signed_by(keys))
    return Shown(checkpoint, proof.index, names, tuple(each.name for each in seen))
