"""Pick observations by measure, places and source; an unknown name is an error, never an empty table."""

import polars as pl

from havre.errors import PanelError
from havre.panel.measures import measure as known_measure
from havre.places import check_code
from havre.sources.catalogue import source as known_source


def select_observations(
    panel: pl.DataFrame,
    *,
    measure: str | None = None,
    destination: str | None = None,
    origin: str | None = None,
    source: str | None = None,
) -> pl.DataFrame:
    """Keep the rows that match everything that was given.

    Raises
    ------
    PanelError : the measure or source is not known, or nothing matches
    PlaceError : the origin or destination is not known
    """
    if measure is not None:
        known_measure(measure)
    if source is not None:
        known_source(source)
    for code in (origin, destination):
        if code is not None:
            check_code(code)
    asked = {"measure": measure, "destination": destination, "origin": origin, "source": source}
    given = {name: value for name, value in asked.items() if value is not None}
    chosen = panel.filter([pl.col(name) == value for name, value in given.items()]) if given else panel
    if chosen.height == 0:
        raise PanelError("panel.no_observations", what=", ".join(f"{name} {value}" for name, value in given.items()))
    return chosen
