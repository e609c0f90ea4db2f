"""A witness cosigns one history only, remembers over crashes, and answers as the protocol says."""

import errno
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path

import pytest

from havre.errors import FileError, RecordError
from havre.record.log.checkpoint import Checkpoint
from havre.record.log.cosignature import cosign, seen_at, witness_of
from havre.record.log.folder import Log
from havre.record.log.network import KnownWitness, ask_witnesses, last_seen
from havre.record.log.notes import Note, parse_note, parse_signature
from havre.record.log.witness import LARGEST_REQUEST, SIZE_TYPE, Request, Witness, parse_request, read_logs
from havre.record.log.witness_server import witness_server
from tests.record.log.log_case import KEY, ORIGIN, OTHER, entries, made_log
from tests.record.log.witness_case import AT, EYE, asked, made_witness, serving


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
    assert witness.add_checkpoint(Request(0, (bytes(32),), good.checkpoint).encode(), AT).status == 422
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
    # A key signs for its own log alone.
    both = Witness(tmp_path / "both", EYE, {ORIGIN: [KEY.verifier], "other.example/log": [OTHER.verifier]})
    assert both.add_checkpoint(Request(0, (), forged).encode(), AT).status == 403
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
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
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


def test_a_cosignature_with_another_time_is_wrong() -> None:
    text = Checkpoint(ORIGIN, 0, b"r" * 32).text
    signature = cosign(text, EYE, AT)
    moved = bytes([signature.value[7] ^ 1])
    changed = signature.value[:7] + moved + signature.value[8:]
    assert witness_of(EYE).verifies(text.encode(), signature.value)
    assert not witness_of(EYE).verifies(text.encode(), changed)
    assert not witness_of(EYE).verifies(text.encode(), signature.value[:-1])
