"""Monthly series as one array: the form in which models and the judge see the panel.

Rows are series, columns are months. Before a series starts and after its last published month the array is NaN;
in between every month has a value.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from havre.draws import Floats, SeriesKey
from havre.errors import ForecastError, Problem, check_none
from havre.months import month_index, month_start, months_between
from havre.sources.catalogue import source

Flags = NDArray[np.bool_]
_SHOWN_GAPS = 6


@dataclass(frozen=True)
class MonthlySeries:
    """Several monthly series over the same months.

    Parameters
    ----------
    keys : one per row
    first : first month (first day of it)
    values : array (series, month); NaN before a series starts and after it ends

    Raises
    ------
    ForecastError : the shape does not fit, or a series has a month without value in its middle (all are named)
    """

    keys: tuple[SeriesKey, ...]
    first: date
    values: Floats

    def __post_init__(self) -> None:
        values = np.ascontiguousarray(self.values, dtype=np.float64)
        if values.ndim != 2 or values.shape[0] != len(self.keys):
            raise ForecastError("draws.shape", shape=values.shape, series=len(self.keys))
        values.flags.writeable = False
        object.__setattr__(self, "values", values)
        check_none(gaps(self.keys, self.first, values), ForecastError)

    def month(self, column: int) -> date:
        """Give the month of a column."""
        return month_start(month_index(self.first) + column)

    @property
    def last(self) -> date:
        """Last month of the array."""
        return self.month(self.values.shape[1] - 1)

    def last_published(self) -> tuple[date | None, ...]:
        """Give the last month with a value of each series, ``None`` for a series without any."""
        known: Flags = ~np.isnan(self.values)
        if known.shape[1] == 0:
            return (None,) * len(self.keys)
        columns = known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
        return tuple(
            self.month(int(c)) if any_known else None
            for c, any_known in zip(columns, np.asarray(known.any(axis=1)), strict=True)
        )

    def until(self, origin: date) -> "MonthlySeries":
        """Cut everything after the month ``origin``: what a forecast made from that month may see."""
        columns = max(0, min(month_index(origin) - month_index(self.first) + 1, self.values.shape[1]))
        return MonthlySeries(self.keys, self.first, self.values[:, :columns].copy())

    def at(self, months: Iterable[date]) -> Floats:
        """Give the values of some months as an array (series, month); NaN outside the array."""
        columns = np.array([month_index(month) - month_index(self.first) for month in months])
        inside = (columns >= 0) & (columns < self.values.shape[1])
        found = np.full((len(self.keys), columns.size), np.nan)
        found[:, inside] = self.values[:, columns[inside]]
        return found

    def select(self, rows: Iterable[int]) -> "MonthlySeries":
        """Keep some rows, in the order given."""
        chosen = list(rows)
        return MonthlySeries(tuple(self.keys[row] for row in chosen), self.first, self.values[chosen])


def gaps(keys: tuple[SeriesKey, ...], first: date, values: Floats) -> list[Problem]:
    """Tell, for each series that has months without value in its middle, which."""
    return [gap for key, row in zip(keys, values, strict=True) if (gap := _gap(key, first, row))]


def _gap(key: SeriesKey, first: date, values: Floats) -> Problem | None:
    known = np.flatnonzero(~np.isnan(values))
    if known.size == 0 or known[-1] - known[0] + 1 == known.size:
        return None

    def name(column: int) -> str:
        return f"{month_start(month_index(first) + column):%Y-%m}"

    missing = sorted(set(range(int(known[0]), int(known[-1]))) - set(known.tolist()))
    shown = ", ".join(name(column) for column in missing[:_SHOWN_GAPS]) + (" …" if len(missing) > _SHOWN_GAPS else "")
    return Problem.of("forecast.gap", key=key, months=shown, first=name(int(known[0])), last=name(int(known[-1])))


def to_months(frame: pl.DataFrame) -> pl.DataFrame:
    """Bring monthly rows and months of daily rows to one monthly table; other frequencies are left out.

    A daily month is summed only where each of its days has a value, so that a month that is still running is never
    taken for a whole one; else it is a month without value. Where a source publishes both, its own month counts.
    """
    monthly = frame.filter(pl.col("frequency") == "M")
    daily = frame.filter(pl.col("frequency") == "D").with_columns(month=pl.col("period").dt.month_start())
    keys = ["measure", "origin", "destination", "source", "month"]
    sums = daily.group_by(keys, maintain_order=True).agg(
        value=pl.col("value").sum(),
        days=pl.col("value").is_not_null().sum(),
    )
    is_whole = pl.col("days") == pl.col("month").dt.month_end().dt.day()
    summed = sums.with_columns(value=pl.when(is_whole).then("value")).rename({"month": "period"})
    columns = ["measure", "origin", "destination", "source", "period", "value"]
    only_daily = summed.select(columns).join(monthly, on=columns[:-1], how="anti")
    return pl.concat([monthly.select(columns), only_daily])


def monthly_series(
    frame: pl.DataFrame,
    *,
    covered: Iterable[date] | None = None,
    leave_out_gaps: bool = False,
    cut_after: date | None = None,
) -> tuple[MonthlySeries, tuple[Problem, ...]]:
    """Build series from one measure of one source, as known on one day (one row per key).

    Where the source publishes no rows for zeros (``zeros = "implicit"`` in the catalogue), a missing row of a month
    that is covered is a zero; another stays empty.

    Parameters
    ----------
    covered : months that the source covers, such as all those of a file that holds every route; by default those in
        which the destination reported anything at all
    leave_out_gaps : leave out series with a month missing in their middle instead of refusing all
    cut_after : end a series before its first missing month where that lies after this month: who looks from there
        does not know yet that it will be missing

    Returns
    -------
    The series, and what is wrong with those that were left out.

    Raises
    ------
    ForecastError : there is nothing in the table, or a series has a month without value in its middle
    """
    rows = to_months(frame).sort("origin", "destination", "period")
    table = rows.drop_nulls("value")
    if table.height == 0:
        raise ForecastError("forecast.no_series", what=", ".join(frame["measure"].unique().sort()) or "–")
    terms = source(str(table["source"][0])).measures.get(str(table["measure"][0]))
    implicit = terms is not None and terms.zeros == "implicit"
    months = set(table["period"]) | (set(covered or ()) if implicit else set())
    first = min(months)
    keys, values = _grid(table, months_between(first, max(months)))
    if implicit:
        columns = None if covered is None else [month_index(month) - month_index(first) for month in months]
        values = _fill_zeros(keys, values, _empty_cells(rows, keys, first, values.shape), columns)
    if cut_after is not None:
        values = _cut(values, month_index(cut_after) - month_index(first))
    broken = gaps(keys, first, values)
    whole = [row for row, key in enumerate(keys) if not _gap(key, first, values[row])]
    if not leave_out_gaps or not whole:
        check_none(broken, ForecastError)
    return MonthlySeries(tuple(keys[row] for row in whole), first, values[whole]), tuple(broken)


def _grid(table: pl.DataFrame, months: list[date]) -> tuple[tuple[SeriesKey, ...], Floats]:
    names = ["measure", "origin", "destination"]
    pairs = table.select(names).unique(maintain_order=True).with_row_index("row")
    columns = pl.DataFrame({"period": months}).with_row_index("column")
    placed = table.join(pairs, on=names).join(columns, on="period")
    values = np.full((pairs.height, len(months)), np.nan)
    values[placed["row"].to_numpy(), placed["column"].to_numpy()] = placed["value"].to_numpy()
    return tuple(SeriesKey(*row) for row in pairs.select(names).iter_rows()), values


def _empty_cells(rows: pl.DataFrame, keys: tuple[SeriesKey, ...], first: date, shape: tuple[int, ...]) -> Flags:
    """Mark the cells that have a row without value: not published, which is not zero."""
    place = {(key.origin, key.destination): row for row, key in enumerate(keys)}
    marked = np.zeros(shape, dtype=bool)
    empty = rows.filter(pl.col("value").is_null()).select("origin", "destination", "period")
    for origin, destination, period in empty.iter_rows():
        column = month_index(period) - month_index(first)
        if (origin, destination) in place and 0 <= column < shape[1]:
            marked[place[origin, destination], column] = True
    return marked


def _fill_zeros(keys: tuple[SeriesKey, ...], values: Floats, empty: Flags, columns: list[int] | None) -> Floats:
    filled = values.copy()
    if columns is not None:
        filled[:, columns] = np.nan_to_num(values[:, columns])
        filled[empty] = np.nan
        return filled
    destinations = np.array([key.destination for key in keys])
    for destination in np.unique(destinations):
        rows = destinations == destination
        reported = ~np.isnan(values[rows]).all(axis=0)
        filled[np.ix_(rows, reported)] = np.nan_to_num(values[np.ix_(rows, reported)])
    filled[empty] = np.nan
    return filled


def _cut(values: Floats, column: int) -> Floats:
    """End every row before its first missing month after its start, where that lies after a column."""
    found = values.copy()
    for row in found:
        known = np.flatnonzero(~np.isnan(row))
        if known.size == 0:
            continue
        missing = np.flatnonzero(np.isnan(row[known[0] : known[-1]])) + known[0]
        if missing.size and missing[0] > column:
            row[missing[0] :] = np.nan
    return found


def with_total(series: MonthlySeries, *, origin: str, destination: str) -> MonthlySeries:
    """Add the sum of all rows as a last row, in the months where every row that ever reports has a value.

    Parameters
    ----------
    origin, destination : codes of the total, such as ``TOT`` and ``DEU``
    """
    total = series.values.sum(axis=0)
    key = SeriesKey(series.keys[0].measure, origin, destination)
    return MonthlySeries((*series.keys, key), series.first, np.vstack([series.values, total]))
