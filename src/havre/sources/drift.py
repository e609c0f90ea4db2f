"""Tells whether what came still looks like what came before: layout, units, codes, sums, and months that shrink.

What drifted does not land. A provider may have changed a definition, cut a table or served half of it; a human looks
at the report and either corrects the reader or accepts the change.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from havre.errors import Problem
from havre.sources.connector import Parsed, Shape

SHRUNK = 0.1
"""A published month of which less than a tenth is left has not been revised but lost."""
LEAST_SUM = 100.0
"""Smaller sums move that much by chance and revision."""
VANISHED = 0.1
"""Share of published values whose loss is no revision."""
LEAST_VANISHED = 10
FIXED = ("columns", "sheets", "units")
"""Facets of which nothing may go; what is new in ``columns`` is only told."""
MOST_CODES_LOST = 0.2
_CELL = ["measure", "origin", "destination", "period", "frequency"]
_MONTH = ["measure", "destination", "period", "frequency"]
_TOLD = 5


@dataclass(frozen=True)
class Drift:
    """What changed: ``problems`` keep a piece from landing, ``notes`` are told."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def find_drift(parsed: Parsed, known: pl.DataFrame, before: Shape | None) -> Drift:
    """Compare a piece with what is known.

    Parameters
    ----------
    known : latest value of each key of the source that the panel has; columns of the observation schema
    before : shape of the piece at the last good pull, ``None`` at the first
    """
    problems = [*_sums(parsed)]
    notes: list[Problem] = []
    if before is not None:
        for problem, breaks in _shapes(parsed.shape, before):
            (problems if breaks else notes).append(problem)
    problems += [*_shrunk(parsed, known), *_vanished(parsed, known)]
    return Drift(tuple(problems), tuple(notes))


def _shapes(shape: Shape, before: Shape) -> Iterator[tuple[Problem, bool]]:
    for facet in sorted(set(shape) | set(before)):
        old, new = set(before.get(facet, ())), set(shape.get(facet, ()))
        gone, come = sorted(old - new), sorted(new - old)
        if facet in FIXED and facet in before:
            if gone or (come and facet != "columns"):
                yield Problem.of("source.drift.layout", facet=facet, gone=_few(gone), come=_few(come)), True
            elif come:
                yield Problem.of("source.drift.new", facet=facet, come=_few(come)), False
        elif old and len(gone) > MOST_CODES_LOST * len(old) and len(gone) > 1:
            share = round(100 * len(gone) / len(old))
            yield Problem.of("source.drift.codes", facet=facet, share=share, gone=_few(gone)), True
        elif come or gone:
            yield Problem.of("source.drift.changed", facet=facet, gone=_few(gone), come=_few(come)), False


def _shrunk(parsed: Parsed, known: pl.DataFrame) -> Iterator[Problem]:
    """Find months of a destination whose sum fell below a tenth, over the cells that both have."""
    if known.height == 0 or parsed.signed:
        return
    old = (_inside(parsed, known) if parsed.whole else known).select(*_CELL, old="value")
    both = old.join(parsed.observations.select(*_CELL, "value"), on=_CELL, how="left" if parsed.whole else "inner")
    # The total and its parts count the same people: each is looked at alone.
    grouped = both.with_columns(total=pl.col("origin") == "TOT").group_by(*_MONTH, "total")
    sums = grouped.agg(pl.col("old").sum(), new=pl.col("value").sum())
    lost = sums.filter((pl.col("old") >= LEAST_SUM) & (pl.col("new") < SHRUNK * pl.col("old"))).sort(*_MONTH, "total")
    for row in lost.head(_TOLD).iter_rows(named=True):
        fields = {name: row[name] for name in ("measure", "destination", "period", "old", "new")}
        yield Problem.of("source.drift.shrunk", **fields)
    if lost.height > _TOLD:
        yield Problem.of("source.drift.more", count=lost.height - _TOLD)


def missing_cells(parsed: Parsed, known: pl.DataFrame) -> pl.DataFrame:
    """Give the known values that a whole piece no longer has, within its measures, destinations and periods."""
    if not parsed.whole or parsed.observations.height == 0 or known.height == 0:
        return known.clear()
    return _inside(parsed, known).join(parsed.observations.select(_CELL), on=_CELL, how="anti")


def _inside(parsed: Parsed, known: pl.DataFrame) -> pl.DataFrame:
    """Give the known values of the measures, destinations, frequencies and periods that a piece speaks of."""
    scope = ["measure", "destination", "frequency"]
    spans = parsed.observations.group_by(scope).agg(first=pl.col("period").min(), last=pl.col("period").max())
    inside = known.drop_nulls("value").join(spans, on=scope)
    return inside.filter(pl.col("period").is_between("first", "last")).drop("first", "last")


def _vanished(parsed: Parsed, known: pl.DataFrame) -> Iterator[Problem]:
    gone = missing_cells(parsed, known).filter(pl.col("value") > 0)
    if gone.height < LEAST_VANISHED:
        return
    measures = gone["measure"].unique().to_list()
    there = known.filter(pl.col("measure").is_in(measures) & (pl.col("value") > 0)).height
    if gone.height > VANISHED * there:
        first = gone.sort(_CELL).row(0, named=True)
        example = f"{first['measure']} {first['origin']}→{first['destination']} {first['period']}"
        yield Problem.of("source.drift.vanished", count=gone.height, known=there, example=example)


def _sums(parsed: Parsed) -> Iterator[Problem]:
    """Find totals that their parts do not add up to, by more than rounding explains."""
    if not parsed.adds_up:
        return
    part = pl.col("origin") != "TOT"
    step = pl.col("rounding").fill_null(1.0)
    sums = (
        parsed.observations.group_by(_MONTH)
        .agg(
            total=pl.col("value").filter(~part).first(),
            parts=pl.col("value").filter(part).sum(),
            # Each rounded part may be off by half a step, the total too.
            allowed=(step.filter(part).sum() + step.filter(~part).sum()) / 2,
            named=part.sum(),
        )
        .filter(pl.col("total").is_not_null() & (pl.col("named") > 0))
    )
    off = (pl.col("total") - pl.col("parts")).abs()
    wrong = sums.filter(off > pl.max_horizontal(pl.col("allowed"), pl.col("total") * 0.02)).sort(_MONTH)
    for row in wrong.head(_TOLD).iter_rows(named=True):
        fields = {name: row[name] for name in ("measure", "destination", "period", "total", "parts")}
        yield Problem.of("source.drift.sum", **fields)
    if wrong.height > _TOLD:
        yield Problem.of("source.drift.more", count=wrong.height - _TOLD)


def _few(names: list[str]) -> str:
    return (", ".join(names[:_TOLD]) + (f", … ({len(names)})" if len(names) > _TOLD else "")) or "–"
