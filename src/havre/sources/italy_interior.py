"""Italy's Ministry of the Interior: sea arrivals by declared nationality, from the user's own copy.

The table is long: the columns origin (code or Italian name), month, ytd (landed since 1 January, as reported at the end
of the month). A report names about ten nationalities and gives the rest as one figure.
"""

from datetime import date
from pathlib import Path

import polars as pl

from havre.places import map_labels
from havre.sources.own_file import check_columns, check_unique, observation_columns, read_table, to_counts, to_months

SOURCE = "italy_interior"
PLACES = "italy"
LONG = ("origin", "month", "ytd")
REST = "OTH"


def read_italy_interior(path: Path, *, as_of: date) -> pl.DataFrame:
    """Read the arrivals from a long table (Parquet or CSV).

    Returns
    -------
    Columns of the observation schema, ``sea_arrivals`` in Italy by nationality. A month that cannot be told from the
    year-to-date figures has an empty value: see :func:`monthly_differences`.

    Raises
    ------
    FileError : the file is missing or damaged
    SourceError : columns are missing or a cell cannot be read
    PlaceError : nationalities are unknown; all are told at once
    """
    return parse_arrivals(read_table(path), as_of=as_of, name=str(path))


def parse_arrivals(table: pl.DataFrame, *, as_of: date, name: str) -> pl.DataFrame:
    """Bring the table to the columns of the observation schema.

    Parameters
    ----------
    table : origin, month, ytd in persons
    name : how to call the table in an error

    Raises
    ------
    SourceError, PlaceError : as :func:`read_italy_interior`
    """
    check_columns(table, LONG, name, SOURCE)
    check_unique(table, ("origin", "month"), name, SOURCE)
    rows = pl.DataFrame(
        {
            "origin": map_labels(table["origin"], PLACES, name),
            "period": to_months(table["month"], name, SOURCE),
            "ytd": to_counts(table["ytd"], name, SOURCE),
        }
    )
    facts = {"measure": "sea_arrivals", "destination": "ITA", "source": SOURCE}
    return observation_columns(monthly_differences(rows), facts, as_of)


def monthly_differences(rows: pl.DataFrame) -> pl.DataFrame:
    """Take the figure of the month before from each year-to-date figure; January is its own.

    The value is empty where the month before has no report or did not name the nationality, where the difference is
    negative (a reclassification), and for the rest unless both reports name the same nationalities.

    Parameters
    ----------
    rows : origin, period, ytd

    Returns
    -------
    origin, period, value
    """
    named = rows.group_by("period").agg(named=pl.col("origin").sort())
    current = rows.join(named, on="period")
    before = current.select("origin", pl.col("period").dt.offset_by("1mo"), ytd_before="ytd", named_before="named")
    both = current.join(before, on=["origin", "period"], how="left")
    is_january = pl.col("period").dt.month() == 1
    difference = pl.when(is_january).then(pl.col("ytd")).otherwise(pl.col("ytd") - pl.col("ytd_before"))
    is_comparable = (pl.col("origin") != REST) | is_january | (pl.col("named") == pl.col("named_before"))
    is_known = (difference >= 0) & is_comparable
    return both.select("origin", "period", value=pl.when(is_known).then(difference))
