"""Rates of a log as tables: the whole, groups and their intersections, months; small cells hidden."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import polars as pl

from havre.audit.decisions import missing
from havre.audit.decisions.measures import BY_NAME, count_measures
from havre.audit.decisions.nesting import Sizes, also_hidden, same_decisions
from havre.audit.decisions.protection import Key, hidden_cells
from havre.audit.decisions.read import JOINED, Cube
from havre.audit.intervals import clopper_pearson

MOST_CELLS = 400
"""Cells of an intersection; a finer one is not made."""
Margins = dict[tuple[str, str], set[str]]
RATE_COLUMNS = ("of", "that", "rate", "low", "high")


def total_table(cube: Cube, threshold: int, level: float) -> pl.DataFrame:
    """Give every measure of the whole log that it has decisions for; small ones are hidden here too."""
    counted = count_measures(cube.counts.with_columns(pl.lit("").alias("whole")), ["whole"])
    return missing.with_bounds(with_rates(hide(counted, ["whole"], threshold).drop("whole"), level), cube.counts, ())


def group_tables(cube: Cube, threshold: int, level: float) -> pl.DataFrame:
    """Give every measure by each group column, and by each two together.

    Returns
    -------
    ``attribute`` (one column, or two joined by ×), ``group`` (likewise), ``measure``, ``of``, ``that``, ``rate``,
    ``low``, ``high``, ``hidden``, and ``missing``, ``least``, ``most`` as in
    :func:`havre.audit.decisions.missing.with_bounds`. Hidden cells have no numbers.
    """
    parts: list[pl.DataFrame] = []
    linked = linked_groups(cube, threshold)
    margins: Margins = {}
    for names in attributes(cube):
        keys = [f"group:{name}" for name in names]
        alone = len(names) == 1
        marked = hide(count_measures(cube.counts, keys), keys, threshold, linked if alone else margins)
        if alone:
            _add_hidden(marked, keys[0], margins)
        parts.append(_named(missing.with_bounds(with_rates(marked, level), cube.counts, keys), names, keys))
    return pl.concat(parts) if parts else _empty()


def linked_groups(cube: Cube, threshold: int) -> Margins:
    """Give the groups to hide because another column would give a small group back (:mod:`.nesting`)."""
    linked: Margins = {}
    keys = [f"group:{name}" for name in cube.groups]
    parts = same_decisions(cube.counts, keys)
    if not parts:
        return linked
    counted = {key: count_measures(cube.counts, [key]) for key in keys}
    sizes = {family: _sizes(counted, family) for family in _BASES}
    while True:
        found: Margins = {}
        for key in keys:
            _add_hidden(hide(counted[key], [key], threshold, linked), key, found)
        more = {
            (family, chosen[0]): chosen[1]
            for family in _BASES
            if (chosen := also_hidden({key: found.get((family, key), set()) for key in keys}, sizes[family], parts,
                                      threshold))
        }  # fmt: skip
        if not more:
            return linked
        for place, value in more.items():
            linked.setdefault(place, set()).add(value)


def _sizes(counted: Mapping[str, pl.DataFrame], family: str) -> Sizes:
    found: dict[tuple[str, str], list[int]] = {}
    for key, table in counted.items():
        rows = table.filter(pl.col("measure").replace_strict(_FAMILY_OF) == family)
        for value, of in rows.select(key, "of").iter_rows():
            found.setdefault((key, value), []).append(of)
    return found


def _add_hidden(marked: pl.DataFrame, key: str, margins: Margins) -> None:
    family = pl.col("measure").replace_strict(_FAMILY_OF)
    for kind, value in marked.filter("hidden").select(family, key).unique().iter_rows():
        margins.setdefault((kind, key), set()).add(value)


def attributes(cube: Cube) -> list[tuple[str, ...]]:
    """Name the group columns and the pairs of them that are compared."""
    values = {name: cube.counts[f"group:{name}"].n_unique() for name in cube.groups}
    pairs = [pair for pair in combinations(cube.groups, 2) if values[pair[0]] * values[pair[1]] <= MOST_CELLS]
    return [*((name,) for name in cube.groups), *pairs]


def month_table(cube: Cube, threshold: int, level: float) -> pl.DataFrame:
    """Give every measure by month: ``month``, ``measure``, and columns as in :func:`group_tables`."""
    return _by_place(cube, "month", threshold, level)


def bin_table(cube: Cube, threshold: int, level: float) -> pl.DataFrame:
    """Give every measure by bin of the score, columns as :func:`month_table` with ``bin`` for ``month``."""
    return _by_place(cube, "bin", threshold, level)


def _by_place(cube: Cube, key: str, threshold: int, level: float) -> pl.DataFrame:
    """Decisions without a month or score are a cell too: it would come out as the total less the others."""
    shown = hide(count_measures(cube.counts, [key]), [key], threshold).filter(pl.col(key).is_not_null())
    return with_rates(shown, level).sort("measure", key)


def hide(counted: pl.DataFrame, keys: Sequence[str], threshold: int, margins: Margins | None = None) -> pl.DataFrame:
    """Mark the cells to hide and take their numbers away; measures of one family are hidden together.

    Parameters
    ----------
    margins : values that are hidden in the table of one key alone, by family and key: the cells that add up to one of
        them are hidden too
    """
    marked = []
    for rows, marks, _ in _chosen(counted, keys, threshold, margins or {}):
        marked.append(rows.join(marks, on=list(keys), how="left"))
    if not marked:
        return counted.head(0).with_columns(hidden=pl.lit(value=False))
    shown = pl.concat(marked)
    return shown.with_columns(pl.when(~pl.col("hidden")).then(pl.col(name)).alias(name) for name in ("of", "that"))


def few_decisions(counts: pl.DataFrame, key: str, threshold: int, linked: Margins | None = None) -> set[str]:
    """Give the values of a key about which too few decisions are known, with those that are hidden beside them.

    Other tables of the same decisions hide them too: two that hide other cells would together give each of them back.
    """
    found = _chosen(count_measures(counts, [key]), [key], threshold, linked or {})
    return {cell[0] for _, _, few in found for cell in few}


def _chosen(
    counted: pl.DataFrame, keys: Sequence[str], threshold: int, margins: Margins
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, set[Key]]]:
    """Choose the cells to hide, family by family: its rows, which of its cells are hidden, and all that hold few.

    Families count the same decisions, often all of them. Cells that one hides because they hold few, or beside such
    ones, the later ones hide too: the sums of two tables that hide different ones would give each of them back.
    """
    few: set[Key] = set()
    errors: set[Key] = set()
    for family, base in _BASES.items():
        rows = counted.filter(pl.col("measure").replace_strict(_FAMILY_OF) == family)
        wide = rows.pivot("measure", index=list(keys), values="of")
        names = [name for name in wide.columns if name not in keys and wide[name].sum()]
        if not names:
            continue
        cells = [tuple(map(str, row)) for row in wide.select(keys).iter_rows()]
        before = [margins.get((family, key), set()) for key in keys]
        of_margins = {cell for cell in cells if any(part in known for part, known in zip(cell, before, strict=True))}
        if base in names:
            few |= _hidden(wide, [base], cells, threshold, few | of_margins)
        hidden = _hidden(wide, names, cells, threshold, few | errors | of_margins)
        if family == "automated_errors":
            # The errors of humans are counted against the same truths.
            errors |= hidden
        marks = wide.select(keys).with_columns(hidden=pl.Series([cell in hidden for cell in cells], dtype=pl.Boolean))
        yield rows.filter(pl.col("measure").is_in(names)), marks, set(few)


def _hidden(
    wide: pl.DataFrame, names: Sequence[str], cells: Sequence[Key], threshold: int, start: set[Key]
) -> set[Key]:
    sizes = wide.select(names).to_numpy().astype(np.int64)
    chosen = hidden_cells(sizes, cells, threshold, np.array([cell in start for cell in cells]))
    return {cell for cell, is_hidden in zip(cells, chosen, strict=True) if is_hidden}


def with_rates(table: pl.DataFrame, level: float) -> pl.DataFrame:
    """Add the rate and its exact interval; without decisions there is none."""
    of, that = (table[name].to_numpy().astype(np.float64) for name in ("of", "that"))
    known = of > 0
    low, high, rate = (np.full(len(of), np.nan) for _ in range(3))
    if known.any():
        low[known], high[known] = clopper_pearson(that[known], of[known], level)
        rate[known] = that[known] / of[known]
    added = {"rate": rate, "low": low, "high": high}
    return table.with_columns(pl.Series(name, values).fill_nan(None) for name, values in added.items())


_FAMILY_OF = {name: measure.family for name, measure in BY_NAME.items()}
_BASES = {
    "automated_flagged": "automated_flagged",
    "human_flagged": "human_flagged",
    "departure": "departure",
    "automated_errors": "automated_error",
    "human_errors": "human_error",
}
"""Each family with the measure that is about all of its decisions, the widest first."""


def _named(found: pl.DataFrame, names: Sequence[str], keys: Sequence[str]) -> pl.DataFrame:
    attribute = pl.lit(JOINED.join(names)).alias("attribute")
    group = pl.concat_str(keys, separator=JOINED).alias("group")
    return found.select(attribute, group, "measure", *RATE_COLUMNS, "hidden", *missing.COLUMNS).sort("measure", "group")


def _empty() -> pl.DataFrame:
    texts = dict.fromkeys(("attribute", "group", "measure"), pl.String())
    numbers = {"of": pl.Int64(), "that": pl.Int64(), **dict.fromkeys(("rate", "low", "high"), pl.Float64())}
    return pl.DataFrame(schema={**texts, **numbers, "hidden": pl.Boolean(), **missing.COLUMNS})
