"""The instances that the site shows: those of the package and of the settings, simulated once and kept."""

import hashlib
import json
import re
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from havre import __version__
from havre.displacement.flee_names import INPUT, LOCATIONS, SETTINGS
from havre.displacement.simulate import DEFAULT_SEED
from havre.errors import FileError
from havre.texts import LANGUAGES, Language
from havre.web.runs.queue import Asked, QueueFullError, RunQueue
from havre.web.runs.store import Run
from havre.web.settings import WebSettings

REPLICAS = 100
PATIENCE = 10
"""How many times as long as a run of a reader an instance of the site may take: whoever runs the site chose it."""
ABOUT = "about.toml"
RESULT_VERSION = "1"
"""Changes where results are made or laid out in another way, so that kept ones are made again."""
_NOT_PLAIN = re.compile(r"[^a-z0-9_-]+")


@dataclass(frozen=True)
class Shown:
    """An instance of the site.

    Parameters
    ----------
    name : in addresses
    digest : of its files
    titles, notes : in each language, where ``about.toml`` tells them
    invented : whether its places are invented
    source, licence : where it is from
    """

    name: str
    folder: Path
    digest: str
    titles: Mapping[Language, str]
    notes: Mapping[Language, str]
    invented: bool = False
    source: str = ""
    licence: str = ""

    def title(self, language: Language) -> str:
        """Name it."""
        return self.titles.get(language) or self.name

    def note(self, language: Language) -> str:
        """Say what is to be known of it."""
        return self.notes.get(language, "")


class Shelf:
    """Finds the instances, and gives their results as soon as they are there."""

    def __init__(self, settings: WebSettings, queue: RunQueue) -> None:
        self._queue, self._kept = queue, settings.state / "instances"
        self.instances = {each.name: each for each in find_instances(settings)}
        self._asked: dict[str, str] = {}
        self._lock = threading.Lock()

    def result(self, shown: Shown) -> dict[str, Any] | None:
        """Give the result of an instance; ``None`` where it is still to be made, which is then asked for."""
        path = self.path(shown)
        if path.is_file():
            return read_result(path, path.stat().st_mtime_ns)
        self.ask(shown)
        return None

    def path(self, shown: Shown) -> Path:
        """Give where a result is kept."""
        return self._kept / f"{shown.name}-{shown.digest[:16]}.json"

    def ask(self, shown: Shown) -> str | None:
        """Ask for a result that is not there; gives the run, ``None`` where the queue is full."""
        with self._lock:
            known = self._queue.run(self._asked.get(shown.name, ""))
            if known is not None and known.state != "interrupted":
                return known.id
            try:
                run = self._queue.submit(
                    Asked(
                        shown.folder.name,
                        REPLICAS,
                        DEFAULT_SEED,
                        folder=shown.folder,
                        shown=shown.name,
                        keep_at=self.path(shown),
                        patience=PATIENCE,
                    )
                )
            except (QueueFullError, FileError):
                # A folder of the site that cannot be written leaves instances without a result, and pages as they are.
                return None
            self._asked[shown.name] = run.id
            return run.id

    def has_failed(self, shown: Shown) -> Run | None:
        """Give the run of an instance that ended without a result; ``None`` where it may still come."""
        run = self._queue.run(self._asked.get(shown.name, ""))
        failed = run is not None and run.state in ("refused", "failed") and not self.path(shown).is_file()
        return run if failed else None

    def prepare(self) -> None:
        """Ask for every result that is not there yet, while the queue works."""
        if not self._queue.is_working:
            return
        for shown in self.instances.values():
            if not self.path(shown).is_file():
                self.ask(shown)


@lru_cache(maxsize=8)
def read_result(path: Path, _changed: int) -> dict[str, Any]:
    """Read a result; kept in memory while its file does not change."""
    made: dict[str, Any] = json.loads(path.read_bytes())
    return made


def find_instances(settings: WebSettings) -> list[Shown]:
    """Find the instances of the package and of the folders of the settings, each a folder or a folder of such."""
    roots = [Path(str(files("havre.web") / "instances")), *settings.instances]
    found: dict[str, Shown] = {}
    for root in roots:
        for folder in [root] if is_instance(root) else sorted(root.glob("*")):
            if is_instance(folder):
                shown = _shown(folder.resolve())
                found[shown.name] = shown
    return sorted(found.values(), key=lambda each: (each.invented, each.name))


def is_instance(folder: Path) -> bool:
    """Tell whether a folder looks like an instance."""
    return (folder / INPUT / LOCATIONS).is_file()


def _shown(folder: Path) -> Shown:
    name = _NOT_PLAIN.sub("-", folder.name.lower()).strip("-")[:60] or "instance"
    about: dict[str, Any] = {}
    try:
        about = tomllib.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        about = {}
    titles, notes = (
        {language: str(about.get(key, {}).get(language, "")) for language in LANGUAGES} for key in ("title", "note")
    )
    plain = {key: str(about.get(key, "")) for key in ("source", "licence")}
    return Shown(name, folder, _digest(folder), titles, notes, bool(about.get("invented", False)), **plain)


def _digest(folder: Path) -> str:
    """Give a hash of all files that a result depends on: those of the folder, the settings beside it, our version."""
    digest = hashlib.sha256(f"{__version__} {RESULT_VERSION}".encode())
    beside = folder.parent / SETTINGS
    for path in [*sorted(folder.rglob("*")), *([beside] if beside.is_file() else [])]:
        if path.is_file() and path.suffix.lower() in (".csv", ".yml"):
            name = str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name
            digest.update(f"\0{name}\0".encode() + path.read_bytes())
    return digest.hexdigest()
