"""Kept answers: given again until a new snapshot, bounded in bytes, asked once, never mixed, never for another host."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.web import answers, turns
from havre.web.answers import KeptAnswers, make_answer, may_be_kept
from havre.web.settings import WebSettings

Sent = list[dict[str, Any]]
App = Callable[[Any, Any, Any], Awaitable[None]]


class Counted:
    """An app that answers with the snapshot of its request, and counts how often it is asked."""

    def __init__(self, *, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = (), body: bytes = b"") -> None:
        self.status, self.headers, self.body = status, headers, body
        self.asked = 0
        self.wait: asyncio.Event | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        if self.wait is not None:
            await self.wait.wait()
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": self.body or str(scope["site"]).encode()})


def holder(address: str = "") -> Any:
    return SimpleNamespace(site="first", settings=WebSettings(address=address))


async def ask(
    kept: App,
    path: str = "/",
    query: bytes = b"",
    host: str = "a",
    method: str = "GET",
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> Sent:
    sent: Sent = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    told = [(b"host", host.encode()), *headers]
    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": told}
    await kept(scope, None, send)
    return sent


def body(sent: Sent) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


def test_an_answer_is_given_again_until_a_new_snapshot_comes() -> None:
    held, app = holder(), Counted()
    kept = KeptAnswers(app, held)

    async def story() -> None:
        assert [body(await ask(kept)) for _ in range(3)] == [b"first"] * 3
        held.site = "second"
        assert [body(await ask(kept)) for _ in range(3)] == [b"second"] * 3

    asyncio.run(story())
    assert app.asked == 2


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (404, ()),
        (200, ((b"cache-control", b"no-store"),)),
        (200, ((b"cache-control", b"no-cache"),)),
        (200, ((b"cache-control", b"private, max-age=5"),)),
        (200, ((b"set-cookie", b"a=b"),)),
    ],
)
def test_what_is_for_one_or_for_now_is_not_kept(status: int, headers: tuple[tuple[bytes, bytes], ...]) -> None:
    app = Counted(status=status, headers=headers)
    kept = KeptAnswers(app, holder())

    async def story() -> None:
        for _ in range(3):
            await ask(kept)

    asyncio.run(story())
    assert app.asked == 3


def test_no_answer_is_given_to_another_host_unless_the_address_is_set() -> None:
    async def asked(address: str) -> int:
        app = Counted()
        kept = KeptAnswers(app, holder(address))
        for host in ("a", "b", "a"):
            await ask(kept, host=host)
        return app.asked

    assert asyncio.run(asked("")) == 2
    assert asyncio.run(asked("https://havre.example")) == 1


def test_another_question_or_another_day_is_answered_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Counted()
    kept = KeptAnswers(app, holder())

    async def story() -> int:
        for query in (b"release=r-1", b"release=r-2", b"release=r-1"):
            await ask(kept, query=query)
        before = app.asked
        monkeypatch.setattr(answers, "datetime", SimpleNamespace(now=lambda _: datetime(2100, 1, 1, tzinfo=UTC)))
        await ask(kept, query=b"release=r-1")
        return before

    assert asyncio.run(story()) == 2
    assert app.asked == 3


def test_equal_questions_at_once_are_answered_once() -> None:
    app = Counted()
    kept = KeptAnswers(app, holder())

    async def story() -> list[bytes]:
        app.wait = asyncio.Event()
        asking = [asyncio.create_task(ask(kept)) for _ in range(20)]
        await asyncio.sleep(0)
        app.wait.set()
        return [body(sent) for sent in await asyncio.gather(*asking)]

    assert asyncio.run(story()) == [b"first"] * 20
    assert app.asked == 1


def test_who_waits_for_what_is_not_kept_asks_again() -> None:
    app = Counted(headers=((b"cache-control", b"no-store"),))
    kept = KeptAnswers(app, holder())

    async def story() -> None:
        app.wait = asyncio.Event()
        asking = [asyncio.create_task(ask(kept)) for _ in range(5)]
        await asyncio.sleep(0)
        app.wait.set()
        await asyncio.gather(*asking)

    asyncio.run(story())
    assert app.asked == 5


def test_who_waits_for_what_fails_asks_again() -> None:
    asked = 0

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        raise RuntimeError

    kept = KeptAnswers(failing, holder())

    async def story() -> list[Any]:
        return await asyncio.gather(*(ask(kept) for _ in range(3)), return_exceptions=True)

    assert [type(each) for each in asyncio.run(story())] == [RuntimeError] * 3
    assert asked == 3


def test_an_answer_of_an_older_snapshot_is_given_whole_and_not_kept() -> None:
    held, app = holder(), Counted()
    kept = KeptAnswers(app, held)

    async def story() -> tuple[bytes, bytes]:
        app.wait = asyncio.Event()
        slow = asyncio.create_task(ask(kept))
        await asyncio.sleep(0)
        going, app.wait = app.wait, None
        held.site = "second"
        # Somebody asks something else meanwhile: from now on answers are kept of the new snapshot.
        await ask(kept, "/healthz")
        going.set()
        return body(await slow), body(await ask(kept))

    assert asyncio.run(story()) == (b"first", b"second")


@pytest.mark.parametrize(
    ("accepts", "is_squeezed"),
    [("gzip, br", True), ("*", True), ("br;q=1, gzip; q=0.5", True), ("gzip;q=0", False), ("gzip;q=0.000", False),
     ("*, gzip;q=0", False), ("*;q=0, gzip", True), ("br", False), ("", False)],
)  # fmt: skip
def test_what_is_compressed_has_a_tag_of_its_own(accepts: str, is_squeezed: bool) -> None:  # noqa: FBT001
    kept = KeptAnswers(Counted(headers=((b"content-type", b"text/html"),), body=b"x" * 600), holder())
    headers = dict(asyncio.run(ask(kept, headers=[(b"accept-encoding", accepts.encode())]))[0]["headers"])
    assert (b"content-encoding" in headers, headers[b"etag"].endswith(b'-gzip"')) == (is_squeezed, is_squeezed)
    assert headers[b"vary"] == b"Accept-Encoding"
    weak = b'"x", W/' + headers[b"etag"]
    assert asyncio.run(ask(kept, headers=[(b"if-none-match", weak)]))[0]["status"] == 304


def test_an_answer_is_asked_again_after_a_minute_and_one_that_failed_has_no_tag() -> None:
    good, failed = (dict(make_answer(status, [], b"x", "").headers) for status in (200, 404))
    assert good[b"cache-control"] == b"public, max-age=60"
    assert b"cache-control" not in failed
    assert make_answer(404, [], b"x", "").etag == ""


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 400)), max_size=60))
def test_what_is_kept_is_bounded_and_counted_right(asked: list[tuple[int, int]]) -> None:
    app = Counted()
    kept = KeptAnswers(app, holder(), most=3_000)

    async def story() -> None:
        for path, size in asked:
            app.body = b"x" * size
            await ask(kept, f"/{path}")
            assert sum(answers._size(*each) for each in kept._kept.items()) == kept._bytes <= 3_000

    asyncio.run(story())


def test_thousands_of_random_queries_do_not_fill_the_memory() -> None:
    app = Counted(body=b"x" * 500)
    kept = KeptAnswers(app, holder(), most=100_000)

    async def story() -> None:
        for number in range(3_000):
            await ask(kept, query=str(number).encode())

    asyncio.run(story())
    assert kept._bytes <= 100_000
    assert len(kept._kept) <= 100
    assert kept._begun == {}


def test_long_questions_count_as_much_as_their_answers() -> None:
    kept = KeptAnswers(Counted(body=b"x"), holder(), most=1_000_000)

    async def story() -> None:
        for number in range(40):
            await ask(kept, query=b"a" * 60_000 + str(number).encode())

    asyncio.run(story())
    assert len(kept._kept) <= 16


@pytest.mark.parametrize("place", [0, 300, 70_000, 99_999])
def test_an_answer_that_differs_anywhere_has_another_tag(place: int) -> None:
    content = b"x" * 100_000
    other = content[:place] + b"y" + content[place + 1 :]
    one, same, two = (make_answer(200, [], each, "").etag for each in (content, content, other))
    assert one == same != two


def test_a_large_answer_is_compressed_aside_and_not_kept_beyond_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[int] = set()
    made = make_answer

    def noting(*told: Any) -> Any:
        threads.add(threading.get_ident())
        return made(*told)

    monkeypatch.setattr(answers, "make_answer", noting)
    app = Counted(headers=((b"content-type", b"text/csv"),), body=b"x" * (answers.LARGEST_KEPT + 1))
    kept = KeptAnswers(app, holder())

    async def story() -> None:
        for _ in range(2):
            assert body(await ask(kept)) == app.body

    asyncio.run(story())
    assert app.asked == 2
    assert threading.get_ident() not in threads


def test_a_stream_passes_at_once_and_nobody_waits_for_its_end() -> None:
    async def story() -> list[int]:
        told: list[int] = []
        going = asyncio.Event()

        async def stream(scope: Any, receive: Any, send: Any) -> None:
            headers = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
            told.append(len(told))
            await going.wait()
            await send({"type": "http.response.body", "body": b""})

        kept = KeptAnswers(stream, holder())
        asking = [asyncio.create_task(ask(kept)) for _ in range(3)]
        while len(told) < 3:
            await asyncio.sleep(0)
        going.set()
        sent = await asyncio.gather(*asking)
        assert all(body(each) == b"data: 1\n\n" for each in sent)
        return told

    assert asyncio.run(asyncio.wait_for(story(), 5)) == [0, 1, 2]


def test_only_what_is_200_and_public_may_be_kept() -> None:
    assert may_be_kept(make_answer(200, [], b"", ""))
    assert not may_be_kept(make_answer(500, [], b"", ""))


def test_what_is_computed_waits_for_its_turn_and_kept_answers_do_not() -> None:
    app = Counted()
    kept = KeptAnswers(app, holder())

    async def story() -> None:
        await ask(kept, "/kept")
        app.wait = asyncio.Event()
        asking = [asyncio.create_task(ask(kept, f"/{number}")) for number in range(3)]
        await asyncio.sleep(0.01)
        # One of one address at a time; the first is being computed.
        assert app.asked == 2
        assert body(await ask(kept, "/kept")) == b"first"
        app.wait.set()
        assert [body(sent) for sent in await asyncio.gather(*asking)] == [b"first"] * 3

    asyncio.run(asyncio.wait_for(story(), 5))
    assert app.asked == 4


def test_what_was_kept_while_others_waited_for_their_turn_is_not_computed_again() -> None:
    app = Counted()
    kept = KeptAnswers(app, holder())

    async def story() -> None:
        app.wait = asyncio.Event()
        asking = [asyncio.create_task(ask(kept, path)) for path in ("/first", "/same", "/same", "/same")]
        await asyncio.sleep(0.01)
        app.wait.set()
        assert [body(sent) for sent in await asyncio.gather(*asking)] == [b"first"] * 4

    asyncio.run(asyncio.wait_for(story(), 5))
    assert app.asked == 2


def test_a_turn_ends_before_the_answer_is_sent_to_somebody_who_reads_slowly() -> None:
    kept = KeptAnswers(Counted(), holder())

    async def never(message: dict[str, Any]) -> None:
        await asyncio.Event().wait()

    async def story() -> None:
        scope = {"type": "http", "method": "GET", "path": "/slow", "query_string": b"", "headers": []}
        slow = asyncio.create_task(kept(scope, None, never))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        assert body(await ask(kept, "/other")) == b"first"
        assert not slow.done()
        slow.cancel()

    asyncio.run(asyncio.wait_for(story(), 5))


def test_who_gets_no_turn_is_told_so_as_programs_and_people_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 0)
    app = Counted()
    kept = KeptAnswers(app, holder())

    async def story() -> list[Sent]:
        app.wait = asyncio.Event()
        first = asyncio.create_task(ask(kept, "/first"))
        await asyncio.sleep(0)
        found = await asyncio.gather(*(ask(kept, path) for path in ("/api/v1/series", "/fr/planner")))
        app.wait.set()
        await first
        return found

    monkeypatch.setattr(answers, "Turns", lambda at_once, of_one: turns.Turns(at_once, of_one, patience=0.01))
    program, person = asyncio.run(asyncio.wait_for(story(), 5))
    for sent, kind in ((program, b"application/problem+json"), (person, b"text/html; charset=utf-8")):
        assert sent[0]["status"] == 429
        assert dict(sent[0]["headers"])[b"content-type"] == kind
        assert dict(sent[0]["headers"])[b"retry-after"] == b"5"
    assert "Trop de requêtes" in body(person).decode()
