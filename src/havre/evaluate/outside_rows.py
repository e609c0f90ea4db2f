"""The rows of a forecast in the layout of the hubs: brought to types, and everything told that is wrong with them."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from havre.draws import QUANTILE_LEVELS, SeriesKey
from havre.errors import Problem
from havre.evaluate.protocol import MOST_HORIZONS
from havre.record.hub import MODEL_OUTPUT

_SHOWN = 5
"""Problems of one kind that are told of a file before the rest are counted."""
MOST = 1e12
"""No count of persons is larger; a larger one would not fit into the scores."""
_SERIES = ("target", "origin", "destination")
_THOUSANDTHS = {round(1000 * level): place for place, level in enumerate(QUANTILE_LEVELS)}


def to_types(raw: pl.DataFrame, name: str) -> tuple[pl.DataFrame, list[Problem]]:
    """Keep the rows of quantiles and bring their columns to types.

    Parameters
    ----------
    raw : has all columns of :data:`havre.record.hub.MODEL_OUTPUT`, as text or with types
    name : how to call the file in a problem

    Returns
    -------
    The rows with ``row`` (counted from 1) and ``place`` (of the level among the 23, null for another level), and the
    problems of cells that are empty or cannot be read.
    """
    numbered = raw.select(MODEL_OUTPUT.names()).with_row_index("row", offset=1)
    kinds = _to_type(numbered["output_type"], "output_type")
    rows = numbered.filter(kinds == "quantile")
    if rows.height == 0:
        return rows, [Problem.of("hub.no_quantiles", path=name)]
    problems: list[Problem] = []
    typed = rows.select("row")
    for column in MODEL_OUTPUT.names():
        cells = _to_type(rows[column], column)
        problems += _bad_cells(rows["row"], rows[column], cells, name)
        typed = typed.with_columns(cells.alias(column))
    thousandths = (pl.col("output_type_id") * 1000).round(3)
    place = thousandths.replace_strict(_THOUSANDTHS, default=None, return_dtype=pl.Int64)
    return typed.with_columns(place=place), problems


def _to_type(cells: pl.Series, column: str) -> pl.Series:
    """Convert a column; what cannot be read becomes null, and so does every cell of a column of another kind."""
    kind = MODEL_OUTPUT[column]
    if cells.dtype.is_nested() or cells.dtype in (pl.Binary, pl.Object, pl.Boolean):
        return pl.Series(column, [None] * len(cells), kind)
    if kind == pl.Date:
        if cells.dtype == pl.String:
            return cells.str.to_date("%Y-%m-%d", strict=False)
        # A number would convert too, as days since 1970.
        return cells.cast(pl.Date) if cells.dtype.is_temporal() else pl.Series(column, [None] * len(cells), pl.Date)
    if kind == pl.String:
        text = cells.cast(pl.String)
        return text.replace("", None)
    numbers = cells.cast(pl.Float64, strict=False)
    if kind.is_integer():
        whole = pl.when(pl.col(column) % 1 == 0).then(pl.col(column))
        return numbers.to_frame().select(whole.cast(kind, strict=False)).to_series()
    return numbers


def _bad_cells(rows: pl.Series, raw: pl.Series, typed: pl.Series, name: str) -> list[Problem]:
    bad = typed.is_null()
    found = zip(rows.filter(bad), raw.filter(bad), strict=True)
    return _told(
        [
            Problem.of("hub.empty_cell", path=name, row=row, column=raw.name)
            if cell is None or cell == ""
            else Problem.of("hub.bad_cell", path=name, row=row, column=raw.name, cell=cell)
            for row, cell in found
        ],
        name,
    )


def _told(problems: list[Problem], name: str) -> list[Problem]:
    """Keep the first few problems of one kind and count the others."""
    if len(problems) <= _SHOWN:
        return problems
    return [*problems[:_SHOWN], Problem.of("hub.more", path=name, count=len(problems) - _SHOWN)]


def check_rows(
    table: pl.DataFrame, name: str, origin: date, keys: tuple[SeriesKey, ...], source: str | None
) -> Iterator[Problem]:
    """Tell everything that is wrong with rows that have their types.

    Parameters
    ----------
    table : from :func:`to_types`
    name : how to call the file in a problem
    origin : the origin that the file's name tells
    keys : the series that are known
    source : the source that rows must have, if any
    """
    yield from _date_problems(table, name, origin)
    yield from _series_problems(table, name, keys, source)
    yield from _value_problems(table, name)
    yield from _level_problems(table, name)


def _date_problems(table: pl.DataFrame, name: str, origin: date) -> Iterator[Problem]:
    early, late = pl.col("horizon") < 1, pl.col("horizon") > MOST_HORIZONS
    yield from _rows_told(table.filter(pl.col("origin_date") != origin), "hub.origin_date", name, "origin_date", origin)
    outside = table.filter(early | late)
    yield from _rows_told(outside, "hub.horizon", name, "horizon", MOST_HORIZONS)
    ahead = pl.lit(origin).dt.offset_by(pl.format("{}mo", pl.col("horizon")))
    dated = table.filter(~(early | late), pl.col("origin_date") == origin).with_columns(expected=ahead)
    wrong = dated.filter(pl.col("target_end_date") != pl.col("expected"))
    yield from _rows_told(wrong, "hub.target_month", name, "target_end_date", wrong["expected"])


def _series_problems(
    table: pl.DataFrame, name: str, keys: tuple[SeriesKey, ...], source: str | None
) -> Iterator[Problem]:
    known = pl.DataFrame(
        [(key.measure, key.origin, key.destination) for key in keys],
        schema=dict.fromkeys(_SERIES, pl.String()),
        orient="row",
    )
    unknown = table.join(known, on=_SERIES, how="anti", maintain_order="left")
    first = unknown.unique(_SERIES, keep="first", maintain_order=True)
    cells = first.select(pl.format("{} {}→{}", *_SERIES).alias("series"), "row")
    yield from _rows_told(cells, "hub.unknown_series", name, "series", None)
    if source is not None:
        yield from _rows_told(table.filter(pl.col("source") != source), "hub.source", name, "source", source)


def _value_problems(table: pl.DataFrame, name: str) -> Iterator[Problem]:
    value = pl.col("value")
    yield from _rows_told(
        table.filter((value < 0) | (value > MOST) | ~value.is_finite()), "hub.value", name, "value", None
    )
    level = pl.col("output_type_id")
    yield from _rows_told(table.filter((level <= 0) | (level >= 1)), "hub.level", name, "output_type_id", None)


def _level_problems(table: pl.DataFrame, name: str) -> Iterator[Problem]:
    judged = table.drop_nulls("place").sort("place", "row")
    target = [*_SERIES, "horizon"]
    named = pl.format("{} {}→{}, horizon {}", *target)
    again = judged.filter(~pl.struct(*target, "place").is_first_distinct()).sort("row")
    cells = again.select("row", named.alias("target"))
    yield from _rows_told(cells, "hub.repeated", name, "target", None)
    fall = pl.col("value") < pl.col("value").shift(1).over(target)
    crossing = judged.filter(fall).sort("row").select("row", "output_type_id", "value")
    yield from _rows_told(crossing, "hub.crossing", name, "value", crossing["output_type_id"])
    groups = table.group_by(target, maintain_order=True).agg(pl.col("row").first(), pl.col("place").unique())
    short = groups.filter(pl.col("place").list.drop_nulls().list.len() < len(QUANTILE_LEVELS))
    absent = [_absent(places) for places in short["place"]]
    yield from _rows_told(short.select("row", named.alias("target")), "hub.missing_levels", name, "target", absent)


def _absent(places: pl.Series) -> str:
    held = set(places.drop_nulls())
    return ", ".join(f"{level:g}" for place, level in enumerate(QUANTILE_LEVELS) if place not in held)


def _rows_told(rows: pl.DataFrame, key: str, name: str, column: str, expected: object) -> list[Problem]:
    """Make one problem per row, with the cell and what was expected there (one thing, or one per row)."""
    each = expected if isinstance(expected, pl.Series | list) else [expected] * rows.height
    problems = [
        Problem.of(key, path=name, row=row, column=column, cell=cell, expected=wanted)
        for row, cell, wanted in zip(rows["row"], rows[column], each, strict=True)
    ]
    return _told(problems, name)
