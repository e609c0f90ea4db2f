"""Reads a release back from its folder: the tables of what was published, and what a human did to it.

What a release hides is in none of its files. A month that a series lacks between its first and its last is therefore
shown as hidden, also where nobody ever published it.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from havre.errors import FileError, Problem, RecordError, check_none
from havre.record.draft import facts_from
from havre.record.folder import MANIFEST
from havre.record.publication import BESIDE, PROOF
from havre.record.tables import FORECASTS, HISTORY, SCOPE_KEY, SERIES, SKILL, Release
from havre.record.verify import reviewed_from

_HUB_KEY = ["measure", "source", "origin", "destination"]
SHOWN = "target-data/time-series.parquet"


@dataclass(frozen=True)
class Published:
    """A release as its folder holds it.

    Parameters
    ----------
    folder : where it lies
    release : its tables; ``history`` has every month from the first to the last of each series
    manifest : as it was read
    contents : every file by its path within the folder, the manifest and what proves it included
    logged : whether a proof that it was logged lies beside it; without one no person has reviewed it
    """

    folder: Path
    release: Release
    manifest: Mapping[str, Any]
    contents: Mapping[str, bytes]
    logged: bool

    @property
    def id(self) -> str:
        """Name of the release."""
        return self.release.facts.id

    @property
    def manifest_sha256(self) -> str:
        """SHA-256 of the manifest, as the log has it."""
        return hashlib.sha256(self.contents[MANIFEST]).hexdigest()


def read_published(folder: Path) -> Published:
    """Read a release whole and compare each file with its manifest.

    Raises
    ------
    FileError : there is no release in the folder, or a file cannot be read
    RecordError : a file is missing or was changed (all of them are told), or a table breaks its schema
    """
    manifest = _manifest(folder)
    contents = _contents(folder, manifest["files"])
    review = None
    if manifest.get("review") is not None:
        review = reviewed_from(manifest["review"], str(folder / MANIFEST))
    try:
        facts = facts_from(manifest)
        series = _csv(contents["series.csv"], SERIES)
        release = Release(
            facts,
            series,
            _forecasts(contents, series, facts.ensemble),
            _history(contents[SHOWN], series),
            _csv(contents["skill.csv"], SKILL),
            review,
        )
    except (KeyError, ValueError, pl.exceptions.PolarsError) as error:
        raise RecordError("record.verify.proof", where=folder, reason=str(error)) from error
    return Published(folder, release, manifest, contents, PROOF in contents)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise FileError("file.missing", path=path) from error
    except (OSError, ValueError, RecursionError) as error:
        raise RecordError("record.verify.proof", where=path, reason=str(error)) from error
    if not isinstance(found, dict) or not isinstance(found.get("files"), dict):
        raise RecordError("record.verify.proof", where=path, reason="files")
    return found


def _contents(folder: Path, digests: Mapping[str, str]) -> dict[str, bytes]:
    """Read every file that the manifest names, and what lies beside it."""
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    for name, digest in digests.items():
        path = folder / name
        try:
            # A name that leads out of the folder is none of this release.
            path.resolve().relative_to(folder.resolve())
            content = path.read_bytes()
        except (OSError, ValueError):
            problems.append(Problem.of("record.verify.changed", path=path))
            continue
        if hashlib.sha256(content).hexdigest() != digest:
            problems.append(Problem.of("record.verify.changed", path=path))
        contents[name] = content
    check_none(problems, RecordError)
    for name in BESIDE:
        if (folder / name).is_file():
            contents[name] = (folder / name).read_bytes()
    return contents


def _csv(content: bytes, schema: pl.Schema) -> pl.DataFrame:
    texts = pl.read_csv(io.BytesIO(content), infer_schema=False)
    return texts.select([_typed(name, kind) for name, kind in schema.items()])


def _typed(name: str, kind: pl.DataType) -> pl.Expr:
    return pl.col(name).str.to_date() if kind == pl.Date() else pl.col(name).cast(kind)


def _forecasts(contents: Mapping[str, bytes], series: pl.DataFrame, ensemble: str) -> pl.DataFrame:
    """Give the forecasts of all models for each scope; those of the ensemble that are hidden have null values."""
    names = sorted(name for name in contents if name.startswith("model-output/") and name.endswith(".parquet"))
    tables = [
        pl.read_parquet(io.BytesIO(contents[name])).with_columns(model=pl.lit(Path(name).parent.name.partition("-")[2]))
        for name in names
    ]
    keys = series.select("scope", *_HUB_KEY)
    hub = pl.concat(tables).rename(
        {"target": "measure", "target_end_date": "target_month", "output_type_id": "quantile"}
    )
    shown = keys.join(hub, on=_HUB_KEY, maintain_order="left_right").select(FORECASTS.names())
    levels = shown["quantile"].unique().sort()
    told = pl.read_csv(io.BytesIO(contents["forecast.csv"]), infer_schema=False)
    columns = [*SCOPE_KEY, "horizon", "target_month"]
    hidden = told.filter(pl.col("suppressed") == "True").select(_typed(name, FORECASTS[name]) for name in columns)
    empty = hidden.join(levels.to_frame(), how="cross").with_columns(
        model=pl.lit(ensemble), value=pl.lit(None, dtype=pl.Float64)
    )
    return pl.concat(
        [shown.cast(dict(FORECASTS.items())), empty.select(FORECASTS.names()).cast(dict(FORECASTS.items()))]
    )


def _history(content: bytes, series: pl.DataFrame) -> pl.DataFrame:
    shown = pl.read_parquet(io.BytesIO(content)).rename(
        {"target": "measure", "target_end_date": "period", "observation": "value"}
    )
    first = shown.group_by(_HUB_KEY).agg(first=pl.col("period").min())
    spans = series.join(first, on=_HUB_KEY, how="inner", maintain_order="left")
    months = spans.with_columns(period=pl.date_ranges("first", "last_month", "1mo")).explode("period")
    joined = months.join(shown, on=[*_HUB_KEY, "period"], how="left", maintain_order="left")
    return joined.with_columns(suppressed=pl.col("value").is_null()).select(HISTORY.names())
