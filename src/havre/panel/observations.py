"""The observation schema: one long table, checked whole before anything is kept.

Every row is one value of one measure for one origin, destination and period, as known on one day (``as_of``).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, time
from typing import Literal, get_args

import polars as pl

from havre.errors import PanelError, PlaceError, Problem, check_none
from havre.panel.measures import measures, near_measures
from havre.places import check_code
from havre.sources.catalogue import source, sources
from havre.sources.personal import check_personal_columns

Frequency = Literal["D", "W", "M", "Q", "A"]
Status = Literal["provisional", "final", "estimated", "imputed_zero", "suppressed"]
FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
STATUSES: tuple[Status, ...] = get_args(Status)

SCHEMA = pl.Schema(
    {
        "measure": pl.String(),
        "origin": pl.String(),
        "destination": pl.String(),
        "period": pl.Date(),
        "frequency": pl.Enum(FREQUENCIES),
        "value": pl.Float64(),
        "rounding": pl.Float32(),
        "status": pl.Enum(STATUSES),
        "source": pl.String(),
        "as_of": pl.Date(),
    }
)
KEY = ("measure", "origin", "destination", "period", "frequency", "source")
YEARS = (1900, 2200)
"""Years between which a period and a day of knowledge may lie."""
MOST = 1e12
"""More than a hundred times the people alive: no count is larger."""
_MAY_BE_EMPTY = {"value", "rounding"}
_SHOWN = 20
"""Problems of one kind that are told in full; the rest is counted."""


def check_observations(frame: pl.DataFrame, table: str = "table") -> pl.DataFrame:
    """Check a table against the schema and return it with its columns in order.

    Parameters
    ----------
    frame : the table; types that convert without loss (text dates, whole numbers) are converted
    table : how to call the table in an error, such as a file name

    Returns
    -------
    The same rows with the columns and types of :data:`SCHEMA`.

    Raises
    ------
    PersonalDataError : a column describes a person
    PanelError : every other problem of the table, all at once: missing, unknown or mistyped columns; then empty
        cells, unknown measures, sources, origins, destinations, negative or infinite values, periods that do not
        start on a first day, and duplicated keys, each with its row (counted from 1 for the first data row)
    """
    check_personal_columns(frame.columns, table)
    typed = _with_types(frame, table)
    numbered = typed.with_row_index("row", offset=1)
    checks: tuple[Callable[[pl.DataFrame, str], Iterator[Problem]], ...] = (
        _empty_cells, _unknown_names, _bad_values, _bad_periods, _duplicates,
    )  # fmt: skip
    check_none([problem for check in checks for problem in _first(check(numbered, table), table)], PanelError)
    return typed


def empty_panel() -> pl.DataFrame:
    """Give a table of the schema without rows."""
    return pl.DataFrame(schema=SCHEMA)


def _first(problems: Iterator[Problem], table: str) -> list[Problem]:
    found = list(problems)
    rest = len(found) - _SHOWN
    return found[:_SHOWN] + ([Problem.of("panel.more", table=table, count=rest)] if rest > 0 else [])


def _with_types(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    expected = ", ".join(SCHEMA)
    problems = [
        Problem.of("panel.missing_column", table=table, column=c, expected=expected)
        for c in SCHEMA
        if c not in frame.columns
    ]
    problems += [
        Problem.of("panel.unknown_column", table=table, column=c, expected=expected)
        for c in frame.columns
        if c not in SCHEMA
    ]
    check_none(problems, PanelError)
    columns: list[pl.Series] = []
    for name, dtype in SCHEMA.items():
        column, found = _convert(frame[name], dtype, table)
        columns.append(column)
        problems += _first(iter(found), table)
    check_none(problems, PanelError)
    typed = pl.DataFrame(columns)
    check_none(
        [problem for name in ("period", "as_of") for problem in _first(_bad_years(typed, name, table), table)],
        PanelError,
    )
    return typed


def _bad_years(frame: pl.DataFrame, column: str, table: str) -> Iterator[Problem]:
    """Find days that no statistics can have; they are told as text, since Python knows no year 0 nor 10000."""
    year = pl.col(column).dt.year()
    wrong = frame.with_row_index("row", offset=1).filter(~year.is_between(*YEARS))
    for row, cell in wrong.select("row", pl.col(column).dt.to_string("%Y-%m-%d")).iter_rows():
        yield Problem.of(
            "panel.bad_cell", table=table, row=row, column=column, cell=cell, expected=f"{YEARS[0]}–{YEARS[1]}"
        )


def _convert(column: pl.Series, dtype: pl.DataType, table: str) -> tuple[pl.Series, list[Problem]]:
    """Convert a column; a problem is told for each value that would be lost, where it stands first."""
    if column.dtype == dtype:
        return column, []
    converted = _cast(column, dtype)
    if converted is None:
        fields = {"column": column.name, "found": column.dtype, "expected": dtype}
        return column, [Problem.of("panel.wrong_type", table=table, **fields)]
    lost = column.to_frame("cell").with_row_index("row", offset=1).filter(converted.is_null() & column.is_not_null())
    problems = []
    for row, cell in lost.unique("cell", keep="first", maintain_order=True).iter_rows():
        if isinstance(dtype, pl.Enum):
            fields = {"row": row, column.name: cell, "expected": ", ".join(dtype.categories)}
            problems.append(Problem.of(f"panel.unknown_{column.name}", table=table, **fields))
        else:
            fields = {"row": row, "column": column.name, "cell": cell, "expected": dtype}
            problems.append(Problem.of("panel.bad_cell", table=table, **fields))
    return converted, problems


def _cast(column: pl.Series, dtype: pl.DataType) -> pl.Series | None:
    """Cast a column without loss: null where a cell cannot be converted, ``None`` where the type cannot."""
    found = column.dtype
    if isinstance(found, pl.Null):
        return column.cast(dtype)
    if isinstance(dtype, pl.Date):
        if isinstance(found, pl.String):
            return column.str.to_date("%Y-%m-%d", strict=False)
        # A time of day would be lost.
        midnight = isinstance(found, pl.Datetime) and (column.dt.time() == time(0)).all()
        return column.dt.date() if midnight else None
    text = isinstance(found, pl.String | pl.Enum | pl.Categorical)
    if text or (found.is_numeric() and dtype.is_float()):
        return column.cast(dtype, strict=False)
    return None


def key_of(row: Mapping[str, object]) -> str:
    """Say the key of a row in an error."""
    return (
        f"{row['measure']} {row['origin']}→{row['destination']} {row['period']} ({row['frequency']}, {row['source']})"
    )


def _empty_cells(frame: pl.DataFrame, table: str) -> Iterator[Problem]:
    for column in SCHEMA:
        if column not in _MAY_BE_EMPTY:
            for row in frame.filter(pl.col(column).is_null())["row"]:
                yield Problem.of("panel.empty_cell", table=table, row=row, column=column)


def _unknown_names(frame: pl.DataFrame, table: str) -> Iterator[Problem]:
    def rows_of(column: str) -> Iterator[tuple[str, int]]:
        groups = frame.drop_nulls(column).group_by(column, maintain_order=True).agg(pl.col("row").first())
        return groups.iter_rows()

    for name, row in rows_of("measure"):
        if name not in measures():
            where = f" ({table}, row {row})"
            yield Problem.of("panel.unknown_measure", measure=name, where=where, near=near_measures(name))
    for name, row in rows_of("source"):
        if name not in sources():
            try:
                source(name, where=f" ({table}, row {row})")
            except PanelError as error:
                yield from error.problems
    for column in ("origin", "destination"):
        for name, row in rows_of(column):
            try:
                check_code(name, where=f" ({table}, row {row}, column {column})")
            except PlaceError as error:
                yield from error.problems


def _bad_values(frame: pl.DataFrame, table: str) -> Iterator[Problem]:
    counts = [name for name, measure in measures().items() if measure.kind in ("flow", "stock")]
    negative = frame.filter((pl.col("value") < 0) & pl.col("measure").is_in(counts))
    for row in negative.iter_rows(named=True):
        yield Problem.of("panel.negative_value", table=table, row=row["row"], value=row["value"], key=key_of(row))
    for row in frame.filter(pl.col("value").is_finite() & (pl.col("value") > MOST)).iter_rows(named=True):
        yield Problem.of("panel.too_large", table=table, row=row["row"], value=row["value"], key=key_of(row))
    for row in frame.filter(pl.col("value").is_finite().not_()).iter_rows(named=True):
        yield Problem.of("panel.not_finite", table=table, row=row["row"], value=row["value"], key=key_of(row))


def _is_first_day(day: date, frequency: str) -> bool:
    match frequency:
        case "W":
            return day.isoweekday() == 1
        case "M":
            return day.day == 1
        case "Q":
            return day.day == 1 and day.month % 3 == 1
        case "A":
            return (day.day, day.month) == (1, 1)
        case _:
            return True


def _bad_periods(frame: pl.DataFrame, table: str) -> Iterator[Problem]:
    pairs = frame.select("period", "frequency").drop_nulls().unique()
    bad = [row for row in pairs.iter_rows() if not _is_first_day(*row)]
    if not bad:
        return
    wrong = pl.DataFrame(bad, schema={"period": pl.Date, "frequency": SCHEMA["frequency"]}, orient="row")
    for row in frame.join(wrong, on=["period", "frequency"], how="semi").sort("row").iter_rows(named=True):
        fields = {"period": row["period"], "frequency": row["frequency"], "key": key_of(row)}
        yield Problem.of("panel.not_first_day", table=table, row=row["row"], **fields)


def _duplicates(frame: pl.DataFrame, table: str) -> Iterator[Problem]:
    groups = frame.group_by(*KEY, "as_of", maintain_order=True).agg(
        pl.len().alias("count"), pl.col("row").get(1, null_on_oob=True)
    )
    for row in groups.filter(pl.col("count") > 1).iter_rows(named=True):
        fields = {"key": key_of(row), "as_of": row["as_of"], "count": row["count"]}
        yield Problem.of("panel.duplicate_key", table=table, row=row["row"], **fields)
