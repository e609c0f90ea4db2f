"""Runs the modules of the planner with node on what a test gives them."""

import json
import subprocess
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from tests.programs import needed


def run_planner(calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
    """Call functions by name, all in one process of node; gives their answers."""
    node = needed("node", "nodejs")
    runner = Path(__file__).with_name("planner_cases.mjs")
    with as_file(files("havre.web").joinpath("assets", "js")) as folder:
        ran = subprocess.run(
            [node, str(runner), str(folder)],
            input=json.dumps(list(calls)),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            encoding="utf-8",
        )
    assert ran.returncode == 0, ran.stderr
    return list(json.loads(ran.stdout))
