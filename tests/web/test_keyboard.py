"""The site with the keyboard alone: past the menu, to the other language, into tables, and a focus that is seen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.web.site_case import opened

CORRIDOR = "corridor/asylum_applications/AFG/DEU"
FOCUS = """(() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  return {name: (at.getAttribute("aria-label") || at.textContent).trim(), href: at.getAttribute("href"),
          seen: box.width > 0 && box.height > 0 && style.outlineStyle !== "none",
          onScreen: box.bottom > 0 && box.top < innerHeight, tag: at.tagName};
})()"""


@pytest.fixture
def corridor(chromium: Browser, address: str) -> Iterator[Page]:
    with opened(chromium, f"{address}/en/{CORRIDOR}") as (page, _):
        yield page


def test_the_first_step_leads_past_the_menu(corridor: Page) -> None:
    corridor.keyboard.press("Tab")
    first = corridor.evaluate(FOCUS)
    assert (first["name"], first["onScreen"]) == ("To the content", True)
    corridor.keyboard.press("Enter")
    assert corridor.evaluate("document.activeElement.id") == "main"
    corridor.keyboard.press("Tab")
    assert corridor.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_language_is_changed_and_the_place_is_kept(corridor: Page) -> None:
    for _ in range(30):
        corridor.keyboard.press("Tab")
        if corridor.evaluate(FOCUS)["name"] == "Français":
            break
    corridor.keyboard.press("Enter")
    corridor.wait_for_url(f"**/fr/{CORRIDOR}")


def test_every_stop_has_a_name_and_a_focus_that_is_seen(corridor: Page) -> None:
    stops = []
    for _ in range(120):
        corridor.keyboard.press("Tab")
        stop = corridor.evaluate(FOCUS)
        if stop["tag"] == "BODY":
            break
        stops.append(stop)
    assert len(stops) > 40
    assert [stop for stop in stops if not (stop["name"] or stop["tag"] == "INPUT") or not stop["seen"]] == []
