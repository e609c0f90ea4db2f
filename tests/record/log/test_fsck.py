"""A check names the very file that was changed, and takes for damage neither what a crash left nor what may go."""

import errno
import random
from contextlib import suppress
from pathlib import Path

import pytest

from havre.errors import FileError, RecordError
from havre.record.log import writing
from havre.record.log.checkpoint import Checkpoint
from havre.record.log.folder import Log
from havre.record.log.fsck import fsck
from havre.record.log.tiles import bundle_path, tile_path
from tests.record.log.log_case import KEY, ORIGIN, entries, made_log


def told_paths(folder: Path) -> list[str]:
    """Give the files that a check names."""
    problems = fsck(folder, [KEY.verifier]).problems
    return [Path(str(dict(problem.fields)["path"])).relative_to(folder).as_posix() for problem in problems]


def test_any_changed_or_cut_file_is_named_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    made_log(folder, (65_700, 300, 320, 20))
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in (".lock", "checkpoint"))
    rng = random.Random(3)  # noqa: S311 - places, not secrets
    partial = [path for path in paths if ".p/" in path.as_posix()]
    assert len(partial) > 6
    for path in [*partial, folder / "tile/0/000", folder / "tile/1/000", *rng.sample(paths, 3)]:
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        older = ".p/" in name and name not in present_edges(66_340)
        at = rng.randrange(len(content))
        flipped = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        path.write_bytes(rng.choice([content[:-1], flipped]))
        assert told_paths(folder) == [name]
        path.unlink()
        # Who reads an older checkpoint finds the full file, or a partial one; that of an earlier size may go.
        assert told_paths(folder) == ([] if older else [name])
        path.write_bytes(content)
    assert told_paths(folder) == []


def present_edges(size: int) -> set[str]:
    at_edge = {tile_path(level, (size >> 8 * level) // 256, (size >> 8 * level) % 256) for level in range(3)}
    return at_edge | {bundle_path(size // 256, size % 256)}


def test_every_byte_of_the_checkpoint_counts(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    made_log(folder, (300,))
    content = (folder / "checkpoint").read_bytes()
    for at in range(len(content)):
        (folder / "checkpoint").write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with suppress(RecordError):
            assert fsck(folder, [KEY.verifier]).problems


def test_a_history_that_was_rewritten_whole_does_not_have_the_root(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (600,))
    forged = Log.create(tmp_path / "forged", ORIGIN, [KEY])
    forged.append(entries(600, 1), [KEY])
    (tmp_path / "forged" / "checkpoint").write_bytes(log.checkpoint)
    problems = fsck(tmp_path / "forged", [KEY.verifier]).problems
    assert [problem.key for problem in problems] == ["record.log.not_its_root"]
    Log.create(tmp_path / "empty", ORIGIN, [KEY])
    (tmp_path / "empty" / "checkpoint").write_bytes(Checkpoint(ORIGIN, 0, b"x" * 32).signed([KEY]).encode())
    assert [each.key for each in fsck(tmp_path / "empty").problems] == ["record.log.not_its_root"]


def test_a_bundle_and_its_tile_that_were_changed_together_are_both_named(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    made_log(folder, (600,))
    other = Log.create(tmp_path / "other", ORIGIN, [KEY])
    other.append(entries(600, 1), [KEY])
    for name in ("tile/0/001", "tile/entries/001"):
        (folder / name).write_bytes((tmp_path / "other" / name).read_bytes())
    [problem] = fsck(folder).problems
    assert all(name in problem.sentence() for name in ("tile/0/001", "tile/entries/001"))
    # With the tile lost as well, what is left of the two is still not what the level above tells.
    (folder / "tile/0/001").unlink()
    assert {problem.key for problem in fsck(folder).problems} == {"record.log.missing", "record.log.contradict"}


def test_what_a_crash_left_is_no_file_of_an_earlier_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "log"
    log = made_log(folder, (200,))

    def cut(*_: object) -> None:
        raise OSError(errno.EIO, "power cut")

    with monkeypatch.context() as patch:
        # Power goes between tile and checkpoint: files of size 310, and full ones, lie beside those of size 200.
        patch.setattr(writing, "durable", cut)
        with pytest.raises(FileError, match="power cut"):
            log.append(entries(110, 9_000), [KEY])
    checked = fsck(folder, [KEY.verifier])
    assert (checked.size, checked.problems) == (200, ())
    assert {"tile/0/001.p/54", "tile/entries/001.p/54", "tile/0/000", "tile/1/000.p/1"} <= set(checked.leftovers)
    log.append(entries(100, 200), [KEY])
    log.append(entries(50, 300), [KEY])
    # Now the log is larger than what was lost would have been.
    checked = fsck(folder, [KEY.verifier])
    assert (checked.size, checked.problems, checked.leftovers) == (350, (), ())
    assert list(log.entries()) == entries(350)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = made_log(tmp_path / "log", (300,))
    bundle = tmp_path / "log" / "tile" / "entries" / "000"
    bundle.unlink()
    bundle.mkdir()
    with pytest.raises(FileError, match="tile/entries/000"):
        log.entry(5)
    monkeypatch.chdir(tmp_path)
    [problem] = fsck(Path("log")).problems
    assert problem.key == "file.damaged"
    assert str(dict(problem.fields)["path"]) == "log/tile/entries/000"
    (tmp_path / "log" / "checkpoint").unlink()
    (tmp_path / "log" / "checkpoint").mkdir()
    with pytest.raises(FileError, match="checkpoint"):
        fsck(tmp_path / "log")
