"""One server for all stand-ins: ``/<host>/<path>`` answers what ``https://<host>/<path>`` would.

It knows what HTTP wants of every provider (validators, ranges, HEAD, lengths) and can misbehave on demand; what is
said is the business of the stand-ins.
"""

import gzip
import hashlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: host and path, query pairs in order, headers in small letters, body."""

    host: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes
    method: str

    def get(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.query if key == name), default)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.query if key == name]


@dataclass(frozen=True)
class Answer:
    """What a stand-in says. ``etag`` and ``ranges`` tell which of HTTP's offers the real provider makes."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: bool = False
    ranges: bool = False

    @property
    def validator(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


NOT_FOUND = Answer(b"<html><body>Not Found</body></html>", "text/html", 404)
StandIn = Callable[[Asked], Answer]
FAULTS = (
    "rate_limit", "server_error", "reset", "slow_drip", "wrong_length", "bad_gzip", "elsewhere", "login_page",
    "truncated", "binary_noise", "empty",
)  # fmt: skip
"""What can go wrong on the way, whoever the provider is."""


@dataclass
class Fault:
    """A fault: its name, how many answers it spoils (``None``: all), and which requests it is for."""

    name: str
    times: int | None = 1
    only: Callable[[Asked], bool] = lambda _: True


@dataclass
class ProviderServer:
    """The server; use :func:`serving`."""

    stand_ins: dict[str, StandIn] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    body_bytes: int = 0
    retry_after: str = "0"
    drip: float = 0.05
    always_whole: bool = False
    """Send every body again, whatever the client knows: else nothing could go wrong on the way of an unchanged one."""
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def forget(self) -> None:
        """Begin to count anew."""
        self.asked, self.body_bytes = [], 0

    def fault_for(self, asked: Asked) -> str | None:
        with self.lock:
            for fault in self.faults:
                if fault.only(asked) and (fault.times is None or fault.times > 0):
                    fault.times = None if fault.times is None else fault.times - 1
                    return fault.name
        return None


@contextmanager
def serving(stand_ins: Mapping[str, StandIn]) -> Iterator[ProviderServer]:
    """Serve until the end of the block."""
    state = ProviderServer(dict(stand_ins))

    class Handler(_Handler):
        server_state = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_state: ProviderServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        state = self.server_state
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = urlsplit(self.path)
        host, _, path = parts.path.lstrip("/").partition("/")
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(host, f"/{path}", query, headers, body, self.command)
        with state.lock:
            state.asked.append(asked)
        stand_in = state.stand_ins.get(host)
        answer = stand_in(asked) if stand_in else NOT_FOUND
        fault = state.fault_for(asked)
        if fault is not None:
            getattr(self, f"_{fault}")(answer)
        else:
            self._plain(asked, answer)

    def _plain(self, asked: Asked, answer: Answer) -> None:
        headers = {"Content-Type": answer.content_type, **answer.headers}
        status, body = answer.status, answer.body
        if self.server_state.always_whole:
            self._send(status, headers, body)
            return
        if status == 200 and answer.etag:
            headers["ETag"] = answer.validator
            if asked.headers.get("if-none-match") == answer.validator:
                self._send(304, headers, None)
                return
        modified = answer.headers.get("Last-Modified")
        if status == 200 and modified and asked.headers.get("if-modified-since") == modified:
            self._send(304, headers, None)
            return
        if status == 200 and answer.ranges:
            headers["Accept-Ranges"] = "bytes"
            wanted = asked.headers.get("range", "")
            if wanted.startswith("bytes=") and asked.headers.get("if-range") == answer.validator:
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
                if start >= len(body):
                    self._send(416, {"Content-Range": f"bytes */{len(body)}"}, b"")
                    return
                headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
                status, body = 206, body[start:]
        self._send(status, headers, body)

    def _send(self, status: int, headers: Mapping[str, str], body: bytes | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body:
            self._write(body)

    def _write(self, body: bytes) -> None:
        try:
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
            return
        with self.server_state.lock:
            self.server_state.body_bytes += len(body)

    # What goes wrong.

    def _rate_limit(self, _: Answer) -> None:
        self._send(429, {"Retry-After": self.server_state.retry_after, "Content-Type": "text/html"}, b"slow down")

    def _server_error(self, _: Answer) -> None:
        self._send(500, {"Content-Type": "text/html"}, b"<html>Internal Server Error</html>")

    def _reset(self, answer: Answer) -> None:
        self._begin(answer, len(answer.body))
        self._write(answer.body[: len(answer.body) // 2])
        self.wfile.flush()
        # A reset, not an orderly end.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _slow_drip(self, answer: Answer) -> None:
        self._begin(answer, len(answer.body))
        try:
            for byte in answer.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(self.server_state.drip)
        except OSError:
            self.close_connection = True

    def _wrong_length(self, answer: Answer) -> None:
        self._begin(answer, len(answer.body) + 1000)
        self._write(answer.body)
        self.close_connection = True

    def _truncated(self, answer: Answer) -> None:
        """An orderly answer whose body was cut on the provider's side."""
        self._send(200, {"Content-Type": answer.content_type}, answer.body[: max(1, len(answer.body) * 2 // 3)])

    def _bad_gzip(self, answer: Answer) -> None:
        packed = gzip.compress(answer.body)
        broken = packed[: len(packed) // 2] + b"\x00" * 20
        self._send(200, {"Content-Type": answer.content_type, "Content-Encoding": "gzip"}, broken)

    def _elsewhere(self, _: Answer) -> None:
        self._send(302, {"Location": "https://collector.example/harvest"}, b"")

    def _login_page(self, _: Answer) -> None:
        page = b"<!DOCTYPE html><html><body><form action=/login>Please sign in</form></body></html>"
        self._send(200, {"Content-Type": "text/html"}, page)

    def _binary_noise(self, answer: Answer) -> None:
        noise = hashlib.shake_256(b"noise").digest(min(len(answer.body), 20_000) + 100)
        self._send(200, {"Content-Type": answer.content_type}, noise)

    def _empty(self, answer: Answer) -> None:
        self._send(200, {"Content-Type": answer.content_type}, b"")

    def _begin(self, answer: Answer, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", answer.content_type)
        if answer.ranges:
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("ETag", answer.validator)
        self.send_header("Content-Length", str(length))
        self.end_headers()
