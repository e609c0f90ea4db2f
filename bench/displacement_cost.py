"""What a displacement simulation costs, measured in a process of its own so that its peak of memory is its own.

This module imports nothing large: on Linux the peak of a process is never below the size of the one that started it.
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Way = Literal["simulate", "dask", "person by person", "draws"]
"""The simulation; the same on a Dask cluster; the person-by-person reference of the tests; draws and the rest apart."""
ROOT = Path(__file__).parents[1]
FLEE_DATA = ROOT.parent / "shared" / "data" / "flee"
SETTINGS = FLEE_DATA / "simsetting.yml"
MADE_UP = "made-up"


@dataclass(frozen=True)
class Case:
    """What to run: a shared instance by name, with ``times`` as many people, or a made-up network.

    ``places`` and ``people`` are of a made-up network; ``days`` of either, where ``None`` is all days of a shared
    instance and one year else. The period of a made-up network is a year, however many of its days are run.
    """

    instance: str = MADE_UP
    times: int = 1
    hasten: int = 1
    places: int = 200
    people: int = 1_000_000
    days: int | None = None
    replicas: int = 1
    workers: int = 1
    way: Way = "simulate"

    @property
    def at_hand(self) -> bool:
        """Whether the files that it needs are there."""
        return self.instance == MADE_UP or (FLEE_DATA / self.instance).is_dir()


@dataclass(frozen=True)
class Cost:
    """What it took.

    Attributes
    ----------
    cpu, wall : seconds of processor (all processes but those of a cluster) and of the clock, beyond the start of
        Python, imports, and the making of the instance
    ready_mb, peak_mb : most memory of this process before, and of the largest process in all [MiB]
    load : processes that wanted a processor, mean over the last minute of the run
    people, days, links : people displaced by the last day in the first replica, days, directed links
    digest : SHA-256 of the people in each camp, replica and day
    """

    cpu: float
    wall: float
    ready_mb: float
    peak_mb: float
    load: float
    people: int
    days: int
    links: int
    digest: str
    draws: "Draws | None" = None


@dataclass(frozen=True)
class Draws:
    """What the run spent on its draws, where that was asked.

    Attributes
    ----------
    states, most_states : states in which people are in the morning, in any replica: mean and most over days
    rounds : times a day that people on the way decide: legs of a day times parts of a pass, mean over days
    calls, drawn : calls of NumPy, and numbers that they drew
    cpu : seconds of processor within these calls
    bound_cpu : seconds for the same draws with thousands of rows a call: no simulation that draws them can be faster
    """

    states: float
    most_states: int
    rounds: float
    calls: int
    drawn: int
    cpu: float
    bound_cpu: float


class Meter:
    """Measures from the moment at which it was made: this process, and those that worked for it and have ended."""

    def __init__(self) -> None:
        self.ready_mb = _peak_mb()
        self._cpu, self._wall = _cpu(), time.perf_counter()

    @property
    def cpu(self) -> float:
        """Seconds of processor."""
        return _cpu() - self._cpu

    @property
    def wall(self) -> float:
        """Seconds of the clock."""
        return time.perf_counter() - self._wall

    @property
    def peak_mb(self) -> float:
        """Most memory of the largest process so far."""
        return _peak_mb()


def _cpu() -> float:
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + others.ru_utime + others.ru_stime


def _peak_mb() -> float:
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(who).ru_maxrss for who in whose) / 1024


def apart(case: Case) -> Cost:
    """Measure in a process of its own.

    Raises
    ------
    CalledProcessError : it failed; why, stands on the standard error
    """
    command = [sys.executable, "-m", "bench.displacement_runs", json.dumps(asdict(case))]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    found = json.loads(told.stdout)
    draws = found.pop("draws")
    return Cost(**found, draws=None if draws is None else Draws(**draws))
