"""Tests keep forecasts and a salt in a folder of their own, which goes with them."""

import os
import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_cache() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HAVRE_CACHE": folder, "HAVRE_INPUT_SALT": f"{folder}/input-salt"}
        yield
    del os.environ["HAVRE_CACHE"], os.environ["HAVRE_INPUT_SALT"]
