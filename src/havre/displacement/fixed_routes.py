"""Routes under ``fixed_routes``: the shortest way to each place within sight, major roads counting a quarter.

References
----------
Format and rules of Flee, section 4.2: one best route for each destination; major routes count as a quarter.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from havre.displacement.candidates import Candidates, RouteBook, arrange
from havre.displacement.environment import Environment
from havre.displacement.instance import Instance
from havre.displacement.network import Network

MAJOR_SHARE = 0.25


def best_routes(
    instance: Instance, network: Network, environment: Environment, candidates: Candidates, book: RouteBook
) -> Candidates:
    """Keep of each place's candidates and major routes the shortest to each end.

    The score of the end is the same for all routes to it, so that the best route is the shortest, or with a negative
    distance power the longest.
    """
    rows = _major_rows(instance, network, environment, book)
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    names = ("place", "end", "distance", "link", "rest")
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(candidates, name), np.array(column, getattr(candidates, name).dtype)])
        for name, column in zip(names, columns, strict=True)
    }
    sign = 1.0 if instance.settings.move_rules.distance_power >= 0 else -1.0
    order = np.lexsort((sign * joined["distance"], joined["end"], joined["place"]))
    place, end = joined["place"][order], joined["end"][order]
    first = np.concatenate(([True], (place[1:] != place[:-1]) | (end[1:] != end[:-1]))) if place.size else order > 0
    kept = order[first]
    chosen: dict[str, Any] = {name: joined[name][kept] for name in names}
    return arrange(replace(candidates, **chosen), network.locations)


def _major_rows(
    instance: Instance, network: Network, environment: Environment, book: RouteBook
) -> list[tuple[int, int, float, int, int]]:
    """List every stretch of every major route, both ways, over open links: place, end, km, first link, what remains."""
    links: dict[tuple[int, int], int] = {}
    for link in np.flatnonzero(environment.open).tolist():
        links.setdefault((int(network.origin[link]), int(network.destination[link])), link)
    rows: list[tuple[int, int, float, int, int]] = []
    for names in instance.major_routes:
        chain = [network.number(name) for name in names]
        for way in (chain, chain[::-1]):
            for start in range(len(way) - 1):
                rows += _stretches(way[start:], links, network, environment, book)
    return rows


def _stretches(
    way: list[int], links: dict[tuple[int, int], int], network: Network, environment: Environment, book: RouteBook
) -> list[tuple[int, int, float, int, int]]:
    rows: list[tuple[int, int, float, int, int]] = []
    km = 0.0
    for step in range(1, len(way)):
        link = links.get((way[step - 1], way[step]))
        if link is None:
            break
        km += float(network.distance[link])
        if not environment.marker[way[step]]:
            first = links[way[0], way[1]]
            rows.append((way[0], way[step], km * MAJOR_SHARE, first, book.number(tuple(way[2 : step + 1]))))
    return rows
