"""A resource of the reference snapshot: rows of one source and group of measures, and where they came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from havre.panel.observations import KEY, SCHEMA, check_observations
from havre.places import map_labels

ORDER = ("measure", "destination", "origin", "period", "as_of")
"""Rows of one series lie together, so that a file stays small and is read in the order in which it is used."""


@dataclass(frozen=True)
class Upstream:
    """A copy of the provider's figures: a repository at a commit, and the day of that commit."""

    title: str
    path: str
    day: date


@dataclass(frozen=True)
class Resource:
    """One file of the snapshot.

    Parameters
    ----------
    name : stem of the file
    title, description : in English, for ``datapackage.json``
    frame : observations of one source
    upstreams : the copies that the rows were taken from
    as_of : how the day of knowledge of the rows was set
    caveats : what holds for this file, besides the caveats of the source
    """

    name: str
    title: str
    description: str
    frame: pl.DataFrame
    upstreams: tuple[Upstream, ...]
    as_of: str
    caveats: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "frame", check_observations(self.frame, self.name).sort(ORDER))


def observations(table: pl.DataFrame, facts: Mapping[str, Any]) -> pl.DataFrame:
    """Give rows the columns of the schema.

    Parameters
    ----------
    table : has some of the columns of ``SCHEMA``; others are dropped
    facts : values or expressions of the other columns; ``rounding`` is empty and ``status`` is ``final`` if not given
    """
    known: dict[str, Any] = {"rounding": None, "status": "final", **facts}
    filled = table.with_columns(
        [(value if isinstance(value, pl.Expr) else pl.lit(value)).alias(name) for name, value in known.items()]
    )
    return filled.select([pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()])


def coded(table: pl.DataFrame, name: str, **providers: str) -> pl.DataFrame:
    """Turn columns of labels into codes of places.

    Parameters
    ----------
    name : how to call the table in an error
    providers : from column to the provider in whose way the column is written
    """
    return table.with_columns([map_labels(table[column], provider, name) for column, provider in providers.items()])


def summed(table: pl.DataFrame) -> pl.DataFrame:
    """Add up rows that came to share a key, such as two categories that are both unknown nationality."""
    rest = [name for name in SCHEMA if name not in (*KEY, "as_of", "value")]
    grouped = table.group_by(*KEY, "as_of", maintain_order=True)
    return grouped.agg(pl.col("value").sum(), *[pl.col(name).first() for name in rest]).select(list(SCHEMA))
