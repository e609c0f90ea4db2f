"""Work spread over processes or a Dask cluster; the results come in the order of the tasks, whoever does them.

Every task carries its own seed, so that the bits do not depend on who does it.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import active_children, get_context, parent_process
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from havre.errors import WorkError

if TYPE_CHECKING:
    from distributed import Client

Task = TypeVar("Task")
Result = TypeVar("Result")
CLUSTER_SCHEMES = ("dask://", "tcp://", "tls://", "inproc://")
"""How the address of a Dask scheduler begins; ``dask://`` means ``tcp://``."""
SECONDS_TO_CONNECT = 15
_TASKS_AHEAD = 4
"""Tasks handed out for each worker before their results are fetched, which bounds memory."""


def usable_workers() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parse_workers(text: str) -> tuple[int, str | None]:
    """Read who is to work: a number of processes, or the address of a Dask scheduler.

    Returns
    -------
    The number of processes, and the address of the cluster or ``None``: arguments of :func:`spread`.

    Raises
    ------
    WorkError : the text is neither

    Examples
    --------
    >>> parse_workers("4"), parse_workers("dask://10.0.0.7:8786")
    ((4, None), (1, 'tcp://10.0.0.7:8786'))
    """
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text), None
    if text.startswith(CLUSTER_SCHEMES) and not text.endswith("://"):
        return 1, text.replace("dask://", "tcp://", 1)
    raise WorkError("scale.workers", text=text)


def spread(
    work: Callable[[Task], Result], tasks: Sequence[Task], workers: int = 1, *, cluster: "str | Client | None" = None
) -> Iterator[Result]:
    """Do ``work`` on every task and give the results in the order of the tasks.

    Parameters
    ----------
    work : a function that can be pickled; it must not depend on anything but its task
    tasks : what to do
    workers : processes; 1 works in this process
    cluster : address of a Dask scheduler, or a client of one, to work there instead

    Raises
    ------
    WorkError : a process was ended from outside, such as by the system when memory runs out; the cluster cannot be
        reached, or Dask is not installed
    """
    if cluster is not None:
        yield from _spread_over_cluster(work, tasks, cluster)
    elif workers <= 1 or len(tasks) <= 1:
        yield from map(work, tasks)
    else:
        yield from _spread_over_processes(work, tasks, workers)


def _spread_over_processes(work: Callable[[Task], Result], tasks: Sequence[Task], workers: int) -> Iterator[Result]:
    others = active_children()
    # "spawn" and not "fork": a forked child would inherit locked thread pools of Polars and LightGBM.
    pool = ProcessPoolExecutor(min(workers, len(tasks)), get_context("spawn"), initializer=_follow_parent)

    def submit(task: Task) -> Future[Result]:
        with _interruptions_held():
            return pool.submit(work, task)

    with pool:
        try:
            yield from _in_order(submit, tasks, _TASKS_AHEAD * workers)
        except BrokenProcessPool as error:
            raise WorkError("scale.worker_lost", workers=workers) from error
        except BaseException:
            # Nobody waits for what is still at work.
            for child in active_children():
                if child not in others:
                    child.terminate()
            raise


def _in_order(submit: Callable[[Task], Any], tasks: Sequence[Task], ahead: int) -> Iterator[Any]:
    """Give the results of tasks that others do, of which at most ``ahead`` have been handed out."""
    waiting = deque(submit(task) for task in tasks[:ahead])
    following = len(waiting)
    while waiting:
        result = waiting.popleft().result()
        if following < len(tasks):
            waiting.append(submit(tasks[following]))
            following += 1
        yield result


@contextmanager
def _interruptions_held() -> Iterator[None]:
    """Hold interruptions from the keyboard back, so that no process is caught half-started; tell them afterwards.

    Processes that are started meanwhile inherit the signal mask. That is not enough for this process, where a thread
    of a library may take the signal.
    """
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    handler = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, lambda number, _: held.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, signal.SIG_DFL if handler is None else handler)
        if held:
            signal.raise_signal(signal.SIGINT)


def _follow_parent() -> None:
    """Let the parent alone hear an interruption from the keyboard, and end with it however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            # Nobody is left to tell, and the work of others must not hold the process.
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def _spread_over_cluster(
    work: Callable[[Task], Result], tasks: Sequence[Task], cluster: "str | Client"
) -> Iterator[Result]:
    with _client_of(cluster) as client:
        ahead = _TASKS_AHEAD * max(1, sum(client.nthreads().values()))
        yield from _in_order(lambda task: client.submit(work, task, pure=False), tasks, ahead)


@contextmanager
def _client_of(cluster: "str | Client") -> Iterator[Any]:
    """Give a client of the cluster; one that was opened here is closed again."""
    try:
        distributed = import_module("distributed")
    except ImportError as error:
        raise WorkError("scale.no_dask") from error
    client = _connected(distributed, cluster) if isinstance(cluster, str) else cluster
    try:
        yield client
    except distributed.KilledWorker as error:
        raise WorkError("scale.cluster_worker_lost") from error
    finally:
        if client is not cluster:
            client.close()


def _connected(distributed: Any, address: str) -> Any:
    try:
        return distributed.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise WorkError("scale.cluster", address=address, reason=str(error) or type(error).__name__) from error


def generator(seed: int, *labels: str) -> np.random.Generator:
    """Make a random generator that depends only on the seed and on what it is for.

    Examples
    --------
    >>> generator(1, "model", "2020-01").random() == generator(1, "model", "2020-01").random()
    True
    """
    words = [int.from_bytes(label.encode(), "little") for label in labels]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))
