"""UNHCR Operational Data Portal: arrivals in the Mediterranean by country, and by nationality."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl

from tools.reference.resource import Resource, Upstream, coded, observations, summed

TOTALS = "unhcr_sea_arrivals_med/arrivals_totals_monthly_2014_2019.parquet"
BY_ORIGIN = "unhcr_sea_arrivals_med/arrivals_by_origin_monthly_2016_2019.parquet"
UPSTREAM = Upstream(
    "stklem/med_migration at commit f23e315",
    "https://github.com/stklem/med_migration",
    date(2020, 8, 12),
)
PARTIAL_MONTH = date(2019, 11, 1)
"""The portal was read around 25 November 2019: its daily figures end on 17 (Greece) and 25 November (Italy)."""
GREEK_LAND_FROM = date(2018, 1, 1)
"""Land arrivals in Greece stand as 0 before this month, and in hundreds and thousands since: they were not recorded."""
COLUMNS = (
    ("sea_arrivals", "ITA", "italy_all"),
    ("sea_arrivals", "GRC", "greece_sea"),
    ("sea_arrivals", "ESP", "spain_sea"),
    ("sea_arrivals", "CYP", "cyprus_all"),
    ("sea_arrivals", "MLT", "malta_all"),
    ("arrivals", "GRC", "greece_all"),
    ("arrivals", "ESP", "spain_all"),
)
PALESTINE = "Palestine"
"""The one name that the shared copy left under ``OTH``; whatever else stands there is the rest."""


def _facts(facts: Mapping[str, object]) -> dict[str, object]:
    period = pl.col("month").cast(pl.Date)
    return {"period": period, "frequency": "M", "source": "unhcr_odp", "as_of": UPSTREAM.day, **facts}


def totals(table: pl.DataFrame) -> pl.DataFrame:
    """Bring the monthly totals to the schema, without the month that was still running and without empty cells.

    Parameters
    ----------
    table : month and one column of persons per country and way of arrival (:data:`COLUMNS`)
    """
    parts = [
        observations(
            table.drop_nulls(column),
            _facts({"measure": measure, "origin": "TOT", "destination": country, "value": pl.col(column)}),
        )
        for measure, country, column in COLUMNS
    ]
    unrecorded = (
        (pl.col("measure") == "arrivals") & (pl.col("destination") == "GRC") & (pl.col("period") < GREEK_LAND_FROM)
    )
    return pl.concat(parts).filter((pl.col("period") < PARTIAL_MONTH) & ~unrecorded)


def by_origin(table: pl.DataFrame) -> pl.DataFrame:
    """Bring the arrivals by nationality to the schema; for Spain they are by sea and land.

    Parameters
    ----------
    table : origin (ISO3 or ``OTH``), origin_name, destination, month, n in persons
    """
    is_spain, is_palestine = pl.col("destination") == "ESP", pl.col("origin_name") == PALESTINE
    facts = {
        "measure": pl.when(is_spain).then(pl.lit("arrivals")).otherwise(pl.lit("sea_arrivals")),
        "origin": pl.when(is_palestine).then(pl.lit("PSE")).otherwise(pl.col("origin")),
        "value": pl.col("n"),
    }
    return summed(observations(coded(table, BY_ORIGIN, origin="iso3"), _facts(facts)))


def resources(shared: Path) -> list[Resource]:
    """Read the shared copies."""
    as_of = "Day of the copy, 12 August 2020; the portal was read around 25 November 2019."
    return [
        Resource(
            name="unhcr-odp-arrivals-totals",
            title="Arrivals in the Mediterranean by country, monthly, January 2014 to October 2019",
            description="Arrivals by sea (Italy, Greece, Spain, Cyprus, Malta), and by sea and land (Greece, Spain).",
            frame=totals(pl.read_parquet(shared / TOTALS)),
            upstreams=(UPSTREAM,),
            as_of=as_of,
            caveats=(
                "November 2019 is left out: the month was still running when the portal was read.",
                "Arrivals by sea and land in Greece start in 2018: before, land arrivals were not recorded.",
                "Spain by sea alone starts in 2017.",
                "Cyprus and Malta have months without a figure and end in September 2019.",
            ),
        ),
        Resource(
            name="unhcr-odp-arrivals-nationalities",
            title="Arrivals in the Mediterranean by country and nationality, monthly, January 2016 to October 2019",
            description="Arrivals by sea in Greece, Italy and Cyprus, by sea and land in Spain.",
            frame=by_origin(pl.read_parquet(shared / BY_ORIGIN)),
            upstreams=(UPSTREAM,),
            as_of=as_of,
            caveats=(
                "Sums over nationalities exceed the portal's totals in eight months, most in Spain in December 2018.",
                "In Spain they are 8,520 against 5,558 in December 2018; in Cyprus 430 against 213 in April 2019.",
                "In Italy they are 13,899 against 19,957 in May 2016 and 25,474 against 22,339 in June 2016.",
                "Greece names 9 nationalities, Italy 22, Spain up to 27, Cyprus up to 12; the rest stands under OTH.",
                "Spain ends in September 2019, Cyprus in April 2019.",
            ),
        ),
    ]
