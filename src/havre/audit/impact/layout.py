"""What a written assessment consists of, whatever it is written as: lines in cells in tables in parts."""

from dataclasses import dataclass
from typing import Literal

from havre.audit.register.models import Source
from havre.texts import Language

Tone = Literal["plain", "small", "strong", "alert", "choice", "blank"]
"""``choice`` begins with a box to mark; ``blank`` is a line to write on."""


@dataclass(frozen=True)
class Line:
    """A line of text with how loud it is, the claim that it rests on, and the numbers of its sources."""

    text: str
    tone: Tone = "plain"
    claims: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table: names of columns, their widths in per cent, and cells of lines."""

    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[tuple[Line, ...], ...], ...]


@dataclass(frozen=True)
class Part:
    """A heading with lines and tables below it."""

    title: str
    level: Literal[2, 3]
    lines: tuple[Line, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Written:
    """A whole assessment in one language."""

    language: Language
    name: str
    title: str
    law: str
    lead: tuple[Line, ...]
    notice: Part
    contents_title: str
    parts: tuple[Part, ...]
    sources_title: str
    sources: tuple[tuple[int, Source, str], ...]
    footer: str
