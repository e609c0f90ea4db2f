"""IOM Missing Migrants Project: dead and missing, summed to route and month. No incident leaves this file."""

from datetime import date
from pathlib import Path

import polars as pl

from havre.months import months_between
from tools.reference.resource import Resource, Upstream, coded, observations

FILE = "iom_missing_migrants/incidents.parquet"
UPSTREAM = Upstream("iom/gdidata at commit c9e4cc6", "https://github.com/iom/gdidata", date(2025, 6, 19))


def route_months(table: pl.DataFrame) -> pl.DataFrame:
    """Sum the incidents to route and month; a month without a recorded incident on a route is an imputed zero.

    Parameters
    ----------
    table : route (name), month, dead (dead and missing)
    """
    named = coded(table, FILE, route="iom").with_columns(pl.col("month").cast(pl.Date))
    sums = named.group_by("route", "month").agg(pl.col("dead").sum())
    first, last = sums["month"].min(), sums["month"].max()
    assert isinstance(first, date)  # noqa: S101 - an empty table of incidents is a fault of the copy
    assert isinstance(last, date)  # noqa: S101
    grid = sums.select("route").unique().join(pl.DataFrame({"month": months_between(first, last)}), how="cross")
    dense = grid.join(sums, on=["route", "month"], how="left", maintain_order="left")
    is_empty = pl.col("dead").is_null()
    facts = {
        "measure": "deaths_and_missing",
        "origin": "TOT",
        "destination": pl.col("route"),
        "period": pl.col("month"),
        "frequency": "M",
        "value": pl.col("dead").fill_null(0.0),
        "status": pl.when(is_empty).then(pl.lit("imputed_zero")).otherwise(pl.lit("final")),
        "source": "iom_mmp",
        "as_of": UPSTREAM.day,
    }
    return observations(dense, facts)


def resources(shared: Path) -> list[Resource]:
    """Read the shared copy."""
    incidents = pl.read_parquet(shared / FILE, columns=["route", "month", "dead"])
    return [
        Resource(
            name="iom-deaths-routes",
            title="Dead and missing by migration route, monthly, January 2014 to April 2023",
            description="Dead and missing (minimum estimate) in recorded incidents, summed to route and month.",
            frame=route_months(incidents),
            upstreams=(UPSTREAM,),
            as_of="Day of the copy, 19 June 2025; the copy was cut after April 2023.",
            caveats=("Incidents that name no route stand under route:undefined (7,071 of 57,934 dead and missing).",),
        )
    ]
