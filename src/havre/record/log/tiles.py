"""How a log is cut into static files: hash tiles of height 8 and bundles of 256 entries.

Reference: C2SP, Static Tiled Transparency Logs, https://c2sp.org/tlog-tiles
"""

from collections.abc import Sequence

from havre.errors import RecordError
from havre.record.log.merkle import HASH_SIZE

HEIGHT = 8
WIDTH = 1 << HEIGHT
LARGEST_ENTRY = 65_535
"""Bytes of an entry: its length is told in two bytes."""


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Give the path of a hash tile; one with fewer than 256 hashes has its width in the path.

    Examples
    --------
    >>> tile_path(0, 1234067), tile_path(1, 5, 17)
    ('tile/0/x001/x234/067', 'tile/1/005.p/17')
    """
    return f"tile/{level}/{_number(index)}{_part(width)}"


def bundle_path(index: int, width: int = WIDTH) -> str:
    """Give the path of a bundle of entries.

    Examples
    --------
    >>> bundle_path(0, 3)
    'tile/entries/000.p/3'
    """
    return f"tile/entries/{_number(index)}{_part(width)}"


def width_of(size: int, level: int, index: int) -> int:
    """Tell how many hashes a tile holds in a log of ``size`` entries; 0 where it is not there yet."""
    return max(0, min(WIDTH, (size >> HEIGHT * level) - index * WIDTH))


def levels(size: int) -> int:
    """Tell how many levels of tiles a log of ``size`` entries has."""
    return max(1, -(-size.bit_length() // HEIGHT)) if size else 0


def few(numbers: Sequence[int]) -> str:
    """Write the numbers of entries, and three points after the first five.

    Examples
    --------
    >>> few([3, 7]), few(range(9))
    ('3, 7', '0, 1, 2, 3, 4, …')
    """
    return ", ".join([*(str(number) for number in numbers[:5]), *(["…"] if len(numbers) > 5 else [])])


def pack(entries: Sequence[bytes]) -> bytes:
    """Write entries as a bundle: each with its length before it, two bytes, the larger one first.

    Raises
    ------
    RecordError : an entry is longer than a bundle can hold
    """
    for number, entry in enumerate(entries):
        if len(entry) > LARGEST_ENTRY:
            raise RecordError("record.log.too_long", number=number, size=len(entry), most=LARGEST_ENTRY)
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unpack(bundle: bytes, width: int, path: str) -> list[bytes]:
    """Read the entries of a bundle.

    Parameters
    ----------
    width : how many entries it must hold
    path : where it stands, for the message

    Raises
    ------
    RecordError : it holds more or fewer, or ends in the middle of one
    """
    entries: list[bytes] = []
    at = 0
    while at < len(bundle) and len(entries) < width:
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if end > len(bundle) or at + 2 > len(bundle):
            break
        entries.append(bundle[at + 2 : end])
        at = end
    if len(entries) != width or at != len(bundle):
        raise RecordError("record.log.bundle", path=path, expected=width, found=len(entries))
    return entries


def hashes_of(tile: bytes, width: int, path: str) -> list[bytes]:
    """Read the hashes of a tile.

    Raises
    ------
    RecordError : it holds more or fewer hashes than it must
    """
    if len(tile) != width * HASH_SIZE:
        raise RecordError("record.log.tile", path=path, expected=width * HASH_SIZE, found=len(tile))
    return [tile[at : at + HASH_SIZE] for at in range(0, len(tile), HASH_SIZE)]


def _number(index: int) -> str:
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


def _part(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"
