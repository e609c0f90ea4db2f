"""The planner in a browser sends nothing that is entered; without scripts the server computes the same."""

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from tests.web.site_case import opened

PLACE = "capacity=60&occupancy=50&stay=4&share_low=20&share_high=30&shape=2"


def test_values_that_change_are_computed_and_never_sent(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}/en/planner") as (page, said):
        page.wait_for_load_state("networkidle")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        before = page.locator("#rows").inner_text()
        for name, value in (("capacity", "123"), ("occupancy", "77"), ("stay", "3.5"), ("share_high", "41")):
            page.fill(f"#{name}", value)
        page.click("#place-form button[type=submit]")
        page.wait_for_function("text => document.querySelector('#rows').innerText !== text", arg=before)
        assert "capacity=123" in page.evaluate("location.hash")
        assert page.evaluate("location.search") == ""
        assert "capacity=123" in (page.locator(".switch a[lang=fr]").get_attribute("href") or "")
        assert page.locator("#told").is_visible()
        page.fill("#stay", "0")
        page.wait_for_selector("#fault-stay:not([hidden])")
        assert page.locator("#told").is_hidden()
        assert said == []
        # Chromium looks at the icon again when the address changes; nothing of the values is in that.
        assert {url for url in asked if url != f"{address}/favicon.svg"} == set()


def test_an_address_with_values_after_the_sign_is_computed_in_the_browser(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}/fr/planner#{PLACE}") as (page, said):
        page.wait_for_function("document.querySelector('#capacity').value === '60'")
        assert page.locator("#rows tr").count() > 0
        assert page.locator("#example").is_hidden()
        assert "%" in page.locator("#tile-full").inner_text()
        assert "60 places, 50 personnes présentes" in page.locator("#given").inner_text()
        assert said == []


def test_browser_and_server_say_about_the_same(chromium: Browser, address: str, client: TestClient) -> None:
    with opened(chromium, f"{address}/en/planner#{PLACE}") as (page, _):
        page.wait_for_function("document.querySelector('#capacity').value === '60'")
        by_browser = page.locator("#rows tr td:nth-child(2)").all_inner_texts()
    with opened(chromium, f"{address}/en/planner?{PLACE}", java_script_enabled=False) as (page, _):
        by_server = page.locator("#rows tr td:nth-child(2)").all_inner_texts()
        assert "60 places, 50 people there now" in page.locator("#given").inner_text()
        assert "travels to this server" in page.locator("main").inner_text()
    assert len(by_browser) == len(by_server) > 0
    apart = [abs(_percent(one) - _percent(other)) for one, other in zip(by_browser, by_server, strict=True)]
    assert max(apart) <= 8


def _percent(text: str) -> float:
    return {"< 1%": 0.0, "> 99%": 100.0}.get(text) or float(text.strip("<>% "))


def test_what_is_said_of_a_place_is_kept_nowhere(client: TestClient) -> None:
    assert client.get(f"/en/planner?{PLACE}").headers["cache-control"] == "no-store"
    assert "no-store" not in client.get("/en/planner").headers["cache-control"]


@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "A number from 0.1 to"), ("fr", "Il faut un nombre de 0,1 à")]
)
def test_faults_stand_at_their_fields(client: TestClient, language: str, sentence: str) -> None:
    found = client.get(f"/{language}/planner?capacity=-3&stay=x&later_from=2030-13")
    assert found.status_code == 200
    assert found.text.count('aria-invalid="true"') == 3
    assert sentence in found.text


def test_a_series_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.get("/en/planner?series=no/such/thing").status_code == 404


def test_words_of_a_reader_are_escaped(client: TestClient) -> None:
    found = client.get('/en/planner?capacity="><script>alert(1)</script>')
    assert "<script>alert" not in found.text
