"""The snapshot: a bad release never replaces a good one, and readers never see two mixed."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from havre.errors import FileError, HavreError
from havre.web.app import create_app
from havre.web.holder import SiteHolder
from tests.web.site_case import settings_for


@pytest.fixture
def record(record_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(record_folder, tmp_path / "record"))


@pytest.fixture
def held(record: Path) -> SiteHolder:
    return SiteHolder(settings_for(record))


def shown(held: SiteHolder) -> list[str]:
    return [each.id for each in held.site.releases]


def add_newer(record: Path, name: str = "r-3") -> Path:
    """Add a copy of the newest release under another name."""
    return Path(shutil.copytree(record / "releases" / "r-2", record / "releases" / name))


def test_the_newest_release_comes_first(held: SiteHolder) -> None:
    assert shown(held) == ["r-2", "r-1"]
    assert held.look() is False


@pytest.mark.parametrize("file", ["forecast.csv", "manifest.json", "target-data/time-series.parquet", "series.csv"])
@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\x00"], ids=["empty", "brace", "noise"])
def test_a_release_that_is_damaged_while_it_is_shown_stays_as_it_was(
    held: SiteHolder, record: Path, file: str, damage: bytes
) -> None:
    before = held.site.latest
    (record / "releases" / "r-2" / file).write_bytes(damage)
    held.look()
    assert held.site.latest is before
    assert [each.folder for each in held.site.refused] == ["r-2"]


def test_a_file_that_is_gone_is_noticed_and_the_release_stays_as_it_was(held: SiteHolder, record: Path) -> None:
    before = held.site.latest
    (record / "releases" / "r-2" / "skill.csv").unlink()
    assert held.look()
    assert held.site.latest is before
    assert len(held.site.refused) == 1


@pytest.mark.parametrize("file", ["forecast.csv", "manifest.json"])
def test_a_newer_release_that_is_damaged_is_not_shown(held: SiteHolder, record: Path, file: str) -> None:
    path = add_newer(record) / file
    path.write_bytes(path.read_bytes()[:-20])
    held.look()
    assert held.site.latest.id == "r-2"
    assert [each.folder for each in held.site.refused] == ["r-3"]


def test_a_release_that_is_half_there_is_shown_once_it_is_whole(held: SiteHolder, record: Path, tmp_path: Path) -> None:
    whole = Path(shutil.copytree(record / "releases" / "r-2", tmp_path / "whole"))
    late = whole / "forecast.csv"
    content = late.read_bytes()
    late.unlink()
    shutil.copytree(whole, record / "releases" / "r-3")
    held.look()
    assert [each.folder for each in held.site.refused] == ["r-3"]
    # Its manifest does not change any more: only the missing file comes.
    (record / "releases" / "r-3" / "forecast.csv").write_bytes(content)
    assert held.look()
    assert held.site.refused == ()
    assert len(held.site.releases) == 3


def test_of_thousands_of_faults_the_log_names_the_first(
    held: SiteHolder, record: Path, caplog: pytest.LogCaptureFixture
) -> None:
    newer = add_newer(record)
    for number in range(40):
        (newer / f"more-{number}.csv").write_bytes(b"")
    held.look()
    lines = caplog.messages[-1].splitlines()
    assert (len(lines), lines[-1]) == (11, "… 30 more")


def test_a_folder_that_is_still_being_written_is_not_looked_at(held: SiteHolder, record: Path) -> None:
    shutil.copytree(record / "releases" / "r-2", record / "releases" / ".r-3.tmp")
    assert held.look() is False


def test_when_the_folder_is_gone_the_last_state_is_served_on(held: SiteHolder, record: Path) -> None:
    before = held.site
    shutil.rmtree(record)
    held.look()
    assert held.site is before
    assert held.failed is not None
    assert held.look() is False


def test_where_a_record_is_gone_no_release_that_nobody_reviewed_takes_its_place(record: Path, tmp_path: Path) -> None:
    plain = Path(shutil.copytree(record / "releases" / "r-1", tmp_path / "plain" / "r-1"))
    held = SiteHolder(settings_for(record, releases=plain.parent))
    before = held.site
    (record / "record.toml").rename(record / "away")
    held.look()
    assert held.site is before
    (record / "away").rename(record / "record.toml")
    shutil.move(record / "releases", record / "elsewhere")
    held.look()
    assert held.site is before
    assert held.failed is not None


def test_it_comes_back_once_the_folder_does(held: SiteHolder, record: Path, tmp_path: Path) -> None:
    away = record.rename(tmp_path / "away")
    held.look()
    away.rename(record)
    held.look()
    assert held.failed is None
    assert shown(held) == ["r-2", "r-1"]


def test_without_any_release_a_site_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        SiteHolder(settings_for(tmp_path / "none", releases=tmp_path / "none"))


def test_with_damaged_releases_alone_a_site_does_not_start_and_says_why(record: Path) -> None:
    for name in ("r-1", "r-2"):
        (record / "releases" / name / "forecast.csv").write_bytes(b"")
    with pytest.raises(HavreError, match=r"forecast\.csv"):
        SiteHolder(settings_for(record))


def test_a_damaged_record_file_does_not_take_the_place_of_a_good_state(held: SiteHolder, record: Path) -> None:
    before = held.site
    (record / "record.toml").write_bytes(b"origin = ")
    held.look()
    assert held.site is before
    assert held.failed is not None


def test_a_log_that_grows_makes_a_new_snapshot_of_the_same_releases(held: SiteHolder, record: Path) -> None:
    before = held.site
    checkpoint = record / "log" / "checkpoint"
    checkpoint.write_bytes(checkpoint.read_bytes())
    assert held.look()
    assert held.site is not before
    assert [new is old for new, old in zip(held.site.releases, before.releases, strict=True)] == [True, True]


def test_whoever_asks_while_the_state_changes_gets_one_state_whole(record_folder: Path, tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    shutil.copytree(record_folder / "releases" / "r-1", releases / "r-1")
    shutil.copytree(record_folder / "releases" / "r-2", releases / ".r-2")
    app = create_app(settings_for(tmp_path / "none", releases=releases))
    with TestClient(app, raise_server_exceptions=False) as client:
        answers = _ask_while(client, lambda: _swap_often(app, releases))
    assert {status for status, _ in answers} == {200}
    # Each answer tells how many releases there are, which, and their number again: all of one snapshot.
    assert {told for _, told in answers} == {(1, ("r-1",)), (2, ("r-2", "r-1"))}


def _swap_often(app: FastAPI, releases: Path) -> None:
    for number in range(20):
        before, after = (".r-2", "r-2") if number % 2 == 0 else ("r-2", ".r-2")
        (releases / before).rename(releases / after)
        assert app.state.holder.look()


def _ask_while(client: TestClient, work: Callable[[], None]) -> list[tuple[int, tuple[int, tuple[str, ...]]]]:
    """Ask again and again until the work is done."""
    answers = []
    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        found = client.get("/api/v1/releases")
        plain = found.json()
        answers.append((found.status_code, (plain["total"], tuple(each["id"] for each in plain["items"]))))
    thread.join()
    return answers
