"""Instances for the benchmarks of displacement: made-up networks of any size, and real ones with more people.

A made-up network is a square plane full of random places, joined by the Delaunay triangulation: about three roads a
place and so six directed links, twice as many as in instances that people make by hand.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from havre.displacement.instance import CountFile, DayTable, Instance, Location, Registrations, Route
from havre.displacement.settings import MoveRules, Settings, SpawnRules

START = date(2025, 1, 1)
CAMPS, ZONES = 0.05, 0.1
"""Share of the places that are camps, and that become conflict zones in the first half of the days."""
KM_PER_DEGREE = 111.0
DETOUR = 1.3
"""Length of a road, over that of the straight line."""
ROOM = 1.2
"""Capacity of all camps together, over the people who are displaced."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Plane:
    """Where the places lie (km, (L, 2)), which are camps or zones (L), and on which day the zones begin (L)."""

    points: Floats
    camp: npt.NDArray[np.bool_]
    zone: npt.NDArray[np.bool_]
    begins: Ints


def made_up_instance(places: int, people: int, *, days: int = 365, width_km: float = 2000.0, seed: int = 1) -> Instance:
    """Make a country of random places, from whose conflict zones people flee evenly over the days.

    Parameters
    ----------
    places : number of locations, at least 4; 20,000 have 60,000 roads
    people : displaced over all days
    days : length of the period
    width_km : side of the square; with the number of places it says how short the roads are
    """
    generator = np.random.default_rng(seed)
    plane = _plane(places, days, width_km, generator)
    camps = np.flatnonzero(plane.camp)
    room = max(1, int(people / camps.size * ROOM))
    return Instance(
        f"made-up-{places}",
        START,
        days,
        _locations(plane, room, generator),
        _routes(plane.points),
        _conflicts(plane, days),
        _registrations(camps, people, days),
        settings=Settings(move_rules=MoveRules(conflict_weight=0.25)),
    )


def _plane(places: int, days: int, width_km: float, generator: np.random.Generator) -> _Plane:
    points = generator.random((places, 2)) * width_km
    kind = generator.random(places)
    camp, zone = kind < CAMPS, (kind >= CAMPS) & (kind < CAMPS + ZONES)
    # However few places there are: a zone of the home country from day 0 in the first row, and a camp in the second.
    camp[:2], zone[:2] = (False, True), (True, False)
    begins = generator.integers(0, max(1, days // 2), places)
    begins[0] = 0
    return _Plane(points, camp, zone, begins)


def _locations(plane: _Plane, room: int, generator: np.random.Generator) -> tuple[Location, ...]:
    population = generator.integers(1_000, 10_000, plane.camp.size)
    return tuple(
        Location(
            f"p{number}",
            "all",
            "Abroad" if plane.camp[number] else "Inland",
            float(x),
            float(y),
            "camp" if plane.camp[number] else "conflict_zone" if plane.zone[number] else "town",
            int(plane.begins[number]) if plane.zone[number] else 0,
            room if plane.camp[number] else int(population[number]),
        )
        for number, (x, y) in enumerate(plane.points / KM_PER_DEGREE)
    )


def _routes(points: Floats) -> tuple[Route, ...]:
    from scipy.spatial import Delaunay

    corners = Delaunay(points).simplices
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    roads = np.unique(np.sort(sides, axis=1), axis=0)
    km = np.hypot(*(points[roads[:, 0]] - points[roads[:, 1]]).T) * DETOUR
    lengths = np.maximum(1.0, km).round(1)
    return tuple(
        Route(f"p{one}", f"p{other}", float(length)) for (one, other), length in zip(roads, lengths, strict=True)
    )


def _conflicts(plane: _Plane, days: int) -> DayTable:
    zones = np.flatnonzero(plane.zone)
    fights = np.arange(days)[:, None] >= plane.begins[zones][None, :]
    return DayTable(tuple(f"p{zone}" for zone in zones), tuple(range(days)), fights.astype(np.float64))


def _registrations(camps: Ints, people: int, days: int) -> tuple[Registrations, ...]:
    ends = (START, START + timedelta(days=days))
    total = Registrations("total", (CountFile("refugees.csv", ends, (0.0, float(people))),))
    each = [Registrations(f"p{camp}", (CountFile(f"p{camp}.csv", ends, (0.0, people / camps.size)),)) for camp in camps]
    return (total, *each)


def multiplied(instance: Instance, times: int) -> Instance:
    """Make everything that is a number of people that many times as large.

    That is populations, capacities, registrations, people of ``agents.csv``, people in places at the start, and people
    displaced by a zone and day where settings give their number. Chances, weights and distances stay.
    """
    agents = instance.agents
    if agents is not None:
        agents = replace(agents, numbers=tuple(number * times for number in agents.numbers))
    move = instance.settings.move_rules
    settings = replace(
        instance.settings,
        move_rules=replace(move, movechance_pop_base=move.movechance_pop_base * times),
        spawn_rules=_more_displaced(instance.settings.spawn_rules, times),
    )
    return replace(
        instance,
        locations=tuple(_larger(place, times) for place in instance.locations),
        registrations=tuple(
            replace(row, files=tuple(_more_counted(file, times) for file in row.files))
            for row in instance.registrations
        ),
        agents=agents,
        settings=settings,
    )


def _larger(place: Location, times: int) -> Location:
    people = {
        name: str(float(place.attributes[name]) * times)
        for name in ("initial_idps", "capacity_per_day")
        if place.attributes.get(name)
    }
    return replace(place, population=place.population * times, attributes={**place.attributes, **people})


def _more_counted(file: CountFile, times: int) -> CountFile:
    return replace(file, counts=tuple(count * times for count in file.counts))


def _more_displaced(spawn: SpawnRules, times: int) -> SpawnRules:
    zones = spawn.conflict_driven_spawning
    if zones is not None and zones.spawn_mode != "pop_ratio":
        more = replace(zones, displaced_per_conflict_day=zones.displaced_per_conflict_day * times)
        spawn = replace(spawn, conflict_driven_spawning=more)
    flood = spawn.flood_driven_spawn_mode
    if flood is not None and flood.spawn_mode != "pop_ratio":
        levels = tuple(people * times for people in flood.displaced_per_flood_day)
        spawn = replace(spawn, flood_driven_spawn_mode=replace(flood, displaced_per_flood_day=levels))
    return spawn
