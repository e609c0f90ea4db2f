"""Notes, keys, checkpoints and cosignatures byte for byte as the C2SP documents say; nothing else is read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.errors import RecordError
from havre.record.log import keys
from havre.record.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from havre.record.log.cosignature import cosign, parse_witness, seen_at, with_cosignatures, witness_of
from havre.record.log.keys import load_key, new_key, parse_verifier, save_key
from havre.record.log.merkle import EMPTY_ROOT
from havre.record.log.notes import Note, Signature, key_id, parse_note, sign_note
from tests.properties import examples

# The example key and note of the signed note format, as Go's package golang.org/x/mod/sumdb/note documents them.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ADA = new_key("havre.example/log", bytes(range(32)))
WITNESS = new_key("witness.example/w1", bytes(range(1, 33)))
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_published_note_is_read_and_its_signature_is_right() -> None:
    note = parse_note(NOTE.encode())
    verifier = parse_verifier(PETER)
    assert note.signed_by([verifier]) == [verifier]
    assert note.encode() == NOTE.encode()
    assert verifier.text == PETER


def test_golden_checkpoint() -> None:
    note = Checkpoint("havre.example/log", 0, EMPTY_ROOT).signed([ADA])
    golden = Path(__file__).with_name("golden_checkpoint.txt").read_bytes()
    assert note.encode() == golden
    assert open_checkpoint(golden, [ADA.verifier], "havre.example/log")[0].size == 0


def test_golden_cosignature() -> None:
    checkpoint = Checkpoint("havre.example/log", 0, EMPTY_ROOT).signed([ADA])
    signed = with_cosignatures(checkpoint, [cosign(checkpoint.text, WITNESS, AT)])
    golden = Path(__file__).with_name("golden_cosigned.txt").read_bytes()
    assert signed.encode() == golden
    read = parse_note(golden)
    witness = witness_of(WITNESS)
    assert read.signed_by([witness]) == [witness]
    assert seen_at(read.signatures[1]) == AT
    assert parse_witness(witness.text) == witness
    # The id of a witness's key differs from that of the same key for notes: the kind is hashed too.
    assert witness.key_id == key_id(WITNESS.name, 4, WITNESS.verifier.key) != WITNESS.key_id


@given(st.data())
@settings(max_examples=examples(200))
def test_no_byte_of_a_signed_checkpoint_can_be_changed(data: st.DataObject) -> None:
    whole = Checkpoint("havre.example/log", 7, b"r" * 32, ("more",)).signed([ADA]).encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
    with pytest.raises(RecordError):
        open_checkpoint(changed, [ADA.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n",
        "log\n5\n",
        "log\n05\nAAAA\n",
        "log\n-1\n" + "A" * 43 + "=\n",
        "log\n5\nAAAA\n",
        "log\n5\n" + "A" * 43 + "=",
        "log\n\n5\n" + "A" * 43 + "=\n",
        "log\n5\n" + "A" * 42 + "B=\n",
        "log\n٣\n" + "A" * 43 + "=\n",
        "log\n" + "9" * 5000 + "\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        parse_checkpoint(text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n- name AAAAAAAA\n",
        "text\n\n— name AAAA\n".encode(),
        "text\n\n— na me AAAAAAAA\n".encode(),
        "text\r\n\n— name AAAAAAAA\n".encode(),
        "text\n\n— name AAAAAAAA".encode(),
        "te\x07xt\n\n— name AAAAAAAAAAAA\n".encode(),
        b"\xff\n\n\xe2\x80\x94 name AAAAAAAA\n",
        b"x" * 1_000_001,
        ("text\n\n" + "— name AAAAAAAAAAAA\n" * 101).encode(),
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError):
        parse_note(data)


def test_a_text_that_is_no_note_is_not_signed() -> None:
    for text in ("", "\n", "no end", "bell\x07\n", "half \ud800 a pair\n"):
        with pytest.raises(RecordError):
            sign_note(text, [ADA])
    with pytest.raises(RecordError, match="Nobody signs"):
        sign_note("text\n", [])


@pytest.mark.parametrize("origin", ["a\nb", "a\n", "", "a\n7\n" + "A" * 43 + "="])
def test_a_checkpoint_that_would_be_read_as_another_is_not_signed(origin: str) -> None:
    with pytest.raises(RecordError, match="not a checkpoint"):
        Checkpoint(origin, 5, b"r" * 32).signed([ADA])


def test_a_forged_signature_is_no_missing_one() -> None:
    note = sign_note("text\n", [ADA])
    forged = Note("text\n", (Signature(ADA.name, ADA.key_id, b"x" * 64),))
    with pytest.raises(RecordError, match="havre.example/log"):
        forged.signed_by([ADA.verifier])
    assert note.signed_by([WITNESS.verifier]) == []
    with pytest.raises(RecordError, match="none of the keys"):
        open_checkpoint(Checkpoint("o", 0, EMPTY_ROOT).signed([ADA]).encode(), [WITNESS.verifier])
    with pytest.raises(RecordError, match="of another|not of"):
        open_checkpoint(Checkpoint("o", 0, EMPTY_ROOT).signed([ADA]).encode(), [ADA.verifier], "other")


def test_a_key_is_kept_under_its_password_and_shown_to_nobody(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ada.key"
    save_key(path, ADA, "correct horse")
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path, "correct horse").verifier == ADA.verifier
    assert bytes(range(32)).hex() not in path.read_bytes().hex()
    assert "Signer('havre.example/log')" in repr(ADA)
    with pytest.raises(RecordError, match="password"):
        load_key(path, "wrong horse")
    with pytest.raises(RecordError, match="never overwritten"):
        save_key(path, ADA, "correct horse")
    path.chmod(0o644)
    with pytest.raises(RecordError, match="others may read"):
        load_key(path, "correct horse")


def test_a_damaged_or_open_key_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    path = tmp_path / "k"
    with pytest.raises(RecordError, match="at least 8"):
        save_key(path, ADA, "short")
    pem = ADA.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content, word in ((b"rubbish", "damaged"), (b"Key-Name: a\n" + pem, "not protected")):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(RecordError, match=word):
            load_key(path, "correct horse")


def test_any_flipped_bit_of_a_key_file_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "k"
    save_key(path, ADA, "correct horse")
    content = path.read_bytes()
    # The password is not even asked for: what was written is compared first.
    monkeypatch.setattr(keys, "load_pem_private_key", lambda *_: ADA.private)
    assert load_key(path, "correct horse") == ADA
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        with pytest.raises(RecordError, match=f"{path}"):
            load_key(path, "correct horse")
    for end in range(len(content)):
        path.write_bytes(content[:end])
        with pytest.raises(RecordError, match="damaged"):
            load_key(path, "correct horse")


def test_a_key_that_is_not_the_one_told_beside_it_is_refused(tmp_path: Path) -> None:
    path, other = tmp_path / "k", tmp_path / "other"
    save_key(path, ADA, "correct horse")
    save_key(other, new_key(ADA.name, bytes(range(1, 33))), "correct horse")
    first, second = (each.read_bytes().split(b"\n", 3) for each in (path, other))
    # The digest fits the PEM, and the public key is that of another.
    path.write_bytes(b"\n".join([first[0], first[1], second[2], second[3]]))
    with pytest.raises(RecordError, match="password is wrong"):
        load_key(path, "correct horse")
    assert first[0] == b"havre-key/2"


def test_other_programs_read_the_key_file(tmp_path: Path) -> None:
    save_key(tmp_path / "k", ADA, "correct horse")
    private = load_pem_private_key((tmp_path / "k").read_bytes(), b"correct horse")
    assert private.public_key() == ADA.private.public_key()


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\x07"])
def test_some_names_are_no_names_of_keys(name: str) -> None:
    with pytest.raises(RecordError):
        new_key(name)


@pytest.mark.parametrize("text", ["", "a+b", PETER[:-2] + "WA", PETER.replace("c74f20a3", "c74f20a4"), "x" * 300])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        parse_verifier(text)
    with pytest.raises(RecordError):
        parse_witness(text)
