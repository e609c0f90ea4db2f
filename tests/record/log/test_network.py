"""Who asks witnesses gets their cosignatures, and is held up by none that answers wrongly or slowly."""

import errno
import time
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from havre.errors import FileError, RecordError
from havre.record.log import folder, network
from havre.record.log.checkpoint import Checkpoint
from havre.record.log.cosignature import cosign, with_cosignatures, witness_of
from havre.record.log.keys import new_key
from havre.record.log.network import KnownWitness, ask_witnesses
from havre.record.log.notes import parse_note
from havre.record.log.proof import check_proof, prove
from havre.record.log.witness import SIZE_TYPE
from havre.record.log.witness_server import witness_server
from tests.record.log.log_case import KEY, ORIGIN, OTHER, entries, made_log
from tests.record.log.witness_case import AT, EYE, asked, made_witness, serving


def test_a_log_gets_its_cosignatures_over_http_and_proofs_carry_them(tmp_path: Path) -> None:
    log, witness = made_log(tmp_path / "log", (5,)), made_witness(tmp_path)
    key = witness_of(EYE)
    with serving(witness_server(witness, ("127.0.0.1", 0), lambda: AT)) as address:
        known = [KnownWitness(key, address), KnownWitness(witness_of(OTHER), "http://127.0.0.1:9")]
        ask_witnesses(log, [KEY.verifier], known, needed=1)
        log.append(entries(400, 5), [KEY], [KEY.verifier])
        ask_witnesses(log, [KEY.verifier], known[:1], needed=1)
        with pytest.raises(RecordError, match=r"1 cosigned; needed: 2.*127\.0\.0\.1:9"):
            ask_witnesses(log, [KEY.verifier], known, needed=2)
    shown = check_proof(log.entry(3), prove(log, 3), [KEY.verifier], witnesses=[key], needed=1)
    assert shown.witnesses == (EYE.name,)
    with pytest.raises(RecordError, match="needed: 1"):
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
                for _ in range(3000):
                    self.wfile.write(b"H")
                    time.sleep(0.02)

    monkeypatch.setattr(network, "MOST_SECONDS", 0.3)
    monkeypatch.setattr(network, "SECONDS", 0.2)
    log = made_log(tmp_path / "log", (5,))
    begun = time.monotonic()
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Dripping)) as address:
        with pytest.raises(RecordError, match="> 0 s"):
            ask_witnesses(log, [KEY.verifier], [KnownWitness(witness_of(EYE), address)], needed=1)
        assert time.monotonic() - begun < 30


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
