"""How the keys of a log change: each new key is vouched for by one that was valid, in an entry of the log itself.

Who trusts the first key can follow every change, and refuses what is signed only with a key that was revoked. Such a
key stays revoked: an old statement that added it, put into the log once more, changes nothing back.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from havre.errors import HavreError, RecordError
from havre.record.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from havre.record.log.entries import Entry, parse_entry
from havre.record.log.keys import Signer, Verifier, parse_verifier
from havre.record.log.merkle import Growing, is_consistent, leaf_hash
from havre.record.log.notes import decoded, parse_note
from havre.record.log.reading import Fetch, Tree, read_checkpoint

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
    signature = base64.b64encode(voucher.sign(_statement(kind, origin, key.text, at))).decode("ascii")
    body = {"role": LOG_ROLE, "key": key.text, "voucher": voucher.verifier.text, "signature": signature}
    return Entry(kind, at, origin, f"{kind}-{key.key_id.hex()}-{at:%Y%m%dT%H%M%SZ}", body)


def key_history(entries: Iterable[bytes], first: Verifier, origin: str) -> tuple[KeySpan, ...]:
    """Follow the keys of a log through its entries, from a first key that is trusted.

    Entries that change keys and are not vouched for by a key valid at that place are refused, and so is one that adds
    a key which was revoked. Adding one that is valid already changes nothing.

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
    if not note.signed_by(keys_at(spans, checkpoint.size)):
        names = ", ".join(each.name for each in note.signed_by([span.key for span in spans]))
        raise RecordError("record.log.revoked", where=where, size=checkpoint.size, names=names)
    return checkpoint


def follow_log(
    data: bytes, entries: Iterable[bytes], first: Verifier, origin: str, where: str = "checkpoint"
) -> tuple[Checkpoint, tuple[KeySpan, ...]]:
    """Follow a log from its first key to a checkpoint, trusting nothing else: neither its server nor its later keys.

    Parameters
    ----------
    data : the signed checkpoint
    entries : all entries of the log in order, as its server gives them; what stands beyond the checkpoint is not read

    Returns
    -------
    tuple : the checkpoint, and the keys with the sizes at which each may sign

    Raises
    ------
    RecordError : the entries do not have the root of the checkpoint (one may have been left out to hide that a key was
        revoked), a change of keys is not vouched for, or no key that is valid at this size signed
    """
    claimed = parse_checkpoint(parse_note(data, where).text, where)
    grown = Growing()

    def counted() -> Iterator[bytes]:
        for entry in islice(entries, claimed.size):
            grown.add(leaf_hash(entry))
            yield entry

    spans = key_history(counted(), first, origin)
    if (grown.size, grown.root()) != (claimed.size, claimed.root):
        raise RecordError("record.log.not_its_root", path=where, size=claimed.size)
    return check_signed(data, spans, origin, where), spans


@dataclass(frozen=True)
class Followed:
    """A log that was followed from its first key.

    Parameters
    ----------
    note : the bytes of its signed checkpoint
    """

    checkpoint: Checkpoint
    note: bytes
    spans: tuple[KeySpan, ...]
    tree: Tree

    @property
    def keys(self) -> tuple[Verifier, ...]:
        """All keys that ever signed, and those that were revoked before they did."""
        return tuple(span.key for span in self.spans)

    def check_begins_with(self, before: Checkpoint, where: str) -> None:
        """Check that the log begins with a checkpoint.

        Raises
        ------
        RecordError : it does not, or is smaller than the checkpoint, so that it cannot tell
        """
        old, now = before.size, self.checkpoint
        if old > now.size:
            raise RecordError("record.log.behind", where=where, old=old, new=now.size)
        if not is_consistent(old, now.size, before.root, now.root, self.tree.consistency(old)):
            raise RecordError("record.log.forks", origin=now.origin, one=old, other=now.size)


def follow_files(fetch: Fetch, first: Verifier, where: str = "log") -> Followed:
    """Follow a log, wherever it is, from its first key: see :func:`follow_log`. All of its entries are read.

    Raises
    ------
    RecordError : a file is missing or damaged, the entries do not have the root, or no valid key signed
    """
    claimed, note = read_checkpoint(fetch, where)
    tree = Tree(fetch, claimed.size)
    checkpoint, spans = follow_log(note, tree.entries(), first, claimed.origin, where)
    if tree.root() != checkpoint.root:
        raise RecordError("record.log.not_its_root", path=where, size=checkpoint.size)
    return Followed(checkpoint, note, spans, tree)


def keys_at(spans: Sequence[KeySpan], size: int) -> tuple[Verifier, ...]:
    """Give the keys that may sign a checkpoint of this size."""
    return tuple(span.key for span in spans if span.holds(size))


def _changed(spans: list[KeySpan], entry: Entry, index: int, origin: str) -> list[KeySpan]:
    body: Mapping[str, Any] = entry.body
    try:
        key, voucher = parse_verifier(body["key"]), parse_verifier(body["voucher"])
        signature = decoded(body["signature"], f"entry {index}")
    except (HavreError, KeyError, TypeError, AttributeError) as error:
        raise RecordError("record.log.entry", reason=f"entry {index}: {error}") from error
    valid = any(span.key == voucher and span.holds(index) for span in spans)
    if not valid or not voucher.verifies(_statement(entry.kind, origin, key.text, entry.at), signature):
        raise RecordError("record.log.signature", name=f"{voucher.name} (entry {index})")
    if entry.kind == REVOKED:
        held = [replace(span, end=index + 1) if span.key == key and span.end is None else span for span in spans]
        # Also a key that never signed: it can never be added then.
        return held if any(span.key == key for span in spans) else [*held, KeySpan(key, index + 1, index + 1)]
    if any(span.key == key and span.end is None for span in spans):
        return spans
    if any(span.key == key for span in spans):
        raise RecordError("record.log.key_again", name=key.name, number=index)
    # The checkpoint with this entry may be signed with the new key already.
    return [*spans, KeySpan(key, index + 1)]


def _statement(kind: str, origin: str, key: str, at: datetime) -> bytes:
    """What a voucher signs: with its time, so that an entry cannot tell another one."""
    return f"havre-key/1\n{kind}\n{origin}\n{key}\n{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}\n".encode()
