"""IDMC: displacement inside countries, by month from events (IDU), by year as validated (GIDD).

Events are added up to country and month; no event, place or text leaves this file. The client's number is a secret:
the service repeats it in its links, which are therefore never followed, and it is taken out of what is kept.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from havre.errors import FileError, SourceError
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Request
from havre.sources.own_file import read_bytes, wrong_layout
from havre.sources.providers.idmc_tables import EVENT, SOURCE, TABLES, Table, parse_events, parse_table
from havre.sources.providers.records import column_names, envelope, parse_json, rows_of
from havre.sources.providers.refusals import key_judge
from havre.sources.snapshot import Snapshot

BASE = "https://helix-tools-api.idmcdb.org/external-api"
VARIABLE = "HAVRE_IDMC_CLIENT_ID"
LIMIT = 1000
MOST_PAGES = 1000
WINDOW = timedelta(days=180)
"""How far back the shorter list of events goes."""
PAGE = ("count", "next", "results")


def plan_pieces(wanted: Wanted) -> Iterator[Plan]:
    """Plan the pieces: events, and one per validated table.

    Raises
    ------
    SourceError : there is no client id
    """
    client = wanted.key(SOURCE, VARIABLE)
    every = wanted.since is not None and wanted.since < wanted.today - WINDOW
    path = "all" if every else "last-180-days"
    request = Request(
        f"{BASE}/idus/{path}/", f"idu/{path}", "json",
        secrets={"client_id": client}, judge=key_judge(SOURCE, VARIABLE), largest=256 * MEBIBYTE,
    )  # fmt: skip
    yield Plan("idu", lambda fetcher: (fetcher.fetch(request),))
    for table in TABLES:
        yield Plan(table.name, _getter(table, client))


def _getter(table: Table, client: str) -> Callable[[Fetcher], tuple[Snapshot, ...]]:
    def fetch(fetcher: Fetcher) -> tuple[Snapshot, ...]:
        updated = get_updated(fetcher, table, client)
        return kept_pages(fetcher, table, client, updated) or get_pages(fetcher, table, client)

    return fetch


def _request(table: Table, client: str, offset: int, limit: int = LIMIT) -> Request:
    pairs = (("format", "json"), ("limit", str(limit)), ("offset", str(offset)), ("release_environment", "RELEASE"))
    name = f"{table.name}/{offset}" if limit > 1 else f"{table.name}/updated"
    return Request(
        f"{BASE}/{table.name}/", name, "json", pairs,
        secrets={"client_id": client}, judge=key_judge(SOURCE, VARIABLE), largest=64 * MEBIBYTE,
    )  # fmt: skip


def get_updated(fetcher: Fetcher, table: Table, client: str) -> str | None:
    """Ask for one row, to learn when a table was last changed; ``None`` where nobody tells."""
    try:
        file = fetcher.fetch(_request(table, client, 0, 1))
        return _page(file.sidecar.name, file.read())[1]
    except (SourceError, FileError):
        # The table itself tells what is wrong.
        return None


def kept_pages(fetcher: Fetcher, table: Table, client: str, updated: str | None) -> tuple[Snapshot, ...]:
    """Give the pages of the last pull, confirmed, where the table did not change since; else nothing."""
    files: list[Snapshot] = []
    offset, count = 0, 1
    try:
        while offset < count:
            file = fetcher.snapshots.latest(SOURCE, _request(table, client, offset).key)
            if file is None or updated is None:
                return ()
            count, told, _, rows = _page(file.sidecar.name, file.read())
            if told != updated or not rows:
                return ()
            files.append(file)
            offset += len(rows)
    except (SourceError, FileError):
        # Damaged on the disk: fetched anew.
        return ()
    now = fetcher.clockwork.now()
    return tuple(fetcher.snapshots.confirm(file, now) for file in files)


def get_pages(fetcher: Fetcher, table: Table, client: str) -> tuple[Snapshot, ...]:
    """Fetch all pages; each begins where the one before ended, however many rows that one had.

    Raises
    ------
    SourceError : an answer is no page, or pages do not end
    """
    files: list[Snapshot] = []
    offset, count = 0, 1
    while offset < count:
        file = fetcher.fetch(_request(table, client, offset))
        name = file.sidecar.name
        count, _, _, rows = _page(name, file.read())
        if not rows or len(files) >= MOST_PAGES:
            raise wrong_layout(name, SOURCE, f"{offset + len(rows)} results", f"count {count}")
        files.append(file)
        offset += len(rows)
    return tuple(files)


def _page(name: str, content: bytes) -> tuple[int, str | None, bool, list[dict[str, Any]]]:
    """Read a page: rows in all, day of the last change, whether more follow, and rows."""
    answer = envelope(parse_json(content, name), PAGE, name, SOURCE)
    rows = rows_of(answer["results"], ("iso3", "year", "new_displacement", "total_displacement"), name, SOURCE)
    if not isinstance(answer["count"], int) or answer["count"] < len(rows):
        raise wrong_layout(name, SOURCE, f"count {answer['count']}", f"count ≥ {len(rows)}")
    updated = answer.get("last_updated")
    return answer["count"], None if updated is None else str(updated), answer["next"] is not None, rows


def parse_pages(table: Table, pages: Sequence[tuple[str, bytes]], as_of: date) -> Parsed:
    """Read all pages of a validated table, each with the name of its request (``table/offset``).

    Raises
    ------
    SourceError : a page is missing, twice, or of another day
    PlaceError : places are unknown
    """
    rows: list[dict[str, Any]] = []
    before: tuple[int, str | None] | None = None
    for name, content in pages:
        count, updated, more, found = _page(name, content)
        if name != f"{table.name}/{len(rows)}":
            raise wrong_layout(name, SOURCE, name, f"{table.name}/{len(rows)}")
        if before not in (None, (count, updated)):
            raise wrong_layout(name, SOURCE, f"count {count}, last_updated {updated}", str(before))
        if found and found == rows[-len(found) :]:
            raise wrong_layout(name, SOURCE, f"results of offset {len(rows) - len(found)}", f"offset {len(rows)}")
        rows += found
        before = (count, updated)
        if more != (len(rows) < count):
            raise wrong_layout(name, SOURCE, f"next: {str(more).lower()}, {len(rows)} results", f"count {count}")
    if before is None or not rows or len(rows) != before[0]:
        raise wrong_layout(table.name, SOURCE, f"{len(rows)} results", f"count {before[0] if before else '–'}")
    return parse_table(table, rows, column_names(rows), table.name, as_of)


def read_events(content: bytes, name: str) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Read the list of events: of each only what is counted, and the names of all columns.

    Raises
    ------
    SourceError : it is no list of events
    """
    columns: dict[str, None] = {}

    def slim(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # Texts and coordinates are dropped while the file is read: they are most of its bytes, and nobody's business.
        columns.update(dict.fromkeys(name for name, _ in pairs))
        return {name: value for name, value in pairs if name in _KEPT}

    try:
        document = json.loads(content.decode("utf-8-sig"), object_pairs_hook=slim)
    except (ValueError, RecursionError) as error:
        raise SourceError("source.fetch.damaged", name=name, kind="json", reason=str(error)[:200]) from error
    return rows_of(document, EVENT, name, SOURCE), tuple(columns)


_KEPT = frozenset((*EVENT, "role"))


@dataclass(frozen=True)
class Idmc:
    """The connector."""

    source: str = SOURCE
    version: int = 1

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return plan_pieces(wanted)

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        if not piece.files:
            raise SourceError("source.nothing_kept", source=SOURCE)
        if piece.name != "idu":
            table = next(each for each in TABLES if each.name == piece.name)
            return parse_pages(table, [(file.sidecar.name, file.read()) for file in piece.files], as_of)
        file = piece.files[0]
        rows, columns = read_events(file.read(), file.sidecar.name)
        start = as_of - WINDOW if file.sidecar.name.endswith("days") else None
        return parse_events(rows, columns, file.sidecar.name, as_of, start)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read saved answers: events, or a validated table that is whole on one page."""
        parts = [_read_own(path, as_of) for path in paths]
        return Parsed(pl.concat([each.observations for each in parts]), parts[-1].shape)


def _read_own(path: Path, as_of: date) -> Parsed:
    content, name = read_bytes(path), str(path)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        rows, columns = read_events(content, name)
        return parse_events(rows, columns, name, as_of, None)
    count, _, more, found = _page(name, content)
    if more or count != len(found) or not found:
        raise wrong_layout(name, SOURCE, f"{len(found)} results", f"count {count}")
    columns = column_names(found)
    # The table of disasters has every column of the other one.
    table = next((each for each in reversed(TABLES) if each.told_by in columns), TABLES[0])
    return parse_table(table, found, columns, name, as_of)


CONNECTOR = Idmc()
