"""What the tests of the site share: one record, one app, one server and one browser for a test process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from tests.programs import running_chromium
from tests.web.site_case import make_record, serving, site


@pytest.fixture(scope="session")
def record_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with two releases; tests that change it copy it first."""
    return make_record(tmp_path_factory.mktemp("site") / "record")


@pytest.fixture(scope="session")
def app(record_folder: Path) -> FastAPI:
    return site(record_folder)


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    """Asks the app without a network; redirects are not followed."""
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as asking:
        yield asking


@pytest.fixture(scope="session")
def address(app: FastAPI, client: TestClient) -> Iterator[str]:
    """Address of a server for a browser."""
    with serving(app) as found:
        yield found


# For a module: while it is open, this thread has a running loop, and nothing else may run one of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as running:
        yield running
