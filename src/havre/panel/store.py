"""Where observations are kept: a folder of Parquet parts, on any address that fsspec can reach.

A part is named by the SHA-256 of its content and is written under a temporary name first, so that a reader never
sees half a part, and appending the same rows twice adds nothing.
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from havre.errors import FileError, PanelError, Problem, check_none
from havre.panel.observations import KEY, check_observations, empty_panel, key_of
from havre.panel.vintage import SAID, as_of, only_news
from havre.sources.own_file import read_parquet, read_table
from havre.whole_files import write_whole

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem


class PanelStore:
    """A folder of observation parts at a path or an fsspec address (``s3://…``, ``memory://…``).

    Raises
    ------
    FileError : the address cannot be reached, a part is damaged, or nothing can be written there
    """

    def __init__(self, address: str | Path) -> None:
        import fsspec

        self.address = str(address)
        try:
            files, root = fsspec.url_to_fs(self.address)
        except (ValueError, ImportError) as error:
            # What fsspec raises for a protocol that it does not know, or whose package is not installed.
            raise FileError("file.address", path=self.address, reason=str(error)) from error
        self._files: AbstractFileSystem = files
        self._root: str = root.rstrip("/")
        self._checked: set[str] = set()

    def read(self) -> pl.DataFrame:
        """Read all observations, checked; an address without parts gives an empty table."""
        parts = [self._read_part(path) for path in self._parts()]
        return pl.concat(parts) if parts else empty_panel()

    def as_of(self, day: date) -> pl.DataFrame:
        """Give the panel as known on a day; see :func:`havre.panel.vintage.as_of`."""
        return as_of(self.read(), day)

    def hashes(self) -> dict[str, str]:
        """Give the SHA-256 of each part."""
        found: dict[str, str] = {}
        for path in self._parts():
            with self._files.open(path, "rb") as part:
                found[path.rsplit("/", 1)[-1]] = hashlib.sha256(part.read()).hexdigest()
        return found

    def append(self, observations: pl.DataFrame, table: str = "table") -> int:
        """Check and add observations; give the number of rows that were news.

        Raises
        ------
        PanelError : the table breaks the schema, or says another value for a key as of a day on which the store
            has one already; nothing was written
        FileError : the part cannot be written; nothing was left half-written
        """
        checked = check_observations(observations, table)
        known = self.read()
        check_none(_contradictions(checked, known, table), PanelError)
        news = only_news(checked, known)
        if news.height == 0:
            return 0
        content = io.BytesIO()
        news.write_parquet(content, compression="zstd")
        self._write_part(_part_name(content.getvalue()), content.getvalue())
        return news.height

    def has_parts(self) -> bool:
        """Tell whether anything is kept there."""
        return bool(self._parts())

    def select(self, source: str, measures: Sequence[str], destinations: Sequence[str]) -> pl.DataFrame:
        """Read the observations of some measures and destinations of one source, with all their vintages."""
        wanted = (
            (pl.col("source") == source)
            & pl.col("measure").is_in(list(measures))
            & pl.col("destination").is_in(list(destinations))
        )
        parts = [self._select_part(path, wanted) for path in self._parts()]
        return pl.concat([empty_panel(), *parts])

    def add_news(self, news: pl.DataFrame) -> None:
        """Write rows that were checked, and compared with what is known, by whoever gives them.

        Raises
        ------
        FileError : the part cannot be written; nothing was left half-written
        """
        content = io.BytesIO()
        news.write_parquet(content, compression="zstd", statistics=True)
        self._write_part(_part_name(content.getvalue()), content.getvalue())

    def _select_part(self, path: str, wanted: pl.Expr) -> pl.DataFrame:
        """Read some rows of a part. Its bytes are checked once; later reads of this store only look what is in it."""
        if path not in self._checked or self._files.protocol not in ("file", ("file", "local")):
            self._read_part(path)
            self._checked.add(path)
        if self._files.protocol in ("file", ("file", "local")):
            return pl.scan_parquet(path).filter(wanted).collect()
        return self._read_part(path).filter(wanted)

    def _parts(self) -> list[str]:
        if not self._files.exists(self._root):
            return []
        return sorted(str(path) for path in self._files.glob(f"{self._root}/observations-*.parquet"))

    def _read_part(self, path: str) -> pl.DataFrame:
        try:
            with self._files.open(path, "rb") as part:
                content = part.read()
        except OSError as error:
            reason = error.strerror or str(error)
            raise FileError("file.damaged", path=path, expected="Parquet", reason=reason) from error
        if _part_name(content) != path.rsplit("/", 1)[-1]:
            raise FileError("file.damaged", path=path, expected="Parquet", reason=f"SHA-256 ≠ {path[-24:-8]}…")
        return parse_observations(io.BytesIO(content), path)

    def _write_part(self, name: str, content: bytes) -> None:
        temporary, final = f"{self._root}/.{name}.part", f"{self._root}/{name}"
        try:
            self._files.makedirs(self._root, exist_ok=True)
            with self._files.open(temporary, "wb") as part:
                part.write(content)
            self._files.mv(temporary, final)
        except OSError as error:
            raise FileError("file.not_writable", path=final, reason=error.strerror or str(error)) from error
        finally:
            _forget(lambda: self._files.rm(temporary))


def _part_name(content: bytes) -> str:
    return f"observations-{hashlib.sha256(content).hexdigest()[:16]}.parquet"


def _contradictions(new: pl.DataFrame, known: pl.DataFrame, table: str) -> list[Problem]:
    """Tell the rows that say another value than the store has as of the same day: which of the two is true?"""
    on = [*KEY, "as_of"]
    both = new.with_row_index("row", offset=1).join(known, on=on, suffix="_known").sort("row")
    told = both.filter(pl.any_horizontal([pl.col(c).ne_missing(pl.col(f"{c}_known")) for c in SAID])).head(20)
    return [
        Problem.of("panel.duplicate_key", table=table, row=row["row"], key=key_of(row), as_of=row["as_of"], count=2)
        for row in told.iter_rows(named=True)
    ]


def parse_observations(content: Path | io.BytesIO, name: str) -> pl.DataFrame:
    """Read one Parquet table of observations and check it.

    Parameters
    ----------
    content : a path, or the bytes of the file
    name : how to call it in an error

    Raises
    ------
    FileError : the content is not Parquet, or is damaged
    PanelError : the table breaks the schema
    """
    return check_observations(read_parquet(content, name), name)


def read_observations(path: Path) -> pl.DataFrame:
    """Read a table of observations from a Parquet or CSV file (UTF-8, header) and check it.

    Raises
    ------
    FileError : the file is missing or cannot be read
    PanelError : the table breaks the schema, or has a personal column
    """
    return check_observations(read_table(path), path.name)


def export_observations(frame: pl.DataFrame, path: Path) -> None:
    """Write observations to a ``.csv`` or ``.parquet`` file, whole or not at all.

    Raises
    ------
    FileError : the file name ends otherwise, there is such a file already, or it cannot be written
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise FileError("file.ending", path=path, expected=".csv, .parquet")
    if path.exists():
        raise FileError("file.exists", path=path)
    content = io.BytesIO()
    if ending == ".csv":
        frame.write_csv(content)
    else:
        frame.write_parquet(content, compression="zstd")
    write_whole(path, content.getvalue())


def _forget(remove: Callable[[], object]) -> None:
    try:
        remove()
    except OSError:
        return
