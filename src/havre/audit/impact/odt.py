"""Assessments as OpenDocument text, to be filled in with a word processor.

References
----------
OASIS, Open Document Format for Office Applications 1.3, https://docs.oasis-open.org/office/OpenDocument/v1.3/
"""

import re
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from havre import __version__
from havre.audit.impact.layout import Tone, Written
from havre.audit.impact.render import environment

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
TEXT_WIDTH_CM = 17.0
_LOCALES = {"en": "en-GB", "fr": "fr-FR"}
_TONES: dict[Tone, str] = {
    "plain": "Table_20_Contents", "small": "Table_20_Small", "strong": "Table_20_Strong", "alert": "Table_20_Alert",
    "choice": "Choice", "blank": "Answer",
}  # fmt: skip
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_odt(page: Written, on: date) -> bytes:
    """Write an assessment as OpenDocument text: the same page and day give the same bytes."""
    contents = [(f"part-{at}", part.title) for at, part in enumerate(page.parts, start=1) if part.level == 2]
    facts = {
        "page": page,
        "locale": _LOCALES[page.language],
        "made": f"{on.isoformat()}T00:00:00",
        "version": __version__,
        "tones": _TONES,
        "width_cm": TEXT_WIDTH_CM,
        "widths": _widths(page),
        "contents": [*contents, ("sources", page.sources_title)],
    }
    names = ("content.xml", "styles.xml", "meta.xml")
    files = {name: _written(f"odt/{name}.jinja", facts) for name in names}
    return _packed({**files, "META-INF/manifest.xml": _written("odt/manifest.xml", {})}, on)


def _widths(page: Written) -> dict[int, str]:
    """Give the width of each column [cm] by its share [%]."""
    shares = sorted({width for part in page.parts for table in part.tables for width in table.widths})
    return {share: f"{TEXT_WIDTH_CM * share / 100:.2f}" for share in shares}


def _written(template: str, facts: dict[str, object]) -> str:
    # What people wrote may hold signs that XML cannot.
    return _NOT_XML.sub("\ufffd", environment().get_template(template).render(facts).lstrip())


def _packed(files: dict[str, str], on: date) -> bytes:
    """Pack the files; the media type comes first and uncompressed, so that a program can tell the file by its start."""
    day = (max(on.year, 1980), on.month, on.day, 0, 0, 0)
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr(ZipInfo("mimetype", day), MEDIA_TYPE, ZIP_STORED)
        for name, text in files.items():
            archive.writestr(ZipInfo(name, day), text.encode("utf-8"), ZIP_DEFLATED)
    return content.getvalue()
