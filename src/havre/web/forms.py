"""Reads what a form sends, and takes only forms of this site: no cookie is needed to tell.

References
----------
W3C, Fetch Metadata Request Headers (``Sec-Fetch-Site``); RFC 6454 (``Origin``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile

from havre.texts import as_language, say
from havre.web.guards import FORM_BYTES

MOST_FIELDS = 60
_FORMS = (b"application/x-www-form-urlencoded", b"multipart/form-data")
_ENCODINGS = (b"utf-8", b"utf8")


@dataclass(frozen=True)
class Posted:
    """What a form sent: texts, and the content of files, by the name of their field."""

    texts: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Give a text; empty where the field was not sent."""
        return self.texts.get(name, "")

    def line(self, name: str) -> str:
        """Give a text of one line, without spaces around it."""
        return self.text(name).strip()


async def read_form(request: Request) -> Posted:
    """Read a form of this site; line ends are those of Unix.

    Raises
    ------
    HTTPException : 403 where another site sends it, 415 where it is no form, 400 where it cannot be read
    """
    check_same_origin(request)
    check_kind(request)
    texts: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    async with request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=FORM_BYTES) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = await value.read()
            else:
                texts.setdefault(name, []).append(value.replace("\r\n", "\n"))
    last = {name: values[-1] for name, values in texts.items()}
    return Posted(last, files, {name: tuple(values) for name, values in texts.items()})


def check_kind(request: Request) -> None:
    """Refuse what is no form, and forms in another encoding than the one of this site.

    A form may name any codec that the program knows; some of them take minutes for what is sent in a second.

    Raises
    ------
    HTTPException : 415
    """
    # As the reader of forms reads it.
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind not in _FORMS or options.get(b"charset", b"utf-8").lower() not in _ENCODINGS:
        raise HTTPException(415)


def check_same_origin(request: Request) -> None:
    """Refuse what a page of another site makes a browser send.

    Browsers say from where a request comes; programs that are no browser say nothing and carry no cookie of anybody.

    Raises
    ------
    HTTPException : 403
    """
    headers = request.headers
    told = headers.get("sec-fetch-site")
    good = told in (None, "same-origin", "none")
    origin = headers.get("origin")
    if good and origin is not None:
        address = request.app.state.settings.address
        host = origin.partition("://")[2]
        good = origin == address if address else bool(host) and host == headers.get("host")
    if not good:
        language = as_language(request.url.path.lstrip("/").partition("/")[0]) or "en"
        raise HTTPException(403, say("web_contest", "elsewhere", language))


PostedForm = Annotated[Posted, Depends(read_form)]
"""What a form sent, as a parameter of a page."""
