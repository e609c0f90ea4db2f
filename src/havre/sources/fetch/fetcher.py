"""Fetches what a provider offers: conditional, patient, resumed where it broke off, kept only when it is whole."""

import hashlib
import json
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from havre.errors import FileError, Problem, SourceError
from havre.sources.catalogue import Source
from havre.sources.fetch.answers import HEAD, TAIL, BadPacking, check_kind, is_ended, retry_after, unpacked
from havre.sources.fetch.request import Refused, Request, Wait
from havre.sources.fetch.settings import FetchSettings
from havre.sources.snapshot import KEPT_HEADERS, Sidecar, Snapshot, Snapshots

MOST_REDIRECTS = 5
LATER = (408, 425, 429, 500, 502, 503, 504)
"""Statuses after which the same request may succeed."""
REDIRECTS = (301, 302, 303, 307, 308)
PLAIN_HOSTS = ("data.gdeltproject.org",)
"""Hosts that offer their files without encryption only."""
NEVER = float("inf")
TOKEN_BUDGET = 60.0
LARGEST_TOKEN = 1 << 20
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class Again(Exception):  # noqa: N818 - no error yet: the same is asked again
    """The same request may succeed later."""

    def __init__(self, problem: Problem, wait: float | None = None, *, counts: bool = True) -> None:
        super().__init__(problem.key)
        self.problem = problem
        self.wait = wait
        self.counts = counts


@dataclass
class Traffic:
    """What went over the network."""

    requests: int = 0
    bytes: int = 0
    unchanged: int = 0
    waited: float = 0.0


class Hosts:
    """Lets one request at a time go to a host, with a pause between two where it wants one."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        self._last: dict[str, float] = {}

    @contextmanager
    def turn(self, host: str, pause: float, sleep: Callable[[float], None]) -> Iterator[None]:
        """Wait for the turn of a request."""
        with self._guard:
            lock = self._turns.setdefault(host, threading.Lock())
        with lock:
            if pause and host in self._last:
                sleep(max(0.0, self._last[host] + pause - time.monotonic()))
            try:
                yield
            finally:
                self._last[host] = time.monotonic()


@dataclass
class Clockwork:
    """Time as the fetcher sees it; tests put their own in its place."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass
class Fetcher:
    """Fetches for one source.

    Parameters
    ----------
    source : whose licence stands in the sidecars
    tell : takes one line for a log, without secrets
    """

    source: Source
    snapshots: Snapshots
    settings: FetchSettings
    clockwork: Clockwork
    hosts: Hosts = field(default_factory=Hosts)
    tell: Callable[[str], None] = lambda _: None
    traffic: Traffic = field(default_factory=Traffic)
    transport: httpx.BaseTransport | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    """Set by whoever wants the pull to end: what was read lands, nothing more is asked for."""

    def __enter__(self) -> Self:
        settings = self.settings
        try:
            verify = ssl.create_default_context(cafile=settings.certificates)
        except (OSError, ssl.SSLError) as error:
            raise SourceError("source.fetch.certificates", path=settings.certificates, reason=str(error)) from error
        self._verify = verify
        self._open()
        self._end = self.clockwork.monotonic() + settings.budget
        return self

    def _open(self) -> None:
        timeout = httpx.Timeout(self.settings.read_timeout, connect=self.settings.connect_timeout)
        try:
            self._client = httpx.Client(
                verify=self._verify, timeout=timeout, follow_redirects=False, transport=self.transport
            )
        except (ImportError, ValueError) as error:
            # A proxy in the environment that cannot be spoken to.
            raise SourceError("source.fetch.proxy", reason=str(error)[:200]) from error

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def fetch(self, request: Request) -> Snapshot:
        """Fetch, or confirm that the last snapshot still stands.

        Raises
        ------
        SourceError : the provider does not give it, gives something else, or not in time
        FileError : the disk is full
        """
        found = self.fetch_if_there(request)
        if found is None:
            raise SourceError("source.fetch.status", name=request.name, url=request.shown, status=404)
        return found

    def fetch_if_there(self, request: Request) -> Snapshot | None:
        """Fetch as :meth:`fetch`; ``None`` where the request may be missing and is."""
        before = self.snapshots.latest(self.source.id, request.key)
        start = self.clockwork.monotonic()
        end = min(start + self.settings.request_budget, self._end)
        chance = random.Random(request.key)  # noqa: S311 - spreads requests, guards nothing
        faults = 0

        def wait(state: RetryCallState) -> float:
            again = _again(state)
            step = self.settings.first_pause * 2 ** min(faults, 8)
            # Full jitter: those who failed together do not come back together.
            return again.wait if again.wait is not None else chance.uniform(0.5, 1.0) * step

        def before_sleep(state: RetryCallState) -> None:
            pause = state.next_action.sleep if state.next_action else 0.0
            self.traffic.waited += pause
            self.tell(f"{request.name}: {_again(state).problem.sentence()} [{pause:.1f} s]")

        def stop(state: RetryCallState) -> bool:
            nonlocal faults
            again = _again(state)
            faults += again.counts
            too_long = (again.wait or 0.0) > self.settings.longest_wait
            return faults >= self.settings.attempts or too_long or self.clockwork.monotonic() + (again.wait or 0) > end

        try:
            retrying = Retrying(
                retry=retry_if_exception_type(Again),
                wait=wait,
                stop=stop,
                before_sleep=before_sleep,
                sleep=self.clockwork.sleep,
                reraise=True,
            )
            return retrying(self._once, request, before, end)
        except Again as again:
            raise SourceError(again.problem.key, **dict(again.problem.fields)) from again

    def token(self, request: Request) -> Mapping[str, object]:
        """Ask for a token: the answer is given, never kept nor shown.

        Raises
        ------
        SourceError : the provider refuses
        """
        self._check_host(request)
        end = min(self.clockwork.monotonic() + TOKEN_BUDGET, self._end)
        body = bytearray()
        with self.hosts.turn(request.host, request.pause, self.clockwork.sleep), self._until(end):
            self.traffic.requests += 1
            try:
                with self._client.stream("POST", self._address(request.url), data=dict(request.form or {})) as answer:
                    status = answer.status_code
                    for chunk in answer.iter_raw():
                        body += chunk
                        if len(body) > LARGEST_TOKEN or self.clockwork.monotonic() > end:
                            raise SourceError("source.fetch.budget", name=request.name, host=request.host)
            except (httpx.HTTPError, OSError) as error:
                reason = request.without_secrets(str(error)) or type(error).__name__
                raise SourceError("source.fetch.network", name=request.name, host=request.host, reason=reason) from None
        if status != 200:
            raise SourceError("source.fetch.status", name=request.name, url=request.shown, status=status)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise SourceError("source.fetch.damaged", name=request.name, kind="json", reason="token") from error
        return found if isinstance(found, dict) else {}

    def _check_host(self, request: Request) -> None:
        """Refuse a host that the catalogue does not name: a page may link anything."""
        if urlsplit(request.url).netloc not in self.source.hosts:
            raise SourceError("source.fetch.elsewhere", name=request.name, target=request.url.partition("?")[0])

    @contextmanager
    def _until(self, end: float) -> Iterator[None]:
        """Break a request off at the end of its time, whatever trickles in: headers may come a byte at a time."""
        left = end - self.clockwork.monotonic()
        timer = threading.Timer(max(left, 0.01), self._break_off)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            if self._client.is_closed:
                self._open()

    def _break_off(self) -> None:
        self._client.close()

    def _once(self, request: Request, before: Snapshot | None, end: float) -> Snapshot | None:
        if self.clockwork.monotonic() > end:
            raise Again(
                Problem.of("source.fetch.budget", name=request.name, host=request.host), counts=False, wait=NEVER
            )
        self._check_host(request)
        if self.stop.is_set():
            raise KeyboardInterrupt
        with self.hosts.turn(request.host, request.pause, self.clockwork.sleep), self._until(end):
            try:
                return self._ask(request, before, end)
            except (httpx.TransportError, httpx.StreamError, BadPacking, RuntimeError) as error:
                # A client that was closed at the end of its time tells so by a RuntimeError.
                if self.clockwork.monotonic() >= end:
                    problem = Problem.of("source.fetch.budget", name=request.name, host=request.host)
                    raise Again(problem, wait=NEVER, counts=False) from None
                reason = request.without_secrets(str(error)) or type(error).__name__
                problem = Problem.of("source.fetch.network", name=request.name, host=request.host, reason=reason)
                raise Again(problem) from None
            except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as error:
                raise SourceError("source.fetch.address", url=request.shown, reason=str(error)) from None

    def _ask(self, request: Request, before: Snapshot | None, end: float) -> Snapshot | None:
        partial = self.snapshots.partial(self.source.id, request.key)
        gathered = _Gathered.open(partial)
        headers = self._headers(request, before, gathered)
        url, params = request.url, httpx.QueryParams([*request.params, *request.secrets.items()])
        for _ in range(MOST_REDIRECTS + 1):
            self.traffic.requests += 1
            secret = request.secret_headers if urlsplit(url).netloc == request.host else {}
            # A redirect tells the whole new address: our query is not added again.
            method, form = ("POST", dict(request.form)) if request.form else ("GET", None)
            with self._client.stream(
                method, self._address(url), params=params or None, headers={**headers, **secret}, data=form
            ) as response:
                if response.status_code in REDIRECTS:
                    url, params = self._redirected(request, url, response), httpx.QueryParams()
                    continue
                return self._answer(request, before, response, gathered, end)
        raise SourceError("source.fetch.redirects", name=request.name, url=request.shown)

    def _answer(
        self, request: Request, before: Snapshot | None, response: httpx.Response, gathered: "_Gathered", end: float
    ) -> Snapshot | None:
        now, status = self.clockwork.now(), response.status_code
        if status == 304 and before is not None:
            self.traffic.unchanged += 1
            return self.snapshots.confirm(before, now)
        if status == 416:
            gathered.forget()
            raise Again(Problem.of("source.fetch.status", name=request.name, url=request.shown, status=status), wait=0)
        if status in LATER:
            asked = retry_after(response.headers.get("retry-after"), now)
            raise Again(Problem.of("source.fetch.status", name=request.name, url=request.shown, status=status), asked)
        if status == 404 and request.may_be_missing:
            return None
        self._receive(request, response, gathered, end)
        self._judge(request, response, gathered)
        return self._keep(request, response, gathered, now)

    def _receive(self, request: Request, response: httpx.Response, gathered: "_Gathered", end: float) -> None:
        """Write the body to its temporary place; what came of a file that can be resumed stays after a fault."""
        told = response.headers.get("content-range", "")
        same = response.headers.get("etag", gathered.validator) == gathered.validator
        resumed = response.status_code == 206 and same and gathered.continues(told)
        if response.status_code == 206 and not resumed:
            gathered.forget()
            raise Again(Problem.of("source.fetch.range", name=request.name, host=request.host), wait=0)
        size = gathered.size if resumed else 0
        gathered.begin(response.headers if response.status_code in (200, 206) else {}, resumed=resumed)
        try:
            with gathered.path.open("ab" if resumed else "wb") as file:
                for chunk in unpacked(response.iter_raw(), response.headers.get("content-encoding", "")):
                    size += len(chunk)
                    self.traffic.bytes += len(chunk)
                    if size > request.largest:
                        gathered.forget()
                        raise SourceError("source.fetch.too_large", name=request.name, largest=request.largest)
                    if self.stop.is_set():
                        raise KeyboardInterrupt
                    if self.clockwork.monotonic() > end:
                        problem = Problem.of("source.fetch.budget", name=request.name, host=request.host)
                        raise Again(problem, wait=NEVER, counts=False)
                    file.write(chunk)
        except OSError as error:
            gathered.forget()
            raise FileError("file.not_writable", path=gathered.path, reason=error.strerror or str(error)) from error
        if resumed and size != _whole_size(told):
            gathered.forget()
            raise Again(Problem.of("source.fetch.cut", name=request.name, host=request.host), wait=0)

    def _judge(self, request: Request, response: httpx.Response, gathered: "_Gathered") -> None:
        with gathered.path.open("rb") as file:
            head = file.read(HEAD)
            file.seek(max(0, gathered.path.stat().st_size - TAIL))
            tail = file.read()
        verdict = request.judge(response.status_code, head) if request.judge else None
        if isinstance(verdict, Wait):
            gathered.forget()
            problem = Problem.of("source.fetch.working", name=request.name, host=request.host)
            raise Again(problem, verdict.seconds, counts=False)
        if verdict is None and response.status_code not in (200, 206):
            gathered.forget()
            raise SourceError("source.fetch.status", name=request.name, url=request.shown, status=response.status_code)
        verdict = verdict or check_kind(request.kind, head, request.name, response.headers.get("content-type", ""))
        if verdict is None and not is_ended(request.kind, tail):
            gathered.forget()
            raise Again(Problem.of("source.fetch.cut", name=request.name, host=request.host))
        if isinstance(verdict, Refused):
            gathered.forget()
            raise SourceError.all_of([verdict.problem])

    def _keep(self, request: Request, response: httpx.Response, gathered: "_Gathered", now: datetime) -> Snapshot:
        # A header that cannot be sent back is of no use.
        headers = {name: told for name in KEPT_HEADERS if (told := response.headers.get(name, "")) and _sendable(told)}
        path = gathered.path
        if request.secrets or request.secret_headers:
            path.write_bytes(request.bytes_without_secrets(path.read_bytes()))
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        sidecar = Sidecar(
            source=self.source.id,
            name=request.name,
            key=request.key,
            url=request.shown,
            kind=request.kind,
            retrieved_at=now,
            checked_at=now,
            status=200,
            sha256=digest.hexdigest(),
            bytes=path.stat().st_size,
            licence=self.source.licence,
            attribution=self.source.attribution,
            headers={name: request.without_secrets(value) for name, value in headers.items()},
        )
        kept = self.snapshots.keep(path, sidecar)
        gathered.forget()
        return kept

    def _headers(self, request: Request, before: Snapshot | None, gathered: "_Gathered") -> dict[str, str]:
        headers = {"User-Agent": self.settings.user_agent(browser=request.browser), **request.headers}
        # A body that is packed for the way cannot be resumed in its middle.
        headers.setdefault("Accept-Encoding", "gzip" if request.kind in ("json", "html", "xml") else "identity")
        if gathered.validator and gathered.size and request.form is None:
            return {**headers, "Range": f"bytes={gathered.size}-", "If-Range": gathered.validator}
        if before is not None:
            known = before.sidecar.headers
            headers |= {"If-None-Match": known["etag"]} if "etag" in known else {}
            headers |= {"If-Modified-Since": known["last-modified"]} if "last-modified" in known else {}
        return headers

    def _redirected(self, request: Request, url: str, response: httpx.Response) -> str:
        """Give where a redirect leads; never to a host that the source does not name, never out of encryption."""
        target = str(urljoin(url, response.headers.get("location", "")))
        parts = urlsplit(target)
        known = {request.host, *self.source.hosts}
        if parts.netloc not in known or (parts.scheme != "https" and urlsplit(url).scheme == "https"):
            shown = f"{parts.scheme}://{parts.netloc}{parts.path}"
            raise SourceError("source.fetch.elsewhere", name=request.name, target=request.without_secrets(shown))
        return target

    def _address(self, url: str) -> str:
        parts = urlsplit(url)
        if self.settings.mirror is not None:
            query = f"?{parts.query}" if parts.query else ""
            return f"{self.settings.mirror}/{parts.netloc}{parts.path}{query}"
        plain = parts.scheme == "http" and (parts.netloc in PLAIN_HOSTS or parts.hostname in _LOOPBACK)
        if parts.scheme != "https" and not plain:
            raise SourceError("source.fetch.address", url=url.partition("?")[0], reason="https")
        return url


@dataclass
class _Gathered:
    """Bytes of a request that broke off, with what tells whether the rest still belongs to them."""

    path: Path
    validator: str = ""
    size: int = 0

    @classmethod
    def open(cls, path: Path) -> "_Gathered":
        with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
            known = json.loads(path.with_suffix(".json").read_bytes())
            return cls(path, str(known["validator"]), path.stat().st_size)
        return cls(path)

    def begin(self, headers: Mapping[str, str], *, resumed: bool) -> None:
        """Remember what the bytes to come belong to; only a strong mark of a version serves for that."""
        if resumed:
            return
        etag = headers.get("etag", "")
        strong = etag if etag and not etag.startswith("W/") else ""
        can = headers.get("accept-ranges", "") == "bytes" and not headers.get("content-encoding")
        self.forget()
        if can and strong:
            self.path.with_suffix(".json").write_text(json.dumps({"validator": strong}))
            self.validator = strong

    def continues(self, content_range: str) -> bool:
        """Tell whether a part begins where the gathered bytes end."""
        return self.size > 0 and re.fullmatch(rf"bytes {self.size}-\d+/\d+", content_range) is not None

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)
        self.path.with_suffix(".json").unlink(missing_ok=True)
        self.validator, self.size = "", 0


def _whole_size(content_range: str) -> int:
    """Give the size of the whole file that a part belongs to."""
    return int(content_range.rpartition("/")[2])


def _sendable(value: str) -> bool:
    return value.isascii() and value.isprintable() and len(value) < 1000


def _again(state: RetryCallState) -> Again:
    error = state.outcome.exception() if state.outcome else None
    assert isinstance(error, Again)  # noqa: S101 - only such outcomes are tried again
    return error
