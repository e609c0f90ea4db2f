"""Reports as files: one HTML page that needs nothing else, and the same page as PDF.

References
----------
W3C, Content Security Policy Level 3, https://www.w3.org/TR/CSP3/ (the style is allowed by its hash, nothing else).
"""

import base64
import hashlib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from havre.audit.register.load import Register
from havre.audit.register.models import Entry
from havre.audit.report.page import Page
from havre.errors import RegisterError
from havre.texts import LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

Length = Literal["one_page", "full"]
Back = tuple[str, str]
"""Words and address of a link to where a page belongs; a file that stands alone has none."""
LETTERS_PT = (7.1, 6.8, 6.5, 6.2, 5.9)
"""Sizes of letters [pt] that are tried until a report of one page fits on its sheet."""
LENGTHS: tuple[Length, ...] = ("one_page", "full")


def render_html(
    register: Register, entry: Entry, language: Language, length: Length, on: date, back: Back | None = None
) -> str:
    """Write a report as one HTML page.

    Parameters
    ----------
    on : the day on which it is made; says whether the entry is stale
    back : where the site shows this report, the link to the site

    Raises
    ------
    AuditError : a claim of an audit is not a rate or size that can be
    """
    from markupsafe import Markup

    style = report_style(back) + (_asset("one_page.css") if length == "one_page" else "")
    return (
        _environment()
        .get_template(f"{length}.html.jinja")
        .render(
            page=Page(register, entry, language, on),
            back=back,
            style=Markup(style),  # noqa: S704 - files of this package
            style_hash=csp_hash(style),
        )
    )


def render_pdf(html: str, length: Length = "full") -> bytes:
    """Write a page as PDF (needs the extra ``letters``); one that is to fit on a sheet in smaller letters if need be.

    Raises
    ------
    RegisterError : the extra is not installed
    """
    try:
        from weasyprint import CSS, HTML
    except ImportError as error:
        raise RegisterError("register.extra", kind="PDF") from error
    # Nothing is fetched: the page holds all that it needs, and links are only links.
    page = HTML(string=html, url_fetcher=_refuse)
    if length == "full":
        return bytes(page.write_pdf(pdf_tags=True))
    for size in LETTERS_PT:
        document = page.render(
            stylesheets=[CSS(string=f"@media print {{ html {{ font-size: {size}pt !important; }} }}")]
        )
        if len(document.pages) == 1:
            break
    return bytes(document.write_pdf(pdf_tags=True))


def report_files(register: Register, entry: Entry, on: date) -> "Iterator[tuple[str, bytes]]":
    """Give every report about an entry, as name and content: both lengths and languages, HTML and PDF.

    Raises
    ------
    RegisterError : the extra ``letters`` is not installed
    """
    for length in LENGTHS:
        for language in LANGUAGES:
            html = render_html(register, entry, language, length, on)
            name = f"{entry.id}.{length.replace('_', '-')}.{language}"
            yield f"{name}.html", html.encode()
            yield f"{name}.pdf", render_pdf(html, length)


def report_style(back: Back | None = None) -> str:
    """Give the style that every report has, and that of the link to the site where there is one."""
    return _asset("report.css") + (_asset("back.css") if back else "")


def csp_hash(text: str) -> str:
    """Give the hash by which a content security policy allows this style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


def _refuse(url: str) -> dict[str, object]:
    raise ValueError(f"a report loads nothing: {url}")


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("havre.audit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _asset(name: str) -> str:
    return files("havre.audit.report").joinpath("templates", name).read_text(encoding="utf-8")
