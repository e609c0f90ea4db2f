"""Checks a whole log: every entry, every tile and the checkpoint, computed anew from the entries alone."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from havre.errors import HavreError, Problem, RecordError
from havre.record.log.checkpoint import open_checkpoint
from havre.record.log.merkle import Node, folded, leaf_hash, tree_root
from havre.record.log.notes import Verifies
from havre.record.log.reading import CHECKPOINT, Tree, folder_files, read_checkpoint
from havre.record.log.tiles import HEIGHT, WIDTH, bundle_path, tile_path, width_of
from havre.record.log.writing import LOCK


@dataclass(frozen=True)
class Checked:
    """What a check of a log found.

    Parameters
    ----------
    size : entries
    problems : what is wrong, each with its file; empty where the log is sound
    leftovers : files beyond the checkpoint, as a crash leaves them: harmless, the next append writes over them
    """

    size: int
    problems: tuple[Problem, ...]
    leftovers: tuple[str, ...]


def fsck(folder: Path, trusted: Sequence[Verifies] = ()) -> Checked:
    """Check a log.

    Parameters
    ----------
    trusted : keys of which one must have signed the checkpoint; with none, its signatures are not checked

    Raises
    ------
    RecordError : there is no checkpoint, or it cannot be read; then there is nothing to check against
    """
    fetch = folder_files(folder)
    checkpoint, note = read_checkpoint(fetch, str(folder / CHECKPOINT))
    problems: list[Problem] = []
    if trusted:
        problems += _told(lambda: open_checkpoint(note, trusted, where=str(folder / CHECKPOINT)))
    tree = Tree(fetch, checkpoint.size)
    tops, found = _recomputed(folder, tree)
    problems += found
    if tops is not None and tops != checkpoint.root:
        problems.append(Problem.of("record.log.not_its_root", path=folder, size=checkpoint.size))
    return Checked(checkpoint.size, tuple(problems), tuple(_leftovers(folder, checkpoint.size)))


def _recomputed(folder: Path, tree: Tree) -> tuple[bytes | None, list[Problem]]:
    """Compute every tile from the entries and compare it with its file; give the root, where all entries are there."""
    problems: list[Problem] = []
    rows: list[list[bytes]] = [[]]
    """Hashes of each level of tiles that are not yet part of a full tile."""
    done = [0]
    whole = True

    def close(level: int) -> None:
        problems.extend(_compared(folder, tree.size, level, done[level], rows[level]))
        if len(rows[level]) == WIDTH:
            if len(rows) == level + 1:
                rows.append([])
                done.append(0)
            rows[level + 1].append(folded(rows[level]))
            done[level] += 1
            rows[level] = []
            if len(rows[level + 1]) == WIDTH:
                close(level + 1)

    for number in range(-(-tree.size // WIDTH)):
        try:
            bundle = tree.bundle(number)
        except RecordError as error:
            problems.extend(error.problems)
            whole = False
            break
        rows[0] = [leaf_hash(entry) for entry in bundle]
        close(0)
    if not whole:
        return None, problems
    for level in range(1, len(rows)):
        if rows[level]:
            problems.extend(_compared(folder, tree.size, level, done[level], rows[level]))
    return tree_root(tree.size, _nodes(tree, rows, done)), problems


def _nodes(tree: Tree, rows: list[list[bytes]], done: list[int]) -> Node:
    """Give hashes of subtrees at the right edge, where nothing has to be read."""

    def node(level: int, index: int) -> bytes:
        row, rest = divmod(level, HEIGHT)
        first = (index << rest) - done[row] * WIDTH if row < len(rows) else -1
        if first >= 0 and first + (1 << rest) <= len(rows[row]):
            return folded(rows[row][first : first + (1 << rest)])
        return folded([node(level - 1, 2 * index), node(level - 1, 2 * index + 1)]) if rest else tree.node(level, index)

    return node


def _compared(folder: Path, size: int, level: int, index: int, row: Sequence[bytes]) -> Iterator[Problem]:
    """Compare a tile with what it must hold; where it was full before this size, either file will do."""
    width = width_of(size, level, index)
    content = b"".join(row)
    paths = [folder / tile_path(level, index, wide) for wide in dict.fromkeys((width, WIDTH))]
    there = [path for path in paths if path.is_file()]
    if not there:
        yield Problem.of("record.log.missing", path=paths[0])
    elif there[0].read_bytes()[: len(content)] != content:
        yield Problem.of("record.log.changed", path=there[0])
    elif there[0] == paths[0] and there[0].stat().st_size != len(content):
        yield Problem.of("record.log.tile", path=there[0], expected=len(content), found=there[0].stat().st_size)


def _leftovers(folder: Path, size: int) -> Iterable[str]:
    """Name the files that are no part of the log at this size or an earlier one."""
    for root, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(root, name).relative_to(folder).as_posix()
            if path not in (CHECKPOINT, LOCK) and not _belongs(path, size):
                yield path


def _belongs(path: str, size: int) -> bool:
    parts = path.split("/")
    if parts[0] != "tile" or len(parts) < 3 or parts[-1].startswith("."):
        return False
    level = 0 if parts[1] == "entries" else int(parts[1]) if parts[1].isdigit() else -1
    if level < 0:
        return False
    partial = parts[-2].endswith(".p")
    digits = [*parts[2:-2], parts[-2].removesuffix(".p")] if partial else parts[2:]
    text = "".join(part.removeprefix("x") for part in digits)
    if not text.isdigit() or (partial and not parts[-1].isdigit()):
        return False
    index, width = int(text), int(parts[-1]) if partial else WIDTH
    named = bundle_path(index, width) if parts[1] == "entries" else tile_path(level, index, width)
    return named == path and 0 < width <= width_of(size, level, index)


def _told(check: Callable[[], object]) -> list[Problem]:
    try:
        check()
    except HavreError as error:
        return list(error.problems)
    return []
