"""The record behind the site: where it cannot be read, readers are told to come back, and never where it lies."""

import re
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient

from havre.errors import RecordError
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
ASKED_OF_LOG = tuple(asked for asked in ASKED if not asked.startswith("POST"))


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
    for asked in ASKED if damaged != "log/checkpoint" else ASKED_OF_LOG:
        method, path = asked.split(" ")
        told = client.request(method, path, data=FORM if method == "POST" else None)
        assert told.status_code == 503, asked
        assert told.headers["retry-after"] == "10"
        assert str(record.parent) not in told.text
    assert any(str(record) in each.message for each in caplog.records) or damaged == "record.sqlite"
    app.state.holder.reload()
    assert str(record.parent) not in client.get("/readyz").text


def test_while_the_log_is_damaged_people_file_follow_and_erase(record: Path) -> None:
    client = TestClient(site(record), raise_server_exceptions=False)
    (record / "log" / "checkpoint").write_bytes(b"nothing of that kind")
    filed = client.post("/en/contest", data=FORM)
    assert filed.status_code == 201
    code = re.search(r'id="code">([0-9a-f]{16}\.[0-9a-f]{32})<', filed.text)
    assert code is not None
    assert "June was counted" in client.post("/en/contest/follow", data={"code": code[1]}).text
    client.post("/en/contest/follow", data={"code": code[1], "action": "erase", "sure": "yes"})
    assert "June was counted" not in client.post("/en/contest/follow", data={"code": code[1]}).text


def test_a_store_that_is_busy_is_no_wrong_receipt(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise RecordError("record.store.unusable", reason="database is locked")

    monkeypatch.setattr("havre.web.pages.contest.follow", busy)
    told = TestClient(site(record), raise_server_exceptions=False).post("/en/contest/follow", data={"code": "a.b"})
    assert (told.status_code, "locked" in told.text) == (503, False)


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
    assert room.public_contests().is_old
    holding.execute("ROLLBACK").close()
    holding.close()
    first.join(timeout=10)
    told = room.public_contests()
    assert (told.contests, told.is_old) == ((), False)
    room.close()


def test_where_nothing_was_read_before_readers_of_a_busy_list_are_told_to_come_back(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LISTING_SECONDS", 0.05)
    room = RecordRoom(settings_for(record), clock)
    with room._listing, pytest.raises(HTTPException) as refused:
        room.public_contests()
    assert refused.value.status_code == 503


def test_readers_see_the_last_list_while_the_store_cannot_be_read(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RecordError("record.store.unusable", reason="database or disk is full")

    app = site(record)
    client, room = TestClient(app), app.state.record_room
    assert "cannot be read" not in client.get("/en/contests").text
    with monkeypatch.context() as broken:
        broken.setattr(records, "contests", full)
        room.changed()
        told = client.get("/en/contests")
        assert (told.status_code, "The record cannot be read at the moment" in told.text) == (200, True)
        assert client.get("/api/v1/contests").json()["at"] <= f"{room.clock():%Y-%m-%dT%H:%M:%SZ}"
    room.changed()
    assert "cannot be read" not in client.get("/en/contests").text
