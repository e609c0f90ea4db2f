"""Pages of releases tell who reviewed what, every file, and what became of a release since."""

import html
import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from havre.record.publication import open_record
from havre.record.review import withdraw
from havre.texts import LANGUAGES, Language, say
from havre.web.holder import SiteHolder
from havre.web.pages.releases import size_in_words
from tests.record.log.log_case import KEY
from tests.record.record_case import ADA, AT, NOOR
from tests.web.site_case import settings_for, site

REASON = "The source has withdrawn these figures, all of them."


def told(client: TestClient, path: str) -> str:
    found = client.get(path)
    assert found.status_code == 200, found.text
    return html.unescape(found.text)


def test_the_newest_release_stands_first(client: TestClient) -> None:
    page = told(client, "/en/releases")
    assert page.index("/en/releases/r-2") < page.index("/en/releases/r-1")
    assert f"Reviewed by {NOOR.name} on November 25, 2026" in page
    assert "Figures replaced: 1" in page
    assert client.get("/en/releases?page=2").status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_release_tells_its_review_and_each_file_with_its_fingerprint(
    client: TestClient, record_folder: Path, language: Language
) -> None:
    page = told(client, f"/{language}/releases/r-2")
    manifest = json.loads((record_folder / "releases/r-2/manifest.json").read_bytes())
    assert all(key.verifier.text in page for key in (ADA, NOOR))
    assert "The border was closed all month." in page
    assert re.search(r"<td class=\"number\"><strong>77</strong></td>", page)
    for name, digest in manifest["files"].items():
        assert f'href="/files/r-2/{name}"' in page
        assert digest in page
    assert f'--first-key "{KEY.verifier.text}"' in page


def test_what_the_browser_is_handed_is_all_it_needs(client: TestClient) -> None:
    found = re.search(r'id="verify-facts">(.*?)</script>', client.get("/fr/releases/r-2").text)
    assert found is not None
    facts = json.loads(found[1])
    assert (facts["kind"], facts["files"], facts["log"], facts["key"]) == (
        "release",
        "/files/r-2/",
        "/log/",
        KEY.verifier.text,
    )
    asked = re.compile(r'"((?:record|verify)\.[a-z_.]+)"')
    from havre.web.rendering import asset_files

    modules = [content.decode() for path, content in asset_files().items() if path.startswith("js/verify/")]
    keys = {key for module in modules for key in asked.findall(module)}
    assert len(keys) > 40
    assert keys - set(facts["texts"]) == set()
    steps = re.findall(r'checks\.step\("([a-z]+)"', "".join(modules))
    states = ("running", "passed", "failed", "skipped")
    wanted = {f"verify.check.{step}.{state}" for step in steps for state in states}
    assert wanted - set(facts["texts"]) == set()


def test_a_release_that_is_withdrawn_says_so_at_once(record_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(record_folder, tmp_path / "record")
    app = site(copy)
    chart = "/".join(app.state.holder.site.latest.outlooks[0].key[1:])
    with TestClient(app) as client:
        assert REASON not in told(client, "/en/releases/r-1")
        with open_record(copy) as record:
            with record.store.change() as connection:
                withdraw(connection, "r-1", REASON, NOOR, AT + timedelta(days=2))
            record.flush([KEY])
        assert REASON in told(client, "/en/releases/r-1")
        assert say("web_releases", "list.withdrawn", "fr") in told(client, "/fr/releases")
        assert app.state.holder.look()
        flag = say("web_api", "embed.withdrawn", "en", id="r-1")
        assert [flag in told(client, f"/embed/en/{chart}{end}?release=r-1") for end in ("", ".svg")] == [True, True]
        assert flag not in told(client, f"/embed/en/{chart}")


def test_without_a_record_a_page_says_that_nobody_reviewed(record_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(record_folder / "releases" / "r-1", tmp_path / "releases" / "r-1")
    for name in ("log-entry.json", "log-proof.txt", "log-witnesses.txt"):
        (copy / name).unlink()
    app = site(tmp_path / "no-record", releases=tmp_path / "releases")
    with TestClient(app) as client:
        page = told(client, "/en/releases/r-1")
        assert say("web_releases", "one.not_logged") in page
        assert "verify-facts" not in page
        assert say("web_releases", "list.none_reviewed") in told(client, "/en/releases")
        assert say("web_releases", "log.none", "fr") in told(client, "/fr/log")


def test_a_release_that_was_changed_on_the_disk_is_named_and_not_shown(record_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(record_folder, tmp_path / "record")
    (copy / "releases/r-1/skill.csv").write_text("changed")
    assert [each.id for each in SiteHolder(settings_for(copy)).site.releases] == ["r-2"]
    with TestClient(site(copy)) as client:
        page = told(client, "/en/releases")
    assert "Not shown: r-1" in page
    assert "skill.csv" in page


def test_sizes_in_words() -> None:
    assert size_in_words(999_999, "fr") == "1\u202f000 ko"
