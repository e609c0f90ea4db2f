"""What became of a release after it was published: corrected, contested with success, superseded, withdrawn.

Published folders never change, so that an old one cannot tell. The log tells it to whoever has the folder.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from havre.errors import RecordError
from havre.record.log.checkpoint import open_checkpoint
from havre.record.log.entries import Entry, parse_entry
from havre.record.log.merkle import folded, leaf_hash, tree_root
from havre.record.log.notes import Verifies
from havre.record.log.reading import Fetch, Tree, read_checkpoint
from havre.record.store.database import written

_KINDS = (
    "correction",
    "contest_answered",
    "release_superseded",
    "release_withdrawn",
    "release_published",
    "release_refused",
)


@dataclass(frozen=True)
class Step:
    """One thing that happened to a release.

    Parameters
    ----------
    kind : ``correction``, ``upheld`` (a contest, in whole or in part), ``owed`` (the new release that was to be its
        remedy was refused), ``superseded``, ``withdrawn``, or ``corrects`` (the release itself corrects what a contest
        found)
    entry : number of the log entry
    told : what the sentence of this kind needs
    """

    kind: str
    at: datetime
    entry: int
    told: Mapping[str, str]


@dataclass
class Became:
    """What became of a release, in the order of the log."""

    release: str
    steps: list[Step] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Give it as plain JSON values."""
        steps = [{"kind": s.kind, "at": written(s.at), "entry": s.entry, **s.told} for s in self.steps]
        return {"release": self.release, "steps": steps}


def what_became(entries: Iterable[bytes]) -> tuple[Became, ...]:
    """Read from the entries of a log what became of its releases; those to which nothing happened are left out.

    Parameters
    ----------
    entries : all entries from the first on; whether they are those of a signed log is for the caller to check

    Raises
    ------
    RecordError : an entry is damaged
    """
    found: dict[str, Became] = {}
    promised: dict[str, tuple[str, str]] = {}
    for index, data in enumerate(entries):
        if not any(kind.encode() in data for kind in _KINDS):
            continue
        entry = parse_entry(data, f"entry {index}")
        if entry.kind == "contest_answered" and entry.body.get("remedy") == "release":
            promised[str(entry.body["remedy_id"])] = str(entry.body["release"]), entry.subject
        for release, kind, told in _told(entry, promised):
            found.setdefault(release, Became(release)).steps.append(Step(kind, entry.at, index, told))
    return tuple(found.values())


def entries_of(fetch: Fetch, keys: Sequence[Verifies], where: str) -> list[bytes]:
    """Read all entries of a log, wherever it is, and check that they are those of its signed checkpoint.

    Raises
    ------
    RecordError : the log is damaged, not signed by one of the keys, or its entries do not have its root
    """
    _, note = read_checkpoint(fetch, where)
    checkpoint, _ = open_checkpoint(note, keys, where=where)
    found = list(Tree(fetch, checkpoint.size).entries())
    hashes = [leaf_hash(entry) for entry in found]
    root = tree_root(len(hashes), lambda level, index: folded(hashes[index << level : (index + 1) << level]))
    if root != checkpoint.root:
        raise RecordError("record.log.not_its_root", path=where, size=checkpoint.size)
    return found


def _told(entry: Entry, promised: Mapping[str, tuple[str, str]]) -> Iterable[tuple[str, str, dict[str, str]]]:
    """Give release, kind and words of what an entry tells.

    Parameters
    ----------
    promised : contested release and contest, by the release that was to be the remedy
    """
    body = {key: "" if value is None else str(value) for key, value in entry.body.items()}
    if entry.kind == "correction":
        yield entry.subject, "correction", {name: body.get(name, "") for name in ("about", "text", "contest")}
    elif entry.kind == "contest_answered" and body["outcome"] != "rejected":
        told = {"contest": entry.subject, "outcome": body["outcome"], "remedy": body["remedy"]}
        shown = "" if body["remedy"] == "correction" else body["remedy_id"]
        yield body["release"], "upheld", {**told, "remedy_id": shown}
    elif entry.kind == "release_superseded":
        yield entry.subject, "superseded", {"by": body["superseded_by"]}
    elif entry.kind == "release_withdrawn":
        led = {"contest": body["contest"]} if body.get("contest") else {}
        yield entry.subject, "withdrawn", {"reason": body["reason"], **led}
    elif entry.kind == "release_refused" and entry.subject in promised:
        release, contest = promised[entry.subject]
        yield release, "owed", {"contest": contest, "remedy_id": entry.subject}
    elif entry.kind == "release_published" and body.get("corrects"):
        yield entry.subject, "corrects", {"contest": body["corrects"], "supersedes": body.get("supersedes", "")}
