"""The queue of runs: a few at once in processes of their own, a bounded number waiting, and the rest is refused.

Readers are not hurt: the site's own process only keeps files and reads lines; workers have low priority and limits.
"""

import logging
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from havre.errors import HavreError
from havre.web.runs.process import Ended, Worker
from havre.web.runs.store import KEPT_SECONDS, Run, RunStore, new_id
from havre.web.runs.upload import pack, unpack
from havre.web.settings import WebSettings
from havre.whole_files import write_whole

MOST_KEPT = 1000
"""Runs that are kept at most; the one that ended first is erased first."""
TIDY_SECONDS = 60.0
_INSTANCE = "instance"
_log = logging.getLogger("havre.web")


class QueueFullError(Exception):
    """As many runs are waiting as may wait."""


@dataclass(frozen=True)
class Asked:
    """What is to be run.

    Parameters
    ----------
    name : of the instance
    files : of an upload; or ``folder``, an instance of the site
    keep_at : where the result is kept instead of with the run
    patience : how many times as long as a reader's run it may take
    """

    name: str
    replicas: int
    seed: int
    files: Mapping[str, bytes] | None = None
    folder: Path | None = None
    shown: str = ""
    scenario: dict[str, Any] | None = None
    keep_at: Path | None = None
    unused: tuple[str, ...] = ()
    patience: int = 1


class RunQueue:
    """Runs simulations one after the other.

    Parameters
    ----------
    clock : gives the seconds since 1970
    """

    def __init__(self, settings: WebSettings, clock: Callable[[], float] = time.time) -> None:
        self.store = RunStore(settings.state / "runs")
        self._settings, self._clock = settings, clock
        self._runs: dict[str, Run] = {}
        self._asked: dict[str, Asked] = {}
        self._waiting: deque[str] = deque()
        self._workers: dict[str, Worker] = {}
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._ending = False
        self._started = 0

    def start(self) -> None:
        """Tell what an earlier process left as interrupted, and begin to work.

        An app that is served twice in one process starts it twice; then it ends with the last of them.
        """
        self._started += 1
        if self._started > 1:
            return
        for run in self.store.read_all():
            kept = run
            if not run.is_over:
                kept = replace(run, state="interrupted", ended_at=self._clock())
                self._keep(kept)
                shutil.rmtree(self.store.path(run.id, _INSTANCE), ignore_errors=True)
            self._runs[run.id] = kept
        self._ending = False
        names = [f"run-{number}" for number in range(self._settings.runs_at_once)]
        self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for name in names]
        self._threads.append(threading.Thread(target=self._tidy_now_and_then, name="runs-tidy", daemon=True))
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop every worker; what was not finished is told as interrupted."""
        self._started -= 1
        if self._started > 0:
            return
        with self._changed:
            self._ending = True
            workers = list(self._workers.values())
            self._changed.notify_all()
        for worker in workers:
            worker.stop()
        for thread in self._threads:
            thread.join(timeout=10)
        for run in list(self._runs.values()):
            if not run.is_over:
                self._end(run.id, "interrupted")

    def submit(self, asked: Asked) -> Run:
        """Put a run in the queue.

        Raises
        ------
        QueueFullError : too many are waiting
        HavreError : it cannot be kept on disk
        """
        self.check_room()
        packed = None if asked.files is None else pack(asked.files)
        run = Run(
            new_id(),
            "waiting",
            asked.name,
            asked.replicas,
            asked.seed,
            self._clock(),
            asked.shown,
            asked.scenario,
            unused=asked.unused,
        )
        try:
            if packed is not None:
                self.store.put(run.id, "upload.zip", packed)
            self.store.write(run)
        except HavreError:
            # What was uploaded is kept with its run, or not at all.
            self.store.erase(run.id)
            raise
        with self._changed:
            if len(self._waiting) >= self._settings.runs_waiting:
                self.store.erase(run.id)
                raise QueueFullError
            self._runs[run.id] = run
            # The files are on disk; they are not held in memory while the run waits.
            self._asked[run.id] = replace(asked, files=None)
            self._waiting.append(run.id)
            self._changed.notify_all()
        return run

    def check_room(self) -> None:
        """Refuse early, before anything is read, packed and written.

        Raises
        ------
        QueueFullError : too many are waiting
        """
        with self._changed:
            if len(self._waiting) >= self._settings.runs_waiting:
                raise QueueFullError

    def run(self, run_id: str) -> Run | None:
        """Find a run."""
        return self._runs.get(run_id)

    def place(self, run_id: str) -> int:
        """Tell how many wait before a run."""
        with self._changed:
            return self._waiting.index(run_id) if run_id in self._waiting else 0

    @property
    def is_working(self) -> bool:
        """Whether it has been started and not ended."""
        return self._started > 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """How many run."""
        return len(self._workers)

    def result(self, run_id: str) -> bytes | None:
        """Give the result of a run as JSON; ``None`` where there is none."""
        return self.store.get(run_id, "result.json") if run_id in self._runs else None

    def upload(self, run_id: str) -> Mapping[str, bytes] | None:
        """Give the files that a run was uploaded with."""
        packed = self.store.get(run_id, "upload.zip") if run_id in self._runs else None
        return None if packed is None else unpack(packed)

    def stop(self, run_id: str) -> None:
        """Stop a run that waits or runs."""
        with self._changed:
            worker = self._workers.get(run_id)
            waits = run_id in self._waiting
            if waits:
                self._waiting.remove(run_id)
        if worker is not None:
            worker.stop()
        elif waits:
            self._end(run_id, "stopped")

    def erase(self, run_id: str) -> None:
        """Stop a run and erase all that is kept of it."""
        self.stop(run_id)
        until = time.monotonic() + 5
        while run_id in self._workers and time.monotonic() < until:
            time.sleep(0.02)
        with self._changed:
            self._runs.pop(run_id, None)
            self._asked.pop(run_id, None)
        self.store.erase(run_id)

    def tidy(self) -> None:
        """Erase what ended more than a day ago, and the oldest beyond the number that is kept."""
        now = self._clock()
        over = sorted((run for run in list(self._runs.values()) if run.is_over), key=lambda run: run.ended_at or 0)
        beyond = {run.id for run in over[: max(0, len(over) - MOST_KEPT)]}
        for run in over:
            if run.id in beyond or now - (run.ended_at or 0) >= KEPT_SECONDS:
                self.erase(run.id)

    def _tidy_now_and_then(self) -> None:
        while True:
            try:
                self.tidy()
            except Exception as error:
                # What was uploaded has to be erased later, so this goes on.
                _log.error("what is old could not be erased: %s", type(error).__name__)
            with self._changed:
                if self._changed.wait_for(lambda: self._ending, timeout=TIDY_SECONDS):
                    return

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ending or bool(self._waiting))
                if self._ending:
                    return
                run_id = self._waiting.popleft()
                asked, worker = self._asked[run_id], Worker()
                self._workers[run_id] = worker
                self._runs[run_id] = replace(self._runs[run_id], state="running")
            try:
                self._do(run_id, asked, worker)
            except Exception as error:
                # Whatever happens to one run, the next ones go on; the log tells nothing of what was uploaded.
                _log.error("a run could not be finished: %s", type(error).__name__)
                self._end(run_id, "failed", reason="error")
            finally:
                with self._changed:
                    self._workers.pop(run_id, None)

    def _do(self, run_id: str, asked: Asked, worker: Worker) -> None:
        """Run one, and keep what it gave."""
        self._keep(self._runs[run_id])
        place = self.store.path(run_id, _INSTANCE)
        try:
            folder = asked.folder or self._laid_out(run_id, asked.name, place)
            task = {
                "folder": folder.name,
                "replicas": asked.replicas,
                "seed": asked.seed,
                "scenario": asked.scenario,
                "seconds": self._settings.run_seconds * asked.patience,
                "memory": self._settings.run_memory_bytes,
                "niceness": self._settings.run_niceness,
            }
            ended = worker.run(task, folder.parent, lambda done, of: self._progress(run_id, done, of))
        finally:
            shutil.rmtree(place, ignore_errors=True)
        self._finish(run_id, asked, ended)

    def _laid_out(self, run_id: str, name: str, place: Path) -> Path:
        """Write the files of an upload for the worker to read."""
        folder = place / name
        for path, content in unpack(self.store.path(run_id, "upload.zip").read_bytes()).items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return folder

    def _finish(self, run_id: str, asked: Asked, ended: Ended) -> None:
        if ended.how == "stopped" and self._ending:
            return
        if ended.how == "done":
            if asked.keep_at is not None:
                write_whole(asked.keep_at, ended.content)
            else:
                self.store.put(run_id, "result.json", ended.content)
        self._end(run_id, ended.how, problems=ended.problems, reason=ended.reason)

    def _end(self, run_id: str, state: str, *, problems: tuple[dict[str, str], ...] = (), reason: str = "") -> None:
        with self._changed:
            run = self._runs.get(run_id)
            if run is None:
                return
            ended = replace(run, state=state, ended_at=self._clock(), problems=problems, reason=reason)
            self._runs[run_id] = ended
            self._asked.pop(run_id, None)
            self._changed.notify_all()
        self._keep(ended)

    def _progress(self, run_id: str, done: int, of: int) -> None:
        with self._changed:
            self._runs[run_id] = replace(self._runs[run_id], progress=(done, of))

    def _keep(self, run: Run) -> None:
        """Keep the state of a run; a disk that is full loses it at a restart and nothing else."""
        with suppress(HavreError, KeyError):
            self.store.write(run)
