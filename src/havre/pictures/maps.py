"""Puts places on a flat map: the same for paper and for the screen, in whatever unit of length the drawing has.

The projection is equirectangular with the true scale along the mean latitude: straight north, equal scale in both
directions, distances right within a few per cent over some hundred kilometres. Reference: Snyder JP (1987), Map
projections: a working manual, US Geological Survey Professional Paper 1395, chapter 12. doi:10.3133/pp1395
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
KILOMETRES_PER_DEGREE = 111.195
"""Of latitude, on a sphere with a radius of 6371 km."""
LEAST_SPAN = 0.05
"""Degrees that a map shows at least, so that a single place can be drawn."""


@dataclass(frozen=True, eq=False)
class MapFrame:
    """A map of ``width`` times ``height``; ``points`` are the places [same unit], from left and from the top."""

    width: float
    height: float
    points: Floats
    per_kilometre: float

    def scale_bar(self) -> tuple[int, float]:
        """Give a round number of kilometres, and its length, for a bar of at most a quarter of the width.

        Examples
        --------
        >>> MapFrame(8.0, 4.0, np.zeros((0, 2)), 0.01).scale_bar()
        (200, 2.0)
        """
        longest = self.width / 4 / self.per_kilometre
        power = 10 ** np.floor(np.log10(max(longest, 1.0)))
        kilometres = int(max(step * power for step in (1, 2, 5) if step * power <= max(longest, 1.0)))
        return kilometres, kilometres * self.per_kilometre


def projected(latitudes: npt.ArrayLike, longitudes: npt.ArrayLike) -> Floats:
    """Give places as east and north of each other [degrees of latitude], shape (places, 2).

    A map that would be wider than half the world is cut at the Greenwich meridian instead of at the date line.
    """
    north, east = np.asarray(latitudes, dtype=np.float64), np.asarray(longitudes, dtype=np.float64)
    if len(east) and np.ptp(east) > 180:
        east = np.where(east < 0, east + 360, east)
    middle = (north.min() + north.max()) / 2 if len(north) else 0.0
    return np.column_stack((east * np.cos(np.radians(middle)), north))


def lay_out(
    latitudes: npt.ArrayLike,
    longitudes: npt.ArrayLike,
    width: float,
    margin: tuple[float, float],
    heights: tuple[float, float],
) -> MapFrame:
    """Fit places into a map of a given width; its height follows from where they lie.

    Parameters
    ----------
    latitudes, longitudes : of the places [degrees], shape (places,)
    width : of the map [any unit of length]
    margin : free room left and right of the outermost places, and above and below [same unit]
    heights : least and greatest height of the map [same unit]

    Returns
    -------
    The places in the middle of the map, at the largest scale that fits, with the same scale in both directions.
    """
    flat = projected(latitudes, longitudes)
    low, high = (flat.min(axis=0), flat.max(axis=0)) if len(flat) else (np.zeros(2), np.zeros(2))
    span = np.maximum(high - low, LEAST_SPAN)
    across, up = width - 2 * margin[0], [height - 2 * margin[1] for height in heights]
    scale = min(across / span[0], up[1] / span[1])
    height = float(np.clip(scale * (high - low)[1], up[0], up[1])) + 2 * margin[1]
    # North is up, and the drawing counts from its top.
    centred = (flat - (low + high) / 2) * scale * np.array([1.0, -1.0])
    return MapFrame(width, height, centred + np.array([width / 2, height / 2]), scale / KILOMETRES_PER_DEGREE)


def each_road(ends: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give the rows of links that stand for all: of two that lead there and back, the first.

    Parameters
    ----------
    ends : numbers of the two places of each link, shape (links, 2)

    Examples
    --------
    >>> each_road(np.array([[3, 1], [0, 2], [1, 3]])).tolist()
    [0, 1]
    """
    if not len(ends):
        return np.empty(0, dtype=np.int64)
    return np.sort(np.unique(np.sort(ends, axis=1), axis=0, return_index=True)[1]).astype(np.int64)
