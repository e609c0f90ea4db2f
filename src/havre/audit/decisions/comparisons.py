"""Groups compared with everybody else; with the tests of months and of calibration they make one family.

All tests of a report are adjusted together, so that a log in which everything is alike gives *any* alarm no more often
than ``alpha`` (Holm). The adjusted value of Benjamini and Hochberg is given beside it.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import polars as pl

from havre.audit.decisions.disparity import benjamini_hochberg, detectable, difference_interval, holm, p_value
from havre.audit.decisions.measures import TESTED

SCHEMA = pl.Schema({
    "kind": pl.String(), "attribute": pl.String(), "group": pl.String(), "measure": pl.String(), "rate": pl.Float64(),
    "other": pl.Float64(), "difference": pl.Float64(), "low": pl.Float64(), "high": pl.Float64(), "n": pl.Int64(),
    "m": pl.Int64(), "p": pl.Float64(),
})  # fmt: skip


def compare_groups(groups: pl.DataFrame, total: pl.DataFrame, margin: float, level: float) -> pl.DataFrame:
    """Compare each visible group with everybody else by each tested measure.

    Where an attribute has two groups, they are compared once. The rest is the total less the group: hidden cells count
    in it, and are not compared themselves.
    """
    whole = {row["measure"]: (row["that"], row["of"]) for row in total.iter_rows(named=True) if not row["hidden"]}
    rows = list(_group_rows(groups, whole, margin, level))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _group_rows(
    groups: pl.DataFrame, whole: dict[str, tuple[int, int]], margin: float, level: float
) -> Iterator[tuple[object, ...]]:
    tested = groups.filter(pl.col("measure").is_in(TESTED) & ((pl.col("of") > 0) | pl.col("hidden")))
    by_table = groupby(tested.iter_rows(named=True), key=itemgetter("attribute", "measure"))
    for (attribute, measure), rows in by_table:
        cells = list(rows)
        visible = [row for row in cells if not row["hidden"]]
        if measure not in whole:
            continue
        for row in visible[: 1 if len(cells) == len(visible) == 2 else None]:
            x, n = row["that"], row["of"]
            y, m = whole[measure][0] - x, whole[measure][1] - n
            if m <= 0:
                continue
            gap = difference_interval(x, n, y, m, level)
            p = p_value(x, n, y, m, margin)
            yield "group", attribute, row["group"], measure, x / n, y / m, x / n - y / m, gap.low, gap.high, n, m, p


def with_alarms(compared: pl.DataFrame, alpha: float, power: float) -> pl.DataFrame:
    """Adjust all p-values together, raise alarms, and tell which difference would have been found.

    Returns
    -------
    The table with ``holm``, ``bh``, ``alarm``, and ``detectable``: the smallest difference from the others' rate that
    is found with this power even at the strictest step of Holm's procedure.
    """
    p = compared["p"].to_list()
    strictest = alpha / max(len(p), 1)
    found = [
        detectable(n, m, min(max(other, 0.0), 1.0), strictest, power) if kind == "group" and m else None
        for kind, n, m, other in compared.select("kind", "n", "m", "other").iter_rows()
    ]
    return compared.with_columns(
        pl.Series("holm", holm(p) if p else [], dtype=pl.Float64),
        pl.Series("bh", benjamini_hochberg(p) if p else [], dtype=pl.Float64),
        pl.Series("detectable", found, dtype=pl.Float64),
    ).with_columns(alarm=pl.col("holm") <= alpha)


def disparities(groups: pl.DataFrame) -> pl.DataFrame:
    """Give the largest difference and the smallest ratio between visible groups, by attribute and measure."""
    visible = groups.filter(~pl.col("hidden") & pl.col("rate").is_not_null())
    lowest, highest = pl.col("rate").min(), pl.col("rate").max()
    made = visible.group_by("attribute", "measure", maintain_order=True).agg(
        groups=pl.len(), lowest=lowest, highest=highest, difference=highest - lowest,
        ratio=pl.when(highest > 0).then(lowest / highest),
    )  # fmt: skip
    return made.filter(pl.col("groups") > 1)
