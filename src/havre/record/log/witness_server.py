"""Offers a witness over HTTP: ``POST /add-checkpoint`` (C2SP tlog-witness) and, for readers, its last checkpoints.

``GET /checkpoint/<SHA-256 of the log's name>`` is an addition of our own: it lets whoever watches a log compare what
they were shown with what the witness saw.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from havre.errors import HavreError
from havre.record.log.notes import decimal
from havre.record.log.witness import LARGEST_REQUEST, Answer, Witness

SECONDS = 10.0
"""How long a client may take for its request."""


def now() -> datetime:
    """Give the time: the edge at which a witness looks at the clock."""
    return datetime.now(UTC)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """Tell nothing of a client that left: it is nobody's fault here."""


def witness_server(
    witness: Witness, address: tuple[str, int], clock: Callable[[], datetime] = now
) -> ThreadingHTTPServer:
    """Make the server; ``serve_forever`` runs it.

    Parameters
    ----------
    address : host and port; port 0 takes a free one
    clock : tells the time that cosignatures carry
    """

    class Handler(BaseHTTPRequestHandler):
        server_version = "havre-witness"
        sys_version = ""
        timeout = SECONDS

        def do_POST(self) -> None:
            self._answer(self._added() if self.path == "/add-checkpoint" else Answer(404, b"no such page\n"))

        def do_GET(self) -> None:
            origin_hash = self.path.removeprefix("/checkpoint/")
            try:
                found = witness.cosigned(origin_hash) if self.path.startswith("/checkpoint/") else None
            except HavreError:
                self._answer(Answer(500, b"the witness cannot read what it saw\n"))
                return
            self._answer(Answer(404, b"no such checkpoint\n") if found is None else Answer(200, found))

        def _added(self) -> Answer:
            length = decimal(self.headers.get("Content-Length", ""))
            if length is None:
                return Answer(411, b"the length is missing\n")
            if length > LARGEST_REQUEST:
                return Answer(413, b"the request is too long\n")
            try:
                return witness.add_checkpoint(self.rfile.read(length), clock())
            except (HavreError, OSError):
                return Answer(500, b"the witness cannot keep what it saw\n")

        def _answer(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Write no access log: who asks is nobody's business."""

    return _Server(address, Handler)
