"""GDELT: conflict and cooperation between a country and others as told by the media, from the user's own index.

The table is long: the columns iso3, month, days (days of data in the month), foreign_neg and foreign_pos (sums of
Goldstein-weighted events; the former is negative).
"""

from datetime import date
from pathlib import Path

import polars as pl

from havre.places import map_labels
from havre.sources.own_file import check_columns, check_unique, observation_columns, read_table, to_counts, to_months

SOURCE = "gdelt"
LONG = ("iso3", "month", "days", "foreign_neg", "foreign_pos")


def read_gdelt(path: Path, *, as_of: date) -> pl.DataFrame:
    """Read the index from a long table (Parquet or CSV).

    Returns
    -------
    Columns of the observation schema, ``media_conflict`` and ``media_cooperation`` of each country (origin) with all
    others (destination ``TOT``), in index points.

    Raises
    ------
    FileError : the file is missing or damaged
    SourceError : columns are missing or a cell cannot be read
    PlaceError : codes are unknown; all are told at once
    """
    return parse_scores(read_table(path), as_of=as_of, name=str(path))


def parse_scores(table: pl.DataFrame, *, as_of: date, name: str) -> pl.DataFrame:
    """Bring the table to the columns of the observation schema; conflict becomes a positive number.

    A month with fewer days of data than the calendar is scaled up to the whole month and marked as estimated.

    Parameters
    ----------
    table : iso3, month, days, foreign_neg, foreign_pos
    name : how to call the table in an error

    Raises
    ------
    SourceError, PlaceError : as :func:`read_gdelt`
    """
    check_columns(table, LONG, name, SOURCE)
    check_unique(table, ("iso3", "month"), name, SOURCE)
    rows = pl.DataFrame(
        {
            "origin": map_labels(table["iso3"], "iso3", name),
            "period": to_months(table["month"], name, SOURCE),
            "days": to_counts(table["days"], name, SOURCE),
            # Sums of negative scores; a change of sign would turn 0 into −0.
            "media_conflict": to_counts(table["foreign_neg"], name, SOURCE).abs(),
            "media_cooperation": to_counts(table["foreign_pos"], name, SOURCE),
        }
    )
    long = rows.unpivot(
        on=["media_conflict", "media_cooperation"],
        index=["origin", "period", "days"],
        variable_name="measure",
        value_name="score",
    )
    calendar = pl.col("period").dt.month_end().dt.day()
    whole = pl.col("days") >= calendar
    scaled = long.with_columns(
        value=pl.when(pl.col("days") > 0).then(pl.col("score") * calendar / pl.col("days")),
        status=pl.when(whole).then(pl.lit("final")).otherwise(pl.lit("estimated")),
    )
    return observation_columns(scaled, {"destination": "TOT", "source": SOURCE}, as_of)
