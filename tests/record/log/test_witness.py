"""A witness cosigns one history only, remembers over crashes, and answers as the protocol says."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from havre.errors import FileError, RecordError
from havre.record.log import folder
from havre.record.log.checkpoint import Checkpoint
from havre.record.log.cosignature import cosign, seen_at, with_cosignatures, witness_of
from havre.record.log.folder import Log
from havre.record.log.keys import new_key
from havre.record.log.network import KnownWitness, ask_witnesses, files_at
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
