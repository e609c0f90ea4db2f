"""Any byte of any file of a published release that changes is found, and the file is named."""

import json
import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from havre.errors import FileError, HavreError, RecordError
from havre.record.draft import draft_digest
from havre.record.log.cosignature import Witness, cosign, with_cosignatures, witness_of
from havre.record.log.folder import Log
from havre.record.log.keys import Signer, new_key
from havre.record.log.notes import Note, Signature, parse_note
from havre.record.log.proof import Proof, parse_proof, prove
from havre.record.log.reading import folder_files
from havre.record.log.rotation import ADDED, REVOKED, KeySpan, key_entry
from havre.record.publication import PROOF, WITNESSES, open_record, publish
from havre.record.review import approve, submit
from havre.record.verify import verify_in_log, verify_release
from tests.record.log.log_case import KEY, ORIGIN, OTHER, made_log
from tests.record.published_case import WORDS, drafted, made_record, published_release
from tests.record.record_case import ADA, AT, NOOR


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify") / "record"
    made_record(folder)
    with open_record(folder) as record:
        return published_release(record)


@pytest.fixture
def release(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "r-1")
    return tmp_path / "r-1"


def refusal(folder: Path) -> str:
    with pytest.raises(HavreError) as caught:
        verify_release(folder, [KEY.verifier])
    return "\n".join(problem.sentence() for problem in caught.value.problems)


def flipped(path: Path, at: int, bit: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :])


def test_a_flipped_byte_in_each_file_and_200_at_random_are_found_and_named(release: Path) -> None:
    verify_release(release, [KEY.verifier])
    rng = random.Random(7)  # noqa: S311 - places, not secrets
    files = sorted(path for path in release.rglob("*") if path.is_file() and path.stat().st_size)
    assert len(files) > 15
    for path in [*files, *rng.choices(files, k=200)]:
        content = path.read_bytes()
        flipped(path, rng.randrange(len(content)), rng.randrange(8))
        assert path.name in refusal(release), path
        path.write_bytes(content)
    verify_release(release, [KEY.verifier])


def test_every_byte_of_manifest_entry_and_proof_counts(release: Path) -> None:
    for name in ("log-entry.json", PROOF):
        path = release / name
        content = path.read_bytes()
        for at in range(len(content)):
            flipped(path, at, at % 8)
            assert name in refusal(release), at
            path.write_bytes(content)


def test_missing_and_added_files_are_named(release: Path) -> None:
    (release / "forecast.csv").unlink()
    (release / "more.txt").write_text("more")
    (release / "skill.csv").write_text("other")
    told = refusal(release)
    assert all(name in told for name in ("forecast.csv", "more.txt", "skill.csv"))
    (release / PROOF).unlink()
    shutil.rmtree(release)
    with pytest.raises(FileError):
        verify_release(release, [KEY.verifier])


def test_a_release_made_anew_around_a_change_does_not_fit_the_log(release: Path) -> None:
    import hashlib

    (release / "forecast.csv").write_text("forged")
    manifest = json.loads((release / "manifest.json").read_text())
    manifest["files"]["forecast.csv"] = hashlib.sha256(b"forged").hexdigest()
    (release / "manifest.json").write_text(json.dumps(manifest))
    assert "log-entry.json" in refusal(release)


def test_the_proof_of_another_entry_is_refused(release: Path, original: Path) -> None:
    log = Log.open(original.parents[1] / "log")
    (release / PROOF).write_bytes(prove(log, 1).encode())
    assert PROOF in refusal(release) or "does not show" in refusal(release)


def test_another_key_does_not_do(release: Path) -> None:
    with pytest.raises(RecordError, match="none of the keys"):
        verify_release(release, [OTHER.verifier])
    with pytest.raises(RecordError, match="not of"):
        verify_release(release, [KEY.verifier], origin="elsewhere")


def test_a_key_that_was_revoked_before_does_not_do(release: Path) -> None:
    size = verify_release(release, [KEY.verifier]).size
    spans = (KeySpan(KEY.verifier, 0), KeySpan(OTHER.verifier, 1))
    assert verify_release(release, [KEY.verifier], history=spans).size == size
    revoked = (KeySpan(KEY.verifier, 0, size), KeySpan(OTHER.verifier, 1))
    with pytest.raises(RecordError, match=f"{PROOF}.*revoked"):
        verify_release(release, [KEY.verifier], history=revoked)


def test_a_file_that_cannot_be_read_is_told(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def unreadable(path: Path) -> bytes:
        if path.name == "skill.csv":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    with pytest.raises(FileError, match="skill.csv.*Permission denied"):
        verify_release(release, [KEY.verifier])


def test_a_signature_that_nothing_vouches_for_is_refused(release: Path) -> None:
    from havre.record.log.notes import Note, parse_note, sign_note
    from havre.record.log.proof import Proof, parse_proof

    proof = parse_proof((release / PROOF).read_bytes())
    note = parse_note(proof.checkpoint)
    more = Note(note.text, note.signatures + sign_note(note.text, [OTHER]).signatures)
    (release / PROOF).write_bytes(Proof(proof.index, proof.path, more.encode()).encode())
    assert PROOF in refusal(release)


def test_with_the_log_at_hand_a_release_beside_it_is_refused(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        published_release(record)
    # Who stole the key goes on alone, from before it was revoked.
    shutil.copytree(tmp_path / "record", tmp_path / "stolen")
    with open_record(tmp_path / "stolen") as thief:
        forged = published_release(thief, "r-2")
    with open_record(tmp_path / "record") as record:
        published_release(record, "r-3")
        for kind, key, voucher, signers in (
            (ADDED, OTHER.verifier, KEY, [KEY, OTHER]),
            (REVOKED, KEY.verifier, OTHER, [OTHER]),
        ):
            record.log.append([key_entry(kind, ORIGIN, key, voucher, AT).canonical()], signers)
        log, release = folder_files(record.log.folder), record.release("r-1")
    assert verify_in_log(release, log, KEY.verifier).release == "r-1"
    # Its proof and its signature are right, and nobody without the log can see more.
    assert verify_release(forged, [KEY.verifier]).release == "r-2"
    with pytest.raises(RecordError, match="contradict each other"):
        verify_in_log(forged, log, KEY.verifier)
    with pytest.raises(RecordError, match="leads to one of"):
        verify_in_log(release, folder_files(made_log(tmp_path / "short", (1,)).folder), KEY.verifier)


def witnessed(release: Path, *witnesses: Signer) -> list[Witness]:
    """Let witnesses cosign the proof of a release, and list them, as whoever hands over its folder can."""
    proof = parse_proof((release / PROOF).read_bytes())
    note = parse_note(proof.checkpoint)
    signed = with_cosignatures(note, [cosign(note.text, each, AT) for each in witnesses])
    (release / PROOF).write_bytes(Proof(proof.index, proof.path, signed.encode()).encode())
    keys = [witness_of(each) for each in witnesses]
    (release / WITNESSES).write_text("".join(f"{each.text}\n" for each in keys))
    return keys


def test_one_witness_listed_twice_is_one(release: Path) -> None:
    eye, other = new_key("eye.example/w"), new_key("other.example/w")
    trusted = [*witnessed(release, eye), witness_of(other)]
    assert verify_release(release, [KEY.verifier], trusted_witnesses=trusted, needed=1).witnesses == ((eye.name, AT),)
    with pytest.raises(RecordError, match="1 cosigned; needed: 2"):
        verify_release(release, [KEY.verifier], trusted_witnesses=trusted, needed=2)
    listed = (release / WITNESSES).read_text()
    (release / WITNESSES).write_text(listed * 2)
    with pytest.raises(RecordError, match=WITNESSES):
        verify_release(release, [KEY.verifier], trusted_witnesses=trusted, needed=2)
    # Nor does one key under two names make two.
    twin = replace(eye, name="twin.example/w") if hasattr(eye, "__dataclass_fields__") else None
    if twin is not None:
        both = witnessed(release, eye, twin)
        with pytest.raises(RecordError, match="1 cosigned; needed: 2"):
            verify_release(release, [KEY.verifier], trusted_witnesses=both, needed=2)


def test_a_witness_that_nobody_named_vouches_for_nothing(release: Path) -> None:
    witnessed(release, new_key("witness.eff.example/w1"))
    found = verify_release(release, [KEY.verifier])
    assert (found.witnesses, found.unnamed) == ((), ("witness.eff.example/w1",))


def test_a_cosignature_of_no_time_that_a_clock_shows_is_wrong(release: Path) -> None:
    eye = new_key("eye.example/w")
    proof = parse_proof((release / PROOF).read_bytes())
    note = parse_note(proof.checkpoint)
    late = (2**62).to_bytes(8, "big")
    text = f"cosignature/v1\ntime {2**62}\n{note.text}".encode()
    signature = Signature(eye.name, witness_of(eye).key_id, late + eye.sign(text))
    signed = Note(note.text, (*note.signatures, signature))
    (release / PROOF).write_bytes(Proof(proof.index, proof.path, signed.encode()).encode())
    (release / WITNESSES).write_text(f"{witness_of(eye).text}\n")
    assert "eye.example/w is wrong" in refusal(release)


@pytest.mark.parametrize("planted", ["link", "loop", "empty", "outside", "pipe", "endless", "deep"])
def test_what_is_no_plain_file_of_the_release_is_named(release: Path, tmp_path: Path, planted: str) -> None:
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "report2.html").write_text("not reviewed")
    name = "extra"
    if planted == "link":
        (release / name).symlink_to(tmp_path / "evil")
    elif planted == "loop":
        (release / name).symlink_to(".")
    elif planted == "empty":
        (release / name).mkdir()
    else:
        name = {"outside": "skill.csv", "pipe": "report.html"}.get(planted, "manifest.json")
        content = (release / name).read_bytes()
        (release / name).unlink()
        if planted == "outside":
            (tmp_path / "evil" / name).write_bytes(content)
            (release / name).symlink_to(tmp_path / "evil" / name)
        elif planted == "pipe":
            os.mkfifo(release / name)
        elif planted == "endless":
            (release / name).symlink_to("/dev/zero")
        else:
            (release / name).write_text("[" * 100_000)
    assert name in refusal(release)


def test_who_reviewed_is_known_by_key_and_not_by_name(release: Path, tmp_path: Path) -> None:
    found = verify_release(release, [KEY.verifier], people=[ADA.verifier, NOOR.verifier])
    assert (found.author_key, found.reviewer_key) == (ADA.verifier.text, NOOR.verifier.text)
    namesake = new_key(NOOR.name)
    with pytest.raises(RecordError, match="not among the keys of people"):
        verify_release(release, [KEY.verifier], people=[ADA.verifier, namesake.verifier])
    # Whoever has the store and the key of the log cannot publish what a namesake approved.
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        drafted(record, "r-9")
        digest = draft_digest(record.draft("r-9"))
        with record.store.change() as connection:
            submit(connection, "r-9", digest, ADA, AT)
            approve(connection, "r-9", digest, namesake, AT)
        with pytest.raises(RecordError, match="not among"):
            publish(record, "r-9", NOOR, [KEY], WORDS, AT)
        assert not (record.folder / "releases" / "r-9").exists()
