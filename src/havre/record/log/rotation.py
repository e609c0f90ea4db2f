"""How the keys of a log change: each new key is vouched for by one that was valid, in an entry of the log itself.

Who trusts the first key can follow every change, and refuses what is signed only with a key that was revoked.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from havre.errors import HavreError, RecordError
from havre.record.log.checkpoint import Checkpoint, open_checkpoint
from havre.record.log.entries import Entry, parse_entry
from havre.record.log.keys import Signer, Verifier, parse_verifier
from havre.record.log.notes import decoded

ADDED, REVOKED = "key_added", "key_revoked"
LOG_ROLE = "log"


@dataclass(frozen=True)
class KeySpan:
    """A key of the log, and at which sizes of the log it may sign: from ``first`` up to, not including, ``end``."""

    key: Verifier
    first: int
    end: int | None = None

    def holds(self, size: int) -> bool:
        """Tell whether the key may sign a checkpoint of this size."""
        return self.first <= size and (self.end is None or size < self.end)


def key_entry(kind: str, origin: str, key: Verifier, voucher: Signer, at: datetime) -> Entry:
    """Make the entry by which a key is added to those of a log, or revoked.

    Parameters
    ----------
    kind : ``key_added`` or ``key_revoked``
    origin : name of the log
    voucher : a key that is valid at that time
    """
    signature = base64.b64encode(voucher.sign(_statement(kind, origin, key.text))).decode("ascii")
    body = {"role": LOG_ROLE, "key": key.text, "voucher": voucher.verifier.text, "signature": signature}
    return Entry(kind, at, origin, f"{kind}-{key.key_id.hex()}-{at:%Y%m%dT%H%M%SZ}", body)


def key_history(entries: Iterable[bytes], first: Verifier, origin: str) -> tuple[KeySpan, ...]:
    """Follow the keys of a log through its entries, from a first key that is trusted.

    Entries that change keys and are not vouched for by a key valid at that place are refused.

    Raises
    ------
    RecordError : a change of keys is not rightly vouched for; the message tells the number of the entry
    """
    spans = [KeySpan(first, 0)]
    for index, data in enumerate(entries):
        if b'"key_added"' in data or b'"key_revoked"' in data:
            entry = parse_entry(data, f"entry {index}")
            if entry.kind in (ADDED, REVOKED) and entry.body.get("role") == LOG_ROLE:
                spans = _changed(spans, entry, index, origin)
    return tuple(spans)


def check_signed(data: bytes, spans: Sequence[KeySpan], origin: str, where: str = "checkpoint") -> Checkpoint:
    """Check that a checkpoint is signed with a key that was valid at its size.

    Raises
    ------
    RecordError : it is not, or it is damaged or of another log
    """
    checkpoint, note = open_checkpoint(data, [span.key for span in spans], origin, where)
    valid = [span.key for span in spans if span.holds(checkpoint.size)]
    if not note.signed_by(valid):
        names = ", ".join(each.name for each in note.signed_by([span.key for span in spans]))
        raise RecordError("record.log.revoked", where=where, size=checkpoint.size, names=names)
    return checkpoint


def _changed(spans: list[KeySpan], entry: Entry, index: int, origin: str) -> list[KeySpan]:
    body: Mapping[str, Any] = entry.body
    try:
        key, voucher = parse_verifier(body["key"]), parse_verifier(body["voucher"])
        signature = decoded(body["signature"], f"entry {index}")
    except (HavreError, KeyError, AttributeError) as error:
        raise RecordError("record.log.entry", reason=f"entry {index}: {error}") from error
    valid = any(span.key == voucher and span.holds(index) for span in spans)
    if not valid or not voucher.verifies(_statement(entry.kind, origin, key.text), signature):
        raise RecordError("record.log.signature", name=f"{voucher.name} (entry {index})")
    if entry.kind == ADDED:
        # The checkpoint with this entry may be signed with the new key already.
        return [*spans, KeySpan(key, index + 1)]
    return [
        KeySpan(span.key, span.first, index + 1) if span.key == key and span.end is None else span for span in spans
    ]


def _statement(kind: str, origin: str, key: str) -> bytes:
    return f"havre-key/1\n{kind}\n{origin}\n{key}\n".encode()
