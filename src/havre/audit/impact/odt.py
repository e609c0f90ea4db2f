"""Assessments as OpenDocument text, to be filled in with a word processor (needs the extra ``letters``).

References
----------
OASIS, Open Document Format for Office Applications 1.3, https://docs.oasis-open.org/office/OpenDocument/v1.3/
"""

from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any

from havre.audit.impact.layout import Line, Part, Table, Written
from havre.errors import RegisterError

if TYPE_CHECKING:
    from odfdo import Cell, Document, Header, Paragraph
    from odfdo import Table as OdtTable

TEXT_WIDTH_CM = 17.0
_TONES: dict[str, dict[str, Any]] = {
    "small": {"size": "8pt", "color": "#47566a"},
    "strong": {"bold": True},
    "alert": {"bold": True, "color": "#a33a00"},
}
_SIZES = {1: "18pt", 2: "14pt", 3: "11pt"}


def render_odt(page: Written, on: date) -> bytes:
    """Write an assessment as OpenDocument text.

    Raises
    ------
    RegisterError : the extra is not installed
    """
    try:
        from odfdo import Document, Paragraph
    except ImportError as error:
        raise RegisterError("register.extra", kind="ODT") from error
    document = Document("text")
    document.body.clear()
    _describe(document, page, on)
    _add_styles(document, page)
    body = document.body
    body.append(Paragraph(f"Havre · {page.title}", style="havre-small"))
    body.append(_heading(1, page.name))
    for line in page.lead:
        body.append(_paragraph(line))
    for number, part in enumerate((page.notice, *page.parts), start=1):
        _add_part(document, part, number)
    body.append(_heading(2, page.sources_title))
    for number, source, day in page.sources:
        address = f" {source.url}" if source.url else ""
        body.append(Paragraph(f"[{number}] {source.named(page.language)}, {day}.{address}", style="havre-small"))
    body.append(Paragraph(page.footer, style="havre-small"))
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def _describe(document: "Document", page: Written, on: date) -> None:
    made = datetime.combine(on, time(), tzinfo=UTC).replace(tzinfo=None)
    document.meta.title = f"{page.name}: {page.title}"
    document.meta.creation_date = made
    document.meta.date = made
    document.language = {"en": "en-GB", "fr": "fr-FR"}[page.language]


def _add_styles(document: "Document", page: Written) -> None:
    from odfdo import Style

    def add(name: str, **properties: Any) -> None:
        document.insert_style(Style("paragraph", name=name, area="text", **properties), automatic=False)

    add("havre-plain", size="9pt")
    for tone, properties in _TONES.items():
        add(f"havre-{tone}", **{"size": "9pt", **properties})
    for level, size in _SIZES.items():
        add(f"havre-heading-{level}", size=size, bold=True)
    widths = sorted({width for part in page.parts for table in part.tables for width in table.widths})
    for width in widths:
        style = Style("table-column", name=f"havre-column-{width}", width=f"{TEXT_WIDTH_CM * width / 100:.2f}cm")
        document.insert_style(style, automatic=True)
    cell = Style("table-cell", name="havre-cell", area="table-cell", border="0.5pt solid #cfd8e2", padding="0.1cm")
    document.insert_style(cell, automatic=True)


def _add_part(document: "Document", part: Part, number: int) -> None:
    from odfdo import Paragraph

    document.body.append(_heading(part.level, part.title))
    for line in part.lines:
        document.body.append(_paragraph(line))
    for place, table in enumerate(part.tables, start=1):
        document.body.append(_table(table, f"table-{number}-{place}"))
        document.body.append(Paragraph("", style="havre-plain"))


def _heading(level: int, text: str) -> "Header":
    from odfdo import Header

    made = Header(level, text)
    made.style = f"havre-heading-{level}"
    return made


def _table(table: Table, name: str) -> "OdtTable":
    from odfdo import Column, HeaderRows, Row
    from odfdo import Table as OdtTable

    made = OdtTable(name)
    for width in table.widths:
        made.append(Column(style=f"havre-column-{width}"))
    header = Row()
    for column in table.columns:
        header.append(_cell((Line(column, "strong"),)))
    heads = HeaderRows()
    heads.append(header)
    made.append(heads)
    for cells in table.rows:
        row = Row()
        for lines in cells:
            row.append(_cell(lines))
        made.append(row)
    return made


def _cell(lines: tuple[Line, ...]) -> "Cell":
    from odfdo import Cell

    cell = Cell(style="havre-cell")
    for line in lines or (Line(""),):
        cell.append(_paragraph(line))
    return cell


def _paragraph(line: Line) -> "Paragraph":
    from odfdo import Paragraph

    marks = [f"({', '.join(line.claims)})"] if line.claims else []
    marks += [f"[{number}]" for number in line.sources]
    return Paragraph(" ".join([line.text, *marks]), style=f"havre-{line.tone}")
