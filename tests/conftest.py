"""Tests keep forecasts and a salt in a folder of their own, which goes with them; few examples with every change."""

import gc
import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Properties are tried with fewer examples than hypothesis would; ``make test-slow`` tries them with all of these.
# However busy the machine is: how long something may take is not what they are about.
settings.register_profile("thorough", max_examples=100, deadline=None)
settings.register_profile("every-change", max_examples=40, deadline=None)
settings.load_profile("every-change")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Let what is loaded now, and stays until the end, not be looked through for rubbish again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, Any, Any]:
    """Look for examples in a test only where there are any."""
    collected = yield
    if file_path.suffix == ".py" and ">>>" not in file_path.read_text(encoding="utf-8"):
        return [each for each in collected if type(each).__name__ != "DoctestModule"]
    return collected


@pytest.fixture(scope="session", autouse=True)
def _own_cache() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HAVRE_CACHE": folder, "HAVRE_INPUT_SALT": f"{folder}/input-salt"}
        yield
    del os.environ["HAVRE_CACHE"], os.environ["HAVRE_INPUT_SALT"]


@pytest.fixture(scope="module", autouse=True)
def _in_this_process() -> Iterator[None]:
    """Let commands work in this process unless they are told otherwise: others take longer to start than they save."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("havre.scale.usable_workers", lambda: 1)
        yield
