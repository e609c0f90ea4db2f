"""Work comes back in the order of the tasks, and a generator depends on nothing but what it is for."""

import importlib
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from havre.errors import WorkError
from havre.scale import generator, parse_workers, spread, usable_workers

BITS = [686018534690658470, 16549659276608171901]


@pytest.mark.parametrize("workers", [1, 2])
def test_results_keep_the_order_of_the_tasks(workers: int) -> None:
    tasks = [float(number) for number in range(40, 0, -1)]
    assert list(spread(math.sqrt, tasks, workers)) == [math.sqrt(task) for task in tasks]


def test_one_worker_or_one_task_stays_in_this_process() -> None:
    def here(_: int) -> int:  # a local function cannot be sent to another process
        return os.getpid()

    assert set(spread(here, [1, 2, 3], 1)) == {os.getpid()}
    assert list(spread(here, [1], 8)) == [os.getpid()]
    assert list(spread(here, [], 8)) == []


def test_a_fault_of_the_work_reaches_the_caller() -> None:
    with pytest.raises(ValueError, match="math domain|nonnegative"):
        list(spread(math.sqrt, [1.0, -1.0], 2))


def test_generators_are_the_same_for_the_same_purpose_and_else_different() -> None:
    def first(seed: int, *labels: str) -> float:
        return float(generator(seed, *labels).random())

    assert first(1, "rw_local", "2020-01") == first(1, "rw_local", "2020-01")
    others = {first(2, "rw_local", "2020-01"), first(1, "rw_pooled", "2020-01"), first(1, "rw_local", "2020-02")}
    assert len(others | {first(1, "rw_local", "2020-01")}) == 4


def test_the_bits_of_a_generator_are_written_down() -> None:
    """A published forecast can be made again only while the generator of a seed stays what it was."""
    assert generator(20_260_101, "median_ensemble", "2020-12").bit_generator.random_raw(2).tolist() == BITS


def test_there_is_a_processor_to_work_with() -> None:
    assert usable_workers() >= 1


def test_a_process_that_is_ended_from_outside_is_told() -> None:
    with pytest.raises(WorkError, match="ended from outside"):
        list(spread(os._exit, [3, 3, 3], 2))


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """Start a scheduler with one worker of two threads in this process, which is quick."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0") as found:
        yield found.scheduler_address


def test_a_cluster_gives_the_same_in_the_same_order(cluster: str) -> None:
    tasks = [float(number) for number in range(40, 0, -1)]
    assert list(spread(math.sqrt, tasks, cluster=cluster)) == [math.sqrt(task) for task in tasks]
    assert list(spread(math.sqrt, [], cluster=cluster)) == []


def test_a_client_of_a_cluster_is_used_and_stays_open(cluster: str) -> None:
    with importlib.import_module("distributed").Client(cluster, set_as_default=False) as client:
        assert list(spread(math.sqrt, [4.0, 9.0], cluster=client)) == [2.0, 3.0]
        assert client.status == "running"


def test_a_cluster_gets_few_tasks_at_a_time(cluster: str) -> None:
    started: list[int] = []
    results = spread(started.append, list(range(100)), cluster=cluster)
    for _ in range(3):
        next(results)
    time.sleep(0.2)
    assert len(started) <= 4 * 2 + 3
    results.close()  # type: ignore[attr-defined]


def test_a_fault_of_the_work_on_a_cluster_reaches_the_caller(cluster: str) -> None:
    with pytest.raises(ValueError, match="math domain|nonnegative"):
        list(spread(math.sqrt, [-1.0], cluster=cluster))


def test_a_cluster_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("havre.scale.SECONDS_TO_CONNECT", 0.2)
    with pytest.raises(WorkError, match=r"tcp://127.0.0.1:9: the Dask scheduler cannot be reached") as caught:
        list(spread(math.sqrt, [1.0], cluster="tcp://127.0.0.1:9"))
    assert "--workers 2" in caught.value.advice("fr")


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkError, match="Dask is not installed") as caught:
        list(spread(math.sqrt, [1.0], cluster="tcp://127.0.0.1:9"))
    assert "havre[dask]" in caught.value.advice()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1", (1, None)),
        ("12", (12, None)),
        ("dask://host:8786", (1, "tcp://host:8786")),
        ("tls://host:8786", (1, "tls://host:8786")),
    ],
)
def test_who_works_is_read_from_a_text(text: str, found: tuple[int, str | None]) -> None:
    assert parse_workers(text) == found


@pytest.mark.parametrize("text", ["0", "-1", "", "two", "1.5", "dask://", "http://host", "²"])
def test_what_names_no_worker_is_refused(text: str) -> None:
    with pytest.raises(WorkError, match="neither a number of processes"):
        parse_workers(text)


INTERRUPTED = """
import sys
import time

from havre.scale import spread

if __name__ == "__main__":
    print("ready", flush=True)
    try:
        list(spread(time.sleep, [600.0] * 4, 2))
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.parametrize("seconds", [0.02, 0.2, 1.5])
def test_an_interruption_ends_all_without_a_word(tmp_path: Path, seconds: float) -> None:
    """The terminal interrupts the parent and its children alike, while they start or while they work."""
    script = tmp_path / "work.py"
    script.write_text(INTERRUPTED)
    started = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Where the tests run in the background of a shell, interruptions would be ignored from the start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    time.sleep(seconds)
    os.killpg(started.pid, signal.SIGINT)
    _, told = started.communicate(timeout=120)
    assert (told, started.returncode) == ("", 130)


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "work.py"
    script.write_text(INTERRUPTED)
    started = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    time.sleep(2)
    started.kill()
    # The pipes close when the last process that holds them has gone; the tasks alone would take ten minutes.
    started.communicate(timeout=120)
