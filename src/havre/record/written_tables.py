"""Writes tables as the files of a publication: CSV that a spreadsheet opens without computing anything, and Parquet."""

import csv
import io
import math
from collections.abc import Mapping

import polars as pl

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(table: pl.DataFrame, tags: Mapping[str, str] | None = None, *, decimals: int | None = 4) -> bytes:
    """Write a table as CSV: names first, nothing where there is no finite value.

    Parameters
    ----------
    tags : a tag for each column, written as a row below the names
    decimals : most decimals of a float, of which whole ones get none; ``None``: each float as it is

    Raises
    ------
    KeyError : a column has no tag
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    if tags is not None:
        writer.writerow([tags[column] for column in table.columns])
    writer.writerows([_cell(value, decimals) for value in row] for row in table.iter_rows())
    return text.getvalue().encode()


def parquet_of(table: pl.DataFrame) -> bytes:
    """Write a table as Parquet."""
    content = io.BytesIO()
    table.write_parquet(content, compression="zstd")
    return content.getvalue()


def _cell(value: object, decimals: int | None) -> object:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA):
        # A spreadsheet would compute it.
        return f"'{value}"
    if isinstance(value, float) and decimals is not None:
        return int(value) if value.is_integer() else round(value, decimals)
    return value
