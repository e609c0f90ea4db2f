"""A pull that is killed at any moment is completed by the next one, and ends as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from havre.panel.store import PanelStore
from havre.sources.snapshot import Snapshots
from tests.sources.killed_pull import DESTINATIONS, HOST, MONTHS, ORIGINS, provider, pull
from tests.sources.stand_ins.server import ProviderServer, serving

ROOT = Path(__file__).parents[1]
ROWS = len(DESTINATIONS) * len(ORIGINS) * MONTHS


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with serving({HOST: provider}) as running:
        yield running


def start(server: ProviderServer, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.sources.killed_pull", server.address, str(folder)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)


def kill_when(process: subprocess.Popen[bytes], server: ProviderServer, requests: int, chance: random.Random) -> None:
    """Kill a pull some moments after its n-th request, anywhere between fetching and writing."""
    while process.poll() is None and len(server.asked) < requests:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.08))
    process.send_signal(signal.SIGKILL)
    process.wait()


def rows(folder: Path) -> pl.DataFrame:
    return PanelStore(folder / "store").read().sort(pl.all())


def survive(server: ProviderServer, folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - chooses moments
    for _ in range(kills):
        server.forget()
        kill_when(start(server, folder), server, chance.randint(0, len(DESTINATIONS)), chance)
        # At any moment the store can be read, and what is in it is right.
        found = rows(folder)
        assert found.height == found.unique().height <= ROWS
    pull(server.address, folder)


def check_equal(folder: Path, undisturbed: Path) -> None:
    assert rows(folder).equals(rows(undisturbed))
    assert rows(folder).height == ROWS
    assert all(snapshot.read() for snapshot in Snapshots(folder / "pulled").all())


def test_killed_and_run_again(server: ProviderServer, tmp_path: Path) -> None:
    pull(server.address, tmp_path / "undisturbed")
    survive(server, tmp_path / "killed", 3, 1)
    check_equal(tmp_path / "killed", tmp_path / "undisturbed")


@pytest.mark.slow
def test_killed_many_times(server: ProviderServer, tmp_path: Path) -> None:
    pull(server.address, tmp_path / "undisturbed")
    for seed in range(15):
        survive(server, tmp_path / str(seed), 4, seed)
        check_equal(tmp_path / str(seed), tmp_path / "undisturbed")
