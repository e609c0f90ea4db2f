"""Names of published figures: scope, origin, destination and month, joined by slashes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import polars as pl

from havre.errors import HavreError, RecordError
from havre.months import parse_month


@dataclass(frozen=True)
class Figure:
    """One published figure: what a model of a scope says of a series in a month."""

    scope: str
    origin: str
    destination: str
    month: date

    @property
    def id(self) -> str:
        """The figure's name.

        Examples
        --------
        >>> Figure("asylum_applications/bamf/DEU/origin", "SYR", "DEU", date(2026, 12, 1)).id
        'asylum_applications/bamf/DEU/origin/SYR/DEU/2026-12'
        """
        return f"{self.scope}/{self.origin}/{self.destination}/{self.month:%Y-%m}"


def parse_figure(text: str) -> Figure:
    """Read the name of a figure.

    Raises
    ------
    RecordError : it is none

    Examples
    --------
    >>> parse_figure("asylum_applications/bamf/DEU/origin/SYR/DEU/2026-12").origin
    'SYR'
    """
    parts = text.strip().rsplit("/", 3)
    try:
        scope, origin, destination, month = parts
        return Figure(scope, origin, destination, parse_month(month))
    except (ValueError, HavreError) as error:
        raise RecordError("record.figure.name", figure=text[:120]) from error


def figures_of(forecasts: pl.DataFrame) -> list[Figure]:
    """Give the figures of a table of forecasts, in its order, suppressed ones left out."""
    keys = ["scope", "origin", "destination", "target_month"]
    shown = forecasts.drop_nulls("value").select(keys).unique(maintain_order=True)
    return [Figure(*row) for row in shown.iter_rows()]


def find_figure(text: str, known: Iterable[Figure]) -> Figure:
    """Find a figure by its name.

    Raises
    ------
    RecordError : there is none of this name; near matches are told
    """
    figures = {figure.id: figure for figure in known}
    if text.strip() in figures:
        return figures[text.strip()]
    near = get_close_matches(text.strip(), figures, n=3, cutoff=0.5) or list(figures)[:3]
    raise RecordError("record.figure.unknown", figure=text[:120], near=", ".join(near) or "–")
