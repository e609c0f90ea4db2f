"""Stores for tests, on both kinds of database."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from havre.record.store.database import Store, open_store
from tests.record.postgresql import running

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with running() as address:
        yield address


def fresh_database(server: str) -> str:
    """Make an empty database on the server; give its address."""
    name = f"test{next(_NUMBERS)}"
    engine = create_engine(server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> str | None:
    """Where the store is: ``None`` for SQLite in the record folder."""
    return None if request.param == "sqlite" else fresh_database(request.getfixturevalue("postgresql"))


@pytest.fixture
def store(address: str | None, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "record", address)
    yield opened
    opened.close()
