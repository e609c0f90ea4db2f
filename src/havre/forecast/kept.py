"""Forecasts that were made before, kept by what they were made from.

The name of an entry is the SHA-256 of everything that decides it: the model and its code, the history, the number of
horizons and draws, the seed. So an entry is never wrong, only old, and nothing has to be told when something changed.
"""

import io
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl

from havre.draws import Draws, Floats, Quantiles, SeriesKey
from havre.panel.series import MonthlySeries

MOST_BYTES = 2 * 1024**3
"""Size of the folder above which the entries that were not used for longest are deleted [bytes]."""
_LAYOUT = "2"
_DIGEST = 32


def default_folder(environment: Mapping[str, str]) -> Path:
    """Give the folder of kept forecasts: ``HAVRE_CACHE``, else ``havre`` in the user's cache folder.

    Reference: XDG Base Directory Specification, version 0.8, ``XDG_CACHE_HOME``.
    """
    if chosen := environment.get("HAVRE_CACHE"):
        return Path(chosen)
    base = environment.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "havre"


def history_hash(history: MonthlySeries) -> str:
    """Give the SHA-256 of a history: its series, its first month, its values."""
    keys = [[key.measure, key.origin, key.destination] for key in history.keys]
    head = json.dumps([keys, history.first.isoformat(), history.values.shape]).encode()
    return sha256(head + history.values.tobytes()).hexdigest()


def entry_key(*parts: object) -> str:
    """Give the name of an entry: the SHA-256 of all that decides what it holds."""
    return sha256(json.dumps([_LAYOUT, *parts]).encode()).hexdigest()


@dataclass(frozen=True)
class KeptForecasts:
    """A folder of forecasts by :func:`entry_key`; several processes may read and write it at once.

    An entry that is damaged counts as not there, and a folder that cannot be written keeps nothing: forecasts are
    then made again, which costs time and nothing else.
    """

    folder: Path

    def quantiles(self, key: str) -> Quantiles | None:
        """Give the quantiles kept under a key, ``None`` where there are none."""
        found = self._read(f"{key}.quantiles")
        return None if found is None else Quantiles(*found)

    def draws(self, key: str) -> Draws | None:
        """Give the draws kept under a key, ``None`` where there are none."""
        found = self._read(f"{key}.draws")
        return None if found is None else Draws(*found)

    def keep_quantiles(self, key: str, made: Quantiles) -> None:
        """Keep quantiles."""
        self._write(f"{key}.quantiles", made)

    def keep_draws(self, key: str, made: Draws) -> None:
        """Keep draws, of which an ensemble can be made again."""
        self._write(f"{key}.draws", made)

    def prune(self, most_bytes: int = MOST_BYTES) -> int:
        """Delete what was not used for longest until the folder is small enough; give the number of entries deleted."""
        entries = []
        for path in self.folder.glob("*/*"):
            try:
                facts = path.stat()
            except OSError:
                continue  # another process deleted it
            if not path.is_file():
                continue  # not ours
            entries.append((facts.st_mtime_ns, facts.st_size, path))
        too_much = sum(size for _, size, _ in entries) - most_bytes
        deleted = 0
        for _, size, path in sorted(entries):
            if too_much <= 0:
                break
            path.unlink(missing_ok=True)
            too_much, deleted = too_much - size, deleted + 1
        return deleted

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name

    def _read(self, name: str) -> tuple[tuple[SeriesKey, ...], date, Floats] | None:
        path = self._path(name)
        try:
            content = path.read_bytes()
            os.utime(path)  # used just now
        except OSError:
            return None
        body = content[_DIGEST:]
        if _digest(name, body) != content[:_DIGEST]:
            return None
        try:
            return _unpack(body)
        except (ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
            return None  # whole, but no forecast

    def _write(self, name: str, made: Draws | Quantiles) -> None:
        path, body = self._path(name), _pack(made)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # A name of its own for every writer, then a rename: a reader never sees half an entry.
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        except OSError:
            return
        try:
            with os.fdopen(handle, "wb") as part:
                part.write(_digest(name, body) + body)
            Path(temporary).replace(path)
        except OSError:
            return
        finally:
            Path(temporary).unlink(missing_ok=True)


def _digest(name: str, body: bytes) -> bytes:
    """Give the SHA-256 of an entry with its name, so that an entry that was moved to another name is not taken."""
    return sha256(name.encode() + b"\n" + body).digest()


def _pack(made: Draws | Quantiles) -> bytes:
    """Write series, origin and shape as a line of JSON, then the values as compressed Parquet, which loses nothing."""
    keys = [[key.measure, key.origin, key.destination] for key in made.keys]
    head = json.dumps({"keys": keys, "origin": made.origin.isoformat(), "shape": made.values.shape})
    values = io.BytesIO()
    pl.DataFrame({"value": made.values.ravel()}).write_parquet(values, compression="zstd", compression_level=1)
    return head.encode() + b"\n" + values.getvalue()


def _unpack(body: bytes) -> tuple[tuple[SeriesKey, ...], date, Floats]:
    line, _, content = body.partition(b"\n")
    head = json.loads(line)
    values = pl.read_parquet(io.BytesIO(content))["value"].to_numpy()
    keys = tuple(SeriesKey(*key) for key in head["keys"])
    return keys, date.fromisoformat(head["origin"]), np.array(values).reshape(head["shape"])
