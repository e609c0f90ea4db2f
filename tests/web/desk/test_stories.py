"""Whole stories in a browser: a draft becomes a release that anybody can verify; a contest is answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from havre.record.publication import create_record, open_record
from havre.record.verify import verify_release
from tests.cli.command import havre
from tests.record.conftest import fresh_database
from tests.record.log.log_case import KEY, ORIGIN
from tests.record.postgresql import running
from tests.record.record_case import ADA, NOOR
from tests.web.desk.desk_case import (
    CHEAP,
    DRAFT,
    KEY_PASSWORD,
    LOG_PASSWORD,
    MONTH,
    PASSWORD,
    SERIES,
    add_people,
    hand_in,
    send,
    visitor,
)
from tests.web.site_case import WIDTHS, _publish, faults, opened, serving, site

REASON = "The border is closed until March, by decree."


@pytest.fixture(scope="module")
def address(desk_app: FastAPI) -> Iterator[str]:
    with serving(desk_app) as found:
        yield found


def sign_in(page: Page, address: str, name: str, lang: str = "en") -> None:
    page.goto(f"{address}/{lang}/desk")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{address}/{lang}/desk")


def sign(page: Page, form: str, *, log: bool = False) -> None:
    """Type the passwords into a form and send it by the keyboard."""
    page.fill(f"#{form}-key", KEY_PASSWORD)
    if log:
        page.fill(f"#{form}-log", LOG_PASSWORD)
    page.press(f"#{form}-key", "Enter")
    page.wait_for_load_state()


def test_a_draft_is_reviewed_published_and_verified(
    chromium: Browser, desk_app: FastAPI, address: str, tmp_path: Path
) -> None:
    folder = desk_app.state.settings.record / "releases" / DRAFT
    with opened(chromium, f"{address}/en/") as (page, said):
        sign_in(page, address, "ada")
        page.click(f"text={DRAFT}")
        assert page.locator("text=somebody else reviews it").count() == 1
        page.click("text=Sign out")
        sign_in(page, address, "noor")
        page.click(f"text={DRAFT}")
        assert "Changed since r-2" in page.locator("#changes").inner_text()
        assert "None can be worked out more tightly" in page.locator("section.leak").inner_text()
        page.click("#override")
        page.select_option("#figure-series", SERIES)
        page.select_option("#figure-month", MONTH)
        page.fill("#value", "1234")
        page.fill("#override-reason", REASON)
        sign(page, "override")
        assert "1,234 in place of the computed" in page.locator(".overrides").inner_text()
        sign(page, "approve")
        assert "Approved. It can be published now." in page.locator('[role="status"]').inner_text()
        assert not folder.exists()
        sign(page, "publish", log=True)
        assert "Published" in page.locator('[role="status"]').inner_text()
        assert faults(page, said) == []
        page.goto(f"{address}/en/releases/{DRAFT}")
        assert DRAFT in page.locator("h1").inner_text()
        # The browser may keep a page for a minute.
        page.goto(f"{address}/en/")
        page.reload()
        assert DRAFT in page.content()
    told = havre("verify", folder, "--key", KEY.verifier.text, cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert desk_app.state.holder.site.latest.id == DRAFT
    journal = visitor(desk_app, "root").get("/en/desk/journal").text
    assert [each for each in ("figure replaced", "approved", "published", "signed out") if each not in journal] == []


def test_somebody_contests_a_figure_and_is_answered(chromium: Browser, desk_app: FastAPI, address: str) -> None:
    figure = f"{SERIES}/{MONTH}"
    with opened(chromium, f"{address}/fr/contest?release=r-2&figure={figure}", WIDTHS[0]) as (reader, said):
        assert reader.input_value("#figure-series") == SERIES
        reader.fill("#why", "Le bureau a compté juin deux fois <b>deux</b>.")
        reader.fill("#contact", "moi@example.org")
        reader.keyboard.press("Tab")
        reader.click("text=Déposer la contestation")
        code = (reader.text_content("#code") or "").strip()
        contest = code.partition(".")[0]
        assert faults(reader, said) == []
        assert reader.context.cookies() == []
        with opened(chromium, f"{address}/en/", WIDTHS[1]) as (page, heard):
            sign_in(page, address, "noor")
            page.goto(f"{address}/en/desk/contests/{contest}")
            assert "deux fois <b>deux</b>" in page.locator("section.private").inner_text()
            sign(page, "acknowledge")
            assert "Acknowledged." in page.locator('[role="status"]').inner_text()
            page.check("#outcome-rejected")
            assert page.locator("#remedy-correction").is_hidden()
            page.check("#outcome-upheld")
            page.check("#remedy-correction")
            page.fill("#summary", "That June was counted twice by the office.")
            page.fill("#reasons", "It was: one table came twice, and both were added.")
            page.fill("#correction", "January 2019 reads 52 instead of 104.")
            sign(page, "answer", log=True)
            assert "Answered, in public." in page.locator('[role="status"]').inner_text()
            assert faults(page, heard) == []
        reader.goto(f"{address}/fr/contest/follow")
        reader.fill("#code", code)
        reader.click("text=Montrer ma contestation")
        assert "It was: one table came twice" in reader.locator("main").inner_text()
        reader.check("#sure")
        reader.click("button.danger")
        assert "est effacé" in reader.locator('[role="status"]').inner_text()
        assert faults(reader, said) == []
        reader.goto(f"{address}/fr/contests")
        reader.click(f"[id='c-{contest}'] a")
        told = reader.locator("main").inner_text()
    assert [each for each in ("January 2019 reads 52", "That June", "havre.example/noor") if each not in told] == []
    assert [each for each in ("deux fois", "moi@example.org") if each in told] == []
    assert desk_app.state.desk.room.public_contests().became


@pytest.mark.parametrize(("language", "width"), [("en", 390), pytest.param("fr", 1280, marks=pytest.mark.slow)])
def test_every_page_of_the_desk_is_quiet_fits_and_has_no_violation(
    chromium: Browser, desk_app: FastAPI, address: str, language: str, width: int
) -> None:
    pages = {"noor": ("", "/contests", f"/releases/{DRAFT}", "/releases/r-2", "/account"),
             "root": ("/accounts", "/journal")}  # fmt: skip
    found = {}
    for name, paths in pages.items():
        token = visitor(desk_app, name).cookies
        with opened(chromium, f"{address}/{language}/desk/sign-in", width, color_scheme="dark") as (page, said):
            found["sign-in"] = faults(page, said)
            page.context.add_cookies([{"name": key, "value": value, "url": address} for key, value in token.items()])
            for path in paths:
                page.goto(f"{address}/{language}/desk{path}")
                page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
                found[path] = faults(page, said)
    assert {path: each for path, each in found.items() if each} == {}


def test_the_same_on_postgresql(tmp_path: Path) -> None:
    with running() as server:
        database = fresh_database(server)
        folder = tmp_path / "record"
        create_record(folder, ORIGIN, KEY, [ADA, NOOR], database)
        with open_record(folder, database) as record:
            _publish(record, "r-1", days=0, stated=None)
        hand_in(folder, DRAFT, database, supersedes="r-1")
        app = site(folder, database=database, state=tmp_path / "state", log_key_file=tmp_path / "log.key",
                   log_key_password=LOG_PASSWORD, **CHEAP)  # fmt: skip
        _log_key(tmp_path)
        add_people(app, tmp_path)
        noor, page = visitor(app, "noor"), f"/en/desk/releases/{DRAFT}"
        told = {"series": SERIES, "month": MONTH, "value": "1234", "reason": REASON}
        assert send(noor, page, "override", **told).status_code == 303
        for action in ("approve", "publish"):
            assert send(noor, page, action, log_password="").status_code == 303
        assert verify_release(folder / "releases" / DRAFT, [KEY.verifier]).index > 0
        reader = visitor(app)
        filed = {"release": DRAFT, "target": "decision", "why": "It should not have been published."}
        assert reader.post("/en/contest", data=filed).status_code == 201
        [contest] = app.state.record_room.public_contests().contests
        assert send(noor, f"/en/desk/contests/{contest.id}", "acknowledge").status_code == 303
        # Who took the decision does not answer for it.
        answer = noor.get(f"/en/desk/contests/{contest.id}")
        assert "You took the decision" in answer.text
        app.state.record_room.close()


def _log_key(folder: Path) -> None:
    from havre.record.log.keys import save_key

    save_key(folder / "log.key", KEY, LOG_PASSWORD)
