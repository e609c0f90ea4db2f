"""Places and directed links of an instance as arrays, in the order of the files.

Every road gives two links. A person on a link that closes is turned back at its end; so each link has a twin of the
same length on which those people stand. Place numbers: ``0 … L-1`` locations, then ``K`` links, then their ``K`` twins.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from havre.displacement.instance import Instance
from havre.displacement.rules import Rules
from havre.errors import DisplacementError, Problem, check_none

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Network:
    """Locations (L) and directed links (K).

    Attributes
    ----------
    names : L names
    x, y : coordinates as in the file (latitude, longitude)
    origin, destination : K location numbers
    distance : km, K
    speed : km a day, K
    walk_probability : chance a day that somebody walks the link, K
    forced : links with ``forced_redirection``, K
    first : for each link the first one between the same places: the one that is walked, K
    row : row of ``routes`` that made the link, K
    country, region : L numbers of ``countries`` and ``regions``
    foreign : places outside the home country, L
    """

    names: tuple[str, ...]
    x: Floats
    y: Floats
    origin: Ints
    destination: Ints
    distance: Floats
    speed: Floats
    walk_probability: Floats
    forced: Flags
    first: Ints
    row: Ints
    country: Ints
    countries: tuple[str, ...]
    region: Ints
    regions: tuple[str, ...]
    foreign: Flags

    @property
    def locations(self) -> int:
        """Number of locations."""
        return len(self.names)

    @property
    def links(self) -> int:
        """Number of directed links."""
        return int(self.origin.size)

    def number(self, name: str) -> int:
        """Give the number of a location.

        Raises
        ------
        DisplacementError : there is no such location
        """
        try:
            return self.names.index(name)
        except ValueError as error:
            raise DisplacementError("displacement.engine.unknown_place", name=name) from error


def compile_network(instance: Instance, rules: Rules) -> Network:
    """Turn the tables of an instance into arrays.

    Raises
    ------
    DisplacementError : a road leads to a place that is not there or to itself, or has no length
    """
    names = tuple(location.name for location in instance.locations)
    numbers = {name: number for number, name in enumerate(names)}
    _check_roads(instance, numbers)
    ends: list[tuple[int, int]] = []
    rows: list[int] = []
    forced: list[bool] = []
    for row, route in enumerate(instance.routes):
        times = 2 if rules.forced_redirection_doubles_link and route.forced_redirection == 1 else 1
        one, other = numbers[route.name1], numbers[route.name2]
        ends += [(one, other), (other, one)] * times
        rows += [row, row] * times
        forced += [route.forced_redirection == 1, route.forced_redirection == 2] * times
    origin, destination = (np.array(ends, np.int64).reshape(-1, 2)).T
    country, countries = _numbered([location.country for location in instance.locations])
    region, regions = _numbered([location.region for location in instance.locations])
    # The walked link is the first of those between the same places.
    pairs = origin * len(names) + destination
    _, first_of, inverse = np.unique(pairs, return_index=True, return_inverse=True)
    speed = np.array([_number(route.attributes, "max_move_speed", np.nan) for route in instance.routes], np.float64)
    walk = np.array([_number(route.attributes, "walk_probability", 0.0) for route in instance.routes], np.float64)
    distance = np.array([route.distance for route in instance.routes], np.float64)
    move_speed = instance.settings.move_rules.max_move_speed
    return Network(
        names,
        np.array([location.x for location in instance.locations], np.float64),
        np.array([location.y for location in instance.locations], np.float64),
        origin,
        destination,
        distance[rows],
        np.where(np.isnan(speed), move_speed, speed)[rows],
        walk[rows],
        np.array(forced, np.bool_),
        first_of[inverse].astype(np.int64),
        np.array(rows, np.int64),
        country,
        countries,
        region,
        regions,
        country != country[_home_row(instance, rules)],
    )


def _check_roads(instance: Instance, numbers: dict[str, int]) -> None:
    problems: list[Problem] = []
    if not instance.locations:
        problems.append(Problem.of("displacement.engine.no_places", instance=instance.name))
    for row, route in enumerate(instance.routes, start=1):
        problems += [
            Problem.of("displacement.engine.road_end", row=row, name=name)
            for name in (route.name1, route.name2)
            if name not in numbers
        ]
        if not route.distance > 0 or not np.isfinite(route.distance):
            problems.append(Problem.of("displacement.engine.road_length", row=row, value=route.distance))
        if route.name1 == route.name2:
            problems.append(Problem.of("displacement.engine.road_loop", row=row, name=route.name1))
    check_none(problems, DisplacementError)


def _home_row(instance: Instance, rules: Rules) -> int:
    if rules.first_row_is_home:
        return 0
    zones = (row for row, place in enumerate(instance.locations) if re.search("conflict", place.location_type.lower()))
    return next(zones, 0)


def _numbered(labels: list[str]) -> tuple[Ints, tuple[str, ...]]:
    known = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    return np.array([known[label] for label in labels], np.int64), tuple(known)


def _number(attributes: object, key: str, missing: float) -> float:
    text = attributes.get(key, "") if hasattr(attributes, "get") else ""
    return float(text) if str(text).strip() else missing
