"""Sign-in by OpenID Connect against a provider on this machine, honest and not."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser

from havre.web.desk.accounts import account_of, disable, enable, set_subject
from havre.web.desk.oidc import find_provider
from havre.web.desk.passwords import AccountError
from havre.web.desk.room import COOKIE
from havre.web.records import clock
from havre.web.settings import Oidc
from tests.web.desk.desk_case import make_desk, visitor
from tests.web.site_case import opened, serving

pytest.importorskip("authlib", reason="the extra oidc is not installed")
from tests.web.desk.provider_case import CLIENT, SECRET, Lying, Provider, providing


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


@pytest.fixture(scope="module")
def desk_app(record_folder: Path, tmp_path_factory: pytest.TempPathFactory, provider: Provider) -> FastAPI:
    folder = tmp_path_factory.mktemp("oidc")
    (folder / "client.secret").write_text(f"{SECRET}\n")
    told = {"issuer": provider.issuer, "client_id": CLIENT, "client_secret_file": folder / "client.secret"}
    app = make_desk(record_folder, folder, oidc=told)
    desk = app.state.desk
    with desk.store.change() as connection:
        set_subject(connection, account_of(connection, "noor"), "person-7", clock(), by="root")
    return app


@pytest.fixture(autouse=True)
def honest(provider: Provider) -> None:
    provider.lying, provider.subject = Lying(), "person-7"
    provider.codes.clear()


def begin(browser: Any) -> tuple[Any, str]:
    """Begin a sign-in; give the answer and the address at the provider."""
    page = browser.post("/fr/desk/oidc", data={"next": "/fr/desk/contests"})
    found = re.search(r'class="button" href="([^"]+)"', page.text)
    return page, unescape(found.group(1)) if found else ""


def come_back(browser: Any, target: str) -> Any:
    """Sign in at the provider, and give what this site says to that."""
    led = httpx.get(target).headers["location"]
    return browser.get(led.replace("http://testserver", ""))


def test_there_and_back(desk_app: FastAPI, provider: Provider) -> None:
    browser = visitor(desk_app)
    page, target = begin(browser)
    assert target.startswith(f"{provider.issuer}/authorize?")
    assert "code_challenge=" in target
    [cookie] = page.headers.get_list("set-cookie")
    assert re.fullmatch(r"havre-oidc=[\w-]+; HttpOnly; Max-Age=600; Path=/; SameSite=lax", cookie)
    answer = come_back(browser, target)
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/fr/desk/contests">' in answer.text
    assert any(each.startswith(f"{COOKIE}=") and "SameSite=strict" in each
               for each in answer.headers.get_list("set-cookie"))  # fmt: skip
    assert browser.get("/fr/desk/contests").status_code == 200


@pytest.mark.parametrize(
    "lying",
    [
        Lying(claims={"nonce": "another"}),
        Lying(claims={"nonce": None}),
        Lying(claims={"aud": "another client"}),
        Lying(claims={"aud": [CLIENT, "another"]}),
        Lying(claims={"azp": "another"}),
        Lying(claims={"iss": "https://elsewhere.example"}),
        Lying(claims={"exp": 1_000_000}),
        Lying(claims={"exp": None}),
        Lying(claims={"sub": None}),
        Lying(foreign_key=True),
    ],
    ids=lambda lying: f"{lying.claims or 'foreign key'}",
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(desk_app: FastAPI, provider: Provider, lying: Lying) -> None:
    browser = visitor(desk_app)
    _, target = begin(browser)
    provider.lying = lying
    answer = come_back(browser, target)
    assert answer.status_code == 403
    assert browser.get("/fr/desk").status_code == 303


def test_it_comes_back_once_soon_and_to_the_same_browser(desk_app: FastAPI, provider: Provider) -> None:
    browser = visitor(desk_app)
    _, target = begin(browser)
    led = httpx.get(target).headers["location"].replace("http://testserver", "")
    # Somebody is made to follow the address with which somebody else came back.
    assert visitor(desk_app).get(led).status_code == 403
    assert browser.get(led).status_code == 403
    _, target = begin(browser)
    led = httpx.get(target).headers["location"].replace("http://testserver", "")
    assert browser.get(led.replace("state=", "state=x")).status_code == 403
    assert browser.get(led.replace("iss=", "iss=x")).status_code == 403
    now = clock()
    _, target = begin(browser)
    # Also where the provider's token holds for a day.
    provider.lying = Lying(claims={"exp": int(now.timestamp()) + 86_400})
    desk_app.state.record_room.clock = lambda: now + timedelta(minutes=11)
    assert come_back(browser, target).status_code == 403
    desk_app.state.record_room.clock = clock
    assert browser.get("/fr/desk").status_code == 303


def test_nobody_enters_whom_the_desk_does_not_know(desk_app: FastAPI, provider: Provider) -> None:
    browser = visitor(desk_app)
    provider.subject = "somebody <b>else</b>"
    answer = come_back(browser, begin(browser)[1])
    assert (answer.status_code, "somebody &lt;b&gt;else&lt;/b&gt;" in answer.text) == (403, True)
    provider.subject = "person-7"
    desk = desk_app.state.desk
    with desk.store.change() as connection:
        disable(connection, account_of(connection, "noor"), clock(), by="root")
    assert come_back(browser, begin(browser)[1]).status_code == 403
    with desk.store.change() as connection:
        enable(connection, account_of(connection, "noor"), clock(), by="root")


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"padding": "x" * 400_000},
    ],
    ids=lambda told: next(iter(told)),
)
def test_a_provider_leads_to_no_other_address(desk_app: FastAPI, provider: Provider, document: dict[str, str]) -> None:
    provider.lying = Lying(document=document)
    provider.asked.clear()
    page, target = begin(visitor(desk_app))
    assert (page.status_code, target) == (502, "/fr/desk/sign-in")
    assert provider.asked == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize("issuer", ["http://10.0.0.1", "ftp://x", "http://localhost.elsewhere.example", "https://"])
def test_an_issuer_is_asked_over_https_or_on_this_machine(issuer: str) -> None:
    def never(_: httpx.Request) -> httpx.Response:
        raise AssertionError

    with httpx.Client(transport=httpx.MockTransport(never)) as client, pytest.raises(AccountError):
        find_provider(Oidc(issuer=issuer, client_id="x"), client)


def test_a_browser_goes_there_and_back(chromium: Browser, desk_app: FastAPI) -> None:
    with serving(desk_app) as address, opened(chromium, f"{address}/en/desk/contests?state=all") as (page, _):
        page.click("text=Sign in through your organisation")
        page.wait_for_url(f"{address}/en/desk/contests?state=all")
        assert page.locator("h1").inner_text() == "Contests to answer"
