"""Checkpoints: what a log says of itself at some moment, signed.

Reference: C2SP, Transparency Log Checkpoints, https://c2sp.org/tlog-checkpoint
"""

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from havre.errors import RecordError
from havre.record.log.merkle import HASH_SIZE
from havre.record.log.notes import Note, decimal, decoded, parse_note, sign_note

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from havre.record.log.notes import Signs, Verifies


@dataclass(frozen=True)
class Checkpoint:
    """Name of the log, how many entries it has, and the root over them; other lines may follow."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode("ascii"), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    def signed(self, signers: "Sequence[Signs]") -> Note:
        """Sign it.

        Raises
        ------
        RecordError : it would not be read as the same checkpoint (a line break in the name), or nobody signs
        """
        if parse_checkpoint(self.text) != self:
            raise RecordError("record.log.checkpoint", where=repr(self.origin), reason="line breaks")
        return sign_note(self.text, signers)


def parse_checkpoint(text: str, where: str = "checkpoint") -> Checkpoint:
    """Read the text of a checkpoint strictly.

    Raises
    ------
    RecordError : it is none
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise RecordError("record.log.checkpoint", where=where, reason="three lines or more, none of them empty")
    origin, size, root, *extensions = lines[:-1]
    number = decimal(size)
    if number is None:
        raise RecordError("record.log.checkpoint", where=where, reason=f"size “{size[:40]}”")
    value = decoded(root, where)
    if len(value) != HASH_SIZE:
        raise RecordError("record.log.checkpoint", where=where, reason="root hash")
    return Checkpoint(origin, number, value, tuple(extensions))


def open_checkpoint(
    data: bytes, verifiers: "Iterable[Verifies]", origin: str | None = None, where: str = "checkpoint"
) -> tuple[Checkpoint, Note]:
    """Read a signed checkpoint, and check that one of the keys signed it.

    Raises
    ------
    RecordError : it is damaged, of another log, or not rightly signed by any of the keys
    """
    known = list(verifiers)
    note = parse_note(data, where)
    checkpoint = parse_checkpoint(note.text, where)
    if origin is not None and checkpoint.origin != origin:
        raise RecordError("record.log.other_log", where=where, found=checkpoint.origin, expected=origin)
    if not note.signed_by(known):
        names = ", ".join(each.name for each in known) or "–"
        raise RecordError("record.log.unsigned", where=where, expected=names)
    return checkpoint, note
