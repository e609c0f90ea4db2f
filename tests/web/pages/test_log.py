"""The page of the log: state, keys, witnesses, every entry; a log that is damaged is told, and can be examined."""

import html
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from havre.record.log.cosignature import cosign, with_cosignatures, witness_of
from havre.record.log.entries import KINDS, Entry
from havre.record.log.keys import new_key
from havre.record.log.notes import parse_note
from havre.record.log.rotation import ADDED, REVOKED, key_entry
from havre.record.publication import open_record
from havre.record.settings import read_settings, write_settings
from havre.texts import LANGUAGES, Language, catalogue
from havre.web.log_view import read_log
from havre.web.site import read_site
from tests.record.log.log_case import KEY, ORIGIN, OTHER
from tests.record.record_case import AT
from tests.web.site_case import settings_for, site

WITNESS = new_key("witness.example/w", bytes([9] * 32))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_entry_has_its_words(language: Language) -> None:
    words = {key for key in catalogue("web_releases", language) if key.startswith("kind.")}
    assert words == {f"kind.{kind}" for kind in KINDS}


def test_the_page_tells_state_and_entries(client: TestClient, record_folder: Path) -> None:
    found = client.get("/en/log")
    page = html.unescape(found.text)
    note = parse_note((record_folder / "log/checkpoint").read_bytes())
    assert found.headers["cache-control"] == "no-cache"
    assert note.encode().decode() in page
    assert KEY.verifier.text in page
    assert "No witness cosigns this log" in page
    assert [page.index(f'id="entry-{number}"') for number in (8, 7, 0)] == sorted(
        page.index(f'id="entry-{number}"') for number in (8, 7, 0)
    )
    assert 'href="/en/releases/r-1"' in page
    assert client.get("/en/log?page=2").status_code == 404


def test_pages_of_entries_keep_their_addresses_while_the_log_grows(record_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(record_folder, tmp_path / "record")
    with TestClient(site(copy)) as client:
        assert 'id="entry-8"' in client.get("/en/log?page=1").text
        with open_record(copy) as record:
            more = [Entry("correction", AT, "r-1", f"more-{at}", {}).canonical() for at in range(100)]
            record.log.append(more, [KEY])
        newest, first = client.get("/en/log").text, client.get("/en/log?page=1").text
    assert 'id="entry-108"' in newest
    assert 'id="entry-99"' not in newest
    assert 'id="entry-8"' in first
    assert 'href="?page=2#entries"' in first


def test_witnesses_stand_there_with_what_they_did(record_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(record_folder, tmp_path / "record")
    settings = read_settings(copy)
    silent = new_key("witness.example/silent", bytes([8] * 32))
    both = [(witness_of(key), "https://w.example") for key in (WITNESS, silent)]
    write_settings(copy, type(settings)(settings.origin, settings.log_keys, settings.people, tuple(both)))
    note = parse_note((copy / "log/checkpoint").read_bytes())
    cosigned = with_cosignatures(note, [cosign(note.text, WITNESS, AT)])
    (copy / "log/checkpoint").write_bytes(cosigned.encode())
    with TestClient(site(copy)) as client:
        page = html.unescape(client.get("/en/log").text)
    assert "cosigned at 2026-11-24 12:00 UTC" in page
    assert "has not cosigned the present checkpoint" in page


def test_the_first_key_is_found_after_it_was_revoked(record_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(record_folder, tmp_path / "record")
    with open_record(copy) as record:
        record.log.append([key_entry(ADDED, ORIGIN, OTHER.verifier, KEY, AT).canonical()], [KEY, OTHER])
        later = AT + timedelta(hours=1)
        record.log.append([key_entry(REVOKED, ORIGIN, KEY.verifier, OTHER, later).canonical()], [OTHER])
    settings = read_settings(copy)
    write_settings(copy, type(settings)(settings.origin, (OTHER.verifier,), settings.people))
    found = read_log(read_site(settings_for(copy)))
    assert found is not None
    assert (found.first, found.valid) == (KEY.verifier, (OTHER.verifier,))


def test_a_damaged_log_is_told_and_the_browser_can_still_look(record_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(record_folder, tmp_path / "record")
    bundle = copy / "log/tile/entries/000.p/9"
    with TestClient(site(copy)) as client:
        bundle.write_bytes(bundle.read_bytes().replace(b"r-2", b"r-3"))
        page, release = client.get("/en/log").text, client.get("/en/releases/r-2").text
    assert "The log cannot be read as it stands: tile/entries/000.p/9" in page
    assert "r-3" not in page
    assert "verify-facts" in page
    assert "verify-facts" in release


def test_what_is_no_entry_is_shown_as_it_is(record_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(record_folder, tmp_path / "record")
    with open_record(copy) as record:
        record.log.append([b"\xff<b>"], [KEY])
    with TestClient(site(copy)) as client:
        page = client.get("/en/log").text
    assert "No entry that this program knows" in page
    assert "\\xff&lt;b&gt;" in page
