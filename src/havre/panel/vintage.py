"""What was known on a day.

The panel keeps every value with the day on which it became known (``as_of``); a revision is a later row. A vintage
is the panel as it stood on a day: for every key the latest row that was known by then, and nothing later.
"""

from datetime import date

import polars as pl

from havre.panel.observations import KEY

SAID = ("value", "rounding", "status")
"""What an observation says about its key."""


def as_of(panel: pl.DataFrame, day: date) -> pl.DataFrame:
    """Give the panel as known at the end of ``day``.

    Parameters
    ----------
    panel : observations with the columns of ``havre.panel.observations.SCHEMA``

    Returns
    -------
    One row per key, the latest with ``as_of <= day``, in the order of the keys.
    """
    known = panel.filter(pl.col("as_of") <= day)
    return known.sort(*KEY, "as_of").unique(subset=list(KEY), keep="last", maintain_order=True)


def latest(panel: pl.DataFrame) -> pl.DataFrame:
    """Give the latest known value of every key."""
    return panel.sort(*KEY, "as_of").unique(subset=list(KEY), keep="last", maintain_order=True)


def known_or_first(panel: pl.DataFrame, day: date) -> pl.DataFrame:
    """Give, for every key, what was known at the end of ``day``; where the panel has nothing that old, what came first.

    This is the panel of a backtest: a later revision never shows where an earlier value is kept. Where none is kept
    (the panel was fetched later) the first value stands in, and the caller cuts the periods by a declared lag.
    """
    known = as_of(panel, day)
    later = panel.filter(pl.col("as_of") > day).sort(*KEY, "as_of").unique(subset=list(KEY), keep="first")
    unseen = later.join(known, on=list(KEY), how="anti")
    return pl.concat([known, unseen]).sort(*KEY)


def revisions(panel: pl.DataFrame) -> pl.DataFrame:
    """List the values that were revised: the key, then each value with the day it became known and the one before."""
    ordered = panel.sort(*KEY, "as_of")
    before = ordered.with_columns(
        previous=pl.col("value").shift(1).over(list(KEY)), is_first=pl.int_range(pl.len()).over(list(KEY)) == 0
    )
    changed = before.filter(~pl.col("is_first") & pl.col("value").ne_missing(pl.col("previous")))
    return changed.select(*KEY, "as_of", "previous", "value")


def only_news(new: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Keep the rows of ``new`` that say something that ``known`` did not say by the same day.

    An unchanged value adds nothing; a changed one adds a row with its own ``as_of``.
    """
    left = new.with_columns(pl.lit(1).alias("_new"))
    both = pl.concat([known.with_columns(pl.lit(0).alias("_new")), left]).sort(*KEY, "as_of", "_new")
    same = pl.all_horizontal([pl.col(column).eq_missing(pl.col(column).shift(1).over(list(KEY))) for column in SAID])
    is_first = pl.int_range(pl.len()).over(list(KEY)) == 0
    kept = both.with_columns(same=same & ~is_first).filter((pl.col("_new") == 1) & ~pl.col("same"))
    return kept.drop("_new", "same").select(new.columns)
