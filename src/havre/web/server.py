"""Runs the site: one process, which ends requests that it has begun before it stops."""

import asyncio
import json
import logging
import os
import socket
import sys
from collections.abc import Callable

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from havre.web.app import create_app
from havre.web.settings import WebError, WebSettings

GRACE_SECONDS = 20
"""How long requests that were begun may take after the site was asked to stop."""
HEAD_BYTES = 64_000
"""Most bytes of address and headers of a request."""
HEAD_SECONDS = 20
"""How long address and headers of a request may take to arrive."""
BODY_SECONDS = 180
"""How long what a request sends may take to arrive."""
FIRST_PASSED = 3
"""Descriptor of the first socket that systemd passes (sd_listen_fds(3))."""
SWITCH_SECONDS = 0.001
"""How long what is computed keeps the interpreter from who answers; the usual 5 ms are felt at each step of those."""


class JsonLines(logging.Formatter):
    """Writes each message as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Write time, level, part and message, and where an error happened."""
        told = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "part": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class BoundedRequests(HttpToolsProtocol):
    """Reads requests, up to a size and a time: who sends headers without an end, or none at all, is cut off."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._in_head, self._head_bytes, self._ended = True, 0, False
        self._late = self.loop.call_later(HEAD_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._late.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read; what comes after an answer is a request again, and is waited for as long."""
        if self._in_head and self._late.cancelled():
            self._late = self.loop.call_later(HEAD_SECONDS, self.transport.close)
        self._ended = False
        super().data_received(data)
        # Where something ended in these data, they are no head alone.
        if self._in_head and not self._ended and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.send_400_response("Too many bytes before the request is complete.")

    def on_headers_complete(self) -> None:
        """Answer; what is sent is waited for longer."""
        self._in_head = False
        self._late.cancel()
        self._late = self.loop.call_later(BODY_SECONDS, self.transport.close)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait for another request."""
        self._late.cancel()
        self._in_head, self._head_bytes, self._ended = True, 0, True
        super().on_message_complete()


def serve_site(
    settings: WebSettings,
    host: str,
    port: int,
    ready: Callable[[str, str | None, bool], None],
    *,
    log_requests: bool = False,
) -> None:
    """Serve until interrupted or asked to end.

    Parameters
    ----------
    ready : is told the address, the newest release (``None`` where a record has published none yet), and whether it was
        reviewed, once requests are taken
    log_requests : whether one line is written for each request: what kind of page, never who asked

    Raises
    ------
    WebError : the port is taken or not allowed
    HavreError : there is nothing that could be shown
    """
    _log_as_json(log_requests)
    sys.setswitchinterval(SWITCH_SECONDS)
    passed = passed_socket()
    listening = _listen(host, port) if passed is None else passed
    try:
        app = create_app(settings)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=15,
            proxy_headers=False,
            http=BoundedRequests,
            ws="none",
        )
        site = app.state.holder.site
        shown, reviewed = (site.latest.id, site.latest.is_reviewed) if site.releases else (None, False)

        def end_streams() -> None:
            app.state.is_stopping = True

        server = _Telling(
            config, lambda: ready(_address(listening, None if passed else host), shown, reviewed), end_streams
        )
        server.run(sockets=[listening])
    finally:
        listening.close()


class _Telling(uvicorn.Server):
    """A server that tells when it takes requests, and when it is about to end."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready, self._stopping = ready, stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what was begun; to be asked to end is no fault, so that the signal is not raised once more."""
        self._stopping()
        await super().shutdown(sockets)
        self._captured_signals.clear()


def passed_socket() -> socket.socket | None:
    """Take the socket that systemd listens on for this process, if it does: a restart then refuses nobody.

    Raises
    ------
    WebError : it passes several, or another kind than TCP

    References
    ----------
    sd_listen_fds(3)
    """
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return None
    count = os.environ.get("LISTEN_FDS", "")
    passed = socket.socket(fileno=FIRST_PASSED) if count == "1" else None
    if passed is None or passed.family not in (socket.AF_INET, socket.AF_INET6) or passed.type != socket.SOCK_STREAM:
        if passed is not None:
            passed.close()
        raise WebError("web.passed", count=count)
    passed.set_inheritable(False)
    return passed


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(1024)
    except OSError as error:
        raise WebError("web.port", host=host, port=port, reason=error.strerror or str(error)) from error
    return made


def _address(listening: socket.socket, host: str | None = None) -> str:
    told, port = listening.getsockname()[:2]
    name = host or told
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _log_as_json(requests: bool) -> None:  # noqa: FBT001 - only this file calls it
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.WARNING
    logging.getLogger("havre.web.access").setLevel(logging.INFO if requests else logging.WARNING)
