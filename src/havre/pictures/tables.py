"""Checks of the plain tables that charts are made of; what is wrong is a mistake of the caller, so a ``ValueError``."""

from collections.abc import Collection
from typing import Any

import polars as pl


def check_columns(table: pl.DataFrame, names: Collection[str]) -> None:
    """Check that a table has the columns that a chart draws.

    Raises
    ------
    ValueError : a column is missing
    """
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise ValueError(f"a chart needs the columns {missing}; there are {table.columns}")


def check_once(table: pl.DataFrame, names: Collection[str]) -> None:
    """Check that no two rows have the same values in the named columns.

    Raises
    ------
    ValueError : two rows do
    """
    twice = table.filter(table.select(list(names)).is_duplicated()) if table.height else table
    if twice.height:
        raise ValueError(f"a chart needs one row for each of {list(names)}; twice: {twice.select(list(names)).row(0)}")


def check_range(table: pl.DataFrame, name: str, low: float, high: float, *, gaps: bool = False) -> None:
    """Check that the values of a column are numbers from ``low`` to ``high``, or null where there may be gaps.

    Raises
    ------
    ValueError : a value is outside, is no number, or is missing
    """
    for place, value in enumerate(table[name].to_list()):
        if value is None and gaps:
            continue
        if value is None or not low <= value <= high:
            raise ValueError(f"row {place}: {name} must lie between {low:g} and {high:g}, not {value}")


def check_known(table: pl.DataFrame, name: str, known: Collection[Any]) -> None:
    """Check that a column holds only values that are known.

    Raises
    ------
    ValueError : a value is not among them
    """
    unknown = [value for value in table[name].unique(maintain_order=True).to_list() if value not in known]
    if unknown:
        raise ValueError(f"{name} must be one of {sorted(known, key=str)}, not {unknown[0]!r}")
