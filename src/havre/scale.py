"""Work spread over processes; the results come back in the order of the tasks, whatever the number of workers.

Every task carries its own seed, so that the bits do not depend on who does it.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

import numpy as np

from havre.errors import WorkError

Task = TypeVar("Task")
Result = TypeVar("Result")


def usable_workers() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(work: Callable[[Task], Result], tasks: Sequence[Task], workers: int = 1) -> Iterator[Result]:
    """Do ``work`` on every task and give the results in the order of the tasks.

    Parameters
    ----------
    work : a function that can be pickled; it must not depend on anything but its task
    tasks : what to do
    workers : processes; 1 works in this process

    Raises
    ------
    WorkError : a process was ended from outside, such as by the system when memory runs out
    """
    if workers <= 1 or len(tasks) <= 1:
        yield from map(work, tasks)
        return
    # "spawn" and not "fork": a forked child would inherit locked thread pools of Polars and LightGBM.
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=get_context("spawn")) as pool:
        try:
            yield from pool.map(work, tasks)
        except BrokenProcessPool as error:
            raise WorkError("scale.worker_lost", workers=workers) from error


def generator(seed: int, *labels: str) -> np.random.Generator:
    """Make a random generator that depends only on the seed and on what it is for.

    Examples
    --------
    >>> generator(1, "model", "2020-01").random() == generator(1, "model", "2020-01").random()
    True
    """
    words = [int.from_bytes(label.encode(), "little") for label in labels]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))
