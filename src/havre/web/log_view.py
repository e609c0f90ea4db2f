"""What the pages tell of the log: read anew whenever its checkpoint changed, and only if all of it is right."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from havre.errors import RecordError
from havre.record.contest_log import Became, Step, entries_of, what_became
from havre.record.log.checkpoint import Checkpoint, parse_checkpoint
from havre.record.log.entries import parse_entry
from havre.record.log.keys import Verifier, parse_verifier
from havre.record.log.merkle import leaf_hash
from havre.record.log.notes import Note, parse_note
from havre.record.log.reading import CHECKPOINT, Tree, folder_files, read_checkpoint
from havre.record.log.rotation import ADDED, LOG_ROLE, REVOKED, KeySpan, key_history, keys_at
from havre.record.log.tiles import WIDTH, bundle_path, few, width_of
from havre.record.track_log import logged_times

if TYPE_CHECKING:
    from havre.web.site import Site


@dataclass(frozen=True)
class LogView:
    """A log that was read whole.

    Parameters
    ----------
    first : the key that signed first, from which all others are followed
    valid : keys that may sign at the present size
    became : what became of releases after they were published, by their names
    spans : every key that ever signed, with the sizes at which it may
    logged_at : when the forecasts of each release were registered [UTC], by its name
    leaves : hash of each entry, with which those are compared that are read again for a page
    """

    folder: Path
    checkpoint: Checkpoint
    note: Note
    first: Verifier
    valid: tuple[Verifier, ...]
    became: Mapping[str, Became]
    spans: tuple[KeySpan, ...]
    leaves: tuple[bytes, ...]
    logged_at: Mapping[str, datetime]

    def entries(self, start: int, stop: int) -> list[bytes]:
        """Read entries from the disk.

        Raises
        ------
        RecordError : they are not those that the checkpoint was signed over, or a file is missing
        """
        found = list(Tree(folder_files(self.folder), self.checkpoint.size).entries(start, stop))
        wrong = [start + at for at, data in enumerate(found) if leaf_hash(data) != self.leaves[start + at]]
        if wrong:
            index = wrong[0] // WIDTH
            path = bundle_path(index, width_of(self.checkpoint.size, 0, index))
            raise RecordError("record.log.entries", path=path, numbers=few(wrong))
        return found

    def stands(self, release: str) -> tuple[str, str] | None:
        """Tell what ended a release: ``superseded`` with the name of the other one, or ``withdrawn`` with why."""
        step = self._end(release)
        return None if step is None else (step.kind, step.told["by" if step.kind == "superseded" else "reason"])

    def withdrawn_at(self, release: str) -> datetime | None:
        """Tell when a release was withdrawn; ``None`` where it was not."""
        step = self._end(release)
        return step.at if step is not None and step.kind == "withdrawn" else None

    def _end(self, release: str) -> Step | None:
        steps = self.became[release].steps if release in self.became else []
        return next((step for step in reversed(steps) if step.kind in ("superseded", "withdrawn")), None)


def read_log(site: "Site") -> LogView | None:
    """Read the log of a site; ``None`` where it has none.

    Raises
    ------
    RecordError : the log is damaged, not signed by a key of the record, or its keys cannot be followed
    FileError : a file of it cannot be read
    """
    if site.log_folder is None or site.record is None:
        return None
    return view_log(site.log_folder, site.record.log_keys)


def view_log(folder: Path, keys: tuple[Verifier, ...]) -> LogView:
    """Read the log in a folder; see :func:`read_log`."""
    _, note = read_checkpoint(folder_files(folder), CHECKPOINT)
    return _read(folder, note, keys)


@lru_cache(maxsize=4)
def _read(folder: Path, data: bytes, keys: tuple[Verifier, ...]) -> LogView:
    entries = entries_of(folder_files(folder), keys, CHECKPOINT)
    note = parse_note(data, CHECKPOINT)
    checkpoint = parse_checkpoint(note.text, CHECKPOINT)
    first = _first_key(entries, keys)
    spans = key_history(entries, first, checkpoint.origin)
    became = {each.release: each for each in what_became(entries)}
    return LogView(
        folder,
        checkpoint,
        note,
        first,
        keys_at(spans, checkpoint.size),
        became,
        tuple(spans),
        tuple(leaf_hash(data) for data in entries),
        logged_times(entries),
    )


def _first_key(entries: list[bytes], keys: tuple[Verifier, ...]) -> Verifier:
    """Find the first key: the one that vouched for the first change of keys, if there was any."""
    for index, data in enumerate(entries):
        if b'"key_added"' in data or b'"key_revoked"' in data:
            entry = parse_entry(data, f"entry {index}")
            if entry.kind in (ADDED, REVOKED) and entry.body.get("role") == LOG_ROLE:
                return parse_verifier(str(entry.body["voucher"]))
    return keys[0]
