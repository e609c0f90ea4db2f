"""Checks a whole log: every entry, every tile and the checkpoint, computed anew from the entries alone.

Where a bundle and the tile over it contradict each other, the hash one level up tells which of the two was changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from havre.errors import HavreError, Problem
from havre.record.log.checkpoint import Checkpoint, open_checkpoint
from havre.record.log.files import FoundFiles, found_files
from havre.record.log.merkle import folded, leaf_hash, tree_root
from havre.record.log.notes import Verifies
from havre.record.log.reading import CHECKPOINT, Tree, folder_files, read_checkpoint
from havre.record.log.tiles import HEIGHT, WIDTH, bundle_path, levels, pack, tile_path, width_of

Found = TypeVar("Found")

Row = list[bytes | None]
"""Hashes of a tile or a level; ``None`` where neither the file nor what lies under it could be read."""


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
    FileError : the checkpoint cannot be read
    """
    fetch = folder_files(folder)
    checkpoint, note = read_checkpoint(fetch, str(folder / CHECKPOINT))
    problems: list[Problem] = []
    if trusted:
        told = _tried(lambda: open_checkpoint(note, trusted, where=str(folder / CHECKPOINT)))
        problems += told if isinstance(told, list) else []
    found = found_files(folder, checkpoint.size)
    check = _Check(folder, Tree(fetch, checkpoint.size), checkpoint, found)
    return Checked(checkpoint.size, (*problems, *check.run()), found.leftovers)


@dataclass
class _Check:
    """One run over a log, level by level from the entries up."""

    folder: Path
    tree: Tree
    checkpoint: Checkpoint
    found: FoundFiles
    problems: list[Problem] = field(default_factory=list)
    edges: dict[int, Row] = field(default_factory=dict)
    """The tile at the right edge of each level, where it is not full."""

    def run(self) -> list[Problem]:
        size = self.checkpoint.size
        shown = _tried(self.tree.root)
        edge_right = shown == self.checkpoint.root
        hashes: Row = []
        for level in range(levels(size)):
            above: Row = []
            for index in range(-(-(size >> HEIGHT * level) // WIDTH)):
                below = self._leaves(index) if level == 0 else hashes[index * WIDTH : (index + 1) * WIDTH]
                row, vouched = self._judged(level, index, below, edge_right=edge_right)
                if width_of(size, level, index) == WIDTH:
                    above.append(vouched if None in row else folded([each for each in row if each is not None]))
                else:
                    self.edges[level] = row
            hashes = above
        if not self.problems and tree_root(size, self._edge_node) != self.checkpoint.root:
            self._tell("record.log.not_its_root", path=self.folder, size=size)
        return self.problems

    def _leaves(self, index: int) -> Row:
        """Hash the entries of a bundle, and compare older partial bundles with it."""
        width = width_of(self.checkpoint.size, 0, index)
        bundle = _tried(lambda: self.tree.bundle(index))
        if bundle and isinstance(bundle[0], Problem):
            self.problems += [self._placed(each, bundle_path(index, width)) for each in bundle]
            return [None] * width
        for older in self.found.older_bundles.get(index, ()):
            self._compare_older(bundle_path(index, older), pack(bundle[:older]))
        return [leaf_hash(entry) for entry in bundle]

    def _judged(self, level: int, index: int, below: Row, *, edge_right: bool) -> tuple[Row, bytes | None]:
        """Compare a tile with what lies under it; give the right hashes, and the hash that the level above tells."""
        size = self.checkpoint.size
        width = width_of(size, level, index)
        stored, vouched = self._stored(level, index, width), self._told_above(level, index)
        row = below
        if stored is not None:
            differs = [at for at in range(width) if below[at] not in (None, stored[at])]
            sure = edge_right if width < WIDTH else folded(stored) == vouched
            if differs and sure:
                self._tell_below(level, index, differs)
            elif differs:
                self._tell("record.log.changed", path=self.folder / self._tile_path(level, index, width))
            if not differs or sure:
                row = list(stored)
        for older in self.found.older_tiles.get((level, index), ()):
            if None not in row[:older]:
                content = b"".join(each for each in row[:older] if each is not None)
                self._compare_older(tile_path(level, index, older), content)
        return row, vouched

    def _tell_below(self, level: int, index: int, differs: Sequence[int]) -> None:
        """The tile is right: what lies under it was changed."""
        size = self.checkpoint.size
        if level == 0:
            path = bundle_path(index, width_of(size, 0, index))
            numbers = [str(index * WIDTH + at) for at in differs]
            told = ", ".join(numbers[:5]) + (" …" if len(numbers) > 5 else "")
            self._tell("record.log.soundness.entries", path=self.folder / path, numbers=told)
            return
        tile = self._tile_path(level, index, width_of(size, level, index))
        for at in differs:
            path = tile_path(level - 1, index * WIDTH + at)
            self._tell("record.log.soundness.below", path=self.folder / path, tile=tile)

    def _stored(self, level: int, index: int, width: int) -> list[bytes] | None:
        tile = _tried(lambda: self.tree.tile(level, index))
        if tile and isinstance(tile[0], Problem):
            self.problems += [self._placed(each, self._tile_path(level, index, width)) for each in tile]
            return None
        return tile

    def _told_above(self, level: int, index: int) -> bytes | None:
        """Give the hash of a tile in the tile above it; ``None`` where that is not there."""
        if width_of(self.checkpoint.size, level, index) < WIDTH:
            return None
        above = _tried(lambda: self.tree.tile(level + 1, index // WIDTH))
        if above and isinstance(above[0], Problem):
            return None
        return bytes(above[index % WIDTH])

    def _compare_older(self, path: str, content: bytes) -> None:
        """Compare a partial file of an earlier size, which readers of an older checkpoint may still ask for."""
        if _tried((self.folder / path).read_bytes) != content:
            self._tell("record.log.soundness.older", path=self.folder / path)

    def _edge_node(self, level: int, index: int) -> bytes:
        row, rest = divmod(level, HEIGHT)
        first = (index << rest) % WIDTH
        return folded([each for each in self.edges[row][first : first + (1 << rest)] if each is not None])

    def _tile_path(self, level: int, index: int, width: int) -> str:
        """Give the path of a tile; of the full one, where only that is there."""
        path = tile_path(level, index, width)
        return path if (self.folder / path).exists() else tile_path(level, index)

    def _placed(self, problem: Problem, path: str) -> Problem:
        """Tell the whole path of a file."""
        fields = dict(problem.fields)
        fields["path"] = self.folder / str(fields.get("path", path))
        return Problem.of(problem.key, **fields)

    def _tell(self, key: str, **fields: object) -> None:
        self.problems.append(Problem.of(key, **fields))


def _tried(read: Callable[[], Found]) -> Found | list[Problem]:
    """Give what is read, or the problems that stood in its way."""
    try:
        return read()
    except HavreError as error:
        return list(error.problems)
    except OSError:
        return []
