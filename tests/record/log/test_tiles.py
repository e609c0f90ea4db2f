"""Paths and bundles are laid out as the C2SP document on tiled logs says."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.errors import RecordError
from havre.record.log.folder import Log
from havre.record.log.tiles import bundle_path, hashes_of, levels, pack, tile_path, unpack, width_of
from tests.record.log.log_case import KEY, ORIGIN
from tests.record.log.test_merkle import LEAVES, ROOTS


@pytest.mark.parametrize(
    ("level", "index", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 1234067, 256, "tile/0/x001/x234/067"),
        (1, 999, 256, "tile/1/999"),
        (1, 1000, 256, "tile/1/x001/000"),
        (2, 0, 1, "tile/2/000.p/1"),
        (0, 273, 112, "tile/0/273.p/112"),
    ],
)
def test_paths_of_tiles(level: int, index: int, width: int, path: str) -> None:
    # The values of the examples of the C2SP document: tile 1234067, and the last tile of a log of 70,000 entries.
    assert tile_path(level, index, width) == path


def test_a_log_of_70_000_entries_has_the_tiles_of_the_document() -> None:
    assert levels(70_000) == 3
    assert [width_of(70_000, 0, index) for index in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [width_of(70_000, 1, index) for index in (0, 1)] == [256, 17]
    assert width_of(70_000, 2, 0) == 1
    assert bundle_path(273, 112) == "tile/entries/273.p/112"


def test_the_files_of_a_log_of_the_published_leaves_are_laid_out_byte_for_byte(tmp_path: Path) -> None:
    # The eight leaves of RFC 6962's reference implementation, whose root is published.
    Log.create(tmp_path / "log", ORIGIN, [KEY]).append(LEAVES, [KEY])
    found = {
        path.relative_to(tmp_path / "log").as_posix(): path.read_bytes()
        for path in (tmp_path / "log").rglob("*")
        if path.is_file() and path.name != ".lock"
    }
    assert set(found) == {"checkpoint", "tile/0/000.p/8", "tile/entries/000.p/8"}
    for name, golden in (
        ("checkpoint", "golden_checkpoint_8.txt"),
        ("tile/0/000.p/8", "golden_tile_8.hex"),
        ("tile/entries/000.p/8", "golden_bundle_8.hex"),
    ):
        content = Path(__file__).with_name(golden).read_bytes()
        assert found[name] == (content if name == "checkpoint" else bytes.fromhex(content.decode())), name
    assert base64.b64decode(found["checkpoint"].split(b"\n")[2]).hex() == ROOTS[7]
    assert found["tile/0/000.p/8"][:32].hex() == ROOTS[0]


def test_a_bundle_tells_the_length_of_each_entry_in_two_bytes() -> None:
    assert pack([b"ab", b"", b"c" * 300]) == b"\x00\x02ab\x00\x00\x01\x2c" + b"c" * 300
    with pytest.raises(RecordError, match="65535"):
        pack([b"x" * 65_536])


@given(st.lists(st.binary(max_size=300), max_size=20), st.data())
def test_a_bundle_comes_back_and_a_cut_one_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    bundle = pack(entries)
    assert unpack(bundle, len(entries), "b") == entries
    with pytest.raises(RecordError, match="b"):
        unpack(bundle, len(entries) + 1, "b")
    if bundle:
        with pytest.raises(RecordError):
            unpack(bundle[: data.draw(st.integers(0, len(bundle) - 1))], len(entries), "b")
    with pytest.raises(RecordError):
        unpack(bundle + b"\x00", len(entries), "b")


def test_a_cut_tile_is_refused() -> None:
    assert hashes_of(b"a" * 32 + b"b" * 32, 2, "t") == [b"a" * 32, b"b" * 32]
    with pytest.raises(RecordError, match="t"):
        hashes_of(b"a" * 63, 2, "t")
