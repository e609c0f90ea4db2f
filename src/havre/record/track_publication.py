"""Publishes the track record: a folder with the league table for programs and people, and its SHA-256 in the log."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import polars as pl

from havre.errors import FileError
from havre.record.folder import check_free, write_files
from havre.record.log.entries import Entry
from havre.record.publication import Record
from havre.record.store.outbox import post
from havre.record.track import COUNTS, FOLDER, TrackRecord
from havre.record.track_page import render_track_record
from havre.record.written_tables import csv_of, parquet_of
from havre.texts import Language

FORMAT = "havre-track-record/1"
PAGE, DIGESTS = "track-record.html", "digests.json"


def track_files(found: TrackRecord, measure_names: Mapping[str, Mapping[Language, str]]) -> dict[str, bytes]:
    """Give every file of a published track record: the same bytes for the same track record.

    ``league`` as JSON, CSV and Parquet; ``scores.parquet`` and ``.csv``, one row per forecast; ``releases.csv``;
    ``overridden.csv``; ``counts.parquet``; ``track-record.html``; ``digests.json``, the SHA-256 of each of them.
    """
    contents = {
        "league.json": _json(as_plain(found)),
        "league.csv": _csv(found.league),
        "league.parquet": parquet_of(found.league),
        "scores.csv": _csv(found.scores),
        "scores.parquet": parquet_of(found.scores),
        "releases.csv": _csv(found.releases),
        "overridden.csv": _csv(found.overridden),
        COUNTS: parquet_of(found.counts),
        PAGE: render_track_record(found, measure_names).encode(),
    }
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())}
    told = {"format": FORMAT, "known_on": found.known_on, "entries": found.entries, "files": digests}
    return {**contents, DIGESTS: _json(told)}


def as_plain(found: TrackRecord) -> dict[str, object]:
    """Give a track record as plain JSON values: everything but the single forecasts."""
    return {
        "format": FORMAT,
        "log": found.origin,
        "entries": found.entries,
        "known_on": found.known_on.isoformat(),
        "inputs": dict(found.inputs),
        "rounding": found.rounding,
        "releases": _rows(found.releases),
        "league": _rows(found.league),
        "overridden": _rows(found.overridden),
    }


def publish_track_record(
    record: Record,
    found: TrackRecord,
    at: datetime,
    *,
    measure_names: Mapping[str, Mapping[Language, str]],
    out: Path | None = None,
) -> Path:
    """Write a track record into a folder of its own, and post its SHA-256 for the log; the same one is posted once.

    Parameters
    ----------
    out : a folder for a copy, besides ``track-record/<day>`` in the record (or the first of ``<day>-2``, … that is
        free), which later releases and track records are held against

    Returns
    -------
    Path : ``out``, else the folder in the record; where the same track record was published before, that of then

    Raises
    ------
    FileError : the folder is there and holds something else, or it cannot be written
    RecordError : the database cannot be used
    """
    contents = track_files(found, measure_names)
    own = _own_folder(record.folder / FOLDER, found.known_on, contents)
    wanted = [each for each in (own, out) if each is not None and not _holds(each, contents)]
    for each in wanted:
        check_free(each)
    for each in wanted:
        write_files(each, contents.items())
    digest = hashlib.sha256(contents[DIGESTS]).hexdigest()
    body: dict[str, object] = {
        "digests": digest,
        "files": json.loads(contents[DIGESTS])["files"],
        "known_on": found.known_on.isoformat(),
        "entries": found.entries,
        **{name: found.count(name) for name in ("registered", "repeated", "scored", "waiting", "late", "hidden")},
    }
    with record.store.change() as connection:
        post(connection, Entry("scores_published", at, f"{FOLDER}-{found.known_on}", f"scores-{digest}", body))
    return out or own


def _own_folder(beside: Path, day: date, contents: Mapping[str, bytes]) -> Path:
    for number in count(1):
        folder = beside / (f"{day}" if number == 1 else f"{day}-{number}")
        if not folder.exists() or _holds(folder, contents):
            return folder
    raise FileError("file.exists", path=beside)


def _holds(folder: Path, contents: Mapping[str, bytes]) -> bool:
    """Tell whether a folder holds these files, byte for byte, and no others."""
    if not folder.is_dir() or {path.name for path in folder.iterdir()} != set(contents):
        return False
    return all((folder / name).read_bytes() == content for name, content in contents.items())


def _rows(table: pl.DataFrame) -> list[dict[str, object]]:
    return [{name: _plain(value) for name, value in row.items()} for row in table.iter_rows(named=True)]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


def _csv(table: pl.DataFrame) -> bytes:
    moments = pl.selectors.datetime(time_zone="UTC").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return csv_of(table.with_columns(moments), decimals=None)


def _json(content: Mapping[str, object]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n").encode()
