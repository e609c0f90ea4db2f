"""Small instances in a few readable words: places, roads, and one valley from which most cases start."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from havre.displacement.instance import CountFile, DayTable, Instance, Location, Registrations, Route
from havre.displacement.settings import MoveRules, Settings, SpawnRules

START = date(2020, 2, 27)  # three days of February, then March
DAYS = 8


def place(name: str, kind: str, population: int = 0, country: str = "Home", **attributes: object) -> Location:
    """A row of locations.csv; coordinates make no two distances alike and no swap harmless."""
    number = sum(ord(letter) for letter in name)
    words = {key: str(value) for key, value in attributes.items()}
    when = int(words.pop("conflict_date", "0"))
    return Location(name, words.pop("region", "Region"), country, 48.0 + number % 7, 10.0 + number % 5, kind, when,
                    population, words)  # fmt: skip


def road(name1: str, name2: str, distance: float, forced_redirection: int = 0, **attributes: object) -> Route:
    """A row of routes.csv."""
    words = {key: str(value) for key, value in attributes.items()}
    return Route(name1, name2, float(distance), forced_redirection, words)


def day_table(columns: Mapping[str, Sequence[float]], days: Sequence[float] | None = None) -> DayTable:
    """A table of values by day and place."""
    values = np.array(list(columns.values()), dtype=float).T
    return DayTable(tuple(columns), tuple(days if days is not None else range(len(values))), values)


def series(name: str, counts: Mapping[int, float] | Sequence[float]) -> Registrations:
    """A row of the data layout with one file; counts by day from the start."""
    pairs = dict(counts) if isinstance(counts, Mapping) else dict(enumerate(counts))
    days = tuple(START + timedelta(days=day) for day in pairs)
    return Registrations(name, (CountFile(f"{name}.csv", days, tuple(float(count) for count in pairs.values())),))


def registrations(camps: Mapping[str, Sequence[float]]) -> tuple[Registrations, ...]:
    """Rows of the data layout, the total first."""
    total = np.sum([list(counts) for counts in camps.values()], axis=0)
    return (series("total", list(total)), *(series(name, counts) for name, counts in camps.items()))


def rising(first: int, daily: int, days: int = DAYS) -> list[float]:
    """Registrations that rise by as many each day."""
    return [float(first + daily * day) for day in range(days)]


PLACES = (
    place("Alda", "conflict_zone", 1000),
    place("Birk", "town", 500),
    place("Eyre", "town", 800),
    place("Cove", "camp", 4000, "Away"),
    place("Dorn", "camp", 3000, "Beyond"),
)
ROADS = (
    road("Alda", "Birk", 100),
    road("Alda", "Dorn", 260),
    road("Birk", "Cove", 150),
    road("Birk", "Dorn", 210),
    road("Birk", "Eyre", 90),
    road("Eyre", "Cove", 170),
)
MOVES: Mapping[str, Any] = {
    "max_move_speed": 200.0,
    "camp_movechance": 0.1,
    "default_movechance": 0.4,
    "conflict_movechance": 0.8,
}
CONFLICTS: Mapping[str, Sequence[float]] = {"Alda": [1.0] * DAYS}


def valley(
    *,
    places: Sequence[Location] = PLACES,
    roads: Sequence[Route] = ROADS,
    camps: Mapping[str, Sequence[float]] | None = None,
    conflicts: Mapping[str, Sequence[float]] = CONFLICTS,
    moves: Mapping[str, Any] | None = None,
    spawn: Mapping[str, Any] | None = None,
    top: Mapping[str, Any] | None = None,
    **rest: Any,
) -> Instance:
    """Make the valley: a conflict, two towns and two camps abroad, five roads, people every day; with changes.

    ``moves``, ``spawn`` and ``top`` change settings, ``rest`` any field of the instance.
    """
    camps = {"Cove": rising(12, 6), "Dorn": rising(8, 8)} if camps is None else camps
    instance = Instance(
        name="valley",
        start=START,
        length=len(next(iter(conflicts.values()))),
        locations=tuple(places),
        routes=tuple(roads),
        conflicts=day_table(conflicts),
        registrations=registrations(camps),
        settings=Settings(
            spawn_rules=SpawnRules(**(spawn or {})),
            move_rules=MoveRules(**{**MOVES, **(moves or {})}),
            **(top or {}),
        ),
    )
    return replace(instance, **rest) if rest else instance


def changed(places: Sequence[Location] = PLACES, **changes: Mapping[str, Any]) -> tuple[Location, ...]:
    """Change fields of places by name."""
    return tuple(replace(each, **changes.get(each.name, {})) for each in places)


def attributed(places: Sequence[Location] = PLACES, **columns: Mapping[str, object]) -> tuple[Location, ...]:
    """Give attributes: by column, the value of each place named."""
    return tuple(
        replace(
            each,
            attributes={
                **each.attributes,
                **{column: str(values[each.name]) for column, values in columns.items() if each.name in values},
            },
        )
        for each in places
    )
