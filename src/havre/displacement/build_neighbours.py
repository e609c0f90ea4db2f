"""Which places are neighbours on the sphere: Gabriel graph, Delaunay triangulation, or the nearest places of each.

Places are unit vectors, so that nothing depends on a map projection, on the date line or on the poles. Among unit
vectors the straight (chord) distance orders pairs as the great circle does, and a place lies in the circle over two
others as diameter exactly where it lies in the ball over their chord.

References
----------
Gabriel, K. R., Sokal, R. R. (1969). A new statistical approach to geographic variation analysis. Systematic Zoology
18(3), 259–278, https://doi.org/10.2307/2412323
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from havre.displacement.build_options import NeighbourRule
from havre.places.geography import EARTH_RADIUS

Floats = npt.NDArray[np.float64]
Pairs = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_SAME = 1e-12
_FEW = 40
"""Places of which every pair may be looked at."""


def unit_vectors(latitudes: Floats, longitudes: Floats) -> Floats:
    """Give the points of the unit sphere, shape (places, 3), of coordinates in degrees."""
    latitude, longitude = np.radians(latitudes), np.radians(longitudes)
    across = np.cos(latitude)
    return np.stack([across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)], axis=-1)


def great_circle_km(one: Floats, other: Floats) -> Floats:
    """Measure great circles [km] by the haversine formula.

    Parameters
    ----------
    one, other : latitude and longitude in degrees, shape (..., 2)

    Examples
    --------
    >>> round(float(great_circle_km(np.array([0.0, 0.0]), np.array([0.0, 90.0]))))
    10008
    """
    here, there = np.radians(one), np.radians(other)
    half = np.sin((there - here) / 2) ** 2
    chord = half[..., 0] + np.cos(here[..., 0]) * np.cos(there[..., 0]) * half[..., 1]
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(1.0, chord))))


def neighbour_pairs(points: Floats, rule: NeighbourRule, nearest: int = 3) -> Pairs:
    """Find the pairs of neighbours.

    Places on the same spot count as one here; all but the first of them have no neighbours.

    Parameters
    ----------
    points : unit vectors, shape (places, 3)
    rule : see :class:`havre.displacement.build_options.BuildOptions`
    nearest : neighbours of each place, for the rule ``nearest``

    Returns
    -------
    Rows of two indices, the lower one first, sorted; shape (pairs, 2).
    """
    spots, first = np.unique(points, axis=0, return_index=True)
    if len(spots) < 2:
        return np.zeros((0, 2), dtype=np.int64)
    if rule == "nearest":
        pairs = _nearest_pairs(spots, nearest)
    else:
        pairs = _delaunay_pairs(spots)
        pairs = _gabriel_of(spots, pairs) if rule == "gabriel" else pairs
    return np.unique(np.sort(first[pairs], axis=1), axis=0).astype(np.int64)


def _nearest_pairs(spots: Floats, nearest: int) -> Pairs:
    from scipy.spatial import KDTree

    count = min(nearest, len(spots) - 1)
    found = np.asarray(KDTree(spots).query(spots, count + 1)[1])
    here = np.repeat(np.arange(len(spots)), count + 1)
    pairs = np.stack([here, found.ravel()], axis=1)
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]])


def _delaunay_pairs(spots: Floats) -> Pairs:
    """Triangulate the stereographic image: it keeps circles, so it is a triangulation of the sphere too."""
    from scipy.spatial import Delaunay, QhullError

    if len(spots) <= 3:
        return _all_pairs(len(spots))
    try:
        corners = Delaunay(_stereographic(spots)).simplices
    except QhullError:
        # All places lie on one line: there is no triangle.
        return _all_pairs(len(spots)) if len(spots) <= _FEW else _nearest_pairs(spots, 8)
    return np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]).astype(np.int64)


def _all_pairs(places: int) -> Pairs:
    return np.stack(np.triu_indices(places, 1), axis=1).astype(np.int64)


def _stereographic(spots: Floats) -> Floats:
    """Project from the point opposite the middle of the places."""
    middle = spots.mean(axis=0)
    length = float(np.linalg.norm(middle))
    middle = middle / length if length > 1e-6 else spots[0]
    axis = np.eye(3)[np.argmin(np.abs(middle))]
    across = np.cross(middle, axis)
    across /= np.linalg.norm(across)
    plane = spots @ np.stack([across, np.cross(middle, across)], axis=1)
    return np.asarray(plane / np.maximum(1 + spots @ middle, 1e-9)[:, None])


def _gabriel_of(spots: Floats, pairs: Pairs) -> Pairs:
    """Keep the pairs in whose ball, rim included, there is no third place."""
    from scipy.spatial import KDTree

    one, other = spots[pairs[:, 0]], spots[pairs[:, 1]]
    radius = np.linalg.norm(one - other, axis=1) / 2
    # The two ends lie on the rim themselves, so a third place is the third nearest or nearer.
    third = np.asarray(KDTree(spots).query((one + other) / 2, 3)[0])[:, 2]
    return np.asarray(pairs[third > radius * (1 + _SAME)])


def joining_pairs(
    points: Floats,
    pairs: Pairs,
    groups: npt.NDArray[np.int64],
    may_join: Callable[[int, int], bool],
    longest: float = np.inf,
) -> Pairs:
    """Find links that join the parts of a network, each part by its shortest link, the smallest part first.

    Parameters
    ----------
    points : unit vectors, shape (places, 3)
    pairs : the links that there are, shape (links, 2)
    groups : number of the country of each place, shape (places,)
    may_join : tells of two countries whether a link between them may be made; symmetric
    longest : longest chord, as a share of the Earth's radius

    Returns
    -------
    The links to add, shape (added, 2). Parts that nothing may join stay apart.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = len(points)
    matrix = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    parts = connected_components(matrix, directed=False)[1]
    joined: list[tuple[int, int]] = []
    done: set[int] = set()
    while True:
        sizes = np.bincount(parts, minlength=1)
        left = [part for part in np.flatnonzero(sizes).tolist() if part not in done]
        if np.count_nonzero(sizes) < 2 or not left:
            return np.array(joined, dtype=np.int64).reshape(-1, 2)
        part = min(left, key=lambda each: (sizes[each], each))
        link = _shortest_link(points, parts == part, groups, may_join)
        if link is None or link[0] > longest:
            done.add(part)
            continue
        joined.append(link[1:])
        parts[parts == part] = parts[link[2]]


def _shortest_link(
    points: Floats, inside: Flags, groups: npt.NDArray[np.int64], may_join: Callable[[int, int], bool]
) -> tuple[float, int, int] | None:
    """Find the shortest link from a part of the network to the rest: its chord, and the places inside and outside."""
    from scipy.spatial import KDTree

    found: list[tuple[float, int, int]] = []
    for group in np.unique(groups[inside]):
        allowed = [other for other in np.unique(groups[~inside]) if may_join(int(group), int(other))]
        members = np.flatnonzero(inside & (groups == group))
        others = np.flatnonzero(~inside & np.isin(groups, allowed))
        if others.size:
            distance, at = map(np.asarray, KDTree(points[others]).query(points[members]))
            best = int(np.argmin(distance))
            found.append((float(distance[best]), int(members[best]), int(others[at[best]])))
    return min(found, default=None)
