"""The table of another count model: people by day, and by future where there are several."""

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO
from itertools import islice
from math import isfinite
from pathlib import Path

import numpy as np

from havre.displacement.flee_days import MOST_DAYS
from havre.displacement.outcome import Floats
from havre.displacement.scenario_values import MOST, shortened
from havre.errors import DisplacementError, FileError, Problem, check_none

_DAY_COLUMNS = ("date", "day")
_MOST_FAULTS = 20
Cells = dict[tuple[str, int], float]
"""People by draw and day."""


def read_arrivals(path: Path, start: date) -> tuple[Floats, int]:
    """Read a table of people by day.

    Parameters
    ----------
    path : CSV file in UTF-8 with the columns ``date`` (YYYY-MM-DD) or ``day`` (from 0), ``persons``, and ``draw`` where
        it has several futures; each draw has every day from the first to the last
    start : date of day 0

    Returns
    -------
    People by draw and day, and the first day.

    Raises
    ------
    FileError : the file is missing, or is not CSV in UTF-8
    DisplacementError : a column is missing, or every fault of its rows at once
    """
    if not path.is_file():
        raise FileError("file.missing", path=path)
    try:
        rows = list(csv.reader(StringIO(path.read_text(encoding="utf-8-sig")), strict=True))
    except (ValueError, csv.Error, OSError) as error:
        raise FileError("file.damaged", path=path, expected="CSV", reason=str(error)) from error
    header = [cell.strip().lower() for cell in rows[0]] if rows else []
    days = [name for name in _DAY_COLUMNS if name in header]
    if len(days) != 1 or "persons" not in header:
        raise DisplacementError("displacement.scenario.table_columns", path=path, found=", ".join(header) or "–")
    cells: Cells = {}
    problems: list[Problem] = []
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            values = dict(zip(header, (cell.strip() for cell in row), strict=False))
            problems += _take(cells, values, days[0], start, {"path": path, "row": number})
    problems = problems or list(islice(_gaps(cells, path), _MOST_FAULTS))
    check_none(problems[:_MOST_FAULTS], DisplacementError)
    names = list(dict.fromkeys(draw for draw, _ in cells))
    first, last = min(day for _, day in cells), max(day for _, day in cells)
    return np.array([[cells[draw, day] for day in range(first, last + 1)] for draw in names]), first


def _take(
    cells: Cells, values: dict[str, str], day_column: str, start: date, where: dict[str, object]
) -> Iterator[Problem]:
    """Read a row, or tell what is wrong with it."""
    day, persons = _day_of(values.get(day_column, ""), start), _persons_of(values.get("persons", ""))
    for column, value in ((day_column, day), ("persons", persons)):
        if value is None:
            written = shortened(values.get(column, ""))
            yield Problem.of("displacement.scenario.table_cell", **where, column=column, value=written)
    if day is None or persons is None:
        return
    key = (values.get("draw", ""), day)
    if key in cells:
        yield Problem.of("displacement.scenario.table_twice", **where, day=values[day_column], draw=key[0] or "–")
    cells[key] = persons


def _gaps(cells: Cells, path: Path) -> Iterator[Problem]:
    """Tell days that are missing between the first and the last."""
    if not cells:
        yield Problem.of("displacement.scenario.table_empty", path=path)
        return
    first, last = min(day for _, day in cells), max(day for _, day in cells)
    for draw in dict.fromkeys(draw for draw, _ in cells):
        for day in range(first, last + 1):
            if (draw, day) not in cells:
                yield Problem.of("displacement.scenario.table_gap", path=path, day=day, draw=draw or "–")


def _day_of(text: str, start: date) -> int | None:
    try:
        day = (date.fromisoformat(text) - start).days if "-" in text[1:] else int(text)
    except ValueError:
        return None
    return day if abs(day) <= MOST_DAYS else None


def _persons_of(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and 0 <= number <= MOST else None
