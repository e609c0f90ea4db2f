"""Small tables of observations that keep the schema, for the tests of several files."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from havre.months import add_months
from havre.panel.observations import SCHEMA

ROW: Mapping[str, Any] = {
    "measure": "asylum_applications",
    "origin": "SYR",
    "destination": "DEU",
    "period": date(2020, 1, 1),
    "frequency": "M",
    "value": 10.0,
    "rounding": None,
    "status": "final",
    "source": "eurostat",
    "as_of": date(2021, 1, 1),
}


def table(*rows: Mapping[str, Any]) -> pl.DataFrame:
    """Make a table; each row says what is different from :data:`ROW`."""
    return pl.DataFrame([{**ROW, **row} for row in rows], schema=SCHEMA)


def monthly(
    values: Sequence[float | None], origin: str = "SYR", first: date = date(2015, 1, 1), **facts: Any
) -> list[dict[str, Any]]:
    """Make the rows of one monthly series; ``None`` is a row without value."""
    return [
        {"origin": origin, "period": add_months(first, month), "value": value, **facts}
        for month, value in enumerate(values)
    ]


def without(rows: Iterable[dict[str, Any]], *periods: date) -> list[dict[str, Any]]:
    """Leave out the rows of some periods."""
    return [row for row in rows if row["period"] not in periods]
