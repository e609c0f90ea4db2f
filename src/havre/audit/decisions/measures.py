"""The rates of a log by name, each a share of a kind of decisions among a wider kind.

``automated_…`` speaks of what the system said, ``human_…`` of what was decided in the end. *Flagged* is the outcome
that burdens the person. Errors are counted among decisions of which the truth is known.
"""

from dataclasses import dataclass
from functools import reduce
from operator import and_

import polars as pl

DECIDERS = ("automated", "human")


@dataclass(frozen=True)
class Measure:
    """A rate: decisions that meet ``of`` and ``that``, among those that meet ``of``."""

    name: str
    family: str
    of: tuple[tuple[str, bool | None], ...]
    that: tuple[str, str | bool]

    def denominator(self) -> pl.Expr:
        """Select the decisions that the rate is about."""
        return reduce(and_, (_is(column, value) for column, value in self.of))

    def numerator(self) -> pl.Expr:
        """Select those of them that count."""
        column, value = self.that
        if isinstance(value, bool):
            return self.denominator() & (pl.col(column) == value)
        return self.denominator() & (pl.col(column) != pl.col(value))


def _is(column: str, value: bool | None) -> pl.Expr:  # noqa: FBT001 - a value of a table
    return pl.col(column).is_not_null() if value is None else (pl.col(column) == value).fill_null(value=False)


def _measures() -> tuple[Measure, ...]:
    made = []
    for who in DECIDERS:
        errors = f"{who}_errors"
        made += [
            Measure(f"{who}_flagged", f"{who}_flagged", ((who, None),), (who, True)),
            Measure(f"{who}_false_positive", errors, ((who, None), ("truth", False)), (who, True)),
            Measure(f"{who}_false_negative", errors, ((who, None), ("truth", True)), (who, False)),
            Measure(f"{who}_false_discovery", errors, ((who, True), ("truth", None)), ("truth", False)),
            Measure(f"{who}_false_omission", errors, ((who, False), ("truth", None)), ("truth", True)),
            Measure(f"{who}_error", errors, ((who, None), ("truth", None)), (who, "truth")),
        ]
    pair: tuple[tuple[str, bool | None], ...] = (("automated", None), ("human", None))
    made += [
        Measure("departure", "departure", pair, ("human", "automated")),
        Measure("overturned_flag", "departure", (("automated", True), ("human", None)), ("human", False)),
        Measure("added_flag", "departure", (("automated", False), ("human", None)), ("human", True)),
    ]
    return tuple(made)


MEASURES = _measures()
BY_NAME = {measure.name: measure for measure in MEASURES}
TESTED = tuple(
    measure.name for measure in MEASURES if not measure.name.endswith(("_error", "overturned_flag", "added_flag"))
)
"""Measures on which groups are compared."""


def count_measures(counts: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Count every measure within groups.

    Parameters
    ----------
    counts : rows with ``automated``, ``human``, ``truth`` and ``n``
    by : columns to group by; none for the whole

    Returns
    -------
    One row for each group and measure with ``of`` (decisions that the rate is about) and ``that``.
    """
    sums = [
        pl.col("n").filter(selected()).sum().alias(f"{kind}:{measure.name}")
        for measure in MEASURES
        for kind, selected in (("of", measure.denominator), ("that", measure.numerator))
    ]
    wide = counts.group_by(by, maintain_order=True).agg(sums) if by else counts.select(sums)
    parts = [
        wide.select(*by, pl.lit(m.name).alias("measure"), of=pl.col(f"of:{m.name}"), that=pl.col(f"that:{m.name}"))
        for m in MEASURES
    ]
    return pl.concat(parts)
