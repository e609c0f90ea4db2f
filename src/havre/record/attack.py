"""An attacker: bounds every suppressed cell from everything that is published, and tells those it bounds too tightly.

It sees what anybody sees: the visible cells of this and earlier releases, how far each of them is rounded, which cells
are suppressed, which totals are the sum of which parts, that counts are whole, and that a suppressed one is not zero
(zeros are published). What a suppressed cell can be at least and at most is a linear program over the sums that hold
it; where one sum alone holds it, the answer can be written down. Whoever knows more than is published can know more.

Reference: Hundepool A et al. (2012), Statistical disclosure control, Wiley, chapter 4.
doi:10.1002/9781118348239
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, inf

import numpy as np
import polars as pl

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


Span = tuple[float, float]
"""The least and the most that something can be [persons]."""


@dataclass(frozen=True)
class _Sum:
    """Cells of which the count is not known exactly, and between what their sum lies: a total less its known parts.

    Parameters
    ----------
    parts : cells that add up
    total : the cell that they make, where it is not known exactly either: it is subtracted from their sum
    span : of the sum; where parts are not shown it has no lower end
    """

    parts: tuple[Cell, ...]
    total: Cell | None
    span: Span

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells of the sum."""
        return self.parts if self.total is None else (*self.parts, self.total)


def attack(published: pl.DataFrame, width: float, earlier: Sequence[pl.DataFrame] = ()) -> list[Leak]:
    """Find the suppressed cells that what is published bounds more tightly than stated.

    Parameters
    ----------
    published : table of ``havre.record.tables.HISTORY`` as it is published, suppressed cells with null values; a row
        with the origin :data:`UNSHOWN` for each month of which a total counts parts that are not shown; of
        ``havre.record.rounding.BOUNDED`` where its counts are rounded
    width : how far apart the bounds of a suppressed cell must be [persons]
    earlier : such tables of earlier releases, which everybody may have kept

    Returns
    -------
    The leaks, the most tightly bounded first.
    """
    tables = [published, *earlier]
    visible: dict[Cell, Span] = {}
    for table in tables:
        _learn(visible, table)
    is_cell = pl.col("origin") != UNSHOWN
    suppressed = {cell for table in tables for cell in cells_of(table.filter(pl.col("suppressed") & is_cell))}
    exact = {cell: low for cell, (low, high) in visible.items() if low == high}
    # What is suppressed, and what is visible but rounded: everything else is a number.
    spans = dict.fromkeys(suppressed - set(exact), (SMALLEST, inf))
    spans |= {cell: span for cell, span in visible.items() if cell not in exact}
    # One that is shown as zero was revised: what was hidden was none.
    bounds = {cell: (span, 1) for cell, span in visible.items() if cell in suppressed and span[1] >= SMALLEST}
    for cells, own in _components(_told_once(_sums(tables, exact, spans, suppressed), spans, suppressed)):
        wanted = [cell for cell in cells if cell in suppressed]
        is_simple = len(own) == 1 and own[0].total is None and len(wanted) == len(cells) == _bare(spans, cells)
        found = _alone(own[0]) if is_simple else _programmed(cells, own, spans, wanted, width)
        bounds |= {cell: (span, len(own)) for cell, span in found.items()}
    leaks = [Leak(cell, *span, sums) for cell, (span, sums) in bounds.items() if span[1] - span[0] < width - _EDGE]
    return sorted(leaks, key=lambda leak: (leak.width, leak.cell))


def own_and_new(leaks: Sequence[Leak], own: Set[Cell], earlier: Sequence[pl.DataFrame], width: float) -> list[Leak]:
    """Keep the leaks that a release is to blame for: of its own cells, and of earlier ones that were none before it.

    Parameters
    ----------
    leaks : what :func:`attack` found with the release and the earlier ones
    own : cells that the release hides
    """
    others = [leak for leak in leaks if leak.cell not in own]
    before = {leak.cell for leak in attack(earlier[0], width, earlier[1:])} if others and earlier else set[Cell]()
    return [leak for leak in leaks if leak.cell in own or leak.cell not in before]


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


def cells_of(table: pl.DataFrame) -> list[Cell]:
    """Give the cell of each row of a history."""
    keys = table.select("measure", _source(), "origin", "destination", "period")
    return [tuple(row) for row in keys.iter_rows()]


def _source() -> pl.Expr:
    """Give the source of a scope, which stands second in its id."""
    parts = pl.col("scope").str.split("/")
    return parts.list.get(1, null_on_oob=True).fill_null("").alias("source")


def _learn(known: dict[Cell, Span], table: pl.DataFrame) -> None:
    """Add what a table shows to what is known; what a later release contradicts was revised, and is not believed."""
    shown = table.filter(~pl.col("suppressed") & pl.col("value").is_not_null())
    ends = ("low", "high") if "low" in shown.columns else ("value", "value")
    for cell, low, high in zip(cells_of(shown), *(shown[end].to_list() for end in ends), strict=True):
        before = known.get(cell, (-inf, inf))
        both = max(low, before[0]), min(high, before[1])
        if both[0] <= both[1]:
            known[cell] = both


def _sums(
    tables: Sequence[pl.DataFrame], exact: Mapping[Cell, float], spans: Mapping[Cell, Span], suppressed: set[Cell]
) -> list[_Sum]:
    """List what totals tell about cells that are not known exactly."""
    found: dict[tuple[tuple[Cell, ...], Cell | None], Span] = {}
    periods = list({cell[4] for cell in suppressed})
    for table in tables:
        by = pl.col("scope").str.split("/").list.last()
        is_total = ((pl.col("origin") == TOTAL) & (by == "origin")) | (
            (pl.col("destination") == TOTAL) & (by == "destination")
        )
        marked = table.with_columns(is_total=is_total)
        # Only months in which something is hidden have anything to tell; of rounded counts, all scopes together.
        some = pl.col("suppressed").any().over("scope", "measure", "period")
        some = pl.col("period").is_in(periods) if "low" in table.columns else some
        for _, month in marked.filter(some).group_by("scope", "measure", "period", maintain_order=True):
            unclosed = bool((month["origin"] == UNSHOWN).any())
            totals = cells_of(month.filter("is_total"))
            if not totals or (totals[0] not in exact and totals[0] not in spans):
                continue
            parts = cells_of(month.filter(~pl.col("is_total") & (pl.col("origin") != UNSHOWN)))
            unknown = tuple(sorted(cell for cell in parts if cell in spans))
            rest = exact.get(totals[0], 0.0) - sum(exact[cell] for cell in parts if cell in exact)
            key = unknown, None if totals[0] in exact else totals[0]
            if any(key):
                before = found.get(key, (-inf, inf))
                both = max(-inf if unclosed else rest, before[0]), min(rest, before[1])
                found[key] = both if both[0] <= both[1] else before
    return [_Sum(*key, span) for key, span in found.items()]


def _told_once(sums: Sequence[_Sum], spans: Mapping[Cell, Span], suppressed: set[Cell]) -> list[_Sum]:
    """Take out of each sum the rounded counts that no other sum tells about: they only make it less sure."""
    times = Counter(cell for one in sums for cell in one.cells)
    aside = {cell for cell, number in times.items() if number == 1 and cell not in suppressed}
    return [reduced for one in sums if (reduced := _without(one, aside, spans)).cells]


def _without(one: _Sum, aside: set[Cell], spans: Mapping[Cell, Span]) -> _Sum:
    low, high = one.span
    gone = [spans[cell] for cell in one.parts if cell in aside]
    low, high = low - sum(span[1] for span in gone), high - sum(span[0] for span in gone)
    if one.total in aside:
        low, high = low + spans[one.total][0], high + spans[one.total][1]
    parts = tuple(cell for cell in one.parts if cell not in aside)
    return _Sum(parts, None if one.total in aside else one.total, (low, high))


def _components(sums: Sequence[_Sum]) -> Iterable[tuple[list[Cell], list[_Sum]]]:
    """Group sums that share cells, with these cells."""
    group: dict[Cell, int] = {}
    members: dict[int, list[_Sum]] = {}
    for number, each in enumerate(sums):
        joined = {group[cell] for cell in each.cells if cell in group}
        members[number] = [each]
        for other in joined:
            members[number] += members.pop(other)
        for one in members[number]:
            for cell in one.cells:
                group[cell] = number
    for own in members.values():
        yield sorted({cell for one in own for cell in one.cells}), own


def _bare(spans: Mapping[Cell, Span], cells: Iterable[Cell]) -> int:
    """Count the cells of which nothing is known but that they are not zero."""
    return sum(spans[cell] == (SMALLEST, inf) for cell in cells)


def _alone(one: _Sum) -> dict[Cell, Span]:
    """Bound cells that one sum alone tells about: each is what is left when all others are as small as can be."""
    others = SMALLEST * (len(one.parts) - 1)
    high = max(one.span[1] - others, SMALLEST)
    low = min(max(one.span[0], SMALLEST), high) if len(one.parts) == 1 else SMALLEST
    return dict.fromkeys(one.parts, (low, high))


def _programmed(
    cells: Sequence[Cell], sums: Sequence[_Sum], spans: Mapping[Cell, Span], wanted: Sequence[Cell], width: float
) -> dict[Cell, Span]:
    """Bound the wanted cells by linear programs over all sums that tell about them (HiGHS).

    Solutions for one cell are possible worlds for all: where two of them lie ``width`` apart in a cell, its bounds are
    no narrower, and it is left out.
    """
    number = {cell: at for at, cell in enumerate(cells)}
    matrix = np.zeros((len(sums), len(cells)))
    for row, one in enumerate(sums):
        matrix[row, [number[cell] for cell in one.parts]] = 1.0
        if one.total:
            matrix[row, number[one.total]] = -1.0
    rows = _Rows.of(matrix, [one.span for one in sums], [spans[cell] for cell in cells])
    least, most = np.full(len(cells), inf), np.full(len(cells), -inf)
    found: dict[Cell, Span] = {}
    for cell in wanted:
        at = number[cell]
        if np.floor(most[at] + _EDGE) - np.ceil(least[at] - _EDGE) >= width:
            continue
        (low, at_least), (high, at_most) = rows.end(at, 1.0), rows.end(at, -1.0)
        for world in (at_least, at_most):
            if world is not None:
                least, most = np.minimum(least, world), np.maximum(most, world)
        found[cell] = (ceil(low - _EDGE), floor(-high + _EDGE) if np.isfinite(high) else inf)
    return found


@dataclass(frozen=True)
class _Rows:
    """What a linear program holds: sums that are known exactly, others that are at most something, and each cell."""

    equal: Floats
    equals: Floats
    most: Floats
    at_most: Floats
    spans: Sequence[Span]

    @classmethod
    def of(cls, matrix: Floats, sums: Sequence[Span], spans: Sequence[Span]) -> "_Rows":
        """Sort sums by whether they are known exactly; what is at least something is, negated, at most something."""
        low, high = (np.array([span[end] for span in sums]) for end in (0, 1))
        is_exact = low == high
        below, above = ~is_exact & np.isfinite(high), ~is_exact & np.isfinite(low)
        most, at_most = np.concatenate([matrix[below], -matrix[above]]), np.concatenate([high[below], -low[above]])
        return cls(matrix[is_exact], high[is_exact], most, at_most, spans)

    def end(self, at: int, sign: float) -> tuple[float, Floats | None]:
        """Give the least (sign 1) or, negated, the most (sign −1) that a cell can be; infinite if nothing bounds it.

        Beside it stand the counts of all cells in such a world, where there is one.
        """
        # Whoever only reads releases, such as a site, does not wait for this to load.
        from scipy.optimize import linprog

        wanted = np.zeros(self.equal.shape[1])
        wanted[at] = sign
        told = linprog(
            wanted,
            A_ub=self.most,
            b_ub=self.at_most,
            A_eq=self.equal,
            b_eq=self.equals,
            bounds=self.spans,
            method="highs",
        )
        if told.status == 3:
            return -inf, None
        if told.status != 0:
            # The sums contradict each other (a total holds more than its parts): then they tell nothing for sure.
            low, high = self.spans[at]
            return low if sign > 0 else -high, None
        return float(told.fun or 0.0), told.x
