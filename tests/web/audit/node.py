"""Runs a file of node on what a test gives it."""

import json
import subprocess
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from tests.programs import needed


def run_node(file: str, given: Any) -> Any:
    """Run a file of this folder with the calculators' folder as its argument; JSON goes in and comes out."""
    node = needed("node", "nodejs")
    runner = Path(__file__).with_name(file)
    with as_file(files("havre.web").joinpath("assets", "js", "audit")) as folder:
        command = [node, str(runner), str(folder)]
        ran = subprocess.run(
            command, input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False, encoding="utf-8"
        )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)
