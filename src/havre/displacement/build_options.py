"""What a user says about building an instance: which tables, and by which rules gaps are filled.

Every number here is an assumption of the instance that is built, and its report repeats it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Literal

from havre.displacement.flee_days import MOST_DAYS
from havre.displacement.flee_names import AGENTS, FLOODS, IPC
from havre.displacement.settings import Settings
from havre.errors import Problem, Term

NeighbourRule = Literal["gabriel", "delaunay", "nearest"]
Borders = Literal["land", "all", "given"]
ConflictMeasure = Literal["deaths", "events"]
TableName = Literal["places", "roads", "events", "registrations"]

DETOUR = 1.3
"""Road km for one km of great circle.

Ballou, R. H., Rahardja, H., Sakai, N. (2002), Selected country circuity factors for road travel distance estimation,
Transportation Research Part A 36(9), 843–848, https://doi.org/10.1016/S0965-8564(01)00044-1, give factors by country,
from little above 1 to about 2. The 254 roads of five instances made for Flee (Burundi, Central African Republic, Mali,
South Sudan, Syria) have a median of 1.22, a middle half of 1.11 to 1.43 and a ninth decile of 1.80."""
VIOLENT_EVENTS = ("Battles", "Explosions/Remote violence", "Violence against civilians")
"""Event types of ACLED in which people are attacked; protests, riots and strategic developments are the others."""


@dataclass(frozen=True)
class TableFile:
    """A table of the user's, and what is known about it.

    Parameters
    ----------
    path : CSV file in UTF-8, separated by commas or semicolons
    source : who made it, as it is to be cited
    licence : under which terms it may be used
    """

    path: Path
    source: str = ""
    licence: str = ""


@dataclass(frozen=True)
class BuildSources:
    """The tables of an instance.

    Parameters
    ----------
    places : towns, camps, hubs and conflict zones with their coordinates
    registrations : how many people were counted in each camp on which day
    roads : which places a road joins, and its length where known; ``None`` to infer all roads
    events : violent events with day and coordinates, in the columns of UCDP GED or ACLED; ``None`` where the table of
        places says which are conflict zones
    """

    places: TableFile
    registrations: TableFile
    roads: TableFile | None = None
    events: TableFile | None = None

    def files(self) -> dict[TableName, TableFile]:
        """Give the tables that there are, by name."""
        named: dict[TableName, TableFile | None] = {
            "places": self.places,
            "roads": self.roads,
            "events": self.events,
            "registrations": self.registrations,
        }
        return {name: file for name, file in named.items() if file is not None}


@dataclass(frozen=True)
class BuildOptions:
    """By which rules an instance is built.

    Parameters
    ----------
    name : name of the instance; empty for that of its folder
    home : country that people flee, by code or name; ``None`` for that of the places of kind ``conflict``, else the
        only country in which there are towns
    keep_unknown_countries : keep a country that Havre does not know as it is written, instead of refusing it
    start, length : first day, and number of days; ``None`` for the first and the last day of the registrations
    detour : road km for one km of great circle, where a road has no length
    neighbours : which places an inferred road joins. ``gabriel``: those between which there is no third place, in the
        circle over their distance as diameter; ``delaunay``: neighbours of the Delaunay triangulation; ``nearest``:
        each with its ``nearest`` closest places. Parts that are left apart are joined by their shortest link
    infer_roads : infer roads beside those of the table; without a table they always are
    borders : where an inferred road may cross a border: between countries that share a border on ``land``, between
        ``all``, or none but the ``given`` roads
    longest_link_km : inferred roads that are longer [km] are left out
    event_distance_km : an event belongs to the nearest town or conflict zone of the home country within this [km]
    conflict_measure, conflict_threshold, window_days : a place becomes a conflict zone on the first day of an event on
        which its deaths, or events, of the last ``window_days`` days reach the threshold
    quiet_days : a place stops being a conflict zone after so many days without an event; ``None`` for never
    lookback_days : events up to so many days before the start count
    coarsest_ucdp, coarsest_acled : events whose ``where_prec`` or ``geo_precision`` is higher are left out
    event_types : event types that count, where the table has a column of them
    settings : settings of the simulation, written beside the tables; none that need floods, IPC regions or agents
    """

    name: str = ""
    home: str | None = None
    keep_unknown_countries: bool = False
    start: date | None = None
    length: int | None = None
    detour: float = DETOUR
    neighbours: NeighbourRule = "gabriel"
    nearest: int = 3
    infer_roads: bool = False
    borders: Borders = "land"
    longest_link_km: float | None = None
    event_distance_km: float = 50.0
    conflict_measure: ConflictMeasure = "deaths"
    conflict_threshold: float = 1.0
    window_days: int = 30
    quiet_days: int | None = None
    lookback_days: int = 30
    coarsest_ucdp: int = 3
    coarsest_acled: int = 2
    event_types: tuple[str, ...] = VIOLENT_EVENTS
    settings: Settings = field(default_factory=Settings)


def option_problems(options: BuildOptions) -> Iterator[Problem]:
    """Tell which options are out of range, or ask for what cannot be built."""
    yield from _setting_problems(options.settings)
    for option in ("neighbours", "borders", "conflict_measure"):
        allowed = {
            "neighbours": ("gabriel", "delaunay", "nearest"),
            "borders": ("land", "all", "given"),
            "conflict_measure": ("deaths", "events"),
        }[option]
        if getattr(options, option) not in allowed:
            value = getattr(options, option)
            yield Problem.of("displacement.build.choice", option=flag(option), value=value, choices=", ".join(allowed))
    ranges: dict[str, tuple[float, float]] = {
        "length": (1, MOST_DAYS),
        "detour": (1, 10),
        "nearest": (1, 100),
        "window_days": (1, MOST_DAYS),
        "quiet_days": (1, MOST_DAYS),
        "lookback_days": (0, MOST_DAYS),
        "coarsest_ucdp": (1, 7),
        "coarsest_acled": (1, 3),
    }
    for option, (least, most) in ranges.items():
        value = getattr(options, option)
        if value is not None and not (isfinite(value) and least <= value <= most):
            yield Problem.of("displacement.build.option", option=flag(option), value=value, least=least, most=most)
    for option in ("longest_link_km", "event_distance_km", "conflict_threshold"):
        value = getattr(options, option)
        if value is not None and not (isfinite(value) and value > 0):
            expected = Term("displacement.build_word.above_zero")
            yield Problem.of("displacement.build.option_kind", option=flag(option), value=value, expected=expected)


def flag(option: str) -> str:
    """Write an option as it stands on the command line.

    Examples
    --------
    >>> flag("longest_link_km")
    '--longest-link-km'
    """
    return f"--{option.replace('_', '-')}"


def _setting_problems(settings: Settings) -> Iterator[Problem]:
    """Tell which files the settings ask for that are not built from tables."""
    spawn, move = settings.spawn_rules, settings.move_rules
    floods = spawn.flood_zone_spawning_only or spawn.flood_driven_spawn_mode is not None or move.flood_rules is not None
    hunger = spawn.starvation_driven_spawning or move.flee_when_starving or move.avoid_food_deprived_locations
    needed = {FLOODS: floods, IPC: hunger, AGENTS: spawn.read_from_agents_csv_file}
    for file, is_needed in needed.items():
        if is_needed:
            yield Problem.of("displacement.build.settings", file=file)
