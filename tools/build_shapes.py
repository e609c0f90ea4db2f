"""Write the shapes of countries that the maps of the site are drawn from, out of the npm package ``world-atlas``.

The package is Natural Earth (public domain) as TopoJSON. Fetch it with npm's own client, then run the tool::

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/build_shapes.py --accessed YYYY-MM-DD package src/havre/web/assets/shapes

It writes ``world.json`` (TopoJSON; the ``id`` of a shape is its code in :mod:`havre.places`, and ``middle`` a point
well inside it) and ``world.provenance.toml``. Europe, Africa, the Middle East, Central and South Asia keep useful
detail, the rest is coarse. Every departure from the package is a row with a reason below.

References
----------
Visvalingam, M., Whyatt, J. D. (1993). Line generalisation by repeated elimination of points. The Cartographic Journal
30(1), 46–51. doi:10.1179/000870493786962263
"""

import argparse
import hashlib
import heapq
import json
import math
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from havre.places.codes import country_table

Point = tuple[float, float]
Line = list[Point]

FINE = (-26.0, -36.0, 98.0, 72.0)
"""West, south, east and north of what keeps useful detail [degrees]."""
FINE_AREA, COARSE_AREA = 0.012, 0.25
"""A point goes while the triangle with its neighbours is smaller than this [square degrees at the equator]."""
LEAST_RING = 0.03
"""A smaller island goes, unless it is the largest part of its country [square degrees at the equator]."""
STEP = 0.02
"""Positions are whole multiples of this [degrees]."""

NAMED = {
    "Kosovo": ("XKX", "without a number; a place of its own in Havre, as with Eurostat and UNHCR"),
    "Somaliland": ("SOM", "without a number; counted under Somalia by every provider"),
    "N. Cyprus": ("CYP", "without a number; counted under Cyprus by every provider"),
    "Indian Ocean Ter.": ("CXR", "without a number; Christmas Island and the Cocos Islands"),
    "Ashmore and Cartier Is.": ("AUS", "has the number of Australia, to which it belongs"),
}
LEFT_OUT = {
    "Antarctica": "no one is counted there",
    "Siachen Glacier": "without a number; claimed by two states, no place of its own",
}
MOVED = {
    (
        "RUS",
        (34.2, 45.3),
        "UKR",
    ): "Crimea: General Assembly resolution 68/262 of 27 March 2014; Natural Earth is de facto",
}
"""Part of a country that holds a point, and to which it is counted."""


def main(arguments: list[str]) -> int:
    """Build both files in the folder that the command line names."""
    parser = argparse.ArgumentParser(description="Write world.json and its provenance from the package world-atlas.")
    parser.add_argument("package", type=Path, help="the unpacked npm package")
    parser.add_argument("folder", type=Path, help="where to write, normally src/havre/web/assets/shapes")
    parser.add_argument("--accessed", type=date.fromisoformat, required=True, help="day of access, YYYY-MM-DD")
    options = parser.parse_args(arguments)
    source = options.package / "countries-50m.json"
    content = _shapes(json.loads(source.read_bytes()))
    version = json.loads((options.package / "package.json").read_bytes())["version"]
    (options.folder / "world.json").write_bytes(content)
    sidecar = _provenance(content, source.read_bytes(), version, options.accessed)
    (options.folder / "world.provenance.toml").write_text(sidecar, encoding="utf-8")
    sys.stdout.write(f"world.json: {len(content):,} bytes\n")
    return 0


def _shapes(atlas: dict[str, Any]) -> bytes:
    """Simplify the lines that countries share, so that they go on to fit, and keep the parts that are worth drawing."""
    full = _decoded(atlas)
    lines = [_rounded(_simplified(line)) for line in full]
    parts = _parts(atlas["objects"]["countries"]["geometries"], full)
    kept = {code: _worth_drawing(polygons, full) for code, polygons in sorted(parts.items())}
    used = sorted({_index(arc) for polygons in kept.values() for rings in polygons for ring in rings for arc in ring})
    place = {old: new for new, old in enumerate(used)}
    geometries = [
        {
            "type": "MultiPolygon",
            "id": code,
            "properties": {"middle": _middle(_ring(max(polygons, key=lambda p: _area(_ring(p[0], full)))[0], full))},
            "arcs": [[[_renumbered(arc, place) for arc in ring] for ring in rings] for rings in polygons],
        }
        for code, polygons in kept.items()
    ]
    topology = {
        "type": "Topology",
        "transform": {"scale": [STEP, STEP], "translate": [0, 0]},
        "objects": {"countries": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": [_steps(lines[old]) for old in used],
    }
    return (json.dumps(topology, separators=(",", ":")) + "\n").encode()


def _decoded(atlas: dict[str, Any]) -> list[Line]:
    """Give the lines of a topology in degrees."""
    (wide, high), (left, low) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    lines = []
    for arc in atlas["arcs"]:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((x * wide + left, y * high + low))
        lines.append(line)
    return lines


def _parts(geometries: Iterable[dict[str, Any]], lines: Sequence[Line]) -> dict[str, list[list[list[int]]]]:
    """Give the polygons of each place of Havre; several shapes may belong to one."""
    numbers = {row["numeric"]: code for code, row in country_table().items()}
    parts: dict[str, list[list[list[int]]]] = {}
    for shape in geometries:
        name = shape["properties"]["name"]
        if name in LEFT_OUT:
            continue
        code = NAMED[name][0] if name in NAMED else numbers[shape["id"]]
        for rings in [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]:
            owner = next((to for (of, at, to) in MOVED if of == code and _holds(_ring(rings[0], lines), at)), code)
            parts.setdefault(owner, []).append(rings)
    return parts


def _worth_drawing(polygons: list[list[list[int]]], lines: Sequence[Line]) -> list[list[list[int]]]:
    """Leave out small islands, except the largest part of a country."""
    areas = [_area(_ring(rings[0], lines)) for rings in polygons]
    return [rings for rings, area in zip(polygons, areas, strict=True) if area >= min(LEAST_RING, max(areas))]


def _ring(arcs: Sequence[int], lines: Sequence[Line]) -> Line:
    """Join lines to a ring; one that crosses the antimeridian goes on beyond 180 degrees."""
    points: Line = []
    for arc in arcs:
        line = lines[arc] if arc >= 0 else lines[~arc][::-1]
        for x, y in line[1:] if points else line:
            turn = 360 * round((points[-1][0] - x) / 360) if points else 0
            points.append((x + turn, y))
    return points


def _simplified(line: Line) -> Line:
    """Drop the points that change a line least; its ends stay, and enough points to enclose an area."""
    west, south, east, north = FINE
    fine = any(west <= x <= east and south <= y <= north for x, y in line)
    limit = FINE_AREA if fine else COARSE_AREA
    least = 4 if line[0] == line[-1] else 2
    before, after = list(range(-1, len(line) - 1)), list(range(1, len(line) + 1))
    area = {place: _triangle(line[place - 1], line[place], line[place + 1]) for place in range(1, len(line) - 1)}
    queue = [(size, place) for place, size in area.items()]
    heapq.heapify(queue)
    while queue and len(area) + 2 > least:
        size, place = heapq.heappop(queue)
        if area.get(place) != size:
            continue
        if size > limit:
            break
        del area[place]
        left, right = before[place], after[place]
        after[left], before[right] = right, left
        for each in (left, right):
            if each in area:
                # Never less than what was dropped beside it, so that the order of dropping stays meaningful.
                area[each] = max(size, _triangle(line[before[each]], line[each], line[after[each]]))
                heapq.heappush(queue, (area[each], each))
    return [line[0], *(line[place] for place in sorted(area)), line[-1]]


def _triangle(one: Point, two: Point, three: Point) -> float:
    across = (two[0] - one[0]) * (three[1] - one[1]) - (three[0] - one[0]) * (two[1] - one[1])
    return abs(across) / 2 * math.cos(math.radians(two[1]))


def _area(ring: Line) -> float:
    middle = math.cos(math.radians(sum(y for _, y in ring) / len(ring)))
    pairs = pairwise(ring)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2 * middle


def _holds(ring: Line, at: Point) -> bool:
    x, y = at
    crossed = 0
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossed += 1
    return crossed % 2 == 1


def _middle(ring: Line, cells: int = 40) -> list[float]:
    """Find the point of a grid that lies farthest inside a ring [degrees]."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    shrink = math.cos(math.radians((min(ys) + max(ys)) / 2))
    best, deepest = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2), -1.0
    for column in range(1, cells):
        for row in range(1, cells):
            at = (
                min(xs) + (max(xs) - min(xs)) * column / cells,
                min(ys) + (max(ys) - min(ys)) * row / cells,
            )
            if _holds(ring, at):
                depth = min(math.hypot((x - at[0]) * shrink, y - at[1]) for x, y in ring)
                if depth > deepest:
                    best, deepest = at, depth
    return [round((best[0] + 180) % 360 - 180, 2), round(best[1], 2)]


def _rounded(line: Line) -> list[tuple[int, int]]:
    return [(round(x / STEP), round(y / STEP)) for x, y in line]


def _steps(line: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Write a line as its first point and the steps from point to point, without steps that lead nowhere."""
    steps = [list(line[0])]
    for (x1, y1), (x2, y2) in pairwise(line):
        if (x1, y1) != (x2, y2):
            steps.append([x2 - x1, y2 - y1])
    return steps if len(steps) > 1 else [*steps, [0, 0]]


def _index(arc: int) -> int:
    return arc if arc >= 0 else ~arc


def _renumbered(arc: int, place: dict[int, int]) -> int:
    return place[arc] if arc >= 0 else ~place[~arc]


CAVEATS = (
    "Borders are drawn as the provider has them, mostly de facto, and simplified. "
    "They say nothing of the legal status of any territory."
)


def _provenance(content: bytes, source: bytes, version: str, accessed: date) -> str:
    corrections = [
        *(f"{name} drawn as {code}: {reason}" for name, (code, reason) in NAMED.items()),
        *(f"{name} left out: {reason}" for name, reason in LEFT_OUT.items()),
        *(f"part of {of} drawn as {to}: {reason}" for (of, _, to), reason in MOVED.items()),
    ]
    lines = [
        "# Where world.json comes from. Written by tools/build_shapes.py.",
        'provider = "Natural Earth"',
        f'package = "world-atlas {version} (npm), countries-50m.json: Natural Earth 4.1.0, 1:50m"',
        'licence = "Public domain (Natural Earth); ISC (the package)"',
        'attribution = "Made with Natural Earth (https://www.naturalearthdata.com), changed: see corrections"',
        'url = "https://www.npmjs.com/package/world-atlas"',
        'licence_url = "https://www.naturalearthdata.com/about/terms-of-use/"',
        f"accessed = {accessed.isoformat()}",
        'file = "world.json"',
        f'sha256 = "{hashlib.sha256(content).hexdigest()}"',
        f'source_sha256 = "{hashlib.sha256(source).hexdigest()}"',
        "corrections = [",
        *(f"    {json.dumps(each, ensure_ascii=False)}," for each in corrections),
        "]",
        f'caveats = "{CAVEATS}"',
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
