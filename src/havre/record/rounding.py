"""Rounding of published counts to a base, such as 5, and what a reader then knows of each of them.

Rounding comes on top of suppression and takes nothing from it: small counts are hidden first, by their exact values.
Rounded parts need not add up to their rounded total.

Reference: Hundepool A et al. (2012), Statistical disclosure control, Wiley, chapter 5. doi:10.1002/9781118348239
"""

from collections.abc import Mapping

import polars as pl

from havre.errors import RecordError
from havre.record.tables import HISTORY

OPTION = "rounding"
"""Option of a release that tells the base; 1, or none, where counts are published as they are."""
BOUNDED = pl.Schema({**HISTORY, "low": pl.Float64(), "high": pl.Float64()})
"""A history of which the counts are rounded: each visible one lies between ``low`` and ``high``, both included."""


def check_rounding(base: int, threshold: int) -> int:
    """Check a base: no visible count may be rounded to zero, since a zero says that nobody came.

    Raises
    ------
    RecordError : it is below one, or more than twice the threshold
    """
    if base < 1 or base > max(1, 2 * threshold):
        raise RecordError("record.rounding", base=base, threshold=threshold, most=max(1, 2 * threshold))
    return base


def base_of(options: Mapping[str, object]) -> int:
    """Give the base that the options of a release tell."""
    return int(str(options.get(OPTION, 1)))


def rounded_history(history: pl.DataFrame, base: int) -> pl.DataFrame:
    """Round the counts of a protected history to the nearest multiple of a base, halves upwards."""
    if base == 1:
        return history
    return history.with_columns(value=(pl.col("value") / base + 0.5).floor() * base)


def with_bounds(history: pl.DataFrame, base: int, threshold: int) -> pl.DataFrame:
    """Tell between which counts each rounded one lies, by whoever knows base and threshold.

    Parameters
    ----------
    history : table of ``havre.record.tables.HISTORY`` as it is published

    Returns
    -------
    Table of :data:`BOUNDED`; the history itself where nothing is rounded. What is visible is zero or not small, so that
    a zero is a zero, and everything else is the threshold at least.
    """
    if base == 1:
        return history
    value = pl.col("value")
    low = pl.max_horizontal(value - base // 2, pl.lit(float(threshold)))
    return history.with_columns(
        low=pl.when(value == 0).then(0.0).when(value.is_not_null()).then(low),
        high=pl.when(value == 0).then(0.0).otherwise(value + (base - 1) // 2),
    )


def unbounded(history: pl.DataFrame) -> pl.DataFrame:
    """Give a table of :data:`BOUNDED` as one of ``havre.record.tables.HISTORY``."""
    return history.select(HISTORY.names())
