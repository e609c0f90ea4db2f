"""A small release with the explanations of its figures, for tests."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from havre.forecast.outlook import OutlookOptions
from havre.pipeline import Forecast, PanelInput, explain_release, find_scopes, forecast_release
from havre.record.draft import write_draft
from tests.small_panel import small_panel

FAST = OutlookOptions(horizons=2, draws=60, backtest_months=2, seed=5)
GERMANY = {"measure": "asylum_applications", "destination": "DEU"}
COASTS = {"measure": "sea_arrivals"}


def forecast_of(panel: pl.DataFrame, *requests: dict[str, str]) -> Forecast:
    """Make a release; facts that would name the panel's own hash are left alike."""
    asked = requests or (GERMANY, COASTS)
    given = PanelInput(panel, {"panel": "same"})
    made = forecast_release(given, find_scopes(panel, asked), FAST, made_on=date(2019, 3, 1))
    return replace(made, release=replace(made.release, facts=replace(made.release.facts, id="same")))


@cache
def case() -> tuple[Forecast, dict[str, bytes]]:
    """Make the release of the small panel and its explanations, once."""
    made = forecast_of(small_panel())
    return made, explain_release(made)


def draft(folder: Path) -> Path:
    """Keep the release with its explanations as a draft."""
    made, further = case()
    write_draft(made.release, folder, further)
    return folder
