"""The track record as plain tables: what was scored of every release, each scored forecast, and the league table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

FIGURES = ("computed", "stated")
"""``computed``: as the model gave it; ``stated``: the ensemble with the figures that a reviewer put in its place."""
GROUPS = ("overall", "horizon", "corridor", "corridor_horizon")
STATUSES = ("scored", "waiting", "late", "hidden")
SERIES_KEY = ("target", "source", "origin", "destination")

SCORES = pl.Schema(
    {
        "release": pl.String(),
        "logged_at": pl.Datetime("us", "UTC"),
        "model": pl.String(),
        "figures": pl.String(),
        **dict.fromkeys(SERIES_KEY, pl.String()),
        "origin_date": pl.Date(),
        "horizon": pl.Int32(),
        "target_end_date": pl.Date(),
        "observed": pl.Float64(),
        "median": pl.Float64(),
        "error": pl.Float64(),
        "scaled_error": pl.Float64(),
        "wis": pl.Float64(),
        "covered_50": pl.Float64(),
        "covered_80": pl.Float64(),
        "covered_95": pl.Float64(),
    }
)
"""One row per scored forecast. ``error``: median less what was counted [persons]; ``scaled_error``: its absolute value
over the mean change from one month to the next that the release showed, null where it showed none."""

LEAGUE = pl.Schema(
    {
        "group": pl.String(),
        **dict.fromkeys(SERIES_KEY, pl.String()),
        "horizon": pl.Int32(),
        "model": pl.String(),
        "figures": pl.String(),
        "naive": pl.Boolean(),
        "forecasts": pl.UInt32(),
        "months": pl.UInt32(),
        "wis": pl.Float64(),
        "wis_ratio": pl.Float64(),
        "compared_with": pl.String(),
        "compared": pl.UInt32(),
        "coverage_50": pl.Float64(),
        "coverage_80": pl.Float64(),
        "coverage_95": pl.Float64(),
        "mase": pl.Float64(),
        "bias": pl.Float64(),
    }
)
"""One row per group and model. ``group`` is one of :data:`GROUPS`; what it does not divide by is null. ``wis_ratio``:
mean WIS over that of the naive model ``compared_with``, over the ``compared`` forecasts that both made."""

RELEASES = pl.Schema(
    {
        "release": pl.String(),
        "state": pl.String(),
        "entry": pl.Int64(),
        "logged_at": pl.Datetime("us", "UTC"),
        "witnessed_at": pl.Datetime("us", "UTC"),
        "registered": pl.Int64(),
        "repeated": pl.Int64(),
        **dict.fromkeys(STATUSES, pl.Int64()),
    }
)
"""One row per release: forecasts that were registered, of these repeated from an earlier release, and what became of
the others. ``entry`` is the number of the log entry; ``witnessed_at`` is null where no witness of the record
cosigned."""

OVERRIDDEN = pl.Schema(
    {
        "release": pl.String(),
        **dict.fromkeys(SERIES_KEY, pl.String()),
        "horizon": pl.Int32(),
        "target_end_date": pl.Date(),
        "computed": pl.Float64(),
        "stated": pl.Float64(),
        "observed": pl.Float64(),
        "error_computed": pl.Float64(),
        "error_stated": pl.Float64(),
        "reviewer": pl.String(),
        "reason": pl.String(),
    }
)
"""One row per overridden figure whose month was counted: how far off each of the two values was [persons]."""


FOLDER, COUNTS = "track-record", "counts.parquet"
"""Folder in a record with the published track records, and the file of each with the counts."""


@dataclass(frozen=True)
class TrackRecord:
    """What became of the logged forecasts of a record.

    Parameters
    ----------
    known_on : counts are taken as they were known on this day
    origin, entries : name of the log, and how many of its entries, from the first on, this rests on
    inputs : SHA-256 of each file of observations
    releases, scores, league, overridden : tables of :data:`RELEASES`, :data:`SCORES`, :data:`LEAGUE`,
        :data:`OVERRIDDEN`
    counts : what is told of the counts, as ``havre.record.track_log.scored_counts`` reads it back; whoever publishes
        later must keep hidden what it hides
    rounding : base to which counts are rounded before anything is scored, the largest of the releases; 1: none
    """

    known_on: date
    origin: str
    entries: int
    inputs: Mapping[str, str]
    releases: pl.DataFrame
    scores: pl.DataFrame
    league: pl.DataFrame
    overridden: pl.DataFrame
    counts: pl.DataFrame
    rounding: int = 1

    def count(self, status: str) -> int:
        """Count the forecasts of a status: ``registered``, ``repeated``, or one of :data:`STATUSES`."""
        return int(self.releases[status].sum())
