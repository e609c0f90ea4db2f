"""JSON-stat 2.0, as Eurostat's Statistics API gives it: a sparse cube of values with one flat index.

Reference: JSON-stat format, version 2.0, https://json-stat.org/full/
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from havre.errors import SourceError


@dataclass(frozen=True)
class Cube:
    """A cube of values.

    Parameters
    ----------
    code : of the data set
    updated : when the provider last changed it, as it tells
    codes : categories of each dimension in their order; every dimension has at least one
    cells : one row per value or flag: a column of codes per dimension, ``value``, ``flag``
    """

    code: str
    updated: str
    codes: Mapping[str, tuple[str, ...]]
    cells: pl.DataFrame


def parse_cube(content: bytes, name: str) -> Cube:
    """Read a cube.

    Parameters
    ----------
    name : how to call it in an error

    Raises
    ------
    SourceError : it is not JSON-stat, a dimension is empty (a category was asked for that is not there), or an index
        lies outside
    """
    try:
        found: dict[str, Any] = json.loads(content)
        dimensions = [str(each) for each in found["id"]]
        sizes = [int(each) for each in found["size"]]
        codes = {
            dimension: _ordered(found["dimension"][dimension]["category"]["index"], size)
            for dimension, size in zip(dimensions, sizes, strict=True)
        }
        values, flags = _by_index(found.get("value") or {}), _by_index(found.get("status") or {})
        code, updated = str(found["extension"]["id"]), str(found["updated"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {str(error)[:120]}"
        raise SourceError("source.fetch.damaged", name=name, kind="JSON-stat", reason=reason) from error
    empty = [dimension for dimension, size in zip(dimensions, sizes, strict=True) if size == 0]
    if empty:
        raise SourceError("source.eurostat.empty", name=name, dimensions=", ".join(empty))
    return Cube(code, updated, codes, _cells(values, flags, codes, sizes, name))


def _ordered(index: Mapping[str, int] | list[str], size: int) -> tuple[str, ...]:
    """Give the categories in the order of their positions, which need not be the order in the file."""
    if isinstance(index, list):
        index = {str(name): place for place, name in enumerate(index)}
    ordered = sorted(index, key=lambda name: index[name])
    if [index[name] for name in ordered] != list(range(size)):
        raise ValueError(f"{size} positions")
    return tuple(str(name) for name in ordered)


def _by_index(found: Mapping[str, Any] | list[Any]) -> Mapping[str, Any]:
    if isinstance(found, list):
        return {str(place): value for place, value in enumerate(found) if value is not None}
    return found


def _cells(
    values: Mapping[str, Any],
    flags: Mapping[str, Any],
    codes: Mapping[str, tuple[str, ...]],
    sizes: list[int],
    name: str,
) -> pl.DataFrame:
    try:
        places = np.fromiter(map(int, values), dtype=np.int64, count=len(values))
        numbers = np.fromiter(
            (np.nan if v is None else v for v in values.values()), dtype=np.float64, count=len(values)
        )
        flagged = np.fromiter(map(int, flags), dtype=np.int64, count=len(flags))
    except (TypeError, ValueError) as error:
        raise SourceError("source.fetch.damaged", name=name, kind="JSON-stat", reason=str(error)[:120]) from error
    table = pl.DataFrame({"place": places, "value": numbers}).with_columns(pl.col("value").fill_nan(None))
    if len(flags):
        texts = pl.DataFrame({"place": flagged, "flag": [str(each) for each in flags.values()]})
        table = table.join(texts, on="place", how="full", coalesce=True)
    else:
        table = table.with_columns(flag=pl.lit(None, pl.String))
    inside = int(np.prod(sizes))
    if table.height and not (int(table["place"].min()) >= 0 and int(table["place"].max()) < inside):  # type: ignore[arg-type]
        raise SourceError("source.fetch.damaged", name=name, kind="JSON-stat", reason="index")
    step = inside
    columns: list[pl.Expr] = []
    for dimension, size in zip(codes, sizes, strict=True):
        step //= size
        position = (pl.col("place") // step) % size
        names = pl.Series(codes[dimension], dtype=pl.Enum(codes[dimension]))
        columns.append(pl.lit(names).gather(position).alias(dimension))
    return table.select(*columns, "value", "flag")
