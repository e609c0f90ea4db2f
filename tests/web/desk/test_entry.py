"""Sign in and out: cookies, expiry, floods of tries, forged forms, and where one is led afterwards."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from havre.web.desk.accounts import account_of, disable, enable, set_password
from havre.web.desk.journal import noted
from havre.web.desk.room import COOKIE
from havre.web.records import clock
from tests.web.desk.desk_case import LOG_PASSWORD, PASSWORD, make_desk, secret_of, send, visitor

FORM = {"name": "noor", "password": PASSWORD}


def test_a_sign_in_sets_one_strict_cookie_and_leads_on(desk_app: FastAPI) -> None:
    browser = visitor(desk_app)
    answer = browser.post("/fr/desk/sign-in", data={**FORM, "next": "/fr/desk/contests?state=open"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/fr/desk/contests?state=open")
    [cookie] = answer.headers.get_list("set-cookie")
    assert re.fullmatch(rf"{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=strict", cookie)
    page = browser.get("/fr/desk/contests")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")


def test_over_https_the_cookie_is_for_this_host_alone(
    record_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = make_desk(record_folder, tmp_path_factory.mktemp("https"), address="https://havre.example")
    browser = visitor(app, base_url="https://havre.example")
    home = {"Origin": "https://havre.example"}
    [cookie] = browser.post("/en/desk/sign-in", data=FORM, headers=home).headers.get_list("set-cookie")
    assert re.fullmatch(rf"__Host-{COOKIE}=[\w-]{{43}}; HttpOnly; Path=/; SameSite=strict; Secure", cookie)
    assert browser.get("/en/desk").status_code == 200
    # A name that an attacker points at this machine is another site.
    for origin in ("https://elsewhere.example", "https://havre.example.elsewhere.example", "http://havre.example"):
        other = {"Origin": origin, "Host": origin.partition("://")[2]}
        assert browser.post("/en/desk/sign-in", data=FORM, headers=other).status_code == 403


def test_what_the_browser_held_before_is_never_signed_in(desk_app: FastAPI) -> None:
    browser = visitor(desk_app)
    browser.cookies.set(COOKIE, "planted-by-somebody-else")
    answer = browser.post("/en/desk/sign-in", data=FORM)
    first = re.search(r"=([\w-]+);", answer.headers["set-cookie"])
    assert first is not None
    assert first.group(1) != "planted-by-somebody-else"
    again, thief = visitor(desk_app), visitor(desk_app)
    for each in (again, thief):
        each.cookies.set(COOKIE, first.group(1))
    assert thief.get("/en/desk").status_code == 200
    assert first.group(1) not in again.post("/en/desk/sign-in", data=FORM).headers["set-cookie"]
    # The first sign-in ended with the second.
    assert thief.get("/en/desk").status_code == 303


def test_nothing_tells_whether_there_is_an_account(desk_app: FastAPI) -> None:
    desk = desk_app.state.desk
    with desk.store.change() as connection:
        olga = account_of(connection, "olga")
        disable(connection, olga, clock(), by="root")
    tries = [("nobody", PASSWORD), ("noor", "wrong password here"), ("olga", PASSWORD), ("noor\0", ""), ("", "x")]
    told = set()
    for name, password in tries:
        answer = visitor(desk_app).post("/en/desk/sign-in", data={"name": name, "password": password})
        assert answer.status_code == 422
        assert "set-cookie" not in answer.headers
        told.add(re.sub(r'name="name" value="[^"]*"', "", answer.text))
    assert len(told) == 1
    with desk.store.change() as connection:
        enable(connection, olga, clock(), by="root")
        actors = {each.actor for each in noted(connection, 10) if each.kind == "sign_in_failed"}
    assert actors == {"–", "noor", "olga"}


def test_a_hash_is_computed_whether_or_not_there_is_an_account(
    desk_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    desk = desk_app.state.desk
    fits = desk.passwords.fits

    def noting(hashed: str | None, password: str) -> bool:
        asked.append(bool(hashed))
        return bool(fits(hashed, password))

    monkeypatch.setattr(desk.passwords, "fits", noting)
    for name in ("nobody", "noor"):
        visitor(desk_app).post("/en/desk/sign-in", data={"name": name, "password": "x"})
    assert asked == [False, True]


def test_who_tries_passwords_has_to_wait(desk_app: FastAPI) -> None:
    browser = visitor(desk_app)
    for name in ("noor", "nobody"):
        answers = [browser.post("/en/desk/sign-in", data={"name": name, "password": f"guess {n}"}) for n in range(6)]
        assert [each.status_code for each in answers] == [422] * 5 + [429]
        assert 800 < int(answers[-1].headers["retry-after"]) <= 901
    assert browser.post("/en/desk/sign-in", data=FORM).status_code == 429
    # Somebody else's tries keep nobody out.
    assert browser.post("/en/desk/sign-in", data={"name": "ada", "password": PASSWORD}).status_code == 303


def test_who_tries_many_passwords_at_once_has_to_wait_as_well(
    desk_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords, together = desk_app.state.desk.passwords, threading.Barrier(8)
    checking = passwords.fits

    def slow(hashed: str | None, password: str) -> bool:
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=0.5)
        return bool(checking(hashed, password))

    monkeypatch.setattr(passwords, "fits", slow)

    def guess(number: int) -> int:
        form = {"name": "noor", "password": f"guess {number}"}
        return visitor(desk_app).post("/en/desk/sign-in", data=form).status_code

    with ThreadPoolExecutor(8) as several:
        assert sorted(several.map(guess, range(8))) == [422] * 5 + [429] * 3


def test_a_sign_in_ends_when_idle_and_after_its_hours(desk_app: FastAPI) -> None:
    room, start = desk_app.state.record_room, clock()
    room.clock = lambda: start
    browser = visitor(desk_app, "noor")
    for minutes, status in ((29, 200), (58, 200), (89, 303)):
        room.clock = lambda minutes=minutes: start + timedelta(minutes=minutes)
        assert browser.get("/en/desk").status_code == status, minutes
    room.clock = lambda: start
    browser = visitor(desk_app, "noor")
    for minutes in range(20, 12 * 60, 20):
        room.clock = lambda minutes=minutes: start + timedelta(minutes=minutes)
        assert browser.get("/en/desk/account").status_code == 200
    room.clock = lambda: start + timedelta(hours=12, minutes=1)
    assert browser.get("/en/desk/account").status_code == 303


def test_signing_out_ends_it_for_good(desk_app: FastAPI) -> None:
    browser = visitor(desk_app, "noor")
    token = browser.cookies.get(COOKIE)
    answer = browser.post("/en/desk/sign-out", data={"csrf": secret_of(browser.get("/en/desk"))})
    assert answer.status_code == 303
    assert 'havre-desk="";' in answer.headers["set-cookie"]
    thief = visitor(desk_app)
    thief.cookies.set(COOKIE, str(token))
    assert thief.get("/en/desk").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/en/desk", "//elsewhere.example/en/desk", "/\\elsewhere.example",
        "javascript:alert(1)", "/en/desk/../../", "/en/desk//elsewhere.example", "/en/", "/de/desk",
        "/en/desk\r\nSet-Cookie: a=b",
        "/en/desk/sign-out", "/en/desk?x=<script>", "/en/desk@elsewhere.example", "/en/deskelsewhere", "",
    ],
)  # fmt: skip
def test_signing_in_leads_nowhere_but_to_the_desk(desk_app: FastAPI, target: str) -> None:
    browser = visitor(desk_app)
    answer = browser.post("/en/desk/sign-in", data={**FORM, "next": target})
    assert answer.headers["location"] == "/en/desk"
    assert all("a=b" not in each for each in answer.headers.get_list("set-cookie"))
    page = browser.get("/en/desk/sign-in", params={"next": target})
    assert 'name="next" value="/en/desk"' in page.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://testserver.elsewhere.example"}, 403),
    ],
)
def test_forms_of_other_sites_are_refused(desk_app: FastAPI, headers: dict[str, str], status: int) -> None:
    assert visitor(desk_app).post("/en/desk/sign-in", data=FORM, headers=headers).status_code == status


def test_a_form_without_the_secret_of_this_sign_in_changes_nothing(desk_app: FastAPI) -> None:
    browser, other = visitor(desk_app, "root"), visitor(desk_app, "root")
    secrets = ["", "0" * 128, "zz", secret_of(other.get("/en/desk")), secret_of(browser.get("/en/desk"))[:-2] + "00"]
    told = {"action": "add", "name": "mallory", "role": "administrator", "new_password": "another long password"}
    for secret in secrets:
        answer = browser.post("/en/desk/accounts", data={**told, "csrf": secret})
        assert answer.status_code == 403, secret
    assert "mallory" not in browser.get("/en/desk/accounts").text
    # The secret reads otherwise on every page, and is the same.
    one, two = secret_of(browser.get("/en/desk")), secret_of(browser.get("/en/desk"))
    assert one != two
    assert browser.post("/en/desk/sign-out", data={"csrf": one}).status_code == 303


def test_what_was_typed_when_a_sign_in_had_ended_is_not_lost(desk_app: FastAPI) -> None:
    typed = {"reason": "The border is closed <i>until</i> March."}
    secrets = ("password", "key_password", "log_password", "new_password", "again", "code")
    typed |= dict.fromkeys(secrets, "a secret that is long enough")
    answer = visitor(desk_app).post("/en/desk/releases/r-3", data={"action": "refuse", **typed})
    assert answer.status_code == 403
    assert "The border is closed &lt;i&gt;until&lt;/i&gt; March." in answer.text
    assert "a secret that" not in answer.text
    assert "next=/en/desk/releases/r-3" in answer.text


def test_a_password_of_somebody_else_is_changed_first(desk_app: FastAPI) -> None:
    desk = desk_app.state.desk
    with desk.store.change() as connection:
        set_password(
            connection, desk.passwords, account_of(connection, "ada"), "chosen by the root", clock(), by="root"
        )
    browser = visitor(desk_app)
    answer = browser.post("/en/desk/sign-in", data={"name": "ada", "password": "chosen by the root"})
    assert answer.headers["location"] == "/en/desk/account?due=1"
    assert browser.get("/en/desk/releases/r-3").headers["location"] == "/en/desk/account?due=1"
    assert send(browser, "/en/desk/account", "remove_key").status_code == 400
    fields = {"password": "chosen by the root", "new_password": PASSWORD, "again": PASSWORD}
    wrong = send(browser, "/en/desk/account", "password", **{**fields, "again": "x", "password": "x"})
    assert wrong.status_code == 422
    assert wrong.text.count('class="error"') == 2
    assert send(browser, "/en/desk/account", "password", **fields).status_code == 303
    assert browser.get("/en/desk/releases/r-3").status_code == 200


def test_a_new_password_ends_every_other_sign_in(desk_app: FastAPI) -> None:
    here, there = visitor(desk_app, "noor"), visitor(desk_app, "noor")
    before = str(here.cookies.get(COOKIE))
    fields = {"password": PASSWORD, "new_password": "yet another password", "again": "yet another password"}
    answer = send(here, "/en/desk/account", "password", **fields)
    assert (answer.status_code, before in answer.headers["set-cookie"]) == (303, False)
    assert there.get("/en/desk").status_code == 303
    for name, path in (("noor", "/en/desk/account"), ("root", "/en/desk/account")):
        other = visitor(desk_app, name)
        assert send(visitor(desk_app, name), path, "sign_out_all").status_code == 303
        assert other.get("/en/desk").status_code == 303
    back = {"password": "yet another password", "new_password": PASSWORD, "again": PASSWORD}
    assert send(visitor(desk_app, "noor"), "/en/desk/account", "password", **back).status_code == 303


def test_readers_get_no_cookie_and_the_desk_no_copy(desk_app: FastAPI) -> None:
    browser = visitor(desk_app, "noor")
    for path in ("/en/", "/en/contest", "/en/contests", "/en/desk/sign-in", "/en/desk"):
        assert "set-cookie" not in browser.get(path).headers
    assert "noor" not in visitor(desk_app).get("/en/desk", follow_redirects=True).text


def test_there_is_no_desk_without_a_record_or_where_it_is_off(record_folder: Path, tmp_path: Path) -> None:
    app = make_desk(record_folder, tmp_path, desk=False)
    for path in ("/en/desk", "/en/desk/sign-in", "/en/desk/accounts"):
        assert visitor(app).get(path).status_code == 404
    assert visitor(app).post("/en/desk/sign-in", data=FORM).status_code == 404


def test_secrets_stand_in_no_table_in_clear(desk_app: FastAPI) -> None:
    browser = visitor(desk_app)
    browser.post("/en/desk/sign-in", data=FORM)
    kept = b"".join(path.read_bytes() for path in desk_app.state.settings.state.rglob("*") if path.is_file())
    for secret in (PASSWORD, LOG_PASSWORD, str(browser.cookies.get(COOKIE))):
        assert secret.encode() not in kept
