"""Puts something that everybody knows in the place of every suppressed count, before any model sees it.

What is computed from the result is computed from the published table alone: no forecast, score or copy of a past month
can give a suppressed count back, whatever the model does. In place of the suppressed parts of a visible total stands an
equal share of what the visible parts leave of it, in whole persons; elsewhere half of the threshold.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from havre.panel.scope import TOTAL, Scope

Place = tuple[str, str, date]
"""Origin, destination and month."""


def without_hidden(panel: pl.DataFrame, scope: Scope, history: pl.DataFrame, threshold: int) -> pl.DataFrame:
    """Give a panel in which no suppressed count of a scope stands, in no vintage.

    Parameters
    ----------
    panel : observations
    history : protected table of ``havre.record.tables.HISTORY``
    threshold : smallest count that may be published [persons]

    Returns
    -------
    The panel with the values replaced; everything else is as it was.
    """
    own = history.filter(pl.col("scope") == scope.id)
    known = _stand_ins(own, scope, threshold)
    if not known:
        return panel
    here = (pl.col("measure") == scope.measure) & (pl.col("source") == scope.source)
    columns = ["origin", "destination", "month"]
    table = pl.DataFrame(
        [(*place, value) for place, value in known.items()],
        schema={"origin": pl.String, "destination": pl.String, "month": pl.Date, "stand_in": pl.Float64},
        orient="row",
    )
    rows = panel.with_row_index("row").with_columns(month=pl.col("period").dt.month_start())
    keyed = rows.filter(here)
    if _adds_up_origins(keyed, scope):
        keyed = keyed.with_columns(origin=pl.lit(TOTAL))
    found = keyed.join(table, on=columns, how="inner")
    # Where several rows make up the month (days, or origins that are added up), the first stands for all of them.
    first = pl.col("row") == pl.col("row").min().over([*columns, "as_of"])
    values = found.select("row", stand_in=pl.when(first).then("stand_in").otherwise(0.0))
    joined = rows.join(values, on="row", how="left", maintain_order="left")
    seen = pl.col("value").is_not_null() & pl.col("stand_in").is_not_null()
    return joined.with_columns(value=pl.when(seen).then("stand_in").otherwise("value")).select(panel.columns)


def _adds_up_origins(rows: pl.DataFrame, scope: Scope) -> bool:
    """Tell whether the destinations of a scope are sums over origins that the source does not publish."""
    return scope.by == "destination" and scope.origin is None and not (rows["origin"] == TOTAL).any()


def _stand_ins(history: pl.DataFrame, scope: Scope, threshold: int) -> dict[Place, float]:
    """Give what stands for each suppressed count, a function of what is published alone."""
    found: dict[Place, float] = {}
    some = history.filter(pl.col("suppressed").any().over("period"))
    for (month,), rows in sorted(some.group_by("period"), key=lambda pair: pair[0][0]):
        ordered = rows.unique(["origin", "destination"], keep="first").sort("origin", "destination")
        total_row = ordered.filter(pl.col(scope.by) == TOTAL)
        parts = ordered.filter(pl.col(scope.by) != TOTAL)
        hidden = [(str(o), str(d)) for o, d in parts.filter("suppressed").select("origin", "destination").iter_rows()]
        seen = float(parts["value"].sum())
        total = total_row["value"][0] if total_row.height else None
        # A total that is hidden with nothing visible in it is small itself.
        small = float(threshold // 2) if total_row.height and not seen else None
        shares = _shares(small if total is None else total - seen, len(hidden), threshold)
        day = date.fromisoformat(str(month))
        found |= {(*place, day): share for place, share in zip(hidden, shares, strict=True)}
        for origin, destination in total_row.filter("suppressed").select("origin", "destination").iter_rows():
            found[str(origin), str(destination), day] = seen + sum(shares)
    return found


def _shares(rest: float | None, count: int, threshold: int) -> Sequence[float]:
    """Share out what is left of a total in whole persons; without one, half of the threshold each.

    Examples
    --------
    >>> list(_shares(8.0, 3, 10)), list(_shares(None, 2, 10)), list(_shares(1.0, 2, 10))
    ([3.0, 3.0, 2.0], [5.0, 5.0], [5.0, 5.0])
    """
    if rest is None or rest < count or not count:
        return [float(max(1, threshold // 2))] * count
    each, more = divmod(int(rest), count)
    return [float(each + (number < more)) for number in range(count)]
