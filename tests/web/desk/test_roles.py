"""Every address of the desk is tried by every role, and by nobody: a new address has to be listed here."""

import re
from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from havre.web.pages import desk
from tests.web.desk.desk_case import PEOPLE, secret_of, visitor

EVERYBODY = set(PEOPLE)
REVIEWERS, READERS, ADMINISTRATORS = {"ada", "noor"}, {"ada", "noor", "olga"}, {"root"}
ALLOWED: dict[tuple[str, str], set[str] | None] = {
    ("GET", "/{lang}/desk/sign-in"): None,
    ("POST", "/{lang}/desk/sign-in"): None,
    ("POST", "/{lang}/desk/oidc"): None,
    ("GET", "/{lang}/desk/oidc/back"): None,
    ("POST", "/{lang}/desk/sign-out"): EVERYBODY,
    ("GET", "/{lang}/desk"): EVERYBODY,
    ("POST", "/{lang}/desk"): REVIEWERS,
    ("GET", "/{lang}/desk/account"): EVERYBODY,
    ("POST", "/{lang}/desk/account"): EVERYBODY,
    ("GET", "/{lang}/desk/releases/{release}"): READERS,
    ("GET", "/{lang}/desk/releases/{release}/report"): READERS,
    ("POST", "/{lang}/desk/releases/{release}"): REVIEWERS,
    ("GET", "/{lang}/desk/contests"): REVIEWERS,
    ("GET", "/{lang}/desk/contests/{contest}"): REVIEWERS,
    ("POST", "/{lang}/desk/contests/{contest}"): REVIEWERS,
    ("GET", "/{lang}/desk/accounts"): ADMINISTRATORS,
    ("POST", "/{lang}/desk/accounts"): ADMINISTRATORS,
    ("GET", "/{lang}/desk/journal"): ADMINISTRATORS,
}
"""Who may, by method and address; ``None`` for what needs no sign-in."""


def routes(router: APIRouter) -> Iterator[tuple[str, str]]:
    """Give method and address of every route, of included routers too."""
    for route in router.routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes(inner)
            continue
        assert isinstance(route, APIRoute)
        for method in route.methods or ():
            yield method, route.path


def test_every_address_is_listed() -> None:
    assert set(routes(desk.router)) == set(ALLOWED)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_who_may_not_is_turned_away_everywhere(desk_app: FastAPI, language: str) -> None:
    for (method, pattern), may in ALLOWED.items():
        if may is None:
            continue
        path = re.sub(r"\{(release|contest)\}", "r-3", pattern.replace("{lang}", language))
        asked = visitor(desk_app).request(method, path, data={} if method == "GET" else {"action": "x"})
        # Nobody: led to the sign-in, or told that it has ended.
        assert asked.status_code == (303 if method == "GET" else 403), (method, path)
        assert "no-store" in asked.headers["cache-control"]
        for name in PEOPLE:
            browser = visitor(desk_app, name)
            data = {"csrf": secret_of(browser.get("/en/desk")), "action": "x"} if method == "POST" else None
            answer = browser.request(method, path, data=data)
            assert (answer.status_code == 403) == (name not in may), (method, path, name, answer.status_code)
            assert answer.status_code < 500
            assert "no-store" in answer.headers["cache-control"]


def test_a_role_is_taken_away_at_once(desk_app: FastAPI) -> None:
    olga, root = visitor(desk_app, "olga"), visitor(desk_app, "root")
    told = {"csrf": secret_of(root.get("/en/desk")), "name": "olga", "action": "roles"}
    assert olga.get("/en/desk/releases/r-3").status_code == 200
    assert root.post("/en/desk/accounts", data={**told, "role": "administrator"}).status_code == 303
    assert olga.get("/en/desk/releases/r-3").status_code == 303
    olga = visitor(desk_app, "olga")
    assert olga.get("/en/desk/releases/r-3").status_code == 403
    told["csrf"] = secret_of(olga.get("/en/desk"))
    assert olga.post("/en/desk/accounts", data={**told, "role": "reviewer"}).status_code == 422
    assert root.post("/en/desk/accounts", data={**told, "csrf": secret_of(root.get("/en/desk")), "role": "author"})


def test_an_administrator_cannot_make_themselves_a_reviewer_nor_vanish(desk_app: FastAPI) -> None:
    root = visitor(desk_app, "root")
    for action, more in (("roles", {"role": "reviewer"}), ("disable", {}), ("password", {"new_password": "x" * 20})):
        told = {"csrf": secret_of(root.get("/en/desk")), "name": "root", "action": action, **more}
        assert root.post("/en/desk/accounts", data=told).status_code == 422
    assert root.get("/en/desk/contests").status_code == 403
    assert root.get("/en/desk/accounts").status_code == 200


def test_an_administrator_alone_sees_no_draft_and_no_contest(desk_app: FastAPI) -> None:
    assert "r-3" not in visitor(desk_app, "root").get("/en/desk").text
    assert "r-3" in visitor(desk_app, "olga").get("/en/desk").text
