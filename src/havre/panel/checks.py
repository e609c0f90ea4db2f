"""Quality of the panel: what a reader should know before using it.

These findings do not break the schema (:mod:`havre.panel.observations` refuses what does); they are told as a table.
"""

from collections.abc import Callable

import polars as pl

from havre.panel.observations import KEY
from havre.panel.vintage import latest

REPORT = pl.Schema(
    {
        "check": pl.String(),
        "severity": pl.Enum(("error", "warning", "note")),
        "measure": pl.String(),
        "source": pl.String(),
        "origin": pl.String(),
        "destination": pl.String(),
        "period": pl.Date(),
        "found": pl.Float64(),
        "expected": pl.Float64(),
    }
)
_SERIES = ["measure", "source", "frequency", "origin", "destination"]
_STEP = {"D": "1d", "W": "1w", "M": "1mo", "Q": "3mo", "A": "1y"}
_JUMP_FACTOR = 10.0
"""A value this many times the largest of the twelve around it is told as a jump…"""
_JUMP_PERSONS = 1000.0
"""…where it also is at least this large: small counts jump all the time."""
_IMPLAUSIBLE = 20_000_000.0
"""More than the largest displacement stock ever published for one origin and destination."""


def quality_report(panel: pl.DataFrame) -> pl.DataFrame:
    """Run every check and give one table of findings, the worst first.

    Checks: ``duplicate`` keys as of the same day; ``gap`` in a series (one row per run of missing periods);
    ``jump`` to more than ten times the largest of the twelve values around; ``total`` that is less than the sum of its
    parts of the same source (beyond rounding); ``implausible`` values.
    """
    current = latest(panel)
    checks: tuple[Callable[[pl.DataFrame], pl.DataFrame], ...] = (_gaps, _jumps, _totals, _implausible)
    found = [check(current) for check in checks]
    findings = pl.concat([_duplicates(panel), *found])
    return findings.sort("severity", "check", *_SERIES[:2], "origin", "destination", "period")


def _finding(frame: pl.DataFrame, check: str, severity: str) -> pl.DataFrame:
    labelled = frame.with_columns(pl.lit(check).alias("check"), pl.lit(severity).alias("severity"))
    return labelled.select([pl.col(name).cast(dtype) for name, dtype in REPORT.items()])


def _duplicates(panel: pl.DataFrame) -> pl.DataFrame:
    counted = panel.group_by(*KEY, "as_of", maintain_order=True).agg(found=pl.len(), expected=pl.lit(1))
    return _finding(counted.filter(pl.col("found") > 1), "duplicate", "error")


def _gaps(current: pl.DataFrame) -> pl.DataFrame:
    """Find months (or years…) that are missing in the middle of what a destination reported."""
    found: list[pl.DataFrame] = []
    place = [name for name in _SERIES if name != "origin"]
    for frequency, step in _STEP.items():
        rows = current.filter((pl.col("frequency") == frequency) & pl.col("value").is_not_null())
        reported = rows.select([*place, "period"]).unique().sort([*place, "period"])
        gaps = reported.with_columns(expected_next=pl.col("period").shift(1).over(place).dt.offset_by(step))
        gaps = gaps.filter(pl.col("period") > pl.col("expected_next"))
        found.append(
            gaps.with_columns(
                origin=pl.lit("TOT"),
                found=pl.lit(None, dtype=pl.Float64),
                expected=pl.lit(None, dtype=pl.Float64),
                period=pl.col("expected_next"),
            )
        )
    return _finding(pl.concat(found), "gap", "warning")


def _jumps(current: pl.DataFrame) -> pl.DataFrame:
    ordered = current.filter(pl.col("frequency") == "M").drop_nulls("value").sort([*_SERIES, "period"])
    sides = [pl.col("value").shift(step).over(_SERIES) for step in (*range(-6, 0), *range(1, 7))]
    around = ordered.with_columns(expected=pl.max_horizontal(sides), found=pl.col("value"))
    jumps = around.filter((pl.col("found") >= _JUMP_PERSONS) & (pl.col("found") > _JUMP_FACTOR * pl.col("expected")))
    return _finding(jumps, "jump", "warning")


def _totals(current: pl.DataFrame) -> pl.DataFrame:
    """Compare a published total (origin ``TOT``) with the sum of its parts, of the same source."""
    keys = ["measure", "source", "frequency", "destination", "period"]
    totals = current.filter((pl.col("origin") == "TOT") & pl.col("value").is_not_null())
    parts = current.filter((pl.col("origin") != "TOT") & pl.col("value").is_not_null())
    sums = parts.group_by(keys).agg(
        expected=pl.col("value").sum(),
        # Half a rounding step for each part and for the total is no contradiction.
        slack=pl.col("rounding").fill_null(1.0).sum() / 2 + pl.col("rounding").fill_null(1.0).max() / 2,
    )
    both = totals.join(sums, on=keys).with_columns(found=pl.col("value"))
    return _finding(both.filter(pl.col("expected") > pl.col("found") + pl.col("slack")), "total", "warning")


def _implausible(current: pl.DataFrame) -> pl.DataFrame:
    persons = current.with_columns(found=pl.col("value"), expected=pl.lit(_IMPLAUSIBLE))
    return _finding(persons.filter(pl.col("value") > _IMPLAUSIBLE), "implausible", "error")


def summary(panel: pl.DataFrame) -> pl.DataFrame:
    """Tell what there is: one row per measure, source and frequency with series, rows, first and last period, as_of."""
    return (
        panel.group_by("measure", "source", "frequency")
        .agg(
            origins=pl.col("origin").n_unique(),
            destinations=pl.col("destination").n_unique(),
            rows=pl.len(),
            first_period=pl.col("period").min(),
            last_period=pl.col("period").max(),
            latest_as_of=pl.col("as_of").max(),
        )
        .sort("measure", "source", "frequency")
    )
