"""Whole releases as one table: forecasts, and what was counted before them."""

import polars as pl
from starlette.responses import Response

from havre.places import place_name
from havre.record.folder import forecast_table
from havre.record.tables import SCOPE_KEY
from havre.web.api.questions import Chosen, api_router
from havre.web.api.tables import DOWNLOADED, download, file_answer, with_tags
from havre.web.site import SiteRelease

router = api_router("tables")
FORECASTS = "forecast.csv"


@router.get("/forecasts.csv", summary="All forecasts as CSV", **DOWNLOADED["csv"])
def forecasts_csv(release: Chosen) -> Response:
    """Give ``forecast.csv`` of the release, byte for byte: its SHA-256 stands in the manifest and so in the log."""
    return file_answer(release.published.contents[FORECASTS], f"{release.id}-forecasts", "csv")


@router.get("/forecasts.hxl.csv", summary="All forecasts, tagged", **DOWNLOADED["hxl.csv"])
def forecasts_hxl(release: Chosen) -> Response:
    """Give ``forecast.csv`` of the release with a row of HXL tags below its names."""
    return file_answer(with_tags(release.published.contents[FORECASTS]), f"{release.id}-forecasts", "hxl.csv")


@router.get("/forecasts.parquet", summary="All forecasts as Parquet", **DOWNLOADED["parquet"])
def forecasts_parquet(release: Chosen) -> Response:
    """Give the median and the 50, 80 and 95 % intervals of every series and month."""
    return download(forecast_table(release.published.release), f"{release.id}-forecasts", "parquet")


@router.get("/history.csv", summary="All counts as CSV", **DOWNLOADED["csv"])
def history_csv(release: Chosen) -> Response:
    """Give what was counted before the forecasts, one row for each series and month."""
    return download(history_table(release), f"{release.id}-history", "csv")


@router.get("/history.hxl.csv", summary="All counts, tagged", **DOWNLOADED["hxl.csv"])
def history_hxl(release: Chosen) -> Response:
    """Give what was counted, with a row of HXL tags below the names."""
    return download(history_table(release), f"{release.id}-history", "hxl.csv")


@router.get("/history.parquet", summary="All counts as Parquet", **DOWNLOADED["parquet"])
def history_parquet(release: Chosen) -> Response:
    """Give what was counted before the forecasts, one row for each series and month."""
    return download(history_table(release), f"{release.id}-history", "parquet")


def history_table(release: SiteRelease) -> pl.DataFrame:
    """Give what was counted, with sources and English names; what is suppressed is null, whatever the table holds."""
    found = release.published.release
    keys = list(SCOPE_KEY)
    told = found.history.join(found.series.select(*keys, "source"), on=keys, how="left", maintain_order="left")
    names = {code: place_name(code, "en") for code in {*found.series["origin"], *found.series["destination"]}}
    return told.with_columns(
        value=pl.when(~pl.col("suppressed")).then("value"),
        origin_name=pl.col("origin").replace_strict(names, return_dtype=pl.String),
        destination_name=pl.col("destination").replace_strict(names, return_dtype=pl.String),
    )
