"""Surges that a release itself makes likely: read off its published quantiles and months, for whoever reviews it.

`havre alarms` fixes thresholds for a budget of false alarms by forecasting the past again. This asks less: in which
months a surge is more likely than not. It sees the published tables alone, so that it cannot tell what they hide.
How such alarms did before is counted when a release is made, from its backtest, and stands among its options.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import polars as pl

from havre.evaluate.protocol import Scorecard
from havre.evaluate.surges import GROWTH, LEAST_PERSONS, MONTHS_BEFORE, surge_chance
from havre.record.changes import SeriesName
from havre.record.tables import SCOPE_KEY, Release

LIKELY = 0.5
"""Chance from which a surge is told."""
PAST_ALARMS = "past_alarms"
"""Option of a release under which the record of such alarms stands."""


@dataclass(frozen=True)
class PastAlarms:
    """How alarms at the chance :data:`LIKELY` did in the backtest, at one horizon over all series of a scope.

    Parameters
    ----------
    horizon : months ahead
    judged : months of series of which what came is known
    alarms : of them, those for which a surge was told
    right : of the alarms, those that a surge followed; the others were false
    missed : surges that came without an alarm
    """

    horizon: int
    judged: int
    alarms: int
    right: int
    missed: int

    @property
    def false(self) -> int:
        """Alarms that no surge followed."""
        return self.alarms - self.right


def past_alarms(card: Scorecard, model: str) -> Iterator[PastAlarms]:
    """Count at each horizon of a backtest how often a surge was told and came."""
    chance, came = card.surge_chance[card.models.index(model)], card.surge
    judged = ~np.isnan(chance) & ~np.isnan(came)
    told, surge = judged & (chance >= LIKELY), judged & (came == 1)
    for h in range(card.horizons):
        counts = (judged, told, told & surge, surge & ~told)
        yield PastAlarms(h + 1, *(int(part[..., h].sum()) for part in counts))


def told_past_alarms(release: Release) -> dict[str, tuple[PastAlarms, ...]]:
    """Read the record of alarms of each scope from the options of a release; empty where it holds none."""
    told = release.facts.options.get(PAST_ALARMS)
    if not isinstance(told, dict):
        return {}
    return {scope: tuple(PastAlarms(**row) for row in rows) for scope, rows in told.items()}


def as_option(card: Scorecard, model: str) -> list[dict[str, int]]:
    """Give the record of alarms of a scope as plain values, as they stand among the options of a release."""
    return [asdict(each) for each in past_alarms(card, model)]


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
