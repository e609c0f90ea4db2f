"""What is read back from a release's folder is what was written, and nothing that was changed."""

import json
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from havre.errors import FileError, RecordError
from havre.pipeline import publish
from havre.record.explained_folder import ExplainedFolder
from havre.record.folder import MANIFEST
from havre.record.outlook import read_outlooks
from havre.record.published import read_published
from havre.record.tables import SCOPE_KEY, Release
from tests.explained_case import case
from tests.record.release_samples import sample_release


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(sample_release(), tmp_path_factory.mktemp("release") / "r")


def sorted_forecasts(release: Release) -> pl.DataFrame:
    ensemble = release.forecasts.filter(pl.col("model") == release.facts.ensemble)
    return ensemble.sort(*SCOPE_KEY, "horizon", "quantile")


def test_tables_come_back_as_they_were_written(folder: Path) -> None:
    release, found = sample_release(), read_published(folder).release
    assert found.facts == release.facts
    assert_frame_equal(found.series, release.series, abs_tol=5e-5)
    assert_frame_equal(found.skill, release.skill, abs_tol=5e-5)
    assert_frame_equal(sorted_forecasts(found), sorted_forecasts(release))


def test_outlooks_come_back_with_what_is_hidden_hidden(folder: Path) -> None:
    written, found = read_outlooks(sample_release()), read_outlooks(read_published(folder).release)
    assert [each.key for each in found] == [each.key for each in written]
    for before, after in zip(written, found, strict=True):
        assert after.expected == before.expected
        shown = {month: value for month, value in before.history if value is not None}
        assert {month: value for month, value in after.history if value is not None} == shown


def test_a_plain_release_counts_as_reviewed_by_nobody(folder: Path) -> None:
    found = read_published(folder)
    assert (found.logged, found.release.review) == (False, None)


def test_every_file_that_was_changed_is_named(folder: Path, tmp_path: Path) -> None:
    made = publish(sample_release(), tmp_path / "r")
    names = ("skill.csv", "model-output/havre-ensemble/2020-12-01-havre-ensemble.parquet")
    for name in names:
        (made / name).write_bytes((made / name).read_bytes() + b" ")
    (made / "series.csv").unlink()
    with pytest.raises(RecordError) as refused:
        read_published(made)
    assert {dict(each.fields)["path"] for each in refused.value.problems} == {
        made / each for each in (*names, "series.csv")
    }


def test_a_manifest_that_names_a_file_outside_is_refused(tmp_path: Path) -> None:
    made = publish(sample_release(), tmp_path / "r")
    (tmp_path / "secret").write_text("x")
    manifest = json.loads((made / MANIFEST).read_bytes())
    manifest["files"]["../secret"] = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    (made / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(RecordError, match="secret"):
        read_published(made)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"files": []}', '{"files": {}}', "[" * 100_000])
def test_a_damaged_manifest_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(RecordError):
        read_published(tmp_path)


def test_a_folder_without_a_release_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_published(tmp_path)


def test_explanations_beside_a_plain_release_are_part_of_it(tmp_path: Path) -> None:
    made, further = case()
    folder = publish(made.release, tmp_path / "r", further)
    assert set(further) <= set(read_published(folder).contents)
    figure, median = ExplainedFolder(folder).figures()[0]
    assert ExplainedFolder(folder).find(figure.id).explanation["figure"]["published"] == median
