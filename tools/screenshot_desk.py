"""Take pictures of the review desk and of a contest on its way: python -m tools.screenshot_desk RELEASE OUTDIR.

RELEASE is the folder of a plain release, as ``make demo`` writes it. In a folder for the time being, a record publishes
it, a copy waits for its review, somebody contests a figure, and the site is served on this machine.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from havre.pipeline import measure_names
from havre.record.draft import draft_digest, write_draft
from havre.record.log.keys import new_key, save_key
from havre.record.publication import Words, create_record, open_record, publish
from havre.record.published import read_published
from havre.record.review import approve, submit
from havre.web.desk.accounts import add_account
from havre.web.desk.passwords import Passwords
from havre.web.desk.tables import open_desk_store
from tools.screenshot_site import ARGUMENTS, TAKEN, TALLEST

PASSWORD = "a password for pictures"  # noqa: S105 - of a record that lives for a minute
HAVRE = Path(sys.executable).with_name("havre")
PAGES = ("desk", "desk/releases/in-review", "desk/contests", "desk/account", "desk/accounts", "desk/journal")


def make_record(release: Path, folder: Path, at: datetime) -> None:
    """Make a record with a published release, one in review, accounts, and keys of people and log."""
    log, ada, noor = (new_key(f"havre.example/{name}") for name in ("log", "ada", "noor"))
    create_record(folder / "record", log.name, log, [ada, noor], None)
    found = read_published(release).release
    with open_record(folder / "record") as record:
        for name in ("published", "in-review"):
            named = replace(found, facts=replace(found.facts, id=name), review=None)
            write_draft(named, record.draft(name))
            digest = draft_digest(record.draft(name))
            with record.store.change() as connection:
                submit(connection, name, digest, ada, at)
                if name == "published":
                    approve(connection, name, digest, noor, at)
        publish(record, "published", noor, [log], Words(measure_names(), {}), at)
    save_key(folder / "noor.key", noor, PASSWORD)
    save_key(folder / "log.key", log, PASSWORD)
    store = open_desk_store(folder / "state")
    with store.change() as connection:
        roles = ("reviewer", "administrator")
        add_account(connection, Passwords(65_536, 3), "noor", roles, PASSWORD, at, by="(console)")
    store.close()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the record; gives the address."""
    settings = folder / "web.toml"
    told = {"record": folder / "record", "state": folder / "state", "log_key_file": folder / "log.key"}
    settings.write_text("".join(f'{name} = "{path}"\n' for name, path in told.items()))
    command = [str(HAVRE), "serve", "--settings", str(settings), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "HAVRE_LANG": "en"}
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            yield process.stdout.readline().split()[0]
        finally:
            process.terminate()


def walk(page: Page, address: str, language: str, key: Path) -> Iterator[str]:
    """Go through a contest and the desk; gives the name of each picture when its page is open."""
    page.goto(f"{address}/{language}/contest")
    for name in ("series", "month"):
        page.select_option(f"#figure-{name}", index=1)
    page.fill("#why", "The office counted June twice: its table of 12 July came a second time on the 19th.")
    page.click("form.card button")
    page.wait_for_selector("#code")
    yield "contest-receipt"
    contest = (page.text_content("#code") or "").strip().partition(".")[0]
    page.goto(f"{address}/{language}/desk")
    yield "desk-sign-in"
    page.fill("#name", "noor")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{address}/{language}/desk")
    page.goto(f"{address}/{language}/desk/account")
    page.set_input_files("#key-file", key)
    page.locator("form[enctype] button").click()
    for path in PAGES:
        page.goto(f"{address}/{language}/{path}")
        yield path.replace("/", "-")
    page.goto(f"{address}/{language}/desk/contests/{contest}")
    yield "desk-contest"


def save_picture(page: Page, file: Path, width: int) -> Path:
    """Save a picture of a whole page, cut off where it is very long."""
    height = min(TALLEST, int(page.evaluate("document.scrollingElement.scrollHeight")))
    page.set_viewport_size({"width": width, "height": max(900, height)})
    page.screenshot(path=file, type="jpeg", quality=55)
    page.set_viewport_size({"width": width, "height": 900})
    return file


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path)
    parser.add_argument("out", type=Path)
    told = parser.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="havre-desk-") as place, sync_playwright() as playwright:
        make_record(told.release, Path(place), datetime.now(UTC).replace(microsecond=0))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        with serving(Path(place)) as address:
            for language, width in TAKEN:
                context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
                page = context.new_page()
                for name in walk(page, address, language, Path(place) / "noor.key"):
                    print(save_picture(page, told.out / f"{name}-{language}-{width}.jpg", width))
                context.close()
        browser.close()


if __name__ == "__main__":
    main()
