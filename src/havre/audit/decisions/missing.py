"""Outcomes that were not recorded: how many, and between which bounds a rate lies whatever they were.

The bounds take every missing outcome the best way and the worst way (Manski, as in
:mod:`havre.audit.decisions.unknown_truth`). Nothing narrower follows from a log that does not say why one is missing.
"""

from collections.abc import Sequence

import polars as pl

from havre.audit.decisions.measures import DECIDERS
from havre.audit.decisions.read import Cube

Finding = tuple[str, dict[str, object]]
NEEDS = {"automated_flagged": ("automated",), "human_flagged": ("human",), "departure": ("automated", "human")}
"""Rates that have bounds, and the outcomes that each needs."""
COLUMNS = {"missing": pl.Int64(), "least": pl.Float64(), "most": pl.Float64()}


def with_bounds(table: pl.DataFrame, counts: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """Add to a table of rates how many outcomes are missing, and the least and the most that the rate can be.

    Parameters
    ----------
    table : rates by ``keys`` and ``measure``; hidden ones, and measures not in :data:`NEEDS`, have no bounds
    counts : of the cube
    """
    parts = [
        _missing(counts, keys, outcomes).with_columns(measure=pl.lit(name, pl.String))
        for name, outcomes in NEEDS.items()
        if not table.filter(pl.col("measure") == name).is_empty()
    ]
    if not parts:
        return table.with_columns(pl.lit(None, kind).alias(name) for name, kind in COLUMNS.items())
    joined = table.join(pl.concat(parts), on=[*keys, "measure"], how="left", maintain_order="left")
    every = pl.col("of") + pl.col("missing")
    shown = ~pl.col("hidden") & (every > 0)
    return joined.with_columns(
        missing=pl.when(~pl.col("hidden")).then("missing"),
        least=pl.when(shown).then(pl.col("that") / every),
        most=pl.when(shown).then((pl.col("that") + pl.col("missing")) / every),
    )


def _missing(counts: pl.DataFrame, keys: Sequence[str], outcomes: Sequence[str]) -> pl.DataFrame:
    lacking = pl.any_horizontal(pl.col(name).is_null() for name in outcomes)
    count = pl.col("n").filter(lacking).sum().cast(pl.Int64).alias("missing")
    return counts.group_by(keys).agg(count) if keys else counts.select(count)


def outcome_findings(cube: Cube, total: pl.DataFrame) -> list[Finding]:
    """Tell of which decisions the outcome is missing, and between which bounds the share flagged then lies."""
    found: list[Finding] = []
    by_measure = {row["measure"]: row for row in total.filter(~pl.col("hidden")).iter_rows(named=True)}
    for who in DECIDERS:
        row = by_measure.get(f"{who}_flagged")
        if who not in cube.has or row is None or not row["missing"]:
            continue
        share = row["missing"] / cube.rows
        facts = {"count": row["missing"], "share": share, "low": row["least"], "high": row["most"]}
        found.append((f"outcome_missing_{who}", facts))
        if row["that"] in (0, row["of"]):
            found.append((f"one_outcome_{who}", {}))
    return found


def score_findings(cube: Cube) -> list[Finding]:
    """Tell of how many decisions the score, the time or the seconds are missing, where others have them."""
    lacking = {
        "score": int(cube.counts.filter(pl.col("bin").is_null())["n"].sum()),
        "time": int(cube.counts.filter(pl.col("month").is_null())["n"].sum()),
        "seconds": cube.rows - int(cube.speeds["n"].sum()),
    }
    return [
        (f"{name}_missing", {"count": count, "share": count / cube.rows})
        for name, count in lacking.items()
        if name in cube.has and count
    ]
