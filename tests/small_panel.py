"""A small made-up panel for tests of everything together: corridors into Germany and arrivals on three coasts."""

from collections.abc import Mapping
from datetime import date
from functools import cache

import numpy as np
import polars as pl

from havre.months import add_months
from havre.panel.observations import check_observations

FIRST = date(2014, 1, 1)
MONTHS = 60
LAST = add_months(FIRST, MONTHS - 1)
APPLICATIONS = "asylum_applications/bamf/DEU/origin"
ARRIVALS = "sea_arrivals/unhcr_odp/all/destination"

_APPLICATIONS: Mapping[str, float] = {"SYR": 420.0, "AFG": 130.0, "ERI": 14.0, "TON": 0.5}
_ARRIVALS: Mapping[str, float] = {"ITA": 5200.0, "ESP": 1700.0, "GRC": 900.0}


@cache
def small_panel(months: int = MONTHS, seed: int = 7) -> pl.DataFrame:
    """Make the panel: three corridors that can be forecast, one with too little history, and three coasts.

    Every month becomes known in the middle of the next one.
    """
    rng = np.random.default_rng(seed)
    rows: list[tuple[object, ...]] = []
    for measure, source, means in (
        ("asylum_applications", "bamf", _APPLICATIONS),
        ("sea_arrivals", "unhcr_odp", _ARRIVALS),
    ):
        for code, mean in means.items():
            level = mean * np.exp(np.cumsum(rng.normal(0, 0.05, months))) * (1 + 0.2 * np.sin(np.arange(months) / 2))
            origin, destination = (code, "DEU") if source == "bamf" else ("TOT", code)
            for step, value in enumerate(rng.poisson(level)):
                period = add_months(FIRST, step)
                known = add_months(period, 1).replace(day=15)
                facts = (measure, origin, destination, period, "M", float(value), None, "final", source, known)
                rows.append(facts)
    names = ("measure", "origin", "destination", "period", "frequency", "value", "rounding", "status", "source")
    return check_observations(pl.DataFrame(rows, schema=[*names, "as_of"], orient="row", infer_schema_length=None))


def without(panel: pl.DataFrame, code: str, *steps: int) -> pl.DataFrame:
    """Leave out some months, counted from the first, of an origin or destination."""
    gone = [add_months(FIRST, step) for step in steps]
    here = (pl.col("origin") == code) | (pl.col("destination") == code)
    return panel.filter(~(here & pl.col("period").is_in(gone)))


def with_value(panel: pl.DataFrame, code: str, step: int, value: float) -> pl.DataFrame:
    """Set one month of an origin or destination."""
    here = ((pl.col("origin") == code) | (pl.col("destination") == code)) & (
        pl.col("period") == add_months(FIRST, step)
    )
    return panel.with_columns(value=pl.when(here).then(value).otherwise("value"))
