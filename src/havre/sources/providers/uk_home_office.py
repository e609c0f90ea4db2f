"""UK Home Office: people arriving in small boats, by day, from the weekly time series (ODS) that gov.uk links.

The address of the file changes with every upload, so it is read from the page. Days are provisional until the
quarterly statistics of their quarter are published.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from havre.months import add_months
from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Request
from havre.sources.own_file import check_unique, observation_columns, read_sheets, sheets_of, to_counts, wrong_layout
from havre.sources.providers.links import newest, parse_links
from havre.sources.snapshot import Snapshot

SOURCE = "uk_home_office"
PAGE = (
    "https://www.gov.uk/government/publications/migrants-detected-crossing-the-english-channel-in-small-boats/"
    "migrants-detected-crossing-the-english-channel-in-small-boats-last-7-days"
)
PARENT = PAGE.rsplit("/", 1)[0]
PATTERN = r"/media/.*[Ss]mall_boats.*time_series.*\.ods$"
DAY, ARRIVED = "date", "migrants arrived"
FIRST_DAY = date(2018, 1, 1)
QUARTERLY_LAG_MONTHS = 2
"""The quarterly immigration statistics are published at the end of the second month after the quarter."""
_NO_FIGURE = ("", "-", "–", ":", "z", "x", "[z]", "[x]", "[c]")


def get_time_series(fetcher: Fetcher) -> tuple[Snapshot, ...]:
    """Fetch the newest time series that the page links."""
    page = fetcher.fetch_if_there(Request(PARENT, "page", "html", browser=True, may_be_missing=True))
    links = parse_links(page.read(), PARENT, PATTERN) if page is not None else []
    if not links:
        page = fetcher.fetch(Request(PAGE, "page of the last 7 days", "html", browser=True))
        links = parse_links(page.read(), PAGE, PATTERN)
    link = newest(links, "page", PATTERN)
    # The address holds a hash of its own for every upload: the name tells the day.
    return (fetcher.fetch(Request(link.url, link.url.rsplit("/", 1)[-1], "ods", browser=True, largest=64 * MEBIBYTE)),)


def first_provisional_day(as_of: date) -> date:
    """Give the first day whose quarter had no quarterly statistics yet on the day ``as_of``.

    Examples
    --------
    >>> first_provisional_day(date(2026, 8, 21)), first_provisional_day(date(2026, 9, 1))
    (datetime.date(2026, 4, 1), datetime.date(2026, 7, 1))
    """
    whole = add_months(as_of, -QUARTERLY_LAG_MONTHS)
    return date(whole.year, 3 * ((whole.month - 1) // 3) + 1, 1)


def parse_time_series(sheets: Mapping[str, pl.DataFrame], name: str, as_of: date) -> Parsed:
    """Read the sheets of the time series.

    Parameters
    ----------
    sheets : all cells as text, by name of the sheet

    Returns
    -------
    ``sea_arrivals`` in the United Kingdom by day, all origins together; a day without a figure had no arrival.

    Raises
    ------
    SourceError : no sheet has the columns Date and Migrants arrived, a day occurs twice or lies outside the series,
        or a cell is no number
    """
    sheet, header, body = _table(sheets, name)
    table = body.filter(pl.col("date").is_not_null() & pl.col("date").str.contains(r"^\d{4}-\d{2}-\d{2}"))
    check_unique(table, ("date",), name, SOURCE)
    days = table["date"].str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    arrived = table["arrived"].str.strip_chars().replace(dict.fromkeys(_NO_FIGURE))
    rows = pl.DataFrame({"period": days, "value": to_counts(arrived.alias("Migrants arrived"), name, SOURCE)})
    outside = rows.filter(pl.col("period").is_null() | (pl.col("period") < FIRST_DAY) | (pl.col("period") > as_of))
    if outside.height or not rows.height:
        found = ", ".join(str(day) for day in outside["period"].head(3)) or "–"
        raise wrong_layout(name, SOURCE, found, f"{FIRST_DAY} … {as_of}")
    provisional = pl.col("period") >= first_provisional_day(as_of)
    told = rows.with_columns(
        value=pl.col("value").fill_null(0.0),
        status=pl.when(provisional).then(pl.lit("provisional")).otherwise(pl.lit("final")),
    )
    facts = {"measure": "sea_arrivals", "origin": "TOT", "destination": "GBR", "frequency": "D", "source": SOURCE}
    return Parsed(observation_columns(told, facts, as_of), {"sheets": (sheet,), "columns": header}, whole=True)


def _table(sheets: Mapping[str, pl.DataFrame], name: str) -> tuple[str, tuple[str, ...], pl.DataFrame]:
    """Find the sheet, its header, and the columns of days and arrivals under it."""
    for sheet, cells in sheets.items():
        for row, values in enumerate(cells.head(30).iter_rows()):
            labels = [" ".join(str(value or "").split()).casefold() for value in values]
            if DAY in labels and ARRIVED in labels:
                body = cells.slice(row + 1)
                table = body.select(
                    date=pl.nth(labels.index(DAY)).cast(pl.String),
                    arrived=pl.nth(labels.index(ARRIVED)).cast(pl.String),
                )
                return sheet, tuple(label for label in labels if label), table
    raise wrong_layout(name, SOURCE, ", ".join(sheets), "SB_01: Date | Migrants arrived | …")


@dataclass(frozen=True)
class HomeOffice:
    """The connector."""

    source: str = SOURCE
    version: int = 1

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return [Plan("small_boats", get_time_series)]

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        (file,) = piece.files
        return parse_time_series(sheets_of(file.read(), file.sidecar.name), file.sidecar.name, as_of)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read the user's own copy of the time series (ODS)."""
        return parse_time_series(read_sheets(paths[0]), str(paths[0]), as_of)


CONNECTOR = HomeOffice()
