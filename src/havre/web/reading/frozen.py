"""The published track record: every frozen forecast against what came, read back from its folder and checked."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from havre.errors import Problem, RecordError, check_none
from havre.record.track import COUNTS, LEAGUE, OVERRIDDEN, RELEASES, SERIES_KEY, TrackRecord
from havre.record.track_publication import DIGESTS, FORMAT
from havre.web.reading.vintages import verdict_of

LEAGUE_FILE, SCORES_FILE = "league.json", "scores.parquet"
PAGE_ROWS = 50
Series = tuple[str, str, str, str]
"""Measure, source, origin, destination."""
_CASE = ("release", *SERIES_KEY, "origin_date", "horizon")


@dataclass(frozen=True)
class Frozen:
    """A published track record.

    Parameters
    ----------
    record : as it was published
    folder : its name within the record
    """

    record: TrackRecord
    folder: str

    @cached_property
    def overridden(self) -> list[dict[str, Any]]:
        """The figures that a reviewer replaced and whose month was counted."""
        return self.record.overridden.to_dicts()

    @property
    def better_stated(self) -> int:
        """How many of the replaced figures came nearer to the count than the computed ones."""
        return sum(1 for row in self.overridden if abs(row["error_stated"]) < abs(row["error_computed"]))

    @property
    def worse_stated(self) -> int:
        """How many of the replaced figures came less near to the count than the computed ones."""
        return sum(1 for row in self.overridden if abs(row["error_stated"]) > abs(row["error_computed"]))

    @cached_property
    def own(self) -> pl.DataFrame:
        """Every scored forecast of what was published as the forecast: a row for each, the newest month first.

        Columns of :data:`havre.record.track.SCORES`, as computed, with what a reviewer ``stated``.
        """
        naive = self.record.league.filter("naive")["model"].unique()
        found = self.record.scores.filter(~pl.col("model").is_in(naive.implode()))
        stated = found.filter(figures="stated").select(
            *_CASE, "model", stated=pl.col("median"), stated_error=pl.col("error")
        )
        computed = found.filter(figures="computed").join(stated, on=[*_CASE, "model"], how="left", nulls_equal=True)
        # A reviewer's row stands beside each of a release; only where its median differs did anybody change it.
        changed = pl.col("stated") != pl.col("median")
        told = computed.with_columns(
            stated=pl.when(changed).then("stated"), stated_error=pl.when(changed).then("stated_error")
        )
        return told.sort("target_end_date", *SERIES_KEY, "horizon", "model", descending=[True, *(False,) * 6])

    @cached_property
    def models(self) -> list[str]:
        """Names of the models whose forecasts are listed, that of most forecasts first."""
        return [
            str(name)
            for name in self.own.group_by("model").len().sort("len", "model", descending=[True, False])["model"]
        ]

    @cached_property
    def series(self) -> list[Series]:
        """Every series with a scored forecast."""
        rows = self.own.select(SERIES_KEY).unique().sort(SERIES_KEY).iter_rows()
        return [(str(a), str(b), str(c), str(d)) for a, b, c, d in rows]

    def rows(self, series: Series | None, release: str | None, number: int) -> tuple[list[dict[str, Any]], int]:
        """Give a page of the frozen forecasts, and how many there are.

        Parameters
        ----------
        series, release : only those; ``None``: all
        number : of the page, from 1
        """
        found = self.own
        if series is not None:
            found = found.filter(**dict(zip(SERIES_KEY, series, strict=True)))
        if release is not None:
            found = found.filter(release=release)
        return found.slice((number - 1) * PAGE_ROWS, PAGE_ROWS).to_dicts(), found.height


@dataclass(frozen=True)
class JudgedSeries:
    """How the published forecasts of a series turned out.

    Parameters
    ----------
    name : measure, source, origin and destination, as the page of the track record asks for it
    count : published forecasts that were judged
    held : in how many of them the 80 % interval held the count
    """

    name: str
    count: int
    held: int

    @property
    def verdict(self) -> str:
        """Which sentence tells how often it held; see :func:`havre.web.reading.vintages.verdict_of`."""
        return verdict_of(self.held, self.count)


def judged_series(folder: Path | None, series: Series) -> JudgedSeries | None:
    """Tell how the published forecasts of a series turned out; ``None`` where none was judged or it cannot be told."""
    if folder is None:
        return None
    try:
        found = read_frozen(folder).own.filter(**dict(zip(SERIES_KEY, series, strict=True)))
    except RecordError:
        return None
    if found.height == 0:
        return None
    return JudgedSeries("/".join(series), found.height, int(found["covered_80"].sum()))


@lru_cache(maxsize=2)
def read_frozen(folder: Path) -> Frozen:
    """Read a published track record and compare each file with its digest.

    A folder never changes once it was published, so it is read once.

    Raises
    ------
    RecordError : a file is missing or was changed, or it is none
    """
    try:
        digests = json.loads((folder / DIGESTS).read_bytes())["files"]
        contents = {name: (folder / name).read_bytes() for name in (LEAGUE_FILE, SCORES_FILE, COUNTS)}
        wrong = [
            Problem.of("record.verify.changed", path=folder / name)
            for name, content in contents.items()
            if digests[name] != hashlib.sha256(content).hexdigest()
        ]
        check_none(wrong, RecordError)
        told = json.loads(contents[LEAGUE_FILE])
        return Frozen(_record(told, contents), folder.name)
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as error:
        raise RecordError("record.verify.proof", where=folder, reason=str(error)) from error


def _record(told: Mapping[str, Any], contents: Mapping[str, bytes]) -> TrackRecord:
    if told["format"] != FORMAT:
        raise ValueError(told["format"])
    return TrackRecord(
        date.fromisoformat(told["known_on"]),
        told["log"],
        told["entries"],
        told["inputs"],
        _table(told["releases"], RELEASES),
        pl.read_parquet(io.BytesIO(contents[SCORES_FILE])),
        _table(told["league"], LEAGUE),
        _table(told["overridden"], OVERRIDDEN),
        pl.read_parquet(io.BytesIO(contents[COUNTS])),
        told["rounding"],
    )


def _table(rows: list[dict[str, Any]], schema: pl.Schema) -> pl.DataFrame:
    """Make a table of plain JSON values."""
    texts = {name: pl.String() if kind.is_temporal() else kind for name, kind in schema.items()}
    table = pl.DataFrame(rows, schema=texts, orient="row")
    return table.with_columns(_time(name, kind) for name, kind in schema.items() if kind.is_temporal())


def _time(name: str, kind: pl.DataType) -> pl.Expr:
    if kind == pl.Date():
        return pl.col(name).str.to_date()
    return pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC", time_unit="us")
