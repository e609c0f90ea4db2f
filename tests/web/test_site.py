"""What is shown of a record: releases that stand in its log as they were published, and not those taken back."""

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from havre.errors import FileError, HavreError
from havre.record.contest_log import Became, Step
from havre.record.folder import MANIFEST
from havre.record.publication import open_record
from havre.record.review import withdraw
from havre.record.verify import verify_release
from havre.texts import LANGUAGES, say
from havre.web.log_view import view_log
from havre.web.site import SiteRelease, _order, _withdrawn, fingerprint_of, read_site
from tests.record.log.log_case import KEY
from tests.record.published_case import made_record
from tests.record.record_case import AT, NOOR
from tests.web.site_case import _publish, settings_for, site


@pytest.fixture
def record(record_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(record_folder, tmp_path / "record"))


def test_the_newest_release_is_the_latest(record: Path) -> None:
    now = read_site(settings_for(record))
    assert ([each.id for each in now.releases], now.latest.id) == (["r-2", "r-1"], "r-2")
    assert all(each.is_reviewed for each in now.releases)


def test_what_ended_a_release_which_is_newest_and_where_its_data_end() -> None:
    stands = {"r-1": ("superseded", "r-2"), "r-2": ("withdrawn", "Wrong."), "r-3": None}
    assert _withdrawn(SimpleNamespace(became=stands, stands=stands.get)) == {"r-2"}  # type: ignore[arg-type]

    def made(name: str, month: int, reviewed: int | None) -> Any:
        review = None if reviewed is None else SimpleNamespace(reviewed_at=AT.replace(day=reviewed))
        published = SimpleNamespace(release=SimpleNamespace(review=review))
        return SimpleNamespace(id=name, made_on=date(2026, month, 1), published=published)

    # The review counts, not the day on which it was made; what nobody reviewed comes last.
    listed = [made("late", 11, 3), made("early", 10, 4), made("plain", 12, None)]
    assert [each.id for each in sorted(listed, key=_order, reverse=True)] == ["early", "late", "plain"]
    ends = [SimpleNamespace(row={"last_month": date(2026, month, 1)}) for month in (9, 10, 8)]
    assert vars(SiteRelease)["data_end"].func(SimpleNamespace(outlooks=ends)) == date(2026, 10, 1)


def test_the_newest_track_record_is_shown_and_each_release_held_against_the_keys_of_its_time(
    record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, told = settings_for(record), []

    def noting(*asked: Any, **more: Any) -> Any:
        told.append(more["history"])
        return verify_release(*asked, **more)

    monkeypatch.setattr("havre.web.site.verify_release", noting)
    before = fingerprint_of(settings)
    for name in ("2026-11", "2026-12"):
        (record / "track-record" / name).mkdir(parents=True)
    assert fingerprint_of(settings) != before
    now = read_site(settings)
    assert now.track_record == record / "track-record" / "2026-12"
    assert now.record is not None
    spans = view_log(record / "log", now.record.log_keys).spans
    assert told == [spans, spans]


def test_a_release_that_was_withdrawn_is_not_the_latest(record: Path) -> None:
    settings = settings_for(record)
    before = fingerprint_of(settings)
    with open_record(record) as held:
        with held.store.change() as connection:
            withdraw(connection, "r-2", "The counts of May were wrong.", NOOR, AT + timedelta(days=5))
        held.flush([KEY])
    assert fingerprint_of(settings) != before
    now = read_site(settings)
    assert (now.withdrawn, now.latest.id, len(now.releases)) == (frozenset({"r-2"}), "r-1", 2)


def test_what_ended_a_release_last_is_told(record: Path) -> None:
    held = read_site(settings_for(record)).record
    assert held is not None
    steps = [
        Step("superseded", AT, 3, {"by": "r-2"}),
        Step("withdrawn", AT + timedelta(days=1), 4, {"reason": "Wrong."}),
    ]
    both = {name: Became(name, given) for name, given in (("r-1", steps), ("r-0", steps[:1]))}
    log = replace(view_log(record / "log", held.log_keys), became=both)
    assert [log.stands(name) for name in ("r-1", "r-0", "r-9")] == [
        ("withdrawn", "Wrong."),
        ("superseded", "r-2"),
        None,
    ]
    assert [log.withdrawn_at(name) for name in ("r-1", "r-0")] == [AT + timedelta(days=1), None]


def test_a_release_that_fits_its_manifest_but_not_the_log_is_refused(record: Path) -> None:
    path = record / "releases" / "r-2" / MANIFEST
    manifest = json.loads(path.read_bytes())
    manifest["seed"] += 1
    path.write_text(json.dumps(manifest), encoding="utf-8")
    now = read_site(settings_for(record))
    assert ([each.id for each in now.releases], [each.folder for each in now.refused]) == (["r-1"], ["r-2"])


def test_a_plain_release_put_into_a_record_is_refused(record: Path) -> None:
    shutil.copytree(record / "releases" / "r-1", record / "releases" / "r-3")
    (record / "releases" / "r-3" / "log-proof.txt").unlink()
    assert [each.folder for each in read_site(settings_for(record)).refused] == ["r-3"]


def test_what_did_not_change_is_not_read_again(record: Path) -> None:
    settings = settings_for(record)
    first = read_site(settings)
    assert [a is b for a, b in zip(first.releases, read_site(settings, first).releases, strict=True)] == [True, True]


def test_a_release_that_is_damaged_later_stays_as_it_was(record: Path) -> None:
    settings = settings_for(record)
    first = read_site(settings)
    (record / "releases" / "r-2" / MANIFEST).write_text("{}", encoding="utf-8")
    again = read_site(settings, first)
    assert (again.latest is first.latest, [each.folder for each in again.refused]) == (True, ["r-2"])


def test_a_damaged_log_is_not_shown(record: Path) -> None:
    (record / "log" / "checkpoint").write_text("x", encoding="utf-8")
    with pytest.raises(HavreError):
        read_site(settings_for(record))


def test_without_any_release_it_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no release to show"):
        read_site(settings_for(tmp_path / "record", releases=tmp_path / "releases"))


def test_a_record_that_has_published_nothing_yet_is_a_site_with_a_desk(tmp_path: Path) -> None:
    record = tmp_path / "record"
    made_record(record)
    app = site(record)
    with TestClient(app, follow_redirects=False) as client:
        for language in LANGUAGES:
            home = client.get(f"/{language}/")
            assert (home.status_code, say("web", "problem.unpublished", language) in home.text) == (404, True)
        told = client.get("/api/v1/series")
        assert (told.status_code, told.json()["detail"]) == (404, say("errors", "web.nothing_published", "en"))
        paths = ("/en/desk/sign-in", "/en/releases", "/en/log", "/en/audit", "/api/v1/openapi.json", "/readyz")
        assert [client.get(path).status_code for path in paths] == [200] * len(paths)
        assert client.get("/readyz").json()["release"] is None
        with open_record(record) as held:
            _publish(held, "r-1", days=0, stated=None)
        assert app.state.holder.look()
        assert client.get("/en/").status_code == 200
