"""GDELT: events in the media by country and month, their tone, and conflict and cooperation between countries.

Files of a day (first edition) by default, or of a quarter of an hour (second edition) where ``HAVRE_GDELT_FILES`` is
``quarter_hourly``; these are 96 times as many. A file that was fetched is never asked for again. A pull takes the
newest months first and stops at a bound, so that a long past comes over several pulls.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl

from havre.errors import FileError, Problem, SourceError
from havre.months import add_months
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Request
from havre.sources.gdelt import SOURCE, read_gdelt
from havre.sources.own_file import read_bytes, wrong_layout
from havre.sources.providers.gdelt_events import QUARTERS, days_of, month_names, parse_month, stamp_of
from havre.sources.snapshot import Snapshot

HOST = "http://data.gdeltproject.org"
VARIABLE = "HAVRE_GDELT_FILES"
FIRST_MONTH = {"daily": date(2013, 4, 1), "quarter_hourly": date(2015, 3, 1)}
FOLDERS = {"daily": "events", "quarter_hourly": "gdeltv2"}
MOST_NEW = {"daily": 400, "quarter_hourly": 3000}
"""Files that one pull fetches: more than a year, or a month."""
LEAST_DAYS = 7
"""Days of a month that must be over before it is told."""
LIST_FROM = QUARTERS
"""From so many new files on the list of all files, which is over 100 MB, is worth its checksums."""
FINAL_GAP = timedelta(days=7)
"""A file that is not there a week later never comes."""


@dataclass(frozen=True)
class Offer:
    """Which files there are: those known by a list, with their MD5, and the last one."""

    sums: Mapping[str, str] = field(default_factory=dict)
    last: str = ""


def files_of(kind: str, setting: Callable[[str], str | None]) -> str:
    """Give which files the user wants.

    Raises
    ------
    SourceError : the variable says something else
    """
    chosen = (setting(VARIABLE) or kind).strip()
    if chosen not in FOLDERS:
        raise SourceError("source.gdelt.files", variable=VARIABLE, value=chosen, known=", ".join(FOLDERS))
    return chosen


def parse_list(content: bytes, name: str) -> dict[str, str]:
    r"""Read a list of files: MD5 by name. Lines that are not whole are passed over: there are some.

    Examples
    --------
    >>> daily = b"0123456789abcdef0123456789abcdef  20260801.export.CSV.zip"
    >>> quarter = b"9 0123456789abcdef0123456789abcdef http://x/gdeltv2/20260801000000.export.CSV.zip"
    >>> list(parse_list(daily + b"\nhttp://x/gdeltv2/\n" + quarter, "list"))
    ['20260801.export.CSV.zip', '20260801000000.export.CSV.zip']

    Raises
    ------
    SourceError : no line tells a file of events
    """
    found: dict[str, str] = {}
    for line in content.split(b"\n"):
        if b".export." not in line:
            continue
        parts = line.decode("ascii", "replace").split()
        digest = next((part.lower() for part in parts if len(part) == 32 and part.isalnum()), "")
        if len(parts) in (2, 3) and digest:
            found[parts[-1].rsplit("/", 1)[-1]] = digest
    if not found:
        raise wrong_layout(name, SOURCE, content[:80].decode("utf-8", "replace"), "md5 YYYYMMDD….export.CSV.zip")
    return found


def get_offer(fetcher: Fetcher, kind: str) -> Offer:
    """Fetch the list of the files of days, or the name of the last quarter of an hour."""
    if kind == "daily":
        request = Request(f"{HOST}/events/md5sums", "md5sums", "text", largest=16 * MEBIBYTE)
    else:
        request = Request(f"{HOST}/gdeltv2/lastupdate.txt", "lastupdate.txt", "text", largest=MEBIBYTE)
    sums = parse_list(fetcher.fetch(request).read(), request.name)
    return Offer(sums, max(sums))


def with_list(fetcher: Fetcher, offer: Offer) -> Offer:
    """Add the checksums of all quarters of an hour."""
    request = Request(f"{HOST}/gdeltv2/masterfilelist.txt", "masterfilelist.txt", "text", largest=1024 * MEBIBYTE)
    return Offer({**parse_list(fetcher.fetch(request).read(), request.name), **offer.sums}, offer.last)


def names_of(kind: str, month: date) -> list[str]:
    """Name the files that a month has when it is over."""
    if kind == "daily":
        return [f"{day:%Y%m%d}.export.CSV.zip" for day in days_of(month)]
    start = datetime(month.year, month.month, 1)  # noqa: DTZ001 - names carry no zone; they are in UTC
    quarters = range(QUARTERS * len(days_of(month)))
    return [f"{start + timedelta(minutes=15 * number):%Y%m%d%H%M%S}.export.CSV.zip" for number in quarters]


def plan_months(fetcher: Fetcher, wanted: Wanted, kind: str, most: int) -> Iterator[Plan]:
    """Plan the pieces: one per month, the newest first, until the bound on new files is reached."""
    offer = get_offer(fetcher, kind)
    kept = {each.sidecar.name: each for each in fetcher.snapshots.all(SOURCE) if each.path.is_file()}
    if f"{FOLDERS[kind]}/{offer.last}" < max((name for name in kept if name.startswith(FOLDERS[kind])), default=""):
        # Lists only grow: this one was cut.
        raise SourceError("source.fetch.cut", name="md5sums" if kind == "daily" else "lastupdate.txt", host=HOST)
    last = wanted.today - timedelta(days=LEAST_DAYS)
    aside = {each.name for each in fetcher.snapshots.rejected(SOURCE)} - set(kept)
    first = max(FIRST_MONTH[kind], _first(wanted, kind, set(kept), aside))
    months = month_names(first, last) if first <= last else []
    left = most
    for number, month in enumerate(months):
        new = missing_names(kind, month, kept, offer, wanted.today)
        if new and len(new) > left:
            rest = f"{months[-1]:%Y-%m} … {month:%Y-%m}"
            fetcher.tell(Problem.of("source.gdelt.later", months=rest, most=most).sentence())
            if number:
                return
            # The oldest of them: what is older than a file that came counts as never published.
            new = new[:left]
        if kind == "quarter_hourly" and len(new) > LIST_FROM and len(offer.sums) < LIST_FROM:
            offer = with_list(fetcher, offer)
        left -= len(new)
        yield Plan(f"{kind}/{month:%Y-%m}", _getter(kind, month, kept, tuple(new), offer))


def _first(wanted: Wanted, kind: str, kept: set[str], aside: set[str]) -> date:
    """Give the first month: the one asked for, else the earliest of the last fetched, those kept out, the last whole.

    Parameters
    ----------
    kept, aside : names of files that are there, and of those that were set aside since their month did not land
    """
    if wanted.since is not None:
        return wanted.since.replace(day=1)

    def days(names: set[str]) -> list[date]:
        return [day for name in names if name.startswith(FOLDERS[kind]) and (day := stamp_of(name).day)]

    whole = add_months(wanted.today.replace(day=1), -1)
    return min(max(days(kept), default=whole), whole, *days(aside)).replace(day=1)


def missing_names(kind: str, month: date, kept: Mapping[str, Snapshot], offer: Offer, today: date) -> list[str]:
    """Name the files of a month to fetch: offered, not there yet, and not given up."""
    folder = FOLDERS[kind]
    every = [name for name in names_of(kind, month) if name <= offer.last]
    have = [name for name in every if f"{folder}/{name}" in kept]
    newest = max(have, default="")
    lasting = f"{today - FINAL_GAP:%Y%m%d}"
    if kind == "daily":
        # The list says what there is; a file whose checksum is another one was issued anew.
        every = [name for name in every if name in offer.sums]
        return [name for name in every if name not in have or not _is_listed(kept[f"{folder}/{name}"], name, offer)]
    return [name for name in every if name not in have and (name > newest or name > lasting)]


def _is_listed(file: Snapshot, name: str, offer: Offer) -> bool:
    try:
        return name not in offer.sums or _md5(file.read()) == offer.sums[name]
    except FileError:
        # Damaged on the disk: it is fetched anew.
        return False


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _getter(
    kind: str, month: date, kept: Mapping[str, Snapshot], new: Sequence[str], offer: Offer
) -> Callable[[Fetcher], tuple[Snapshot, ...]]:
    def fetch(fetcher: Fetcher) -> tuple[Snapshot, ...]:
        files: list[Snapshot] = []
        for name in names_of(kind, month):
            if name in new:
                found = get_file(fetcher, kind, name, offer)
                files += [found] if found is not None else []
            elif (path := f"{FOLDERS[kind]}/{name}") in kept:
                files.append(kept[path])
        return tuple(files)

    return fetch


def get_file(fetcher: Fetcher, kind: str, name: str, offer: Offer) -> Snapshot | None:
    """Fetch a file and compare its checksum; ``None`` for a quarter of an hour that was never published.

    Raises
    ------
    SourceError : its MD5 is not the one of the list
    """
    path = f"{FOLDERS[kind]}/{name}"
    request = Request(f"{HOST}/{path}", path, "zip", largest=256 * MEBIBYTE, may_be_missing=kind != "daily")
    found = fetcher.fetch_if_there(request)
    if found is not None and name in offer.sums and _md5(found.read()) != offer.sums[name]:
        fetcher.snapshots.reject(found)
        raise SourceError("source.fetch.damaged", name=path, kind="zip", reason="MD5")
    return found


@dataclass(frozen=True)
class Gdelt:
    """The connector; ``most`` new files are fetched in a pull, by default as :data:`MOST_NEW` says."""

    source: str = SOURCE
    version: int = 1
    kind: str = "daily"
    most: int | None = None

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        kind = files_of(self.kind, wanted.keys)
        return plan_months(fetcher, wanted, kind, self.most or MOST_NEW[kind])

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        return parse_month([(file.sidecar.name, file.read) for file in piece.files], as_of)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read files of events (ZIP), or the user's own index (Parquet, CSV)."""
        archives = [path for path in paths if path.suffix.lower() == ".zip"]
        found = [read_gdelt(path, as_of=as_of) for path in paths if path not in archives]
        if archives:
            found.append(parse_month([(path.name, partial(read_bytes, path)) for path in archives], as_of).observations)
        return Parsed(pl.concat(found))


CONNECTOR = Gdelt()
