"""Forecasts as they were logged: read back from the files of a release only if they still have the logged SHA-256."""

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from havre.draws import QUANTILE_LEVELS
from havre.errors import FileError, Problem, RecordError, check_none
from havre.record.hub import MODEL_OUTPUT, TASK_IDS, TEAM

FROZEN = pl.Schema(
    {
        "release": pl.String(),
        "logged_at": pl.Datetime("us", "UTC"),
        "model": pl.String(),
        **{name: dtype for name, dtype in MODEL_OUTPUT.items() if name != "output_type"},
    }
)
"""One row per release, model, series, horizon and quantile level (``output_type_id``)."""
FOLDER = "model-output"


@dataclass(frozen=True)
class Registered:
    """What the log says of the forecasts of a release.

    Parameters
    ----------
    logged_at : time of the log entry [UTC]
    files : SHA-256 by path within the release folder
    """

    release: str
    logged_at: datetime
    files: Mapping[str, str]


def forecast_files(digests: Mapping[str, str]) -> dict[str, str]:
    """Pick the files with forecasts from the SHA-256 of all files of a release: what is registered before the truth."""
    return {path: digest for path, digest in sorted(digests.items()) if path.startswith(f"{FOLDER}/")}


def read_frozen(registered: Registered, folder: Path) -> pl.DataFrame:
    """Read the logged forecasts of a release: table of :data:`FROZEN`.

    Raises
    ------
    RecordError : a file is not the one that was logged, or its table is not laid out as forecasts; each is named
    FileError : a file is missing
    """
    problems: list[Problem] = []
    tables: list[pl.DataFrame] = []
    for path, digest in registered.files.items():
        content = _content(folder / path)
        if hashlib.sha256(content).hexdigest() != digest:
            problems.append(Problem.of("record.frozen.changed", path=folder / path, release=registered.release))
            continue
        table = _forecasts(content)
        if table is None:
            problems.append(Problem.of("record.frozen.layout", path=folder / path))
            continue
        tables.append(_labelled(table, registered, path))
    check_none(problems, RecordError)
    return pl.concat(tables) if tables else pl.DataFrame(schema=FROZEN)


def first_logged(frozen: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Join the forecasts of several releases; of the same forecast in several, the first that was logged counts.

    The same forecast: same model, series, last known month and horizon. So a later, better one cannot take its place.
    """
    every = pl.concat([pl.DataFrame(schema=FROZEN), *frozen])
    same = ["model", "target", "source", "origin", "destination", "origin_date", "horizon"]
    ordered = every.sort("logged_at", "release", maintain_order=True)
    first = pl.col("release").first().over(same)
    return ordered.filter(pl.col("release") == first)


def _forecasts(content: bytes) -> pl.DataFrame | None:
    """Read a table of forecasts; ``None`` where it is none, or a forecast lacks a quantile level or has one twice."""
    try:
        table = pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError:
        return None
    if table.schema != MODEL_OUTPUT:
        return None
    of_each = table.sort("output_type_id").group_by(TASK_IDS).agg(levels=pl.col("output_type_id"))
    complete = all(tuple(levels) == QUANTILE_LEVELS for levels in of_each["levels"].unique())
    return table if complete and table["value"].is_finite().all() and not table["value"].has_nulls() else None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError("file.missing", path=path) from error


def _labelled(table: pl.DataFrame, registered: Registered, path: str) -> pl.DataFrame:
    model = path.split("/")[1].removeprefix(f"{TEAM}-")
    labelled = table.with_columns(
        release=pl.lit(registered.release),
        logged_at=pl.lit(registered.logged_at).cast(FROZEN["logged_at"]),
        model=pl.lit(model),
    )
    return labelled.select([pl.col(name).cast(dtype) for name, dtype in FROZEN.items()])
