"""Progress is seen from the beginning, and what a simulation costs is measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from havre.cli.displace_meter import Meter, peak_memory_mb
from havre.cli.displace_options import Asked, prepare
from havre.cli.displace_simulate import simulated
from havre.displacement.simulate import MOST_TOGETHER
from tests.cli.displace_case import write


def test_progress_begins_at_nothing_and_ends_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, int, int]] = []

    @contextmanager
    def watched() -> Iterator[object]:
        yield lambda *progress: seen.append(progress)

    monkeypatch.setattr("havre.cli.displace_simulate.progress_bar", watched)
    prepared = prepare(Asked(folder=write(tmp_path / "small")))
    simulated(prepared, replicas=MOST_TOGETHER + 5, seed=1, workers=(1, None))
    assert seen == [("small", done, MOST_TOGETHER + 5) for done in (0, MOST_TOGETHER, MOST_TOGETHER + 5)]


def test_the_meter_counts_work_and_not_waiting() -> None:
    meter = Meter.start()
    before = meter.cpu_seconds
    total = sum(number * number for number in range(400_000))
    assert total > 0
    assert meter.cpu_seconds > before
    memory = peak_memory_mb()
    assert memory is not None
    assert 10 < memory < 100_000


def test_work_on_a_cluster_is_not_told_by_run() -> None:
    told = Meter.start().as_dict(10, "tcp://10.0.0.1:8786")
    assert told["cpu_seconds_per_replica"] is None
    assert told["work_elsewhere_not_counted"] is True
