"""Results of scenarios that lie as files beside what is published: read whole, and kept until their file changes.

A file that is none, or is damaged, is left out; where it was good before, what it said then stays.
"""

import json
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from havre.errors import HavreError
from havre.months import parse_month
from havre.record.wording import Wording
from havre.web.reading.event_words import event_words, size_words

KINDS = ("level", "season", "shock", "open", "close")
"""Kinds of events, in the order in which they are applied."""
SIZES = ("factor", "shift_months", "change", "persons", "arrivals", "reach", "remaining", "diverted", "from_others")
"""Settings of an event that say how much: what a slider changes."""

BASES = ("estimated", "stated", "assumed")
"""What a size can rest on."""
LARGEST = 20_000_000
"""Bytes of a file; ``havre scenario --json`` writes some hundred thousand for all series of a scope."""
MOST_PERSONS = 1e11
"""More than ever lived: a figure beyond it, of either sign, is none."""
_DAMAGE = (OSError, ValueError, LookupError, ArithmeticError, TypeError, AttributeError, RecursionError, HavreError)
"""What reading a damaged file raises, also a number that is too long for arithmetic."""
Mark = tuple[int, int, int]
"""What a file looks like: time of its last change, size, number of its place on the disk."""
Three = tuple[float, float, float] | None
"""Low end of the 80 % interval, median and high end [persons]; ``None`` where it is too small to be told."""


@dataclass(frozen=True)
class ScenarioResult:
    """What ``havre scenario --json`` said of one scope.

    Parameters
    ----------
    id : name of the file, with a number where it holds several
    told : as the file has it
    """

    id: str
    told: Mapping[str, Any]

    @property
    def scope(self) -> str:
        """The scope it was computed for."""
        return str(self.told["scope"])

    @property
    def last_month(self) -> date:
        """The last month of the data it was computed from."""
        return parse_month(self.told["last_month"])

    @property
    def name(self) -> str:
        """What whoever wrote it calls it; empty where they gave it no name."""
        return str(self.told["scenario"].get("name", ""))

    @cached_property
    def events(self) -> list[tuple[str, Mapping[str, Any]]]:
        """What is supposed: kind and settings of each event."""
        found = self.told["scenario"]
        return [(kind, event) for kind in KINDS for event in found.get(kind, [])]

    @cached_property
    def family(self) -> str:
        """Scenarios that differ in sizes alone have the same family: they are steps of one slider."""
        bare = [(kind, {k: v for k, v in event.items() if k not in SIZES}) for kind, event in self.events]
        return json.dumps([self.name if not bare else "", bare], sort_keys=True)

    @cached_property
    def size(self) -> list[float]:
        """Order of a scenario in its family."""
        found: list[float] = []
        for _, event in self.events:
            for name in SIZES:
                value = event.get(name)
                pair = value if isinstance(value, list) else [value]
                found += [float(each) for each in pair if isinstance(each, int | float)]
        return found


@dataclass(frozen=True)
class ScenarioFile:
    """What was last read of a file that was good.

    Parameters
    ----------
    mark : what the file looked like
    results : one for each scope in it
    """

    mark: Mark
    results: tuple[ScenarioResult, ...]


@dataclass(frozen=True)
class ScenarioFiles:
    """All files of a folder.

    Parameters
    ----------
    files : by their path, in the order of their names
    faults : of files that are none or are damaged, by their name
    """

    files: Mapping[Path, ScenarioFile] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def results(self) -> tuple[ScenarioResult, ...]:
        """Every result."""
        return tuple(each for file in self.files.values() for each in file.results)


def scenario_paths(folder: Path) -> list[Path]:
    """List the files in a folder that should be results; a name with a dot is one that is still being written."""
    return sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))


def read_scenario_files(folder: Path, last: ScenarioFiles | None = None) -> ScenarioFiles:
    """Read every result in a folder.

    Parameters
    ----------
    last : what was read before: a file that did not change is not read again, one that was good stays as it was
    """
    before = {} if last is None else last.files
    files: dict[Path, ScenarioFile] = {}
    faults: dict[str, str] = {}
    for path in scenario_paths(folder):
        kept = before.get(path)
        try:
            mark = _mark(path)
            files[path] = kept if kept is not None and kept.mark == mark else ScenarioFile(mark, tuple(_results(path)))
        except _DAMAGE as error:
            faults[path.name] = f"{type(error).__name__}: {error}"
            if kept is not None:
                files[path] = kept
    return ScenarioFiles(files, faults)


def _mark(path: Path) -> Mark:
    """Give what a file looks like.

    Raises
    ------
    ValueError : it is none (a pipe would be waited for), or too large to be read while readers wait
    """
    state = path.stat()
    if not stat.S_ISREG(state.st_mode):
        raise ValueError("not a file")
    if state.st_size > LARGEST:
        raise ValueError(f"{state.st_size} > {LARGEST} bytes")
    return state.st_mtime_ns, state.st_size, state.st_ino


def _results(path: Path) -> Iterator[ScenarioResult]:
    told = json.loads(path.read_bytes(), parse_constant=_refuse)
    # JSON can name halves of letters, which no page can hold.
    json.dumps(told, ensure_ascii=False).encode()
    if told["kind"] != "if":
        raise ValueError(told["kind"])
    many = len(told["scenarios"]) > 1
    results = [
        ScenarioResult(f"{path.stem}.{number}" if many else path.stem, each)
        for number, each in enumerate(told["scenarios"], start=1)
    ]
    for each in results:
        _check(each)
    return iter(results)


def _refuse(name: str) -> float:
    """Take no number that JSON does not have: programs that ask the site could not read it."""
    raise ValueError(name)


def _check(result: ScenarioResult) -> None:
    """Read everything once, so that what is damaged is found now and not by a reader."""
    _ = (result.scope, result.last_month, result.family, result.size)
    for row in result.told["months"]:
        _ = (parse_month(row["month"]), row["measure"], row["origin"], row["destination"])
        _ = [three_of(row[name]) for name in ("base", "if", "difference")]
    if not result.events:
        raise ValueError("no event")
    for each in result.told.get("evidence", []):
        if not isinstance(each["effect"], str) or each["basis"] not in BASES:
            raise ValueError(each)
    seed = result.told.get("seed")
    if seed is not None and not isinstance(seed, int):
        raise ValueError(seed)
    words = Wording("en", {})
    for kind, event in result.events:
        _ = event_words(kind, event, words)
        _ = [size_words(name, event[name], words) for name in SIZES if event.get(name) is not None]


def three_of(told: Mapping[str, Any]) -> Three:
    """Read the low end, the median and the high end of a figure.

    Raises
    ------
    ValueError, TypeError, KeyError : it is none
    """
    values = [told["low"], told["median"], told["high"]]
    if any(value is None for value in values):
        return None
    low, median, high = (float(value) for value in values)
    if not all(abs(value) <= MOST_PERSONS for value in (low, median, high)):
        raise ValueError(values)
    return low, median, high
