"""Cells of the CSV files of an instance brought to types, with what each means and what was expected of it.

A cell that cannot be read gives a value that fits, so that the reading goes on and finds the other faults; an instance
with such a value is never handed out, since its fault is an error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import inf, isfinite
from re import ASCII
from re import compile as compile_pattern

from havre.displacement.findings import Findings, shown
from havre.displacement.flee_tables import Row
from havre.errors import Problem, Term

ANY_DAY = date(2000, 1, 1)
LARGEST = 1e15
"""People or days beyond this cannot be counted exactly, and nothing else is as large."""
_DAY = compile_pattern(r"\d{4}-\d{2}-\d{2}", ASCII)


@dataclass(frozen=True)
class Kind:
    """What a number must be: the words for it and its bounds; ``above`` leaves out the lower one."""

    expected: Term
    least: float = -inf
    most: float = inf
    above: bool = False

    def fits(self, value: float) -> bool:
        """Tell whether a value is within the bounds."""
        return (value > self.least if self.above else value >= self.least) and value <= self.most


NUMBER = Kind(Term("displacement.flee.expected.number"))
NOT_NEGATIVE = Kind(Term("displacement.flee.expected.not_negative"), least=0)
LENGTH = Kind(Term("displacement.flee.expected.length"), least=0, above=True)
SHARE = Kind(Term("displacement.flee.expected.share"), least=0, most=1)
PERCENT = Kind(Term("displacement.flee.expected.percent"), least=0, most=100)
WHOLE = Kind(Term("displacement.flee.expected.whole"))
PEOPLE = Kind(Term("displacement.flee.expected.people"), least=0)
CAPACITY = Kind(Term("displacement.flee.expected.capacity"), least=-1)
DAY = Kind(Term("displacement.flee.expected.day"), least=0)
DAY_OR_NEVER = Kind(Term("displacement.flee.expected.day_or_never"), least=-1)


@dataclass(frozen=True)
class Cells:
    """Reads the cells of one file.

    Attributes
    ----------
    file : the path as it is told to people
    header : names of the columns in the file; where there are none their numbers are told
    """

    file: str
    findings: Findings
    header: Sequence[str] = ()

    def fits(self, row: Row, least: int, most: int) -> bool:
        """Tell whether a row has enough cells; too few are a fault, too many one with which Flee runs."""
        count = len(row.cells)
        fields = {"file": self.file, "row": row.number, "found": count}
        if count < least:
            self.findings.wrong(Problem.of("displacement.flee.row.short", expected=least, **fields))
        elif count > most:
            self.findings.wrong(Problem.of("displacement.flee.row.long", expected=most, **fields), flee_runs=True)
        return count >= least

    def bad(self, row: Row, position: int, meaning: Term, expected: Term, *, flee_runs: bool = False) -> None:
        """Tell that a cell is not what was expected."""
        value = row.cells[position] if position < len(row.cells) else ""
        problem = Problem.of(
            "displacement.flee.cell.bad",
            file=self.file,
            row=row.number,
            column=self.column(position),
            meaning=meaning,
            value=shown(value),
            expected=expected,
        )
        self.findings.wrong(problem, flee_runs=flee_runs)

    def column(self, position: int) -> str:
        """Name a column as the file does, or by its number."""
        name = self.header[position].strip().lstrip("#").strip('"') if position < len(self.header) else ""
        return shown(name) if name else str(position + 1)

    def name(self, row: Row, position: int, meaning: Term) -> str:
        """Read a name as it is written; an empty one is a fault."""
        text = row.cells[position]
        if not text.strip():
            self.bad(row, position, meaning, Term("displacement.flee.expected.name"))
        return text

    def number(self, row: Row, position: int, meaning: Term, kind: Kind) -> float:
        """Read a number; what is none, or infinite, is a fault with which nobody can simulate."""
        text = row.cells[position]
        try:
            value = float(text)
        except ValueError:
            value = inf
        if not isfinite(value):
            self.bad(row, position, meaning, kind.expected)
            return max(kind.least, 1.0)
        if abs(value) > LARGEST:
            self.bad(row, position, meaning, Term("displacement.flee.expected.size"))
            return max(kind.least, 1.0)
        self._check_written(row, position, meaning, kind, value)
        return value

    def whole(self, row: Row, position: int, meaning: Term, kind: Kind, *, empty: int | None = None) -> int:
        """Read a whole number.

        Parameters
        ----------
        empty : what an empty cell stands for; ``None`` makes it a fault
        """
        text = row.cells[position]
        if empty is not None and not text.strip():
            return empty
        try:
            value = int(text)
        except ValueError:
            # Python's int, with which Flee reads, stops at “1.0” and “1e3” as well.
            expected = Term("displacement.flee.expected.without_point") if is_number(text) else kind.expected
            self.bad(row, position, meaning, expected)
            return max(0, int(max(kind.least, 0)))
        if abs(value) > LARGEST:
            self.bad(row, position, meaning, Term("displacement.flee.expected.countable"))
            return 0
        self._check_written(row, position, meaning, kind, value)
        return value

    def _check_written(self, row: Row, position: int, meaning: Term, kind: Kind, value: float) -> None:
        """Tell a number beyond its bounds, and one in a notation that Python reads and people may read otherwise."""
        text = row.cells[position]
        if not text.isascii():
            self.bad(row, position, meaning, Term("displacement.flee.expected.digits"), flee_runs=True)
        elif not kind.fits(value) or "_" in text:
            self.bad(row, position, meaning, kind.expected, flee_runs=True)

    def day(self, row: Row, position: int, meaning: Term) -> date:
        """Read a date written YYYY-MM-DD; lenient reading takes 2015-5-1 too, as Flee does."""
        text = row.cells[position]
        expected = Term("displacement.flee.expected.date")
        try:
            value = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no time zone
        except ValueError:
            self.bad(row, position, meaning, expected)
            return ANY_DAY
        if not _DAY.fullmatch(text):
            self.bad(row, position, meaning, expected, flee_runs=True)
        return value


def is_number(text: str) -> bool:
    """Tell whether Python's ``float`` reads a text as a finite number."""
    try:
        return isfinite(float(text))
    except ValueError:
        return False
