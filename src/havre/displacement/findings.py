"""What was found wrong while an instance was read: errors and warnings, by file, and of no file too many to read.

Strict reading makes an error of every fault. Lenient reading makes a warning of those with which Flee would have run.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from havre.errors import DisplacementError, Problem

MOST_TOLD = 20
"""Faults told of one file; the others are counted."""
MOST_FAULTS = 1_000
"""Faults of one file after which its reading ends."""
_LONGEST = 60
_SHOWN_NAMES = 5


class Findings:
    """Gathers faults and warnings of many files.

    Attributes
    ----------
    lenient : faults with which Flee would have run are warnings
    faults : faults so far, whether told as errors or, of files that nothing uses, as warnings
    broken : files that could not be read to their end, so that nothing can be said about what they lack
    """

    def __init__(self, *, lenient: bool = False) -> None:
        self.lenient = lenient
        self.faults = 0
        self.broken: set[str] = set()
        self._told: dict[str, dict[bool, list[Problem]]] = {}
        self._faults: dict[str, int] = {}
        self._more: dict[tuple[str, bool], int] = {}
        self._unused = False

    def wrong(self, problem: Problem, *, flee_runs: bool = False) -> None:
        """Take note of a fault.

        Parameters
        ----------
        problem : has the field ``file``
        flee_runs : Flee reads past it; lenient reading warns
        """
        if self.lenient and flee_runs:
            self.warn(problem)
            return
        self._count(problem)
        self._tell(problem, is_error=not self._unused)

    def warn(self, problem: Problem) -> None:
        """Take note of what is odd but no fault; the problem has the field ``file``."""
        self._tell(problem, is_error=False)

    def cannot_read(self, problem: Problem) -> None:
        """Take note of a fault that ends the reading of a file."""
        self.broken.add(_file_of(problem))
        self._count(problem)
        self._tell(problem, is_error=not self._unused, always=True)

    def faults_of(self, file: str) -> int:
        """Give the number of faults of one file so far."""
        return self._faults.get(file, 0)

    @contextmanager
    def unused(self) -> Iterator[None]:
        """Within it, faults are told as warnings, since the settings do not use the file."""
        self._unused = True
        try:
            yield
        finally:
            self._unused = False

    @property
    def errors(self) -> tuple[Problem, ...]:
        """All errors, file by file in the order of reading, the rest of a file as a number."""
        return self._all(is_error=True)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """All warnings, as the errors."""
        return self._all(is_error=False)

    def check(self) -> None:
        """Raise all errors at once, or return where there are none.

        Raises
        ------
        DisplacementError : there are errors
        """
        if self.errors:
            raise DisplacementError.all_of(self.errors)

    def _count(self, problem: Problem) -> None:
        file = _file_of(problem)
        self.faults += 1
        self._faults[file] = self._faults.get(file, 0) + 1

    def _tell(self, problem: Problem, *, is_error: bool, always: bool = False) -> None:
        file = _file_of(problem)
        told = self._told.setdefault(file, {True: [], False: []})[is_error]
        if always or len(told) < MOST_TOLD:
            told.append(problem)
        else:
            self._more[file, is_error] = self._more.get((file, is_error), 0) + 1

    def _all(self, *, is_error: bool) -> tuple[Problem, ...]:
        problems: list[Problem] = []
        for file, told in self._told.items():
            # Several checks go over one file: what they found is told in the order of its rows.
            problems += sorted(told[is_error], key=_row_of)
            if count := self._more.get((file, is_error)):
                problems.append(Problem.of("displacement.flee.file.more", file=file, count=count))
        return tuple(problems)


def shown(value: object) -> str:
    r"""Write a value so that it can stand in a sentence: control characters visible, long text cut.

    Examples
    --------
    >>> shown("a\tb"), len(shown("x" * 1000))
    ('a\\tb', 60)
    """
    text = str(value)[: 2 * _LONGEST]
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def some(names: Iterable[str]) -> str:
    """List a few names, and how many more there are.

    Examples
    --------
    >>> some(["a", "b", "c", "d", "e", "f", "g"])
    'a, b, c, d, e, … (7)'
    """
    every = list(names)
    listed = ", ".join(shown(name) for name in every[:_SHOWN_NAMES])
    return listed if len(every) <= _SHOWN_NAMES else f"{listed}, … ({len(every)})"


def _row_of(problem: Problem) -> int:
    row = dict(problem.fields).get("row")
    return row if isinstance(row, int) else 0


def _file_of(problem: Problem) -> str:
    return str(dict(problem.fields)["file"])
