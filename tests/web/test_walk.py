"""A browser walks every page in both languages, at the width of a phone and of a desk, in light and in dark."""

import pytest
from playwright.sync_api import Browser

from havre.texts import LANGUAGES
from tests.web.site_case import WIDTHS, faults, opened

WALKED: tuple[str, ...] = (
    "",
    "releases",
    "releases/r-2",
    "log",
    "about",
    "about/charter",
    "about/methods",
    "about/data",
    "about/glossary",
    "about/accessibility",
    "about/imprint",
    "contest",
    "contest/follow",
    "contests",
    "corridor/asylum_applications/AFG/DEU",
    "destination/DEU",
    "origin/AFG",
    "places",
    "track-record",
    "about/api",
    "planner",
    "displacement",
    "displacement/instances/arvania",
    "audit",
    "audit/iborderctrl",
    "audit/sbms",
    "desk",
)
"""Paths after the language; add each new page."""


WAYS = tuple((language, width, scheme) for language in LANGUAGES for width in WIDTHS for scheme in ("light", "dark"))
QUICK = (("en", 390, "dark"), ("fr", 1280, "light"))
"""One of these for each page with every change, in turns; all ways with the slow tests."""


WALKS = [
    pytest.param(path, *way, marks=() if way == QUICK[number % 2] else (pytest.mark.slow,))
    for number, path in enumerate(WALKED)
    for way in WAYS
]


@pytest.mark.parametrize(("path", "language", "width", "scheme"), WALKS)
def test_page_is_quiet_fits_and_has_no_violation(
    chromium: Browser, address: str, path: str, language: str, width: int, scheme: str
) -> None:
    with opened(chromium, f"{address}/{language}/{path}", width, color_scheme=scheme) as (page, said):
        assert faults(page, said) == []
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").count() == 1
