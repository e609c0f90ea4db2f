"""An attacker: bounds every suppressed cell from everything that is published, and tells those it bounds too tightly.

It sees what anybody sees: the visible cells of this and earlier releases, which cells are suppressed, which totals are
the sum of which parts, that counts are whole, and that a suppressed one is not zero (zeros are published). What a
suppressed cell can be at least and at most is a linear program over the sums that hold it; where one sum alone holds
it, the answer can be written down. Whoever knows more than is published can know more.

Reference: Hundepool A et al. (2012), Statistical disclosure control, Wiley, chapter 4.
doi:10.1002/9781118348239
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, inf

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import linprog

from havre.draws import Floats
from havre.errors import Problem, RecordError, check_none

Cell = tuple[str, str, str, str, date]
"""Measure, source, origin, destination and month: the same in every scope that holds it."""
TOTAL = "TOT"
UNSHOWN = "~"
"""Origin of a row that says: a total of this scope counts parts that are not shown, each of which may be zero."""
SMALLEST = 1.0
"""What a suppressed cell is at least: zeros are published."""
_EDGE = 1e-6
_SHOWN = 12


@dataclass(frozen=True)
class Leak:
    """A suppressed cell that is bounded more tightly than stated.

    Parameters
    ----------
    low, high : between which counts it must lie, by what is published [persons]
    sums : how many published sums give these bounds
    """

    cell: Cell
    low: float
    high: float
    sums: int

    @property
    def width(self) -> float:
        """How far apart the bounds are [persons]."""
        return self.high - self.low

    @property
    def name(self) -> str:
        """The cell in words."""
        measure, source, origin, destination, month = self.cell
        return f"{measure} {source} {origin}→{destination} {month:%Y-%m}"


@dataclass(frozen=True)
class _Sum:
    """Hidden cells that add up to ``rest``, a total less its visible parts; ``total`` is hidden, or ``None``.

    Where parts are not shown, they add up to ``rest`` at most: the sum is ``unclosed``.
    """

    parts: tuple[Cell, ...]
    rest: float
    total: Cell | None
    unclosed: bool = False


def attack(published: pl.DataFrame, width: float, earlier: Sequence[pl.DataFrame] = ()) -> list[Leak]:
    """Find the suppressed cells that what is published bounds more tightly than stated.

    Parameters
    ----------
    published : table of ``havre.record.tables.HISTORY`` as it is published, suppressed cells with null values; a row
        with the origin :data:`UNSHOWN` for each month of which a total counts parts that are not shown
    width : how far apart the bounds of a suppressed cell must be [persons]
    earlier : such tables of earlier releases, which everybody may have kept

    Returns
    -------
    The leaks, the most tightly bounded first.
    """
    tables = [published, *earlier]
    known: dict[Cell, float] = {}
    for table in reversed(tables):
        known |= _visible(table)
    is_cell = pl.col("origin") != UNSHOWN
    suppressed = {cell for table in tables for cell in _cells(table.filter(pl.col("suppressed") & is_cell))}
    hidden = sorted(suppressed - set(known))
    leaks = [Leak(cell, known[cell], known[cell], 1) for cell in sorted(suppressed & set(known))]
    sums = _sums(tables, known, set(hidden))
    for cells, own in _components(sums):
        bounds = _alone(own[0]) if len(own) == 1 and own[0].total is None else _programmed(cells, own)
        leaks += [Leak(cell, low, high, len(own)) for cell, (low, high) in bounds.items() if high - low < width - _EDGE]
    return sorted(leaks, key=lambda leak: (leak.width, leak.cell))


def refuse_leaks(leaks: Iterable[Leak], width: float) -> None:
    """Refuse a release that leaks.

    Raises
    ------
    RecordError : names the cells and the bounds
    """
    problems = [
        Problem.of("record.leak", cell=leak.name, low=f"{leak.low:g}", high=f"{leak.high:g}", width=f"{width:g}")
        for leak in leaks
    ]
    check_none(problems[:_SHOWN], RecordError)


def _cells(table: pl.DataFrame) -> list[Cell]:
    keys = table.select("measure", _source(), "origin", "destination", "period")
    return [tuple(row) for row in keys.iter_rows()]


def _source() -> pl.Expr:
    """Give the source of a scope, which stands second in its id."""
    parts = pl.col("scope").str.split("/")
    return parts.list.get(1, null_on_oob=True).fill_null("").alias("source")


def _visible(table: pl.DataFrame) -> dict[Cell, float]:
    shown = table.filter(~pl.col("suppressed") & pl.col("value").is_not_null())
    return dict(zip(_cells(shown), shown["value"].to_list(), strict=True))


def _sums(tables: Sequence[pl.DataFrame], known: Mapping[Cell, float], hidden: set[Cell]) -> list[_Sum]:
    """List what totals tell about hidden cells."""
    found: dict[tuple[tuple[Cell, ...], Cell | None, bool], _Sum] = {}
    for table in tables:
        by = pl.col("scope").str.split("/").list.last()
        is_total = ((pl.col("origin") == TOTAL) & (by == "origin")) | (
            (pl.col("destination") == TOTAL) & (by == "destination")
        )
        marked = table.with_columns(is_total=is_total)
        # Only months in which something is hidden have anything to tell.
        some = pl.col("suppressed").any().over("scope", "measure", "period")
        for _, month in marked.filter(some).group_by("scope", "measure", "period", maintain_order=True):
            unclosed = bool((month["origin"] == UNSHOWN).any())
            totals = _cells(month.filter("is_total"))
            if not totals:
                continue
            parts = _cells(month.filter(~pl.col("is_total") & (pl.col("origin") != UNSHOWN)))
            unknown = tuple(sorted(cell for cell in parts if cell in hidden))
            seen = sum(known[cell] for cell in parts if cell in known)
            total = totals[0]
            if total in known and unknown:
                found[unknown, None, unclosed] = _Sum(unknown, known[total] - seen, None, unclosed)
            elif total in hidden:
                found[unknown, total, unclosed] = _Sum(unknown, -seen, total, unclosed)
    return list(found.values())


def _components(sums: Sequence[_Sum]) -> Iterable[tuple[list[Cell], list[_Sum]]]:
    """Group sums that share hidden cells, with these cells."""
    group: dict[Cell, int] = {}
    members: dict[int, list[_Sum]] = {}
    for number, each in enumerate(sums):
        cells = [*each.parts, *([each.total] if each.total else [])]
        joined = {group[cell] for cell in cells if cell in group}
        members[number] = [each]
        for other in joined:
            members[number] += members.pop(other)
        for one in members[number]:
            for cell in [*one.parts, *([one.total] if one.total else [])]:
                group[cell] = number
    for own in members.values():
        cells = sorted({cell for one in own for cell in [*one.parts, *([one.total] if one.total else [])]})
        yield cells, own


def _alone(one: _Sum) -> dict[Cell, tuple[float, float]]:
    """Bound cells that one sum alone tells about: each is what is left when all others are as small as can be."""
    others = SMALLEST * (len(one.parts) - 1)
    high = max(one.rest - others, SMALLEST)
    low = high if len(one.parts) == 1 and not one.unclosed else SMALLEST
    return dict.fromkeys(one.parts, (low, high))


def _programmed(cells: Sequence[Cell], sums: Sequence[_Sum]) -> dict[Cell, tuple[float, float]]:
    """Bound cells by linear programs over all sums that tell about them (HiGHS)."""
    number = {cell: at for at, cell in enumerate(cells)}
    matrix = np.zeros((len(sums), len(cells)))
    right = np.array([one.rest for one in sums])
    for row, one in enumerate(sums):
        matrix[row, [number[cell] for cell in one.parts]] = 1.0
        if one.total:
            matrix[row, number[one.total]] = -1.0
    unclosed = np.array([one.unclosed for one in sums])
    found: dict[Cell, tuple[float, float]] = {}
    for cell, at in number.items():
        ends = [_end(matrix, right, unclosed, at, sign) for sign in (1.0, -1.0)]
        low, high = ends[0], -ends[1] if np.isfinite(ends[1]) else inf
        found[cell] = (ceil(low - _EDGE), floor(high + _EDGE) if np.isfinite(high) else inf)
    return found


def _end(matrix: Floats, right: Floats, unclosed: NDArray[np.bool_], at: int, sign: float) -> float:
    """Give the least (sign 1) or, negated, the most (sign −1) that a cell can be; infinite where nothing bounds it."""
    wanted = np.zeros(matrix.shape[1])
    wanted[at] = sign
    told = linprog(
        wanted,
        A_ub=matrix[unclosed],
        b_ub=right[unclosed],
        A_eq=matrix[~unclosed],
        b_eq=right[~unclosed],
        bounds=(SMALLEST, None),
        method="highs",
    )
    if told.status == 3:
        return -inf
    if told.status != 0:
        # The sums contradict each other (a total holds more than its parts): then they tell nothing for sure.
        return SMALLEST if sign > 0 else -inf
    return float(told.fun or 0.0)
