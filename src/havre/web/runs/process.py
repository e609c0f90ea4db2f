"""Starts a worker for one task and reads what it tells, until it ends, is stopped, or its time is over."""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_LINE = 12_000_000
"""Bytes of the longest line that a worker may tell: its result."""
_ALONE = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LC_ALL": "C.UTF-8",
}
"""The whole environment of a worker: nothing of ours, such as the address of a database."""


@dataclass(frozen=True)
class Ended:
    """How a worker ended: ``done``, ``refused``, ``failed`` or ``stopped``.

    Parameters
    ----------
    content : the result as JSON, where it is done
    problems : what was refused, in every language
    reason : why it failed: ``time``, ``memory``, ``large`` or ``error``
    """

    how: str
    content: bytes = b""
    problems: tuple[dict[str, str], ...] = ()
    reason: str = ""


class Worker:
    """A worker process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopped, self._late = False, False

    def run(self, task: dict[str, Any], folder: Path, progress: Callable[[int, int], None]) -> Ended:
        """Run a task to its end.

        Parameters
        ----------
        task : what :func:`havre.web.runs.worker.run` takes, with its bounds
        folder : where it works: paths of the task are relative to it
        """
        with self._lock:
            if self._stopped:
                return Ended("stopped")
            # It begins within our session and leaves it by itself: whoever starts a process waits for it to begin, and
            # a session of its own would stand back already.
            self._process = process = subprocess.Popen(
                [sys.executable, "-I", "-m", "havre.web.runs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=_ALONE,
                close_fds=True,
            )
        clock = threading.Timer(task["seconds"], self._be_late)
        clock.daemon = True
        clock.start()
        began = time.monotonic()
        try:
            return self._read(process, task, progress, began)
        finally:
            clock.cancel()
            self._kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()

    def stop(self) -> None:
        """End it, now or before it begins."""
        with self._lock:
            self._stopped = True
        self._kill()

    def _be_late(self) -> None:
        self._late = True
        self._kill()

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            with suppress(OSError):
                process.kill()

    def _read(
        self,
        process: "subprocess.Popen[bytes]",
        task: dict[str, Any],
        progress: Callable[[int, int], None],
        began: float,
    ) -> Ended:
        assert process.stdin is not None  # noqa: S101 - both are pipes
        assert process.stdout is not None  # noqa: S101
        with suppress(OSError):
            process.stdin.write(json.dumps(task).encode() + b"\n")
            process.stdin.flush()
        while line := process.stdout.readline(MOST_LINE):
            if not line.endswith(b"\n"):
                if len(line) >= MOST_LINE:
                    return Ended("failed", reason="large")
                break
            if line.startswith(b'{"result":'):
                return Ended("done", line[len(b'{"result":') : -2])
            told = json.loads(line)
            if "progress" in told:
                progress(*told["progress"])
            elif "refused" in told:
                return Ended("refused", problems=tuple(told["refused"]))
            else:
                return Ended("failed", reason=str(told.get("failed", "error")))
        process.wait()
        if self._stopped:
            return Ended("stopped")
        # The system ends who used up its processor time (SIGXCPU, SIGKILL), or who takes too much memory.
        by_time = process.returncode == -signal.SIGXCPU or time.monotonic() - began >= task["seconds"]
        if self._late or by_time:
            return Ended("failed", reason="time")
        return Ended("failed", reason="memory" if process.returncode == -signal.SIGKILL else "error")
