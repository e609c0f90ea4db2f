"""Disclosure control, first cut: no published cell below the threshold, and none that a subtraction would give back.

A cell is one series in one month. Small cells are suppressed; where exactly one cell of a published sum would then be
missing, subtraction would give it back, so the next smallest is suppressed too (secondary suppression). Reference:
Hundepool A et al. (2012), Statistical disclosure control, Wiley, chapter 4. doi:10.1002/9781118348239
"""

import polars as pl

from havre.record.tables import HISTORY, SCOPE_KEY

DEFAULT_THRESHOLD = 10
"""Persons. Counts from 1 to one below the threshold are suppressed; a zero says that nobody came and stays."""


def protect_history(history: pl.DataFrame, threshold: int = DEFAULT_THRESHOLD) -> pl.DataFrame:
    """Suppress small cells, and enough others that no sum over a scope and month gives one back.

    Parameters
    ----------
    history : table of ``havre.record.tables.HISTORY`` with every part of each published total; the total itself has
        origin or destination ``TOT`` beside parts that do not
    threshold : smallest count that may be published [persons]

    Returns
    -------
    The table with ``value`` null and ``suppressed`` true in suppressed cells.
    """
    value = pl.col("value")
    small = (value > 0) & (value < threshold)
    is_part = ~_is_total()
    group = ["scope", "measure", "period"]
    marked = history.with_columns(hidden=small.fill_null(value=False), part=is_part).with_row_index("row")
    # The missing sum of a group is its total less its visible parts: it must not be a single cell, nor itself small.
    order = pl.when(~pl.col("hidden") & pl.col("part") & (value > 0)).then(value).otherwise(None)
    ranked = marked.with_columns(
        hidden_parts=(pl.col("hidden") & pl.col("part")).sum().over(group),
        hidden_sum=pl.when(pl.col("hidden") & pl.col("part")).then(value).otherwise(0.0).sum().over(group),
        rank=order.rank("ordinal").over(group),
        has_total=(~pl.col("part")).any().over(group),
    )
    unsafe = (pl.col("hidden_parts") == 1) | ((pl.col("hidden_sum") < threshold) & (pl.col("hidden_parts") > 0))
    also = pl.col("part") & unsafe & (pl.col("rank") == 1) & pl.col("has_total")
    hidden = pl.col("hidden") | also.fill_null(value=False)
    safe = ranked.sort("row").with_columns(
        suppressed=hidden | pl.col("suppressed"),
        value=pl.when(hidden | pl.col("suppressed")).then(None).otherwise(value),
    )
    return safe.select([pl.col(name).cast(dtype) for name, dtype in HISTORY.items()])


def _is_total() -> pl.Expr:
    """Tell the rows that hold a sum of other rows of their scope."""
    parts = pl.col("scope").str.split("/").list.last()
    total_origin = (pl.col("origin") == "TOT") & (parts == "origin")
    total_destination = (pl.col("destination") == "TOT") & (parts == "destination")
    return total_origin | total_destination


def protect_forecasts(forecasts: pl.DataFrame, threshold: int = DEFAULT_THRESHOLD) -> pl.DataFrame:
    """Round forecasts to whole persons and hide small ones.

    A series and horizon whose median lies below the threshold in any model is suppressed in all of them. In what
    stays, a quantile below the threshold is published as 0, "fewer than the threshold": intervals get wider, never
    narrower.
    """
    rounded = pl.col("value").round(0)
    target = [*SCOPE_KEY, "horizon"]
    small = ((pl.col("quantile") == 0.5) & (rounded < threshold)).any().over(target)
    shown = pl.when(rounded < threshold).then(0.0).otherwise(rounded)
    return forecasts.with_columns(value=pl.when(small).then(None).otherwise(shown))


def count_suppressed(history: pl.DataFrame, forecasts: pl.DataFrame) -> dict[str, int]:
    """Count the suppressed cells: months of history, and series × horizons of the forecast."""
    hidden = forecasts.filter(pl.col("value").is_null()).select([*SCOPE_KEY, "horizon"]).n_unique()
    return {"history": int(history["suppressed"].sum()), "forecasts": hidden if forecasts["value"].null_count() else 0}
