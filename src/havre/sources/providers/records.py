"""Answers in JSON as tables: the shape is checked before anything else, cells of mixed types become text, then counts.

Providers send numbers as numbers, as text and as signs for "no figure" in one column; an error or an empty answer may
come with status 200.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from havre.errors import SourceError
from havre.sources.catalogue import source
from havre.sources.own_file import to_counts, wrong_layout

MISSING = ("", "-", "–")
"""Signs of a figure that does not exist: not collected, or not applicable."""


def parse_json(content: bytes, name: str) -> Any:
    """Read JSON in UTF-8.

    Raises
    ------
    SourceError : it is damaged, or in another encoding
    """
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SourceError("source.fetch.damaged", name=name, kind="json", reason=str(error)[:200]) from error


def envelope(document: Any, expected: Sequence[str], name: str, provider: str) -> Mapping[str, Any]:
    """Give the object around the rows of an answer.

    Raises
    ------
    SourceError : it is none, or lacks one of the names expected
    """
    if not isinstance(document, dict) or not set(expected) <= set(document):
        found = ", ".join(map(str, document)) if isinstance(document, dict) else type(document).__name__
        raise wrong_layout(name, provider, found[:200], ", ".join(expected))
    return document


def rows_of(found: Any, needed: Sequence[str], name: str, provider: str) -> list[dict[str, Any]]:
    """Give the rows of an answer.

    Raises
    ------
    SourceError : there is no list, something in it is no row, or a row lacks a column; the columns it has are told
    """
    if not isinstance(found, list):
        raise wrong_layout(name, provider, type(found).__name__, ", ".join(needed))
    columns = set(needed)
    for row in found:
        if not isinstance(row, dict) or not columns <= set(row):
            told = ", ".join(map(str, row)) if isinstance(row, dict) else str(row)
            raise wrong_layout(name, provider, told[:300], ", ".join(needed))
    return found


def text_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pl.DataFrame:
    """Make a table of some columns of rows, every cell as text; lists and objects inside a cell are left out."""
    every = list(rows)
    cells = {name: [_text(row.get(name)) for row in every] for name in columns}
    return pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String))


def column_names(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Name the columns of rows, in the order of the first row that has each."""
    return tuple(dict.fromkeys(name for row in rows for name in row))


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def whole_counts(column: pl.Series, name: str, provider: str) -> pl.Series:
    """Read a column of text as counts; a sign for "no figure" becomes an empty cell.

    Raises
    ------
    SourceError : names the first cell that is no whole number from zero on, such as ``1,234`` or ``1.5``
    """
    counts = to_counts(column.replace(dict.fromkeys(MISSING)), name, provider)
    good = ((counts >= 0) & counts.is_finite() & (counts == counts.round())).fill_null(value=True)
    check_cells(good, column, name, provider)
    return counts


def years(column: pl.Series, name: str, provider: str) -> pl.Series:
    """Read a column of years as their first days.

    Raises
    ------
    SourceError : names the first cell that is no year
    """
    numbers = to_counts(column, name, provider)
    good = (numbers.is_between(1900, 2200) & (numbers == numbers.round())).fill_null(value=False)
    check_cells(good, column, name, provider)
    return numbers.to_frame("year").select(pl.date("year", 1, 1)).to_series().alias(column.name)


def check_cells(good: pl.Series, column: pl.Series, name: str, provider: str) -> None:
    """Refuse a column in which not every cell is good.

    Raises
    ------
    SourceError : names the first cell that is not
    """
    if not good.all():
        row = (~good).arg_max() or 0
        fields = {"row": row + 1, "column": column.name, "value": column[row]}
        raise SourceError("source.bad_cell", path=name, provider=source(provider).provider, **fields)
