"""Contesting on the site: the form, what is wrong with it, the receipt, floods, and the public list."""

import re
import shutil
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from havre.errors import RecordError
from havre.record.contest_texts import MOST_EVIDENCE, MOST_WHY
from havre.record.settings import read_settings, write_settings
from havre.record.store.schema import CONTEST_SALTS, CONTEST_SOURCES, CONTEST_TEXTS
from havre.texts import LANGUAGES, Language, say
from havre.web.app import create_app
from havre.web.figures import contestable
from havre.web.records import clock
from tests.web.site_case import opened, serving, settings_for, site

SERIES, MONTH = "asylum_applications/bamf/DEU/origin/AFG/DEU", "2019-01"
FORM = {"release": "r-2", "target": "figure", "series": SERIES, "month": MONTH, "why": "June was counted twice."}


@pytest.fixture(scope="module")
def app(record_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("contests")
    shutil.copytree(record_folder, folder / "record")
    settings = read_settings(folder / "record")
    write_settings(folder / "record", type(settings)(**{**vars(settings), "contests_an_hour": 1_000}))
    return site(folder / "record")


@pytest.fixture
def reader(app: FastAPI) -> TestClient:
    app.state.record_room.clock = clock
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


def code_of(text: str) -> str:
    found = re.search(r'id="code">([0-9a-f]{16}\.[0-9a-f]{32})<', text)
    assert found is not None
    return found.group(1)


def errors_of(text: str) -> list[str]:
    found = re.findall(r'<div class="error"[^>]*>(.*?)</div>', text, re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", "", each)).strip() for each in found]


def months_in(text: str) -> list[str]:
    menu = re.search(r'<select id="figure-month".*?</select>', text, re.DOTALL)
    return [] if menu is None else re.findall(r'value="([^"]+)"', menu[0])


def months_of_series(release: str, series: str, reader: TestClient) -> list[str]:
    shown = reader.app.state.holder.site.release(release)  # type: ignore[attr-defined]
    return sorted(name.rpartition("/")[2] for name in contestable(shown) if name.rpartition("/")[0] == series)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_series_is_picked_first_and_then_one_of_its_months(reader: TestClient, lang: Language) -> None:
    first = reader.get(f"/{lang}/contest").text
    assert months_in(first) == []
    assert SERIES in first
    typed = {**FORM, "month": "", "evidence": "A letter.", "contact": "me", "target": "release", "once": lang}
    second = reader.post(f"/{lang}/contest", data={**typed, "step": "months"})
    assert (second.status_code, second.headers["cache-control"]) == (200, "no-store")
    assert months_in(second.text) == months_of_series("r-2", SERIES, reader) != []
    assert errors_of(second.text) == []
    assert 'id="target-figure" name="target" value="figure" checked' in second.text
    assert all(text in second.text for text in ("June was counted twice.", "A letter.", 'value="me"'))
    for change, status in (({"series": ""}, 422), ({"release": "r-9"}, 422), ({"series": "a/b"}, 200)):
        found = reader.post(f"/{lang}/contest", data={**typed, **change, "step": "months"})
        assert (found.status_code, len(errors_of(found.text))) == (status, status == 422)
    # No step files anything, so that the form can be sent after it.
    assert reader.post(f"/{lang}/contest", data={**FORM, "once": lang}).status_code == 201


def test_a_receipt_is_shown_once_and_nobody_keeps_it(reader: TestClient) -> None:
    page = reader.get("/en/contest", params={"figure": f"{SERIES}/{MONTH}", "release": "r-1"})
    assert re.findall(r'<option value="([^"]+)" selected', page.text) == ["r-1", SERIES, MONTH]
    assert months_in(page.text) == months_of_series("r-1", SERIES, reader)
    once = re.search(r'name="once" value="([^"]+)"', page.text)
    assert once is not None
    answer = reader.post("/en/contest", data={**FORM, "once": once.group(1)})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert "set-cookie" not in answer.headers
    code = code_of(answer.text)
    # The browser sends the same form again: nothing is filed, and the receipt stays untold.
    again = reader.post("/en/contest", data={**FORM, "once": once.group(1)})
    assert again.status_code == 409
    contest, _, secret = code.partition(".")
    assert contest in again.text
    assert secret not in again.text + reader.get(f"/en/contests/{contest}").text + reader.get("/en/contests").text
    feed = reader.get("/feeds/en/contests.atom").text
    assert "About Asylum applications, Afghanistan" in feed
    assert SERIES not in feed
    followed = reader.post("/fr/contest/follow", data={"code": f" {code} "})
    assert followed.headers["cache-control"] == "no-store"
    assert "June was counted twice." in followed.text


@pytest.mark.parametrize("code", ["", "x", "0" * 16 + "." + "0" * 32, "a.b.c", "%00", "' OR 1=1 --", "x" * 5_000])
def test_a_wrong_code_tells_nothing(reader: TestClient, code: str) -> None:
    answer = reader.post("/en/contest/follow", data={"code": code, "action": "erase", "sure": "yes"})
    assert answer.status_code == 404
    assert len(errors_of(answer.text)) == 1


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_lost(reader: TestClient) -> None:
    typed = {**FORM, "month": "", "why": "\u202e", "evidence": 'See "this" <table>', "contact": "me" * 300}
    answer = reader.post("/fr/contest", data=typed)
    assert answer.status_code == 422
    assert len(errors_of(answer.text)) == 3
    assert "See &#34;this&#34; &lt;table&gt;" in answer.text
    assert 'aria-describedby="why-hint why-error"' in answer.text
    for change, count in (
        ({"month": "2031-01"}, 1),
        ({"series": "a/b/c/d"}, 1),
        ({"release": "r-9"}, 1),
        ({"release": "../r-1"}, 1),
        ({"why": " "}, 1),
        ({"why": "x" * (MOST_WHY + 1)}, 1),
        ({"target": "everything", "month": ""}, 1),
    ):
        answer = reader.post("/en/contest", data={**FORM, **change})
        assert (answer.status_code, len(errors_of(answer.text))) == (422, count), change


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_month_that_the_series_has_not_is_told_in_plain_words(reader: TestClient, lang: Language) -> None:
    answer = reader.post(f"/{lang}/contest", data={**FORM, "month": "2035-01"})
    assert (answer.status_code, errors_of(answer.text)) == (422, [say("web_contest", "form.no_such_figure", lang)])


def test_as_much_may_be_written_as_the_record_takes(reader: TestClient, app: FastAPI) -> None:
    told = {name: (None, value) for name, value in FORM.items()}
    told |= {"evidence": (None, "€" * MOST_EVIDENCE), "why": (None, "one\r\ntwo")}
    assert reader.post("/en/contest", files=told).status_code == 201
    with app.state.record_room.open() as held, held.store.read() as connection:
        rows = connection.execute(CONTEST_TEXTS.select()).mappings().all()
    assert [(row["why"], len(row["evidence"])) for row in rows if row["evidence"]] == [("one\ntwo", MOST_EVIDENCE)]
    assert reader.post("/en/contest", files={**told, "more": (None, "x" * 700_000)}).status_code == 413


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}])
def test_no_other_site_files_through_a_reader(reader: TestClient, headers: dict[str, str]) -> None:
    for path in ("/en/contest", "/en/contest/follow"):
        assert reader.post(path, data=FORM, headers=headers).status_code == 403


def test_what_is_written_is_shown_as_text_to_whoever_has_the_receipt(reader: TestClient) -> None:
    why = '<script>alert(1)</script>" onload="x {{ 7 * 7 }} </textarea>'
    code = code_of(reader.post("/en/contest", data={**FORM, "why": why, "target": "decision"}).text)
    page = reader.post("/en/contest/follow", data={"code": code}).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34; onload=&#34;x {{ 7 * 7 }} &lt;/textarea&gt;" in page
    assert "<script>alert" not in page
    public = reader.get(f"/en/contests/{code.partition('.')[0]}").text
    assert "alert(1)" not in public
    assert "the decision to publish, change or withdraw it" in public


def test_what_was_written_is_erased_only_when_it_is_confirmed(reader: TestClient) -> None:
    code = code_of(reader.post("/en/contest", data=FORM).text)
    unsure = reader.post("/en/contest/follow", data={"code": code, "action": "erase"})
    assert errors_of(unsure.text) == ["Nothing was erased: confirm it with a tick."]
    assert "June was counted twice." in unsure.text
    sure = reader.post("/en/contest/follow", data={"code": code, "action": "erase", "sure": "yes"})
    assert "What you wrote is erased." in sure.text
    assert "June was counted twice." not in reader.post("/en/contest/follow", data={"code": code}).text


def test_a_disk_that_is_full_loses_nothing_of_what_was_typed(
    reader: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise RecordError("record.store.unusable", reason="database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("havre.web.pages.contest.file_now", full)
        told = reader.post("/en/contest", data={**FORM, "once": "only-once"})
    assert (told.status_code, told.headers["retry-after"]) == (503, "10")
    assert ("Nothing was filed: the site cannot keep" in told.text, "disk is full" in told.text) == (True, False)
    assert FORM["why"] in told.text
    assert reader.post("/en/contest", data={**FORM, "once": "only-once"}).status_code == 201


def test_a_flood_is_told_to_come_back_and_loses_nothing(record_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(record_folder, tmp_path / "record")
    app = create_app(settings_for(tmp_path / "record", trusted_proxies=("testclient",)))
    reader = TestClient(app)
    one, other = {"X-Forwarded-For": "192.0.2.7"}, {"X-Forwarded-For": "192.0.2.8"}
    answers = [reader.post("/en/contest", data=FORM, headers=one) for _ in range(11)]
    assert [each.status_code for each in answers] == [201] * 10 + [429]
    assert answers[-1].headers["retry-after"] == "3600"
    assert "June was counted twice." in answers[-1].text
    assert reader.post("/en/contest", data=FORM, headers=other).status_code == 201
    assert len(app.state.record_room.public_contests().contests) == 11
    for path in (tmp_path / "record").glob("record.sqlite*"):
        assert b"192.0.2" not in path.read_bytes()
    # The public list of another day forgets salts, and with them from where anything came.
    app.state.record_room.clock = lambda: clock() + timedelta(days=2)
    reader.get("/en/contests")
    with app.state.record_room.open() as held, held.store.read() as connection:
        left = [connection.execute(table.select()).all() for table in (CONTEST_SALTS, CONTEST_SOURCES)]
    assert left == [[], []]


def test_the_list_has_pages_filters_ages_and_clocks(reader: TestClient, app: FastAPI) -> None:
    for _ in range(51):
        assert reader.post("/en/contest", data={**FORM, "target": "release"}).status_code == 201
    page = reader.get("/en/contests")
    assert page.headers["cache-control"] == "no-cache"
    assert page.text.count("<article") == 50
    assert "Page 1 of 2" in page.text
    assert reader.get("/en/contests?page=2").text.count("<article") >= 1
    assert reader.get("/en/contests?page=3").status_code == 404
    assert reader.get("/en/contests?state=late").text.count("<article") == 0
    for wrong in ("page=0", "page=x", "state=x"):
        assert reader.get(f"/en/contests?{wrong}").status_code == 422
    app.state.record_room.clock = lambda: clock() + timedelta(days=5)
    app.state.record_room.changed()
    late = reader.get("/fr/contests?state=late")
    assert "5 jours sans réponse" in late.text
    assert late.text.count("<article") == 50
    assert reader.get("/en/contests/nothing").status_code == 404


def test_many_readers_of_the_list_ask_the_store_once(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    room, at = app.state.record_room, clock()
    monkeypatch.setattr(room, "clock", lambda: at)
    first = room.public_contests()
    assert room.public_contests() is first
    room.changed()
    assert room.public_contests() is not first


def test_without_a_record_the_page_says_how_to_reach_the_publisher(record_folder: Path, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, releases=record_folder / "releases",
                            imprint={"name": "Havre e. V.", "email": "us@havre.example"})  # fmt: skip
    reader = TestClient(create_app(settings), raise_server_exceptions=False)
    for path in ("/en/contest", "/fr/contests", "/en/contest/follow"):
        page = reader.get(path)
        assert page.status_code == 200
        assert 'href="mailto:us@havre.example"' in page.text
        assert '<form method="post"' not in page.text
    assert reader.post("/en/contest", data=FORM).status_code == 404
    assert reader.get("/en/contests/0").status_code == 404


def test_it_works_without_scripts(chromium: Browser, app: FastAPI) -> None:
    app.state.record_room.clock = clock
    with (
        serving(app) as address,
        opened(chromium, f"{address}/en/contest?figure={SERIES}/{MONTH}", java_script_enabled=False) as (page, _),
    ):
        page.fill("#why", "June was counted twice.")
        page.select_option("#figure-series", "")
        page.click("text=Show its months")
        page.select_option("#figure-series", SERIES)
        page.click("text=Show its months")
        page.select_option("#figure-month", MONTH)
        page.fill("#contact", "me")
        page.press("#contact", "Enter")
        code = page.text_content("#code") or ""
        assert page.locator("[data-print]").is_hidden()
        page.goto(f"{address}/en/contest/follow")
        page.fill("#code", code.strip())
        page.keyboard.press("Enter")
        page.wait_for_selector("#own")
        assert "June was counted twice." in page.locator("main").inner_text()
