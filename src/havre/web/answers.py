"""Keeps answers in memory: what the site says to a question depends on the snapshot and the day alone.

Also gives each answer its ETag, compresses it, and answers ``HEAD`` and conditional requests (RFC 9110).
"""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from havre.web.asked import Questions
from havre.web.guards import caller_of, refuse
from havre.web.holder import SiteHolder
from havre.web.site import Site
from havre.web.turns import RETRY_SECONDS, NoTurnError, Turn, Turns

MOST_BYTES = 96_000_000
"""Bytes of answers that are kept; the one that was asked for the longest time ago goes first."""
LARGEST_KEPT = 4_000_000
COMPRESSED_FROM = 600
"""Bytes from which compression pays."""
_COMPRESSIBLE = (
    "text/",
    "application/json",
    "application/problem+json",
    "application/geo+json",
    "application/atom+xml",
)
_COMPRESSIBLE_ALSO = ("image/svg+xml", "application/ld+json", "application/xml", "application/schema+json")
DEFAULT_CACHING = "public, max-age=60"
STREAM = "text/event-stream"
COMPRESSED_ASIDE = 100_000
"""Bytes from which a thread of its own compresses."""
FREE = ("/healthz", "/readyz", "/desk/oidc/back")
"""Ends of addresses that wait for no turn: probes, and what waits for the provider of sign-ins."""
Pairs = list[tuple[bytes, bytes]]
Key = tuple[str, str, bytes]
"""Name of the site as it was asked, path, query."""


@dataclass(frozen=True)
class Answer:
    """An answer that can be given again: headers, body, the body compressed, ETag, and which route it came from."""

    status: int
    headers: Pairs
    body: bytes
    squeezed: bytes | None
    etag: str
    route: str

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.body) + len(self.squeezed or b"") + 500


class KeptAnswers:
    """A layer around the app that gives kept answers, and binds each request to the snapshot of its beginning.

    An answer is kept where it is a 200 to a ``GET``, sets no cookie, and its ``Cache-Control`` names neither
    ``no-store``, ``no-cache`` nor ``private``. Of several requests that ask the same at once, one is answered by the
    app, and the others wait for that. What the app has to compute waits for its turn (:mod:`havre.web.turns`).

    Parameters
    ----------
    questions : bring the query of a request into one form, so that what its page does not know makes no other answer
    most : bytes that are kept
    """

    def __init__(
        self,
        app: ASGIApp,
        holder: SiteHolder,
        questions: Questions | None = None,
        most: int = MOST_BYTES,
    ) -> None:
        self.app = app
        self._holder = holder
        self._questions = Questions(()) if questions is None else questions
        self._most = most
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()
        self._kept: OrderedDict[Key, Answer] = OrderedDict()
        self._begun: dict[Key, asyncio.Event] = {}
        self._bytes = 0
        self._of: tuple[Site, int] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or let the app answer and keep that."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        now = self._now()
        # Whatever answers sees one snapshot, also where a newer one comes meanwhile.
        scope["site"] = now[0]
        if scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        key = (self._host(scope), scope["path"], scope.get("query_string", b""))
        if key not in self._kept and key[2]:
            scope["query_string"] = self._questions.known(scope)
            key = (*key[:2], scope["query_string"])
        if scope["path"].endswith(FREE):
            await self._ask(scope, receive, send, now, key, lambda: None)
            return
        try:
            found, computed = await self._find_or_take(key, scope)
        except NoTurnError as error:
            await refuse(scope, send, error.status, {"Retry-After": str(RETRY_SECONDS)})
            return
        if found is None:
            await self._ask(scope, receive, send, now, key, computed)
            return
        scope["route_path"] = found.route
        await give(found, scope, send)

    def _turns_now(self) -> Turns:
        """Give the turns of this loop of events; a site has one."""
        loop = asyncio.get_running_loop()
        if loop not in self._turns:
            settings = self._holder.settings
            self._turns[loop] = Turns(settings.answers_at_once, settings.answers_at_once_of_one)
        return self._turns[loop]

    async def _find_or_take(self, key: Key, scope: Scope) -> tuple[Answer | None, Turn]:
        """Give a kept answer, or ``None`` and what ends the turn of computing it.

        Raises
        ------
        NoTurnError : there is none
        """
        found = await self._find(key)
        waited = False
        while found is None:
            caller = caller_of(scope, self._holder.settings.trusted_proxies)
            turn = await self._turns_now().take(caller, self._questions.kind(scope))
            # The same may have been asked meanwhile; for what turns out not to be kept nobody waits twice.
            if key not in self._kept and (waited or key not in self._begun):
                return None, turn
            turn()
            found, waited = await self._find(key), True
        return found, lambda: None

    def _host(self, scope: Scope) -> str:
        """Tell under which name the site was asked, where its answers may name it: nobody names it for others."""
        if self._holder.settings.address:
            return ""
        return f"{scope.get('scheme', '')}://{Headers(scope=scope).get('host', '')}"

    async def _find(self, key: Key) -> Answer | None:
        """Give a kept answer; where the same is being answered right now, wait for that."""
        begun = self._begun.get(key)
        if key not in self._kept and begun is not None:
            await begun.wait()
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    async def _ask(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        now: tuple[Site, int],
        key: Key,
        computed: Turn,
    ) -> None:
        """Let the app answer; tell when that is computed, before it is sent to somebody who may read slowly."""
        inner = {**scope, "method": "GET"}
        begun = asyncio.Event()
        self._begun.setdefault(key, begun)
        collecting = _Collecting(self, scope, inner, send, now, key)
        collecting.computed = computed
        collecting.unkept = lambda: self._end(key, begun)
        try:
            await self.app(inner, receive, collecting)
        finally:
            computed()
            self._end(key, begun)
            scope["route_path"] = _route(inner)

    def _end(self, key: Key, begun: asyncio.Event) -> None:
        """Let those go on who wait for an answer."""
        begun.set()
        if self._begun.get(key) is begun:
            del self._begun[key]

    def _now(self) -> tuple[Site, int]:
        """Give snapshot and day; where they are others than those of the kept answers, these are forgotten."""
        now = (self._holder.site, datetime.now(UTC).toordinal())
        if self._of is None or self._of[0] is not now[0] or self._of[1] != now[1]:
            self._kept.clear()
            self._bytes, self._of = 0, now
        return now

    def keep(self, key: Key, answer: Answer, of: tuple[Site, int]) -> None:
        """Keep an answer that was made from a snapshot, unless another one has taken its place meanwhile."""
        if self._of is None or of[0] is not self._of[0] or of[1] != self._of[1] or answer.size > LARGEST_KEPT:
            return
        before = self._kept.pop(key, None)
        self._bytes += _size(key, answer) - (0 if before is None else _size(key, before))
        self._kept[key] = answer
        while self._bytes > self._most:
            self._bytes -= _size(*self._kept.popitem(last=False))


def _size(key: Key, answer: Answer) -> int:
    """Give the bytes of an answer in memory with what was asked, which may be longer than the answer."""
    return answer.size + sum(len(part) for part in key)


class _Collecting:
    """Collects what the app sends, unless that is a stream without an end."""

    def __init__(
        self, answers: KeptAnswers, scope: Scope, inner: Scope, send: Send, of: tuple[Site, int], key: Key
    ) -> None:
        self._answers, self._scope, self._inner, self._send = answers, scope, inner, send
        self._of, self._key = of, key
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self._passing = False
        self.unkept: Callable[[], None] = lambda: None
        self.computed: Turn = lambda: None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = Headers(raw=list(message["headers"]))
            self._passing = headers.get("content-type", "").startswith(STREAM)
            self._start = message
            if message["status"] != 200 or not headers_allow(headers):
                self.unkept()
            if self._passing:
                self.computed()
                await self._send(message)
        elif self._passing or self._start is None:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        made = (start["status"], start["headers"], b"".join(self._parts), _route(self._inner))
        if len(made[2]) < COMPRESSED_ASIDE:
            answer = make_answer(*made)
        else:
            # Others need not wait while much is compressed.
            answer = await to_thread.run_sync(make_answer, *made)
        if may_be_kept(answer):
            self._answers.keep(self._key, answer, self._of)
        self.computed()
        await give(answer, self._scope, self._send)


def _route(scope: Scope) -> str:
    """Give the pattern of the address that answered."""
    return str(getattr(scope.get("route"), "path", "") or "other")


def make_answer(status: int, headers: Pairs, body: bytes, route: str) -> Answer:
    """Make an answer of what an app sent."""
    told = MutableHeaders(raw=list(headers))
    etag = ""
    if status == 200:
        etag = hashlib.sha256(body).hexdigest()[:32]
        told.setdefault("Cache-Control", DEFAULT_CACHING)
    kind = told.get("content-type", "")
    squeezed = None
    if len(body) >= COMPRESSED_FROM and kind.startswith((*_COMPRESSIBLE, *_COMPRESSIBLE_ALSO)):
        told.add_vary_header("Accept-Encoding")
        squeezed = gzip.compress(body, 6, mtime=0)
    del told["content-length"]
    return Answer(status, told.raw, body, squeezed, etag, route)


def may_be_kept(answer: Answer) -> bool:
    """Whether everybody may be given this answer until something new is published."""
    return answer.status == 200 and headers_allow(Headers(raw=answer.headers))


def headers_allow(told: Headers) -> bool:
    """Whether the headers of an answer let everybody be given it."""
    caching = told.get("cache-control", "")
    forbidden = any(word in caching for word in ("no-store", "no-cache", "private"))
    return not forbidden and "set-cookie" not in told and not told.get("content-type", "").startswith(STREAM)


async def give(answer: Answer, scope: Scope, send: Send) -> None:
    """Send an answer as this request wants it."""
    asked = Headers(scope=scope)
    squeezed = answer.squeezed if _takes_gzip(asked.get("accept-encoding", "")) else None
    headers = list(answer.headers)
    if answer.etag:
        tag = f'"{answer.etag}-gzip"' if squeezed is not None else f'"{answer.etag}"'
        headers.append((b"etag", tag.encode()))
        if _matches(asked.get("if-none-match"), answer.etag):
            kept = [(name, value) for name, value in headers if name not in (b"content-type", b"content-length")]
            await send({"type": "http.response.start", "status": 304, "headers": kept})
            await send({"type": "http.response.body", "body": b""})
            return
    body = answer.body
    if squeezed is not None:
        body = squeezed
        headers.append((b"content-encoding", b"gzip"))
    if answer.status not in (204, 304):
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _takes_gzip(accepted: str) -> bool:
    """Whether a client takes gzip (RFC 9110, section 12.5.3); a quality of 0 refuses it, and a name goes before *."""
    parts = (part.partition(";") for part in accepted.lower().split(","))
    taken = {
        name.strip(): quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
        for name, _, quality in parts
    }
    return taken.get("gzip", taken.get("*", False))


def _matches(asked: str | None, etag: str) -> bool:
    if asked is None:
        return False
    tags = {part.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for part in asked.split(",")}
    return "*" in tags or etag in tags
