"""Checks a whole log: every entry, every tile and the checkpoint.

It goes from the top down. The root of the checkpoint tells which tiles at the right edge are right; each right tile
tells the hashes of those below it, and the lowest ones those of the entries. So where two files contradict each other,
the one that was changed is named. Where a tile is lost or changed, it is computed anew from what lies under it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import TypeVar

from havre.errors import FileError, HavreError, Problem
from havre.record.log.checkpoint import Checkpoint, open_checkpoint
from havre.record.log.files import FoundFiles, found_files
from havre.record.log.merkle import folded, leaf_hash, tree_root
from havre.record.log.notes import Verifies
from havre.record.log.reading import CHECKPOINT, Tree, folder_files, read_checkpoint
from havre.record.log.tiles import HEIGHT, WIDTH, bundle_path, few, levels, pack, tile_path, width_of

Row = list[bytes]
"""Hashes of a tile."""
Found = TypeVar("Found")


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
    RecordError : there is no checkpoint, or it is damaged; then there is nothing to check against
    FileError : the checkpoint cannot be read
    """
    fetch = folder_files(folder)
    checkpoint, note = read_checkpoint(fetch, str(folder / CHECKPOINT))
    found = found_files(folder, checkpoint.size)
    check = _Check(folder, Tree(fetch, checkpoint.size), checkpoint, found)
    if trusted:
        check.tried(lambda: open_checkpoint(note, trusted, where=str(folder / CHECKPOINT)))
    check.run()
    return Checked(checkpoint.size, tuple(check.problems), tuple(found.leftovers))


@dataclass
class _Check:
    """One run over a log, level by level from the top down."""

    folder: Path
    tree: Tree
    checkpoint: Checkpoint
    found: FoundFiles
    problems: list[Problem] = field(default_factory=list)

    def run(self) -> None:
        """Check every tile of each level, then the entries."""
        size = self.checkpoint.size
        if size == 0:
            if tree_root(0, self.tree.node) != self.checkpoint.root:
                self._tell("record.log.not_its_root", path=self.folder, size=size)
            return
        edges = self._edges()
        above: list[bytes | None] = []
        for level in reversed(range(levels(size))):
            here: list[bytes | None] = []
            for index in range(-(-(size >> HEIGHT * level) // WIDTH)):
                full = width_of(size, level, index) == WIDTH
                row = self._full(level, index, above[index]) if full else edges.get(level)
                if row is not None:
                    self._compare_older_tiles(level, index, row)
                if level == 0:
                    self._compare_bundle(index, row)
                else:
                    here += row if row is not None else [None] * width_of(size, level, index)
            above = here

    def _edges(self) -> dict[int, Row]:
        """Find the tiles at the right edge that the root of the checkpoint proves, computed anew where need be.

        Where no choice between what is stored and what lies under it has the root, those that nobody contradicts stay.
        """
        size = self.checkpoint.size
        partial = {level: (size >> HEIGHT * level) // WIDTH for level in range(levels(size)) if self._has_edge(level)}
        choices = {level: self._both(level, index) for level, index in partial.items()}
        for picked in product(*choices.values()):
            fits = {level: row for level, row in zip(choices, picked, strict=True) if row is not None}
            if len(fits) == len(choices) and self._root_over(fits) == self.checkpoint.root:
                for level, row in fits.items():
                    if row != choices[level][0]:
                        self._tell_tile(level, partial[level])
                return fits
        agreed = {level: rows[0] for level, rows in choices.items() if len(rows) == 1 and rows[0] is not None}
        if len(agreed) == len(choices):
            self._tell("record.log.not_its_root", path=self.folder, size=size)
            return agreed
        for level, rows in choices.items():
            if len(rows) > 1:
                self._contradict(level, partial[level])
        return agreed

    def _has_edge(self, level: int) -> bool:
        return (self.checkpoint.size >> HEIGHT * level) % WIDTH > 0

    def _both(self, level: int, index: int) -> list[Row | None]:
        """Give what is stored for a tile and what lies under it; once where both are the same or one cannot be read."""
        stored, below = self._stored(level, index), self._below(level, index)
        if stored is None or below is None or stored == below:
            return [below if stored is None else stored]
        return [stored, below]

    def _root_over(self, rows: dict[int, Row]) -> bytes:
        def node(level: int, index: int) -> bytes:
            row, rest = divmod(level, HEIGHT)
            first = (index << rest) % WIDTH
            return folded(rows[row][first : first + (1 << rest)])

        return tree_root(self.checkpoint.size, node)

    def _full(self, level: int, index: int, told: bytes | None) -> Row | None:
        """Give the right hashes of a full tile whose own hash is told above; ``None`` where nothing has that hash.

        Without a hash from above, what is stored is taken if what lies under it does not contradict it.
        """
        stored = self._stored(level, index)
        if stored is not None and told is not None and folded(stored) == told:
            return stored
        below = self._below(level, index)
        if below is not None and told is not None and folded(below) == told:
            if stored is not None:
                self._tell_tile(level, index)
            return below
        if told is None and (stored is None or below is None or stored == below):
            return below if stored is None else stored
        if stored is not None or below is not None:
            self._contradict(level, index)
        return None

    def _stored(self, level: int, index: int) -> Row | None:
        """Read a tile; tell where it is missing, truncated or cannot be read."""
        return self.tried(lambda: self.tree.tile(level, index))

    def _below(self, level: int, index: int) -> Row | None:
        """Compute a tile from what lies under it; ``None`` where that cannot be read."""
        width = width_of(self.checkpoint.size, level, index)
        try:
            if level == 0:
                return [leaf_hash(entry) for entry in self.tree.bundle(index)]
            return [folded(self.tree.tile(level - 1, index * WIDTH + at)) for at in range(width)]
        except HavreError:
            return None

    def _compare_bundle(self, index: int, row: Row | None) -> None:
        """Compare the entries of a bundle with the right hashes, and older bundles with it."""
        path = bundle_path(index, width_of(self.checkpoint.size, 0, index))
        bundle = self.tried(lambda: self.tree.bundle(index))
        if bundle is None:
            return
        hashes = [leaf_hash(entry) for entry in bundle]
        if row is not None and hashes != row:
            numbers = [index * WIDTH + at for at, found in enumerate(hashes) if found != row[at]]
            self._tell("record.log.entries", path=self.folder / path, numbers=few(numbers))
        elif row is not None:
            for width in self.found.older_bundles.get(index, ()):
                self._compare_older(bundle_path(index, width), pack(bundle[:width]))

    def _compare_older_tiles(self, level: int, index: int, row: Row) -> None:
        for width in self.found.older_tiles.get((level, index), ()):
            self._compare_older(tile_path(level, index, width), b"".join(row[:width]))

    def _compare_older(self, path: str, content: bytes) -> None:
        """Compare a partial file of an earlier size, which readers of an older checkpoint may still ask for."""
        if self.tried(lambda: folder_files(self.folder)(path)) not in (content, None):
            self._tell("record.log.older", path=self.folder / path)

    def _tell_tile(self, level: int, index: int) -> None:
        self._tell("record.log.changed", path=self.folder / self._tile_path(level, index))

    def _contradict(self, level: int, index: int) -> None:
        """Tell that a tile and what lies under it contradict each other or what is told above."""
        under = bundle_path(index, width_of(self.checkpoint.size, 0, index)) if level == 0 else f"tile/{level - 1}"
        self._tell("record.log.contradict", path=self.folder / self._tile_path(level, index), other=under)

    def _tile_path(self, level: int, index: int) -> str:
        """Give the path of a tile; of the full one, where only that is there."""
        path = tile_path(level, index, width_of(self.checkpoint.size, level, index))
        return path if (self.folder / path).exists() else tile_path(level, index)

    def _tell(self, key: str, **fields: object) -> None:
        self.problems.append(Problem.of(key, **fields))

    def tried(self, read: Callable[[], Found]) -> Found | None:
        """Give what is read; ``None``, and the problems told with the whole path, where that cannot be done."""
        try:
            return read()
        except HavreError as error:
            for problem in error.problems:
                fields = dict(problem.fields)
                # The tiles know their paths within the log; who cannot read a file tells the whole path.
                if "path" in fields and not isinstance(error, FileError):
                    fields["path"] = self.folder / str(fields["path"])
                told = Problem.of(problem.key, **fields)
                if told not in self.problems:
                    self.problems.append(told)
            return None
