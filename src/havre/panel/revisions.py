"""What was revised, and what is usual: how late a series is first published, and how much it is revised afterwards."""

from datetime import date

import polars as pl

from havre.panel.observations import KEY
from havre.panel.vintage import revisions

SERIES = ("source", "measure", "destination", "frequency")
_LENGTHS = {"D": "1d", "W": "1w", "M": "1mo", "Q": "1q", "A": "1y"}
LATE_DAYS = {"D": 60, "W": 90, "M": 300, "Q": 400, "A": 900}
"""A value that came later than so many days after its period was not published late: it was collected later."""


def revised_between(panel: pl.DataFrame, since: date | None = None, until: date | None = None) -> pl.DataFrame:
    """List the revisions that became known in a span of days, the latest first.

    Parameters
    ----------
    panel : observations with all their vintages

    Returns
    -------
    Columns of the key, ``as_of``, ``previous`` and ``value``; a value that was withdrawn is empty.
    """
    found = revisions(panel)
    if since is not None:
        found = found.filter(pl.col("as_of") >= since)
    if until is not None:
        found = found.filter(pl.col("as_of") <= until)
    return found.sort("as_of", *KEY, descending=[True, *[False] * len(KEY)])


def revision_habits(panel: pl.DataFrame, known_on: date | None = None) -> pl.DataFrame:
    """Estimate what is usual for each source, measure, destination and frequency.

    Parameters
    ----------
    panel : observations with all their vintages
    known_on : nothing that became known later is read

    Returns
    -------
    One row per series: ``values`` (keys with a value), ``lag_days`` (median days from the end of a period to its first
    publication, over the periods that were watched being published; empty where none was), ``watched``, ``revised``
    (share of values that were revised), ``size`` (median size of the whole revision of those, as a share of the first
    value), ``upward`` (share of them that went up).
    """
    rows = panel if known_on is None else panel.filter(pl.col("as_of") <= known_on)
    rows = rows.drop_nulls("value").sort(*KEY, "as_of")
    keys = rows.group_by(list(KEY), maintain_order=True).agg(
        first=pl.col("value").first(),
        last=pl.col("value").last(),
        first_day=pl.col("as_of").first(),
        versions=pl.col("value").len(),
    )
    length = pl.col("frequency").cast(pl.String).replace_strict(_LENGTHS, return_dtype=pl.String)
    late = pl.col("frequency").cast(pl.String).replace_strict(LATE_DAYS, return_dtype=pl.Int64)
    lag = (pl.col("first_day") - pl.col("period").dt.offset_by(length)).dt.total_days() + 1
    revised = (pl.col("versions") > 1) & (pl.col("first") != pl.col("last"))
    told = keys.with_columns(lag=lag, watched=(lag >= 0) & (lag <= late), revised=revised)
    relative = (pl.col("last") / pl.col("first") - 1).abs().filter(pl.col("revised") & (pl.col("first") > 0))
    return (
        told.group_by(list(SERIES), maintain_order=True)
        .agg(
            values=pl.len(),
            watched=pl.col("watched").sum(),
            lag_days=pl.col("lag").filter(pl.col("watched")).median(),
            revised=pl.col("revised").mean(),
            size=relative.median(),
            upward=(pl.col("last") > pl.col("first")).filter(pl.col("revised")).mean(),
        )
        .sort(*SERIES)
    )
