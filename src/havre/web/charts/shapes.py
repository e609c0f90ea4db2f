"""The shapes of countries, read from one file of the package, and drawn as land in a window on the Earth."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markupsafe import Markup

from havre.web.charts.projections import Point, View, equal_area
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
    return Markup("".join(_outline(view, ring) for each in shapes().values() for ring in each.rings))  # noqa: S704


def _outline(view: View, ring: Sequence[Point]) -> str:
    flat = [equal_area(*point, view.about) for point in ring]
    if any(math.hypot(*point) > FARTHEST for point in flat):
        return ""
    exact = [view.drawn(point) for point in flat]
    xs, ys = [x for x, _ in exact], [y for _, y in exact]
    if max(xs) < 0 or min(xs) > view.width or max(ys) < 0 or min(ys) > view.height:
        return ""
    points = _without_repeats([(round(x), round(y)) for x, y in _inside(exact, view)])
    if len(points) < 3:
        return ""
    steps = [f"{x2 - x1},{y2 - y1}" for (x1, y1), (x2, y2) in pairwise(points)]
    return f"M{points[0][0]},{points[0][1]}l{' '.join(steps)}z".replace(",-", "-").replace(" -", "-")


def _inside(points: Sequence[Point], view: View) -> list[Point]:
    """Move what lies far outside a window to near its edge: it is not seen, and small numbers make a small path."""
    edge = 20
    return [(min(max(x, -edge), view.width + edge), min(max(y, -edge), view.height + edge)) for x, y in points]


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
