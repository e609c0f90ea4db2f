"""Surges that a release itself makes likely: read off its published quantiles and months, for whoever reviews it.

`havre alarms` fixes thresholds for a budget of false alarms by forecasting the past again. This asks less: in which
months a surge is more likely than not. It sees the published tables alone, so that it cannot tell what they hide.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from havre.evaluate.surges import GROWTH, LEAST_PERSONS, MONTHS_BEFORE, surge_chance
from havre.record.changes import SeriesName
from havre.record.tables import SCOPE_KEY, Release

LIKELY = 0.5
"""Chance from which a surge is told."""


@dataclass(frozen=True)
class LikelySurge:
    """A month of a series in which a surge is likely.

    Parameters
    ----------
    chance : chance of a surge, by the published quantiles of the ensemble
    needed : count from which the month is a surge [persons]
    before : mean of the last three months that were published [persons a month]
    """

    series: SeriesName
    target_month: date
    horizon: int
    chance: float
    needed: float
    before: float


def likely_surges(release: Release, least: float = LIKELY) -> tuple[LikelySurge, ...]:
    """Find the months in which a surge is likely, the most likely first.

    A series of which no month of the last three is published, or whose forecast is suppressed, is passed over.

    Parameters
    ----------
    least : chance from which a surge is told
    """
    keys = list(SCOPE_KEY)
    months = release.history.join(release.series.select(*keys, "last_month"), on=keys)
    recent = months.filter(
        ~pl.col("suppressed")
        & pl.col("value").is_not_null()
        & (pl.col("period") > pl.col("last_month").dt.offset_by(f"-{MONTHS_BEFORE}mo"))
        & (pl.col("period") <= pl.col("last_month"))
    )
    before = recent.group_by(keys).agg(before=pl.col("value").mean())
    ensemble = release.forecasts.filter(pl.col("model") == release.facts.ensemble).drop_nulls("value").sort("quantile")
    rows = ensemble.group_by([*keys, "target_month", "horizon"], maintain_order=True).agg(values=pl.col("value"))
    told = rows.join(before, on=keys, maintain_order="left")
    if told.is_empty():
        return ()
    needed = np.maximum(LEAST_PERSONS, GROWTH * told["before"].to_numpy())
    chances = surge_chance(np.array(told["values"].to_list(), dtype=float)[:, None, :], needed)[:, 0]
    whole = told.with_columns(needed=pl.Series(needed), chance=pl.Series(chances)).filter(pl.col("chance") >= least)
    ordered = whole.sort("chance", *keys, "horizon", descending=[True, *(False,) * 5])
    names = ("target_month", "horizon", "chance", "needed", "before")
    return tuple(
        LikelySurge((row["scope"], row["measure"], row["origin"], row["destination"]), *(row[name] for name in names))
        for row in ordered.iter_rows(named=True)
    )
