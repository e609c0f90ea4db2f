"""UK Home Office: people arriving in small boats, by day."""

from datetime import date
from pathlib import Path

import polars as pl

from havre.sources.providers.uk_home_office import first_provisional_day
from tools.reference.resource import Resource, Upstream, observations

FILE = "uk_small_boats_daily/uk_small_boats_daily.parquet"
UPSTREAM = Upstream(
    "thenationalnews-datavis/uk_small_boats at commit c442171",
    "https://github.com/thenationalnews-datavis/uk_small_boats",
    date(2026, 8, 21),
)


def small_boats(table: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Bring the daily figures to the schema; a day without figure had no arrival.

    Parameters
    ----------
    table : date, migrants_arrived in persons
    as_of : day of the copy; later quarters than the last one published by then are provisional
    """
    day = pl.col("date").cast(pl.Date)
    is_provisional = day >= first_provisional_day(as_of)
    facts = {
        "measure": "sea_arrivals",
        "origin": "TOT",
        "destination": "GBR",
        "period": day,
        "frequency": "D",
        "value": pl.col("migrants_arrived").fill_null(0.0),
        "status": pl.when(is_provisional).then(pl.lit("provisional")).otherwise(pl.lit("final")),
        "source": "uk_home_office",
        "as_of": as_of,
    }
    return observations(table, facts)


def resources(shared: Path) -> list[Resource]:
    """Read the shared copy."""
    frame = small_boats(pl.read_parquet(shared / FILE), UPSTREAM.day)
    return [
        Resource(
            name="uk-small-boats",
            title="People detected arriving in the United Kingdom in small boats, daily, January 2018 to April 2025",
            description="Daily arrivals across the Channel, all nationalities together (origin TOT).",
            frame=frame,
            upstreams=(UPSTREAM,),
            as_of="Day of the copy, 21 August 2026; it was cut after April 2025, so that no day is provisional.",
        )
    ]
