"""Runs the modules that verify in the browser with node, for tests."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

NODE = shutil.which("node")
DRIVER = Path(__file__).parent / "driver.mjs"
MODULES = files("havre.web") / "assets" / "js" / "verify"


def modules_in(folder: Path) -> Path:
    """Copy the modules to where node takes them for ES modules."""
    if NODE is None:
        reason = "node is not installed (Debian: apt-get install nodejs)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with as_file(MODULES) as source:
        shutil.copytree(source, folder / "verify")
    (folder / "package.json").write_text('{"type": "module"}')
    return folder / "verify"


def answers_of(modules: Path, cases: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Run cases in one process of node; gives their answers."""
    assert NODE is not None
    told = json.dumps(list(cases)).encode()
    done = subprocess.run([NODE, str(DRIVER), str(modules)], input=told, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return list(json.loads(done.stdout))
