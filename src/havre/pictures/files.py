"""Writes a picture to a file, whole or not at all, with the same bytes for the same picture."""

import errno
import io
import os
from pathlib import Path
from xml.sax.saxutils import escape

from havre.errors import FileError
from havre.pictures.charts import Picture
from havre.pictures.descriptions import describe
from havre.pictures.extra import load
from havre.pictures.figures import make_figure
from havre.pictures.style import settings
from havre.whole_files import write_whole

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
        raise FileError("file.no_folder", path=path.parent)
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
    write_whole(path, picture_bytes(picture, path.suffix.lower()[1:]))
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
