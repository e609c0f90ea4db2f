"""The record behind the site: where it cannot be read, readers are told to come back, and never where it lies."""

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient

from havre.web import records
from havre.web.records import RecordRoom, clock
from tests.web.site_case import settings_for, site

FORM = {"release": "r-2", "target": "release", "why": "June was counted twice."}
ASKED = (
    "GET /en/contests",
    "GET /fr/contests/x",
    "POST /en/contest",
    "POST /fr/contest/follow",
    "GET /api/v1/contests",
)


@pytest.fixture
def record(record_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(record_folder, tmp_path / "record"))


@pytest.mark.parametrize("damaged", ["record.toml", "log/checkpoint", "record.sqlite"])
def test_a_record_that_cannot_be_read_is_a_fault_of_the_site_and_tells_no_path(
    record: Path, damaged: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = site(record)
    (record / damaged).write_bytes(b"nothing of that kind")
    client = TestClient(app, raise_server_exceptions=False)
    for asked in ASKED:
        method, path = asked.split(" ")
        told = client.request(method, path, data=FORM if method == "POST" else None)
        assert told.status_code == 503, asked
        assert told.headers["retry-after"] == "10"
        assert str(record.parent) not in told.text
    assert any(str(record) in each.message for each in caplog.records) or damaged == "record.sqlite"
    app.state.holder.reload()
    assert str(record.parent) not in client.get("/readyz").text


def test_readers_of_a_list_that_is_being_read_wait_for_a_moment_alone(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that somebody holds for long must not take one thread after the other."""
    monkeypatch.setattr(records, "LISTING_SECONDS", 0.05)
    room = RecordRoom(settings_for(record), clock)
    room.public_contests()
    room.changed()
    holding = sqlite3.connect(record / "record.sqlite", isolation_level=None)
    holding.execute("BEGIN IMMEDIATE").close()
    first = threading.Thread(target=room.public_contests)
    first.start()
    while not room._listing.locked():
        pass
    with pytest.raises(HTTPException) as refused:
        room.public_contests()
    assert refused.value.status_code == 503
    holding.execute("ROLLBACK").close()
    holding.close()
    first.join(timeout=10)
    assert room.public_contests().contests == ()
    room.close()
