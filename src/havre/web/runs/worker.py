"""A process of its own that runs one simulation: it takes its task on standard input, and tells on standard output.

It limits itself before it reads anything: processor time, memory, no file of any size, low priority. Whoever started it
kills it when its time is over. Lines of JSON come out: ``progress`` (done, of), then one of ``result``, ``refused``
(what is wrong, in every language) or ``failed`` (why).
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

MOST_REPLICAS = 200
TELL_EVERY = 40
"""Times that progress is told over a run."""


def main() -> None:
    """Do the task."""
    task: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    stand_back(task["niceness"])
    limit(task["seconds"], task["memory"])
    try:
        tell("result", run(task, lambda done, of: tell("progress", [done, of])))
    except MemoryError:
        tell("failed", "memory")
    except Exception as error:
        from havre.errors import HavreError
        from havre.web.runs.result import problems_of

        if isinstance(error, HavreError):
            tell("refused", problems_of(error))
        else:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            tell("failed", "memory" if "allocate" in str(error) else "error")


def stand_back(niceness: int) -> None:
    """Let everything else go first.

    Linux may share time among sessions before it looks at processes (autogroup): then the session stands back, which is
    the worker's own.
    """
    os.nice(niceness)
    with suppress(OSError):
        os.setsid()
        Path("/proc/self/autogroup").write_text(str(niceness), encoding="ascii")


def limit(seconds: int, memory: int) -> None:
    """Limit this process for good."""
    import ctypes
    import resource
    import signal

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with suppress(OSError, AttributeError):
        # Ends with the process that started it (prctl, PR_SET_PDEATHSIG), and never gains privileges (38).
        libc = ctypes.CDLL(None)
        libc.prctl(1, signal.SIGKILL)
        libc.prctl(38, 1, 0, 0, 0)


def tell(what: str, value: object) -> None:
    """Write a line."""
    sys.stdout.buffer.write(json.dumps({what: value}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    sys.stdout.buffer.flush()


def run(task: dict[str, Any], progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Read the instance, simulate it, and give the result.

    Raises
    ------
    HavreError : the instance or the scenario has faults, or cannot be simulated
    """
    from havre.displacement.comparison import compare
    from havre.displacement.flee_files import read_instance
    from havre.displacement.rules import Rules
    from havre.displacement.scenario_file import make_scenario
    from havre.displacement.simulate import chunk_size, make_plan, simulate
    from havre.web.runs.result import comparison_of, result_of

    read = read_instance(task["folder"])
    instance = read.instance
    replicas = min(int(task["replicas"]), MOST_REPLICAS)
    plan = make_plan(instance, Rules.flee(), "adaptive", None)
    chunks = -(-replicas // chunk_size(plan))
    scenario = task.get("scenario")
    watch_days(plan.days * chunks * (2 if scenario else 1), progress)
    if scenario:
        found = compare(instance, make_scenario(scenario), replicas=replicas, seed=task["seed"])
        return comparison_of(instance, found, read.warnings)
    outcome = simulate(instance, replicas=replicas, seed=task["seed"], record=("locations",))
    return result_of(instance, outcome, read.warnings)


def watch_days(total: int, progress: Callable[[int, int], None]) -> None:
    """Tell progress by the days that engines begin.

    The engine knows nothing of progress within its replicas; this process does nothing else, so it may be watched from
    outside.
    """
    from havre.displacement.engine import Engine

    plain, done = Engine.day, [0]
    every = max(1, total // TELL_EVERY)

    def watched(self: Engine, day: int) -> Any:
        done[0] += 1
        if done[0] % every == 0:
            progress(done[0], total)
        yield from plain(self, day)

    Engine.day = watched  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
