"""A draft: everything that a release is made of, kept as tables until a human has reviewed it.

A draft is not public. Its digest is what a reviewer approves: one changed byte is another draft.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from havre.errors import FileError, Problem, RecordError, check_none
from havre.record.folder import write_files
from havre.record.tables import FORECASTS, HISTORY, SERIES, SKILL, Release, ReleaseFacts, SourceCredit

TABLES: Mapping[str, pl.Schema] = {"series": SERIES, "forecasts": FORECASTS, "history": HISTORY, "skill": SKILL}
FACTS = "facts.json"
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
    """
    facts = {"format": FORMAT, **asdict(release.facts)}
    contents = {FACTS: json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode() + b"\n"}
    for name in TABLES:
        contents[f"{name}.parquet"] = _parquet(getattr(release, name))
    contents |= {f"further/{path}": content for path, content in (further or {}).items()}
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in sorted(contents.items())}
    listed = json.dumps(digests, indent=1, sort_keys=True).encode() + b"\n"
    write_files(folder, {**contents, DIGESTS: listed}.items())
    return hashlib.sha256(listed).hexdigest()


def draft_digest(folder: Path) -> str:
    """Give the SHA-256 of a draft: of the list of the SHA-256 of its files, which are checked.

    Raises
    ------
    RecordError : a file was changed, is missing, or is not in the list; every one is named
    FileError : there is no draft
    """
    listed = _read(folder, DIGESTS)
    try:
        digests: dict[str, str] = json.loads(listed)
    except ValueError as error:
        raise RecordError("record.draft.changed", path=folder / DIGESTS) from error
    there = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != DIGESTS
    }
    changed = {
        path
        for path, digest in digests.items()
        if path in there and hashlib.sha256((folder / path).read_bytes()).hexdigest() != digest
    }
    wrong = sorted(changed | (there ^ set(digests)))
    check_none([Problem.of("record.draft.changed", path=folder / path) for path in wrong], RecordError)
    return hashlib.sha256(listed).hexdigest()


def read_draft(folder: Path) -> tuple[Release, dict[str, bytes]]:
    """Read a draft back: the release, and the further files by path.

    Raises
    ------
    RecordError : a file was changed, is missing, or is not in the list, or a table breaks its schema
    FileError : there is no draft
    """
    draft_digest(folder)
    tables = {name: pl.read_parquet(io.BytesIO(_read(folder, f"{name}.parquet"))) for name in TABLES}
    beside = folder / "further"
    further = {
        path.relative_to(beside).as_posix(): path.read_bytes() for path in sorted(beside.rglob("*")) if path.is_file()
    }
    facts = facts_from(json.loads(_read(folder, FACTS)))
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


def _parquet(table: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    table.write_parquet(content, compression="zstd")
    return content.getvalue()


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    if not path.is_file():
        raise FileError("file.missing", path=path)
    return path.read_bytes()
