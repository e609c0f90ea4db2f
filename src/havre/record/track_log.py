"""Every release whose forecasts were registered: what the log says of it, and its files if they are the logged ones.

The whole log is checked first, so that an entry counts only where it is in the signed log. An entry cannot have been
logged before those that stand before it: its time is the latest one up to it, whatever it tells itself.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from havre.errors import FileError, HavreError, Problem, RecordError, check_none
from havre.record.folder import MANIFEST
from havre.record.frozen import Registered, read_frozen
from havre.record.leaks import with_unshown
from havre.record.log.checkpoint import open_checkpoint
from havre.record.log.cosignature import seen_at
from havre.record.log.entries import Entry, parse_entry
from havre.record.log.folder import Log
from havre.record.log.fsck import fsck
from havre.record.log.proof import parse_proof
from havre.record.publication import PROOF
from havre.record.reviewed import Override
from havre.record.rounding import BOUNDED, base_of, with_bounds
from havre.record.settings import RecordSettings
from havre.record.store.database import read_time
from havre.record.tables import HISTORY, SERIES
from havre.record.track import COUNTS, FOLDER
from havre.record.verify import reviewed_from

_AT = b'{"at":"'
"""How an entry begins: canonical JSON puts its time first."""
_STATES = {"release_superseded": "superseded", "release_withdrawn": "withdrawn"}
_KINDS = ("forecast_registered", *_STATES)
_SERIES = ("scope", "measure", "source", "origin", "destination", "last_month")


@dataclass(frozen=True)
class LoggedRelease:
    """A release with registered forecasts.

    Parameters
    ----------
    entry : number of the log entry that registers them
    state : ``published``, ``superseded`` or ``withdrawn``, as the log tells
    witnessed_at : when a witness of the record first cosigned a checkpoint with that entry, ``None`` where none did
    frozen : the forecasts, table of :data:`havre.record.frozen.FROZEN`
    series : scope, measure, source, origin, destination and last published month of each series
    shown : the published months, as ``target-data/time-series.parquet`` holds them
    left_out : the option that names the series left out, by scope
    rounding : base to which its counts are rounded
    width : how far apart it states the bounds of its hidden counts to be [persons]
    """

    registered: Registered
    entry: int
    state: str
    witnessed_at: datetime | None
    ensemble: str
    baselines: tuple[str, ...]
    threshold: int
    overrides: tuple[Override, ...]
    frozen: pl.DataFrame
    series: pl.DataFrame
    shown: pl.DataFrame
    left_out: object
    rounding: int = 1
    width: float = 0.0

    @property
    def id(self) -> str:
        """Id of the release."""
        return self.registered.release


@dataclass(frozen=True)
class _Told:
    """What the log tells: entries that register forecasts, with number and time; states; entries that this rests on."""

    registered: tuple[tuple[int, datetime, Entry], ...]
    states: Mapping[str, str]
    entries: int


def logged_releases(log: Log, settings: RecordSettings, releases: Path) -> tuple[tuple[LoggedRelease, ...], int]:
    """Read every release whose forecasts are registered in the log, superseded and withdrawn ones too.

    Parameters
    ----------
    releases : folder with the published release folders

    Returns
    -------
    The releases in the order of the log, and how many entries, from the first on, they rest on.

    Raises
    ------
    RecordError : the log is damaged or not signed, or a file is not the one that was logged; every one is named
    FileError : a release or one of its files is missing
    """
    told = _read_log(log, settings)
    found: list[LoggedRelease] = []
    problems: list[Problem] = []
    missing: list[Problem] = []
    for index, at, entry in told.registered:
        try:
            state = told.states.get(entry.subject, "published")
            found.append(_release(log, settings, releases / entry.subject, entry, index, at, state))
        except FileError as error:
            missing += error.problems
        except RecordError as error:
            problems += error.problems
    check_none(problems, RecordError)
    check_none(missing, FileError)
    return tuple(found), told.entries


def _read_log(log: Log, settings: RecordSettings) -> _Told:
    checked = fsck(log.folder, settings.log_keys)
    check_none(checked.problems, RecordError)
    return _told_by(log.entries(0, checked.size))


def logged_times(entries: Iterable[bytes]) -> dict[str, datetime]:
    """Give when the forecasts of each release were first registered [UTC].

    Parameters
    ----------
    entries : all entries from the first on; whether they are those of a signed log is for the caller to check

    Raises
    ------
    RecordError : an entry is damaged
    """
    found: dict[str, datetime] = {}
    for _, at, entry in _told_by(entries).registered:
        found.setdefault(entry.subject, at)
    return found


def _told_by(entries: Iterable[bytes]) -> _Told:
    registered: list[tuple[int, datetime, Entry]] = []
    states: dict[str, str] = {}
    latest, last = "", 0
    for index, data in enumerate(entries):
        if data.startswith(_AT):
            latest = max(latest, data[len(_AT) : len(_AT) + 20].decode("ascii", "replace"))
        # Most entries are of other kinds: they are not parsed.
        if not any(kind.encode() in data for kind in _KINDS):
            continue
        entry = parse_entry(data, f"entry {index}")
        if entry.kind in _STATES:
            states[entry.subject] = _STATES[entry.kind]
        elif entry.kind == "forecast_registered":
            registered.append((index, read_time(latest), entry))
        else:
            continue
        last = index + 1
    return _Told(tuple(registered), states, last)


def _release(
    log: Log, settings: RecordSettings, folder: Path, entry: Entry, index: int, at: datetime, state: str
) -> LoggedRelease:
    body: Mapping[str, Any] = entry.body
    manifest_content = _logged_file(folder, MANIFEST, body["manifest"])
    registered = Registered(entry.subject, at, body["files"])
    frozen = read_frozen(registered, folder)
    manifest: dict[str, Any] = json.loads(manifest_content)
    files: Mapping[str, str] = manifest["files"]
    series = pl.read_csv(
        io.BytesIO(_logged_file(folder, "series.csv", files["series.csv"])), columns=list(_SERIES), infer_schema=False
    )
    shown = "target-data/time-series.parquet"
    return LoggedRelease(
        registered=registered,
        entry=index,
        state=state,
        witnessed_at=_witnessed_at(log, settings, folder, index),
        ensemble=str(manifest["ensemble"]),
        baselines=tuple(manifest["baselines"]),
        threshold=int(manifest["threshold"]),
        overrides=reviewed_from(manifest["review"], str(folder / MANIFEST)).overrides,
        frozen=frozen,
        series=series.with_columns(last_month=pl.col("last_month").str.to_date()).select(
            [pl.col(name).cast(pl.String if name == "level" else SERIES[name]) for name in _SERIES]
        ),
        shown=pl.read_parquet(io.BytesIO(_logged_file(folder, shown, files[shown]))),
        left_out=manifest["options"].get("left_out"),
        rounding=base_of(manifest["options"]),
        width=float(manifest["options"].get("protection_width", manifest["threshold"])),
    )


def _logged_file(folder: Path, name: str, digest: str) -> bytes:
    """Read a file that must have a digest that the log, or the logged manifest, tells."""
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise FileError("file.missing", path=folder / name) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise RecordError("record.verify.changed", path=folder / name)
    return content


def _witnessed_at(log: Log, settings: RecordSettings, folder: Path, index: int) -> datetime | None:
    """Give when a witness first cosigned a checkpoint of this log that holds the entry."""
    witnesses = [key for key, _ in settings.witnesses]
    try:
        checkpoint, note = open_checkpoint(parse_proof((folder / PROOF).read_bytes()).checkpoint, settings.log_keys)
    except (OSError, HavreError):
        return None
    if checkpoint.size <= index or log.tree(checkpoint.size).root() != checkpoint.root:
        return None
    signed = {(each.name, each.key_id) for each in note.signed_by(witnesses)}
    times = [seen_at(each) for each in note.signatures if (each.name, each.key_id) in signed]
    return min(times, default=None)


def shown_history(releases: Sequence[LoggedRelease]) -> Iterator[pl.DataFrame]:
    """Give what each release showed of the past as a table of :data:`havre.record.tables.HISTORY`.

    A month between the first and the last of a series that the release leaves out was hidden or never published; it
    counts as hidden. What readers know besides is added, as :func:`havre.record.leaks.seen_by_readers` does.
    """
    for release in releases:
        yield _history_of(release)


def _history_of(release: LoggedRelease) -> pl.DataFrame:
    key = ["measure", "source", "origin", "destination"]
    shown = release.shown.rename({"target": "measure", "target_end_date": "period", "observation": "value"})
    first = shown.group_by(key).agg(first=pl.col("period").min())
    spans = release.series.join(first, on=key, how="left").with_columns(pl.col("first").fill_null(pl.col("last_month")))
    months = spans.with_columns(period=pl.date_ranges("first", "last_month", "1mo")).explode("period")
    joined = months.join(shown, on=[*key, "period"], how="left").with_columns(suppressed=pl.col("value").is_null())
    seen = with_unshown(joined.select(HISTORY.names()), release.left_out, release.rounding)
    return with_bounds(seen, release.rounding, release.threshold)


def scored_counts(record: Path) -> dict[str, pl.DataFrame]:
    """Give the counts that each track record in a record folder tells, by its place in it.

    Returns
    -------
    Tables of ``havre.record.tables.HISTORY``, of ``havre.record.rounding.BOUNDED`` where they are rounded, with the
    rows of ``havre.record.attack.UNSHOWN``.

    Raises
    ------
    RecordError : one of them was changed
    """
    return {
        path.parent.relative_to(record).as_posix(): _counts(path)
        for path in sorted((record / FOLDER).glob(f"*/{COUNTS}"))
    }


def _counts(path: Path) -> pl.DataFrame:
    try:
        found = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RecordError("record.verify.changed", path=path) from error
    if found.schema not in (HISTORY, BOUNDED):
        raise RecordError("record.verify.changed", path=path)
    return found
