"""Faults while writing: a full disk, a kill, two writers, strangers; nothing that was acknowledged is lost."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from havre.errors import FileError, RecordError
from havre.record.log import writing
from havre.record.log.checkpoint import Checkpoint
from havre.record.log.folder import Log
from havre.record.log.fsck import fsck
from tests.record.log.log_case import KEY, ORIGIN, OTHER, entries, made_log


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
