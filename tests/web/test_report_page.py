"""The report in a real browser, opened from a file without a network."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from havre.record.report import render_report
from havre.texts import LANGUAGES
from tests.programs import running_chromium
from tests.record.release_samples import MEASURE_NAMES, sample_release

AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
WIDTHS = (390, 1280)
PAGE = "document.scrollingElement"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as running:
        yield running


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("release") / "report.html"
    path.write_text(render_report(sample_release(), MEASURE_NAMES), encoding="utf-8")
    return path.as_uri()


def open_page(browser: Browser, address: str, width: int = 1280, **options: Any) -> tuple[Page, list[str], list[str]]:
    """Open the report in a context of its own; gives the page, what its console said and what it asked for."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, offline=True, reduced_motion="reduce", **options
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    return page, said, asked


def top_of(page: Page, selector: str) -> float:
    """How far below the window's top an element begins."""
    return float(page.eval_on_selector(selector, "(element) => element.getBoundingClientRect().top"))


def shown(page: Page) -> list[str]:
    return [language for language in LANGUAGES if page.locator(f"article#{language}").is_visible()]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_quiet_alone_and_never_scrolls_sideways(
    browser: Browser, address: str, language: str, width: int, tmp_path: Path
) -> None:
    page, said, asked = open_page(browser, f"{address}#{language}", width)
    assert shown(page) == [language]
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    assert page.evaluate(f"{PAGE}.scrollWidth <= {PAGE}.clientWidth")
    picture = page.screenshot(path=tmp_path / f"report-{language}-{width}.png", full_page=True)
    assert len(picture) > 50_000
    assert said == []
    assert [url.split("#")[0] for url in asked] == [address]
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_months_of_the_headline_fit_the_screen(browser: Browser, address: str, language: str, width: int) -> None:
    page, _, _ = open_page(browser, f"{address}#{language}", width)
    fits = "(tables) => tables.every((table) => table.parentElement.scrollWidth <= table.parentElement.clientWidth + 1)"
    assert page.eval_on_selector_all(f"#{language} table.months", fits)
    assert page.locator(f"#{language} svg.chart").locator("visible=true").count() == 2
    page.context.close()


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("fr-BE", "fr"), ("de-DE", "en")])
def test_the_first_language_is_the_readers(browser: Browser, address: str, locale: str, language: str) -> None:
    page, _, _ = open_page(browser, address, locale=locale)
    assert shown(page) == [language]
    assert page.evaluate("document.documentElement.lang") == language
    page.context.close()


def test_language_changes_by_click_and_keeps_the_place(browser: Browser, address: str) -> None:
    page, said, _ = open_page(browser, address, 390)
    page.evaluate("document.getElementById('en-skill').scrollIntoView()")
    before = top_of(page, "#en-skill")
    page.get_by_text("Français", exact=True).click()
    assert shown(page) == ["fr"]
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert abs(top_of(page, "#fr-skill") - before) < 2
    page.reload()
    assert shown(page) == ["fr"]
    assert abs(top_of(page, "#fr-skill") - before) < 20
    assert said == []
    page.context.close()


def test_language_changes_by_keyboard(browser: Browser, address: str) -> None:
    page, _, _ = open_page(browser, address)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert shown(page) == ["fr"]
    ring = page.evaluate("getComputedStyle(document.querySelector('.switch')).outlineStyle")
    assert ring == "solid"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "fr-top"
    page.context.close()


def test_without_scripts_one_language_is_shown_and_can_be_changed(browser: Browser, address: str) -> None:
    page, _, _ = open_page(browser, address, java_script_enabled=False)
    assert shown(page) == ["en"]
    page.get_by_text("Français", exact=True).click()
    assert shown(page) == ["fr"]
    page.context.close()


def test_a_link_into_the_other_language_opens_it(browser: Browser, address: str) -> None:
    page, _, _ = open_page(browser, f"{address}#fr-rights")
    assert shown(page) == ["fr"]
    assert 0 < top_of(page, "#fr-rights-h") < 800
    page.context.close()


def test_vendored_axe_is_what_its_list_says() -> None:
    listed = re.findall(r"`([0-9a-f]{64})`", (AXE.parent / "README.md").read_text(encoding="utf-8"))
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() in listed


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(browser: Browser, address: str, language: str, width: int, scheme: str) -> None:
    page, _, _ = open_page(browser, f"{address}#{language}", width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # What fits is only counted: handed over, it takes longer than everything else.
    told = "{violations: found.violations, passes: found.passes.length, version: found.testEngine.version}"
    result = page.evaluate(f"axe.run(document, {{resultTypes: ['violations']}}).then(found => ({told}))")
    found = [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
    assert found == []
    assert result["version"] == "4.14.1"
    assert result["passes"] > 20
    page.context.close()
