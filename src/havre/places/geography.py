"""Where countries lie: distances between capitals, and borders.

References
----------
GeoNames (https://www.geonames.org), CC BY 4.0: capitals and neighbours; see ``countries.provenance.toml``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from havre.errors import PlaceError
from havre.places.codes import check_code, country_table, route_table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

EARTH_RADIUS = 6371.0088
"""Mean radius of the Earth [km], Moritz (2000), Geodetic Reference System 1980, https://doi.org/10.1007/s001900050278"""


def distance_km(origin: str, destination: str) -> float:
    """Measure the great circle between two capitals [km], by the haversine formula.

    Raises
    ------
    PlaceError : a code is not a place, or the place has no capital (special codes, routes, uninhabited territories)

    References
    ----------
    Sinnott, R. W. (1984). Virtues of the haversine. Sky and Telescope 68(2), 159.

    Examples
    --------
    >>> round(distance_km("FRA", "DEU"))
    878
    """
    one, other = _capital_needed(origin), _capital_needed(destination)
    chord = (
        math.sin((other[0] - one[0]) / 2) ** 2
        + math.cos(one[0]) * math.cos(other[0]) * math.sin((other[1] - one[1]) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, chord)))


def distance_matrix(codes: Sequence[str]) -> "npt.NDArray[np.float64]":
    """Measure all distances between capitals [km].

    Parameters
    ----------
    codes : n places

    Returns
    -------
    n × n, symmetric, 0 on the diagonal; NaN in rows and columns of places that have no capital.

    Raises
    ------
    PlaceError : a code is not a place
    """
    import numpy as np

    positions = np.array([_capital(check_code(code)) or (math.nan, math.nan) for code in codes]).reshape(-1, 2)
    latitude, longitude = positions[:, 0], positions[:, 1]
    chord = (
        np.sin((latitude[:, None] - latitude) / 2) ** 2
        + np.cos(latitude[:, None]) * np.cos(latitude) * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    distances: npt.NDArray[np.float64] = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(1.0, chord)))
    return distances


def neighbours(code: str) -> frozenset[str]:
    """List the countries that share a border on land, in a river or in a lake; empty where there is none.

    Raises
    ------
    PlaceError : the code is not a place

    Examples
    --------
    >>> sorted(neighbours("PRT"))
    ['ESP']
    """
    row = country_table().get(check_code(code))
    return frozenset() if row is None else frozenset(row["neighbours"].split())


@dataclass(frozen=True)
class RouteSketch:
    """Where a route runs, as a sketch for maps.

    Parameters
    ----------
    way : over sea or over land
    line : longitude and latitude from where people leave to where they arrive [degrees]
    """

    way: Literal["sea", "land"]
    line: tuple[tuple[float, float], ...]


@cache
def route_sketches() -> Mapping[str, RouteSketch]:
    """Give the routes that can be drawn as a line, by their code.

    Examples
    --------
    >>> route_sketches()["route:channel"].way
    'sea'
    """
    drawn = {code: row for code, row in route_table().items() if "line" in row}
    return {code: RouteSketch(row["way"], tuple((x, y) for x, y in row["line"])) for code, row in drawn.items()}


def capital_position(code: str) -> tuple[float, float] | None:
    """Give longitude and latitude of a capital [degrees]; ``None`` where the place has none.

    Raises
    ------
    PlaceError : the code is not a place

    Examples
    --------
    >>> capital_position("FRA")
    (2.3488, 48.85341)
    """
    row = country_table().get(check_code(code))
    if row is None or not row["latitude"]:
        return None
    return float(row["longitude"]), float(row["latitude"])


def _capital_needed(code: str) -> tuple[float, float]:
    position = _capital(check_code(code))
    if position is None:
        raise PlaceError("places.no_capital", code=code)
    return position


@cache
def _capital(code: str) -> tuple[float, float] | None:
    """Give latitude and longitude of the capital [rad]."""
    row = country_table().get(code)
    if row is None or not row["latitude"]:
        return None
    return math.radians(float(row["latitude"])), math.radians(float(row["longitude"]))
