"""Bounds and headers: who asks too often waits, who sends too much is refused, other sites may read what is open."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from havre.web.api.cross_origin import CrossOrigin
from havre.web.guards import FORM_BYTES, HEADERS, THROWN_AWAY, Bounds, SafeHeaders, caller_of
from havre.web.problems import Caught, add_problems
from havre.web.settings import WebSettings


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def scope(client: str = "192.0.2.1", forwarded: str | None = None) -> dict[str, Any]:
    headers = [] if forwarded is None else [(b"x-forwarded-for", forwarded.encode())]
    return {"type": "http", "client": (client, 1), "headers": headers}


def guarded(clock: Clock | None = None, **settings: object) -> TestClient:
    """A small app with all layers but those that keep and count."""
    app = FastAPI()
    app.state.settings = WebSettings.model_validate(settings)

    @app.get("/api/thing")
    def thing() -> dict[str, str]:
        return {"a": "b"}

    @app.get("/api/broken")
    def broken() -> None:
        raise ZeroDivisionError

    @app.post("/api/take")
    async def take(request: Request) -> int:
        return len(await request.body())

    add_problems(app)
    app.add_middleware(Caught)
    app.add_middleware(Bounds, settings=app.state.settings, clock=clock or Clock())
    app.add_middleware(CrossOrigin)
    app.add_middleware(SafeHeaders, settings=app.state.settings)
    return TestClient(app, client=("192.0.2.1", 5))


def test_who_asks_too_often_is_told_how_long_to_wait() -> None:
    clock = Clock()
    client = guarded(clock, reader_requests_a_minute=6)
    assert [client.get("/api/thing").status_code for _ in range(7)] == [200] * 6 + [429]
    refused = client.get("/api/thing")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["status"] == 429
    clock.now += int(refused.headers["retry-after"])
    assert client.get("/api/thing").status_code == 200


def test_forms_have_a_bound_of_their_own() -> None:
    client = guarded(reader_requests_a_minute=100, posts_a_minute=2)
    assert [client.post("/api/take", content=b"x").status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/api/thing").status_code == 200


@given(st.lists(st.floats(0, 20), max_size=60))
def test_nobody_gets_more_than_the_bound_over_any_time(pauses: list[float]) -> None:
    clock = Clock()
    bounds = Bounds(None, WebSettings(), clock)  # type: ignore[arg-type]  # no app is asked
    taken = 0
    for pause in pauses:
        clock.now += pause
        taken += bounds._wait("somebody", 10, writes=False) == 0
    assert taken <= 10 + sum(pauses) * 10 / 60


def test_callers_are_kept_neither_by_name_nor_for_long() -> None:
    clock = Clock()
    bounds = Bounds(None, WebSettings(), clock)  # type: ignore[arg-type]  # no app is asked
    bounds._wait("192.0.2.77", 10, writes=False)
    (first,) = bounds._left
    assert b"192.0.2.77" not in first
    clock.now += 3_601
    bounds._wait("192.0.2.77", 10, writes=False)
    assert list(bounds._left) != [first]


def test_a_body_that_is_too_large_is_refused_told_or_not() -> None:
    client = guarded(posts_a_minute=100)
    assert client.post("/api/take", content=b"x" * FORM_BYTES).json() == FORM_BYTES
    assert client.post("/api/take", content=b"x" * (FORM_BYTES + 1)).status_code == 413

    def parts() -> Any:
        for _ in range(FORM_BYTES // 10_000 + 2):
            yield b"x" * 10_000

    untold = client.post("/api/take", content=parts())
    assert (untold.status_code, untold.headers["content-type"]) == (413, "application/problem+json")


@pytest.mark.parametrize(("more", "read"), [(10, 3), (THROWN_AWAY + 1, 0)])
def test_what_is_a_little_too_large_is_read_so_that_a_proxy_hears_the_answer(more: int, read: int) -> None:
    told = [{"type": "http.request", "body": b"x", "more_body": left > 0} for left in (2, 1, 0)]
    taken: list[Any] = []
    answers: list[Any] = []

    async def receive() -> Any:
        taken.append(told[len(taken)])
        return taken[-1]

    async def send(message: Any) -> None:
        answers.append(message)

    length = str(FORM_BYTES + more).encode()
    scope = {"type": "http", "method": "POST", "path": "/en/contest", "headers": [(b"content-length", length)]}
    asyncio.run(Bounds(None, WebSettings())(scope, receive, send))  # type: ignore[arg-type]  # no app is asked
    assert (len(taken), answers[0]["status"]) == (read, 413)


@pytest.mark.parametrize("path", ["/api/thing", "/api/broken", "/api/nothing"])
def test_every_answer_may_be_read_by_other_sites_errors_included(path: str) -> None:
    found = guarded().get(path, headers={"Origin": "https://other.example"})
    assert found.headers["access-control-allow-origin"] == "*"
    assert "Link" in found.headers["access-control-expose-headers"]
    assert found.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-credentials" not in found.headers
    assert found.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


def test_a_refusal_may_be_read_by_other_sites_too() -> None:
    client = guarded(reader_requests_a_minute=1)
    client.get("/api/thing")
    refused = client.get("/api/thing")
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (429, "*")


def test_a_preflight_is_answered_and_lets_nobody_write() -> None:
    asked = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    found = guarded().options("/api/thing", headers=asked)
    assert found.status_code == 204
    assert found.headers["access-control-allow-origin"] == "*"
    assert "POST" not in found.headers["access-control-allow-methods"]


def test_pages_are_not_open_to_other_sites() -> None:
    found = guarded().get("/en/")
    assert "access-control-allow-origin" not in found.headers
    assert found.headers["cross-origin-resource-policy"] == "same-origin"


def test_who_goes_away_while_they_send_is_no_fault_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Any] = []

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asked = {"type": "http", "method": "POST", "path": "/api/take", "query_string": b"", **scope()}

    async def story() -> None:
        await guarded().app(asked, gone, send)

    asyncio.run(story())
    assert sent[0]["status"] == 400
    assert caplog.records == []


def test_what_nobody_expected_is_an_answer_without_a_trace(caplog: pytest.LogCaptureFixture) -> None:
    found = guarded().get("/api/broken?secret=1")
    assert (found.status_code, found.headers["content-type"]) == (500, "application/problem+json")
    assert "ZeroDivision" not in found.text
    assert [record.getMessage() for record in caplog.records] == ["an error in GET /api/broken"]


def test_an_answer_that_fails_midway_is_cut_and_not_mended() -> None:
    async def half(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    async def send(message: Any) -> None:
        sent.append(message["type"])

    sent: list[str] = []
    with pytest.raises(ZeroDivisionError):
        asyncio.run(Caught(half)({"type": "http", "method": "GET"}, None, send))  # type: ignore[arg-type]
    assert sent == ["http.response.start"]


def test_https_readers_stay_with_https() -> None:
    assert "max-age" in guarded(address="https://a.example").get("/api/thing").headers["strict-transport-security"]
    assert "strict-transport-security" not in guarded().get("/api/thing").headers


@pytest.mark.parametrize(
    ("client", "forwarded", "caller"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "nonsense"),
        ("::ffff:192.0.2.1", None, "192.0.2.1"),
        ("", None, ""),
    ],
)
def test_who_asks_is_told_by_the_socket_or_a_trusted_proxy(client: str, forwarded: str | None, caller: str) -> None:
    assert caller_of(scope(client, forwarded), ("127.0.0.1",)) == caller


def test_a_proxy_that_adds_a_header_of_its_own_is_believed_and_not_what_stands_before_it() -> None:
    told = scope("127.0.0.1")
    told["headers"] = [(b"x-forwarded-for", b"198.51.100.7"), (b"x-forwarded-for", b"203.0.113.9")]
    assert caller_of(told, ("127.0.0.1",)) == "203.0.113.9"


def test_a_network_of_ipv6_is_one_caller() -> None:
    one, two, other = (caller_of(scope(each), ()) for each in ("2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"))
    assert one == two != other
