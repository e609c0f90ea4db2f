"""A draft comes back as it was, and one changed byte is another draft."""

from pathlib import Path

import pytest

from havre.errors import FileError, HavreError, RecordError
from havre.record.draft import DIGESTS, TABLES, draft_digest, read_draft, write_draft
from tests.record.release_samples import sample_release

FURTHER = {"model-card.en.md": b"# A model\n"}


def test_a_draft_comes_back_as_it_was(tmp_path: Path) -> None:
    release = sample_release()
    digest = write_draft(release, tmp_path / "draft", FURTHER)
    again, further = read_draft(tmp_path / "draft")
    assert further == FURTHER
    for name in TABLES:
        assert getattr(again, name).equals(getattr(release, name))
    assert again.facts.sources == release.facts.sources
    assert (again.facts.id, again.facts.made_on, again.facts.backtest_origins) == (
        release.facts.id,
        release.facts.made_on,
        release.facts.backtest_origins,
    )
    assert draft_digest(tmp_path / "draft") == digest
    assert write_draft(again, tmp_path / "copy", further) == digest


def test_every_changed_missing_or_added_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    write_draft(sample_release(), folder, FURTHER)
    (folder / "skill.parquet").write_bytes(b"other")
    (folder / "series.parquet").unlink()
    (folder / "added.txt").write_text("new")
    with pytest.raises(RecordError) as caught:
        draft_digest(folder)
    told = "\n".join(problem.sentence() for problem in caught.value.problems)
    assert len(caught.value.problems) == 3
    assert all(name in told for name in ("skill.parquet", "series.parquet", "added.txt"))


def test_any_single_byte_makes_it_another_draft(tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    digest = write_draft(sample_release(), folder, FURTHER)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        if path.name != DIGESTS:
            with pytest.raises(RecordError, match=path.name):
                draft_digest(folder)
        else:
            assert _digest_or_refusal(folder) != digest
        path.write_bytes(content)
    assert draft_digest(folder) == digest


def _digest_or_refusal(folder: Path) -> str:
    try:
        return draft_digest(folder)
    except HavreError as error:
        return str(error)


def test_where_there_is_no_draft_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_draft(tmp_path)


@pytest.mark.parametrize(
    "path",
    ["report.html", "forecast.csv", "manifest.json", "log-entry.json", "model-output/a/b.parquet", "digests.json",
     "explanations/../report.html", "explanations//a.json", "x/digests.json", "model-card.en.md/a"],
)  # fmt: skip
def test_nothing_may_stand_beside_the_tables_that_could_take_the_place_of_what_is_made_of_them(
    tmp_path: Path, path: str
) -> None:
    with pytest.raises(RecordError, match="only explanations and cards"):
        write_draft(sample_release(), tmp_path / "draft", {path: b"hidden count of ERI: 4"})
    assert not (tmp_path / "draft").exists()


@pytest.mark.parametrize("path", ["further/digests.json", "further/x/digests.json", "further/explanations/a.json"])
def test_what_is_put_beside_a_draft_later_is_named_whatever_it_is_called(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "draft"
    digest = write_draft(sample_release(), folder, FURTHER)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text("never reviewed")
    for look in (draft_digest, read_draft):
        with pytest.raises(RecordError, match=path):
            look(folder)
    (folder / path).unlink()
    (folder / "further" / "link.json").symlink_to(folder / DIGESTS)
    with pytest.raises(RecordError, match="link.json"):
        read_draft(folder)
    (folder / "further" / "link.json").unlink()
    with pytest.raises(RecordError, match="was changed: its digest is"):
        read_draft(folder, "0" * 64)
    assert read_draft(folder, digest)[1] == FURTHER
