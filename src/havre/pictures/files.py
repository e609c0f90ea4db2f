"""Writes a picture to a file, whole or not at all, with the same bytes for the same picture."""

import errno
import io
import os
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from havre.errors import FileError
from havre.pictures.charts import Picture
from havre.pictures.descriptions import describe
from havre.pictures.extra import load
from havre.pictures.figures import make_figure
from havre.pictures.style import settings

ENDINGS = (".svg", ".png")


def check_picture_file(path: Path) -> Path:
    """Check that a picture can be written, before the work that leads to it begins.

    Raises
    ------
    FileError : the name ends in neither ``.svg`` nor ``.png``, or the folder is not there
    ForecastError : matplotlib is not installed
    """
    if path.suffix.lower() not in ENDINGS:
        raise FileError("file.picture_ending", path=path, expected=", ".join(ENDINGS))
    if not path.parent.is_dir():
        raise FileError("file.missing", path=path.parent)
    if path.is_dir():
        raise FileError("file.not_writable", path=path, reason=os.strerror(errno.EISDIR))
    load("matplotlib")
    return path


def write_picture(picture: Picture, path: Path) -> Path:
    """Draw a picture and write it; a file of that name is replaced.

    Raises
    ------
    FileError : the name ends in neither ``.svg`` nor ``.png``, or the file cannot be written
    ForecastError : matplotlib is not installed
    """
    check_picture_file(path)
    drawn = picture_bytes(picture, path.suffix.lower()[1:])
    try:
        _replace(path, drawn)
    except OSError as error:
        raise FileError("file.not_writable", path=path, reason=error.strerror or error) from error
    return path


def picture_bytes(picture: Picture, kind: str) -> bytes:
    """Draw a picture as ``svg`` or ``png``; no date, no version and nothing random enters it."""
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with settings():
        make_figure(picture).savefig(buffer, format=kind, metadata={**metadata, "Title": picture.heading})
    drawn = buffer.getvalue()
    return _with_description(drawn.decode(), describe(picture)).encode() if kind == "svg" else drawn


def _with_description(svg: str, description: str) -> str:
    """Add what the picture shows in words after its title; screen readers read both."""
    head, close, rest = svg.partition("</title>")
    return f"{head}{close}\n <desc>{escape(description)}</desc>{rest}".replace("<svg ", '<svg role="img" ', 1)


def _replace(path: Path, content: bytes) -> None:
    """Write under another name in the same folder, then rename."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    half = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # A temporary file is for its maker only; a picture has the rights that any new file would have.
        mask = os.umask(0)
        os.umask(mask)
        half.chmod(0o666 & ~mask)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
