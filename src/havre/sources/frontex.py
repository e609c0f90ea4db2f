"""Frontex: monthly detections of irregular border-crossing, from the user's own copy.

Two layouts are read: the provider's workbook (sheet with a header row that begins with ``Route``, one column a month),
and a long table with the columns route, type, nat, month, n. Land and sea are added up. A month without a row is a
zero only where the catalogue says so; nothing is filled in here.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import polars as pl

from havre.errors import PlaceError, Problem, check_none
from havre.months import add_months
from havre.places import map_labels
from havre.sources.own_file import (
    WORKBOOKS,
    check_columns,
    check_unique,
    observation_columns,
    read_sheets,
    read_table,
    to_counts,
    to_months,
    wrong_layout,
)

SOURCE = "frontex"
BORDERS = ("Land", "Sea")
LONG = ("route", "type", "nat", "month", "n")
WORKBOOK = "Route | Border type | Nationality | JAN2009 | FEB2009 | …"
_NOT_REPORTED = ("", "-", "–", ":", "n/a")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet counts days without a time zone
_SERIALS = range(36_526, 73_415)
"""Serial numbers of the years 2000 to 2100."""


def read_frontex(path: Path, *, as_of: date) -> pl.DataFrame:
    """Read detections from the provider's workbook, or from a long table (Parquet or CSV).

    Parameters
    ----------
    as_of : day of the file; Frontex writes it into the name

    Returns
    -------
    Columns of the observation schema, ``irregular_crossings`` by nationality and route; unspecified nationalities are
    ``XXX``.

    Raises
    ------
    FileError : the file is missing or damaged
    SourceError : it is not laid out in one of the two ways
    PlaceError : routes or nationalities are unknown; all are told at once
    """
    if path.suffix.lower() not in WORKBOOKS:
        return parse_detections(read_table(path), as_of=as_of, name=str(path))
    return parse_workbook(read_sheets(path), as_of=as_of, name=str(path))


def parse_workbook(sheets: Mapping[str, pl.DataFrame], *, as_of: date, name: str) -> pl.DataFrame:
    """Bring the sheets of the provider's workbook to the columns of the observation schema.

    Parameters
    ----------
    sheets : all cells as text, by name of the sheet
    name : how to call the file in an error

    Raises
    ------
    SourceError, PlaceError : as :func:`read_frontex`
    """
    _, cells, header = find_table(sheets, name=name)
    return parse_detections(parse_sheet(cells, header, name=name), as_of=as_of, name=name)


def find_table(sheets: Mapping[str, pl.DataFrame], *, name: str) -> tuple[str, pl.DataFrame, int]:
    """Find the sheet with the detections: its name, its cells, and the row of the header.

    Raises
    ------
    SourceError : none has a row that begins with ``Route``
    """
    for sheet, cells in sheets.items():
        header = find_header(cells)
        if header is not None:
            return sheet, cells, header
    raise wrong_layout(name, SOURCE, ", ".join(sheets), WORKBOOK)


def parse_detections(table: pl.DataFrame, *, as_of: date, name: str) -> pl.DataFrame:
    """Bring a long table to the columns of the observation schema.

    Parameters
    ----------
    table : route and nat (label or code), month, n in detections; the type of border is added up
    name : how to call the table in an error

    Raises
    ------
    SourceError, PlaceError : as :func:`read_frontex`
    """
    check_columns(table, LONG, name, SOURCE)
    check_unique(table, ("route", "type", "nat", "month"), name, SOURCE)
    _check_borders(table["type"], name)
    destination, origin = _codes(table, name)
    rows = pl.DataFrame(
        {
            "destination": destination,
            "origin": origin,
            "period": to_months(table["month"], name, SOURCE),
            "value": to_counts(table["n"], name, SOURCE),
        }
    )
    sums = rows.drop_nulls("value").group_by("destination", "origin", "period").agg(pl.col("value").sum())
    return observation_columns(sums, {"measure": "irregular_crossings", "source": SOURCE}, as_of)


def _check_borders(types: pl.Series, name: str) -> None:
    """Refuse a type of border that is not known, such as inland, instead of adding it up with land and sea."""
    others = sorted({str(each) for each in types.unique()} - set(BORDERS))
    if others:
        raise wrong_layout(name, SOURCE, ", ".join(others), ", ".join(BORDERS))


def _codes(table: pl.DataFrame, name: str) -> tuple[pl.Series, pl.Series]:
    """Map routes and nationalities, and tell the unknown ones of both together."""
    problems: list[Problem] = []
    mapped: list[pl.Series] = []
    for column in ("route", "nat"):
        try:
            mapped.append(map_labels(table[column], SOURCE, name))
        except PlaceError as error:
            problems += error.problems
    check_none(problems, PlaceError)
    return mapped[0], mapped[1]


def find_header(cells: pl.DataFrame) -> int | None:
    """Give the row whose first filled cell is ``Route``; ``None`` where there is none."""
    for index, row in enumerate(cells.iter_rows()):
        filled = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
        if filled and filled[0].casefold() == "route":
            return index
    return None


def parse_sheet(cells: pl.DataFrame, header: int, *, name: str) -> pl.DataFrame:
    """Bring the cells of the provider's sheet to a long table.

    Parameters
    ----------
    cells : all cells as text
    header : row of the header
    name : how to call the file in an error

    Returns
    -------
    The columns route, type, nat, month, n; a blank cell, which means "not reported", gives no row.

    Raises
    ------
    SourceError : columns are missing, months are not in an unbroken row, or a cell is no number
    """
    labels = {column: str(label or "").strip() for column, label in zip(cells.columns, cells.row(header), strict=True)}
    named = {role: column for column, label in labels.items() if (role := _role(label))}
    months = {column: month for column, label in labels.items() if (month := parse_month_label(label))}
    unread = [label for column, label in labels.items() if label and column not in {*named.values(), *months}]
    if len(named) != 3 or not months or unread or not _is_unbroken(list(months.values())):
        raise wrong_layout(name, SOURCE, " | ".join(labels.values()), WORKBOOK)
    body = cells.slice(header + 1).rename({column: role for role, column in named.items()})
    # Notes below the table have text in one column only.
    body = body.filter(pl.col("route").is_not_null() & pl.col("nat").is_not_null())
    long = body.unpivot(on=list(months), index=list(named), variable_name="month", value_name="n")
    reported = long.filter(~pl.col("n").fill_null("").str.strip_chars().is_in(_NOT_REPORTED))
    return reported.with_columns(pl.col("month").replace_strict(months, return_dtype=pl.Date)).select(LONG)


def parse_month_label(label: str) -> date | None:
    """Read the header of a month: ``JAN2009``, ``1/2009``, a date, or the serial number of a spreadsheet.

    Examples
    --------
    >>> parse_month_label("FEB2009"), parse_month_label("39845"), parse_month_label("Total")
    (datetime.date(2009, 2, 1), datetime.date(2009, 2, 1), None)
    """
    text = label.strip().upper()
    if match := re.fullmatch(r"([A-Z]{3})[ -]?(\d{4})", text):
        return date(int(match[2]), _MONTHS.index(match[1]) + 1, 1) if match[1] in _MONTHS else None
    if match := re.fullmatch(r"(\d{1,2})/(\d{4})|(\d{4})-(\d{2})-\d{2}.*", text):
        month, year = int(match[1] or match[4]), int(match[2] or match[3])
        return date(year, month, 1) if 1 <= month <= 12 else None
    if re.fullmatch(r"\d{5}(\.0)?", text) and int(text[:5]) in _SERIALS:
        return (_DAY_ZERO + timedelta(days=int(text[:5]))).date().replace(day=1)
    return None


def _role(label: str) -> str | None:
    """Tell what a column of the sheet is; the provider has written the three headers in several ways."""
    plain = label.casefold()
    starts = {"route": "route", "border": "type", "national": "nat"}
    return next((role for start, role in starts.items() if plain.startswith(start)), None)


def _is_unbroken(months: list[date]) -> bool:
    return all(later == add_months(earlier, 1) for earlier, later in pairwise(months))
