"""Take pictures of every page of a running site: screenshot_site.py ADDRESS OUTDIR [--path PATH …].

Without --path the pages of the menu, one of each kind of series, one release and the pages about the site are taken,
one instance and one contest, in both languages at the widths of a phone and of a desk.
"""

import argparse
import json
import re
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
TAKEN = (("en", 390), ("en", 1280), ("fr", 390), ("fr", 1280))
TALLEST = 2_200
"""Pixels of a picture; what is below is cut off."""
ABOUT = ("data", "methods", "glossary", "charter", "accessibility", "imprint", "api")


def find_paths(address: str) -> Iterator[str]:
    """Give the paths of pages after the language: those that every site has, and one example of each other kind."""
    yield from ("", "places", "planner", "track-record", "displacement", "releases", "log", "contest", "contests")
    yield from (
        "contest/follow",
        "audit",
        "audit/iborderctrl",
        "about",
        *(f"about/{page}" for page in ABOUT),
        "nothing",
    )
    yield f"releases/{_json(f'{address}/api/v1/releases')['items'][0]['id']}"
    for one in _json(f"{address}/api/v1/displacement/instances")["items"][:1]:
        yield f"displacement/instances/{one['name']}"
    with suppress(urllib.error.HTTPError):  # a site without a record has none
        yield from (f"contests/{one['id']}" for one in _json(f"{address}/api/v1/contests")["items"][:1])
    series = _json(f"{address}/api/v1/series?limit=500")["items"]
    shown = [each for each in series if each["origin"] != "TOT" and each["destination"] != "TOT"]
    for each in shown[:1]:
        yield f"corridor/{each['measure']}/{each['origin']}/{each['destination']}"
        yield f"origin/{each['origin']}"
        yield f"destination/{each['destination']}"
    yield "route/channel"


def _json(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - the address that was asked for
        return json.load(answer)


def take_screenshots(address: str, folder: Path, paths: list[str], *, dark: bool) -> Iterator[Path]:
    """Write ``<page>-<language>-<width>.jpg`` for each path, language and width."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        for path in paths:
            for language, width in TAKEN:
                yield _take(browser, address, path, language, width, folder, dark=dark)
        browser.close()


def _take(browser: Browser, address: str, path: str, language: str, width: int, folder: Path, *, dark: bool) -> Path:
    scheme: Any = "dark" if dark else "light"
    context = browser.new_context(
        viewport={"width": width, "height": 900}, reduced_motion="reduce", color_scheme=scheme
    )
    page = context.new_page()
    page.goto(f"{address}/{language}/{path}")
    page.wait_for_load_state("networkidle")
    name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "home"
    file = folder / f"{name}-{language}-{width}{'-dark' if dark else ''}.jpg"
    height = min(TALLEST, int(page.evaluate("document.scrollingElement.scrollHeight")))
    page.set_viewport_size({"width": width, "height": max(900, height)})
    page.screenshot(path=file, type="jpeg", quality=35)
    context.close()
    return file


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--path", action="append", help="after the language, such as planner; may be given often")
    parser.add_argument("--dark", action="store_true", help="in dark mode")
    options = parser.parse_args()
    if shutil.which("chromium") is None:
        print("chromium is not installed", file=sys.stderr)
        return 1
    address = options.address.rstrip("/")
    paths = list(find_paths(address)) if options.path is None else options.path
    for path in take_screenshots(address, options.folder, paths, dark=options.dark):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
