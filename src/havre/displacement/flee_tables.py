"""Rows of the CSV files of an instance, one after the other, with the row's number as an editor shows it.

A file is never held in memory as a whole. What cannot be read as text ends the reading of its file and is told once.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, Generic, Self, TypeVar

from havre.displacement.findings import MOST_FAULTS, Findings, shown
from havre.errors import Problem, Term

Item = TypeVar("Item")
LONGEST_LINE = 8_000_000
"""Characters; the header of 200,000 places is shorter."""
_FIRST_SURROGATE, _LAST_SURROGATE = "\udc80", "\udcff"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its number (of its first line, from 1) and its cells."""

    number: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        """Nothing but empty cells."""
        return not any(cell and not cell.isspace() for cell in self.cells)

    @property
    def is_comment(self) -> bool:
        """The first cell begins with ``#``."""
        return bool(self.cells) and self.cells[0].startswith("#")


@dataclass(frozen=True)
class Table:
    """A file with a header, whose further rows are read while they are asked for.

    Attributes
    ----------
    file : the path as it is told to people
    header : the cells of the header, empty where the file has none
    rows : those that are neither blank nor comments
    attributes : position and name of the columns beside those of the format
    """

    file: str
    header: list[str]
    rows: Iterator[Row]
    attributes: list[tuple[int, str]]


@dataclass(frozen=True)
class Part(Generic[Item]):
    """What was read from a file, and the row in which each item stands."""

    file: str
    items: tuple[Item, ...] = ()
    rows: tuple[int, ...] = ()

    @classmethod
    def of(cls, file: str, found: Iterable[tuple[int, Item]]) -> Self:
        """Gather items with their rows."""
        rows, items = [], []
        for row, item in found:
            rows.append(row)
            items.append(item)
        return cls(file, tuple(items), tuple(rows))

    def numbered(self) -> Iterator[tuple[int, Item]]:
        """Give each row with its item."""
        return zip(self.rows, self.items, strict=True)


class _UnreadableError(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def is_there(path: Path, findings: Findings, meaning: Term) -> bool:
    """Tell whether a file can be opened; a missing file, or a folder in its place, is a fault."""
    if path.is_file():
        return True
    if path.exists():
        findings.cannot_read(Problem.of("displacement.flee.file.no_file", file=path, meaning=meaning))
    else:
        findings.cannot_read(Problem.of("displacement.flee.file.missing", file=path, meaning=meaning))
    return False


def read_rows(path: Path, findings: Findings, *, most: int) -> Iterator[Row]:
    """Read a file row by row.

    Parameters
    ----------
    most : rows that such a file has at most; reading stops there with a fault

    Yields
    ------
    Rows, those without any cell too. A fault that ends the reading is told and marks the file as broken.
    """
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            yield from _rows(file, path, findings, most)
            ends = file.newlines
            if ends == "\r" or (isinstance(ends, tuple) and "\r" in ends):
                findings.warn(Problem.of("displacement.flee.file.carriage_returns", file=path))
    except _UnreadableError as error:
        findings.cannot_read(error.problem)
    except OSError as error:
        reason = error.strerror or str(error)
        findings.cannot_read(Problem.of("displacement.flee.file.unreadable", file=path, reason=reason))


def content(
    file: str, rows: Iterator[Row], findings: Findings, *, blank_ends_flee: bool, comments: bool = True
) -> Iterator[Row]:
    """Give the rows that are neither blank nor comments.

    Parameters
    ----------
    blank_ends_flee : every blank row is a fault; else it is passed over, with a warning where further rows follow
    comments : rows that begin with ``#`` are comments
    """
    blank: int | None = None
    for row in rows:
        if comments and row.is_comment:
            continue
        if not row.is_blank:
            if blank is not None:
                findings.warn(Problem.of("displacement.flee.row.blank_passed", file=file, row=blank))
                blank = None
            yield row
        elif blank_ends_flee:
            findings.wrong(Problem.of("displacement.flee.row.blank", file=file, row=row.number))
        elif blank is None:
            blank = row.number


def read_table(
    path: Path, findings: Findings, *, most: int, fixed: int, looks_like_data: Callable[[Sequence[str]], bool]
) -> Table:
    """Read the header of a file whose header begins with ``#``, and make its further rows ready.

    Parameters
    ----------
    most : rows that such a file has at most
    fixed : number of columns of the format; further columns of the header are attributes
    looks_like_data : tells of the first row, where it does not begin with ``#``, whether it is a row of data
    """
    file = str(path)
    rows = read_rows(path, findings, most=most)
    first = next(rows, None)
    ahead: list[Row] = []
    header: list[str] = []
    if first is None:
        # A file that could not be read is told already.
        if file not in findings.broken:
            findings.wrong(Problem.of("displacement.flee.file.empty", file=file), flee_runs=True)
    elif first.is_comment:
        header = first.cells
    elif first.is_blank or looks_like_data(first.cells):
        ahead = [first]
    else:
        header = first.cells
    if first and not first.is_comment:
        value = shown(",".join(first.cells))
        problem = Problem.of("displacement.flee.file.no_header", file=file, row=first.number, value=value)
        findings.wrong(problem, flee_runs=bool(ahead))
    further = content(file, chain(ahead, rows), findings, blank_ends_flee=True)
    return Table(file, header, further, attribute_columns(file, header, fixed, findings))


def attribute_columns(file: str, header: Sequence[str], fixed: int, findings: Findings) -> list[tuple[int, str]]:
    """Give position and name of the columns after the fixed ones; each must have a name of its own."""
    found: dict[str, int] = {}
    for position, name in enumerate(header[fixed:], start=fixed):
        fields = {"file": file, "number": position + 1, "value": shown(name)}
        if not name.strip() or name in found:
            findings.wrong(Problem.of("displacement.flee.header.name", **fields), flee_runs=True)
            continue
        if name != name.strip():
            findings.warn(Problem.of("displacement.flee.header.spaces", **fields))
        found[name] = position
    return [(position, name) for name, position in found.items()]


def _rows(file: IO[str], path: Path, findings: Findings, most: int) -> Iterator[Row]:
    reader = csv.reader(_lines(file, path, findings))
    first, count = 1, 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _UnreadableError(Problem.of("displacement.flee.file.quotes_open", file=path, row=first)) from error
        if cells is None:
            return
        count += 1
        if count > most:
            raise _UnreadableError(Problem.of("displacement.flee.file.too_long", file=path, most=most))
        if findings.faults_of(str(path)) > MOST_FAULTS:
            raise _UnreadableError(
                Problem.of("displacement.flee.file.given_up", file=path, row=first, most=MOST_FAULTS)
            )
        last = reader.line_num
        if last > first:
            findings.wrong(Problem.of("displacement.flee.file.quotes", file=path, row=first, last=last), flee_runs=True)
        yield Row(first, cells)
        first = last + 1


def _lines(file: IO[str], path: Path, findings: Findings) -> Iterator[str]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise _UnreadableError(
                Problem.of("displacement.flee.file.long_line", file=path, row=number, most=LONGEST_LINE)
            )
        if not line.isascii():
            line = _checked(line, number, path, findings)
        if "\0" in line:
            raise _UnreadableError(Problem.of("displacement.flee.file.zero_byte", file=path, row=number))
        yield line


def _checked(line: str, number: int, path: Path, findings: Findings) -> str:
    """Refuse bytes that are no UTF-8, and take off the mark that some programs set before the text."""
    wrong = next((letter for letter in line if _FIRST_SURROGATE <= letter <= _LAST_SURROGATE), None)
    if wrong:
        byte = f"0x{ord(wrong) - 0xDC00:02X}"
        raise _UnreadableError(Problem.of("displacement.flee.file.encoding", file=path, row=number, value=byte))
    if number == 1 and line.startswith("\ufeff"):
        findings.wrong(Problem.of("displacement.flee.file.byte_order_mark", file=path))
        return line[1:]
    return line
