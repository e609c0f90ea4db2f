"""ACLED: events of political violence and deaths in them by country and month. For display only.

The terms bar training, testing and improving models with it and passing it on, so that no forecast, score or release
takes it (:mod:`havre.panel.display_only`). The account's password buys a token of a day, which is never kept. A year is
fetched once; later pulls ask for the events that changed since, and for the list of deleted ones.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from havre.errors import HavreError, Problem, SourceError
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import HIDDEN, MEBIBYTE, Judge, Refused, Request, Verdict
from havre.sources.own_file import wrong_layout
from havre.sources.providers.acled_tables import FIELDS, SOURCE, page_rows, parse_year, read_own
from havre.sources.snapshot import Snapshot

TOKENS = "https://acleddata.com/oauth/token"
EVENTS = "https://acleddata.com/api/acled/read"
DELETED = "https://acleddata.com/api/deleted/read"
USERNAME, PASSWORD = "HAVRE_ACLED_USERNAME", "HAVRE_ACLED_PASSWORD"
FIRST_YEAR = 1997
LIMIT = 5000
MOST_PAGES = 200
OLDEST_BASE = timedelta(days=90)
"""After that a year is fetched anew instead of adding ever more changes to it."""
FIRST_DAYS = 15
"""Days of January in which the new year has no event yet."""


def get_token(fetcher: Fetcher, wanted: Wanted) -> str:
    """Buy a token with the user's account.

    Raises
    ------
    SourceError : the account is not set, or refused
    """
    form = {
        "username": wanted.key(SOURCE, USERNAME), "password": wanted.key(SOURCE, PASSWORD), "grant_type": "password",
        "client_id": "acled",
    }  # fmt: skip
    token = fetcher.token(Request(TOKENS, "token", "json", form=form)).get("access_token")
    if not isinstance(token, str) or not token:
        raise SourceError("source.fetch.damaged", name="token", kind="json", reason="access_token")
    return token


def judge(token: str, *, may_be_empty: bool) -> Judge:
    """Make what tells an answer that says no, or nothing: it comes with status 200 too."""

    def tell(status: int, head: bytes) -> Verdict:
        start = head[:2000].decode("utf-8", "replace")
        if status in (401, 403) or re.search(r'"success"\s*:\s*false', start):
            words = " ".join(start.replace(token, HIDDEN).split())[:200] or "–"
            return Refused(Problem.of("source.acled.refused", status=status, words=words))
        if not may_be_empty and status == 200 and re.search(r'"data"\s*:\s*\[\s*\]', start):
            return Refused(Problem.of("source.acled.nothing"))
        return None

    return tell


@dataclass(frozen=True)
class Account:
    """Asks page by page with a token."""

    fetcher: Fetcher
    token: str
    limit: int = LIMIT

    def request(self, url: str, name: str, page: int, params: tuple[tuple[str, str], ...], *, empty: bool) -> Request:
        """Make the request of a page."""
        paged = (("_format", "json"), *params, ("limit", str(self.limit)), ("page", str(page)))
        return Request(
            url, f"{name}/{page}", "json", paged, secret_headers={"Authorization": f"Bearer {self.token}"},
            judge=judge(self.token, may_be_empty=empty or page > 1), largest=64 * MEBIBYTE, pause=1.0,
        )  # fmt: skip

    def pages(self, url: str, name: str, params: tuple[tuple[str, str], ...], *, empty: bool) -> Iterator[Snapshot]:
        """Fetch all pages; the last one is not full.

        Raises
        ------
        SourceError : there are more pages than there can be
        """
        for page in range(1, MOST_PAGES + 1):
            found = self.fetcher.fetch(self.request(url, name, page, params, empty=empty))
            yield found
            if _count(found) < self.limit:
                return
        raise wrong_layout(name, SOURCE, f"page {MOST_PAGES + 1}", f"≤ {MOST_PAGES}")

    def kept(self, url: str, name: str, params: tuple[tuple[str, str], ...]) -> tuple[Snapshot, ...]:
        """Give the pages of an earlier pull; none where one is missing or damaged."""
        found: list[Snapshot] = []
        for page in range(1, MOST_PAGES + 1):
            request = self.request(url, name, page, params, empty=False)
            snapshot = self.fetcher.snapshots.latest(SOURCE, request.key)
            if snapshot is None:
                return ()
            found.append(snapshot)
            try:
                if _count(snapshot) < self.limit:
                    return tuple(found)
            except HavreError:
                # Damaged on the disk: the year is fetched anew.
                return ()
        return ()


def _count(page: Snapshot) -> int:
    return len(page_rows(page.read(), page.sidecar.name, ()))


def get_year(account: Account, year: int) -> tuple[Snapshot, ...]:
    """Fetch the events of a year: all of them, or what changed and was deleted since they were fetched."""
    span = (("event_date", f"{year}-01-01|{year}-12-31"), ("event_date_where", "BETWEEN"), ("fields", "|".join(FIELDS)))
    base = account.kept(EVENTS, f"{year}", span)
    if base:
        checked = min(page.sidecar.checked_at for page in base)
        if account.fetcher.clockwork.now() - checked <= OLDEST_BASE:
            # A day earlier: clocks differ, and what comes twice does no harm.
            since = str(int((checked - timedelta(days=1)).timestamp()))
            newer = (("timestamp", since), ("timestamp_where", ">="))
            changed = account.pages(EVENTS, f"{year}/changed/{since}", (*span, *newer), empty=True)
            gone = (("deleted_timestamp", since), ("deleted_timestamp_where", ">="))
            deleted = account.pages(DELETED, f"{year}/deleted/{since}", gone, empty=True)
            return (*base, *changed, *deleted)
    return tuple(account.pages(EVENTS, f"{year}", span, empty=False))


def plan_years(account: Account, wanted: Wanted) -> Iterator[Plan]:
    """Plan the pieces: one per year."""
    first = max(FIRST_YEAR, wanted.since.year if wanted.since else FIRST_YEAR)
    last = wanted.today.year - (wanted.today < date(wanted.today.year, 1, FIRST_DAYS))
    for year in range(first, last + 1):
        yield Plan(str(year), _getter(account, year))


def _getter(account: Account, year: int) -> Callable[[Fetcher], tuple[Snapshot, ...]]:
    return lambda _: get_year(account, year)


@dataclass(frozen=True)
class Acled:
    """The connector."""

    source: str = SOURCE
    version: int = 1
    limit: int = LIMIT

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return plan_years(Account(fetcher, get_token(fetcher, wanted), self.limit), wanted)

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        pages = ((file.sidecar.name, file.read()) for file in piece.files)
        return parse_year(pages, int(piece.name), as_of)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read the user's own copies."""
        return Parsed(pl.concat([read_own(path, as_of) for path in paths]))


CONNECTOR = Acled()
