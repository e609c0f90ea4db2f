"""Keeps answers in memory: what the site says to a question depends on the snapshot and the day alone.

Also gives each answer its ETag, compresses it, and answers ``HEAD`` and conditional requests (RFC 9110).
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from havre.web.holder import SiteHolder
from havre.web.site import Site

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
Pairs = list[tuple[bytes, bytes]]


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
    """A layer around the app that gives kept answers.

    An answer is kept where it is a 200 to a ``GET``, sets no cookie, and its ``Cache-Control`` names neither
    ``no-store``, ``no-cache`` nor ``private``.
    """

    def __init__(self, app: ASGIApp, holder: SiteHolder, most: int = MOST_BYTES) -> None:
        self.app = app
        self._holder = holder
        self._most = most
        self._kept: OrderedDict[tuple[str, bytes], Answer] = OrderedDict()
        self._bytes = 0
        self._of: tuple[Site, int] | None = None
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or let the app answer and keep that."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        now = self._now()
        key = (scope["path"], scope.get("query_string", b""))
        found = self._kept.get(key)
        if found is None:
            inner = {**scope, "method": "GET"}
            await self.app(inner, receive, _Collecting(self, scope, inner, send, now, key))
            scope["route_path"] = _route(inner)
            return
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
        scope["route_path"] = found.route
        await give(found, scope, send)

    def _now(self) -> tuple[Site, int]:
        """Give snapshot and day; where they are others than those of the kept answers, these are forgotten."""
        now = (self._holder.site, datetime.now(UTC).toordinal())
        if self._of is None or self._of[0] is not now[0] or self._of[1] != now[1]:
            with self._lock:
                self._kept.clear()
                self._bytes, self._of = 0, now
        return now

    def keep(self, key: tuple[str, bytes], answer: Answer, of: tuple[Site, int]) -> None:
        """Keep an answer that was made from a snapshot, unless another one has taken its place meanwhile."""
        with self._lock:
            if self._of is None or of[0] is not self._of[0] or of[1] != self._of[1] or answer.size > LARGEST_KEPT:
                return
            before = self._kept.pop(key, None)
            self._bytes += answer.size - (0 if before is None else before.size)
            self._kept[key] = answer
            while self._bytes > self._most:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= gone.size


class _Collecting:
    """Collects what the app sends, unless that is a stream without an end."""

    def __init__(
        self, answers: KeptAnswers, scope: Scope, inner: Scope, send: Send, of: tuple[Site, int], key: tuple[str, bytes]
    ) -> None:
        self._answers, self._scope, self._inner, self._send = answers, scope, inner, send
        self._of, self._key = of, key
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self._passing = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            self._passing = kind.startswith("text/event-stream")
            self._start = message
            if self._passing:
                await self._send(message)
        elif self._passing or self._start is None:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        answer = make_answer(start["status"], start["headers"], b"".join(self._parts), _route(self._inner))
        if may_be_kept(answer):
            self._answers.keep(self._key, answer, self._of)
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
    told = Headers(raw=answer.headers)
    caching = told.get("cache-control", "")
    forbidden = any(word in caching for word in ("no-store", "no-cache", "private"))
    return answer.status == 200 and not forbidden and "set-cookie" not in told


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
    """Whether a client takes gzip (RFC 9110, section 12.5.3); a quality of 0 refuses it."""
    for part in accepted.lower().split(","):
        name, _, quality = part.strip().partition(";")
        if name.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _matches(asked: str | None, etag: str) -> bool:
    if asked is None:
        return False
    tags = {part.strip().removeprefix("W/").strip('"').removesuffix("-gzip") for part in asked.split(",")}
    return "*" in tags or etag in tags
