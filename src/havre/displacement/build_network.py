"""Roads of an instance: those of the table, and inferred ones where it has none.

An inferred road is as long as the great circle between its ends times a detour factor, so the shortest way over
inferred roads is never shorter than a road that goes straight. Nothing here knows seas, mountains or closed borders.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from havre.displacement.build_countries import Countries, share_land, written
from havre.displacement.build_neighbours import (
    Flags,
    Floats,
    Pairs,
    great_circle_km,
    joining_pairs,
    neighbour_pairs,
    unit_vectors,
)
from havre.displacement.build_notes import Note, listed
from havre.displacement.build_options import BuildOptions
from havre.displacement.build_rows import PlaceRow, RoadRow
from havre.displacement.instance import Route
from havre.places.geography import EARTH_RADIUS

LEAST_INFERRED_KM = 1.0
"""A road between places on the same spot has a length too [km]; coordinates of places are no better than that."""
_TOO_SHORT = 0.98
"""A road shorter than this share of the great circle cannot be, even with coordinates that are a little off."""


@dataclass(frozen=True)
class Network:
    """Roads, with what is to be told about them."""

    routes: tuple[Route, ...]
    notes: tuple[Note, ...] = ()


def make_network(
    places: Sequence[PlaceRow], roads: Sequence[RoadRow] | None, countries: Countries, options: BuildOptions
) -> Network:
    """Make the roads between places.

    Parameters
    ----------
    places : with names that occur once and coordinates that are numbers
    roads : between these places, each pair once; ``None`` to infer all
    """
    coordinates = np.array([(place.latitude, place.longitude) for place in places]).reshape(-1, 2)
    given, notes = _given_routes(places, roads or (), coordinates, options)
    if roads is not None and not options.infer_roads:
        return Network(given, notes)
    pairs, added, inferred_notes = _inferred_pairs(places, roads or (), coordinates, countries, options)
    everything = np.concatenate([pairs, added])
    lengths = road_km(coordinates, everything, options.detour)
    inferred = tuple(
        Route(places[i].name, places[j].name, float(km)) for (i, j), km in zip(everything, lengths, strict=True)
    )
    notes += inferred_notes + _notes_on_inferred(inferred, len(added), options)
    return Network((*given, *inferred), notes)


def road_km(coordinates: Floats, pairs: Pairs, detour: float) -> Floats:
    """Give the lengths of inferred roads [km], to 100 m, at least :data:`LEAST_INFERRED_KM`.

    Parameters
    ----------
    coordinates : latitude and longitude in degrees, shape (places, 2)
    pairs : indices of places, shape (roads, 2)
    """
    straight = great_circle_km(coordinates[pairs[:, 0]], coordinates[pairs[:, 1]])
    return np.asarray(np.maximum(np.round(straight * detour, 1), LEAST_INFERRED_KM))


def _given_routes(
    places: Sequence[PlaceRow], roads: Sequence[RoadRow], coordinates: Floats, options: BuildOptions
) -> tuple[tuple[Route, ...], tuple[Note, ...]]:
    """Give the roads of the table, in its order; those without a length get one."""
    if not roads:
        return (), ()
    index = {place.name: number for number, place in enumerate(places)}
    pairs = np.array([(index[road.start], index[road.end]) for road in roads], dtype=np.int64)
    straight = great_circle_km(coordinates[pairs[:, 0]], coordinates[pairs[:, 1]])
    assumed = road_km(coordinates, pairs, options.detour)
    routes = tuple(
        Route(road.start, road.end, float(km) if road.km is None else road.km)
        for road, km in zip(roads, assumed, strict=True)
    )
    notes: list[Note] = []
    without = sum(road.km is None for road in roads)
    if without:
        notes.append(Note.of("assumed.road_lengths", count=without, detour=format(options.detour, "g")))
    short = [
        f"{route.name1} – {route.name2}"
        for route, km in zip(routes, straight, strict=True)
        if route.distance < km * _TOO_SHORT
    ]
    if short:
        notes.append(Note.of("warned.short_roads", count=len(short), roads=listed(short)))
    return routes, tuple(notes)


def _inferred_pairs(
    places: Sequence[PlaceRow],
    roads: Sequence[RoadRow],
    coordinates: Floats,
    countries: Countries,
    options: BuildOptions,
) -> tuple[Pairs, Pairs, tuple[Note, ...]]:
    """Choose the pairs of places that get a road: neighbours, then links that join the parts."""
    points = unit_vectors(coordinates[:, 0], coordinates[:, 1])
    keys = sorted(set(countries.keys.values()))
    groups = np.array([keys.index(countries.keys[place.country]) for place in places], dtype=np.int64)
    open_border = _open_borders(keys, options)
    longest = np.inf if options.longest_link_km is None else options.longest_link_km / options.detour
    kept, notes = _allowed(_neighbours(points, groups, options), coordinates, groups, open_border, longest, options)
    index = {place.name: number for number, place in enumerate(places)}
    given = _as_pairs([(index[road.start], index[road.end]) for road in roads])
    chord = 2 * np.sin(min(longest / EARTH_RADIUS, np.pi) / 2)
    known = np.concatenate([kept, given])
    added = joining_pairs(points, known, groups, lambda one, other: bool(open_border[one, other]), chord)
    notes += _sea_borders(places, np.concatenate([kept, added]), countries)
    both = {tuple(pair) for pair in np.sort(given, axis=1).tolist()}
    return _as_pairs([pair for pair in kept.tolist() if tuple(pair) not in both]), added, tuple(notes)


def _allowed(
    pairs: Pairs,
    coordinates: Floats,
    groups: npt.NDArray[np.int64],
    open_border: Flags,
    longest: float,
    options: BuildOptions,
) -> tuple[Pairs, list[Note]]:
    """Leave out the pairs between which a road would cross a shut border or be too long."""
    straight = great_circle_km(coordinates[pairs[:, 0]], coordinates[pairs[:, 1]])
    crosses = ~open_border[groups[pairs[:, 0]], groups[pairs[:, 1]]]
    too_long = ~crosses & (straight > longest)
    notes = []
    if crosses.any():
        notes.append(Note.of(f"assumed.borders_{options.borders}", count=int(crosses.sum())))
    if too_long.any():
        km = format(options.longest_link_km or 0.0, "g")
        notes.append(Note.of("assumed.longest_link", count=int(too_long.sum()), km=km))
    return pairs[~crosses & ~too_long], notes


def _as_pairs(pairs: Sequence[Sequence[int]]) -> Pairs:
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _open_borders(keys: Sequence[str], options: BuildOptions) -> Flags:
    """Tell between which countries an inferred road may go, shape (countries, countries)."""
    if options.borders == "all":
        return np.ones((len(keys), len(keys)), dtype=np.bool_)
    if options.borders == "given":
        return np.eye(len(keys), dtype=np.bool_)
    return np.array([[share_land(one, other) for other in keys] for one in keys], dtype=np.bool_)


def _neighbours(points: Floats, groups: npt.NDArray[np.int64], options: BuildOptions) -> Pairs:
    """Find neighbours; where borders are crossed by given roads only, each country for itself."""
    if options.borders != "given":
        return neighbour_pairs(points, options.neighbours, options.nearest)
    found = [np.zeros((0, 2), dtype=np.int64)]
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        found.append(members[neighbour_pairs(points[members], options.neighbours, options.nearest)])
    return np.concatenate(found)


def _sea_borders(places: Sequence[PlaceRow], pairs: Pairs, countries: Countries) -> list[Note]:
    """Tell which roads go between countries that do not touch on land."""
    between = {tuple(sorted((countries.keys[places[i].country], countries.keys[places[j].country]))) for i, j in pairs}
    apart = sorted(f"{written(one)} – {written(other)}" for one, other in between if not share_land(one, other))
    return [Note.of("warned.no_land_border", countries=listed(apart))] if apart else []


def _notes_on_inferred(routes: Sequence[Route], added: int, options: BuildOptions) -> tuple[Note, ...]:
    if not routes:
        return ()
    joining = routes[len(routes) - added :]
    longest = sorted(routes, key=lambda route: -route.distance)[:5]
    notes = [
        Note.of(f"assumed.roads_{options.neighbours}", count=len(routes), nearest=options.nearest),
        Note.of("assumed.detour", detour=format(options.detour, "g")),
        Note.of("warned.terrain", longest=_told(longest)),
    ]
    if joining:
        notes.append(Note.of("warned.joining", count=added, roads=_told(joining)))
    return tuple(notes)


def _told(routes: Sequence[Route]) -> str:
    return listed([f"{route.name1} – {route.name2} ({route.distance:.0f} km)" for route in routes])
