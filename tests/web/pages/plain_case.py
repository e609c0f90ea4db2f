"""Sites on plain releases that are made up: several vintages of the same series, a route with deaths, hidden series."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
from fastapi import FastAPI

from havre.panel.measures import measures
from havre.record.folder import write_release
from havre.record.tables import Release
from havre.web.app import create_app
from havre.web.settings import WebSettings
from tests.record.release_samples import LAST_MONTH, sample_facts, sample_release

ROUTE = "route:central-mediterranean"
SERIES = (
    ("germany", "asylum_applications", "TOT", "DEU", "total", 8500.0, 0.89),
    ("germany", "asylum_applications", "SYR", "DEU", "corridor", 3020.0, 0.84),
    ("germany", "asylum_applications", "AFG", "DEU", "corridor", 880.0, 1.07),
    ("germany", "asylum_applications", "ERI", "DEU", "corridor", 4.0, None),
    ("routes", "irregular_crossings", "TOT", ROUTE, "route", 2850.0, 1.02),
    ("routes", "deaths_and_missing", "TOT", ROUTE, "route", 60.0, 0.95),
)


def made(name: str, *, months_earlier: int = 0, made_on: date = date(2021, 2, 15)) -> Release:
    """Make a release; an earlier one knows as many months less and forecasts from there."""
    release = sample_release(facts=sample_facts(id=name, made_on=made_on), series=SERIES)
    if not months_earlier:
        return release
    back = f"-{months_earlier}mo"
    last = pl.lit(LAST_MONTH).dt.offset_by(back)
    return replace(
        release,
        history=release.history.filter(pl.col("period") <= last),
        forecasts=release.forecasts.with_columns(target_month=pl.col("target_month").dt.offset_by(back)),
        series=release.series.with_columns(last_month=last),
    )


def write(folder: Path, *releases: Release) -> Path:
    """Write releases into a folder; gives the folder."""
    names: Mapping[str, Mapping] = {  # type: ignore[type-arg]
        name: {"en": measure.name("en"), "fr": measure.name("fr")} for name, measure in measures().items()
    }
    for release in releases:
        write_release(release, folder / release.facts.id, measure_names=names, model_descriptions={})
    return folder


def plain_site(releases: Path) -> FastAPI:
    """Make the app of a site that shows plain releases."""
    told = {"record": releases.parent / "nothing", "releases": releases, "state": releases.parent / "state"}
    return create_app(WebSettings.model_validate({**told, "reader_requests_a_minute": 0, "posts_a_minute": 10_000}))
