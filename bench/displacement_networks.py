"""Made-up networks of any size for the benchmarks of displacement: a plane full of places joined by a triangulation."""

from datetime import date, timedelta

import numpy as np
from scipy.spatial import Delaunay

from havre.displacement.instance import CountFile, DayTable, Instance, Location, Registrations, Route
from havre.displacement.settings import MoveRules, Settings

START = date(2025, 1, 1)


def made_up_instance(
    places: int, people: int, *, days: int = 365, width_km: float = 2000.0, seed: int = 1, camps: float = 0.05
) -> Instance:
    """Make a country of random places on a square, its roads the edges of their Delaunay triangulation (about 3 a place).

    One place in twenty is a camp, one in ten a conflict zone that begins on some day; ``people`` are displaced evenly over
    the days.
    """
    generator = np.random.default_rng(seed)
    points = generator.random((places, 2)) * width_km
    kinds = generator.random(places)
    is_camp, is_zone = kinds < camps, (kinds >= camps) & (kinds < camps + 0.1)
    is_camp[0], is_zone[0], is_camp[1], is_zone[1] = True, False, False, True
    edges = _edges(points)
    km = np.maximum(1.0, np.hypot(*(points[edges[:, 0]] - points[edges[:, 1]]).T) * 1.3).round(1)
    begins = np.where(is_zone, generator.integers(0, max(1, days // 2), places), 0)
    begins[1] = 0
    conflict = (np.arange(days)[:, None] >= begins[None, :]) & is_zone[None, :]
    room = max(1, int(people / max(1, is_camp.sum()) * 1.2))
    locations = tuple(
        Location(
            f"p{number}",
            "all",
            "Inland" if not is_camp[number] else "Abroad",
            float(point[0] / 111),
            float(point[1] / 111),
            "camp" if is_camp[number] else "conflict_zone" if is_zone[number] else "town",
            int(begins[number]),
            room if is_camp[number] else int(1000 + 9000 * kinds[number]),
        )
        for number, point in enumerate(points)
    )
    # The first row is of the home country.
    order = [1, 0, *range(2, places)]
    routes = tuple(
        Route(f"p{one}", f"p{other}", float(length)) for (one, other), length in zip(edges, km, strict=True)
    )
    ends = (START, START + timedelta(days=days))
    total = CountFile("refugees.csv", ends, (0.0, float(people)))
    registrations = [Registrations("total", (total,))]
    registrations += [
        Registrations(locations[number].name, (CountFile(f"{number}.csv", ends, (0.0, people / is_camp.sum())),))
        for number in np.flatnonzero(is_camp)
    ]
    table = DayTable(tuple(place.name for place in locations), tuple(range(days)), conflict.astype(np.float64))
    return Instance(
        f"made-up-{places}",
        START,
        days,
        tuple(locations[number] for number in order),
        routes,
        table,
        tuple(registrations),
        settings=Settings(move_rules=MoveRules(conflict_weight=0.25)),
    )


def _edges(points: np.ndarray) -> np.ndarray:
    triangles = Delaunay(points).simplices
    pairs = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    return np.unique(np.sort(pairs, axis=1), axis=0)
