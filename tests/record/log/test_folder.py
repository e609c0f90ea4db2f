"""A log in a folder: what was appended stays, in order, with one root however it was appended."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.errors import RecordError
from havre.record.log.folder import Log
from havre.record.log.fsck import fsck
from havre.record.log.merkle import is_consistent, leaf_hash, nodes_over, tree_root
from havre.record.log.proof import check_proof, prove
from tests.record.log.log_case import KEY, ORIGIN, entries, made_log


def root_of(count: int) -> bytes:
    return tree_root(count, nodes_over([leaf_hash(entry) for entry in entries(count)]))


@pytest.mark.parametrize("sizes", [(1,), (255, 1), (256,), (257, 300), (1, 1, 254, 700), (1000,), (256, 256, 256)])
def test_the_root_is_the_same_however_entries_were_appended(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    log = made_log(tmp_path / "log", sizes)
    count = sum(sizes)
    assert (log.size, log.root) == (count, root_of(count))
    assert list(log.entries()) == entries(count)
    assert log.entry(count - 1) == entries(count)[-1]
    checked = fsck(tmp_path / "log", [KEY.verifier])
    assert (checked.size, checked.problems, checked.leftovers) == (count, (), ())


def test_a_log_of_more_than_one_level_of_tiles(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (65_000, 1_000, 300))
    assert log.root == root_of(66_300)
    assert fsck(tmp_path / "log").problems == ()
    assert (tmp_path / "log" / "tile" / "2" / "000.p" / "1").is_file()
    for index in (0, 255, 256, 65_535, 65_536, 66_299):
        proof = prove(log, index)
        assert check_proof(log.entry(index), proof, [KEY.verifier], origin=ORIGIN).index == index


@given(st.lists(st.integers(0, 300), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_every_earlier_log_is_the_beginning_of_the_later(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    log = Log.create(tmp_path_factory.mktemp("l") / "log", ORIGIN, [KEY])
    seen = [(0, log.root)]
    for size in sizes:
        assert log.append(entries(size, log.size), [KEY]) == range(seen[-1][0], seen[-1][0] + size)
        seen.append((log.size, log.root))
    for old, root in seen:
        assert is_consistent(old, log.size, root, log.root, log.consistency_proof(old))


def test_readers_of_an_older_checkpoint_find_all_they_need(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (200,))
    older = log.tree(200)
    root, proof = older.root(), older.inclusion(7)
    log.append(entries(400, 200), [KEY])
    assert not (tmp_path / "log" / "tile" / "0" / "000.p").exists()
    again = log.tree(200)
    assert (again.root(), again.inclusion(7)) == (root, proof)
    assert list(again.entries()) == entries(200)


def test_there_is_no_tree_larger_than_the_log(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (10,))
    with pytest.raises(RecordError, match="no entry or size 11"):
        log.consistency_proof(5, 11)
    with pytest.raises(RecordError, match="no entry or size 300"):
        log.inclusion_proof(2, 300)


def test_a_second_log_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    made_log(tmp_path / "log")
    with pytest.raises(RecordError, match="already"):
        Log.create(tmp_path / "log", ORIGIN, [KEY])
    with pytest.raises(RecordError, match="missing"):
        Log.open(tmp_path / "nothing")
