"""What protects readers and the site: headers of every answer, bounds of requests, bounds of what is sent.

References
----------
W3C, Content Security Policy Level 3; OWASP Secure Headers.
"""

import hashlib
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from havre.texts import LANGUAGES, as_language, say
from havre.web.rendering import environment
from havre.web.settings import WebSettings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
"""Policy of pages. A picture that a reader saves is drawn by the browser from what stands on the page (``blob:``)."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
    "X-Frame-Options": "DENY",
}
"""Headers of every answer that does not set its own."""
FORM_BYTES = 600_000
"""Bytes of a form: a contest may bring 120,000 characters; an upload of an instance has its own bound."""
THROWN_AWAY = 6_000_000
"""Bytes beyond what may be sent that are read and thrown away, so that the answer is heard; more is cut off."""
UPLOADS = "/displacement/runs"
"""Where an instance may be uploaded: the end of the path."""
PROGRAMS = ("/api/", "/files/", "/log/", "/assets/", "/feeds/", "/embed/", "/healthz", "/readyz", "/metrics")
"""Addresses that programs ask: they get problem details, people get a page."""
CALLERS = 50_000


class SafeHeaders:
    """A layer that gives every answer its headers; HTTPS readers are told to stay with HTTPS."""

    def __init__(self, app: ASGIApp, settings: WebSettings) -> None:
        self.app = app
        self._https = settings.address.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add the headers to what comes back."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(raw=list(message["headers"]))
                for name, value in HEADERS.items():
                    told.setdefault(name, value)
                if told["X-Frame-Options"] == "ALLOW":
                    del told["X-Frame-Options"]
                if self._https:
                    told.setdefault("Strict-Transport-Security", "max-age=31536000")
                message = {**message, "headers": told.raw}
            await send(message)

        await self.app(scope, receive, with_headers)


class Bounds:
    """A layer that bounds how often one address may ask for what must be computed, and how much it may send.

    Addresses are kept in memory only, as keyed hashes; the key is made anew every hour, so that nothing of them stays.
    """

    def __init__(self, app: ASGIApp, settings: WebSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self._settings = settings
        self._clock = clock
        self._key, self._key_since = secrets.token_bytes(16), clock()
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 429 or 413."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        writes = scope["method"] not in ("GET", "HEAD", "OPTIONS")
        most = self._settings.posts_a_minute if writes else self._settings.reader_requests_a_minute
        wait = self._wait(caller_of(scope, self._settings.trusted_proxies), most, writes=writes) if most else 0.0
        if wait > 0:
            await refuse(scope, send, 429, {"Retry-After": str(ceil(wait))})
            return
        largest = self._settings.upload_bytes + 10_000 if scope["path"].endswith(UPLOADS) else FORM_BYTES
        told = _told_length(scope) if writes else 0
        if told > largest:
            if told <= largest + THROWN_AWAY:
                await _throw_away(receive)
            await refuse(scope, send, 413, {"Connection": "close"})
            return
        await self.app(scope, _Bounded(receive, largest) if writes else receive, send)

    def _wait(self, caller: str, a_minute: int, *, writes: bool) -> float:
        """Take one request from what a caller has left; give the seconds to wait where nothing is left."""
        now = self._clock()
        if now - self._key_since > 3600:
            self._key, self._key_since = secrets.token_bytes(16), now
            self._left.clear()
        name = hashlib.blake2b(f"{caller} {writes}".encode(), key=self._key, digest_size=12).digest()
        left, since = self._left.pop(name, (float(a_minute), now))
        left = min(float(a_minute), left + (now - since) * a_minute / 60)
        self._left[name] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > CALLERS:
            self._left.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) * 60 / a_minute


async def _throw_away(receive: Receive) -> None:
    """Read what is sent to its end: a proxy that is cut off while it sends tells a fault (502), not the answer."""
    while (await receive()).get("more_body", False):
        pass


class _Bounded:
    """Reads what a client sends, up to a number of bytes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._left = receive, most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            from starlette.exceptions import HTTPException

            raise HTTPException(413)
        return message


def caller_of(scope: Scope, proxies: tuple[str, ...]) -> str:
    """Tell from where a request comes: the address, of IPv6 the network (/64); behind a trusted proxy what it says."""
    told = _plain_address(str((scope.get("client") or ("",))[0]))
    if told in proxies:
        # What the proxy says comes last, in the last of several headers; what stands before it anybody may have sent.
        lines = Headers(scope=scope).getlist("x-forwarded-for") or [""]
        forwarded = lines[-1].rsplit(",", maxsplit=1)[-1].strip()
        told = _plain_address(forwarded) or told
    try:
        address = ip_address(told)
    except ValueError:
        return told
    return str(int(address) >> 64) if isinstance(address, IPv6Address) else str(address)


def _plain_address(told: str) -> str:
    """Write an IPv4 address as such, also where a socket for both kinds tells it as one of IPv6."""
    return told.removeprefix("::ffff:") if "." in told else told


def _told_length(scope: Scope) -> int:
    told = Headers(scope=scope).get("content-length", "0")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else 0


def asks_as_program(scope: Scope) -> bool:
    """Whether a program asks, which is told problem details: by the address, or because it takes JSON first."""
    return scope["path"].startswith(PROGRAMS) or Headers(scope=scope).get("accept", "").startswith("application/json")


async def refuse(scope: Scope, send: Send, status: int, headers: dict[str, str]) -> None:
    """Answer without the app: cheap, whatever is asked; people get a page, programs problem details."""
    path = scope["path"]
    first = path.lstrip("/").partition("/")[0]
    language = as_language(first if first in LANGUAGES else Headers(scope=scope).get("accept-language")) or "en"
    title = say("web", f"problem.{status}", language)
    if asks_as_program(scope):
        kind = "application/problem+json"
        body = json.dumps({"type": "about:blank", "title": title, "status": status}, ensure_ascii=False)
    else:
        kind = "text/html; charset=utf-8"
        facts = {"lang": language, "title": title, "status": status, "seconds": headers.get("Retry-After"), "say": say}
        body = environment().get_template("refused.html.jinja").render(facts)
    told = {"Content-Type": kind, "Cache-Control": "no-store", **headers}
    pairs = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    pairs.append((b"content-length", str(len(body.encode())).encode()))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body.encode()})
