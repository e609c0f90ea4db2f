"""A draft: everything that a release is made of, kept as tables until a human has reviewed it.

A draft is not public. Its digest is what a reviewer approves: one changed byte is another draft.
"""

import hashlib
import io
import json
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from havre.errors import FileError, Problem, RecordError, check_none
from havre.record.folder import write_files
from havre.record.tables import FORECASTS, HISTORY, SERIES, SKILL, Release, ReleaseFacts, SourceCredit
from havre.record.written_tables import parquet_of

TABLES: Mapping[str, pl.Schema] = {"series": SERIES, "forecasts": FORECASTS, "history": HISTORY, "skill": SKILL}
FACTS = "facts.json"
FURTHER = "further"
_ALLOWED = re.compile(
    r"explanations/[\w./:-]+\.(json|html)|(model|data)-card\.(en|fr)\.(md|html)|explanation\.schema\.json"
)
"""What may be published beside what is made of the tables: nothing that could take its place."""
FORMAT = "havre-draft/1"
DIGESTS = "digests.json"


def write_draft(release: Release, folder: Path, further: Mapping[str, bytes] | None = None) -> str:
    """Keep a release as a draft in a new folder, whole or not at all.

    Parameters
    ----------
    further : files that are published with it as they are (explanations, cards), by path

    Returns
    -------
    str : the digest of the draft, as :func:`draft_digest` gives it

    Raises
    ------
    FileError : the folder is there and not empty, or it cannot be written
    RecordError : a further file is none that may be published beside the tables; every one is named
    """
    check_further(further or {})
    facts = {"format": FORMAT, **asdict(release.facts)}
    contents = {FACTS: json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode() + b"\n"}
    for name in TABLES:
        contents[f"{name}.parquet"] = parquet_of(getattr(release, name))
    contents |= {f"{FURTHER}/{path}": content for path, content in (further or {}).items()}
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(contents.items())}
    listed = json.dumps(digests, indent=1, sort_keys=True).encode() + b"\n"
    write_files(folder, {**contents, DIGESTS: listed}.items())
    return hashlib.sha256(listed).hexdigest()


def check_further(paths: Iterable[str]) -> None:
    """Check that files are explanations or cards: nothing else is published beside what is made of the tables.

    Raises
    ------
    RecordError : a file is something else, or would take the place of another; every one is named
    """
    strange = [each for each in sorted(paths) if not _ALLOWED.fullmatch(each) or ".." in each or "//" in each]
    check_none([Problem.of("record.draft.further", path=each) for each in strange], RecordError)


def draft_digest(folder: Path) -> str:
    """Give the SHA-256 of a draft: of the list of the SHA-256 of its files, which are checked.

    Raises
    ------
    RecordError : a file was changed, is missing, or is not in the list; every one is named
    FileError : there is no draft
    """
    return _checked(folder)[0]


def _checked(folder: Path) -> tuple[str, dict[str, bytes]]:
    """Read all files of a draft once, and check them: digest of the draft, and contents by path."""
    listed = _read(folder, DIGESTS)
    try:
        digests: dict[str, str] = json.loads(listed)
        if not isinstance(digests, dict):
            raise RecordError("record.draft.changed", path=folder / DIGESTS)
    except (ValueError, RecursionError) as error:
        raise RecordError("record.draft.changed", path=folder / DIGESTS) from error
    places = {path.relative_to(folder).as_posix(): path.lstat().st_mode for path in folder.rglob("*")}
    there = {name for name, mode in places.items() if not stat.S_ISDIR(mode)} - {DIGESTS}
    contents = {name: (folder / name).read_bytes() for name in there & set(digests) if stat.S_ISREG(places[name])}
    changed = {name for name in there & set(digests) if _sha256(contents.get(name)) != digests[name]}
    wrong = sorted(changed | (there ^ set(digests)))
    check_none([Problem.of("record.draft.changed", path=folder / path) for path in wrong], RecordError)
    return hashlib.sha256(listed).hexdigest(), contents


def _sha256(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()


def read_draft(folder: Path, digest: str | None = None) -> tuple[Release, dict[str, bytes]]:
    """Read a draft back: the release, and the further files by path.

    Parameters
    ----------
    digest : the digest that it must have

    Raises
    ------
    RecordError : a file was changed, is missing, is not in the list or may not be published, a table breaks its schema,
        or the draft has another digest
    FileError : there is no draft
    """
    found, contents = _checked(folder)
    if digest is not None and found != digest:
        raise RecordError("record.review.other_draft", release=folder.name, found=found, expected=digest)
    missing = [name for name in (FACTS, *(f"{table}.parquet" for table in TABLES)) if name not in contents]
    check_none([Problem.of("record.draft.changed", path=folder / name) for name in missing], RecordError)
    tables = {name: pl.read_parquet(io.BytesIO(contents[f"{name}.parquet"])) for name in TABLES}
    further = {
        path.removeprefix(f"{FURTHER}/"): content
        for path, content in sorted(contents.items())
        if path.startswith(f"{FURTHER}/")
    }
    check_further(further)
    facts = facts_from(json.loads(contents[FACTS]))
    release = Release(facts, tables["series"], tables["forecasts"], tables["history"], tables["skill"])
    return release, further


def facts_from(found: Mapping[str, Any]) -> ReleaseFacts:
    """Make the facts of a release from plain JSON values, as a draft or a manifest holds them; other keys are passed.

    Raises
    ------
    RecordError : a key is missing, or a value is not what it has to be
    """
    try:
        plain = {each.name: found[each.name] for each in fields(ReleaseFacts)}
        return ReleaseFacts(
            **{
                **plain,
                "made_on": date.fromisoformat(plain["made_on"]),
                "members": tuple(plain["members"]),
                "baselines": tuple(plain["baselines"]),
                "backtest_origins": {
                    scope: (date.fromisoformat(first), date.fromisoformat(last))
                    for scope, (first, last) in plain["backtest_origins"].items()
                },
                "sources": tuple(_credit(source) for source in plain["sources"]),
            }
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError("record.draft.facts", reason=str(error)) from error


def _credit(found: Mapping[str, Any]) -> SourceCredit:
    days = {name: date.fromisoformat(found[name]) for name in ("first_period", "last_period", "as_of")}
    return SourceCredit(**{**found, **days, "caveats": tuple(found["caveats"])})


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    if not path.is_file():
        raise FileError("file.missing", path=path)
    return path.read_bytes()
