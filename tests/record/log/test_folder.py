"""A log in a folder: what was appended stays, in order, with one root however it was appended; nothing half done."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.errors import FileError, RecordError
from havre.record.log import writing
from havre.record.log.checkpoint import Checkpoint
from havre.record.log.folder import Log
from havre.record.log.fsck import fsck
from havre.record.log.merkle import is_consistent, leaf_hash, nodes_over, tree_root
from havre.record.log.proof import check_proof, parse_proof, prove
from havre.record.log.tiles import bundle_path, tile_path
from tests.record.log.log_case import KEY, ORIGIN, OTHER, entries, made_log


def root_of(count: int) -> bytes:
    return tree_root(count, nodes_over([leaf_hash(entry) for entry in entries(count)]))


@pytest.mark.parametrize("sizes", [(1,), (255, 1), (256,), (257, 300), (1, 1, 254, 700), (1000,), (256, 256, 256)])
def test_the_root_is_the_same_however_entries_were_appended(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    log = made_log(tmp_path / "log", sizes)
    count = sum(sizes)
    assert (log.size, log.root) == (count, root_of(count))
    assert list(log.entries()) == entries(count)
    assert log.entry(count - 1) == entries(count)[-1]
    checked = fsck(tmp_path / "log", [KEY.verifier])
    assert (checked.size, checked.problems, checked.leftovers) == (count, (), ())


def test_a_log_of_more_than_one_level_of_tiles(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (65_000, 1_000, 300))
    assert log.root == root_of(66_300)
    assert fsck(tmp_path / "log").problems == ()
    assert (tmp_path / "log" / "tile" / "2" / "000.p" / "1").is_file()
    for index in (0, 255, 256, 65_535, 65_536, 66_299):
        proof = prove(log, index)
        assert check_proof(log.entry(index), proof, [KEY.verifier], origin=ORIGIN).index == index


@given(st.lists(st.integers(0, 300), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_every_earlier_log_is_the_beginning_of_the_later(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    log = Log.create(tmp_path_factory.mktemp("l") / "log", ORIGIN, [KEY])
    seen = [(0, log.root)]
    for size in sizes:
        assert log.append(entries(size, log.size), [KEY]) == range(seen[-1][0], seen[-1][0] + size)
        seen.append((log.size, log.root))
    for old, root in seen:
        assert is_consistent(old, log.size, root, log.root, log.consistency_proof(old))


def test_readers_of_an_older_checkpoint_find_all_they_need(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (200,))
    older = log.tree(200)
    root, proof = older.root(), older.inclusion(7)
    log.append(entries(400, 200), [KEY])
    assert not (tmp_path / "log" / "tile" / "0" / "000.p").exists()
    again = log.tree(200)
    assert (again.root(), again.inclusion(7)) == (root, proof)
    assert list(again.entries()) == entries(200)


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


def test_who_is_not_trusted_or_nobody_signs_nothing_into_the_log(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (3,))
    before = sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "log").rglob("*"))
    with pytest.raises(RecordError, match="none of the keys that sign"):
        log.append([b"{}"], [OTHER], [KEY.verifier])
    with pytest.raises(RecordError, match="Nobody signs"):
        log.append([b"{}"], [])
    with pytest.raises(RecordError, match="Nobody signs"):
        Log.create(tmp_path / "new", ORIGIN, [])
    assert sorted((path, path.stat().st_mtime_ns) for path in (tmp_path / "log").rglob("*")) == before
    assert not (tmp_path / "new" / "checkpoint").exists()


def test_entries_that_are_too_long_are_all_told_and_nothing_is_written(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (3,))
    with pytest.raises(RecordError) as caught:
        log.append([b"x" * 65_536, b"fine", b"y" * 70_000], [KEY])
    assert [dict(problem.fields)["number"] for problem in caught.value.problems] == [3, 5]
    assert fsck(tmp_path / "log").leftovers == ()


def test_nothing_is_appended_beside_entries_that_were_changed(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (10,))
    bundle = tmp_path / "log" / "tile" / "entries" / "000.p" / "10"
    bundle.write_bytes(bundle.read_bytes().replace(b'"number":7', b'"number":5'))
    with pytest.raises(RecordError, match=r"entries/000\.p/10.*\(7\)"):
        log.append([b"{}"], [KEY], [KEY.verifier])
    assert log.size == 10


def test_there_is_no_tree_larger_than_the_log(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (10,))
    with pytest.raises(RecordError, match="no entry or size 11"):
        log.consistency_proof(5, 11)
    with pytest.raises(RecordError, match="no entry or size 300"):
        log.inclusion_proof(2, 300)


def test_nothing_is_appended_to_a_log_whose_tiles_were_changed(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (10,))
    tile = tmp_path / "log" / "tile" / "0" / "000.p" / "10"
    tile.write_bytes(b"x" * 320)
    with pytest.raises(RecordError, match="root"):
        log.append([b"{}"], [KEY])
    assert log.size == 10


def test_a_checkpoint_by_another_key_is_refused(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (10,))
    (tmp_path / "log" / "checkpoint").write_bytes(Checkpoint(ORIGIN, 10, log.root).signed([OTHER]).encode())
    with pytest.raises(RecordError, match="none of the keys"):
        log.append([b"{}"], [KEY], [KEY.verifier])
    assert fsck(tmp_path / "log", [KEY.verifier]).problems


def test_a_second_log_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    made_log(tmp_path / "log")
    with pytest.raises(RecordError, match="already"):
        Log.create(tmp_path / "log", ORIGIN, [KEY])
    with pytest.raises(RecordError, match="missing"):
        Log.open(tmp_path / "nothing")


def test_another_writer_waits_and_is_refused_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = made_log(tmp_path / "log")
    monkeypatch.setattr(writing.only_writer.__wrapped__, "__defaults__", (0.05,))  # type: ignore[attr-defined]
    with writing.only_writer(tmp_path / "log"), pytest.raises(RecordError, match="another process"):
        log.append([b"{}"], [KEY])
    assert log.append([b"{}"], [KEY]) == range(3, 4)


@pytest.mark.parametrize("fails_at", range(18))
def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int) -> None:
    log = made_log(tmp_path / "log", (200,))
    before = log.checkpoint
    calls = 0

    def full(number: int) -> None:
        nonlocal calls
        calls += 1
        if calls > fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        told = _append_or_refusal(log)
        assert ("No space left" in told) == (calls > fails_at)
        # Only the very last sync, of the name of the checkpoint, comes after the log has changed.
        assert log.checkpoint == before or log.size == 300
    size = log.size
    assert fsck(tmp_path / "log", [KEY.verifier]).problems == ()
    log.append(entries(400, size), [KEY])
    assert list(log.entries()) == entries(size + 400)
    assert fsck(tmp_path / "log").problems == ()


def _append_or_refusal(log: Log) -> str:
    try:
        log.append(entries(100, 200), [KEY])
    except FileError as error:
        return str(error)
    return ""


LIMITED = """
import resource, signal, sys
from pathlib import Path
from havre.errors import FileError
from havre.record.log.folder import Log
from tests.record.log.log_case import KEY, entries
log, most = Log(Path(sys.argv[1])), int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
try:
    log.append(entries(100, log.size), [KEY])
except FileError as error:
    print(error)
"""


@pytest.mark.parametrize("most", [0, 1, 31, 100, 800, 1_000, 3_000])
def test_a_disk_that_takes_only_so_many_bytes_loses_nothing(tmp_path: Path, most: int) -> None:
    # A limit of the system stops the write in the middle of a file, as a full disk does.
    log = made_log(tmp_path / "log", (200,))
    before = log.checkpoint
    told = subprocess.run(
        [sys.executable, "-c", LIMITED, str(log.folder), str(most)],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": "src:."},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "File too large" in told
    assert log.checkpoint == before
    assert fsck(log.folder, [KEY.verifier]).problems == ()
    log.append(entries(100, 200), [KEY], [KEY.verifier])
    assert list(log.entries()) == entries(300)
    assert fsck(log.folder, [KEY.verifier]).leftovers == ()


WRITER = """
import sys
from pathlib import Path
from tests.record.log.log_case import KEY
from havre.record.log.folder import Log
log, name = Log(Path(sys.argv[1])), sys.argv[2]
number = 0
while True:
    entries = [f'{name} {number + step}'.encode() for step in range(1 + number % 97)]
    log.append(entries, [KEY], [KEY.verifier])
    number += len(entries)
    print(number, flush=True)
"""


def _killed_at_random(folder: Path, times: int, seed: int) -> None:
    """Kill writers at random moments: the log is sound each time, and holds all that was acknowledged."""
    Log.create(folder, ORIGIN, [KEY])
    rng = random.Random(seed)  # noqa: S311 - moments, not secrets
    acknowledged: dict[str, int] = {}
    for turn in range(times):
        name = f"writer{turn}"
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), name],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONPATH": "src:."},
            text=True,
        ) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            assert first
            time.sleep(rng.random() * 0.12)
            writer.send_signal(signal.SIGKILL)
            told = [first, *writer.stdout.readlines()]
        # The last line may be cut by the kill.
        acknowledged[name] = max(int(line) for line in told if line.endswith("\n"))
        checked = fsck(folder, [KEY.verifier])
        assert checked.problems == ()
    found: dict[str, list[int]] = {name: [] for name in acknowledged}
    for entry in Log.open(folder).entries():
        name, number = entry.decode().split()
        found[name].append(int(number))
    for name, numbers in found.items():
        assert numbers == list(range(len(numbers)))
        assert len(numbers) >= acknowledged[name]


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    _killed_at_random(tmp_path / "log", 8, 1)


@pytest.mark.slow
def test_kill_9_at_500_random_moments(tmp_path: Path) -> None:
    _killed_at_random(tmp_path / "log", 500, 2)


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    Log.create(folder, ORIGIN, [KEY])
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.record.log.log_case import KEY\n"
        "from havre.record.log.folder import Log\nlog = Log(Path(sys.argv[1]))\n"
        "for number in range(40): log.append([f'{sys.argv[2]} {number}'.encode()], [KEY])\n"
    )
    environment = {**os.environ, "PYTHONPATH": "src:."}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder), name], cwd=Path(__file__).parents[3], env=environment
        )
        for name in ("one", "two")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]
    told = [entry.decode().split() for entry in Log.open(folder).entries()]
    for name in ("one", "two"):
        assert [int(number) for who, number in told if who == name] == list(range(40))
    assert fsck(folder).problems == ()


def test_no_byte_of_a_proof_can_be_changed(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (5,))
    proof = prove(log, 2).encode()
    assert check_proof(log.entry(2), parse_proof(proof), [KEY.verifier]).signed_by == (ORIGIN,)
    for at in range(len(proof)):
        for bit in (0, 3, 6):
            changed = proof[:at] + bytes([proof[at] ^ 1 << bit]) + proof[at + 1 :]
            with pytest.raises(RecordError):
                check_proof(log.entry(2), parse_proof(changed), [KEY.verifier])


@pytest.mark.parametrize("number", ["05", "²", "", "-1", "9" * 5000])
def test_a_number_is_written_the_only_way_there_is(tmp_path: Path, number: str) -> None:
    whole = prove(made_log(tmp_path / "log", (8,)), 5).encode()
    with pytest.raises(RecordError):
        parse_proof(whole.replace(b"index 5", f"index {number}".encode()))


def test_a_proof_is_of_one_entry_only(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (5,))
    with pytest.raises(RecordError, match="does not show"):
        check_proof(log.entry(3), prove(log, 2), [KEY.verifier])
    with pytest.raises(RecordError, match="none of the keys"):
        check_proof(log.entry(2), prove(log, 2), [OTHER.verifier])
    with pytest.raises(RecordError, match="not of"):
        check_proof(log.entry(2), prove(log, 2), [KEY.verifier], origin="other")
    with pytest.raises(RecordError, match="no entry or size 5"):
        prove(log, 5)
