"""Alarms stand with how often such alarms were false, and contests and withdrawals are told as they are."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from markupsafe import escape

from havre.record.contest import file_contest
from havre.record.contest_texts import ContestText
from havre.record.publication import open_record
from havre.record.review import withdraw
from havre.release_alarms import told_past_alarms
from havre.texts import say
from tests.record.log.log_case import KEY
from tests.record.record_case import AT, NOOR
from tests.web.site_case import site


def test_alarms_stand_with_their_record(app: FastAPI, client: TestClient) -> None:
    told = client.get("/api/v1/alarms?least=0").json()
    known = told_past_alarms(app.state.holder.site.latest.published.release)
    rows = {(row["scope"], row["horizon"]): row for row in told["past"]}
    assert set(rows) == {(scope, each.horizon) for scope, past in known.items() for each in past}
    assert {row["right"] + row["false"] - row["alarms"] for row in told["past"]} <= {0}
    assert told["total"] == len(told["items"]) > 0
    for alarm in told["items"]:
        assert alarm["past"] == rows.get((alarm["scope"], alarm["horizon"]))
        assert 0 <= alarm["chance"] <= 1
    chances = [alarm["chance"] for alarm in told["items"]]
    assert chances == sorted(chances, reverse=True)


def test_a_higher_chance_tells_fewer(client: TestClient) -> None:
    totals = [client.get(f"/api/v1/alarms?least={least}").json()["total"] for least in (0, 0.2, 0.5, 1)]
    assert totals == sorted(totals, reverse=True)


@pytest.fixture
def contested(record_folder: Path, tmp_path: Path) -> Iterator[tuple[TestClient, str]]:
    """A site on a record with one contest, and the name of that."""
    folder = Path(shutil.copytree(record_folder, tmp_path / "record"))
    with open_record(folder) as record, record.store.change() as connection:
        words = "The count of March is wrong, see the annex."
        at = AT + timedelta(days=3)
        receipt = file_contest(connection, record.settings, "r-2", "release", ContestText(why=words), at)
    with TestClient(site(folder)) as client:
        yield client, receipt.id


def test_a_contest_is_told_without_what_was_written(contested: tuple[TestClient, str]) -> None:
    client, name = contested
    listed = client.get("/api/v1/contests?release=r-2")
    assert [each["id"] for each in listed.json()["items"]] == [name]
    assert listed.headers["cache-control"] == "no-cache"
    one = client.get(f"/api/v1/contests/{name}").json()
    assert (one["id"], one["about"], one["answer"]) == (name, "release", None)
    feed = client.get("/feeds/en/contests.atom").text
    assert name in feed
    assert "annex" not in listed.text + json.dumps(one) + feed
    assert client.get("/api/v1/contests?release=r-1").json()["total"] == 0


def test_an_answer_that_did_not_change_is_not_sent_again(contested: tuple[TestClient, str]) -> None:
    client, _ = contested
    first = client.get("/feeds/en/contests.atom")
    assert client.get("/feeds/en/contests.atom", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_a_site_without_a_record_says_that_nothing_can_be_contested(record_folder: Path, tmp_path: Path) -> None:
    with TestClient(site(tmp_path / "none", releases=record_folder / "releases")) as client:
        found = client.get("/api/v1/contests", headers={"Accept-Language": "fr"})
        assert (found.status_code, "registre" in found.json()["detail"]) == (404, True)
        assert client.get("/feeds/en/all.atom").status_code == 200
        assert client.get("/api/v1/releases/r-2").json()["standing"] is None


def test_alarms_of_a_release_that_was_taken_back_say_so_and_are_in_no_feed(record_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(record_folder, tmp_path / "record"))
    with open_record(folder) as record:
        for name in ("r-2", "r-1"):
            with record.store.change() as connection:
                withdraw(connection, name, "The counts of May were wrong.", NOOR, AT + timedelta(days=5))
        record.flush([KEY])
    with TestClient(site(folder)) as client:
        told = client.get("/api/v1/alarms?least=0").json()
        assert (told["standing"]["state"], told["standing"]["reason"]) == ("withdrawn", "The counts of May were wrong.")
        assert "<entry>" not in client.get("/feeds/en/alarms.atom").text
        feed = client.get("/feeds/fr/releases.atom").text
        assert feed.count(escape(say("web_api", "feed.withdrawn", "fr"))) == 2
        # A reader's program shows an entry again where it is told as changed.
        when = (AT + timedelta(days=5)).strftime("<updated>%Y-%m-%dT%H:%M:%SZ</updated>")
        assert feed.count(when) == 3


def test_releases_stand_as_the_log_tells(client: TestClient) -> None:
    for each in client.get("/api/v1/releases").json()["items"]:
        assert each["standing"]["state"] in ("published", "superseded")
        assert (each["logged"], each["review"]["reviewer"] != each["review"]["author"]) == (True, True)


def test_files_of_a_release_have_the_fingerprints_of_its_manifest(client: TestClient) -> None:
    files = {each["path"]: each for each in client.get("/api/v1/releases/r-2/files").json()["files"]}
    manifest = client.get("/api/v1/releases/r-2/manifest").json()
    assert {path: files[path]["sha256"] for path in manifest["files"]} == manifest["files"]
    own = client.get("/api/v1/releases/r-2").json()["manifest_sha256"]
    assert files["manifest.json"]["sha256"] == own
