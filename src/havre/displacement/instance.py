"""An instance: one conflict with its places, roads, days and camp registrations, as the files say it.

Nothing is computed here: values are those of the files, before ``hasten``, closures or rules. Names of columns and
files are those of Flee's format, so that an analyst finds them again. Days count from ``start``, which is day 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from havre.displacement.events import NO_EVENTS, Events
from havre.displacement.settings import Settings

LOCATION_TYPES = ("camp", "conflict", "forward", "marker", "flood_zone", "default", "town")
"""Words that a location type contains, in the order in which they are looked for; ``idp`` beside ``camp``: IDP camp."""
CLOSURE_TYPES = ("country", "location", "camp", "idpcamp", "link", "remove_forced_redirection")


@dataclass(frozen=True, slots=True)
class Location:
    """A row of ``locations.csv``; ``population`` is the capacity where the type is a camp."""

    name: str
    region: str
    country: str
    x: float
    y: float
    location_type: str
    conflict_date: int = 0
    population: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """A row of ``routes.csv``: a road used both ways, its length in km."""

    name1: str
    name2: str
    distance: float
    forced_redirection: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closure:
    """A row of ``closures.csv``; a day of -1 never comes."""

    closure_type: str
    name1: str
    name2: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LocationChange:
    """A row of ``location_changes.csv``: on that day the place becomes another type."""

    name: str
    new_type: str
    day: int


@dataclass(frozen=True, slots=True)
class Correction:
    """A row of ``registration_corrections.csv``: a count of that day starts a new way of counting in the camp."""

    camp: str
    day: date
    note: str = ""


@dataclass(frozen=True, eq=False)
class DayTable:
    """Values by row and place, such as ``conflicts.csv``: ``values[row, column]``.

    ``days`` is the first column as written; conflicts and floods go by the row's index, IPC regions by ``days``.
    """

    names: tuple[str, ...]
    days: tuple[float, ...]
    values: npt.NDArray[np.float64]


@dataclass(frozen=True)
class CountFile:
    """One file of counts of people by day, such as a camp's registrations; days as dates, in the order of the file."""

    file: str
    days: tuple[date, ...]
    counts: tuple[float, ...]


@dataclass(frozen=True)
class Registrations:
    """A row of ``data_layout.csv``: what was counted in a place; counts of further files are added to the first's."""

    name: str
    files: tuple[CountFile, ...]


@dataclass(frozen=True)
class Demographics:
    """``demographics_<attribute>.csv``: how often each value occurs among people from a place.

    ``weights[place][i]`` belongs to ``values[i]``; the place ``Default`` stands for all that have no column.
    Values that are numbers stay numbers.
    """

    attribute: str
    values: tuple[str | float, ...]
    weights: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class AgentTable:
    """``agents.csv`` as groups: people with the same row stand together with their number.

    Each row has the location first, then a value for each of ``attributes``.
    """

    attributes: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Instance:
    """A whole instance with its settings."""

    name: str
    start: date
    length: int
    locations: tuple[Location, ...]
    routes: tuple[Route, ...]
    conflicts: DayTable
    registrations: tuple[Registrations, ...]
    """The first is the total, whatever its name; the others are camps."""
    closures: tuple[Closure, ...] = ()
    corrections: tuple[Correction, ...] = ()
    location_changes: tuple[LocationChange, ...] = ()
    demographics: tuple[Demographics, ...] = ()
    agents: AgentTable | None = None
    floods: DayTable | None = None
    ipc: DayTable | None = None
    major_routes: tuple[tuple[str, ...], ...] = ()
    settings: Settings = field(default_factory=Settings)
    settings_file: Path | None = None
    """Where the settings came from; ``None`` where they are the defaults."""
    events: Events = NO_EVENTS
    """What a scenario adds; no file of Flee's holds it."""
