"""The leak report: how tightly everything that is published bounds the suppressed cells of a release."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import polars as pl

from havre.record.attack import Cell, Leak, attack, refuse_leaks

_EDGE = 1e-6


@dataclass(frozen=True)
class LeakReport:
    """What the attacker found.

    Parameters
    ----------
    suppressed : how many cells the release hides; the same cell of two scopes counts once
    bounded : how many of them have a greatest possible value, by what is published
    narrowest : of them, the one with the tightest bounds; ``None`` where nothing bounds any
    width : how far apart the bounds of a cell must be [persons]
    leaks : those that are bounded more tightly
    earlier : ids of the earlier releases that the attacker saw
    """

    suppressed: int
    bounded: int
    narrowest: Leak | None
    width: float
    leaks: tuple[Leak, ...]
    earlier: tuple[str, ...]


def leak_report(history: pl.DataFrame, width: float, earlier: Mapping[str, pl.DataFrame]) -> LeakReport:
    """Let the attacker at a release, with all earlier ones at hand.

    Parameters
    ----------
    history : table of ``havre.record.tables.HISTORY`` as it is published
    width : how far apart the bounds of a suppressed cell must be [persons]
    earlier : such tables of the releases that were published before, by id
    """
    own = _suppressed(history)
    # Asked for an infinite width, the attacker tells every cell that it can bound at all, the tightest first.
    bounds = [each for each in attack(history, inf, list(earlier.values())) if each.cell in own] if own else []
    leaks = tuple(each for each in bounds if each.width < width - _EDGE)
    return LeakReport(len(own), len(bounds), bounds[0] if bounds else None, width, leaks, tuple(earlier))


def check_leaks(report: LeakReport) -> None:
    """Refuse a release of which a suppressed cell could be worked out.

    Raises
    ------
    RecordError : names the cells and the bounds
    """
    refuse_leaks(report.leaks, report.width)


def _suppressed(history: pl.DataFrame) -> set[Cell]:
    source = pl.col("scope").str.split("/").list.get(1, null_on_oob=True).fill_null("").alias("source")
    hidden = history.filter("suppressed").select("measure", source, "origin", "destination", "period")
    return {(row[0], row[1], row[2], row[3], row[4]) for row in hidden.iter_rows()}
