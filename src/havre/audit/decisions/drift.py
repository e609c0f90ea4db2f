"""Whether a rate stayed the same over the months, where some months hold few decisions.

A month in which too little is expected for the test is put together with its neighbours, and said to be; a hidden month
is left out, and named. So a small month never keeps the others from being compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from havre.audit.decisions.comparisons import SCHEMA
from havre.audit.decisions.measures import TESTED

LEAST_EXPECTED = 5.0
"""Decisions of either outcome that must be expected in each period (Cochran WG, 1954, Biometrics 10(4):417–451)."""
Finding = tuple[str, dict[str, object]]


@dataclass(frozen=True)
class Period:
    """Months that follow each other, compared as one."""

    months: tuple[str, ...]
    that: int
    of: int

    @property
    def name(self) -> str:
        """The month, or the first and the last."""
        return self.months[0] if len(self.months) == 1 else f"{self.months[0]}–{self.months[-1]}"


@dataclass(frozen=True)
class Drift:
    """The comparisons of months, and what was not compared: by measure, and why."""

    comparisons: pl.DataFrame
    joined: dict[str, tuple[str, ...]]
    left_out: dict[str, tuple[str, ...]]
    too_few: tuple[str, ...]

    def findings(self) -> list[Finding]:
        """Say which months were put together or left out, and of which measures change cannot be concluded."""
        found: list[Finding] = []
        for key, by_measure in (("drift_joined", self.joined), ("drift_left_out", self.left_out)):
            for months in dict.fromkeys(by_measure.values()):
                measures = tuple(name for name, here in by_measure.items() if here == months)
                found.append((key, {"months": months, "measures": measures}))
        return [*found, ("drift_too_few", {"measures": self.too_few})] if self.too_few else found


def compare_months(months: pl.DataFrame) -> Drift:
    """Test whether each measure stayed the same over the months (χ² of homogeneity).

    Parameters
    ----------
    months : as :func:`havre.audit.decisions.tables.month_table`
    """
    rows: list[tuple[object, ...]] = []
    joined: dict[str, tuple[str, ...]] = {}
    left_out: dict[str, tuple[str, ...]] = {}
    too_few: list[str] = []
    for measure, cells in _by_measure(months):
        hidden = tuple(row["month"] for row in cells if row["hidden"])
        periods = join_small([Period((row["month"],), row["that"], row["of"]) for row in cells if not row["hidden"]])
        if len(cells) < 2:
            continue
        if hidden:
            left_out[measure] = hidden
        if len(periods) < 2:
            too_few.append(measure)
            continue
        if several := tuple(period.name for period in periods if len(period.months) > 1):
            joined[measure] = several
        rows.append(_tested(measure, periods))
    return Drift(pl.DataFrame(rows, schema=SCHEMA, orient="row"), joined, left_out, tuple(too_few))


def join_small(months: Sequence[Period]) -> list[Period]:
    """Put months together, in order, until enough of either outcome is expected in each; none where that cannot be."""
    that, of = sum(one.that for one in months), sum(one.of for one in months)
    rarer = min(that, of - that)
    if rarer <= 0:
        return []
    needed = LEAST_EXPECTED * of / rarer
    made: list[Period] = []
    for month in months:
        if made and made[-1].of < needed:
            made[-1] = _together(made[-1], month)
        else:
            made.append(month)
    if len(made) > 1 and made[-1].of < needed:
        made[-2:] = [_together(*made[-2:])]
    return made if made[-1].of >= needed else []


def _together(one: Period, other: Period) -> Period:
    return Period((*one.months, *other.months), one.that + other.that, one.of + other.of)


def _by_measure(months: pl.DataFrame) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    tested = months.filter((pl.col("hidden") | (pl.col("of") > 0)) & pl.col("measure").is_in(TESTED))
    for (measure,), cells in tested.sort("measure", "month").group_by("measure", maintain_order=True):
        yield str(measure), cells.to_dicts()


def _tested(measure: str, periods: Sequence[Period]) -> tuple[object, ...]:
    that, of = (np.array([getattr(one, name) for one in periods]) for name in ("that", "of"))
    p = float(stats.chi2_contingency(np.array([that, of - that]), correction=False).pvalue)
    low, high = float((that / of).min()), float((that / of).max())
    return "drift", None, None, measure, low, high, high - low, None, None, int(of.sum()), None, p
