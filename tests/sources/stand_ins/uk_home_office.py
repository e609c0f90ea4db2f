"""gov.uk: a page that links an ODS file on another host, under an address that changes with every upload."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from html import escape

import polars as pl

from havre.panel.reference import load_reference
from tests.sources.stand_ins.frontex import bomb
from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST, ASSETS = "www.gov.uk", "assets.publishing.service.gov.uk"
HOSTS = (HOST, ASSETS)
PAGE = "/government/publications/migrants-detected-crossing-the-english-channel-in-small-boats"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
HEADER = (
    "Date", "Migrants arrived", "Boats arrived", "Boats arrived - involved in uncontrolled landings", "Notes",
)  # fmt: skip


def ods(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    """Write a minimal ODS file; runs of equal empty cells are written as repeats, as real ones are."""
    tables = "".join(
        f'<table:table table:name="{name}">{"".join(map(_row, rows))}</table:table>' for name, rows in sheets.items()
    )
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{spaces}>{body}</office:document-content>'
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", ODS, zipfile.ZIP_STORED)
        packed.writestr("META-INF/manifest.xml", manifest)
        packed.writestr("content.xml", document)
    return content.getvalue()


def _row(cells: Sequence[object]) -> str:
    rest = "<table:table-cell table:number-columns-repeated='3'/>"
    return f"<table:table-row>{''.join(map(_cell, cells))}{rest}</table:table-row>"


def _cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    kind = 'office:value-type="string"'
    if isinstance(value, date):
        kind = f'office:value-type="date" office:date-value="{value}"'
    elif isinstance(value, int | float):
        kind = f'office:value-type="float" office:value="{value}"'
    return f"<table:table-cell {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def small_boats(last: date = date(2025, 4, 30), first: date = date(2018, 1, 1)) -> list[tuple[object, ...]]:
    """Give days and people from the reference snapshot; days without anybody are blank."""
    rows = load_reference().filter((pl.col("source") == "uk_home_office") & pl.col("period").is_between(first, last))
    return [
        (day, int(value) or None, 1, 0, None) for day, value in rows.sort("period").select("period", "value").rows()
    ]


def time_series(rows: Sequence[Sequence[object]], *, sheet: str = "SB_01", header: Sequence[str] = HEADER) -> bytes:
    """Write the file as the provider lays it out."""
    title = [("Small boats: daily arrivals",), ("This is a table of management information",)]
    return ods(
        {"Notes": [("Provisional until the quarterly release",)], sheet: [*title, header, *rows, ("End of table",)]}
    )


class HomeOfficeStandIn:
    """The stand-in; the file can be changed, which changes its address too."""

    def __init__(
        self, content: bytes | None = None, name: str = "24_August_2026_Small_boats_-_time_series.ods"
    ) -> None:
        self.content = content or time_series(small_boats())
        self.path = f"/media/66ab{len(self.content):08x}/{name}"

    def __call__(self, asked: Asked) -> Answer:
        if asked.host == HOST and asked.path == PAGE:
            link = f'<a href="https://{ASSETS}{self.path}">Small boats: time series</a>'
            return Answer(f"<!DOCTYPE html><html><body>{link}</body></html>".encode(), "text/html; charset=utf-8")
        if asked.host == ASSETS and "Mozilla" not in asked.headers.get("user-agent", ""):
            return Answer(b"<html>Forbidden</html>", "text/html", 403)
        if asked.host == ASSETS and asked.path == self.path:
            return Answer(self.content, ODS, etag=True, ranges=True)
        return NOT_FOUND


def stand_in(*, small: bool = False) -> HomeOfficeStandIn:
    """Make the stand-in from the figures of the reference snapshot."""
    return HomeOfficeStandIn(time_series(small_boats(first=date(2025, 1, 1)))) if small else HomeOfficeStandIn()


def spoilt(kind: str) -> HomeOfficeStandIn:
    """Make a small stand-in whose file changed."""
    rows = small_boats(first=date(2025, 1, 1))
    match kind:
        case "column":
            return HomeOfficeStandIn(time_series(rows, header=("Date", "People arrived", *HEADER[2:])))
        case "sheet":
            return HomeOfficeStandIn(time_series(rows, sheet="Table_1"))
        case "signs":
            return HomeOfficeStandIn(time_series([(day, "1.234,5", *rest) for day, _, *rest in rows]))
        case "shrunk":
            march = [f"2025-03-{day:02d}" for day in range(1, 32)]
            return HomeOfficeStandIn(
                time_series([(day, 0 if str(day) in march else people, *rest) for day, people, *rest in rows])
            )
        case "bomb":
            return HomeOfficeStandIn(bomb(time_series(rows)))
        case "future":
            return HomeOfficeStandIn(time_series([*rows, (date(2029, 1, 1), 5, 1, 0, None)]))
        case _:
            raise KeyError(kind)
