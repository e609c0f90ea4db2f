"""How IDMC's figures become observations: events by month, validated tables by year.

New displacements (movements in a period) and total displacement (people at its end) are different measures, and so are
conflict and disasters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from havre.months import add_months
from havre.places import map_labels
from havre.sources.connector import Parsed
from havre.sources.own_file import check_unique, observation_columns, wrong_layout
from havre.sources.providers.records import check_cells, rows_of, text_table, whole_counts, years

SOURCE = "idmc"
CONFLICT, DISASTER = "displacement_flow", "disaster_displacement_flow"
EVENT = (
    "id", "iso3", "displacement_type", "figure", "displacement_date", "displacement_start_date",
    "displacement_end_date",
)  # fmt: skip
TYPES: Mapping[str, str | None] = {"Conflict": CONFLICT, "Disaster": DISASTER, "Other": None}
"""Measure of each type of displacement; others, such as development projects, are not counted."""
RECOMMENDED = "Recommended figure"
"""The role of figures that are counted; others check them and would count the same people twice."""
NEXT_DAY_FROM = 10
"""Hour [UTC] from which a time is midnight of the next day somewhere east, as places are at most 14 hours ahead."""


@dataclass(frozen=True)
class Table:
    """A validated table.

    Parameters
    ----------
    told_by : a column that no table before this one has
    by_event : rows are events, to be added up to years
    """

    name: str
    told_by: str
    new: str
    total: str
    by_event: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        more = (self.told_by,) if self.by_event else ()
        return ("iso3", "year", "new_displacement", "total_displacement", *more)


TABLES: tuple[Table, ...] = (
    Table("gidd/conflicts", "new_displacement_rounded", CONFLICT, "idp_stock", by_event=False),
    Table("gidd/disasters", "hazard_category", DISASTER, "disaster_idp_stock", by_event=True),
)


def parse_table(
    table: Table, rows: Sequence[Mapping[str, Any]], columns: Sequence[str], name: str, as_of: date
) -> Parsed:
    """Read the rows of a validated table; an empty cell is no figure, which is not zero.

    Raises
    ------
    SourceError : columns are missing, cells cannot be read, or a country and year stands twice
    PlaceError : places are unknown
    """
    cells = text_table(rows_of(list(rows), table.columns, name, SOURCE), table.columns)
    if not table.by_event:
        check_unique(cells, ["iso3", "year"], name, SOURCE)
    read = cells.select(
        destination=map_labels(cells["iso3"], "iso3", name),
        period=years(cells["year"], name, SOURCE),
        new=whole_counts(cells["new_displacement"], name, SOURCE),
        total=whole_counts(cells["total_displacement"], name, SOURCE),
    )
    parts = [
        read.drop_nulls(column)
        .group_by("destination", "period", maintain_order=True)
        .agg(value=pl.col(column).sum(), measure=pl.lit(measure))
        for column, measure in (("new", table.new), ("total", table.total))
    ]
    facts = {"origin": "TOT", "frequency": "A", "source": SOURCE}
    shape: dict[str, tuple[str, ...]] = {"columns": tuple(columns)}
    if table.by_event:
        shape[f"code:{table.told_by}"] = tuple(sorted(cells[table.told_by].fill_null("").unique()))
    return Parsed(observation_columns(pl.concat(parts), facts, as_of), shape, whole=True)


def parse_events(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], name: str, as_of: date, start: date | None
) -> Parsed:
    """Add events up to country and month.

    Only whole months count: after ``start`` (else after the first day of any event) and before the one of ``as_of``.
    A figure of several months is spread over them by days, and months with such a part are ``estimated``; the others
    are ``provisional``.

    Raises
    ------
    SourceError : an event stands twice, is of an unknown type, or has a cell that cannot be read
    PlaceError : places are unknown
    """
    cells = text_table(rows, [*EVENT, "role"])
    check_unique(cells, ["id"], name, SOURCE)
    strange = sorted({str(each) for each in cells["displacement_type"].unique()} - set(TYPES))
    if strange or cells.height == 0:
        raise wrong_layout(name, SOURCE, f"displacement_type: {', '.join(strange)}", ", ".join(TYPES))
    roles = tuple(sorted(cells["role"].drop_nulls().unique()))
    if roles and RECOMMENDED not in roles:
        raise wrong_layout(name, SOURCE, f"role: {', '.join(roles)}", RECOMMENDED)
    recommended = cells.filter(pl.col("role") == RECOMMENDED) if roles else cells
    spans = _spans(recommended, name)
    first = start or min(spans["start"].to_list())
    months = _months(spans).filter(pl.col("period").is_between(_whole_from(first), as_of.replace(day=1), closed="left"))
    facts = {"origin": "TOT", "frequency": "M", "source": SOURCE}
    shape = {"columns": tuple(columns), "code:role": roles}
    return Parsed(observation_columns(months, facts, as_of), shape, whole=True)


def _whole_from(day: date) -> date:
    """Give the first month that begins on a day or after it."""
    return day if day.day == 1 else add_months(day.replace(day=1), 1)


def _spans(cells: pl.DataFrame, name: str) -> pl.DataFrame:
    """Give measure, country, figure, and first and last day of each event that is counted."""
    day = _days(cells["displacement_date"], name)
    read = cells.select(
        measure=pl.col("displacement_type").replace_strict(TYPES, return_dtype=pl.String),
        destination=map_labels(cells["iso3"], "iso3", name),
        value=whole_counts(cells["figure"], name, SOURCE),
        start=_days(cells["displacement_start_date"].fill_null(cells["displacement_date"]), name),
        end=_days(cells["displacement_end_date"].fill_null(cells["displacement_date"]), name),
    ).with_columns(day=day)
    # Where a span runs backwards only the day of the figure is left.
    forward = pl.col("end") >= pl.col("start")
    ordered = read.with_columns(
        start=pl.when(forward).then("start").otherwise("day"), end=pl.when(forward).then("end").otherwise("day")
    )
    found = ordered.drop_nulls(["measure", "value"])
    if found.height == 0:
        raise wrong_layout(name, SOURCE, "figure –", "figure")
    return found


def _days(column: pl.Series, name: str) -> pl.Series:
    """Read days, or times that were midnight somewhere: written in UTC, where it may still be the day before.

    Raises
    ------
    SourceError : names the first cell that is no day
    """
    text = column.fill_null("")
    days = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    check_cells(days.is_not_null(), column, name, SOURCE)
    times = pl.DataFrame({"day": days, "hour": text.str.slice(11, 2).cast(pl.Int64, strict=False)})
    late = (pl.col("hour") >= NEXT_DAY_FROM).fill_null(value=False)
    return times.select(pl.col("day") + pl.duration(days=late.cast(pl.Int64))).to_series()


def _months(spans: pl.DataFrame) -> pl.DataFrame:
    """Spread figures over the months of their span by days, and add them up."""
    month = pl.col("period")
    spread = (
        spans.with_columns(
            period=pl.date_ranges(pl.col("start").dt.month_start(), pl.col("end").dt.month_start(), interval="1mo")
        )
        .explode("period")
        .with_columns(
            inside=(pl.min_horizontal("end", month.dt.month_end()) - pl.max_horizontal("start", month)).dt.total_days()
            + 1,
            days=(pl.col("end") - pl.col("start")).dt.total_days() + 1,
        )
    )
    summed = spread.group_by("measure", "destination", "period").agg(
        value=(pl.col("value") * pl.col("inside") / pl.col("days")).sum().round(),
        split=(pl.col("inside") < pl.col("days")).any(),
    )
    status = pl.when("split").then(pl.lit("estimated")).otherwise(pl.lit("provisional"))
    return summed.with_columns(status=status).sort("measure", "destination", "period")
