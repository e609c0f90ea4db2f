"""A release as a folder: written whole under a temporary name, then renamed; it exists entirely or not at all."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path

import polars as pl

from havre.errors import FileError
from havre.places import place_name
from havre.record.disclosure import count_suppressed
from havre.record.hub import hub_config, model_metadata, model_output, target_data
from havre.record.report import render_report
from havre.record.tables import SCOPE_KEY, Release
from havre.record.written_tables import csv_of, parquet_of
from havre.texts import Language

INTERVALS = (0.5, 0.8, 0.95)
MANIFEST = "manifest.json"
OVERRIDE_KEY = ["scope", "origin", "destination", "horizon"]


def write_release(
    release: Release,
    out: Path,
    *,
    measure_names: Mapping[str, Mapping[Language, str]],
    model_descriptions: Mapping[str, str],
    further: Mapping[str, bytes] | None = None,
) -> Path:
    """Write a release into a new folder: hub layout, CSV tables, ``report.html`` and ``manifest.json``.

    Parameters
    ----------
    out : the folder; it must not exist, or be empty
    further : explanations of its figures, by path

    Raises
    ------
    FileError : the folder is there and not empty, or it cannot be written; nothing is left half-written
    """
    check_free(out)
    files = {**dict(release_files(release, measure_names, model_descriptions)), **(further or {})}
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    return write_files(out, {**files, MANIFEST: manifest_bytes(release, digests)}.items())


def write_files(out: Path, files: Iterable[tuple[str, bytes]]) -> Path:
    """Write files into a new folder under a temporary name, then rename it: it is there whole or not at all.

    Parameters
    ----------
    out : the folder; it must not exist, or be empty
    files : path within the folder, and content

    Raises
    ------
    FileError : the folder is there and not empty, or it cannot be written; nothing is left half-written
    """
    check_free(out)
    missing = [folder for folder in out.parents if not folder.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        _remove_empty(missing)
        raise FileError("file.not_writable", path=out, reason=error.strerror or str(error)) from error
    try:
        for name, content in files:
            _write(building / name, content)
        building.chmod(0o755)
        if out.exists():
            out.rmdir()
        building.rename(out)
    except OSError as error:
        raise FileError("file.not_writable", path=out, reason=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
        _remove_empty(missing)
    return out


def _write(path: Path, content: bytes) -> None:
    """Write a file and see it on the disk, so that a folder that was renamed into place is complete after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove folders, the innermost first, up to the first one that holds something."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def check_free(out: Path) -> None:
    """Check, before any work, that a release may be written here.

    Raises
    ------
    FileError : the folder exists and is not empty, or is a file, or no folder can be made there
    """
    try:
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise FileError("file.exists", path=out)
        parent = next(folder for folder in out.absolute().parents if folder.exists())
        # Permissions do not tell all (a read-only disk, a system folder): only trying does.
        tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=parent).cleanup()
    except OSError as error:
        raise FileError("file.not_writable", path=out, reason=error.strerror or str(error)) from error


def release_files(
    release: Release, measure_names: Mapping[str, Mapping[Language, str]], model_descriptions: Mapping[str, str]
) -> Iterator[tuple[str, bytes]]:
    """Give every file of a release but the manifest, as path and content."""
    for path, table in (*model_output(release), *target_data(release)):
        yield path, parquet_of(table)
    for path, config in hub_config(release):
        yield path, _json(config)
    for path, text in model_metadata(release, model_descriptions):
        yield path, text.encode()
    yield "forecast.csv", csv_of(forecast_table(release))
    yield "skill.csv", csv_of(release.skill)
    yield "series.csv", csv_of(release.series)
    yield "report.html", render_report(release, measure_names).encode()


def forecast_table(release: Release) -> pl.DataFrame:
    """Give the ensemble as one row per series and month: median and central intervals, for a spreadsheet.

    ``stated`` is what a reviewer put in the place of the median, with the reason; null where they left it.
    """
    ensemble = release.forecasts.filter(pl.col("model") == release.facts.ensemble)
    ends = {"median": 0.5}
    for interval in INTERVALS:
        ends[f"low_{round(100 * interval)}"] = round((1 - interval) / 2, 3)
        ends[f"high_{round(100 * interval)}"] = round((1 + interval) / 2, 3)
    keys = [*SCOPE_KEY, "horizon", "target_month"]
    picked = {name: pl.col("value").filter(pl.col("quantile") == level).first() for name, level in ends.items()}
    table = ensemble.group_by(keys, maintain_order=True).agg(**picked)
    facts = release.series.select(*SCOPE_KEY, "source", "last_month")
    names = {code: place_name(code, "en") for code in {*release.series["origin"], *release.series["destination"]}}
    stated = table.join(overrides_table(release), on=OVERRIDE_KEY, how="left", maintain_order="left")
    return stated.join(facts, on=list(SCOPE_KEY), maintain_order="left").with_columns(
        suppressed=pl.col("median").is_null(),
        automated=pl.lit(value=True),
        origin_name=pl.col("origin").replace_strict(names, return_dtype=pl.String),
        destination_name=pl.col("destination").replace_strict(names, return_dtype=pl.String),
    )


def overrides_table(release: Release) -> pl.DataFrame:
    """Give the figures that the reviewer replaced: key, ``stated`` and ``override_reason``."""
    overrides = () if release.review is None else release.review.overrides
    schema = {
        "scope": pl.String,
        "origin": pl.String,
        "destination": pl.String,
        "horizon": pl.Int32,
        "stated": pl.Float64,
        "override_reason": pl.String,
    }
    return pl.DataFrame([(*each.key, each.stated, each.reason) for each in overrides], schema=schema, orient="row")


def manifest_bytes(release: Release, files: Mapping[str, str]) -> bytes:
    """Write the manifest of a release as its file."""
    return _json(manifest_of(release, files))


def manifest_of(release: Release, files: Mapping[str, str]) -> Mapping[str, object]:
    """Give what identifies a release: facts, inputs with SHA-256, options, seed, and each file with its SHA-256."""
    facts = asdict(release.facts)
    return {
        "format": "havre-release/1",
        **facts,
        "suppressed": count_suppressed(release.history, release.forecasts),
        "automated": True,
        "reviewed_by": None if release.review is None else release.review.reviewer,
        "review": None if release.review is None else release.review.as_dict(),
        "files": dict(sorted(files.items())),
    }


def _json(content: Mapping[str, object]) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=_plain)
    return (text + "\n").encode()


def _plain(value: object) -> object:
    if isinstance(value, date | Path):
        return str(value)
    raise TypeError(f"a manifest cannot hold {type(value)}")
