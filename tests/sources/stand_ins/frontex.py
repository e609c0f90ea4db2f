"""Frontex's site: a page that links a workbook; it refuses whoever does not look like a browser."""

import io
import zipfile
from collections.abc import Sequence

import xlsxwriter

from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST = "www.frontex.europa.eu"
PAGE = "/what-we-do/monitoring-and-risk-analysis/migratory-map/"
FILE = "/assets/Migratory_routes/2026/Monthly_detections_of_IBC_2026_09_02.xlsx"
OLDER = "/assets/Migratory_routes/2026/Monthly_detections_of_IBC_2026_08_04.xlsx"
MONTHS = ("JAN2026", "FEB2026", "MAR2026", "APR2026", "MAY2026", "JUN2026", "JUL2026")
ROWS: tuple[tuple[object, ...], ...] = (
    ("Central Mediterranean Route", "Sea", "Bangladesh", 410, 70, 1080, 900, 1200, 1500, 1800),
    ("Central Mediterranean Route", "Sea", "Egypt", 100, 90, 300, 200, 400, 350, 500),
    ("Western Balkan Route", "Land", "Kosovo*", 10, None, 12, 9, 11, 8, 7),
    ("Western Balkan Route", "Land", "Syria", 600, 500, 400, 420, 380, 350, 330),
    ("Eastern Mediterranean Route", "Land", "Syria", 40, 50, 60, 70, 80, 90, 100),
    ("Eastern Mediterranean Route", "Sea", "Syria", 400, 350, 300, 320, 380, 390, 410),
)


def workbook(
    rows: Sequence[Sequence[object]] = ROWS, *, sheet: str = "Detections_of_IBC", months: Sequence[str] = MONTHS,
    header: Sequence[str] = ("Route", "Border type or inland", "Nationality"),
) -> bytes:  # fmt: skip
    """Write the workbook as the provider lays it out."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        page = book.add_worksheet(sheet)
        for row, cells in enumerate([[], [*header, *months], *rows]):
            for column, cell in enumerate(cells):
                if cell is not None:
                    page.write(row, column, cell)
    return content.getvalue()


def bomb(content: bytes) -> bytes:
    """Add a member to a workbook that unpacks to half a gigabyte."""
    grown = io.BytesIO(content)
    with zipfile.ZipFile(grown, "a", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/media/image1.emf", "w") as member:
        for _ in range(512):
            member.write(bytes(1 << 20))
    return grown.getvalue()


class FrontexStandIn:
    """The stand-in; the workbook can be changed."""

    def __init__(self, content: bytes | None = None) -> None:
        self.content = content or workbook()
        self.page = PAGE

    def __call__(self, asked: Asked) -> Answer:
        if "Mozilla" not in asked.headers.get("user-agent", ""):
            return Answer(b"<html>Forbidden</html>", "text/html", 403)
        if asked.path == self.page:
            links = f'<p><a href="{OLDER}">older</a> <a class="file" href="{FILE}">Monthly detections</a></p>'
            return Answer(f"<!DOCTYPE html><html><body>{links}</body></html>".encode(), "text/html; charset=utf-8")
        if asked.path == FILE:
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            return Answer(self.content, kind, etag=True, ranges=True)
        return NOT_FOUND


def stand_in(*, small: bool = False) -> FrontexStandIn:
    """Make the stand-in, which is small in any case."""
    return FrontexStandIn()


def spoilt(kind: str) -> FrontexStandIn:
    """Make a stand-in whose workbook changed."""
    match kind:
        case "column":
            content = workbook(header=("Route", "Border type or inland", "Citizenship"))
        case "code":
            content = workbook([("New Northern Route", *row[1:]) for row in ROWS])
        case "sheet":
            content = workbook(sheet="Data")
        case "bomb":
            content = bomb(workbook())
        case "shrunk":
            content = workbook([(*row[:-1], 1) for row in ROWS])
        case "signs":
            content = workbook([(*row[:3], "1.234,5", *row[4:]) for row in ROWS])
        case _:
            raise KeyError(kind)
    return FrontexStandIn(content)
