"""One desk for the tests of a file, with nothing failed before each of them."""

import time
from pathlib import Path

import pytest
from fastapi import FastAPI

from havre.web.desk.throttle import Throttle
from havre.web.records import clock
from tests.web.desk.desk_case import make_desk


@pytest.fixture(scope="module")
def desk_app(record_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return make_desk(record_folder, tmp_path_factory.mktemp("desk"))


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    """Let no test be slowed by tries of another one, nor live in its time."""
    if "desk_app" in request.fixturenames:
        state = request.getfixturevalue("desk_app").state
        state.desk.throttle = Throttle(time.monotonic)
        state.record_room.clock = clock
