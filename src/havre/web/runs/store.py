"""Runs and their results on disk: one folder each, erased a day after it ended; nothing about who asked for them."""

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from havre.whole_files import write_whole

KEPT_SECONDS = 24 * 3600
"""How long a run is kept after it ended."""
ID = re.compile(r"[A-Za-z0-9_-]{22}")
STATES = ("waiting", "running", "done", "refused", "failed", "stopped", "interrupted")
ENDED = frozenset(STATES[2:])


@dataclass(frozen=True)
class Run:
    """A run as it is now.

    Parameters
    ----------
    id : cannot be guessed; who knows it may see and erase the run
    state : one of ``STATES``
    name : of the instance
    shown : instance of the site of which it is, empty where it was uploaded
    replicas, seed, scenario : what is run
    asked_at, ended_at : seconds since 1970
    progress : days done, and of how many
    problems : what was refused, in every language
    reason : why it failed
    unused : files of the upload that are not used
    """

    id: str
    state: str
    name: str
    replicas: int
    seed: int
    asked_at: float
    shown: str = ""
    scenario: dict[str, Any] | None = None
    ended_at: float | None = None
    progress: tuple[int, int] = (0, 0)
    problems: tuple[dict[str, str], ...] = ()
    reason: str = ""
    unused: tuple[str, ...] = field(default=())

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ENDED

    @property
    def share(self) -> float:
        """Part that is done."""
        return min(1.0, self.progress[0] / self.progress[1]) if self.progress[1] else 0.0


def new_id() -> str:
    """Make a name that cannot be guessed: 128 random bits."""
    return secrets.token_urlsafe(16)


class RunStore:
    """The folder of all runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, run_id: str, name: str = "") -> Path:
        """Give the path of a file of a run.

        Raises
        ------
        KeyError : this cannot be the name of a run
        """
        if not ID.fullmatch(run_id):
            raise KeyError(run_id)
        return self.folder / run_id / name if name else self.folder / run_id

    def write(self, run: Run) -> None:
        """Keep a run."""
        write_whole(self.path(run.id, "run.json"), json.dumps(asdict(run), ensure_ascii=False).encode())

    def read_all(self) -> Iterator[Run]:
        """Read every run that is kept; one whose file is damaged is erased."""
        try:
            found = sorted(self.folder.iterdir())
        except OSError:
            # There is none yet, or it may not be read: the site is there for its readers all the same.
            return
        for path in found:
            if not ID.fullmatch(path.name):
                continue
            try:
                yield _made(json.loads((path / "run.json").read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError, KeyError):
                self.erase(path.name)

    def put(self, run_id: str, name: str, content: bytes) -> None:
        """Keep a file of a run."""
        write_whole(self.path(run_id, name), content)

    def get(self, run_id: str, name: str) -> bytes | None:
        """Read a file of a run; ``None`` where there is none."""
        try:
            return self.path(run_id, name).read_bytes()
        except (OSError, KeyError):
            return None

    def erase(self, run_id: str) -> None:
        """Erase all that is kept of a run."""
        shutil.rmtree(self.path(run_id), ignore_errors=True)


def _made(raw: dict[str, Any]) -> Run:
    if raw["state"] not in STATES or not ID.fullmatch(raw["id"]):
        raise ValueError(raw["id"])
    done, of = raw["progress"]
    raw |= {"progress": (done, of), "problems": tuple(raw["problems"]), "unused": tuple(raw["unused"])}
    return Run(**raw)
