"""Whether a score means the same for everybody: what came true at each level of the score, by group."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from havre.audit.decisions.nesting import also_hidden, same_decisions
from havre.audit.decisions.protection import hidden_cells
from havre.audit.decisions.read import Cube
from havre.audit.decisions.tables import few_decisions, linked_groups, with_rates

NUMBERS = ("of", "that", "score_sum", "square_sum")


def calibration_table(cube: Cube, threshold: int, level: float) -> pl.DataFrame:
    """Give what came true by group and bin of the score, and by group over all bins (``bin`` null).

    Returns
    -------
    ``attribute``, ``group`` (both null for the whole log), ``bin``, ``of`` decisions with known truth, ``that`` came
    true, ``mean_score``, ``rate``, ``low``, ``high``, ``score_sum``, ``square_sum``, ``hidden``.
    """
    known = cube.counts.filter(pl.col("truth").is_not_null() & pl.col("bin").is_not_null())
    if "score" not in cube.has or known.is_empty():
        return _by(known.head(0), None, {}, threshold, level, with_bins=True)
    few_bins: set[object] = {int(place) for place in few_decisions(cube.counts, "bin", threshold) - {str(None)}}
    whole = _by(known, None, {"bin": few_bins}, threshold, level, with_bins=True)
    parts = [_by(known, None, {}, threshold, level, with_bins=False), whole]
    for name, groups in _of_groups(cube, known, threshold, level).items():
        # A cell of a hidden group or bin must not give it back as a sum.
        margins = {f"group:{name}": set(groups.filter("hidden")["group"]), "bin": set(whole.filter("hidden")["bin"])}
        parts += [groups, _by(known, name, margins, threshold, level, with_bins=True)]
    return pl.concat(parts)


def _of_groups(cube: Cube, known: pl.DataFrame, threshold: int, level: float) -> dict[str, pl.DataFrame]:
    """Make the tables of groups over all bins; none gives back a small group of another."""
    keys = [f"group:{name}" for name in cube.groups]
    linked = linked_groups(cube, threshold)
    start: dict[str, set[object]] = {key: set(few_decisions(cube.counts, key, threshold, linked)) for key in keys}
    sums = {key: known.group_by(key).agg(pl.col("n").sum()) for key in keys}
    sizes = {(key, value): (n,) for key, table in sums.items() for value, n in table.iter_rows()}
    parts = same_decisions(known, keys)
    while True:
        made = {name: _by(known, name, {key: start[key]}, threshold, level, with_bins=False)
                for name, key in zip(cube.groups, keys, strict=True)}  # fmt: skip
        hidden = {f"group:{name}": set(table.filter("hidden")["group"]) for name, table in made.items()}
        more = also_hidden(hidden, sizes, parts, threshold)
        if more is None:
            return made
        start[more[0]].add(more[1])


def _by(
    known: pl.DataFrame,
    name: str | None,
    margins: Mapping[str, set[object]],
    threshold: int,
    level: float,
    *,
    with_bins: bool,
) -> pl.DataFrame:
    keys = [*([f"group:{name}"] if name else []), *(["bin"] if with_bins else [])]
    sums = {"of": pl.col("n").sum(), "that": pl.col("n").filter("truth").sum(),
            "score_sum": pl.col("score_sum").sum(), "square_sum": pl.col("square_sum").sum()}  # fmt: skip
    made = known.group_by(keys, maintain_order=True).agg(**sums) if keys else known.select(**sums)
    hidden = _hidden(made, keys, margins, threshold)
    shown = [pl.when(~pl.col("hidden")).then(pl.col(column)).alias(column) for column in NUMBERS]
    rated = with_rates(made.with_columns(hidden=hidden).with_columns(shown), level)
    group = pl.col(f"group:{name}") if name else pl.lit(None, pl.String)
    return rated.select(
        pl.lit(name, pl.String).alias("attribute"), group.alias("group"),
        (pl.col("bin") if with_bins else pl.lit(None)).cast(pl.Int8).alias("bin"), "of", "that",
        (pl.col("score_sum") / pl.col("of")).alias("mean_score"), "rate", "low", "high",
        "score_sum", "square_sum", "hidden",
    ).sort("group", "bin")  # fmt: skip


def _hidden(made: pl.DataFrame, keys: Sequence[str], margins: Mapping[str, set[object]], threshold: int) -> pl.Series:
    """Hide by group and bin at once: lines are groups, bins, and the whole; without keys, the whole is one cell."""
    if made.is_empty():
        return pl.Series("hidden", [], dtype=pl.Boolean)
    rows = list(made.select(keys).iter_rows()) if keys else [("",)]
    before = [margins.get(key, set()) for key in keys] or [set()]
    start = np.array([any(value in known for value, known in zip(row, before, strict=True)) for row in rows])
    sizes = made.select("of").to_numpy().astype(np.int64)
    return pl.Series("hidden", hidden_cells(sizes, [tuple(map(str, row)) for row in rows], threshold, start))
