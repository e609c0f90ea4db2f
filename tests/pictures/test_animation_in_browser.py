"""The animation in a real browser, opened from a file without a network."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from havre.pictures import write_animation
from havre.texts import LANGUAGES, Language
from tests.pictures import sample_displacement as displaced
from tests.programs import running_chromium

AXE = Path(__file__).parents[1] / "web" / "vendor" / "axe-4.14.1.min.js"
WIDTHS = (390, 1280)
PAGE = "document.scrollingElement"
FRENCH_SPACE = "\u202f"
SAMPLE = displaced.sample()
LONG = "_registration_centre_of_the_northern_region"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as running:
        yield running


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("animation") / "shown.html"
    return write_animation(displaced.animation(SAMPLE), path).as_uri()


def open_page(browser: Browser, address: str, width: int = 1280, **options: Any) -> tuple[Page, list[str], list[str]]:
    """Open the page in a context of its own; gives it, what its console said and what it asked for."""
    wanted: dict[str, Any] = {"reduced_motion": "reduce", "offline": True} | options
    context = browser.new_context(viewport={"width": width, "height": 800}, **wanted)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    return page, said, asked


def go_to(page: Page, day: int) -> None:
    page.locator("#day").fill(str(day))


def day_of(page: Page) -> int:
    return int(page.locator("#day").input_value())


def table(page: Page, name: str) -> list[list[str]]:
    read = "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText))"
    rows: list[list[str]] = page.eval_on_selector_all(f"#{name} tbody tr", read)
    return rows


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_is_quiet_alone_accessible_and_never_scrolls_sideways(
    browser: Browser, address: str, language: str, width: int
) -> None:
    scheme = "dark" if (language == "fr") == (width == 390) else "light"
    page, said, asked = open_page(browser, f"{address}#{language}", width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    inside = "(parts) => parts.every((part) => part.getBoundingClientRect().right <= innerWidth)"
    for day in (299, 40):
        go_to(page, day)
        assert page.evaluate(f"{PAGE}.scrollWidth <= {PAGE}.clientWidth")
        assert page.eval_on_selector_all("table, svg.map, button, input[type=range]", inside)
    assert page.locator("svg.map").locator("visible=true").count() == 1
    assert len(page.screenshot(full_page=True)) > 50_000
    assert said == []
    assert [url.split("#")[0] for url in asked] == [address]
    assert violations(page) == []
    page.context.close()


def violations(page: Page) -> list[str]:
    """Ask axe-core what keeps people from using the page."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # What fits is only counted: handed over, it takes longer than everything else.
    told = "{violations: found.violations, passes: found.passes.length}"
    result = page.evaluate(f"axe.run(document, {{resultTypes: ['violations']}}).then(found => ({told}))")
    assert result["passes"] > 20
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(("language", "date"), [("en", "8 June 2012"), ("fr", "8 juin 2012")])
def test_a_day_is_drawn_and_told(browser: Browser, address: str, language: str, date: str) -> None:
    page, _, _ = open_page(browser, f"{address}#{language}")
    go_to(page, 100)
    assert page.locator("#date").inner_text() == date
    assert page.locator("#day").get_attribute("aria-valuetext") == date
    name = {"en": "Map of the network", "fr": "Carte du réseau"}[language]
    assert page.get_by_role("img", name=f"{name} {date}").count() == 1
    assert page.get_by_role("slider", name={"en": "Day", "fr": "Jour"}[language]).count() == 1
    rows = {row[0]: row[1:] for row in table(page, "camps")}
    assert list(rows) == list(displaced.CAMPS)
    separator = "," if language == "en" else FRENCH_SPACE
    assert rows["Tabaret"][0].startswith(f"{round(SAMPLE.people[100, 6]):,}".replace(",", separator))
    assert rows["Tabaret"][0].count("–") == 1
    page.evaluate("document.querySelector('details').open = true")
    places = {row[0]: row[1] for row in table(page, "places")}
    assert places["Tenenko"] == {"en": "conflict zone", "fr": "zone de conflit"}[language]
    assert places["Ansoro"] == {"en": "town", "fr": "ville"}[language]
    busiest = table(page, "busiest")
    names = [f"{origin} {destination}" for origin, destination in SAMPLE.links.rows()]
    best = names[int(SAMPLE.flows[100].argmax())]
    assert " ".join(busiest[0][:2]) == best
    assert len(busiest) == 8
    page.context.close()


def test_long_names_and_large_figures_fit_a_phone(browser: Browser, tmp_path: Path) -> None:
    made = displaced.animation(SAMPLE)
    much = replace(
        made,
        places=made.places.with_columns(pl.col("name") + LONG, capacity=pl.lit(None, dtype=pl.Float64)),
        links=made.links.with_columns(pl.col("origin") + LONG, pl.col("destination") + LONG),
        people=made.people * 90,
        flows=made.flows * 90_000,
        counted=np.full((300, 7), 1_345_678.0),
        low=np.full((300, 7), 1_045_678.0),
        high=np.full((300, 7), 2_345_678.0),
        displaced=None,
        conflict=None,
    )
    page, said, _ = open_page(browser, write_animation(much, tmp_path / "long.html").as_uri() + "#fr", 390)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
    assert page.evaluate(f"{PAGE}.scrollWidth <= {PAGE}.clientWidth")
    inside = "(parts) => parts.every((part) => part.getBoundingClientRect().right <= innerWidth)"
    assert page.eval_on_selector_all("table, td, th", inside)
    assert "sans limite" in table(page, "camps")[0][-1]
    assert said == []
    page.context.close()


@pytest.mark.parametrize(
    ("locale", "opens_in", "shown"), [("en-GB", "fr", "fr"), ("fr-FR", None, "fr"), ("fr-FR", "en", "en")]
)
def test_a_page_opens_in_the_language_that_it_was_made_in(
    browser: Browser, tmp_path: Path, locale: str, opens_in: Language | None, shown: str
) -> None:
    made = write_animation(replace(displaced.animation(SAMPLE), language=opens_in), tmp_path / "page.html")
    page, _, _ = open_page(browser, made.as_uri(), locale=locale)
    assert page.evaluate("document.documentElement.lang") == shown
    page.context.close()


def test_a_capacity_that_is_not_in_force_is_told(browser: Browser, tmp_path: Path) -> None:
    made = displaced.animation(SAMPLE)
    lost = pl.when(pl.col("name") == "Abalat").then(None).otherwise("capacity")
    places = made.places.with_columns(written="capacity").with_columns(capacity=lost)
    path = write_animation(replace(made, places=places), tmp_path / "lost.html")
    page, said, _ = open_page(browser, path.as_uri() + "#en")
    rows = {row[0]: row[-1] for row in table(page, "camps")}
    assert rows["Abalat"].startswith("11,400")
    assert "not in force: no limit" in rows["Abalat"]
    assert "no limit" not in rows["Bobola"]
    assert said == []
    page.context.close()


def test_circles_grow_with_people_in_area(browser: Browser, address: str) -> None:
    page, _, _ = open_page(browser, address)
    radii = {}
    for day in (60, 200):
        go_to(page, day)
        radii[day] = float(page.locator("svg.wide .people circle[data-row='0']").get_attribute("r") or 0)
    expected = (SAMPLE.people[200, 0] / SAMPLE.people[60, 0]) ** 0.5
    assert radii[200] / radii[60] == pytest.approx(expected, rel=0.02)
    page.context.close()


def test_small_counts_are_never_told(browser: Browser, address: str) -> None:
    page, _, _ = open_page(browser, f"{address}#fr", locale="fr-FR")
    page.evaluate("document.querySelector('details').open = true")
    seen = set()
    for day in range(0, 60, 4):
        go_to(page, day)
        cells = [row[-1] for row in table(page, "places")] + [row[-1] for row in table(page, "busiest")]
        cells += [cell for row in table(page, "camps") for cell in row[1].replace("(", "").replace(")", "").split("\n")]
        seen |= {part.strip() for cell in cells for part in cell.split("–")}
    assert "<\u00a010" in seen
    assert not {str(count) for count in range(1, 10)} & seen
    page.context.close()


def test_playing_starts_stops_and_ends(browser: Browser, address: str) -> None:
    page, said, _ = open_page(browser, address, reduced_motion="no-preference")
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    assert day_of(page) == 299
    play = page.get_by_role("button", name="Play")
    play.click()
    assert day_of(page) == 0
    # A tenth of a second a day: the whole takes half a minute.
    page.clock.run_for(1050)
    assert day_of(page) == 10
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(2000)
    assert day_of(page) == 10
    assert page.locator("#status").inner_text() == "Paused: 10 March 2012"
    go_to(page, 297)
    play.click()
    page.clock.run_for(1000)
    assert day_of(page) == 299
    assert play.is_visible()
    assert said == []
    page.context.close()


def test_with_reduced_motion_it_goes_in_large_steps_and_slowly(browser: Browser, address: str) -> None:
    page, _, _ = open_page(browser, address)
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.get_by_role("button", name="First day").click()
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(900)
    assert day_of(page) == 0
    page.clock.run_for(200)
    assert day_of(page) == 13
    page.clock.run_for(2000)
    assert day_of(page) == 39
    page.context.close()


def test_all_can_be_done_by_keyboard(browser: Browser, address: str) -> None:
    page, _, _ = open_page(browser, f"{address}#en")
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
        # Whatever has the focus shows it.
        ringed = ".switch" if reached[-1].startswith("language") else ":focus"
        assert page.eval_on_selector(ringed, "(element) => getComputedStyle(element).outlineStyle") == "solid"
    assert reached == ["language-en", "play", "first", "back", "forward", "day"]
    for key, day in (("Home", 0), ("ArrowRight", 1), ("PageUp", 31), ("End", 299), ("ArrowLeft", 298)):
        page.keyboard.press(key)
        assert day_of(page) == day
    page.locator("#back").press("Enter")
    page.locator("#back").press(" ")
    assert day_of(page) == 296
    page.locator("#play").press("Enter")
    assert page.get_by_role("button", name="Pause").is_visible()
    page.context.close()


def test_language_changes_by_click_and_keyboard_and_keeps_the_day(browser: Browser, address: str) -> None:
    page, said, _ = open_page(browser, address)
    go_to(page, 100)
    page.get_by_text("Français", exact=True).click()
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.locator("#date").inner_text() == "8 juin 2012"
    assert page.get_by_role("button", name="Lire").is_visible()
    assert page.get_by_text("Camps on this day").is_hidden()
    page.locator("#language-fr").press("ArrowLeft")
    assert page.locator("#date").inner_text() == "8 June 2012"
    assert day_of(page) == 100
    assert said == []
    page.context.close()


@pytest.mark.parametrize(("locale", "language"), [("fr-BE", "fr"), ("de-DE", "en")])
def test_the_first_language_is_the_readers(browser: Browser, address: str, locale: str, language: str) -> None:
    page, _, _ = open_page(browser, address, locale=locale)
    assert page.evaluate("document.documentElement.lang") == language
    page.context.close()


def test_without_scripts_the_last_day_is_shown(browser: Browser, address: str) -> None:
    page, _, _ = open_page(browser, address, java_script_enabled=False)
    assert page.get_by_text("Without scripts this page shows the last day alone.").is_visible()
    assert page.locator("#date").inner_text() == "24 Dec 2012"
    assert page.locator("#play").is_hidden()
    page.get_by_text("Français", exact=True).click()
    assert page.locator("#date").inner_text() == "24 déc. 2012"
    page.context.close()
