"""Only what was logged is read back, and a later forecast never takes the place of the first."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from havre.errors import FileError, RecordError
from havre.record.folder import write_release
from havre.record.frozen import FROZEN, Registered, first_logged, forecast_files, read_frozen
from havre.record.hub import model_output
from tests.record.release_samples import MEASURE_NAMES, sample_release

AT = datetime(2021, 1, 15, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_release(sample_release(), tmp_path / "r", measure_names=MEASURE_NAMES, model_descriptions={})


def registered(folder: Path, name: str = "r", at: datetime = AT) -> Registered:
    every = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return Registered(name, at, forecast_files(every))


def test_it_reads_every_forecast_that_was_logged(folder: Path) -> None:
    frozen = read_frozen(registered(folder), folder)
    assert frozen.schema == FROZEN
    expected = pl.concat([table for _, table in model_output(sample_release())])
    assert frozen.height == expected.height > 0
    assert sorted(frozen["value"]) == sorted(expected["value"])
    assert set(frozen["model"]) == set(sample_release().forecasts["model"])
    assert set(frozen["logged_at"]) == {AT}


def test_a_changed_forecast_is_refused_and_named(folder: Path) -> None:
    known = registered(folder)
    path = folder / next(iter(known.files))
    pl.read_parquet(path).with_columns(pl.col("value") + 1).write_parquet(path)
    with pytest.raises(RecordError, match=path.name):
        read_frozen(known, folder)
    path.unlink()
    with pytest.raises(FileError, match=path.name):
        read_frozen(known, folder)


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda _: pl.DataFrame({"a": [1]}),
        lambda table: table.filter(pl.col("output_type_id") != 0.5),
        lambda table: pl.concat([table, table.head(1)]),
        lambda table: table.with_columns(value=pl.lit(float("nan"))),
        lambda table: table.with_columns(value=pl.lit(None, dtype=pl.Float64)),
    ],
)
def test_a_logged_file_that_is_no_forecast_is_refused(
    folder: Path, spoilt: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    path = next((folder / "model-output" / "havre-ensemble").iterdir())
    spoilt(pl.read_parquet(path)).write_parquet(path)
    with pytest.raises(RecordError, match=f"{path.name}.*columns"):
        read_frozen(registered(folder), folder)
    path.write_bytes(b"nothing")
    with pytest.raises(RecordError, match=path.name):
        read_frozen(registered(folder), folder)


def test_of_the_same_forecast_the_first_that_was_logged_counts(folder: Path) -> None:
    first = read_frozen(registered(folder, "zz-first"), folder)
    better = first.with_columns(
        pl.col("value") + 5, release=pl.lit("later"), logged_at=pl.col("logged_at") + timedelta(days=9)
    )
    joined = first_logged([better, first])
    assert joined.height == first.height
    assert set(joined["release"]) == {"zz-first"}
    assert first_logged([]).schema == FROZEN
