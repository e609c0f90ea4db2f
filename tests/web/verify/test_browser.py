"""Verification in a real browser: what is good passes, a changed tile is named, and nothing is kept unasked."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from havre.record.publication import open_record
from tests.record.log.log_case import KEY, entries
from tests.web.site_case import faults, opened, serving, site

TILE = "tile/0/000.p/9"
KEPT = "Object.keys(localStorage).length"


def verified(page: Page) -> tuple[str, dict[str, str]]:
    """Press the button; give the verdict and the state of each check."""
    page.click("#verify-start")
    page.wait_for_selector("#verify-start:not([disabled])")
    checks = page.eval_on_selector_all("#verify-checks > li", "all => all.map(each => [each.id, each.dataset.state])")
    return page.inner_text("#verify-verdict"), {name.removeprefix("verify-check-"): state for name, state in checks}


def flip(route: Route) -> None:
    """Change one bit of what the server gives."""
    answer = route.fetch()
    body = bytearray(answer.body())
    body[len(body) // 2] ^= 1
    route.fulfill(response=answer, body=bytes(body))


@contextmanager
def changed(browser: Browser, address: str, pattern: str) -> Iterator[Page]:
    with opened(browser, address) as (page, _):
        page.route(pattern, flip)
        yield page


@pytest.mark.parametrize(("language", "width"), [("en", 390), ("fr", 1280)])
def test_a_good_release_passes_every_check(chromium: Browser, address: str, language: str, width: int) -> None:
    with opened(chromium, f"{address}/{language}/releases/r-2", width) as (page, said):
        verdict, checks = verified(page)
        assert verdict.startswith("Verified. Release r-2" if language == "en" else "Vérifié. La publication r-2")
        assert set(checks.values()) == {"passed"}
        assert list(checks) == ["manifest", "files", "checkpoint", "entries", "keys", "proof", "included", "review"]
        assert page.locator("#verify-limits li").count() == 6
        assert page.locator("#verify-checks").inner_text().count(KEY.verifier.text) == 1
        assert faults(page, said) == []
        assert page.evaluate(KEPT) == 0


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        (f"**/log/{TILE}", TILE),
        ("**/log/tile/entries/000.p/9", "tile/entries/000.p/9"),
        ("**/log/checkpoint", "checkpoint"),
        ("**/files/r-2/skill.csv", "skill.csv"),
        ("**/files/r-2/manifest.json", "manifest.json"),
    ],
)
def test_a_changed_file_is_named(chromium: Browser, address: str, pattern: str, named: str) -> None:
    with changed(chromium, f"{address}/en/releases/r-2", pattern) as page:
        verdict, checks = verified(page)
        assert verdict.startswith("Not verified.")
        assert "failed" in checks.values()
        assert named in page.inner_text("#verify-checks .problems")


def test_a_server_with_a_changed_tile_is_found_out(chromium: Browser, record_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(record_folder, tmp_path / "record")
    tile = copy / "log" / TILE
    content = tile.read_bytes()
    tile.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    with serving(site(copy)) as address:
        for path in ("en/releases/r-2", "en/log"):
            with opened(chromium, f"{address}/{path}") as (page, _):
                verdict, checks = verified(page)
                assert (verdict.split(".")[0], checks["entries"]) == ("Not verified", "failed")
                assert page.inner_text("#verify-check-entries .problems").startswith(f"{TILE}: this tile was changed")


def test_what_the_reader_lets_it_keep_is_compared_and_can_be_deleted(
    chromium: Browser, record_folder: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(record_folder, tmp_path / "record")
    with serving(site(copy)) as address, opened(chromium, f"{address}/en/log") as (page, _):
        page.check("#verify-remember")
        assert page.evaluate(KEPT) == 0
        verified(page)
        assert page.evaluate(KEPT) == 1
        assert page.inner_text("#verify-kept") == "The browser keeps the checkpoint of 9 entries."
        with open_record(copy) as record:
            record.log.append(entries(3), [KEY])
        page.reload()
        assert page.is_checked("#verify-remember")
        assert verified(page)[1]["remembered"] == "passed"
        page.evaluate("localStorage.setItem('spare', Object.values(localStorage)[0])")
        # The log is made anew, shorter than what was seen.
        shutil.rmtree(copy / "log")
        shutil.copytree(record_folder / "log", copy / "log")
        page.reload()
        verdict, checks = verified(page)
        assert (verdict.split(".")[0], checks["remembered"]) == ("Not verified", "failed")
        assert page.locator("#verify-evidence pre").count() == 2
        page.uncheck("#verify-remember")
        assert page.evaluate("Object.keys(localStorage)") == ["spare"]


def test_the_readers_own_keys_stand_before_those_of_the_site(chromium: Browser, address: str) -> None:
    other = "havre.example/log+bad+key"
    with opened(chromium, f"{address}/en/releases/r-2") as (page, _):
        page.click(".verify summary")
        page.fill("#verify-key", other)
        assert "is not a public key" in verified(page)[0] or "could not be run" in verified(page)[0]
        page.fill("#verify-key", KEY.verifier.text)
        page.fill("#verify-people", KEY.verifier.text)
        assert verified(page)[1]["review"] == "failed"
        page.fill("#verify-people", "")
        assert verified(page)[0].startswith("Verified.")
        assert "The first key is the one that you gave" in page.inner_text("#verify-limits")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "SubtleCrypto.prototype.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))",
            "Ed25519",
        ),
        ("Object.defineProperty(Crypto.prototype, 'subtle', {get: () => undefined})", "WebCrypto"),
        ("Object.defineProperty(globalThis, 'isSecureContext', {get: () => false})", "HTTPS"),
    ],
)
def test_a_browser_that_cannot_check_says_so(chromium: Browser, address: str, script: str, words: str) -> None:
    with opened(chromium, f"{address}/en/releases/r-2") as (page, _):
        page.add_init_script(script)
        page.reload()
        verdict, checks = verified(page)
        assert words in verdict
        assert checks == {}


def test_own_files_are_compared_without_being_sent(chromium: Browser, address: str, record_folder: Path) -> None:
    folder = record_folder / "releases" / "r-2"
    with opened(chromium, f"{address}/en/releases/r-2") as (page, _):
        asked: list[str] = []
        page.wait_for_load_state("networkidle")
        page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
        page.set_input_files("#own-file", [folder / "skill.csv", record_folder / "record.toml"])
        page.wait_for_selector("#own-file-found li:nth-child(2)")
        said = page.locator("#own-file-found li").all_inner_texts()
    assert said[0] == "skill.csv: unchanged, it is skill.csv"
    assert said[1].startswith("record.toml: its SHA-256 (")
    assert [each for each in asked if "favicon" not in each] == [f"GET {address}/files/r-2/manifest.json"]


def test_without_scripts_the_page_tells_how_to_verify_offline(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}/en/releases/r-2", java_script_enabled=False) as (page, _):
        assert page.locator("#verify-start").is_hidden()
        assert "This needs JavaScript" in page.inner_text(".verify")
        assert "havre verify r-2" in page.inner_text("pre.command")
