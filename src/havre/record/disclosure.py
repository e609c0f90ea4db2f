"""Disclosure control: no published cell below the threshold, and none that could be worked out from the others.

A cell is one series in one month. Small cells are suppressed; where exactly one cell of a published sum would then be
missing, subtraction would give it back, so the next smallest is suppressed too (secondary suppression). An attacker
(:mod:`havre.record.attack`) then tries to bound every suppressed cell from all that is published, earlier releases
included, and more is suppressed until none is bounded more tightly than stated.

Reference: Hundepool A et al. (2012), Statistical disclosure control, Wiley, chapter 4. doi:10.1002/9781118348239
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from havre.errors import Problem, RecordError, check_none
from havre.record.attack import Cell, Leak, attack, cells_of, own_and_new, refuse_leaks
from havre.record.rounding import OPTION, check_rounding
from havre.record.tables import HISTORY, SCOPE_KEY

DEFAULT_THRESHOLD = 10
"""Persons. Counts from 1 to one below the threshold are suppressed; a zero says that nobody came and stays."""
LEAST_PURPOSE, MOST_PURPOSE = 20, 500
"""Characters of a purpose: others must understand it later."""


@dataclass(frozen=True)
class Protection:
    """How a release is protected.

    Parameters
    ----------
    threshold : smallest count that is published [persons]
    width : how far apart the bounds of a suppressed cell stay; by default the threshold [persons]
    rounding : base to which published counts and forecasts are rounded; 1 publishes them as they are [persons]
    purpose : what a release that hides nothing (threshold 0 or 1) is for, in words that it tells

    Raises
    ------
    RecordError : nothing is hidden and no purpose is given, or the base is too large; all of it is told
    """

    threshold: int = DEFAULT_THRESHOLD
    width: float | None = None
    rounding: int = 1
    purpose: str | None = None

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        told = len((self.purpose or "").strip())
        if (self.threshold < 2 or self.purpose is not None) and not LEAST_PURPOSE <= told <= MOST_PURPOSE:
            facts = {"threshold": self.threshold, "least": LEAST_PURPOSE, "most": MOST_PURPOSE}
            problems.append(Problem.of("record.purpose", **facts))
        try:
            check_rounding(self.rounding, self.threshold)
        except RecordError as error:
            problems += error.problems
        check_none(problems, RecordError)

    @property
    def wide(self) -> float:
        """The stated width."""
        return float(self.threshold if self.width is None else self.width)

    def told(self) -> dict[str, object]:
        """Give what a release tells of it among its options, besides the threshold."""
        purpose = None if self.purpose is None else self.purpose.strip()
        return {"protection_width": self.wide, OPTION: self.rounding, "purpose": purpose}


def protect_history(
    history: pl.DataFrame,
    threshold: int = DEFAULT_THRESHOLD,
    *,
    width: float | None = None,
    earlier: Sequence[pl.DataFrame] = (),
    key: bytes | None = None,
) -> pl.DataFrame:
    """Suppress small cells, and enough others that nobody can bound one more tightly than stated.

    A cell that is suppressed in one scope is suppressed in all scopes that hold it. Where there are not enough parts
    to hide a small one behind, the total is suppressed too.

    Parameters
    ----------
    history : table of ``havre.record.tables.HISTORY`` with every part of each published total; the total itself has
        origin or destination ``TOT`` beside parts that do not
    threshold : smallest count that may be published [persons]
    width : how far apart the bounds of a suppressed cell stay [persons]; by default the threshold
    earlier : histories of earlier releases as they were published, with ``havre.record.rounding.with_bounds`` where
        they are rounded: what one of them hides stays hidden, unless it is visible in another, which cannot be undone
    key : secret bytes of whoever publishes. What is hidden beside a small cell is then not simply the smallest one,
        from which whoever knows the program could conclude how large it is; the same key chooses the same cells

    Returns
    -------
    The table with ``value`` null and ``suppressed`` true in suppressed cells.

    Raises
    ------
    RecordError : a hidden cell, of this release or an earlier one, could be worked out from all of them together; each
        is named
    """
    wanted = float(threshold if width is None else width)
    marked = _suppressed_of_old(_with_cost(history, key), earlier)
    while True:
        safe = _protected(marked, threshold, wanted)
        leaks = attack(safe, wanted, earlier) if safe["suppressed"].any() or earlier else []
        further = _further(safe, marked, leaks)
        if further is None:
            own = cells_of(safe.filter("suppressed"))
            refuse_leaks(own_and_new(leaks, set(own), earlier, wanted), wanted)
            return safe
        marked = marked.with_columns(suppressed=pl.col("suppressed") | further)


def _with_cost(history: pl.DataFrame, key: bytes | None) -> pl.DataFrame:
    """Add what hiding each cell costs: its count, with a key multiplied by one to three as the key chooses."""
    if key is None:
        return history.with_columns(cost="value")
    drawn = [_drawn(cell, key) for cell in cells_of(history)]
    return history.with_columns(cost=pl.col("value") * (1 + 2 * pl.Series("drawn", drawn, dtype=pl.Float64)))


def _drawn(cell: Cell, key: bytes) -> float:
    """Give a number from 0 to 1 that looks random to whoever does not know the key, the same in every scope."""
    told = "/".join(str(each) for each in cell).encode()
    return int.from_bytes(hmac.digest(key, told, "sha256")[:7], "big") / 2**56


def _suppressed_of_old(history: pl.DataFrame, earlier: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Mark what an earlier release hides and none shows."""
    hidden = {cell for table in earlier for cell in cells_of(table.filter("suppressed"))}
    shown = {cell for table in earlier for cell in cells_of(table.filter(~pl.col("suppressed")))}
    stay = pl.Series([cell in hidden - shown for cell in cells_of(history)], dtype=pl.Boolean)
    return history.with_columns(suppressed=pl.col("suppressed") | (stay & (pl.col("value") > 0).fill_null(value=False)))


def _further(safe: pl.DataFrame, costed: pl.DataFrame, leaks: Sequence[Leak]) -> pl.Series | None:
    """Mark one more cell beside each leak: the smallest visible part of a sum that holds it, else a total.

    ``None`` where there is no leak, or nothing is left to hide behind.
    """
    leaking = {leak.cell for leak in leaks}
    if not leaking:
        return None
    marked = safe.with_columns(
        true=costed["cost"], leaks=pl.Series([cell in leaking for cell in cells_of(safe)]), part=~_is_total()
    )
    group = ("scope", "measure", "period")
    visible = ~pl.col("suppressed") & (pl.col("value") > 0).fill_null(value=False) & pl.col("leaks").any().over(group)
    cost = pl.when(visible & pl.col("part")).then(pl.col("true")).rank("ordinal").over(group)
    smallest = (cost == 1).fill_null(value=False)
    none_left = ~(visible & pl.col("part")).any().over(group)
    chosen = marked.select(chosen=smallest | (none_left & visible & ~pl.col("part")))["chosen"]
    return chosen if chosen.any() else None


def _protected(history: pl.DataFrame, threshold: int, width: float) -> pl.DataFrame:
    """Suppress small cells and what each sum needs besides them, sum by sum."""
    small = ((pl.col("value") > 0) & (pl.col("value") < threshold)).fill_null(value=False)
    marked = history.with_columns(suppressed=pl.col("suppressed") | small, part=~_is_total())
    before = -1
    # Hiding a cell may leave another sum, or another scope that holds it, with too little to hide behind.
    while (hidden := int(marked["suppressed"].sum())) > before:
        before = hidden
        marked = marked.with_columns(suppressed=pl.col("suppressed") | _hidden_elsewhere())
        marked = marked.with_columns(suppressed=pl.col("suppressed") | _must_hide(threshold, width))
    safe = marked.with_columns(value=pl.when(~pl.col("suppressed")).then("value"))
    return safe.select([pl.col(name).cast(dtype) for name, dtype in HISTORY.items()])


def _hidden_elsewhere() -> pl.Expr:
    """Tell the cells that another scope suppresses; a zero says that nobody came and stays."""
    elsewhere = pl.col("suppressed").any().over("measure", "origin", "destination", "period")
    return elsewhere & (pl.col("value") > 0).fill_null(value=False)


def _must_hide(threshold: int, width: float) -> pl.Expr:
    """Tell the cells to suppress as well, so that a total less its visible parts gives no cell back.

    That difference is the sum of the suppressed parts. It must hold at least two of them and must not itself be small.
    Zeros are published, so that each part is at least 1, and at most the difference less 1 for every other part: that
    must leave it the stated width.
    """
    group = ("scope", "measure", "period")
    value, part, hidden = pl.col("value"), pl.col("part"), pl.col("suppressed")
    parts, total = (hidden & part).sum().over(group), value.filter(hidden & part).sum().over(group)
    known = (parts < 2) | (total < threshold) | (total - parts < width)
    shown_total = (~part & ~hidden & value.is_not_null()).any().over(group)
    # A suppressed total whose parts are all visible is their sum.
    bare_total = (~part & hidden).any().over(group) & (parts == 0)
    smallest = pl.when(~hidden & part & (value > 0)).then("cost").rank("ordinal").over(group)
    wanted = pl.when(smallest.max().over(group) > 0).then(smallest == 1).otherwise(~part)
    return (((shown_total & (parts > 0) & known) | bare_total) & wanted).fill_null(value=False)


def _is_total() -> pl.Expr:
    """Tell the rows that hold a sum of other rows of their scope."""
    parts = pl.col("scope").str.split("/").list.last()
    total_origin = (pl.col("origin") == "TOT") & (parts == "origin")
    total_destination = (pl.col("destination") == "TOT") & (parts == "destination")
    return total_origin | total_destination


def protect_forecasts(forecasts: pl.DataFrame, threshold: int = DEFAULT_THRESHOLD, rounding: int = 1) -> pl.DataFrame:
    """Round forecasts to whole persons, or to a base, and hide small ones.

    A series and horizon whose median lies below the threshold in any model is suppressed in all of them. In what
    stays, a quantile below the threshold is published as 0, "fewer than the threshold": intervals get wider, never
    narrower. So they do by rounding to a base: quantiles below the median are rounded down, those above it up.
    """
    rounded = pl.col("value").round(0)
    target = [*SCOPE_KEY, "horizon"]
    small = ((pl.col("quantile") == 0.5) & (rounded < threshold)).any().over(target)
    shown = pl.when(rounded < threshold).then(0.0).otherwise(_outwards(rounded, rounding))
    return forecasts.with_columns(value=pl.when(small).then(None).otherwise(shown))


def _outwards(value: pl.Expr, base: int) -> pl.Expr:
    """Round quantiles to a base away from the median, and the median to the nearest multiple."""
    if base == 1:
        return value
    steps, level = value / base, pl.col("quantile")
    down, up, near = steps.floor(), steps.ceil(), (steps + 0.5).floor()
    return base * pl.when(level < 0.5).then(down).when(level > 0.5).then(up).otherwise(near)


def count_suppressed(history: pl.DataFrame, forecasts: pl.DataFrame) -> dict[str, int]:
    """Count the suppressed cells: months of history, and series × horizons of the forecast."""
    hidden = forecasts.filter(pl.col("value").is_null()).select([*SCOPE_KEY, "horizon"]).n_unique()
    return {"history": int(history["suppressed"].sum()), "forecasts": hidden if forecasts["value"].null_count() else 0}
