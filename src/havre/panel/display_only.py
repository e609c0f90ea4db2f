"""Sources that may be looked at and nothing else: their terms keep them out of every model, score and release.

Whatever a model, a backtest or a release takes from a panel passes through :mod:`havre.panel.scope`, which asks here.
"""

from collections.abc import Iterable

import polars as pl

from havre.errors import PanelError, Problem, check_none
from havre.sources.catalogue import sources


def display_only_sources() -> frozenset[str]:
    """Give the ids of the sources that are for display only."""
    return frozenset(name for name, terms in sources().items() if terms.display_only)


def check_usable(names: Iterable[str]) -> None:
    """Refuse sources that are for display only.

    Raises
    ------
    PanelError : names every such source with its provider
    """
    wrong = sorted(display_only_sources() & set(names))
    problems = [Problem.of("panel.display_only", source=name, provider=sources()[name].provider) for name in wrong]
    check_none(problems, PanelError)


def usable(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out the rows of sources that are for display only.

    Raises
    ------
    PanelError : nothing else is there
    """
    kept = rows.filter(~pl.col("source").is_in(list(display_only_sources())))
    if rows.height and not kept.height:
        check_usable(rows["source"].unique())
    return kept
