"""The shapes of countries, read from one file of the package, and drawn as land in a window on the Earth."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from havre.web.charts.projections import Numbers, Point, View, equal_areas
from havre.web.rendering import asset_files

FILE = "shapes/world.json"
FARTHEST = 1.8
"""A shape that reaches farther than this from the middle of a window is not drawn: near the opposite of the middle it
would lie all around the rim [radii of the Earth after projection; about 128°]."""


@dataclass(frozen=True)
class Shape:
    """A country as it is drawn.

    Parameters
    ----------
    code : of the place
    middle : a point well inside its largest part, longitude and latitude [degrees]
    rings : outlines, longitude and latitude [degrees]; of a part with a hole the hole too
    """

    code: str
    middle: Point
    rings: tuple[tuple[Point, ...], ...]


@cache
def shapes() -> Mapping[str, Shape]:
    """Read every shape by the code of its place."""
    topology = json.loads(asset_files()[FILE])
    step = topology["transform"]["scale"][0]
    lines = [_degrees(arc, step) for arc in topology["arcs"]]
    found = {}
    for each in topology["objects"]["countries"]["geometries"]:
        rings = tuple(_ring(ring, lines) for polygon in each["arcs"] for ring in polygon)
        longitude, latitude = each["properties"]["middle"]
        found[each["id"]] = Shape(each["id"], (longitude, latitude), rings)
    return found


def _degrees(arc: Sequence[Sequence[int]], step: float) -> list[Point]:
    x = y = 0
    line = []
    for across, up in arc:
        x, y = x + across, y + up
        line.append((x * step, y * step))
    return line


def _ring(arcs: Sequence[int], lines: Sequence[Sequence[Point]]) -> tuple[Point, ...]:
    points: list[Point] = []
    for arc in arcs:
        line = lines[arc] if arc >= 0 else lines[~arc][::-1]
        points += line[1:] if points else line
    return tuple(points)


def land_path(view: View) -> Markup:
    """Draw the land that a window shows, as the data of one SVG path on a grid of whole pixels.

    Points that fall on the same pixel are drawn once, so that the path is as small as its drawing. Borders that two
    countries share stay shared, because every point is rounded in the same way.
    """
    points, starts = _all_rings()
    across, up = equal_areas(points[:, 0], points[:, 1], view.about)
    right, down = view.drawn_all(across, up)
    seen = (
        (np.maximum.reduceat(np.hypot(across, up), starts) <= FARTHEST)
        & (np.maximum.reduceat(right, starts) >= 0) & (np.minimum.reduceat(right, starts) <= view.width)
        & (np.maximum.reduceat(down, starts) >= 0) & (np.minimum.reduceat(down, starts) <= view.height)
    )  # fmt: skip
    pixels = _pixels(right, down, view)
    ends = [*starts[1:], len(points)]
    shown = (pixels[starts[n] : ends[n]].tolist() for n in np.flatnonzero(seen))
    return Markup("".join(_outline([(x, y) for x, y in ring]) for ring in shown))  # noqa: S704 - numbers


@cache
def _all_rings() -> tuple[Numbers, NDArray[np.int64]]:
    """Give the points of all outlines one after the other (longitude, latitude), and where each outline begins."""
    rings = [ring for each in shapes().values() for ring in each.rings]
    starts = np.cumsum([0, *(len(ring) for ring in rings[:-1])])
    return np.array([point for ring in rings for point in ring]), starts


def _pixels(right: Numbers, down: Numbers, view: View) -> NDArray[np.int64]:
    """Round to pixels; what lies far outside is moved to near the edge: it is not seen, and small numbers are short."""
    edge = 20
    inside = np.clip(right, -edge, view.width + edge), np.clip(down, -edge, view.height + edge)
    return np.rint(np.column_stack(inside)).astype(np.int64)


def _outline(ring: Sequence[tuple[int, int]]) -> str:
    points = _without_repeats(ring)
    if len(points) < 3:
        return ""
    steps = [f"{x2 - x1},{y2 - y1}" for (x1, y1), (x2, y2) in pairwise(points)]
    return f"M{points[0][0]},{points[0][1]}l{' '.join(steps)}z".replace(",-", "-").replace(" -", "-")


def _without_repeats(points: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out a point that is the same as the one before, and those in the middle of a straight line."""
    kept: list[tuple[int, int]] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and _is_straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept[:-1] if len(kept) > 1 and kept[0] == kept[-1] else kept


def _is_straight(one: tuple[int, int], two: tuple[int, int], three: tuple[int, int]) -> bool:
    across = (two[0] - one[0]) * (three[1] - one[1]) - (three[0] - one[0]) * (two[1] - one[1])
    along = (two[0] - one[0]) * (three[0] - two[0]) + (two[1] - one[1]) * (three[1] - two[1])
    return across == 0 and along >= 0
