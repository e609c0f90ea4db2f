"""The pages of the audit: what they show without scripts, and what a browser makes of them."""

import itertools
import re
from datetime import date
from html import unescape
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from havre.audit.register.load import load_register
from havre.texts import LANGUAGES, Language
from havre.web.pages import audit
from havre.web.pages.audit_blocks import Table, Writer
from havre.web.pages.audit_forms import CALCULATORS
from havre.web.pages.audit_inputs import Fields
from tests.web.site_case import WIDTHS, faults, opened

OWN = {"calculator": "rates", "sensitivity": "11/15", "specificity": "75,55 %@15", "sensitivity2": "85%",
       "specificity2": "85%", "base_rate": "0,1 %..1 %; 5 %", "level": "90%"}  # fmt: skip


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CALCULATORS)
def test_every_calculator_answers_without_scripts(client: TestClient, name: str, language: Language) -> None:
    asked = client.get(f"/{language}/audit?calculator={name}")
    assert asked.status_code == 200
    shown = plain(asked.text)
    made = CALCULATORS[name]
    for block in made.answer(Fields(made.texts({}, language)), Writer(language)).blocks:
        cells = [cell.text for row in block.rows for cell in row] if isinstance(block, Table) else []
        head = block.caption if isinstance(block, Table) else block.text
        assert all(re.sub(r"\s+", " ", text) in shown for text in (head, *cells))


def test_what_stands_in_a_form_at_first_and_is_no_claim_is_called_an_example(client: TestClient) -> None:
    link = re.search(r'href="(/en/audit\?calculator=[^"]*)"', client.get("/en/audit/eurodac").text)
    assert link is not None
    for address in (*(f"/en/audit?calculator={name}" for name in CALCULATORS), unescape(link[1])):
        assert "It says nothing of any system" in client.get(address).text


def test_the_first_search_has_no_interval_as_no_number_of_searches_is_known(client: TestClient) -> None:
    assert "9.53% *</td>" in client.get("/en/audit?calculator=scale").text


def test_what_was_typed_is_answered_shown_again_and_kept_nowhere(client: TestClient) -> None:
    asked = client.get(f"/fr/audit?{urlencode(OWN)}")
    assert 'value="75,55 %@15"' in asked.text
    assert "Affirmation 2" in asked.text
    assert asked.headers["cache-control"] == "no-store"
    assert "no-store" not in client.get("/fr/audit?calculator=links").headers["cache-control"]


def test_what_is_wrong_stands_at_its_field(client: TestClient) -> None:
    asked = client.get(f"/en/audit?{urlencode({**OWN, 'base_rate': '0', 'level': '<b>'})}")
    assert asked.status_code == 200
    assert asked.text.count('aria-invalid="true"') == 2
    assert "A base rate of 0 cannot be used" in asked.text
    assert "<b>" not in asked.text
    assert 'svg class="icons"' not in asked.text


@pytest.mark.parametrize(
    "query", ["calculator=nothing", "calculator=rates&level=%00", f"calculator=scale&fmr={'1;' * 300}"]
)
def test_nonsense_gives_a_page(client: TestClient, query: str) -> None:
    assert client.get(f"/en/audit?{query}").status_code == 200


def test_many_that_compute_at_once_are_asked_to_wait(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "WAIT_SECONDS", 0.01)
    with audit._AT_ONCE, audit._AT_ONCE:
        asked = client.get(f"/en/audit?{urlencode({**OWN, 'level': '91%'})}")
    assert (asked.status_code, asked.headers["retry-after"]) == (503, "5")
    assert client.get(f"/en/audit?{urlencode({**OWN, 'level': '91%'})}").status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_shows_every_claim_with_its_source(client: TestClient, language: Language) -> None:
    register = load_register()
    for entry in register.entries.values():
        asked = client.get(f"/{language}/audit/{entry.id}")
        assert asked.status_code == 200, entry.id
        assert " style=" not in asked.text
        shown = plain(asked.text)
        for claim in entry.claims:
            assert f'id="{claim.id}"' in asked.text
            assert re.sub(r"\s+", " ", claim.text(language)) in shown
            assert re.sub(r"\s+", " ", register.sources[claim.source].named(language)) in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_figure_that_is_carried_to_a_larger_base_stands_with_the_one_with_look_alikes(
    client: TestClient, language: Language
) -> None:
    shown = client.get(f"/{language}/audit/sbms").text
    alike, carried = (
        ("7,24\u202f%", "avec des sosies 7\u202f%") if language == "fr" else ("7.24%", "with look-alikes 7%")
    )
    assert f'{alike}<span class="range">{carried}</span>' in shown
    for name in load_register().entries:  # no value of a program among the words of a page
        assert "(&#39;" not in client.get(f"/{language}/audit/{name}").text


def test_values_that_differ_stand_side_by_side(client: TestClient) -> None:
    shown = plain(client.get("/en/audit/iborderctrl").text)
    at = shown.index("Values side by side")
    assert (
        0 < shown.index("30 participants", at) < shown.index("32 participants", at) < shown.index("What is not known")
    )


def test_calculations_of_an_entry_give_its_figures(client: TestClient) -> None:
    page = client.get("/en/audit/iborderctrl").text
    links = [unescape(link) for link in re.findall(r'href="(/en/audit\?[^"]+)"', page)]
    assert len(links) == 4
    rates, questions = plain(client.get(links[0]).text), plain(client.get(links[3]).text)
    assert "244,992" in rates
    assert "249,421" in rates
    assert "57.5%" in questions
    scale = re.search(r'href="(/en/audit\?calculator=scale[^"]+)"', client.get("/en/audit/sbms").text)
    assert scale
    assert "3.3 × 10⁻¹²" in plain(client.get(unescape(scale[1])).text)


@pytest.mark.parametrize("path", ["report", "report/full", "impact/fria", "impact/dpia"])
def test_reports_stand_alone(client: TestClient, path: str) -> None:
    asked = client.get(f"/fr/audit/sbms/{path}")
    assert asked.status_code == 200
    assert re.search(r"style-src 'sha256-", asked.headers["content-security-policy"])
    assert asked.text.startswith("<!DOCTYPE html>")
    assert '<a href="/fr/audit/sbms">Retour à la page de Service partagé' in asked.text


@pytest.mark.parametrize(
    "path", ["audit/nothing", "audit/nothing/report", "audit/iborderctrl/impact/x", "audit/ai-act/impact/fria"]
)
def test_what_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(f"/en/{path}").status_code == 404


def test_a_stale_entry_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "today", lambda: date(2030, 1, 1))
    assert client.get("/en/audit?calculator=chain&sensitivity1=99%25").text.count("stale</span>") == len(
        load_register().entries
    )


@pytest.mark.slow
def test_scripts_show_what_the_server_shows(chromium: Browser, address: str) -> None:
    for name, language in zip(CALCULATORS, itertools.cycle(LANGUAGES), strict=False):
        with opened(chromium, f"{address}/{language}/audit?calculator={name}") as (page, said):
            before = page.inner_html("#answer")
            page.locator("form[data-calculator] button").click()
            assert squeezed(page.inner_html("#answer")) == squeezed(before)
            assert page.evaluate("document.activeElement.id") == "answer-h"
            assert said == []


def squeezed(html: str) -> str:
    """Leave out blanks between elements, and colours that icon arrays bring for reports: the site has its own."""
    bare = re.sub(r' (fill|stroke|stroke-width)="[^"]*"', "", html)
    return re.sub(r">\s+", ">", re.sub(r"\s+<", "<", bare))


def test_an_answer_follows_the_fields_and_the_address_follows_too(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}/en/audit", WIDTHS[0]) as (page, said):
        for name, text in OWN.items():
            if name != "calculator":
                page.fill(f"#c-{name}", text)
        page.get_by_text("Claim 2: 85").wait_for()
        live = page.inner_html("#answer")
        assert "11%2F15" in page.url
        assert page.locator("#answer-status").inner_text() != ""
        page.reload()
        assert squeezed(page.inner_html("#answer")) == squeezed(live)
        page.fill("#c-base_rate", "100%")
        page.locator("#c-base_rate[aria-invalid=true]").wait_for()
        assert "cannot be used" in page.inner_text("#c-base_rate-error")
        assert faults(page, said) == []
        page.fill("#c-base_rate", "1%")
        page.locator("#answer svg.icons").first.wait_for()
        page.get_by_role("link", name="Français").click()
        assert page.input_value("#c-specificity") == "75,55 %@15"
        assert said == []


def test_without_scripts_a_form_is_answered(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}/fr/audit?calculator=questions", java_script_enabled=False) as (page, _):
        page.fill("#c-flags", "16")
        page.locator("form.card button").click()
        assert "au moins 16 signalements" in page.inner_text("#answer")
        assert page.url.endswith("#calculators")


@pytest.mark.parametrize(("path", "scheme", "width"), [("en/audit?calculator=scale", "dark", 390),
                                                       ("fr/audit?calculator=sensors", "light", 1280)])  # fmt: skip
def test_calculators_have_no_faults(chromium: Browser, address: str, path: str, scheme: str, width: int) -> None:
    with opened(chromium, f"{address}/{path}", width, color_scheme=scheme) as (page, said):
        assert faults(page, said) == []
