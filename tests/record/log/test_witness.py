"""A witness cosigns one history only, remembers over crashes, and answers as the protocol says."""

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from havre.errors import FileError, RecordError
from havre.record.log import folder, network
from havre.record.log.checkpoint import Checkpoint
from havre.record.log.cosignature import cosign, seen_at, with_cosignatures, witness_of
from havre.record.log.folder import Log
from havre.record.log.keys import new_key
from havre.record.log.network import KnownWitness, ask_witnesses, files_at, last_seen
from havre.record.log.notes import Note, parse_note, parse_signature
from havre.record.log.proof import check_proof, prove
from havre.record.log.reading import folder_files
from havre.record.log.watch import watch
from havre.record.log.witness import LARGEST_REQUEST, SIZE_TYPE, Request, Witness, parse_request, read_logs
from havre.record.log.witness_server import witness_server
from tests.record.log.log_case import KEY, ORIGIN, OTHER, entries, made_log

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


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


def offering(folder: Path) -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder)))


def test_a_witness_cosigns_a_log_that_grows(tmp_path: Path) -> None:
    log, witness = made_log(tmp_path / "log", (5,)), made_witness(tmp_path)
    for old, more in ((0, 7), (5, 300), (12, 0), (312, 0)):
        answer = witness.add_checkpoint(asked(log, old).encode(), AT)
        assert (answer.status, answer.content_type) == (200, "text/plain; charset=utf-8")
        signature = parse_signature(answer.body.decode().rstrip("\n"))
        note = parse_note(log.checkpoint)
        assert Note(note.text, (signature,)).signed_by([witness_of(EYE)]) == [witness_of(EYE)]
        assert seen_at(signature) == AT
        last = witness.last(ORIGIN)
        assert last is not None
        assert (last.size, last.root) == (log.size, log.root)
        log.append(entries(more, log.size), [KEY])


def test_it_answers_as_the_protocol_says(tmp_path: Path) -> None:
    log, witness = made_log(tmp_path / "log", (5,)), made_witness(tmp_path)
    good = asked(log, 0)
    assert witness.add_checkpoint(good.encode(), AT).status == 200
    log.append(entries(3, 5), [KEY])
    answer = witness.add_checkpoint(asked(log, 0).encode(), AT)
    assert (answer.status, answer.body, answer.content_type) == (409, b"5\n", SIZE_TYPE)
    wrong_proof = Request(5, asked(log, 4).proof, log.checkpoint)
    assert witness.add_checkpoint(wrong_proof.encode(), AT).status == 422
    stranger = Checkpoint("other.example/log", 5, log.root).signed([KEY]).encode()
    assert witness.add_checkpoint(Request(0, (), stranger).encode(), AT).status == 404
    forged = Checkpoint(ORIGIN, 9, b"x" * 32).signed([OTHER]).encode()
    assert witness.add_checkpoint(Request(5, (), forged).encode(), AT).status == 403
    assert witness.add_checkpoint(Request(9, (), good.checkpoint).encode(), AT).status == 400
    for body in (
        b"",
        b"old x\n\n",
        b"old 05\n\n" + good.checkpoint,
        b"old " + b"9" * 5000 + b"\n\n",
        good.encode()[:-10],
        b"\xff" * 50,
    ):
        assert witness.add_checkpoint(body, AT).status == 400
    last = witness.last(ORIGIN)
    assert last is not None
    assert last.size == 5


def test_it_cosigns_no_rollback_and_no_second_history(tmp_path: Path) -> None:
    witness = made_witness(tmp_path)
    log = made_log(tmp_path / "log", (8,))
    assert witness.add_checkpoint(asked(log, 0).encode(), AT).status == 200
    early = made_log(tmp_path / "early", (5,))
    assert witness.add_checkpoint(asked(early, 0).encode(), AT).status == 409
    fork = Log.create(tmp_path / "fork", ORIGIN, [KEY])
    fork.append(entries(8, 100), [KEY])
    assert witness.add_checkpoint(Request(8, (), fork.checkpoint).encode(), AT).status == 409
    fork.append(entries(4, 108), [KEY])
    for old in (0, 8):
        assert witness.add_checkpoint(asked(fork, old).encode(), AT).status in (409, 422)


def test_after_a_restart_it_still_knows(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (8,))
    assert made_witness(tmp_path).add_checkpoint(asked(log, 0).encode(), AT).status == 200
    again = made_witness(tmp_path)
    assert again.add_checkpoint(asked(log, 0).encode(), AT).status == 409
    assert again.add_checkpoint(asked(log, 8).encode(), AT).status == 200


def test_requests_come_back_as_they_were(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (9,))
    request = asked(log, 4)
    assert parse_request(request.encode()) == request
    with pytest.raises(RecordError):
        parse_request(Request(4, (b"short",), log.checkpoint).encode())
    with pytest.raises(RecordError):
        parse_request(Request(4, (b"x" * 32,) * 64, log.checkpoint).encode())


def test_which_logs_it_knows_is_read_strictly() -> None:
    assert read_logs('{"a": ["k"]}') == {"a": ["k"]}
    for text in ("", "[]", '{"a": []}', '{"a": "k"}', '{"a": [1]}'):
        with pytest.raises(RecordError):
            read_logs(text)


def test_a_log_gets_its_cosignatures_over_http_and_proofs_carry_them(tmp_path: Path) -> None:
    log, witness = made_log(tmp_path / "log", (5,)), made_witness(tmp_path)
    key = witness_of(EYE)
    with serving(witness_server(witness, ("127.0.0.1", 0), lambda: AT)) as address:
        known = [KnownWitness(key, address), KnownWitness(witness_of(OTHER), "http://127.0.0.1:9")]
        ask_witnesses(log, [KEY.verifier], known, needed=1)
        log.append(entries(400, 5), [KEY], [KEY.verifier])
        ask_witnesses(log, [KEY.verifier], known[:1], needed=1)
        with pytest.raises(RecordError, match=r"1 cosigned; 2 are needed.*127\.0\.0\.1:9"):
            ask_witnesses(log, [KEY.verifier], known, needed=2)
    shown = check_proof(log.entry(3), prove(log, 3), [KEY.verifier], witnesses=[key], needed=1)
    assert shown.witnesses == (EYE.name,)
    with pytest.raises(RecordError, match="1 are needed"):
        check_proof(log.entry(3), prove(log, 3), [KEY.verifier], witnesses=[witness_of(OTHER)], needed=1)


def test_cosignatures_that_two_processes_gathered_are_both_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = made_log(tmp_path / "log", (5,))
    note = parse_note(log.checkpoint)
    other = new_key("witness.example/other", bytes(range(5, 37)))
    for each in (EYE, other):
        # Each process read the checkpoint before the other one wrote.
        cosigned = with_cosignatures(note, [cosign(note.text, each, AT)])
        assert log.keep_cosignatures(cosigned, [KEY.verifier])
    kept = parse_note(log.checkpoint)
    assert kept.signed_by([KEY.verifier, witness_of(EYE), witness_of(other)]) == [
        KEY.verifier, witness_of(EYE), witness_of(other),
    ]  # fmt: skip
    log.append(entries(1, 5), [KEY])
    assert not log.keep_cosignatures(kept, [KEY.verifier])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(folder, "durable", full)
    with pytest.raises(FileError, match="No space left"):
        log.keep_cosignatures(parse_note(log.checkpoint), [KEY.verifier])


class Scripted(BaseHTTPRequestHandler):
    """A server that answers what a test tells it to, and counts how often it was asked."""

    answers: ClassVar[list[bytes]] = []
    asked = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        type(self).asked += 1
        self.wfile.write(self.answers[(self.asked - 1) % len(self.answers)])

    def log_message(self, *_: object) -> None: ...


def scripted(*answers: bytes) -> tuple[type[Scripted], ThreadingHTTPServer]:
    handler = type("Told", (Scripted,), {"answers": list(answers), "asked": 0})
    return handler, ThreadingHTTPServer(("127.0.0.1", 0), handler)


def answer(status: int, body: bytes, kind: str = "text/plain") -> bytes:
    return f"HTTP/1.0 {status} X\r\nContent-Type: {kind}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    ("answers", "word", "times"),
    [
        # A witness that always tells another size is asked twice, not for ever; one that tells the same, once.
        ([answer(409, b"3\n", SIZE_TYPE), answer(409, b"4\n", SIZE_TYPE)], "409", 2),
        ([answer(409, b"0\n", SIZE_TYPE)], "409", 1),
        ([answer(409, b"9\n", SIZE_TYPE)], "409 9", 1),
        ([answer(409, b"3\n")], "409", 1),
        ([answer(409, "²\n".encode(), SIZE_TYPE)], "409", 1),
        ([answer(409, b"9" * 5000, SIZE_TYPE)], "409", 1),
        ([answer(422, b"no\n")], "422 no", 1),
        ([answer(200, b"\xff\n")], "not UTF-8", 1),
        ([answer(200, b"rubbish\n")], "signature line", 1),
        ([answer(200, b"")], "none of the keys", 1),
        ([b"what?\r\n\r\n"], "what", 1),
        ([b""], "cannot be read", 1),
        ([b"HTTP/1.0 200 X\r\nContent-Length: 50\r\n\r\nshort"], "cannot be read", 1),
    ],
)
def test_a_witness_that_answers_wrongly_is_told_and_asked_no_more(
    tmp_path: Path, answers: list[bytes], word: str, times: int
) -> None:
    log = made_log(tmp_path / "log", (5,))
    handler, server = scripted(*answers)
    with serving(server) as address, pytest.raises(RecordError, match=word) as caught:
        ask_witnesses(log, [KEY.verifier], [KnownWitness(witness_of(EYE), address)], needed=1)
    assert EYE.name in str(caught.value)
    assert handler.asked == times


def test_a_server_that_sends_a_byte_now_and_then_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dripping(Scripted):
        def do_POST(self) -> None:
            with suppress(OSError):
                for _ in range(200):
                    self.wfile.write(b"H")
                    time.sleep(0.02)

    monkeypatch.setattr(network, "MOST_SECONDS", 0.3)
    monkeypatch.setattr(network, "SECONDS", 0.2)
    log = made_log(tmp_path / "log", (5,))
    begun = time.monotonic()
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Dripping)) as address:
        with pytest.raises(RecordError, match="> 0 s"):
            ask_witnesses(log, [KEY.verifier], [KnownWitness(witness_of(EYE), address)], needed=1)
        assert time.monotonic() - begun < 2


@pytest.mark.parametrize("address", ["ftp://example.org", "http://[", "http://127.0.0.1:99999", "", "file:///etc"])
def test_an_address_that_is_none_is_told(tmp_path: Path, address: str) -> None:
    log = made_log(tmp_path / "log", (5,))
    with pytest.raises(RecordError, match="0 cosigned"):
        ask_witnesses(log, [KEY.verifier], [KnownWitness(witness_of(EYE), address)], needed=1)


@pytest.mark.parametrize("told", [3, 7])
def test_a_witness_whose_memory_tells_a_wrong_size_ends_in_a_refusal(tmp_path: Path, told: int) -> None:
    # It tells a size that is not what it saw: the proof from there does not hold, and nobody asks for ever.
    log, witness = made_log(tmp_path / "log", (5,)), made_witness(tmp_path)
    assert witness.add_checkpoint(asked(log, 0).encode(), AT).status == 200
    log.append(entries(4, 5), [KEY])
    lying = Checkpoint(ORIGIN, told, b"x" * 32)
    note = with_cosignatures(lying.signed([KEY]), [cosign(lying.text, EYE, AT)])
    (tmp_path / "witness" / sha256(ORIGIN.encode()).hexdigest()).write_bytes(note.encode())
    with (
        serving(witness_server(witness, ("127.0.0.1", 0), lambda: AT)) as address,
        pytest.raises(RecordError, match="422"),
    ):
        ask_witnesses(log, [KEY.verifier], [KnownWitness(witness_of(EYE), address)], needed=1)


def test_a_witness_whose_memory_is_damaged_cosigns_nothing(tmp_path: Path) -> None:
    log, witness = made_log(tmp_path / "log", (5,)), made_witness(tmp_path)
    assert witness.add_checkpoint(asked(log, 0).encode(), AT).status == 200
    path = tmp_path / "witness" / sha256(ORIGIN.encode()).hexdigest()
    content = path.read_bytes()
    log.append(entries(4, 5), [KEY])
    for at in range(content.index(b"\n\n")):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(RecordError):
            witness.add_checkpoint(asked(log, 5).encode(), AT)
    path.unlink()
    path.mkdir()
    with serving(witness_server(witness, ("127.0.0.1", 0), lambda: AT)) as address:
        with pytest.raises(RecordError, match="500"):
            ask_witnesses(log, [KEY.verifier], [KnownWitness(witness_of(EYE), address)], needed=1)
        with pytest.raises(RecordError, match="500"):
            last_seen(KnownWitness(witness_of(EYE), address), ORIGIN)


def test_a_witness_without_room_has_not_cosigned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    log, witness = made_log(tmp_path / "log", (5,)), made_witness(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("havre.record.log.witness.durable", full)
        with pytest.raises(FileError, match="No space left"):
            witness.add_checkpoint(asked(log, 0).encode(), AT)
    assert witness.last(ORIGIN) is None


def test_no_cosignature_of_a_larger_log_is_earlier_when_the_clock_goes_back(tmp_path: Path) -> None:
    log, witness = made_log(tmp_path / "log", (5,)), made_witness(tmp_path)
    times = []
    for old, hour in ((0, 12), (5, 9), (6, 13)):
        told = witness.add_checkpoint(asked(log, old).encode(), AT.replace(hour=hour))
        times.append(seen_at(parse_signature(told.body.decode().rstrip("\n"))).hour)
        log.append(entries(1, log.size), [KEY])
    assert times == [12, 12, 13]


def test_the_server_refuses_what_is_too_long_or_elsewhere(tmp_path: Path) -> None:
    with serving(witness_server(made_witness(tmp_path), ("127.0.0.1", 0), lambda: AT)) as address:
        port = int(address.rsplit(":", 1)[1])

        def status(method: str, path: str, headers: dict[str, str]) -> int:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request(method, path, headers=headers)
            with connection.getresponse() as answer:
                answer.read()
                found = answer.status
            connection.close()
            return found

        assert status("POST", "/add-checkpoint", {"Content-Length": str(LARGEST_REQUEST + 1)}) == 413
        assert status("POST", "/add-checkpoint", {"Content-Length": "²".encode().decode("latin-1")}) == 411
        assert status("POST", "/elsewhere", {"Content-Length": "0"}) == 404
        assert status("GET", "/checkpoint/../../etc/passwd", {}) == 404
        assert status("GET", "/checkpoint/" + "0" * 64, {}) == 404


def test_a_forked_log_is_found_with_one_shared_witness_and_not_without(tmp_path: Path) -> None:
    # Two readers are served two logs of one name, signed with one key: a split view.
    common = made_log(tmp_path / "one", (6,))
    other = made_log(tmp_path / "two", (6,))
    common.append(entries(3, 6), [KEY])
    other.append(entries(5, 900), [KEY])
    key, witness = witness_of(EYE), made_witness(tmp_path)
    with (
        serving(offering(tmp_path / "one")) as first,
        serving(offering(tmp_path / "two")) as second,
        serving(witness_server(witness, ("127.0.0.1", 0), lambda: AT)) as eye,
    ):
        shared = [KnownWitness(key, eye)]
        ask_witnesses(common, [KEY.verifier], shared, needed=1)
        seen = watch(files_at(first), [KEY.verifier], shared, tmp_path / "memory1")
        assert seen.split_view_would_show
        assert seen.agreed == (EYE.name,)
        # Alone, neither reader notices anything.
        for address, size in ((first, 9), (second, 11)):
            alone = watch(files_at(address), [KEY.verifier])
            assert (alone.checkpoint.size, alone.split_view_would_show) == (size, False)
        with pytest.raises(RecordError, match="contradict"):
            watch(files_at(second), [KEY.verifier], shared, tmp_path / "memory2")
        assert not (tmp_path / "memory2").exists()
        # The other history cannot get a cosignature either.
        with pytest.raises(RecordError, match="0 cosigned"):
            ask_witnesses(other, [KEY.verifier], shared, needed=1)


def test_watching_finds_growth_shrinking_and_change(tmp_path: Path) -> None:
    log, memory = made_log(tmp_path / "log", (6,)), tmp_path / "memory"
    fetch = folder_files(tmp_path / "log")
    assert watch(fetch, [KEY.verifier], memory=memory).grown_by is None
    log.append(entries(300, 6), [KEY])
    assert watch(fetch, [KEY.verifier], memory=memory).grown_by == 300
    shorter = made_log(tmp_path / "short", (6,))
    with pytest.raises(RecordError, match="shrank"):
        watch(folder_files(shorter.folder), [KEY.verifier], memory=memory)
    other = Log.create(tmp_path / "other", ORIGIN, [KEY])
    other.append(entries(400, 50), [KEY])
    with pytest.raises(RecordError, match="contradict"):
        watch(folder_files(other.folder), [KEY.verifier], memory=memory)
    with pytest.raises(RecordError, match="none of the keys"):
        watch(fetch, [OTHER.verifier], memory=memory)
    tile = next((tmp_path / "log" / "tile" / "0").glob("001.p/*"))
    tile.write_bytes(bytes(len(tile.read_bytes())))
    with pytest.raises(RecordError, match="root"):
        watch(fetch, [KEY.verifier], memory=memory)
    with pytest.raises(RecordError, match="missing"):
        watch(folder_files(tmp_path / "nothing"), [KEY.verifier])


def test_a_memory_that_was_damaged_is_no_fork(tmp_path: Path) -> None:
    log, memory = made_log(tmp_path / "log", (6,)), tmp_path / "memory"
    fetch = folder_files(log.folder)
    watch(fetch, [KEY.verifier], memory=memory)
    content = memory.read_bytes()
    log.append(entries(3, 6), [KEY])
    for at in (len(ORIGIN) + 1, len(ORIGIN) + 5, len(content) - 10):
        memory.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(RecordError) as caught:
            watch(fetch, [KEY.verifier], memory=memory)
        assert "contradict" not in str(caught.value)
    memory.unlink()
    memory.mkdir()
    with pytest.raises(FileError, match="memory"):
        watch(fetch, [KEY.verifier], memory=memory)


def test_what_a_witness_did_not_sign_is_no_agreement(tmp_path: Path) -> None:
    made_log(tmp_path / "log", (6,))
    lying = tmp_path / "lying" / "checkpoint"
    lying.mkdir(parents=True)
    name = sha256(ORIGIN.encode()).hexdigest()
    for content in (b"rubbish", (tmp_path / "log" / "checkpoint").read_bytes()):
        (lying / name).write_bytes(content)
        known = [KnownWitness(witness_of(EYE), str(tmp_path / "lying"))]
        seen = watch(folder_files(tmp_path / "log"), [KEY.verifier], known)
        assert not seen.split_view_would_show
        assert EYE.name in seen.silent[0]


def test_a_witness_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    made_log(tmp_path / "log", (6,))
    known = [KnownWitness(witness_of(EYE), "http://127.0.0.1:9")]
    seen = watch(folder_files(tmp_path / "log"), [KEY.verifier], known)
    assert not seen.split_view_would_show
    assert EYE.name in seen.silent[0]


def test_a_cosignature_with_another_time_is_wrong() -> None:
    text = Checkpoint(ORIGIN, 0, b"r" * 32).text
    signature = cosign(text, EYE, AT)
    moved = bytes([signature.value[7] ^ 1])
    changed = signature.value[:7] + moved + signature.value[8:]
    assert witness_of(EYE).verifies(text.encode(), signature.value)
    assert not witness_of(EYE).verifies(text.encode(), changed)
    assert not witness_of(EYE).verifies(text.encode(), signature.value[:-1])
