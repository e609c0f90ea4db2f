"""Tells data from what only looks like it: login pages, error pages, truncated or blown-up archives."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from havre.errors import Problem, SourceError
from havre.sources.fetch.request import Kind, Refused

HEAD = 1 << 16
"""Bytes of a body that are looked at."""
TAIL = 1 << 12
MOST_RATIO = 200
"""Statistics pack to a twentieth at best; beyond a two-hundredth an archive is a bomb."""
_MAGIC: Mapping[str, tuple[bytes, ...]] = {
    "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "xlsx": (b"PK\x03\x04",),
    "ods": (b"PK\x03\x04",),
    "gzip": (b"\x1f\x8b",),
}


def _is_page(start: bytes) -> bool:
    return (
        start[:200].lower().startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in start.lower()
    )


_LOOKS: Mapping[Kind, Callable[[bytes], bool]] = {
    "json": lambda start: start[:1] in (b"{", b"["),
    "xml": lambda start: start[:1] == b"<" and not _is_page(start),
    "html": lambda start: start[:1] == b"<",
    "csv": lambda start: start[:1] not in (b"", b"<", b"{", b"[") and b"\x00" not in start,
    "text": lambda start: start[:1] not in (b"", b"<") and b"\x00" not in start,
}


def check_kind(kind: Kind, head: bytes, name: str, content_type: str) -> Refused | None:
    """Tell whether a body begins like what it has to be.

    Parameters
    ----------
    head : the first bytes of the body
    name : of the request
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    fits = start.startswith(_MAGIC[kind]) if kind in _MAGIC else _LOOKS[kind](start[:4096])
    if fits:
        return None
    words = " ".join(start[:120].decode("utf-8", "replace").split())
    return Refused(
        Problem.of("source.fetch.not_data", name=name, kind=kind, content_type=content_type or "–", words=words or "–")
    )


def is_ended(kind: Kind, tail: bytes) -> bool:
    """Tell whether a body ends as its kind does; a table of text may end anywhere.

    Parameters
    ----------
    tail : the last bytes of the body
    """
    if kind == "json":
        return tail.rstrip().endswith((b"}", b"]"))
    if kind == "xml":
        return tail.rstrip().endswith(b">")
    if kind in ("zip", "xlsx", "ods"):
        # The end of the central directory; a comment may follow it.
        return b"PK\x05\x06" in tail
    return True


class BadPacking(Exception):  # noqa: N818 - becomes a fault of the network
    """A body that was packed for the way is damaged or ends too early."""


def unpacked(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Unpack a body that was packed for the way, piece by piece; an end that comes too early is a fault.

    Raises
    ------
    BadPacking : it is damaged, cut off, or packed in another way than was asked for
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        yield from chunks
        return
    if encoding not in ("gzip", "x-gzip"):
        raise BadPacking(encoding[:40])
    unpacker = zlib.decompressobj(wbits=31)
    try:
        for chunk in chunks:
            rest = chunk
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, 1 << 20)
                rest = unpacker.unconsumed_tail
    except zlib.error as error:
        raise BadPacking(str(error)[:80]) from error
    if not unpacker.eof:
        raise BadPacking("gzip: cut off")


def retry_after(header: str | None, now: datetime) -> float | None:
    """Read ``Retry-After``: seconds, or a date (RFC 9110, section 10.2.3); ``None`` where it cannot be read.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> retry_after("7", noon), retry_after("Thu, 01 Jan 2026 12:01:00 GMT", noon), retry_after("soon", noon)
    (7.0, 60.0, None)
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError):
        return None


FAR_ROWS, FAR_LETTERS = 6, 3
"""A cell of a sheet beyond row 99,999, or in a column with three letters: readers keep room for all cells before it."""
_CELL = re.compile(rb'<c [^>]*?r="([A-Z]+)(\d+)"')


def _reaches_far(block: bytes) -> bool:
    """Tell whether a part of a sheet (Office Open XML) has a cell so far out that reading it would take all memory."""
    return any(len(found[1]) >= FAR_LETTERS or len(found[2]) >= FAR_ROWS for found in _CELL.finditer(block))


def check_archive(content: bytes, name: str, largest: int) -> None:
    """Unpack an archive piece by piece and throw it away, to know how large it is before anybody reads it whole.

    Raises
    ------
    SourceError : it is no archive, is damaged, or would become larger than ``largest`` bytes
    """
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for each in archive.infolist():
                with archive.open(each) as member:
                    rest = b""
                    while block := member.read(1 << 20):
                        size += len(block)
                        if size > largest or _reaches_far(rest + block):
                            raise SourceError("source.fetch.too_large", name=name, largest=largest)
                        rest = block[-64:]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, OSError, ValueError) as error:
        raise SourceError("source.fetch.damaged", name=name, kind="zip", reason=str(error)[:200]) from error


def unzipped(content: bytes, name: str, largest: int, wanted: Callable[[str], bool] = lambda _: True) -> bytes:
    """Unpack the one wanted member of an archive.

    Parameters
    ----------
    largest : most bytes that it may become
    wanted : tells the member by its name

    Raises
    ------
    SourceError : it is no archive, holds none or several of what is wanted, is damaged, or would become too large
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [each for each in archive.infolist() if not each.is_dir() and wanted(each.filename)]
            if len(members) != 1:
                found = ", ".join(each.filename for each in archive.infolist()[:5]) or "–"
                raise SourceError("source.fetch.members", name=name, count=len(members), found=found)
            with archive.open(members[0]) as member:
                # What the archive says of its size may be a lie: no more than allowed is ever unpacked.
                unpacked = member.read(min(largest, max(len(content), 4096) * MOST_RATIO) + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, OSError, ValueError) as error:
        raise SourceError("source.fetch.damaged", name=name, kind="zip", reason=str(error)[:200]) from error
    if len(unpacked) > min(largest, max(len(content), 4096) * MOST_RATIO):
        raise SourceError("source.fetch.too_large", name=name, largest=largest)
    return unpacked
