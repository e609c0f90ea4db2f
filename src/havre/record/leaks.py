"""The leak report: how tightly everything that is published bounds the suppressed cells of a release."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import polars as pl

from havre.record.attack import TOTAL, UNSHOWN, Leak, attack, cells_of, own_and_new, refuse_leaks
from havre.record.rounding import base_of, with_bounds
from havre.record.tables import HISTORY, Release

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
    leaks : those that are bounded more tightly, and cells that earlier releases hide and this one gives away
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
    history : table of ``havre.record.tables.HISTORY`` as readers see it, with what :func:`seen_by_readers` adds
    width : how far apart the bounds of a suppressed cell must be [persons]
    earlier : such tables of the releases that were published before, by id
    """
    own = set(cells_of(history.filter(pl.col("suppressed") & (pl.col("origin") != UNSHOWN))))
    tables = list(earlier.values())
    # Asked for an infinite width, the attacker tells every cell that it can bound at all, the tightest first.
    found = attack(history, inf, tables) if own or tables else []
    bounds = [each for each in found if each.cell in own]
    tight = [each for each in found if each.width < width - _EDGE]
    leaks = tuple(own_and_new(tight, own, tables, width))
    return LeakReport(len(own), len(bounds), bounds[0] if bounds else None, width, leaks, tuple(earlier))


def stated_width(release: Release) -> float:
    """Give how far apart a release states the bounds of its hidden cells to be [persons].

    Drafts of earlier versions do not tell it: it was the threshold.
    """
    return float(str(release.facts.options.get("protection_width", release.facts.threshold)))


def seen_by_readers(release: Release) -> pl.DataFrame:
    """Give the history of a release as readers see it: they know where a total counts more than is shown, and between
    what each count lies where they are rounded.

    Series that are left out for a gap or for too little history are named in the release, and their total counts them.
    A total of which more is counted than its visible parts, in a month that hides nothing, says the same.

    Returns
    -------
    Table of ``havre.record.tables.HISTORY`` with the rows of ``havre.record.attack.UNSHOWN``; of
    ``havre.record.rounding.BOUNDED`` where counts are rounded.
    """
    options = release.facts.options
    base = base_of(options)
    seen = with_unshown(release.history, options.get("left_out"), base)
    return with_bounds(seen, base, release.facts.threshold)


def with_unshown(history: pl.DataFrame, left_out: object, base: int = 1) -> pl.DataFrame:
    """Add to a history the rows of :func:`seen_by_readers` on totals that count more than is shown.

    Parameters
    ----------
    left_out : the option of a release that names the series left out, by scope
    base : to which its counts are rounded: a total may then lie apart from its parts by half of it for each of them
    """
    is_total = (pl.col("origin") == TOTAL) & pl.col("scope").str.ends_with("/origin") | (
        (pl.col("destination") == TOTAL) & pl.col("scope").str.ends_with("/destination")
    )
    months = history.group_by(_MONTH, maintain_order=True).agg(
        total=pl.col("value").filter(is_total).first(),
        has_total=is_total.any(),
        parts=pl.col("value").filter(~is_total).sum(),
        blur=pl.len() * (base // 2),
        whole=~pl.col("suppressed").any(),
    )
    differs = (pl.col("total") - pl.col("parts")).abs() > pl.col("blur")
    more = months.filter(pl.col("whole") & differs)["scope"].unique().to_list()
    named = [scope for scope, reasons in left_out.items() if reasons] if isinstance(left_out, Mapping) else []
    unclosed = months.filter(pl.col("has_total") & ~pl.col("whole") & pl.col("scope").is_in([*more, *named]))
    return pl.concat([history, _marks(unclosed)])


def marked_unshown(history: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Mark the months of a history from which rows were taken out: a total of them counts more than is shown.

    Parameters
    ----------
    gone : the rows that were taken out
    """
    some = gone.filter(pl.col("suppressed") | (pl.col("value") > 0))
    marks = _marks(some.unique(_MONTH, maintain_order=True))
    return pl.concat([history, marks.join(history, on=_MONTH, how="semi", maintain_order="left")])


_MONTH = ["scope", "measure", "period"]


def _marks(months: pl.DataFrame) -> pl.DataFrame:
    """Give a row for each month, which says that parts of it are not shown."""
    names = {"origin": pl.lit(UNSHOWN), "destination": pl.lit(UNSHOWN)}
    marks = months.select(*_MONTH, **names, value=pl.lit(None, pl.Float64), suppressed=pl.lit(value=True))
    return marks.select([pl.col(name).cast(dtype) for name, dtype in HISTORY.items()])


def check_leaks(report: LeakReport) -> None:
    """Refuse a release of which a suppressed cell could be worked out.

    Raises
    ------
    RecordError : names the cells and the bounds
    """
    refuse_leaks(report.leaks, report.width)
