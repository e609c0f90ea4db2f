"""Maps places on the Earth to places on a drawing: an equal-area projection about the middle of what is shown.

References
----------
Snyder, J. P. (1987). Map projections: a working manual. U.S. Geological Survey Professional Paper 1395, p. 182–190
(Lambert azimuthal equal-area, sphere). doi:10.3133/pp1395
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]
Numbers = NDArray[np.float64]


def equal_area(longitude: float, latitude: float, about: Point) -> Point:
    """Project a place by Lambert's azimuthal equal-area projection [radii of the Earth, to the east and to the north].

    Parameters
    ----------
    longitude, latitude : the place [degrees]
    about : longitude and latitude that come to lie at (0, 0) [degrees]; the place opposite to it is sent to the rim

    Examples
    --------
    >>> equal_area(10, 50, about=(10, 50))
    (0.0, 0.0)
    """
    across, up = equal_areas(np.array([longitude]), np.array([latitude]), about)
    return float(across[0]), float(up[0])


def equal_areas(longitudes: Numbers, latitudes: Numbers, about: Point) -> tuple[Numbers, Numbers]:
    """Project many places at once, as :func:`equal_area` does one.

    Parameters
    ----------
    longitudes, latitudes : of the places [degrees], of one length
    about : longitude and latitude that come to lie at (0, 0) [degrees]
    """
    east, north, middle = np.radians(longitudes - about[0]), np.radians(latitudes), math.radians(about[1])
    flat = np.cos(north) * np.cos(east)
    near = math.sin(middle) * np.sin(north) + math.cos(middle) * flat
    stretch = np.sqrt(2 / np.maximum(1 + near, 1e-9))
    up = stretch * (math.cos(middle) * np.sin(north) - math.sin(middle) * flat)
    return stretch * np.cos(north) * np.sin(east), up


@dataclass(frozen=True)
class View:
    """A window on the Earth.

    Parameters
    ----------
    about : longitude and latitude in whose surroundings shapes are true [degrees]
    scale : one radius of the Earth [px]
    left, top : what is taken off so that the window begins at (0, 0) [px]
    width, height : size of the drawing [px]
    """

    about: Point
    scale: float
    left: float
    top: float
    width: int
    height: int

    def place(self, longitude: float, latitude: float) -> Point:
        """Give where a place lies in the drawing [px], to the right and down."""
        return self.drawn(equal_area(longitude, latitude, self.about))

    def drawn(self, flat: Point) -> Point:
        """Give where a projected place lies in the drawing [px]."""
        return flat[0] * self.scale - self.left, -flat[1] * self.scale - self.top

    def drawn_all(self, across: Numbers, up: Numbers) -> tuple[Numbers, Numbers]:
        """Give where projected places lie in the drawing [px]."""
        return across * self.scale - self.left, -up * self.scale - self.top

    def holds(self, at: Point) -> bool:
        """Whether a place of the drawing lies within it."""
        return 0 <= at[0] <= self.width and 0 <= at[1] <= self.height


LEAST_SPAN = 0.02
"""By default a window spans at least so much, about 130 km [radii of the Earth]."""


def view_of(places: Sequence[Point], width: int, height: int, margin: int = 40, least_span: float = LEAST_SPAN) -> View:
    """Make the window that shows places, as large as they allow.

    Parameters
    ----------
    places : longitude and latitude [degrees]; at least one
    width, height : size of the drawing [px]
    margin : room that is kept at each side [px]
    least_span : how much it spans at least [radii of the Earth]

    Raises
    ------
    ValueError : there is no place
    """
    if not places:
        raise ValueError("a map needs at least one place")
    longitudes, latitudes = [x for x, _ in places], [y for _, y in places]
    about = (min(longitudes) + max(longitudes)) / 2, (min(latitudes) + max(latitudes)) / 2
    flat = [equal_area(*each, about) for each in places]
    xs, ys = [x for x, _ in flat], [y for _, y in flat]
    wide, high = max(max(xs) - min(xs), least_span), max(max(ys) - min(ys), least_span)
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / high)
    return View(
        about,
        scale,
        (min(xs) + max(xs)) / 2 * scale - width / 2,
        -(min(ys) + max(ys)) / 2 * scale - height / 2,
        width,
        height,
    )
