"""The first page says what the release says, where it loses as plainly as what it expects, and stays small."""

import gzip
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser
from selectolax.lexbor import LexborHTMLParser

from havre.record.outlook import losing_first, read_outlooks
from havre.record.report import Page as Report
from havre.record.reviewed import Override, Reviewed
from havre.record.tables import Release
from havre.release_alarms import PAST_ALARMS
from havre.texts import LANGUAGES
from havre.web.rendering import asset_files
from havre.web.site import Site, read_site
from tests.record.release_samples import sample_facts, sample_release
from tests.web.pages.plain_case import SERIES, plain_site, write
from tests.web.pages.series_tables import page_of
from tests.web.site_case import opened, settings_for

ROUTES = ("route:central-mediterranean", "route:channel")
MEASURED = ("wis_ratio", "wis_ratio_log", "coverage_80", "best_naive")
LARGEST = 250_000
"""Bytes of the first page with all that it loads, compressed: it has to do on a slow line."""


@pytest.fixture(scope="module")
def site(record_folder: Path) -> Site:
    return read_site(settings_for(record_folder))


def client_of(folder: Path, release: Release) -> TestClient:
    return TestClient(plain_site(write(folder / "releases", release)), raise_server_exceptions=False)


def words_of(page: LexborHTMLParser, selector: str) -> str:
    found = page.css_first(selector)
    assert found is not None, selector
    return spaced(found.text())


def spaced(text: str) -> str:
    """Write every space as a plain one."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_gives_figures_intervals_track_record_and_sources(client: TestClient, site: Site, language: str) -> None:
    page = page_of(client, f"/{language}/")
    words = site.words(language)  # type: ignore[arg-type]
    release = site.latest
    for outlook in (each for each in release.outlooks if each.row["level"] == "total"):
        told = words_of(page, "#outlook")
        assert spaced(words.interval(outlook.expected[0].interval(80))) in told
        assert spaced(words.versus_naive(outlook.row["wis_ratio"])) in told
    rows = page.css("#outlook table tbody tr")
    assert len(rows) >= 12
    for source in release.published.release.facts.sources:
        assert source.attribution in words_of(page, "#sources")
    assert page.css_first(".notice") is not None


def test_where_a_naive_guess_does_better_stands_first_after_the_figures(client: TestClient, site: Site) -> None:
    page = page_of(client, "/en/")
    sections = [each.attributes.get("id") for each in page.css("main > section") if each.attributes.get("id")]
    assert sections[:2] == ["outlook", "losing"]
    report = Report(site.latest.published.release, site.latest.outlooks, site.words("en"))
    losing = losing_first(site.latest.outlooks)
    assert [each.text(strip=True) for each in page.css("#losing tbody th")] == [report.name(each) for each in losing]
    assert f"▲ {len(losing)}" in words_of(page, ".tile-flag")


def test_what_a_reviewer_states_stands_before_the_computed(tmp_path: Path) -> None:
    release = sample_release()
    total = next(
        each for each in read_outlooks(release) if each.key == ("germany", "asylum_applications", "TOT", "DEU")
    )
    first = total.expected[0]
    assert first.median is not None
    stated = Override("germany", "TOT", "DEU", 1, first.month, first.median, 12345.0, "Because.", "Noor")
    review = Reviewed("Ada", "Noor", datetime(2021, 2, 15, tzinfo=UTC), "0" * 64, overrides=(stated,))
    page = page_of(client_of(tmp_path, replace(release, review=review)), "/en/")
    told = words_of(page, "#outlook .next dd")
    assert told.startswith(f"12,345 stated by Noor; computed: {first.median:,.0f}")
    assert len(page.css("#outlook path.stated")) == 2


def test_changes_say_so_where_nothing_can_be_compared(client: TestClient) -> None:
    # The releases of this record forecast two months, and three are compared.
    assert "No series can be compared" in words_of(page_of(client, "/en/"), "#changes")


def test_it_is_small_with_everything_it_loads(client: TestClient) -> None:
    answer = client.get("/en/", headers={"Accept-Encoding": "gzip"})
    page = LexborHTMLParser(answer.text)
    loaded = [
        each.attributes.get("href") or each.attributes.get("src")
        for each in page.css("link[rel='stylesheet'], script[src]")
    ]
    assets = {re.sub(r"^/assets/\w+/", "", str(address)) for address in loaded}
    imported = {f"js/{name}" for script in assets if script.endswith(".js")
                for name in re.findall(rb'from "\./([\w./]+)"', asset_files()[script])}  # fmt: skip
    assert not imported
    sizes = {path: len(gzip.compress(asset_files()[path])) for path in assets | {"favicon.svg"}}
    assert int(answer.headers["content-length"]) + sum(sizes.values()) < LARGEST / 2


def test_routes_are_lines_that_lead_to_their_pages(tmp_path: Path) -> None:
    crossings = [("routes", "irregular_crossings", "TOT", code, "route", 900.0, 0.9) for code in ROUTES]
    release = sample_release(facts=sample_facts(), series=(*SERIES[:3], *crossings))
    page = page_of(client_of(tmp_path, release), "/en/")
    wide = page.css("#map .only-wide a")
    assert {each.attributes["href"] for each in wide} == {f"/en/route/{code.removeprefix('route:')}" for code in ROUTES}
    assert len(page.css("#map .only-wide path.course")) == len(ROUTES)
    assert page.css_first("#map use").attributes["href"] == f"#{page.css_first('defs path').attributes['id']}"  # type: ignore[union-attr]


def test_the_record_of_alarms_is_told_or_said_to_be_missing(tmp_path: Path) -> None:
    missing = page_of(client_of(tmp_path / "a", sample_release()), "/en/")
    assert "This release does not say" in words_of(missing, "#alarms")
    rows = [{"horizon": 1, "judged": 120, "alarms": 9, "right": 2, "missed": 4}]
    told = sample_release(facts=sample_facts(options={PAST_ALARMS: {"germany": rows}}))
    page = page_of(client_of(tmp_path / "b", told), "/fr/")
    cells = [each.text(strip=True) for each in page.css("#alarms tbody tr td.number")]
    assert [cell.removeprefix("▲") for cell in cells] == ["9", "2", "7", "4", "120"]


def test_a_release_of_which_nothing_was_measured_says_so(tmp_path: Path) -> None:
    release = sample_release()
    empty = {name: pl.lit(None, release.series.schema[name]) for name in MEASURED}
    bare = release.series.with_columns(**empty)
    page = page_of(client_of(tmp_path, replace(release, series=bare, skill=release.skill.clear())), "/en/")
    assert "No series could be measured" in words_of(page, "#losing")


def test_the_map_can_be_walked_by_keyboard_and_figures_read_without_scripts(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}/en/", 390, java_script_enabled=False) as (page, said):
        assert said == []
        page.locator("#outlook summary").first.click()
        assert page.locator("#outlook table").first.is_visible()
        mark = page.locator("#map svg:visible a").first
        if mark.count():
            mark.focus()
            target = mark.get_attribute("href")
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{target}")
