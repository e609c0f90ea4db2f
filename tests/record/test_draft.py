"""A draft comes back as it was, and one changed byte is another draft."""

from pathlib import Path

import pytest

from havre.errors import FileError, HavreError, RecordError
from havre.record.draft import DIGESTS, TABLES, draft_digest, read_draft, write_draft
from tests.record.release_samples import sample_release

FURTHER = {"cards/model.md": b"# A model\n"}


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
