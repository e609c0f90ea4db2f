"""The user's own copy of a provider's file: read as text, refused where it is not laid out as expected.

What an importer returns has the columns of the observation schema; the panel checks and types them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from havre.errors import FileError, SourceError
from havre.sources.catalogue import source
from havre.sources.fetch.answers import check_archive
from havre.sources.personal import check_personal_columns

COLUMNS = ("measure", "origin", "destination", "period", "frequency", "value", "rounding", "status", "source", "as_of")
LARGEST_WORKBOOK = 256 << 20
"""Bytes of a workbook once unpacked; those of the providers have about thirty million."""
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


def read_table(path: Path) -> pl.DataFrame:
    """Read a Parquet file with its types, or a CSV file (UTF-8, header) with every cell as text.

    Raises
    ------
    FileError : the file is missing or cannot be read
    PersonalDataError : a column describes a person
    """
    if not path.is_file():
        raise FileError("file.missing", path=path)
    if path.suffix.lower() == ".parquet":
        table = read_parquet(path, str(path))
    else:
        try:
            # Text first: type guessing would read Namibia's "NA" as empty.
            table = read_csv_as_text(path)
        except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
            raise FileError("file.damaged", path=path, expected="CSV", reason=str(error).splitlines()[0]) from error
    check_personal_columns(table.columns, path.name)
    return table


def read_bytes(path: Path, largest: int = 1 << 30) -> bytes:
    """Read a file as bytes.

    Raises
    ------
    FileError : it is missing, cannot be read, or is larger than ``largest``
    """
    if not path.is_file():
        raise FileError("file.missing", path=path)
    try:
        if path.stat().st_size > largest:
            raise SourceError("source.fetch.too_large", name=path, largest=largest)
        return path.read_bytes()
    except OSError as error:
        raise FileError("file.damaged", path=path, expected="file", reason=error.strerror or str(error)) from error


def read_parquet(content: Path | BytesIO, name: str) -> pl.DataFrame:
    """Read a Parquet file, or its bytes.

    Parameters
    ----------
    name : how to call it in an error

    Raises
    ------
    FileError : it is not Parquet, or is damaged
    """
    try:
        return pl.read_parquet(content)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise FileError("file.damaged", path=name, expected="Parquet", reason=reason) from error


def read_csv_as_text(path: Path) -> pl.DataFrame:
    """Read a CSV file with every cell as text; the separator is a semicolon where the header has more of them."""
    with path.open("rb") as file:
        header = file.readline()
    separator = ";" if header.count(b";") > header.count(b",") else ","
    return pl.read_csv(path, infer_schema=False, separator=separator)


def read_sheets(path: Path) -> dict[str, pl.DataFrame]:
    """Read every sheet of a workbook with all cells as text and no header.

    Dates become ``YYYY-MM-DD hh:mm:ss``, whole numbers lose their point, empty cells are null.

    Raises
    ------
    FileError : the file is missing or is not a workbook
    SourceError : the reader of workbooks is not installed (the extra ``excel``)
    """
    if not path.is_file():
        raise FileError("file.missing", path=path)
    return sheets_of(path, str(path))


def sheets_of(workbook: Path | bytes, name: str) -> dict[str, pl.DataFrame]:
    """Read every sheet of a workbook, or of its bytes, as :func:`read_sheets` does.

    Parameters
    ----------
    name : how to call it in an error

    Raises
    ------
    FileError, SourceError : as :func:`read_sheets`
    """
    try:
        import fastexcel
    except ModuleNotFoundError as error:
        raise SourceError("source.excel_extra", path=name) from error
    if isinstance(workbook, bytes):
        check_archive(workbook, name, LARGEST_WORKBOOK)
    options = {"dtypes": "string"}
    try:
        return pl.read_excel(
            workbook, sheet_id=0, engine="calamine", has_header=False, raise_if_empty=False, read_options=options
        )
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise FileError("file.damaged", path=name, expected="Excel", reason=reason) from error


def wrong_layout(path: Path | str, provider: str, found: str, expected: str) -> SourceError:
    """Make the error that a file is not the provider's.

    Parameters
    ----------
    provider : id in the catalogue of sources
    found, expected : names as they stand in files, since they are shown in every language
    """
    facts = {"provider": source(provider).provider, "found": found or "–", "expected": expected}
    return SourceError("source.layout", path=path, **facts)


def check_columns(table: pl.DataFrame, expected: Sequence[str], path: str, provider: str) -> None:
    """Refuse a table that lacks columns.

    Raises
    ------
    SourceError : names the columns that were found and those that are expected
    """
    if not set(expected) <= set(table.columns):
        raise wrong_layout(path, provider, ", ".join(table.columns), ", ".join(expected))


def check_unique(table: pl.DataFrame, key: Sequence[str], path: str, provider: str) -> None:
    """Refuse a table in which rows share a key: added up, a file that holds its rows twice would double every count.

    Raises
    ------
    SourceError : names the first key that occurs more than once
    """
    repeated = table.group_by(key, maintain_order=True).len().filter(pl.col("len") > 1)
    if repeated.height:
        *cells, count = repeated.row(0)
        repeated_key = " | ".join(str(cell) for cell in cells)
        raise SourceError("source.repeated", path=path, count=count, key=repeated_key)


def to_months(column: pl.Series, path: str, provider: str) -> pl.Series:
    """Read a column of dates, date-times or texts that begin with YYYY-MM as the first days of months.

    Raises
    ------
    SourceError : names the first cell that is no month
    """
    if isinstance(column.dtype, pl.String):
        months = column.str.slice(0, 7).str.to_date("%Y-%m", strict=False)
    else:
        # A number would convert too, as days since 1970.
        months = column.cast(pl.Date) if column.dtype.is_temporal() else pl.Series([None] * len(column), dtype=pl.Date)
    _check_cells(column, months.is_null(), path, provider)
    return months.dt.month_start()


def to_counts(column: pl.Series, path: str, provider: str) -> pl.Series:
    """Read a column of numbers; an empty cell stays empty.

    Raises
    ------
    SourceError : names the first cell that is no number
    """
    text = isinstance(column.dtype, pl.String)
    filled = column.str.strip_chars().replace("", None) if text else column
    counts = filled.cast(pl.Float64, strict=False)
    _check_cells(column, counts.is_null() & filled.is_not_null(), path, provider)
    return counts


def _check_cells(column: pl.Series, wrong: pl.Series, path: str, provider: str) -> None:
    if wrong.any():
        row = wrong.arg_max() or 0
        fields = {"row": row + 1, "column": column.name, "value": column[row]}
        raise SourceError("source.bad_cell", path=path, provider=source(provider).provider, **fields)


def observation_columns(table: pl.DataFrame, facts: Mapping[str, Any], as_of: date) -> pl.DataFrame:
    """Give rows the columns of the observation schema.

    Parameters
    ----------
    table : has some of :data:`COLUMNS`; others are dropped
    facts : values of the columns that are the same in every row; monthly, not rounded and final if not given
    as_of : day on which the file was published
    """
    constant = {"frequency": "M", "rounding": None, "status": "final", "as_of": as_of, **facts}
    filled = table.with_columns(
        [pl.lit(value).alias(name) for name, value in constant.items() if name not in table.columns]
    )
    types = {"value": pl.Float64, "rounding": pl.Float32, "period": pl.Date, "as_of": pl.Date}
    return filled.select([pl.col(name).cast(types.get(name, pl.String)) for name in COLUMNS]).sort(
        "destination", "origin", "measure", "period"
    )
