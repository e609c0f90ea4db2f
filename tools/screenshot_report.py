"""Take pictures of a report in both languages on a phone and on a desk: screenshot_report.py REPORT.html OUTDIR."""

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = {390: 844, 1280: 800}


def take_screenshots(report: Path, folder: Path, *, whole: bool, dark: bool) -> list[Path]:
    """Write ``report-<language>-<width>.png`` for each language and width; ``whole`` takes the page to its end."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        for width, height in WIDTHS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                offline=True,
                reduced_motion="reduce",
                color_scheme="dark" if dark else "light",
            )
            page = context.new_page()
            for language in ("en", "fr"):
                page.goto("about:blank")
                page.goto(f"{report.resolve().as_uri()}#{language}")
                path = folder / f"report-{language}-{width}{'-dark' if dark else ''}.png"
                page.screenshot(path=path, full_page=whole)
                written.append(path)
            context.close()
        browser.close()
    return written


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--top", action="store_true", help="only what the first screen shows")
    parser.add_argument("--dark", action="store_true", help="in dark mode")
    options = parser.parse_args()
    if shutil.which("chromium") is None:
        print("chromium is not installed", file=sys.stderr)
        return 1
    for path in take_screenshots(options.report, options.folder, whole=not options.top, dark=options.dark):
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
