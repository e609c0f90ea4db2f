"""UNHCR: asylum applications by Syrians in 37 European countries, monthly."""

from datetime import date
from pathlib import Path

import polars as pl

from tools.reference.resource import Resource, Upstream, observations

FILE = "unhcr_syrian_asylum_europe_monthly/syrian_asylum_applications_europe_monthly.parquet"
UPSTREAM = Upstream(
    "unhcr/dataviz-syrian-asylum-applications at commit 5ca2e7d",
    "https://github.com/unhcr/dataviz-syrian-asylum-applications",
    date(2018, 1, 11),
)


def applications(table: pl.DataFrame) -> pl.DataFrame:
    """Bring the table to the schema.

    Parameters
    ----------
    table : origin, destination (ISO3), month, value in persons
    """
    facts = {
        "measure": "asylum_applications",
        "period": pl.col("month").cast(pl.Date),
        "frequency": "M",
        "source": "unhcr_syria",
        "as_of": UPSTREAM.day,
    }
    return observations(table, facts)


def resources(shared: Path) -> list[Resource]:
    """Read the shared copy."""
    return [
        Resource(
            name="unhcr-syria-applications",
            title="Syrian asylum applications in 37 European countries, monthly, April 2011 to December 2015",
            description="Asylum applications by Syrians; every month of every country has a figure.",
            frame=applications(pl.read_parquet(shared / FILE)),
            upstreams=(UPSTREAM,),
            as_of="Day of the copy, 11 January 2018; the copy was cut after December 2015.",
        )
    ]
