"""Cells of a table brought to types: numbers, days, names and kinds of places.

What is wrong is gathered with the row, the column and the cell; of one column at most the first few cells are told, and
how many more there are. A cell that cannot be read becomes null, so that the work can go on and find the other faults.
"""

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING

from havre.displacement.build_columns import RawTable, simple
from havre.displacement.findings import shown
from havre.displacement.flee_cells import is_number
from havre.errors import Problem, Term

if TYPE_CHECKING:
    import polars as pl

SHOWN = 5
"""Faults of one kind that are told of a column before the rest are counted."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "camp": ("camp", "refugee_camp"),
    "idpcamp": ("idpcamp", "idp_camp"),
    "town": ("town", "city", "village", "ville"),
    "conflict": ("conflict", "conflict_zone", "zone_de_conflit"),
    "forwarding_hub": ("forwarding_hub", "forward", "hub"),
    "marker": ("marker",),
}
"""Kinds of places, and how they may be written; spaces, hyphens, case and accents make no difference."""
CAMPS = ("camp", "idpcamp")
LONGEST_NAME = 200


def to_numbers(
    raw: RawTable, column: str, expected: Term, *, least: float = -inf, most: float = inf, needed: bool = True
) -> "pl.Series":
    """Read a column of numbers with a decimal point and without separators of thousands.

    Parameters
    ----------
    column : our name of it; a column that is not there is empty
    expected : what is told where a cell is no such number
    needed : an empty cell is a fault

    Returns
    -------
    Float64, null where there is nothing or a fault.
    """
    import polars as pl

    if column not in raw.headers:
        return pl.Series(column, [None] * raw.frame.height, pl.Float64)
    cells = raw.frame[column]
    numbers = cells.cast(pl.Float64, strict=False)
    # A NaN passes every comparison with bounds that are infinite.
    fits = numbers.is_finite() & (numbers >= least) & (numbers <= most)
    tell_cells(raw, column, cells.is_not_null() & ~fits.fill_null(value=False), expected)
    if needed:
        tell_empty(raw, column)
    return numbers.to_frame().select(pl.when(fits).then(pl.col(column))).to_series()


def to_days(raw: RawTable, column: str) -> "pl.Series":
    """Read a column of days, YYYY-MM-DD, with or without a time behind it; null where there is a fault."""
    import polars as pl

    cells = raw.frame[column]
    shaped = cells.str.contains(r"^\d{4}-\d{2}-\d{2}([T ].*)?$")
    days = cells.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    tell_empty(raw, column)
    wrong = cells.is_not_null() & (days.is_null() | ~shaped.fill_null(value=False))
    tell_cells(raw, column, wrong, Term("displacement.build_word.day"))
    return days.to_frame().select(pl.when(~wrong).then(pl.col(column))).to_series()


def to_names(raw: RawTable, column: str) -> "pl.Series":
    """Read a column of names of places; they can stand in every file of an instance (see :func:`is_name`)."""
    cells = raw.frame[column]
    tell_empty(raw, column)
    # Counts repeat the names of their camps, so each is looked at once.
    wrong = [name for name in cells.unique().to_list() if name is not None and not is_name(name)]
    tell_cells(raw, column, cells.is_in(wrong).fill_null(value=False), Term("displacement.build_word.name"))
    return cells


def is_name(text: str) -> bool:
    r"""Tell whether a text can name a place in every file of an instance.

    Flee takes a first cell that begins with ``#`` for a comment, and a header of numbers cannot be told from data.

    Examples
    --------
    >>> is_name("Bobo-Dioulasso"), is_name("#1"), is_name("12"), is_name("two\nlines")
    (True, False, False, False)
    """
    return text.isprintable() and not text.startswith("#") and len(text) <= LONGEST_NAME and not is_number(text)


def to_kinds(raw: RawTable) -> list[str | None]:
    """Read the kinds of places; ``None`` where there is a fault."""
    import polars as pl

    spellings = {spelling: kind for kind, spelled in KINDS.items() for spelling in spelled}
    cells = raw.frame["kind"].to_list()
    kinds = [None if cell is None else spellings.get(simple(cell)) for cell in cells]
    tell_empty(raw, "kind")
    wrong = [cell is not None and kind is None for cell, kind in zip(cells, kinds, strict=True)]
    tell_cells(raw, "kind", pl.Series(wrong, dtype=pl.Boolean), Term("displacement.build_word.kind"))
    return kinds


def tell_empty(raw: RawTable, column: str) -> None:
    """Gather the empty cells of a column that must be filled."""
    rows = raw.frame["row"].filter(raw.frame[column].is_null())
    header = raw.headers[column]
    for row in rows.head(SHOWN).to_list():
        raw.problems.append(Problem.of("displacement.build.empty_cell", path=raw.file, row=row, column=header))
    tell_more(raw, header, len(rows))


def tell_cells(raw: RawTable, column: str, wrong: "pl.Series", expected: Term) -> None:
    """Gather cells that cannot be what is expected."""
    found = raw.frame.select("row", column).filter(wrong)
    header = raw.headers[column]
    for row, value in found.head(SHOWN).iter_rows():
        facts = {"path": raw.file, "row": row, "column": header, "value": shown(value), "expected": expected}
        raw.problems.append(Problem.of("displacement.build.cell", **facts))
    tell_more(raw, header, found.height)


def tell_more(raw: RawTable, header: str, count: int) -> None:
    """Count the faults that are not told one by one."""
    if count > SHOWN:
        more = Problem.of("displacement.build.more", path=raw.file, column=header, count=count - SHOWN)
        raw.problems.append(more)
