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


QUICK = (("en", 390, "dark"), ("fr", 1280, "light"))
"""Each page is walked in both languages and widths with every change; the other ways with the slow tests."""
SLOW = tuple(
    (language, width, scheme)
    for language in LANGUAGES
    for width in WIDTHS
    for scheme in ("light", "dark")
    if (language, width, scheme) not in QUICK
)


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [*QUICK, *(pytest.param(*way, marks=pytest.mark.slow) for way in SLOW)]
)
@pytest.mark.parametrize("path", WALKED)
def test_page_is_quiet_fits_and_has_no_violation(
    chromium: Browser, address: str, path: str, language: str, width: int, scheme: str
) -> None:
    with opened(chromium, f"{address}/{language}/{path}", width, color_scheme=scheme) as (page, said):
        assert faults(page, said) == []
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").count() == 1
