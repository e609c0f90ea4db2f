"""Disclosure control, first cut: no published cell below the threshold, and none that a subtraction would give back.

A cell is one series in one month. Small cells are suppressed; where exactly one cell of a published sum would then be
missing, subtraction would give it back, so the next smallest is suppressed too (secondary suppression). Reference:
Hundepool A et al. (2012), Statistical disclosure control, Wiley, chapter 4. doi:10.1002/9781118348239
"""

from collections.abc import Collection

import polars as pl

from havre.record.tables import HISTORY, SCOPE_KEY

DEFAULT_THRESHOLD = 10
"""Persons. Counts from 1 to one below the threshold are suppressed; a zero says that nobody came and stays."""


def protect_history(history: pl.DataFrame, threshold: int = DEFAULT_THRESHOLD) -> pl.DataFrame:
    """Suppress small cells, and enough others that no sum over a scope and month gives one back.

    A cell that is suppressed in one scope is suppressed in all scopes that hold it. Where there are not enough parts
    to hide a small one behind, the total is suppressed too.

    Parameters
    ----------
    history : table of ``havre.record.tables.HISTORY`` with every part of each published total; the total itself has
        origin or destination ``TOT`` beside parts that do not
    threshold : smallest count that may be published [persons]

    Returns
    -------
    The table with ``value`` null and ``suppressed`` true in suppressed cells.
    """
    small = ((pl.col("value") > 0) & (pl.col("value") < threshold)).fill_null(value=False)
    marked = history.with_columns(suppressed=pl.col("suppressed") | small, part=~_is_total())
    before = -1
    # Hiding a cell may leave another sum, or another scope that holds it, with too little to hide behind.
    while (hidden := int(marked["suppressed"].sum())) > before:
        before = hidden
        marked = marked.with_columns(suppressed=pl.col("suppressed") | _hidden_elsewhere())
        marked = marked.with_columns(suppressed=pl.col("suppressed") | _must_hide(threshold))
    safe = marked.with_columns(value=pl.when(~pl.col("suppressed")).then("value"))
    return safe.select([pl.col(name).cast(dtype) for name, dtype in HISTORY.items()])


def _hidden_elsewhere() -> pl.Expr:
    """Tell the cells that another scope suppresses; a zero says that nobody came and stays."""
    elsewhere = pl.col("suppressed").any().over("measure", "origin", "destination", "period")
    return elsewhere & (pl.col("value") > 0).fill_null(value=False)


def _must_hide(threshold: int) -> pl.Expr:
    """Tell the cells to suppress as well, so that a total less its visible parts gives no cell back.

    That difference is the sum of the suppressed parts. It must hold at least two of them, must not itself be small, and
    must not be their number: zeros are published, so that each of them would be known to be 1.
    """
    group = ("scope", "measure", "period")
    value, part, hidden = pl.col("value"), pl.col("part"), pl.col("suppressed")
    parts, total = (hidden & part).sum().over(group), value.filter(hidden & part).sum().over(group)
    known = (parts < 2) | (total < threshold) | (total <= parts)
    shown_total = (~part & ~hidden & value.is_not_null()).any().over(group)
    # A suppressed total whose parts are all visible is their sum.
    bare_total = (~part & hidden).any().over(group) & (parts == 0)
    smallest = pl.when(~hidden & part & (value > 0)).then(value).rank("ordinal").over(group)
    wanted = pl.when(smallest.max().over(group) > 0).then(smallest == 1).otherwise(~part)
    return (((shown_total & (parts > 0) & known) | bare_total) & wanted).fill_null(value=False)


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


def leave_out_copies(
    forecasts: pl.DataFrame, history: pl.DataFrame, copying: Collection[str], months: int = 12
) -> pl.DataFrame:
    """Leave out the forecasts that say again what the history keeps to itself.

    The quantiles of a climatology are the last months in order of size: beside the visible months they would give a
    suppressed one back.

    Parameters
    ----------
    history : what :func:`protect_history` gave
    copying : models whose quantiles are past months of the series itself
    months : how many past months they look at
    """
    last = history.sort("period").group_by(SCOPE_KEY, maintain_order=True).tail(months)
    hiding = last.filter("suppressed").select(SCOPE_KEY).unique().with_columns(telling=pl.lit(value=True))
    marked = forecasts.join(hiding, on=SCOPE_KEY, how="left", maintain_order="left")
    telling = pl.col("telling").fill_null(value=False) & pl.col("model").is_in(list(copying))
    return marked.filter(~telling).drop("telling")


def count_suppressed(history: pl.DataFrame, forecasts: pl.DataFrame) -> dict[str, int]:
    """Count the suppressed cells: months of history, and series × horizons of the forecast."""
    hidden = forecasts.filter(pl.col("value").is_null()).select([*SCOPE_KEY, "horizon"]).n_unique()
    return {"history": int(history["suppressed"].sum()), "forecasts": hidden if forecasts["value"].null_count() else 0}
