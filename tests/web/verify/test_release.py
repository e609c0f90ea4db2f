"""The browser gives the same verdict on a release as :mod:`havre.record.verify`, and names what was changed."""

import base64
import hashlib
import json
import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from havre.errors import HavreError
from havre.record.log.cosignature import cosign, with_cosignatures, witness_of
from havre.record.log.entries import Entry
from havre.record.log.keys import Signer, Verifier, new_key
from havre.record.log.network import files_at
from havre.record.log.notes import Note, parse_note, sign_note
from havre.record.log.proof import Proof, parse_proof, prove
from havre.record.log.reading import CHECKPOINT
from havre.record.log.rotation import ADDED, REVOKED, key_entry
from havre.record.publication import PROOF, WITNESSES, open_record
from havre.record.verify import verify_in_log
from tests.record.log.log_case import KEY, ORIGIN, OTHER, entries
from tests.record.published_case import made_record, published_release
from tests.record.record_case import ADA, AT, EVE, NOOR
from tests.web.verify.node_case import answers_of, modules_in

WITNESS = new_key("witness.example/w", bytes([9] * 32))


@dataclass(frozen=True)
class Case:
    modules: Path
    folder: Path
    log: Path

    def plain(self, **facts: Any) -> dict[str, Any]:
        told = {"folder": str(self.folder), "log": str(self.log), "key": KEY.verifier.text, "id": "r-1"}
        return {"run": "release", **told, **facts}

    def verdicts(self, *cases: Mapping[str, Any]) -> list[Any]:
        return answers_of(self.modules, cases)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A release in a log that grew afterwards over several bundles, and whose key changed."""
    root = tmp_path_factory.mktemp("browser")
    made_record(root / "record")
    with open_record(root / "record") as record:
        folder = published_release(record)
        record.log.append(entries(600), [KEY])
        record.log.append([key_entry(ADDED, ORIGIN, OTHER.verifier, KEY, AT).canonical()], [KEY, OTHER])
        record.log.append([key_entry(REVOKED, ORIGIN, KEY.verifier, OTHER, AT).canonical()], [OTHER])
    return Case(modules_in(root), folder, root / "record" / "log")


def refused(folder: Path, log: Path, **facts: Any) -> bool:
    """Tell what :mod:`havre.record.verify` says."""
    try:
        verify_in_log(folder, files_at(str(log)), KEY.verifier, **facts)
    except HavreError:
        return True
    return False


def test_a_good_release_passes_every_check_and_tells_what_was_not_checked(case: Case) -> None:
    assert not refused(case.folder, case.log)
    (found,) = case.verdicts(case.plain())
    assert (found["passed"], found["said"], found["evidence"]) == (True, "", [])
    steps = ["manifest", "files", "checkpoint", "entries", "keys", "proof", "included", "review"]
    assert found["states"] == dict.fromkeys(steps, "passed")
    limits = ("nothing_remembered", "key_of_site", "code_of_site", "no_witness", "not_listed", "meaning")
    assert found["limitKeys"] == [f"verify.limit.{name}" for name in limits]


def test_a_flipped_bit_in_each_file_of_the_release_is_found_and_named(case: Case) -> None:
    rng = random.Random(7)  # noqa: S311 - places, not secrets
    names = sorted(path.relative_to(case.folder).as_posix() for path in case.folder.rglob("*") if path.is_file())
    told = [name for name in names if (case.folder / name).stat().st_size]
    flips = [
        (name, {"at": rng.randrange(1 << 30), "bit": rng.randrange(8)}) for name in [*told, *rng.choices(told, k=40)]
    ]
    found = case.verdicts(*(case.plain(changes={name: flip}) for name, flip in flips))
    for (name, _), verdict in zip(flips, found, strict=True):
        assert not verdict["passed"], name
        assert name in verdict["said"] or (name == "manifest.json" and "r-1" in verdict["said"]), (name, verdict)
    missing = case.verdicts(*(case.plain(changes={name: None}) for name in names))
    assert all(not verdict["passed"] and name in verdict["said"] for name, verdict in zip(names, missing, strict=True))


def test_every_byte_of_entry_and_proof_counts(case: Case) -> None:
    for name in ("log-entry.json", PROOF):
        size = (case.folder / name).stat().st_size
        flips = [{"at": at, "bit": at % 8} for at in range(0, size, 11)]
        for verdict in case.verdicts(*(case.plain(changes={name: flip}) for flip in flips)):
            assert not verdict["passed"]
            assert name in verdict["said"]


def test_a_flipped_bit_in_each_file_of_the_log_is_found_and_named(case: Case) -> None:
    present = [CHECKPOINT, "tile/0/000", "tile/0/001", "tile/1/000.p/2", "tile/entries/000", "tile/entries/001"]
    edge = [path.relative_to(case.log).as_posix() for path in sorted(case.log.glob("tile/*/002.p/*"))]
    names = [*present, *(name for name in edge if name.endswith(_width(case.log)))]
    assert len(names) == 8
    rng = random.Random(11)  # noqa: S311 - places, not secrets
    flips = [(name, {"at": rng.randrange(1 << 30), "bit": rng.randrange(8)}) for name in names for _ in range(6)]
    for (name, flip), verdict in zip(
        flips, case.verdicts(*(case.plain(logChanges={name: flip}) for name, flip in flips)), strict=True
    ):
        assert not verdict["passed"], (name, flip)
        assert name in verdict["said"], (name, flip, verdict)
        others = [other for other in names if other != name and other in verdict["said"]]
        assert others == [], (name, flip, verdict)
    lost = case.verdicts(*(case.plain(logChanges={name: None}) for name in names))
    assert all(not verdict["passed"] and name in verdict["said"] for name, verdict in zip(names, lost, strict=True))


def _width(log: Path) -> str:
    size = int(parse_note((log / CHECKPOINT).read_bytes()).text.split("\n")[1])
    return f".p/{size % 256}"


def changed(case: Case, folder: Path) -> tuple[Path, Path]:
    """Copy a record, to be changed."""
    shutil.copytree(case.log.parent, folder)
    return folder / "releases" / "r-1", folder / "log"


def test_other_faults_are_refused_by_both(case: Case, tmp_path: Path) -> None:
    manifest = json.loads((case.folder / "manifest.json").read_bytes())
    forged = json.dumps({**manifest, "files": {**manifest["files"], "skill.csv": "0" * 64}}).encode()
    unreviewed = json.dumps({**manifest, "review": None}).encode()
    # A key added again after it was revoked, vouched for by the one that is valid; and a change by nobody.
    again, log = changed(case, tmp_path / "again")
    with open_record(log.parent) as record:
        record.log.append([key_entry(ADDED, ORIGIN, KEY.verifier, OTHER, AT).canonical()], [OTHER])
    stranger, strange_log = changed(case, tmp_path / "stranger")
    with open_record(strange_log.parent) as record:
        new = new_key(ORIGIN, bytes([5] * 32))
        record.log.append([key_entry(ADDED, ORIGIN, new.verifier, new, AT).canonical()], [OTHER])
    # The log goes on with the key that was revoked.
    stolen, stolen_log = changed(case, tmp_path / "stolen")
    with open_record(stolen_log.parent) as record:
        record.log.append(entries(1, 900), [KEY])
    # Another log, signed with the same first key: not the one that the proof leads to.
    forked = tmp_path / "forked"
    made_record(forked)
    with open_record(forked) as record:
        record.log.append(entries(40), [KEY])
    cases = {
        "another manifest": (case.folder, case.log, {"manifest.json": forged}, "log-entry.json"),
        "nobody reviewed": (case.folder, case.log, {"manifest.json": unreviewed}, "log-entry.json"),
        "key again": (again, log, {}, "stays revoked"),
        "key of nobody": (stranger, strange_log, {}, "entry "),
        "revoked key": (stolen, stolen_log, {}, "revoked"),
        "another log": (case.folder, forked / "log", {}, "two versions"),
    }
    asked = [
        case.plain(
            folder=str(folder), log=str(log), changes={k: v.hex() for k, v in changes.items()}, texts=sentences()
        )
        for folder, log, changes, _ in cases.values()
    ]
    for (name, (folder, log, changes, words)), verdict in zip(cases.items(), case.verdicts(*asked), strict=True):
        assert not verdict["passed"], name
        assert words in verdict["said"], (name, verdict)
        copy = shutil.copytree(folder, tmp_path / f"copy {name}")
        for path, content in changes.items():
            (copy / path).write_bytes(content)
        assert refused(copy, log), name


def sentences() -> dict[str, str]:
    from havre.texts import catalogue

    return dict(catalogue("errors", "en"))


def witnessed(case: Case, folder: Path, signers: list[Signer], listed: list[Signer]) -> tuple[Path, Path]:
    """Copy a record whose release has cosignatures in its proof."""
    release, log = changed(case, folder)
    proof = parse_proof((release / PROOF).read_bytes())
    note = parse_note(proof.checkpoint)
    more = with_cosignatures(note, [cosign(note.text, each, AT) for each in signers])
    (release / PROOF).write_bytes(Proof(proof.index, proof.path, more.encode()).encode())
    (release / WITNESSES).write_text("".join(f"{witness_of(each).text}\n" for each in listed))
    return release, log


def test_witnesses_count_as_in_python(case: Case, tmp_path: Path) -> None:
    twin = Signer("witness.example/twin", WITNESS.private)
    key = witness_of(WITNESS)
    tried = {
        "trusted": ([WITNESS], [WITNESS], [WITNESS], True),
        "unknown": ([WITNESS], [WITNESS], [], True),
        "unlisted": ([WITNESS], [], [WITNESS], False),
        "silent": ([], [WITNESS], [WITNESS], False),
        "twins": ([WITNESS, twin], [WITNESS, twin], [WITNESS], False),
    }
    asked = []
    for name, (signers, listed, trusted, good) in tried.items():
        release, log = witnessed(case, tmp_path / name, signers, listed)
        keys = [witness_of(each) for each in trusted]
        assert refused(release, log, trusted_witnesses=keys) is not good, name
        asked.append(case.plain(folder=str(release), log=str(log), witnesses=[each.text for each in keys]))
    found = case.verdicts(*asked)
    assert [verdict["passed"] for verdict in found] == [good for *_, good in tried.values()]
    assert [("verify.limit.no_witness" in verdict["limitKeys"]) for verdict in found[:2]] == [False, True]
    assert found[0]["states"]["cosigned"] == "passed"
    assert refused(case.folder, case.log, trusted_witnesses=[key], needed=1)
    # A witness that the release lists, and the reader does not know, is none of those whom the reader asks for.
    release, log = tmp_path / "unknown" / "releases" / "r-1", tmp_path / "unknown" / "log"
    another = witness_of(new_key("witness.example/another", bytes([8] * 32)))
    assert refused(release, log, trusted_witnesses=[another], needed=1)
    asked = [
        case.plain(witnesses=[key.text], needed=1),
        case.plain(folder=str(release), log=str(log), witnesses=[another.text], needed=1),
    ]
    assert [each["keys"] for each in case.verdicts(*asked)] == [["record.verify.proof"]] * 2


def test_people_that_the_reader_names_must_be_those_who_acted(case: Case) -> None:
    both = [ADA.verifier.text, NOOR.verifier.text]
    good, other = case.verdicts(case.plain(people=both), case.plain(people=both[:1]))
    assert good["passed"]
    assert other["keys"] == ["record.verify.person"]
    assert refused(case.folder, case.log, people=[ADA.verifier])


def test_what_this_browser_saw_before_must_be_how_the_log_begins(case: Case, tmp_path: Path) -> None:
    def kept(log: Path) -> dict[str, str]:
        return {"note": base64.b64encode((log / CHECKPOINT).read_bytes()).decode(), "at": "2026-12-01T00:00:00Z"}

    proof = parse_proof((case.folder / PROOF).read_bytes())
    before = {"note": base64.b64encode(proof.checkpoint).decode(), "at": "2026-11-30T00:00:00Z"}
    _, larger = changed(case, tmp_path / "larger")
    with open_record(larger.parent) as record:
        record.log.append(entries(3, 900), [OTHER])
    made_record(tmp_path / "fork")
    with open_record(tmp_path / "fork") as record:
        record.log.append(entries(9), [KEY])
    fork = tmp_path / "fork" / "log"
    spoilt = {"note": "bm9uZQ==", "at": "2026-12-01T00:00:00Z"}
    tried = (before, kept(case.log), kept(larger), kept(fork), spoilt)
    seen, same, shrank, forked, unread = case.verdicts(*(case.plain(run="log", remembered=each) for each in tried))
    assert seen["passed"]
    assert same["passed"]
    assert "verify.limit.nothing_remembered" not in seen["limitKeys"]
    assert (shrank["keys"], forked["keys"]) == (["record.log.shrinks"], ["record.log.forks"])
    assert (unread["passed"], "verify.limit.memory_unreadable" in unread["limitKeys"]) == (True, True)
    (unsigned,) = case.verdicts(case.plain(run="log", log=str(fork), key=OTHER.verifier.text))
    assert unsigned["keys"] == ["record.log.unsigned"]
    assert forked["evidence"] == [(fork / CHECKPOINT).read_text(), (case.log / CHECKPOINT).read_text()]


def test_what_became_of_the_release_is_read_from_the_log(case: Case, tmp_path: Path) -> None:
    release, log = changed(case, tmp_path / "record")
    told = [
        ("correction", "r-1", {}),
        ("release_superseded", "r-1", {"superseded_by": "r-2"}),
        ("release_withdrawn", "r-2", {"reason": "about r-1"}),
        ("contest_answered", "c-1", {"release": "r-1", "outcome": "rejected"}),
        ("contest_answered", "c-2", {"release": "r-1", "outcome": "upheld"}),
        ("contest_answered", "r-1", {"release": "r-2", "outcome": "upheld"}),
        ("contest_answered", "c-3", {"release": "r-1", "outcome": "partly"}),
    ]
    with open_record(log.parent) as record:
        first = record.log.size
        more = [Entry(kind, AT, name, str(at), body).canonical() for at, (kind, name, body) in enumerate(told)]
        record.log.append(more, [OTHER])
    none, found = case.verdicts(case.plain(), case.plain(folder=str(release), log=str(log)))
    assert (none["since"], found["passed"]) == ([], True)
    assert [(each["key"], each["fields"]["number"] - first) for each in found["since"]] == [
        ("verify.since.correction", 0),
        ("verify.since.release_superseded", 1),
        ("verify.since.contest_answered", 4),
        ("verify.since.contest_answered", 6),
    ]


def test_another_first_key_and_a_cosignature_that_was_changed_are_refused(case: Case, tmp_path: Path) -> None:
    stranger = new_key(ORIGIN, bytes([6] * 32))
    note = parse_note((case.log / CHECKPOINT).read_bytes())
    cosigned = with_cosignatures(note, [cosign(note.text, WITNESS, AT)])
    wrong = Note(note.text, (*note.signatures, cosign(note.text + "x", WITNESS, AT)))
    witness = witness_of(WITNESS).text
    other, good, bad, silent, elsewhere, renamed = case.verdicts(
        case.plain(key=stranger.verifier.text),
        case.plain(logChanges={CHECKPOINT: cosigned.encode().hex()}, witnesses=[witness]),
        case.plain(logChanges={CHECKPOINT: wrong.encode().hex()}, witnesses=[witness]),
        case.plain(run="log", witnesses=[witness], needed=1),
        case.plain(run="log", origin="havre.example/another"),
        case.plain(id="r-2"),
    )
    # Another release, however good, is not the one that is asked for.
    assert (renamed["passed"], renamed["keys"]) == (False, ["record.verify.other_entry"])
    assert (silent["passed"], silent["keys"]) == (False, ["record.log.few_witnesses"])
    assert (elsewhere["passed"], elsewhere["keys"]) == (False, ["record.log.other_log"])
    assert not other["passed"]
    assert (good["passed"], good["states"]["witnesses"]) == (True, "passed")
    assert (bad["passed"], bad["states"]["witnesses"]) == (False, "failed")
    assert CHECKPOINT in bad["said"]


def test_a_key_signs_from_its_addition_until_its_revocation(case: Case, tmp_path: Path) -> None:
    now = parse_note((case.log / CHECKPOINT).read_bytes()).text
    proof = parse_proof((case.folder / PROOF).read_bytes())
    with open_record(case.log.parent) as record:
        newest = prove(record.log, proof.index)
    then = parse_note(proof.checkpoint).text
    tried = {
        "proof by a key to come": Proof(proof.index, proof.path, sign_note(then, [OTHER]).encode()),
        "proof by a revoked key": Proof(newest.index, newest.path, sign_note(now, [KEY]).encode()),
        "proof by the new key": Proof(newest.index, newest.path, sign_note(now, [OTHER]).encode()),
    }
    good = [name == "proof by the new key" for name in tried]
    for (name, each), is_good in zip(tried.items(), good, strict=True):
        release, log = changed(case, tmp_path / name)
        (release / PROOF).write_bytes(each.encode())
        assert refused(release, log) is not is_good, name
    # The last entry revokes the key: it may not even sign the log that says so.
    ended = case.plain(logChanges={CHECKPOINT: sign_note(now, [KEY]).encode().hex()})
    *found, last = case.verdicts(*(case.plain(changes={PROOF: each.encode().hex()}) for each in tried.values()), ended)
    assert [each["passed"] for each in found] == good
    assert (last["passed"], last["keys"]) == (False, ["record.log.revoked"])


def logged_anew(
    case: Case, folder: Path, review: Mapping[str, object], kind: str = "release_published"
) -> tuple[Path, Path]:
    """Copy a record in which whoever holds the key of the log has logged another review of the release."""
    release, log = changed(case, folder)
    manifest = json.loads((release / "manifest.json").read_bytes())
    content = json.dumps({**manifest, "review": {**manifest["review"], **review}}).encode()
    (release / "manifest.json").write_bytes(content)
    body = {"manifest": hashlib.sha256(content).hexdigest()}
    entry = Entry(kind, AT, "r-1", "published-again", body).canonical()
    with open_record(log.parent) as record:
        index = record.log.append([entry], [OTHER])[0]
        (release / PROOF).write_bytes(prove(record.log, index).encode())
    (release / "log-entry.json").write_bytes(entry)
    return release, log


def test_even_the_key_of_the_log_cannot_make_a_review(case: Case, tmp_path: Path) -> None:
    review = json.loads((case.folder / "manifest.json").read_bytes())["review"]
    told = json.loads(review["statement"])
    eve = rfc8785.dumps({**told, "reviewer": EVE.verifier.text, "overrides": []})
    alone = rfc8785.dumps({**told, "author": NOOR.verifier.text})
    twin = {**told, "author": Verifier("havre.example/twin", NOOR.verifier.key).text}

    def signed(statement: bytes, signer: Signer) -> dict[str, object]:
        signature = base64.b64encode(signer.sign(statement)).decode()
        return {"statement": statement.decode(), "signature": signature, "verifier": signer.verifier.text}

    tried: dict[str, tuple[dict[str, object], bool]] = {
        "the same": ({}, True),
        "figure": ({"overrides": [{**review["overrides"][0], "stated": 78.0}]}, False),
        "notes": ({"notes": ["More."]}, False),
        "signature": ({"signature": base64.b64encode(EVE.sign(b"")).decode()}, False),
        "eve as noor": ({**signed(eve, EVE), "overrides": []}, False),
        "eve": ({**signed(eve, EVE), "overrides": [], "reviewer": EVE.name}, True),
        "author alone": ({**signed(alone, NOOR), "author_verifier": NOOR.verifier.text, "author": NOOR.name}, False),
        "author with a twin": (
            {**signed(rfc8785.dumps(twin), NOOR), "author_verifier": twin["author"], "author": "havre.example/twin"},
            False,
        ),
        "later": ({"reviewed_at": "2026-11-24T12:00:01Z"}, False),
        "more": ({"more": 1}, False),
        "other draft": ({"draft": "0" * 64}, False),
    }
    asked = []
    for name, (forged, good) in tried.items():
        release, log = logged_anew(case, tmp_path / name, forged)
        assert refused(release, log) is not good, name
        asked.append(case.plain(folder=str(release), log=str(log)))
    for (name, (_, good)), found in zip(tried.items(), case.verdicts(*asked), strict=True):
        assert found["passed"] is good, (name, found)
        assert found["states"]["review"] == ("passed" if good else "failed"), name
    # An entry of the log that tells the manifest, and does not publish it.
    release, log = logged_anew(case, tmp_path / "handed in", {}, "release_submitted")
    (unpublished,) = case.verdicts(case.plain(folder=str(release), log=str(log)))
    assert (unpublished["passed"], unpublished["states"]["manifest"]) == (False, "failed")
    assert refused(release, log)
