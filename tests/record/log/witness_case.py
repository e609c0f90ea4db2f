"""A witness for tests, and a server that runs while a test asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from havre.record.log.folder import Log
from havre.record.log.keys import new_key
from havre.record.log.witness import Request, Witness
from tests.record.log.log_case import KEY, ORIGIN

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
EYE = new_key("witness.example/eye", bytes(range(2, 34)))


def made_witness(folder: Path) -> Witness:
    return Witness(folder / "witness", EYE, {ORIGIN: [KEY.verifier]})


def asked(log: Log, old: int) -> Request:
    return Request(old, log.consistency_proof(old), log.checkpoint)


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[str]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
