"""Verifies a published release offline: with its folder and the public key of the log, and nothing else.

Every byte of every file counts: what is not exactly as it was published and logged is named.
"""

import hashlib
import json
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from havre.errors import FileError, HavreError, Problem, RecordError, check_none
from havre.record.folder import MANIFEST
from havre.record.log.checkpoint import parse_checkpoint
from havre.record.log.cosignature import Witness, parse_witness, seen_at
from havre.record.log.entries import parse_entry
from havre.record.log.keys import Verifier
from havre.record.log.notes import parse_note
from havre.record.log.proof import check_proof, parse_proof
from havre.record.log.reading import Fetch
from havre.record.log.rotation import KeySpan, check_signed, follow_files
from havre.record.publication import BESIDE, ENTRY, PROOF, WITNESSES
from havre.record.reviewed import Override, Reviewed
from havre.record.statements import check_statement

LARGEST_BESIDE = 50_000_000
"""Bytes of a manifest, or of what proves it: whoever hands over a folder must not fill the reader's memory."""


@dataclass(frozen=True)
class Verified:
    """What was checked of a release, and what it leads to.

    Parameters
    ----------
    files : how many files were compared with the manifest
    origin, index, size : log, number of the entry, and size of the log that the proof leads to
    witnesses : witnesses that you trust and that cosigned, with the time at which they saw the log
    unnamed : names of other keys that cosigned: whoever has the folder can make such keys, they vouch for nothing
    reviewer_key, author_key : the keys behind the names, as text; names alone can be anybody's
    """

    release: str
    files: int
    author: str
    reviewer: str
    logged_at: datetime
    origin: str
    index: int
    size: int
    witnesses: tuple[tuple[str, datetime], ...]
    overrides: int
    unnamed: tuple[str, ...] = ()
    reviewer_key: str = ""
    author_key: str = ""


def verify_release(
    folder: Path,
    keys: Sequence[Verifier],
    *,
    trusted_witnesses: Sequence[Witness] = (),
    needed: int = 0,
    origin: str | None = None,
    history: Sequence[KeySpan] = (),
    people: Sequence[Verifier] = (),
) -> Verified:
    """Verify a published release.

    Parameters
    ----------
    keys : public keys of the log
    trusted_witnesses : witnesses that you trust, of which ``needed`` must have cosigned
    origin : name that the log must have
    history : keys of the log with the sizes at which each may sign, as :func:`havre.record.log.rotation.follow_log`
        finds them in a copy of the log; then what only a revoked key signed is refused
    people : public keys of the people who may act, as you know them; then author and reviewer must be among them

    Raises
    ------
    FileError : there is no release in the folder, or a file of it cannot be read
    RecordError : something is not as it was published; every file concerned is named
    """
    manifest_content = _content(folder, MANIFEST)
    manifest = _manifest(manifest_content, folder)
    entry_content, proof_content = _content(folder, ENTRY), _content(folder, PROOF)
    entry = parse_entry(entry_content, str(folder / ENTRY))
    same = entry.body.get("manifest") == hashlib.sha256(manifest_content).hexdigest()
    if entry.kind != "release_published" or entry.subject != manifest["id"] or not same:
        raise RecordError("record.verify.other_entry", entry=folder / ENTRY, manifest=folder / MANIFEST)
    check_none(_file_problems(folder, manifest["files"]), RecordError)
    listed = _listed_witnesses(folder)
    where = f"{folder / PROOF} / {folder / ENTRY}"
    shown = _proven(folder, entry_content, proof_content, keys, listed, origin, where)
    if history:
        _signed_in_time(parse_proof(proof_content).checkpoint, history, shown[0], where)
    trusted = [each for each in listed if each in trusted_witnesses]
    found = len({each.key for each in trusted})
    if found < needed:
        asked = len({each.key for each in trusted_witnesses})
        raise RecordError("record.log.few_witnesses", asked=asked, found=found, needed=needed, reasons="")
    review = reviewed_from(manifest["review"], str(folder / MANIFEST))
    try:
        check_statement(review, manifest["id"])
    except RecordError as error:
        raise RecordError("record.verify.proof", where=folder / MANIFEST, reason=str(error)) from error
    if people:
        known = {each.text for each in people}
        strangers = [key for key in (review.author_verifier, review.verifier) if key not in known]
        check_none(
            [Problem.of("record.verify.person", path=folder / MANIFEST, key=key) for key in strangers], RecordError
        )
    note = parse_note(parse_proof(proof_content).checkpoint)
    named = {(each.name, each.key_id) for each in trusted}
    times = tuple((each.name, seen_at(each)) for each in note.signatures if (each.name, each.key_id) in named)
    return Verified(
        release=manifest["id"],
        files=len(manifest["files"]),
        author=review.author,
        reviewer=review.reviewer,
        logged_at=entry.at,
        origin=shown[0],
        index=shown[1],
        size=shown[2],
        witnesses=times,
        overrides=len(review.overrides),
        unnamed=tuple(each.name for each in listed if each not in trusted),
        reviewer_key=review.verifier,
        author_key=review.author_verifier,
    )


def verify_in_log(
    folder: Path,
    log: Fetch,
    first: Verifier,
    *,
    trusted_witnesses: Sequence[Witness] = (),
    needed: int = 0,
    people: Sequence[Verifier] = (),
    where: str = "log",
) -> Verified:
    """Verify a published release with a copy of the log, of which the first key alone is trusted.

    Keys that were added or revoked since are followed through the entries, and what the proof leads to must be how the
    log begins: so a release that only a stolen key signed, beside the log, is refused.

    Parameters
    ----------
    log : reads the copy; see :func:`havre.record.log.network.files_at`
    where : what the copy is called in messages

    Raises
    ------
    FileError, RecordError : as :func:`verify_release`; the log is damaged or cannot be followed, or is not the one
        that the proof leads to
    """
    followed = follow_files(log, first, where)
    found = verify_release(
        folder,
        followed.keys,
        trusted_witnesses=trusted_witnesses,
        needed=needed,
        origin=followed.checkpoint.origin,
        history=followed.spans,
        people=people,
    )
    proof = parse_proof(_content(folder, PROOF), str(folder / PROOF))
    point = parse_checkpoint(parse_note(proof.checkpoint).text, str(folder / PROOF))
    followed.check_begins_with(point, where)
    return found


def _proven(
    folder: Path,
    entry: bytes,
    proof_content: bytes,
    keys: Sequence[Verifier],
    listed: Sequence[Witness],
    origin: str | None,
    where: str,
) -> tuple[str, int, int]:
    """Check the proof; every signature under its checkpoint must be one that is known and right."""
    proof = parse_proof(proof_content, str(folder / PROOF))
    try:
        shown = check_proof(entry, proof, keys, witnesses=listed, needed=len(listed), origin=origin, where=where)
    except RecordError as error:
        raise RecordError("record.verify.proof", where=where, reason=str(error)) from error
    note = parse_note(proof.checkpoint)
    known = {(each.name, each.key_id) for each in keys} | {(each.name, each.key_id) for each in listed}
    strange = [each.name for each in note.signatures if (each.name, each.key_id) not in known]
    if strange:
        raise RecordError("record.verify.strange", path=folder / PROOF, names=", ".join(strange), list=WITNESSES)
    return shown.checkpoint.origin, shown.index, shown.checkpoint.size


def _signed_in_time(checkpoint: bytes, history: Sequence[KeySpan], origin: str, where: str) -> None:
    try:
        check_signed(checkpoint, history, origin, where)
    except RecordError as error:
        raise RecordError("record.verify.proof", where=where, reason=str(error)) from error


def reviewed_from(found: Mapping[str, Any] | None, where: str) -> Reviewed:
    """Make the review of a release from plain JSON values.

    Raises
    ------
    RecordError : nobody reviewed it, or the values do not fit
    """
    if found is None:
        raise RecordError("record.verify.not_reviewed", path=where)
    try:
        overrides = [
            Override(**{**each, "target_month": date.fromisoformat(each["target_month"])})
            for each in found["overrides"]
        ]
        at = datetime.strptime(found["reviewed_at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        lists = {"overrides": tuple(overrides), "notes": tuple(found["notes"])}
        return Reviewed(**{**found, "reviewed_at": at, **lists})
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError("record.draft.facts", reason=f"{where}: {error}") from error


def _manifest(content: bytes, folder: Path) -> dict[str, Any]:
    try:
        found = json.loads(content)
        known = isinstance(found, dict) and isinstance(found["files"], dict) and isinstance(found["id"], str)
    except (ValueError, KeyError, RecursionError) as error:
        raise RecordError("record.verify.manifest", path=folder / MANIFEST) from error
    if not known or "review" not in found:
        raise RecordError("record.verify.manifest", path=folder / MANIFEST)
    return dict(found)


def _file_problems(folder: Path, digests: Mapping[str, str]) -> list[Problem]:
    places = {path.relative_to(folder).as_posix(): path.lstat().st_mode for path in folder.rglob("*")}
    there = {name for name, mode in places.items() if not stat.S_ISDIR(mode)}
    # Folders without a file of the release in them are no part of it.
    used = {parent.as_posix() for name in (*digests, *BESIDE) for parent in PurePosixPath(name).parents}
    there |= {name for name, mode in places.items() if stat.S_ISDIR(mode) and name not in used}
    changed = [name for name in sorted(set(digests) & there) if _digest(folder, name) != digests[name]]
    found = {"missing": sorted(set(digests) - there), "added": sorted(there - set(digests) - set(BESIDE))}
    found["changed"] = changed
    return [Problem.of(f"record.verify.{what}", path=folder / name) for what, names in found.items() for name in names]


def _digest(folder: Path, name: str) -> str:
    """Give the SHA-256 of a file; of what is no plain file (a link, a pipe) that of nothing that was published."""
    return hashlib.sha256(_content(folder, name)).hexdigest() if stat.S_ISREG((folder / name).lstat().st_mode) else ""


def _listed_witnesses(folder: Path) -> list[Witness]:
    path = folder / WITNESSES
    try:
        text = _content(folder, WITNESSES).decode("ascii")
        found = [parse_witness(line) for line in text.splitlines()]
    except (UnicodeDecodeError, HavreError) as error:
        if isinstance(error, FileError):
            raise
        raise RecordError("record.verify.changed", path=path) from error
    if "".join(f"{witness.text}\n" for witness in found) != text or len(set(found)) < len(found):
        raise RecordError("record.verify.changed", path=path)
    return found


def _content(folder: Path, name: str) -> bytes:
    try:
        facts = (folder / name).lstat()
        # A link may lead anywhere, and a pipe or device never ends.
        if not stat.S_ISREG(facts.st_mode) or (name in BESIDE and facts.st_size > LARGEST_BESIDE):
            raise RecordError("record.verify.no_file", path=folder / name)
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise FileError("file.missing", path=folder / name) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError("file.damaged", path=folder / name, expected="release", reason=reason) from error
