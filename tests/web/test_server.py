"""The process: it refuses what it cannot do in a sentence, survives whatever is sent, and ends what it has begun."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from havre.web import server
from havre.web.settings import WebError

MANY = 20_000_000
SLOW = """
import sys, time
from pathlib import Path
import havre.web.server as server
from havre.web.app import create_app
from havre.web.settings import WebSettings

def slow_app(settings):
    app = create_app(settings)
    @app.get("/slow")
    def slow():
        time.sleep(1.0)
        return {"whole": True}
    return app

server.create_app = slow_app
server.HEAD_SECONDS = 1.5
server.BODY_SECONDS = 1.5
settings = WebSettings(record=Path(sys.argv[1]), state=Path(sys.argv[1]).parent / "state", reader_requests_a_minute=0)
server.serve_site(settings, "127.0.0.1", 0, lambda address, *_: print(address, flush=True))
"""
ODD = [
    b"GET /..%2f..%2f..%2fetc/passwd",
    b"GET /files/r-2/../../record.toml",
    b"GET /files/r-2/%2e%2e/%2e%2e/record.sqlite",
    b"GET /files/r-2/..%5c..%5crecord.toml",
    b"GET /files/%2Fetc%2Fpasswd/x",
    b"GET /assets/x/%2e%2e%2f%2e%2e%2fapp.py",
    b"GET /log/%00",
    b"GET /en/%00%00",
    b"GET /en/%ff%fe%80",
    b"GET /en/%e2%80%ae%f0%9f%92%a3",
    b"GET /en/corridor/%ff/%ff/%ff?scope=%ff",
    b"GET /embed/en/%00/%00/%00.svg",
    b"GET /embed/en/sea_arrivals/TOT/%ff.png?scope=%00",
    b"GET /api/v1/series?measure=%00&origin=%ff",
    b"GET /api/v1/explanations/%2e%2e/%2e%2e/x",
    b"GET /api/v1/releases/%2e%2e",
    b"GET /api/v1/contests/%00",
    b"GET /feeds/en/%ff.atom",
    b"GET /en/?" + b"a=1&" * 5_000,
    b"GET /" + b"a/" * 5_000,
    b"GET //evil.example/en/",
    b"GET http://evil.example/en/",
    b"GET /en/;jsessionid=1",
    b"POST /api/v1/series",
    b"PUT /en/",
    b"TRACE /en/",
    b"DELETE /log/checkpoint",
    b"PROPFIND /",
]
HEADERS = [
    b"Host: a b",
    b"Host: ",
    b"Host: [::1",
    b"Host: evil.example:99999999",
    b"Host: \xff\xfe",
    b"Accept-Language: " + b"fr;q=0.1," * 1_000,
    b"Accept-Encoding: gzip;q=\xff",
    b"If-None-Match: " + b'"a",' * 3_000,
    b"X-Forwarded-For: " + b"\x80" * 100,
    b"Cookie: " + b"x" * 20_000,
    b"Content-Length: 99999999999999999999",
    b"Content-Length: -1",
    b"Transfer-Encoding: nonsense",
    b"Range: bytes=0-,0-,0-",
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13",
]


@pytest.fixture(scope="module")
def served(record_folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that serves, with one slow address, and its port."""
    command = [sys.executable, "-c", SLOW, str(record_folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process, int(process.stdout.readline().rsplit(":", 1)[1])
    process.kill()
    process.communicate()


def exchange(port: int, sent: bytes, *, most: float = 15) -> bytes:
    """Send bytes, and read until the other side closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=most) as talking:
        talking.settimeout(most)
        found = b""
        try:
            talking.sendall(sent)
            while part := talking.recv(65_536):
                found += part
        except (ConnectionResetError, BrokenPipeError):
            pass
        return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("start", ODD, ids=lambda each: each[:40].decode("latin-1"))
def test_odd_addresses_are_never_a_fault_of_the_server(served: tuple[object, int], start: bytes) -> None:
    answer = exchange(served[1], start + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert status(answer) < 500
    assert b"root:" not in answer
    assert b"SQLite format" not in answer


@pytest.mark.parametrize("header", HEADERS, ids=lambda each: each[:30].decode("latin-1"))
@pytest.mark.parametrize("path", [b"/en/", b"/feeds/en/all.atom", b"/en/nothing"])
def test_odd_headers_are_never_a_fault_of_the_server(served: tuple[object, int], header: bytes, path: bytes) -> None:
    host = b"" if header.startswith(b"Host") else b"Host: a\r\n"
    asked = b"GET " + path + b" HTTP/1.1\r\n" + host + b"Connection: close\r\n" + header + b"\r\n\r\n"
    assert status(exchange(served[1], asked)) < 500


def test_headers_without_an_end_are_cut(served: tuple[object, int]) -> None:
    with socket.create_connection(("127.0.0.1", served[1]), timeout=10) as talking:
        talking.sendall(b"GET / HTTP/1.1\r\nX: ")
        sent = 0
        with suppress(OSError):
            while sent < MANY:
                sent += talking.send(b"x" * 65_536)
    assert sent < MANY


def test_who_never_ends_a_request_is_cut_off(served: tuple[object, int]) -> None:
    form = b"POST /en/contest HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    unsent = form + b"Content-Length: 9\r\n\r\nwhy="
    for begun in (b"", b"GET / HTTP/1.1\r\nHost: a\r\n", unsent):
        assert exchange(served[1], begun, most=10) == b""


def test_a_stop_ends_what_was_begun_and_takes_nothing_new(served: tuple[subprocess.Popen[str], int]) -> None:
    process, port = served
    with socket.create_connection(("127.0.0.1", port), timeout=15) as talking:
        talking.sendall(b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        talking.settimeout(0.3)
        with pytest.raises(TimeoutError):
            talking.recv(1)
        process.send_signal(signal.SIGTERM)
        talking.settimeout(60)
        found = b""
        while part := talking.recv(65_536):
            found += part
    assert (status(found), found.endswith(b'{"whole":true}')) == (200, True)
    _, said = process.communicate(timeout=60)
    # To be asked to end is no fault; no address of anybody in what it said.
    assert process.returncode == 0
    assert "Traceback" not in said
    assert re.search(r"127\.0\.0\.1", said) is None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=30)


def test_a_socket_that_the_service_manager_holds_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert server.passed_socket() is None
    with socket.create_server(("127.0.0.1", 0)) as held:
        monkeypatch.setattr(server, "FIRST_PASSED", os.dup(held.fileno()))
        monkeypatch.setenv("LISTEN_FDS", "1")
        # Meant for another process, as for one that started this one.
        monkeypatch.setenv("LISTEN_PID", str(os.getppid()))
        assert server.passed_socket() is None
        monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
        with server.passed_socket() as taken:  # type: ignore[union-attr]
            assert taken.getsockname() == held.getsockname()
        # Who is asked for a moment waits: whoever holds the socket listens on.
        socket.create_connection(held.getsockname(), timeout=5).close()


def test_other_sockets_than_one_for_tcp_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    monkeypatch.setattr(server, "FIRST_PASSED", one.detach())
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    for count in ("1", "2", ""):
        monkeypatch.setenv("LISTEN_FDS", count)
        with pytest.raises(WebError):
            server.passed_socket()
    other.close()


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
    command = [sys.executable, "-c", "from havre.cli.start import run; run()", "serve", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_port_that_is_taken_is_told_in_a_sentence(record_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = serve("--record", str(record_folder), "--port", str(port))
    assert found.returncode == 2
    assert str(port) in found.stderr
    assert "Traceback" not in found.stderr


def test_wrong_settings_are_all_told_and_nothing_is_served(tmp_path: Path) -> None:
    path = tmp_path / "web.toml"
    path.write_text('adress = "x"\nposts_a_minute = 0\n')
    found = serve("--settings", str(path))
    assert (found.returncode, found.stdout) == (2, "")
    assert "adress" in found.stderr
    assert "posts_a_minute" in found.stderr
    assert "Traceback" not in found.stderr
