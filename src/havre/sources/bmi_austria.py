"""BMI Austria: asylum applications by nationality, from the user's own copy.

The table is long: the columns Land (German name of the nationality), month, applications. Until 2013 the ministry named
every nationality; since then it names the most frequent ones and gives the rest as one figure ("Sonstige").
"""

from datetime import date
from pathlib import Path

import polars as pl

from havre.places import map_labels
from havre.sources.own_file import check_columns, check_unique, observation_columns, read_table, to_counts, to_months

SOURCE = "bmi_austria"
LONG = ("Land", "month", "applications")
LARGEST_LIST = 20
"""A month that gives a rest and names fewer nationalities than this names only the most frequent ones."""


def read_bmi_austria(path: Path, *, as_of: date) -> pl.DataFrame:
    """Read the applications from a long table (Parquet or CSV).

    Returns
    -------
    Columns of the observation schema, ``asylum_applications`` by nationality in Austria, a month a row. Where a month
    names every nationality, the ones without a row are zeros with the status ``imputed_zero``.

    Raises
    ------
    FileError : the file is missing or damaged
    SourceError : columns are missing or a cell cannot be read
    PlaceError : nationalities are unknown; all are told at once
    """
    return parse_applications(read_table(path), as_of=as_of, name=str(path))


def parse_applications(table: pl.DataFrame, *, as_of: date, name: str) -> pl.DataFrame:
    """Bring the table to the columns of the observation schema.

    Parameters
    ----------
    table : Land, month, applications in persons
    name : how to call the table in an error

    Raises
    ------
    SourceError, PlaceError : as :func:`read_bmi_austria`
    """
    check_columns(table, LONG, name, SOURCE)
    check_unique(table, ("Land", "month"), name, SOURCE)
    rows = pl.DataFrame(
        {
            "origin": map_labels(table["Land"], SOURCE, name),
            "period": to_months(table["month"], name, SOURCE),
            "value": to_counts(table["applications"], name, SOURCE),
        }
    )
    # Two labels may be one nationality, such as the spellings of the rest.
    sums = rows.drop_nulls("value").group_by("origin", "period").agg(pl.col("value").sum())
    facts = {"measure": "asylum_applications", "destination": "AUT", "source": SOURCE}
    return observation_columns(fill_whole_months(sums), facts, as_of)


def fill_whole_months(rows: pl.DataFrame) -> pl.DataFrame:
    """Add a zero for each nationality without a row in the months that name every nationality.

    Parameters
    ----------
    rows : origin, period, value

    Returns
    -------
    The same columns and ``status``.
    """
    per_month = rows.group_by("period").agg(
        has_rest=(pl.col("origin") == "OTH").any(), named=(pl.col("origin") != "OTH").sum()
    )
    whole = per_month.filter(~pl.col("has_rest") | (pl.col("named") >= LARGEST_LIST)).select("period")
    # The rest is no nationality: a month without it has nothing to be zero.
    names = rows.filter(pl.col("origin") != "OTH").join(whole, on="period", how="semi").select("origin").unique()
    empty = names.join(whole, how="cross").join(rows, on=["origin", "period"], how="anti")
    zeros = empty.with_columns(value=pl.lit(0.0), status=pl.lit("imputed_zero"))
    return pl.concat([rows.with_columns(status=pl.lit("final")), zeros])
