"""How often, and how fast, humans depart from what the system said.

The law asks whether a decision is *solely automated* and, since the judgment SCHUFA (C-634/21, 7 December 2023),
whether it *draws strongly* on a score. A rate of departure is evidence for either reading; no figure here is a test in
law.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from havre.audit.decisions.read import OCTAVES, SHORT, Cube
from havre.audit.intervals import LEVEL, Interval, interval

RARELY = 0.05
"""Share of departures; rare or notable is said only where their interval lies on one side of it. No legal limit."""


@dataclass(frozen=True)
class Pace:
    """How long humans took for one kind of decision.

    ``median`` lies between two seconds; ``under`` gives shares decided within so many seconds. Both ``None``: hidden.
    """

    kind: str
    decisions: int | None
    median: tuple[float, float] | None
    under: dict[int, float] | None


@dataclass(frozen=True)
class Departures:
    """How often humans departed, of those decisions of which both outcomes are known, and what follows.

    ``verdict``: never, rarely, departs, between (chance leaves open whether it is seldom), unclear (it hangs on the
    outcomes that are missing), or unknown. ``bounds`` hold the share over all decisions whatever the missing outcomes
    were.
    """

    of: int
    that: int
    interval: Interval | None
    verdict: str
    missing: int = 0
    bounds: Interval | None = None


def departures(total: pl.DataFrame, level: float = LEVEL) -> Departures:
    """Judge how often humans departed from the system, over the whole log."""
    row = total.filter((pl.col("measure") == "departure") & ~pl.col("hidden"))
    if row.is_empty():
        return Departures(0, 0, None, "unknown")
    of, that, missing = (int(row[name][0]) for name in ("of", "that", "missing"))
    found = interval(that, of, "clopper-pearson", level)
    if not missing:
        often = "rarely" if found.high < RARELY else "departs" if found.low >= RARELY else "between"
        return Departures(of, that, found, often if that else "never")
    every = of + missing
    least, most = (interval(k, every, "clopper-pearson", level) for k in (that, that + missing))
    verdict = "rarely" if most.high < RARELY else "departs" if least.low >= RARELY else "unclear"
    return Departures(of, that, found, verdict, missing, Interval(that / every, (that + missing) / every, 1.0))


def paces(cube: Cube, threshold: int) -> list[Pace]:
    """Tell how long humans took where they agreed and where they departed; too few decisions of a kind are hidden.

    Both kinds are hidden where one is: their sum is published with the whole.
    """
    both = cube.speeds.filter(pl.col("automated").is_not_null() & pl.col("human").is_not_null())
    departed = pl.col("automated") != pl.col("human")
    kinds = {"agreed": both.filter(~departed), "departed": both.filter(departed)}
    few = any(0 < int(rows["n"].sum()) < threshold for rows in kinds.values())
    made = [_pace("all", cube.speeds, hidden=0 < int(cube.speeds["n"].sum()) < threshold)]
    return [pace for pace in [*made, *(_pace(kind, rows, hidden=few) for kind, rows in kinds.items())] if pace]


def _pace(kind: str, rows: pl.DataFrame, *, hidden: bool) -> Pace | None:
    decisions = int(rows["n"].sum())
    if decisions == 0:
        return None
    if hidden:
        return Pace(kind, None, None, None)
    by_octave = rows.group_by("octave").agg(pl.col("n").sum()).sort("octave")
    place = int(np.searchsorted(by_octave["n"].cum_sum().to_numpy(), decisions / 2))
    octave = int(by_octave["octave"][place])
    median = (2 ** (octave / OCTAVES), 2 ** ((octave + 1) / OCTAVES))
    return Pace(kind, decisions, median, {limit: int(rows[f"under_{limit}"].sum()) / decisions for limit in SHORT})
