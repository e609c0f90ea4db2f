"""What is shown of a record: releases that stand in its log as they were published, and not those taken back."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from havre.errors import FileError, HavreError
from havre.record.folder import MANIFEST
from havre.record.publication import open_record
from havre.record.review import withdraw
from havre.web.site import fingerprint_of, read_site
from tests.record.log.log_case import KEY
from tests.record.record_case import AT, NOOR
from tests.web.site_case import settings_for


@pytest.fixture
def record(record_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(record_folder, tmp_path / "record"))


def test_the_newest_release_is_the_latest(record: Path) -> None:
    site = read_site(settings_for(record))
    assert ([each.id for each in site.releases], site.latest.id) == (["r-2", "r-1"], "r-2")
    assert all(each.is_reviewed for each in site.releases)


def test_a_release_that_was_withdrawn_is_not_the_latest(record: Path) -> None:
    settings = settings_for(record)
    before = fingerprint_of(settings)
    with open_record(record) as held:
        with held.store.change() as connection:
            withdraw(connection, "r-2", "The counts of May were wrong.", NOOR, AT + timedelta(days=5))
        held.flush([KEY])
    assert fingerprint_of(settings) != before
    site = read_site(settings)
    assert (site.withdrawn, site.latest.id, len(site.releases)) == (frozenset({"r-2"}), "r-1", 2)


def test_a_release_that_fits_its_manifest_but_not_the_log_is_refused(record: Path) -> None:
    path = record / "releases" / "r-2" / MANIFEST
    manifest = json.loads(path.read_bytes())
    manifest["seed"] += 1
    path.write_text(json.dumps(manifest), encoding="utf-8")
    site = read_site(settings_for(record))
    assert ([each.id for each in site.releases], [each.folder for each in site.refused]) == (["r-1"], ["r-2"])


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
