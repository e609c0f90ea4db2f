"""Where the audit of a decision log is written: a terminal, or one HTML page that loads nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Row = Sequence[str]


class Page(Protocol):
    """Takes what is to be read, in order."""

    def heading(self, text: str) -> None:
        """Take what the page is about."""

    def line(self, text: str) -> None:
        """Take a sentence."""

    def item(self, text: str) -> None:
        """Take a finding."""

    def table(self, title: str, columns: Row, rows: Sequence[Row]) -> None:
        """Take a table; the first cell of a row is its head."""


class Terminal:
    """Prints at once; letters of a log mean nothing to the terminal."""

    def heading(self, text: str) -> None:
        """Print in bold."""
        from havre.cli.console import stdout

        stdout().print(text, style="bold", soft_wrap=True, markup=False)

    def line(self, text: str) -> None:
        """Print a sentence."""
        from havre.cli.console import stdout

        stdout().print(text, soft_wrap=True, markup=False)

    def item(self, text: str) -> None:
        """Print a finding after a dash."""
        self.line(f"– {text}")

    def table(self, title: str, columns: Row, rows: Sequence[Row]) -> None:
        """Print a table."""
        from rich.markup import escape

        from havre.cli.console import table

        table(escape(title), [escape(name) for name in columns], [[escape(cell) for cell in row] for row in rows])


@dataclass(frozen=True)
class Block:
    """A part of a page: a sentence, a list of findings, or a table."""

    kind: Literal["line", "items", "table"]
    texts: list[str] = field(default_factory=list)
    title: str = ""
    columns: Row = ()
    rows: Sequence[Row] = ()


class Html:
    """Gathers blocks, and writes them as one page in a language."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._blocks: list[Block] = []
        self._title = ""

    def heading(self, text: str) -> None:
        """Keep it as the title."""
        self._title = text

    def line(self, text: str) -> None:
        """Keep a sentence."""
        self._blocks.append(Block("line", [text]))

    def item(self, text: str) -> None:
        """Keep a finding; those that follow each other are one list."""
        if not (self._blocks and self._blocks[-1].kind == "items"):
            self._blocks.append(Block("items"))
        self._blocks[-1].texts.append(text)

    def table(self, title: str, columns: Row, rows: Sequence[Row]) -> None:
        """Keep a table."""
        self._blocks.append(Block("table", title=title, columns=columns, rows=rows))

    def encode(self) -> bytes:
        """Write the page; its style is allowed by its hash, and nothing else is."""
        from jinja2 import Environment, PackageLoader, StrictUndefined
        from markupsafe import Markup

        from havre.audit.report.render import csp_hash, report_style

        loader = PackageLoader("havre.audit.decisions")
        made = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
            keep_trailing_newline=True,
        ).get_template("log.html.jinja")  # fmt: skip
        style = report_style()
        fields = {"lang": self._lang, "title": self._title, "blocks": self._blocks, "style_hash": csp_hash(style)}
        return made.render(**fields, style=Markup(style)).encode()  # noqa: S704 - a file of this package
