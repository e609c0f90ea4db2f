"""Watches a log: that it only grows, that what it shows is one history, and that others are shown the same.

Whoever reads a log alone cannot know whether others are shown another one (a *split view*). A witness that both readers
ask makes it visible: it cosigns one history only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from havre.errors import FileError, HavreError, Problem, RecordError
from havre.record.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from havre.record.log.keys import Verifier
from havre.record.log.merkle import is_consistent
from havre.record.log.network import KnownWitness, last_seen
from havre.record.log.notes import Verifies, parse_note
from havre.record.log.reading import CHECKPOINT, Fetch, Tree
from havre.record.log.rotation import follow_files
from havre.whole_files import write_whole


@dataclass(frozen=True)
class Watched:
    """What was seen.

    Parameters
    ----------
    grown_by : entries since the log was last looked at; ``None`` where that was never
    agreed : witnesses whose last checkpoint is of the same history
    silent : witnesses that know nothing of this log, cannot be reached, or answer what they did not sign, with the
        reason
    """

    checkpoint: Checkpoint
    grown_by: int | None
    agreed: tuple[str, ...]
    silent: tuple[tuple[str, Problem], ...]

    @property
    def split_view_would_show(self) -> bool:
        """Whether another history shown to others would have been noticed: only if a witness agreed."""
        return bool(self.agreed)


def watch(
    fetch: Fetch,
    keys: Sequence[Verifies],
    witnesses: Sequence[KnownWitness] = (),
    memory: Path | None = None,
    where: str = "log",
    *,
    first: Verifier | None = None,
) -> Watched:
    """Look at a log once.

    Parameters
    ----------
    fetch : reads the log, see :func:`havre.record.log.network.files_at`
    keys : public keys of the log; none are needed where ``first`` is given
    first : the first key of the log: all its entries are read, and every change of keys in them is followed
    memory : file in which the last checkpoint is remembered; it is written if all is well

    Raises
    ------
    RecordError : the log is not signed, shrank, contradicts what was seen before or what a witness saw, or its tiles
        do not have its root
    """
    if first is None:
        data, now, tree = _signed(fetch, keys, where)
    else:
        followed = follow_files(fetch, first, where)
        data, now, tree, keys = followed.note, followed.checkpoint, followed.tree, followed.keys
    before = _remembered(memory, now.origin, keys)
    if before is not None:
        if before.size > now.size:
            raise RecordError("record.log.shrinks", where=where, origin=now.origin, old=before.size, new=now.size)
        _one_history(tree, now, before)
    agreed: list[str] = []
    silent: list[tuple[str, Problem]] = []
    for witness in witnesses:
        try:
            seen = _seen_by(witness, now.origin)
        except HavreError as error:
            silent += [(witness.key.name, each) for each in error.problems]
            continue
        if seen is None:
            silent.append((witness.key.name, Problem.of("record.log.unknown_to", name=witness.key.name)))
        elif seen.size <= now.size:
            _one_history(tree, now, seen)
            agreed.append(witness.key.name)
        else:
            _later_history(fetch, now, seen)
            agreed.append(witness.key.name)
    if memory is not None:
        write_whole(memory, data)
    grown = None if before is None else now.size - before.size
    return Watched(now, grown, tuple(agreed), tuple(silent))


def _signed(fetch: Fetch, keys: Sequence[Verifies], where: str) -> tuple[bytes, Checkpoint, Tree]:
    """Read a log that one of some keys signed."""
    data = fetch(CHECKPOINT)
    if data is None:
        raise RecordError("record.log.missing", path=f"{where}/{CHECKPOINT}")
    now, _ = open_checkpoint(data, keys, where=where)
    tree = Tree(fetch, now.size)
    if tree.root() != now.root:
        raise RecordError("record.log.not_its_root", path=where, size=now.size)
    return data, now, tree


def _one_history(tree: Tree, now: Checkpoint, before: Checkpoint) -> None:
    """Check that the log begins with an earlier checkpoint of it."""
    proof = tree.consistency(before.size)
    if not is_consistent(before.size, now.size, before.root, now.root, proof):
        raise RecordError("record.log.forks", origin=now.origin, one=before.size, other=now.size)


def _later_history(fetch: Fetch, now: Checkpoint, seen: Checkpoint) -> None:
    """Check that what a witness saw, which is larger, begins with what we are shown: its tiles must be there."""
    try:
        tree = Tree(fetch, seen.size)
        fits = tree.root() == seen.root
        fits = fits and is_consistent(now.size, seen.size, now.root, seen.root, tree.consistency(now.size))
    except RecordError:
        fits = False
    if not fits:
        raise RecordError("record.log.forks", origin=now.origin, one=now.size, other=seen.size)


def _seen_by(witness: KnownWitness, origin: str) -> Checkpoint | None:
    data = last_seen(witness, origin)
    return None if data is None else open_checkpoint(data, [witness.key], origin, witness.address)[0]


def _remembered(memory: Path | None, origin: str, keys: Sequence[Verifies]) -> Checkpoint | None:
    """Read what was seen last; damage is told as damage, not as a log that contradicts itself."""
    if memory is None:
        return None
    try:
        data = memory.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError("file.damaged", path=memory, expected="checkpoint", reason=reason) from error
    note = parse_note(data, str(memory))
    checkpoint = parse_checkpoint(note.text, str(memory))
    if checkpoint.origin != origin:
        raise RecordError("record.log.other_log", where=memory, found=checkpoint.origin, expected=origin)
    note.signed_by(keys)
    return checkpoint
