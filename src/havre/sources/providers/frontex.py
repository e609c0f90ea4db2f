"""Frontex: the monthly workbook of detections, found on the page of the migratory map.

The site refuses programs that do not send the User-Agent of a browser. Its terms of reuse are not clear: what is
pulled is the user's own copy and is not redistributed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from havre.sources.connector import Parsed, Piece, Plan, Wanted
from havre.sources.fetch.fetcher import Fetcher
from havre.sources.fetch.request import MEBIBYTE, Request
from havre.sources.frontex import SOURCE, find_table, parse_detections, parse_sheet, read_frontex
from havre.sources.own_file import sheets_of
from havre.sources.providers.links import newest, parse_links
from havre.sources.snapshot import Snapshot

PAGES = (
    "https://www.frontex.europa.eu/what-we-do/monitoring-and-risk-analysis/migratory-map/",
    "https://www.frontex.europa.eu/along-eu-borders/migratory-map/",
)
"""The page that links the workbook, and where it was before."""
PATTERN = r"/Migratory_routes/.*[Dd]etections_of_IBC.*\.xlsx$"


def get_detections(fetcher: Fetcher) -> tuple[Snapshot, ...]:
    """Fetch the newest workbook that the page links."""
    page = None
    for address in PAGES:
        request = Request(address, "page", "html", browser=True, may_be_missing=True)
        page = fetcher.fetch_if_there(request)
        if page is not None:
            break
    if page is None:
        page = fetcher.fetch(Request(PAGES[0], "page", "html", browser=True))
    link = newest(parse_links(page.read(), page.sidecar.url, PATTERN), "page", PATTERN)
    workbook = Request(
        link.url, link.url.rsplit("/", 1)[-1], "xlsx", browser=True, largest=64 * MEBIBYTE,
        headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,*/*"},
    )  # fmt: skip
    return (fetcher.fetch(workbook),)


def parse_workbook(content: bytes, name: str, as_of: date) -> Parsed:
    """Read the workbook: the whole history is issued anew each month.

    Raises
    ------
    FileError, SourceError, PlaceError : see :func:`havre.sources.frontex.read_frontex`
    """
    sheet, cells, header = find_table(sheets_of(content, name), name=name)
    table = parse_sheet(cells, header, name=name)
    # Every month is a column: what tells a change of layout are the columns before them.
    labels = [str(label or "").strip() for label in cells.row(header)][:3]
    shape = {
        "sheets": (sheet,),
        "columns": tuple(labels),
        "code:route": tuple(sorted({str(each) for each in table["route"]})),
        "code:nationality": tuple(sorted({str(each) for each in table["nat"]})),
    }
    return Parsed(parse_detections(table, as_of=as_of, name=name), shape, whole=True)


@dataclass(frozen=True)
class Frontex:
    """The connector."""

    source: str = SOURCE
    version: int = 1

    def plans(self, fetcher: Fetcher, wanted: Wanted) -> Iterable[Plan]:
        """See :class:`havre.sources.connector.Connector`."""
        return [Plan("detections", get_detections)]

    def parse(self, piece: Piece, as_of: date) -> Parsed:
        """See :class:`havre.sources.connector.Connector`."""
        return parse_workbook(piece.files[0].read(), piece.files[0].sidecar.name, as_of)

    def read(self, paths: Sequence[Path], as_of: date) -> Parsed:
        """Read the user's own copy: the provider's workbook, or a long table."""
        return Parsed(read_frontex(paths[0], as_of=as_of))


CONNECTOR = Frontex()
