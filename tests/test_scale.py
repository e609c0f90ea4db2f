"""Work comes back in the order of the tasks, and a generator depends on nothing but what it is for."""

import math
import os

import pytest

from havre.errors import WorkError
from havre.scale import generator, spread, usable_workers

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
