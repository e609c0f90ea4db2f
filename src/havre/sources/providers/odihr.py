"""OSCE/ODIHR: hate crime by country and year, from the pages of years and of countries; there is no API.

A year is published on 16 November of the next one. The page of a year tells what the police recorded and what others
reported; the page of a country tells what was prosecuted and sentenced.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from havre.errors import SourceError
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Request
from havre.sources.providers.links import parse_links
from havre.sources.providers.odihr_tables import SOURCE, parse_country, parse_year, place_of, read_own
from havre.sources.snapshot import Snapshot

BASE = "https://hatecrime.osce.org"
YEARS = f"{BASE}/hate-crime-data"
FIRST_YEAR = 2009
PUBLISHED = (11, 16)
"""Month and day on which a year is published, in the next one."""


def last_year(today: date) -> int:
    """Give the last year that is published.

    Examples
    --------
    >>> last_year(date(2026, 11, 15)), last_year(date(2026, 11, 16))
    (2024, 2025)
    """
    return today.year - (1 if (today.month, today.day) >= PUBLISHED else 2)


def year_request(year: int) -> Request:
    """Make the request of the page of a year."""
    return Request(YEARS, f"year/{year}", "html", (("year", str(year)),), largest=16 * MEBIBYTE, pause=1.0)


def plan_pages(fetcher: Fetcher, wanted: Wanted) -> Iterator[Plan]:
    """Plan the pieces: a page per year, and one per country that the page of the last year links.

    Raises
    ------
    SourceError : the page of the last year is not there, or links no country
    """
    last = last_year(wanted.today)
    first = max(FIRST_YEAR, min(wanted.since.year, last) if wanted.since else FIRST_YEAR)
    page = fetcher.fetch(year_request(last))
    countries = country_pages(page.read())
    if not countries:
        raise SourceError("source.fetch.no_link", name=f"year/{last}", pattern=f"{BASE}/…")
    for year in range(first, last + 1):
        yield Plan(f"year/{year}", _getter(year_request(year)) if year < last else lambda _: (page,))
    for code, address in countries.items():
        request = Request(address, f"country/{code}", "html", largest=16 * MEBIBYTE, pause=1.0)
        yield Plan(f"country/{code}", _getter(request))


def country_pages(page: bytes) -> dict[str, str]:
    """Find the pages of countries among the links of a page: address by code."""
    found: dict[str, str] = {}
    for link in parse_links(page, YEARS, rf"^{BASE}/[a-z-]+/?$"):
        code = place_of(link.url.partition("?")[0].rstrip("/").rsplit("/", 1)[-1])
        if code is not None:
            found.setdefault(code, link.url.partition("?")[0])
    return dict(sorted(found.items()))


def _getter(request: Request) -> Callable[[Fetcher], tuple[Snapshot, ...]]:
    return lambda fetcher: (fetcher.fetch(request),)


@dataclass(frozen=True)
class Odihr:
    """The connector."""

    source: str = SOURCE
    version: int = 1

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return plan_pages(fetcher, wanted)

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        (file,) = piece.files
        kind, _, which = piece.name.partition("/")
        if kind == "year":
            return parse_year(file.read(), int(which), piece.name, as_of)
        return parse_country(file.read(), which, piece.name, as_of)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read the user's own copies: a saved page of a year, an export of incidents, or a table."""
        parts = [read_own(path, as_of) for path in paths]
        return Parsed(pl.concat([each.observations for each in parts]), parts[-1].shape)


CONNECTOR = Odihr()
