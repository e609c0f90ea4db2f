"""A site to test: a record with two published releases whose figures are explained, and a server for a browser."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from havre.pipeline import measure_names
from havre.record.draft import draft_digest, write_draft
from havre.record.folder import forecast_table
from havre.record.publication import Record, Words, open_record, publish
from havre.record.review import approve, override, submit
from havre.record.reviewed import Override
from havre.web.app import create_app
from havre.web.settings import WebSettings
from tests.explained_case import case
from tests.record.log.log_case import KEY
from tests.record.published_case import made_record
from tests.record.record_case import ADA, AT, NOOR

RELEASES = ("r-1", "r-2")
WIDTHS = (390, 1280)
AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"


def make_record(folder: Path) -> Path:
    """Make a record with two published releases; the second has a figure that the reviewer replaced."""
    made_record(folder)
    with open_record(folder) as record:
        for number, name in enumerate(RELEASES):
            _publish(record, name, days=number, stated=77.0 if number else None)
    return folder


def _publish(record: Record, name: str, *, days: int, stated: float | None) -> None:
    made, further = _named(name)
    at = AT + timedelta(days=days)
    write_draft(made, record.draft(name), further)
    digest = draft_digest(record.draft(name))
    with record.store.change() as connection:
        submit(connection, name, digest, ADA, at)
        if stated is not None:
            row = forecast_table(made).drop_nulls("median").to_dicts()[0]
            keys = ("scope", "origin", "destination", "horizon", "target_month")
            reason = "The border was closed all month."
            told = {key: row[key] for key in keys}
            change = Override(**told, computed=row["median"], stated=stated, reason=reason, reviewer=NOOR.name)
            override(connection, name, change, NOOR, at)
        approve(connection, name, digest, NOOR, at)
    publish(record, name, NOOR, [KEY], Words(measure_names(), {}), at)


@cache
def _named(name: str):  # type: ignore[no-untyped-def]  # a release and its files
    from havre.pipeline import explain_release

    made, _ = case()
    named = replace(made, release=replace(made.release, facts=replace(made.release.facts, id=name)))
    return named.release, explain_release(named)


def settings_for(folder: Path, **changes: object) -> WebSettings:
    """Give settings without bounds, for a site on a record."""
    told = {
        "record": folder,
        "state": folder.parent / "web-state",
        "reader_requests_a_minute": 0,
        "posts_a_minute": 10_000,
        "run_niceness": 0,
    }
    return WebSettings.model_validate({**told, **changes})


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an app on a free port of this machine, in a thread; gives its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@contextmanager
def opened(browser: Browser, address: str, width: int = 1280, **options: object) -> Iterator[tuple[Page, list[str]]]:
    """Open a page in a context of its own; gives it with what its console says and what it asks of other hosts."""
    host = "/".join(address.split("/")[:3])
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **options)  # type: ignore[arg-type]
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith((host, "data:", "blob:")) else said.append(asked.url))
    try:
        page.goto(address)
        yield page, said
    finally:
        context.close()


REAL_NAMES = r"""() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    text.data = text.data.replace(/\br-(\d)\b/g, "havre-2026-12-0$1-fd9e0d5e");
  }
}"""
"""Gives the releases of a page names as long as real ones have, for what does not fit then."""


def faults(page: Page, said: list[str]) -> list[str]:
    """Tell what is wrong with a page: messages of the console, sideways scrolling, violations found by axe."""
    found = list(said)
    page.evaluate(REAL_NAMES)
    wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    if wide > 0:
        found.append(f"scrolls sideways by {wide} px")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # What fits is not handed over: it is a million letters for a page, which takes longer than everything else.
    asked = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']"
    violations = page.evaluate(f"axe.run(document, {{runOnly: {asked}}}).then(found => found.violations)")
    found += [f"{each['id']}: {[node['html'][:160] for node in each['nodes']][:3]}" for each in violations]
    return found


def site(folder: Path, **changes: object) -> FastAPI:
    """Make the app of a site on a record."""
    return create_app(settings_for(folder, **changes))
