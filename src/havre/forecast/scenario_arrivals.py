"""Tables of arrivals that another simulation wrote, as one of the ways to say how large a displacement shock is.

One row is a number of persons who arrive in a month at a destination, in one draw or at one quantile level.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from havre.draws import Floats, spread_levels
from havre.errors import ForecastError, PlaceError, Problem, Term, check_none
from havre.months import parse_month
from havre.places import check_code
from havre.sources.own_file import read_table

_SHOWN = 20


@dataclass(frozen=True)
class Arrivals:
    """Arrivals by month and destination.

    Parameters
    ----------
    cells : (month, destination) of each row of the values, in order
    levels : quantile levels of the columns; empty where the columns are draws
    values : array (cell, draw or level) [persons]
    """

    cells: tuple[tuple[date, str], ...]
    levels: tuple[float, ...]
    values: Floats

    def draw(self, draws: int, rng: np.random.Generator) -> Floats:
        """Give an array (cell, draw). Draws of the table keep together over cells, quantiles keep their rank.

        Quantiles are joined by straight lines and are flat outside the outermost levels.
        """
        if not self.levels:
            return self.values[:, rng.permutation(np.arange(draws) % self.values.shape[1])]
        at = rng.permutation(spread_levels(draws))
        return np.stack([np.interp(at, self.levels, row) for row in self.values])


def read_arrivals(path: Path) -> Arrivals:
    """Read a CSV or Parquet file with the columns month, destination, persons, and either draw or quantile.

    Raises
    ------
    FileError : the file is missing or cannot be read
    ForecastError : every problem of the table at once: missing columns, cells that are not what they should be,
        quantiles that fall, or cells of months and destinations with different draws
    """
    return parse_arrivals(read_table(path), str(path))


def parse_arrivals(table: pl.DataFrame, path: str) -> Arrivals:
    """Check a table as :func:`read_arrivals` does and give its arrivals."""
    text = table.select(pl.all().cast(pl.String))
    by = next((name for name in ("draw", "quantile") if name in text.columns), "draw")
    wanted = ("month", "destination", "persons", by)
    check_none(
        [Problem.of("scenario.table_column", path=path, column=name) for name in wanted if name not in text.columns],
        ForecastError,
    )
    found = [*_bad_cells(text, by, path)]
    check_none(found[:_SHOWN], ForecastError)
    typed = text.select(
        pl.col("month").str.slice(0, 7), "destination", pl.col("persons", by).cast(pl.Float64)
    ).sort("month", "destination", by)  # fmt: skip
    return _arrivals(typed, by, path)


def _arrivals(typed: pl.DataFrame, by: str, path: str) -> Arrivals:
    groups = typed.group_by("month", "destination", maintain_order=True).agg(by, "persons")
    if groups.height == 0:
        raise ForecastError("scenario.table_empty", path=path)
    labels: list[float] = groups[by][0].to_list()
    rows = list(groups.iter_rows())
    problems = [
        Problem.of("scenario.table_uneven", path=path, what=f"{month} {destination}", column=by)
        for month, destination, own, _ in rows
        if own != labels or len(set(own)) != len(own)
    ]
    if by == "quantile":
        problems += [
            Problem.of("scenario.table_falls", path=path, what=f"{month} {destination}")
            for month, destination, _, persons in rows
            if (np.diff(persons) < 0).any()
        ]
    check_none(problems[:_SHOWN], ForecastError)
    cells = tuple((parse_month(month), destination) for month, destination, *_ in rows)
    levels = tuple(labels) if by == "quantile" else ()
    return Arrivals(cells, levels, np.array([persons for *_, persons in rows]))


def _bad_cells(text: pl.DataFrame, by: str, path: str) -> Iterator[Problem]:
    names = ("month", "destination", "persons", by)
    for place, row in enumerate(text.select(names).iter_rows(), start=1):
        for name, cell in zip(names, row, strict=True):
            if not _fits(name, cell or ""):
                expected = Term(f"term.table_{name}")
                fields = {"column": name, "value": cell or "", "expected": expected}
                yield Problem.of("scenario.table_cell", path=path, row=place, **fields)


def _fits(name: str, cell: str) -> bool:
    try:
        if name == "month":
            return bool(parse_month(cell[:7]))
        if name == "destination":
            return bool(check_code(cell))
        value = float(cell)
    except (ValueError, ForecastError, PlaceError):
        return False
    return bool(np.isfinite(value)) and value >= 0 and (name != "quantile" or value <= 1)
