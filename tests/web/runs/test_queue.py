"""The queue: its order, its bounds, stopping, a restart, and what is erased when. Workers are played by a stand-in."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from havre.errors import FileError
from havre.web.runs import queue as queue_module
from havre.web.runs.process import Ended
from havre.web.runs.queue import Asked, QueueFullError, RunQueue
from havre.web.runs.store import ID, KEPT_SECONDS, RunStore, new_id
from havre.web.settings import WebSettings

FILES = {"input_csv/locations.csv": b"#name\n"}


class Played:
    """Plays a worker: waits until it is let go or stopped."""

    go = threading.Event()
    seen: ClassVar[list[str]] = []

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def run(self, task: dict[str, Any], folder: Path, progress: Any) -> Ended:
        Played.seen.append(task["folder"])
        assert (folder / task["folder"] / "input_csv/locations.csv").is_file()
        progress(1, 2)
        while not Played.go.is_set() and not self._stopped.is_set():
            time.sleep(0.005)
        return Ended("stopped") if self._stopped.is_set() else Ended("done", b"{}")

    def stop(self) -> None:
        self._stopped.set()


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _played(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(queue_module, "Worker", Played)
    Played.go, Played.seen = threading.Event(), []
    yield
    Played.go.set()


def made(folder: Path, clock: Clock | None = None, **changes: Any) -> RunQueue:
    return RunQueue(WebSettings(state=folder, **changes), clock or Clock())


def asked(name: str = "one") -> Asked:
    return Asked(name, 10, 1, files=FILES)


def until(true: Any) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def state(queue: RunQueue, run_id: str) -> str:
    run = queue.run(run_id)
    return "" if run is None else run.state


def test_runs_go_one_after_the_other_in_their_order(tmp_path: Path) -> None:
    queue = made(tmp_path)
    queue.start()
    runs = [queue.submit(asked(name)) for name in ("a", "b", "c")]
    until(lambda: state(queue, runs[0].id) == "running" and queue.run(runs[0].id).share == 0.5)  # type: ignore[union-attr]
    assert (queue.waiting, queue.place(runs[2].id), queue.running) == (2, 1, 1)
    Played.go.set()
    until(lambda: all(state(queue, run.id) == "done" for run in runs))
    assert Played.seen == ["a", "b", "c"]
    assert queue.result(runs[0].id) == b"{}"
    assert queue.upload(runs[0].id) == FILES
    assert not (tmp_path / "runs" / runs[0].id / "instance").exists()
    queue.end()


def test_a_run_that_cannot_even_begin_fails_alone(tmp_path: Path) -> None:
    queue = made(tmp_path)
    queue.start()
    before, damaged, good = (queue.submit(asked(name)) for name in ("before", "damaged", "good"))
    until(lambda: state(queue, before.id) == "running")
    (tmp_path / "runs" / damaged.id / "upload.zip").write_bytes(b"no archive")
    Played.go.set()
    until(lambda: state(queue, good.id) == "done")
    assert state(queue, damaged.id) == "failed"
    queue.end()


def test_what_is_too_much_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    queue = made(tmp_path, runs_waiting=3)
    for _ in range(3):
        queue.submit(asked())
    with pytest.raises(QueueFullError):
        queue.submit(asked())
    assert len(list((tmp_path / "runs").iterdir())) == 3


def test_a_run_is_stopped_while_it_waits_or_runs(tmp_path: Path) -> None:
    queue = made(tmp_path)
    queue.start()
    running, waiting = queue.submit(asked()), queue.submit(asked())
    until(lambda: state(queue, running.id) == "running")
    queue.stop(waiting.id)
    assert state(queue, waiting.id) == "stopped"
    queue.stop(running.id)
    until(lambda: state(queue, running.id) == "stopped")
    queue.stop(running.id)
    assert queue.result(running.id) is None
    queue.end()


def test_what_a_restart_finds_unfinished_is_told_as_interrupted(tmp_path: Path) -> None:
    first = made(tmp_path)
    first.start()
    running, waiting = first.submit(asked()), first.submit(asked())
    # Until its worker has begun: before that its files are still being laid out.
    until(lambda: len(Played.seen) == 1)
    # The process dies: nothing more is written.
    second = made(tmp_path)
    second.start()
    assert [state(second, run.id) for run in (running, waiting)] == ["interrupted"] * 2
    assert not (tmp_path / "runs" / running.id / "instance").exists()
    second.end()
    first.end()
    assert state(first, waiting.id) == "interrupted"


def test_a_day_after_its_end_a_run_is_erased(tmp_path: Path) -> None:
    clock = Clock()
    queue = made(tmp_path, clock)
    queue.start()
    run = queue.submit(asked())
    Played.go.set()
    until(lambda: state(queue, run.id) == "done")
    clock.now += KEPT_SECONDS - 1
    queue.tidy()
    assert queue.result(run.id) == b"{}"
    clock.now += 1
    queue.tidy()
    assert queue.run(run.id) is None
    assert list((tmp_path / "runs").iterdir()) == []
    queue.end()


def test_a_run_that_is_erased_while_it_runs_is_gone(tmp_path: Path) -> None:
    queue = made(tmp_path)
    queue.start()
    run = queue.submit(asked())
    until(lambda: state(queue, run.id) == "running")
    queue.erase(run.id)
    assert queue.run(run.id) is None
    until(lambda: list((tmp_path / "runs").iterdir()) == [])
    queue.end()


def test_only_so_many_results_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "MOST_KEPT", 2)
    clock = Clock()
    queue = made(tmp_path, clock)
    queue.start()
    Played.go.set()
    runs = []
    for _ in range(4):
        clock.now += 1
        runs.append(queue.submit(asked()))
        until(lambda: state(queue, runs[-1].id) == "done")
    queue.tidy()
    assert [queue.run(run.id) is not None for run in runs] == [False, False, True, True]
    queue.end()


def test_names_cannot_be_guessed_and_nothing_else_is_a_name(tmp_path: Path) -> None:
    assert len({new_id() for _ in range(500)}) == 500
    assert all(ID.fullmatch(new_id()) for _ in range(500))
    for name in ("..", "../../etc", "a" * 21, "a" * 23, "a" * 21 + "/"):
        with pytest.raises(KeyError):
            RunStore(tmp_path).path(name)


def test_a_damaged_run_on_disk_is_erased_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / new_id()
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{", encoding="utf-8")
    queue = made(tmp_path)
    queue.start()
    assert not folder.exists()
    queue.end()


def test_nothing_about_who_asked_is_kept(tmp_path: Path) -> None:
    queue = made(tmp_path)
    run = queue.submit(asked())
    kept = (tmp_path / "runs" / run.id / "run.json").read_text(encoding="utf-8")
    assert not {"address", "ip", "agent", "cookie", "host"} & set(kept.lower().split('"'))


def test_nothing_of_an_upload_stays_where_its_run_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise FileError("file.not_writable", path="run.json", reason="No space left on device")

    queue = made(tmp_path)
    monkeypatch.setattr(queue.store, "write", full)
    with pytest.raises(FileError):
        queue.submit(asked())
    assert list(queue.store.folder.iterdir()) == []
