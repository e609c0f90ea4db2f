"""Which files lie in the folder of a log, and what each of them is at the log's present size."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from havre.record.log.notes import decimal
from havre.record.log.reading import CHECKPOINT
from havre.record.log.tiles import WIDTH, bundle_path, tile_path, width_of
from havre.record.log.writing import LOCK


@dataclass(frozen=True)
class FoundFiles:
    """Files of a log beside those of its present size.

    Parameters
    ----------
    older_bundles : widths of the partial bundles of earlier sizes, by index
    older_tiles : widths of the partial tiles of earlier sizes, by level and index
    leftovers : files beyond the checkpoint, and others that are no part of a log
    """

    older_bundles: dict[int, list[int]] = field(default_factory=dict)
    older_tiles: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    leftovers: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Place:
    """What the path of a file tells; ``level`` is ``None`` for a bundle of entries."""

    level: int | None
    index: int
    width: int


def found_files(folder: Path, size: int) -> FoundFiles:
    """Look through the folder of a log that has a certain size."""
    found = FoundFiles()
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name).relative_to(folder).as_posix()
            if path in (CHECKPOINT, LOCK):
                continue
            place = _place(path)
            whole = 0 if place is None else width_of(size, place.level or 0, place.index)
            if place is None or place.width > whole:
                found.leftovers.append(path)
            elif place.width < whole and place.level is None:
                found.older_bundles.setdefault(place.index, []).append(place.width)
            elif place.width < whole and place.level is not None:
                found.older_tiles.setdefault((place.level, place.index), []).append(place.width)
    return found


def _place(path: str) -> _Place | None:
    """Read the path of a tile or bundle; ``None`` where it is that of neither."""
    parts = path.split("/")
    if parts[0] != "tile" or len(parts) < 3:
        return None
    level = None if parts[1] == "entries" else decimal(parts[1])
    partial = parts[-2].endswith(".p")
    width = decimal(parts[-1]) if partial else WIDTH
    digits = [*parts[2:-2], parts[-2].removesuffix(".p")] if partial else parts[2:]
    text = "".join(part.removeprefix("x") for part in digits)
    if (level is None and parts[1] != "entries") or not width or not text.isascii() or not text.isdecimal():
        return None
    index = int(text[-18:])
    named = bundle_path(index, width) if level is None else tile_path(level, index, width)
    return _Place(level, index, width) if named == path else None
