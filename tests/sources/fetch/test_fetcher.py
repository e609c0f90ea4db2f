import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from havre.errors import SourceError
from havre.sources.catalogue import source
from havre.sources.fetch.fetcher import Clockwork, Fetcher, Hosts, _Gathered
from havre.sources.fetch.request import Request, Wait
from havre.sources.fetch.settings import FetchSettings
from havre.sources.snapshot import Snapshots
from tests.sources.stand_ins.server import Answer, Asked, Fault, ProviderServer, serving

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
ROWS = json.dumps({"rows": list(range(20_000))}).encode()
HOST = "ec.europa.eu"


def answer(asked: Asked) -> Answer:
    match asked.path:
        case "/moved":
            return Answer(b"", "text/html", 302, {"Location": "/rows"})
        case "/circle":
            return Answer(b"", "text/html", 302, {"Location": f"https://{HOST}/circle"})
        case "/echo":
            told = json.dumps({"next": f"https://x/?client_id={asked.get('client_id')}"}).encode()
            return Answer(told, "application/json", 200, {"ETag": f'"{asked.get("client_id")}"'})
        case "/unsafe":
            return Answer(b"", "text/html", 302, {"Location": f"http://{HOST}/rows"})
        case "/missing":
            return Answer(b"no", "text/plain", 404)
        case "/csv":
            return Answer(b"a,b\n1,2\n" * 40_000, "text/csv", etag=True, ranges=True)
        case _:
            return Answer(ROWS, "application/json", etag=True)


class Naps:
    """Sleep that takes no time and remembers."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with serving({HOST: answer}) as running:
        yield running


def fetcher(server: ProviderServer, folder: Path, naps: Naps | None = None, **settings: Any) -> Fetcher:
    chosen = {"first_pause": 0.01, "read_timeout": 0.5, "contact": "ngo@example.org", **settings}
    clockwork = Clockwork(lambda: NOON, sleep=naps or Naps())
    return Fetcher(source("eurostat"), Snapshots(folder), FetchSettings(mirror=server.address, **chosen), clockwork)


def rows(path: str = "/rows", **fields: Any) -> Request:
    return Request(f"https://{HOST}{path}", "rows", fields.pop("kind", "json"), **fields)


def test_what_came_is_kept_with_its_sidecar(server: ProviderServer, tmp_path: Path) -> None:
    with fetcher(server, tmp_path) as ours:
        kept = ours.fetch(rows(params=(("geo", "DE"), ("geo", "FR"))))
    assert kept.read() == ROWS
    assert (kept.sidecar.url, kept.sidecar.retrieved_at) == (f"https://{HOST}/rows?geo=DE&geo=FR", NOON)
    assert (kept.sidecar.bytes, kept.sidecar.licence) == (len(ROWS), source("eurostat").licence)
    assert server.asked[0].all("geo") == ["DE", "FR"]
    assert "ngo@example.org" in server.asked[0].headers["user-agent"]


def test_what_did_not_change_costs_headers_only(server: ProviderServer, tmp_path: Path) -> None:
    with fetcher(server, tmp_path) as ours:
        first = ours.fetch(rows())
        server.forget()
        again = ours.fetch(rows())
    assert server.body_bytes == 0
    assert again.sidecar.sha256 == first.sidecar.sha256
    assert len(list(tmp_path.glob("sidecars/*/*/*.json"))) == 1


def test_retry_after_is_followed(server: ProviderServer, tmp_path: Path) -> None:
    naps = Naps()
    server.retry_after = "7"
    server.faults = [Fault("rate_limit", 2)]
    with fetcher(server, tmp_path, naps) as ours:
        assert ours.fetch(rows()).read() == ROWS
    assert naps.taken == [7.0, 7.0]


def test_a_longer_wait_than_is_set_fails_at_once(server: ProviderServer, tmp_path: Path) -> None:
    server.retry_after = "4000"
    server.faults = [Fault("rate_limit", None)]
    naps = Naps()
    with fetcher(server, tmp_path, naps) as ours, pytest.raises(SourceError, match="429"):
        ours.fetch(rows())
    assert (naps.taken, len(server.asked)) == ([], 1)


@pytest.mark.parametrize("fault", ["server_error", "reset", "wrong_length", "bad_gzip", "rate_limit"])
def test_a_passing_fault_is_survived(server: ProviderServer, tmp_path: Path, fault: str) -> None:
    server.faults = [Fault(fault, 2)]
    with fetcher(server, tmp_path) as ours:
        assert ours.fetch(rows()).read() == ROWS


@pytest.mark.parametrize(
    "fault", ["server_error", "reset", "wrong_length", "bad_gzip", "elsewhere", "login_page", "binary_noise", "empty"]
)
def test_a_lasting_fault_leaves_nothing_and_does_not_go_on_for_ever(
    server: ProviderServer, tmp_path: Path, fault: str
) -> None:
    server.faults = [Fault(fault, None)]
    with fetcher(server, tmp_path) as ours, pytest.raises(SourceError):
        ours.fetch(rows())
    assert len(server.asked) <= 5
    assert list(Snapshots(tmp_path).all()) == []
    assert not list(tmp_path.glob("objects/*/*"))


def test_waits_grow_and_are_spread(server: ProviderServer, tmp_path: Path) -> None:
    naps = Naps()
    server.faults = [Fault("server_error", 4)]
    with fetcher(server, tmp_path, naps, first_pause=1.0) as ours:
        ours.fetch(rows())
    assert all(0.5 * 2**step <= nap <= 2**step for step, nap in enumerate(naps.taken))
    assert len(naps.taken) == 4


def test_a_download_that_broke_off_is_resumed(server: ProviderServer, tmp_path: Path) -> None:
    server.faults = [Fault("wrong_length", 1)]
    wanted = rows("/csv", kind="csv")
    with fetcher(server, tmp_path) as ours:
        body = ours.fetch(wanted).read()
    assert body == b"a,b\n1,2\n" * 40_000


def test_only_the_rest_is_asked_for(server: ProviderServer, tmp_path: Path) -> None:
    server.faults = [Fault("reset", 1)]
    with fetcher(server, tmp_path) as ours:
        body = ours.fetch(rows("/csv", kind="csv")).read()
    assert body == b"a,b\n1,2\n" * 40_000
    asked = [each.headers.get("range") for each in server.asked]
    assert asked[0] is None
    if asked[1] is not None:
        assert int(asked[1].removeprefix("bytes=").rstrip("-")) > 0


def test_a_rest_of_another_version_is_not_glued_on(server: ProviderServer, tmp_path: Path) -> None:
    request = rows("/csv", kind="csv")
    store = Snapshots(tmp_path)
    partial = store.partial("eurostat", request.key)
    partial.write_bytes(b"old version ")
    partial.with_suffix(".json").write_text(json.dumps({"validator": '"old"'}))
    with fetcher(server, tmp_path) as ours:
        assert ours.fetch(request).read() == b"a,b\n1,2\n" * 40_000
    assert server.asked[0].headers["if-range"] == '"old"'


@pytest.mark.parametrize(
    ("headers", "is_sure"),
    [
        ({"etag": '"a"', "accept-ranges": "bytes"}, True),
        # A weak mark tells versions that mean the same, not ones of the same bytes.
        ({"etag": 'W/"a"', "accept-ranges": "bytes"}, False),
        ({"last-modified": "Tue, 01 Dec 2026 00:00:00 GMT", "accept-ranges": "bytes"}, False),
        ({"etag": '"a"', "accept-ranges": "bytes", "content-encoding": "gzip"}, False),
        ({"etag": '"a"'}, False),
    ],
)
def test_only_bytes_of_one_version_are_gone_on_with(
    tmp_path: Path,
    headers: dict[str, str],
    is_sure: bool,  # noqa: FBT001
) -> None:
    part = tmp_path / "part"
    _Gathered.open(part).begin(headers, resumed=False)
    part.write_bytes(b"1,2")
    assert _Gathered.open(part).validator == ('"a"' if is_sure else "")


def test_a_slow_drip_ends_with_the_budget(server: ProviderServer, tmp_path: Path) -> None:
    server.drip = 0.02
    server.faults = [Fault("slow_drip", None)]
    with fetcher(server, tmp_path, request_budget=0.3) as ours, pytest.raises(SourceError, match="longer than"):
        ours.fetch(rows())


def test_a_body_without_end_is_cut(server: ProviderServer, tmp_path: Path) -> None:
    with fetcher(server, tmp_path) as ours, pytest.raises(SourceError, match="larger than"):
        ours.fetch(rows(largest=1000))
    assert not list(tmp_path.glob("partial/*/*"))


def test_an_answer_in_preparation_is_waited_for_longer_than_faults_are_borne(
    server: ProviderServer, tmp_path: Path
) -> None:
    left = [12]

    def judge(status: int, head: bytes) -> Wait | None:
        left[0] -= 1
        return Wait(10) if left[0] >= 0 else None

    naps = Naps()
    with fetcher(server, tmp_path, naps) as ours:
        assert ours.fetch(rows(judge=judge)).read() == ROWS
    assert naps.taken == [10.0] * 12


def test_redirects_are_followed_at_the_same_host_only(server: ProviderServer, tmp_path: Path) -> None:
    with fetcher(server, tmp_path) as ours:
        assert ours.fetch(rows("/moved")).read() == ROWS
        with pytest.raises(SourceError, match="circles"):
            ours.fetch(rows("/circle"))
        with pytest.raises(SourceError, match=rf"http://{HOST}/rows"):
            ours.fetch(rows("/unsafe"))
        server.faults = [Fault("elsewhere", 1)]
        with pytest.raises(SourceError, match=r"collector\.example"):
            ours.fetch(rows("/new"))


def test_a_key_is_nowhere_but_in_the_request(server: ProviderServer, tmp_path: Path) -> None:
    lines: list[str] = []
    secret = "s3cret-client-id"
    server.faults = [Fault("server_error", 1)]
    with fetcher(server, tmp_path) as ours:
        ours.tell = lines.append
        kept = ours.fetch(rows("/echo", secrets={"client_id": secret}, secret_headers={"X-Token": "t0ken-value"}))
        with pytest.raises(SourceError) as caught:
            ours.fetch(rows("/missing", secrets={"client_id": secret}))
    assert server.asked[-1].get("client_id") == secret
    assert server.asked[0].headers["x-token"] == "t0ken-value"
    assert b"REDACTED" in kept.read()
    told = [*lines, str(caught.value), repr(rows(secrets={"client_id": secret}))]
    told += [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert not [text for text in told if secret in text or "t0ken-value" in text]


def test_what_may_be_missing(server: ProviderServer, tmp_path: Path) -> None:
    with fetcher(server, tmp_path) as ours:
        assert ours.fetch_if_there(rows("/missing", may_be_missing=True)) is None
        with pytest.raises(SourceError, match="404"):
            ours.fetch(rows("/missing"))


def test_only_encrypted_addresses(tmp_path: Path) -> None:
    ours = Fetcher(source("eurostat"), Snapshots(tmp_path), FetchSettings(), Clockwork(lambda: NOON))
    with ours, pytest.raises(SourceError, match="https"):
        ours.fetch(Request("http://ec.europa.eu/x", "x", "json"))


def test_one_request_at_a_time_goes_to_a_host(tmp_path: Path) -> None:
    running, most = [0], [0]
    guard = threading.Lock()

    def slow(asked: Asked) -> Answer:
        with guard:
            running[0] += 1
            most[0] = max(most[0], running[0])
        threading.Event().wait(0.03)
        with guard:
            running[0] -= 1
        return Answer(ROWS, "application/json")

    hosts = Hosts()
    with serving({HOST: slow}) as server:

        def work(number: int) -> None:
            ours = fetcher(server, tmp_path / str(number))
            ours.hosts = hosts
            with ours:
                ours.fetch(rows(f"/{number}"))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (most[0], len(server.asked)) == (1, 5)


def test_an_unreachable_host_is_told(tmp_path: Path) -> None:
    settings = FetchSettings(mirror="http://127.0.0.1:9", attempts=2, first_pause=0.0)
    ours = Fetcher(source("eurostat"), Snapshots(tmp_path), settings, Clockwork(lambda: NOON, sleep=Naps()))
    with ours, pytest.raises(SourceError, match=r"ec\.europa\.eu cannot be reached"):
        ours.fetch(rows())


def test_a_part_that_ends_early_is_no_whole(server: ProviderServer, tmp_path: Path) -> None:
    whole = b"a,b\n1,2\n" * 40_000
    request = rows("/csv", kind="csv")
    store = Snapshots(tmp_path)
    partial = store.partial("eurostat", request.key)
    partial.write_bytes(whole[:1000])
    partial.with_suffix(".json").write_text(json.dumps({"validator": Answer(whole, "text/csv").validator}))

    def short(asked: Asked) -> Answer:
        if asked.headers.get("range"):
            told = {"Content-Range": f"bytes 1000-4999/{len(whole)}", "ETag": Answer(whole, "text/csv").validator}
            return Answer(whole[1000:5000], "text/csv", 206, told)
        return answer(asked)

    server.stand_ins[HOST] = short
    with fetcher(server, tmp_path) as ours:
        assert ours.fetch(request).read() == whole


def test_a_part_of_another_version_is_not_glued_on(server: ProviderServer, tmp_path: Path) -> None:
    request = rows("/csv", kind="csv")
    partial = Snapshots(tmp_path).partial("eurostat", request.key)
    partial.write_bytes(b"x" * 8)
    partial.with_suffix(".json").write_text(json.dumps({"validator": '"old"'}))

    def other(asked: Asked) -> Answer:
        if asked.headers.get("range"):
            return Answer(b"1,2\n", "text/csv", 206, {"Content-Range": "bytes 8-11/12", "ETag": '"new"'})
        return answer(asked)

    server.stand_ins[HOST] = other
    with fetcher(server, tmp_path) as ours:
        assert ours.fetch(request).read() == b"a,b\n1,2\n" * 40_000


def test_the_time_of_the_last_change_is_asked_for_where_there_is_no_etag(
    server: ProviderServer, tmp_path: Path
) -> None:
    day = "Tue, 01 Dec 2026 10:00:00 GMT"
    server.stand_ins[HOST] = lambda asked: Answer(ROWS, "application/json", headers={"Last-Modified": day})
    with fetcher(server, tmp_path) as ours:
        ours.fetch(rows())
        server.forget()
        ours.fetch(rows())
    assert server.asked[0].headers["if-modified-since"] == day
    assert server.body_bytes == 0


def test_a_mark_that_cannot_be_sent_back_is_not_kept(server: ProviderServer, tmp_path: Path) -> None:
    server.stand_ins[HOST] = lambda asked: Answer(ROWS, "application/json", headers={"ETag": '"\xe9t\xe9"'})
    with fetcher(server, tmp_path) as ours:
        assert "etag" not in ours.fetch(rows()).sidecar.headers
        assert ours.fetch(rows()).read() == ROWS


def test_a_host_that_the_catalogue_does_not_name_is_never_asked(server: ProviderServer, tmp_path: Path) -> None:
    with fetcher(server, tmp_path) as ours, pytest.raises(SourceError, match=r"169\.254"):
        ours.fetch(Request("https://169.254.169.254/latest/meta-data.xlsx", "x", "json"))
    assert server.asked == []


def test_whoever_wants_the_pull_to_end_is_heard_before_the_next_request(server: ProviderServer, tmp_path: Path) -> None:
    with fetcher(server, tmp_path) as ours:
        ours.stop.set()
        with pytest.raises(KeyboardInterrupt):
            ours.fetch(rows())
    assert server.asked == []


def test_a_contact_with_other_letters_is_sent_as_plain_ones(server: ProviderServer, tmp_path: Path) -> None:
    with fetcher(server, tmp_path, contact="Zoë (x)") as ours:
        ours.fetch(rows())
    assert "(Zo x)" in server.asked[0].headers["user-agent"]
