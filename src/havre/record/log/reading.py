"""Reads a log from its static files, wherever they are: a folder, or a web server that offers that folder."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path

from havre.errors import FileError, RecordError
from havre.record.log.checkpoint import Checkpoint, parse_checkpoint
from havre.record.log.merkle import consistency_proof, folded, inclusion_proof, tree_root
from havre.record.log.notes import parse_note
from havre.record.log.tiles import HEIGHT, WIDTH, bundle_path, hashes_of, tile_path, unpack, width_of

CHECKPOINT = "checkpoint"
KEPT_TILES = 256
Fetch = Callable[[str], bytes | None]
"""Gives the content of a file of the log by its path, ``None`` where it is not there."""


def folder_files(folder: Path) -> Fetch:
    """Give the files of a log in a folder.

    Raises
    ------
    FileError : while reading, where a file is there and cannot be read
    """

    def fetch(path: str) -> bytes | None:
        try:
            return (folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            reason = error.strerror or str(error)
            raise FileError("file.damaged", path=folder / path, expected="log", reason=reason) from error

    return fetch


class Tree:
    """A log of a certain size, read from its tiles; they are not checked here, but what is proven with them is."""

    def __init__(self, fetch: Fetch, size: int) -> None:
        self.size = size
        self._fetch = fetch
        self._tiles: OrderedDict[tuple[int, int], list[bytes]] = OrderedDict()

    def root(self) -> bytes:
        """Compute the root from the tiles."""
        return tree_root(self.size, self.node)

    def node(self, level: int, index: int) -> bytes:
        """Give the hash of a complete subtree, see :mod:`havre.record.log.merkle`.

        Raises
        ------
        RecordError : a tile is missing or truncated
        """
        row, rest = divmod(level, HEIGHT)
        first = index << rest
        tile = self.tile(row, first // WIDTH)
        at = first % WIDTH
        return folded(tile[at : at + (1 << rest)])

    def tile(self, level: int, index: int) -> list[bytes]:
        """Give the hashes of a tile that belong to this size.

        Raises
        ------
        RecordError : it is missing or truncated
        """
        key = (level, index)
        if key not in self._tiles:
            width = width_of(self.size, level, index)
            content, path = self._content(lambda wide: tile_path(level, index, wide), width)
            whole = width if path == tile_path(level, index, width) else WIDTH
            self._tiles[key] = hashes_of(content, whole, path)[:width]
            if len(self._tiles) > KEPT_TILES:
                self._tiles.popitem(last=False)
        self._tiles.move_to_end(key)
        return self._tiles[key]

    def _content(self, path_of: Callable[[int], str], width: int) -> tuple[bytes, str]:
        """Read a file of a certain width, or the full one that has taken its place since."""
        for wide in dict.fromkeys((width, WIDTH)):
            content = self._fetch(path_of(wide))
            if content is not None:
                return content, path_of(wide)
        raise RecordError("record.log.missing", path=path_of(width))

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Give entries in order.

        Raises
        ------
        RecordError : a bundle is missing or damaged
        """
        end = self.size if stop is None else min(stop, self.size)
        at = start
        while at < end:
            number = at // WIDTH
            bundle = self.bundle(number)
            take = bundle[at - number * WIDTH : end - number * WIDTH]
            yield from take
            at += len(take)

    def bundle(self, number: int) -> list[bytes]:
        """Give the entries of a bundle that belong to this size.

        Raises
        ------
        RecordError : it is missing or damaged
        """
        width = width_of(self.size, 0, number)
        content, path = self._content(lambda wide: bundle_path(number, wide), width)
        whole = width if path == bundle_path(number, width) else WIDTH
        return unpack(content, whole, path)[:width]

    def entry(self, index: int) -> bytes:
        """Give one entry.

        Raises
        ------
        RecordError : there is none of that number
        """
        if not 0 <= index < self.size:
            raise RecordError("record.log.no_entry", index=index, size=self.size)
        return next(self.entries(index, index + 1))

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """Give the proof that an entry is in the log.

        Raises
        ------
        RecordError : there is none of that number, or a tile is missing
        """
        if not 0 <= index < self.size:
            raise RecordError("record.log.no_entry", index=index, size=self.size)
        return inclusion_proof(index, self.size, self.node)

    def consistency(self, old: int) -> tuple[bytes, ...]:
        """Give the proof that this log begins with the one of an earlier size.

        Raises
        ------
        RecordError : it was never that large, or a tile is missing
        """
        if not 0 <= old <= self.size:
            raise RecordError("record.log.no_entry", index=old, size=self.size)
        return consistency_proof(old, self.size, self.node)


def read_checkpoint(fetch: Fetch, where: str = CHECKPOINT) -> tuple[Checkpoint, bytes]:
    """Read the checkpoint of a log without checking who signed it: the checkpoint, and the bytes of its note.

    Raises
    ------
    RecordError : there is none, or it is damaged
    """
    data = fetch(CHECKPOINT)
    if data is None:
        raise RecordError("record.log.missing", path=where)
    return parse_checkpoint(parse_note(data, where).text, where), data
