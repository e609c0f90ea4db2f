"""Workers: their results are those of the simulation, and none of them outgrows its limits."""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havre.displacement import read_instance, simulate
from havre.web.runs.process import Ended, Worker
from havre.web.runs.result import LEVELS, as_csv
from tests.web.runs.run_case import ARVANIA, long_run, write

MEMORY = 1_500_000_000


def ran(folder: Path, *, worker: Worker | None = None, **changes: Any) -> tuple[Ended, list[tuple[int, int]]]:
    seen: list[tuple[int, int]] = []
    task = {
        "folder": folder.name,
        "replicas": 20,
        "seed": 5,
        "scenario": None,
        "seconds": 60,
        "memory": MEMORY,
        "niceness": 0,
    }
    ended = (worker or Worker()).run(task | changes, folder.parent, lambda done, of: seen.append((done, of)))
    return ended, seen


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("long") / "long", long_run(30_000))


def test_a_run_gives_what_the_simulation_gives_and_tells_how_far_it_is() -> None:
    ended, seen = ran(ARVANIA)
    assert ended.how == "done"
    result = json.loads(ended.content)
    outcome = simulate(read_instance(ARVANIA).instance, replicas=20, seed=5)
    assert [camp["name"] for camp in result["camps"]] == list(outcome.camps)
    for column, camp in enumerate(result["camps"]):
        expected = np.rint(np.quantile(outcome.camp_counts[:, :, column], LEVELS, axis=0))
        assert camp["levels"] == expected.astype(int).tolist()
    assert result["network"]["people"][-1][4:] != []
    assert seen[-1] == (120, 120)
    assert seen == sorted(seen)
    rows = as_csv(result).splitlines()
    assert len(rows) == 1 + 3 * 120
    assert rows[0].startswith("camp,day,date,q2.5,")


def test_a_scenario_has_its_words_in_both_languages(tmp_path: Path) -> None:
    folder = write(tmp_path / "short", long_run(30))
    ended, _ = ran(folder, replicas=4, scenario={"close": [{"border": ["Arvania", "Belmark"], "from": 5}]})
    result = json.loads(ended.content)
    assert set(result["scenario"]) == {"en", "fr"}
    assert any(camp["changed"][3] != camp["levels"][3] for camp in result["camps"])


def test_faults_are_told_in_both_languages_without_our_paths(tmp_path: Path) -> None:
    folder = write(tmp_path / "bad", long_run(5) | {"input_csv/routes.csv": b"#a,b,c\nLindra,Nowhere,x\n"})
    ended, _ = ran(folder)
    assert ended.how == "refused"
    assert all(set(each) == {"en", "fr"} for each in ended.problems)
    told = json.dumps(ended.problems)
    assert "bad/input_csv/routes.csv" in told
    assert str(tmp_path) not in told


def test_who_takes_too_much_memory_is_stopped(long: Path) -> None:
    ended, _ = ran(long, replicas=200, memory=200_000_000)
    assert (ended.how, ended.reason) == ("failed", "memory")


def test_who_takes_too_long_is_stopped(long: Path) -> None:
    began = time.monotonic()
    ended, _ = ran(long, replicas=200, seconds=2)
    assert (ended.how, ended.reason) == ("failed", "time")
    assert time.monotonic() - began < 30


def test_a_run_can_be_stopped_while_it_runs_and_before(long: Path) -> None:
    worker = Worker()
    threading.Timer(1.0, worker.stop).start()
    began = time.monotonic()
    assert ran(long, worker=worker)[0].how == "stopped"
    assert time.monotonic() - began < 30
    assert ran(long, worker=worker)[0].how == "stopped"


def test_a_worker_is_started_with_an_environment_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[dict[str, Any]] = []

    def noting(_: object, **how: Any) -> None:
        started.append(how)
        raise OSError

    monkeypatch.setattr("havre.web.runs.process.subprocess.Popen", noting)
    with pytest.raises(OSError, match=r"^$"):
        ran(tmp_path)
    assert set(started[0]["env"]) == {"LC_ALL", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                                      "POLARS_MAX_THREADS", "PYTHONDONTWRITEBYTECODE"}  # fmt: skip
    assert (started[0]["cwd"], started[0]["close_fds"]) == (tmp_path.parent, True)


def test_a_worker_can_write_no_file_is_nice_and_has_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker in a process of its own limits itself, then tries what it may not."""
    import subprocess
    import sys

    from havre.web.runs.process import _ALONE

    code = (
        "from havre.web.runs.worker import limit, stand_back; import os, pathlib, json\n"
        "stand_back(7); limit(10, 500_000_000)\n"
        "try: pathlib.Path('x').write_bytes(b'x'); wrote = True\n"
        "except OSError: wrote = False\n"
        "print(json.dumps([wrote, os.nice(0), sorted(os.environ)]))"
    )
    monkeypatch.setenv("HAVRE_DATABASE_URL", "secret")
    command = [sys.executable, "-I", "-c", code]
    found = subprocess.run(command, cwd=tmp_path, env=_ALONE, capture_output=True, text=True, check=True, timeout=60)
    wrote, nice, environment = json.loads(found.stdout)
    assert (wrote, nice) == (False, min(19, os.nice(0) + 7))
    assert set(environment) <= {*_ALONE, "LC_CTYPE"}
