from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from havre.errors import FileError
from havre.sources.snapshot import Sidecar, Snapshot, Snapshots, read_sidecar

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def kept(store: Snapshots, body: bytes, key: str = "k", at: datetime = NOON) -> Snapshot:
    temporary = store.partial("eurostat", key)
    temporary.write_bytes(body)
    digest = sha256(body).hexdigest()
    sidecar = Sidecar(
        "eurostat",
        "n",
        key,
        "https://x/",
        "json",
        at,
        at,
        200,
        digest,
        len(body),
        "licence",
        "Source: x",
        {"etag": "1"},
    )
    return store.keep(temporary, sidecar)


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)
    kept(store, b"{}", "a")
    kept(store, b"{}", "b")
    later = kept(store, b"{}", "a", NOON + timedelta(days=1))
    assert len(list(tmp_path.glob("objects/*/*"))) == 1
    assert (later.sidecar.retrieved_at, later.sidecar.checked_at) == (NOON, NOON + timedelta(days=1))
    assert not list(tmp_path.glob("partial/*/*"))


def test_the_latest_is_found_and_older_ones_by_their_bytes(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)
    first = kept(store, b"[1]")
    second = kept(store, b"[2]", at=NOON + timedelta(days=1))
    assert store.latest("eurostat", "k") == second
    assert store.find("eurostat", "k", first.sidecar.sha256) == first
    assert store.latest("eurostat", "other") is None


def test_a_damaged_sidecar_counts_as_none(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)
    kept(store, b"[1]")
    (path,) = tmp_path.glob("sidecars/*/*/*.json")
    path.write_text(path.read_text()[:40])
    assert read_sidecar(path) is None
    assert store.latest("eurostat", "k") is None


def test_changed_bytes_are_noticed(tmp_path: Path) -> None:
    found = kept(Snapshots(tmp_path), b"[1]")
    found.path.write_bytes(b"[7]")
    with pytest.raises(FileError, match="SHA-256"):
        found.read()


def test_old_retrievals_go_and_what_is_needed_stays(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)
    bodies = [f"[{number}]".encode() for number in range(5)]
    for number, body in enumerate(bodies):
        kept(store, body, at=NOON + timedelta(days=number))
    needed = frozenset([sha256(bodies[0]).hexdigest()])
    store.partial("eurostat", "broken").write_bytes(b"half")
    freed, size = store.clean(2, needed)
    left = {path.read_bytes() for path in tmp_path.glob("objects/*/*")}
    assert left == {bodies[0], bodies[3], bodies[4]}
    assert (freed, size) == (3, 2 * 3 + 4)
    assert store.find("eurostat", "k", sha256(bodies[0]).hexdigest()) is not None
