"""Only what is in the signed log and unchanged on the disk is read; times never run back within the log."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from havre.errors import FileError, HavreError, RecordError
from havre.record.log.cosignature import cosign, with_cosignatures, witness_of
from havre.record.log.entries import Entry
from havre.record.log.keys import Signer, new_key
from havre.record.log.notes import Note, Signature, parse_note
from havre.record.log.proof import parse_proof
from havre.record.publication import open_record
from havre.record.review import withdraw
from havre.record.store.outbox import post
from havre.record.track_log import LoggedRelease, logged_releases, shown_history
from tests.record.log.log_case import KEY, OTHER
from tests.record.published_case import made_record
from tests.record.record_case import ADA, SETTINGS
from tests.record.track_case import LOGGED, OVERRIDE, logged_release
from tests.small_panel import APPLICATIONS


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("track") / "record"
    made_record(folder)
    with open_record(folder) as record:
        logged_release(record, changes=(OVERRIDE,))
        logged_release(record, "r-2", LOGGED + timedelta(days=30), supersedes="r-1")
        logged_release(record, "r-3", LOGGED + timedelta(days=60))
        with record.store.change() as connection:
            withdraw(connection, "r-3", "It cannot be mended: the source was wrong.", ADA, LOGGED + timedelta(days=61))
        record.flush([KEY])
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "record")
    return tmp_path / "record"


def read(folder: Path) -> tuple[LoggedRelease, ...]:
    with open_record(folder) as record:
        return logged_releases(record.log, record.settings, folder / "releases")[0]


def test_superseded_and_withdrawn_releases_are_read_too(original: Path) -> None:
    found = read(original)
    assert [(each.id, each.state) for each in found] == [
        ("r-1", "superseded"),
        ("r-2", "published"),
        ("r-3", "withdrawn"),
    ]
    first = found[0]
    assert first.registered.logged_at == LOGGED
    assert first.witnessed_at is None
    assert first.overrides == (OVERRIDE,)
    assert set(first.series["scope"]) == {APPLICATIONS}
    assert first.frozen.height == 4 * 12 * 2 * 23


def test_what_a_release_left_out_counts_as_hidden(original: Path) -> None:
    [table, *_] = shown_history(read(original)[:1])
    assert table.filter("suppressed").is_empty()
    gone = read(original)[0]
    shown = gone.shown.filter(~((gone.shown["origin"] == "SYR") & (gone.shown["target_end_date"].dt.year() == 2019)))
    [table] = shown_history([replace(gone, shown=shown)])
    assert table.filter("suppressed")["period"].dt.year().unique().to_list() == [2019]


@pytest.mark.parametrize("name", ["manifest.json", "series.csv", "target-data/time-series.parquet", "model"])
def test_a_changed_file_is_named_and_refused(folder: Path, name: str) -> None:
    release = folder / "releases" / "r-2"
    path = next(release.rglob("*ensemble.parquet")) if name == "model" else release / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(RecordError, match=path.name):
        read(folder)
    path.unlink()
    with pytest.raises(FileError, match=path.name):
        read(folder)


def test_every_changed_file_of_every_release_is_named_at_once(folder: Path) -> None:
    changed = sorted((folder / "releases").rglob("*ensemble.parquet"))
    for path in changed:
        path.write_bytes(b"better")
    with pytest.raises(RecordError) as caught:
        read(folder)
    assert [str(dict(problem.fields)["path"]) for problem in caught.value.problems] == [str(path) for path in changed]


def test_a_log_that_was_changed_or_signed_by_somebody_else_is_refused(folder: Path) -> None:
    with open_record(folder) as record:
        strange = replace(SETTINGS, log_keys=(OTHER.verifier,))
        with pytest.raises(HavreError):
            logged_releases(record.log, strange, folder / "releases")
    bundle = next((folder / "log" / "tile" / "entries").rglob("*.p")) / "15"
    content = bytearray(next(bundle.parent.iterdir()).read_bytes())
    content[content.index(b"forecast_registered")] ^= 1
    next(bundle.parent.iterdir()).write_bytes(content)
    with pytest.raises(RecordError):
        read(folder)


def test_an_entry_is_not_older_than_those_before_it(folder: Path) -> None:
    later = datetime(2021, 9, 1, tzinfo=UTC)
    with open_record(folder) as record:
        with record.store.change() as connection:
            post(connection, Entry("correction", later, "r-1", "told-later", {"text": "June"}))
        record.flush([KEY])
        # The publisher's clock was turned back, or the forecast was logged when the truth was known.
        logged_release(record, "r-4", LOGGED)
    assert read(folder)[-1].registered.logged_at == later


def test_the_first_witness_that_saw_an_entry_is_told(folder: Path) -> None:
    eye, other = new_key("eye.example/w", bytes([5] * 32)), new_key("far.example/w", bytes([6] * 32))
    path = folder / "releases" / "r-2" / "log-proof.txt"
    proof = parse_proof(path.read_bytes())
    note = parse_note(proof.checkpoint)
    times = {eye: LOGGED + timedelta(days=31), other: LOGGED + timedelta(days=30, hours=2)}
    seen = with_cosignatures(note, [cosign(note.text, key, at) for key, at in times.items()])
    path.write_bytes(replace(proof, checkpoint=seen.encode()).encode())

    def witnessed(*known: Signer) -> datetime | None:
        with open_record(folder) as record:
            settings = replace(record.settings, witnesses=tuple((witness_of(key), "") for key in known))
            return logged_releases(record.log, settings, folder / "releases")[0][1].witnessed_at

    assert witnessed(eye, other) == times[other]
    assert witnessed(eye) == times[eye]
    assert witnessed() is None
    # A checkpoint of another log vouches for nothing, whoever cosigned it.
    forged = note.text.replace(note.text.split("\n")[2], "A" * 43 + "=")
    path.write_bytes(replace(proof, checkpoint=sign_again(forged, eye)).encode())
    assert witnessed(eye) is None


def sign_again(text: str, eye: Signer) -> bytes:
    """Sign a checkpoint of one's own with the key of the log and a witness."""
    signature = Signature(KEY.name, KEY.key_id, KEY.note_signature(text.encode()))
    return with_cosignatures(Note(text, (signature,)), [cosign(text, eye, LOGGED)]).encode()
