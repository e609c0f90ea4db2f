"""Draws the map of a measure: a circle for each destination, a line for each route, links to their pages.

A circle's area is as large as the median of a typical month; the ring around it ends where the 80 % range ends, the
thin line inside it where that range begins. Routes are whole lines between shores: they tell no position of anybody.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from havre.record.wording import Wording
from havre.texts import BETWEEN, say
from havre.web.charts.labels import Box, Label, Mark, place_labels
from havre.web.charts.outlook_map import Course, OutlookMap, Spot, Typical
from havre.web.charts.projections import Point, View, view_of
from havre.web.charts.shapes import land_path


@dataclass(frozen=True)
class MapSize:
    """Size of a drawing [px]: ``largest`` is the radius of the largest ring, ``named`` how many marks are named."""

    kind: str
    width: int
    height: int
    largest: float
    named: int


WIDE_MAP = MapSize("wide", 580, 560, 56, 14)
NARROW_MAP = MapSize("narrow", 358, 400, 38, 7)
SIZES = (WIDE_MAP, NARROW_MAP)
THINNEST, WIDEST = 2.0, 8.0
"""Width of the line of a route [px]: the busiest is the widest."""
LEAST = 2.5
"""Radius of the smallest mark [px]."""
TOUCH = 12
"""Radius within which a mark can be hit [px]: WCAG 2.2, 2.5.8 asks for targets of 24 by 24."""


@dataclass(frozen=True)
class MapFigure:
    """A map as ``charts.html.jinja`` shows it, in one language.

    Parameters
    ----------
    found : what it shows
    words : of the language
    name : makes identifiers unique on the page
    drawings : the drawing for each kind of screen
    link : gives the address of a place by its code; ``None`` where it has no page
    """

    found: OutlookMap
    words: Wording
    name: str
    drawings: tuple[tuple[str, Markup], ...]
    link: Callable[[str], str | None]

    def say(self, key: str, /, **fields: object) -> str:
        """Say a sentence of the catalogue ``web_charts``."""
        return say("web_charts", f"map.{key}", self.words.language, **fields)

    @property
    def title(self) -> str:
        """What the map shows."""
        return self.say("title", measure=self.words.measure(self.found.measure))

    @property
    def summary(self) -> str:
        """The map in sentences."""
        return summary_of(self.found, self.words)

    @property
    def rows(self) -> list[tuple[str, str | None, Typical | None, str]]:
        """Name, address, typical month and kind (``spot``, ``course`` or ``other``) of each place that has a series."""
        spots = [(each.code, each.typical, "spot") for each in self.found.spots]
        told = [(self.words.place(code), self.link(code), typical, kind) for code, typical, kind in spots]
        return told + [
            (course_name(each, self.words), self.link(each.code), each.typical, "course") for each in self.found.routes
        ]

    @property
    def others(self) -> list[tuple[str, str | None]]:
        """Name and address of what has a series but no place on a map."""
        codes = [str(each.row["destination"]) for each in self.found.not_drawn]
        return [(self.words.place(code), self.link(code)) for code in codes]


EUROPE = (-27.0, 26.0, 46.0, 72.0)
"""West, south, east and north of what is shown in one common window [degrees]."""
LEAST_SPAN = 0.3
"""A window spans at least so much, about 1,900 km [radii of the Earth]."""


@dataclass(frozen=True)
class Land:
    """A window and its land, which several maps of a page may share; the page holds each path once.

    Parameters
    ----------
    name : identifier of the path
    view : the window
    path : the land as the data of an SVG path
    """

    name: str
    view: View
    path: Markup


def lands_of(maps: Sequence[OutlookMap]) -> tuple[dict[str, Land], ...]:
    """Give the land of each map for each kind of screen; maps of Europe alone share one window."""
    within = [all(_in_europe(point) for point in each.places) for each in maps]
    shared = [point for each, inside in zip(maps, within, strict=True) if inside for point in each.places]
    common = _lands("europe", shared) if shared else {}
    return tuple(
        common if inside else _lands(each.measure, each.places) for each, inside in zip(maps, within, strict=True)
    )


def _lands(name: str, places: Sequence[Point]) -> dict[str, Land]:
    return {
        size.kind: Land(f"land-{name}-{size.kind}", view, land_path(view))
        for size in SIZES
        for view in (view_of(places, size.width, size.height, round(size.largest * 0.8), LEAST_SPAN),)
    }


def _in_europe(point: Point) -> bool:
    west, south, east, north = EUROPE
    return west <= point[0] <= east and south <= point[1] <= north


def map_figure(
    found: OutlookMap, lands: Mapping[str, Land], words: Wording, link: Callable[[str], str | None], name: str
) -> MapFigure:
    """Draw a map in a language.

    Parameters
    ----------
    lands : of this map, from :func:`lands_of`
    link : gives the address of a place by its code; ``None`` where it has no page
    name : makes identifiers unique on the page
    """
    drawings = tuple((size.kind, _drawing(found, lands[size.kind], size, words, link, name)) for size in SIZES)
    return MapFigure(found, words, name, drawings, link)


def summary_of(found: OutlookMap, words: Wording) -> str:
    """Tell a map in sentences: how many destinations and routes it has, the largest ones, how many are hidden."""
    # What is told of a country already is not told again of the route by which people arrived there.
    routes = [(each.code, each.typical) for each in found.routes if each.counted_in is None]
    marks = [*((each.code, each.typical) for each in found.spots), *routes]
    shown = sorted((each for each in marks if each[1]), key=lambda each: -each[1].median if each[1] else 0.0)
    counts = [
        _say(words, f"{kind}.{'one' if count == 1 else 'many'}", count=words.number(count))
        for kind, count in (("destinations", len(found.spots)), ("routes", len(found.routes)))
        if count
    ]
    parts = [_say(words, "summary", measure=words.measure(found.measure), counts=", ".join(counts))]
    if shown:
        told = BETWEEN[words.language].join(_told(code, typical, words) for code, typical in shown[:3])
        parts.append(_say(words, "summary_largest", places=told))
    hidden = len(marks) - len(shown)
    if hidden:
        parts.append(_say(words, f"summary_hidden.{'one' if hidden == 1 else 'many'}", count=words.number(hidden)))
    return " ".join(parts)


def _say(words: Wording, key: str, /, **fields: object) -> str:
    return say("web_charts", f"map.{key}", words.language, **fields)


def _told(code: str, typical: Typical | None, words: Wording) -> str:
    if typical is None:
        return _say(words, "place_hidden", place=words.place(code))
    return _told_named(words.place(code), typical, words)


def _told_named(name: str, typical: Typical, words: Wording) -> str:
    interval = words.interval((typical.low, typical.high))
    return _say(words, "place", place=name, median=words.number(typical.median), interval=interval)


def course_name(course: Course, words: Wording) -> str:
    """Name a route; where a series of a country tells who arrived by it, with that country."""
    if course.counted_in is None:
        return words.place(course.code)
    return _say(words, "counted_in", route=words.place(course.code), place=words.place(course.counted_in))


def _drawing(
    found: OutlookMap,
    land: Land,
    size: MapSize,
    words: Wording,
    link: Callable[[str], str | None],
    name: str,
) -> Markup:
    largest, busiest, view = max(found.largest, 1.0), max(found.busiest, 1.0), land.view

    def radius(value: float) -> float:
        return max(LEAST, size.largest * math.sqrt(value / largest))

    # Lines with a figure lie above the circles: the Channel would not be seen under that of the United Kingdom.
    faint, courses = (
        [_course(each, view, busiest, words, link) for each in reversed(found.courses) if (each.outlook is None) == way]
        for way in (True, False)
    )
    # Small circles lie above large ones, so that each can be seen and hit.
    spots = [_spot(each, view.place(*each.at), radius, words, link) for each in found.spots]
    marks = _marks(found, view, size, radius, words)
    labels = [_label(each) for each in place_labels(marks, size.width, size.height, avoid=_room(found, view))]
    title, description = f"{name}-{size.kind}-title", f"{name}-{size.kind}-desc"
    heading = _say(words, "title", measure=words.measure(found.measure))
    return Markup(  # noqa: S704 - every text in it went through escape()
        f'<svg class="map" viewBox="0 0 {size.width} {size.height}" width="{size.width}" height="{size.height}" '
        f'role="group" aria-labelledby="{title}" aria-describedby="{description}">'
        f'<title id="{title}">{escape(heading)}</title>'
        f'<desc id="{description}">{escape(summary_of(found, words))}</desc>'
        f'<use class="land" href="#{land.name}"/>{"".join((*faint, *spots, *courses, *labels))}</svg>'
    )


def _spot(
    spot: Spot, at: Point, radius: Callable[[float], float], words: Wording, link: Callable[[str], str | None]
) -> str:
    x, y = _put(at[0]), _put(at[1])
    if spot.typical is None:
        drawn = f'<circle class="spot-hidden" cx="{x}" cy="{y}" r="3"/>'
        outermost = 3.0
    else:
        outermost = radius(spot.typical.high)
        marks = (("high", spot.typical.high), ("median", spot.typical.median), ("low", spot.typical.low))
        drawn = "".join(
            f'<circle class="spot-{kind}" cx="{x}" cy="{y}" r="{_put(radius(value))}"/>' for kind, value in marks
        )
    if outermost < TOUCH:
        drawn += f'<circle class="touch" cx="{x}" cy="{y}" r="{TOUCH}"/>'
    return _linked(drawn, _told(spot.code, spot.typical, words), link(spot.code))


def _course(course: Course, view: View, busiest: float, words: Wording, link: Callable[[str], str | None]) -> str:
    points = [view.place(*each) for each in course.line]
    path = _curve(points)
    if course.outlook is None:
        return f'<path class="course-faint" d="{path}"><title>{escape(words.place(course.code))}</title></path>'
    wide = THINNEST + (WIDEST - THINNEST) * (course.typical.median / busiest if course.typical else 0.0)
    drawn = (
        f'<path class="course-touch" d="{path}"/><path class="course" stroke-width="{_put(wide)}" d="{path}"/>'
        f'<path class="course-head" d="{_head(points)}"/>'
    )
    name, typical = course_name(course, words), course.typical
    told = _say(words, "place_hidden", place=name) if typical is None else _told_named(name, typical, words)
    return _linked(drawn, told, link(course.code))


def _linked(drawn: str, told: str, address: str | None) -> str:
    if address is None:
        return f"<g>{drawn}<title>{escape(told)}</title></g>"
    return f'<a href="{escape(address)}" aria-label="{escape(told)}">{drawn}<title>{escape(told)}</title></a>'


def _curve(points: Sequence[Point]) -> str:
    """Lead a smooth curve through points (Catmull–Rom, as cubic Bézier curves)."""
    ends = [points[0], *points, points[-1]]
    parts = [f"M{_put(points[0][0])},{_put(points[0][1])}"]
    for before, start, end, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        one = start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6
        two = end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6
        parts.append("C" + " ".join(f"{_put(x)},{_put(y)}" for x, y in (one, two, end)))
    return "".join(parts)


def _head(points: Sequence[Point], long: float = 12.0) -> str:
    """Draw the head of an arrow at the end of a line."""
    (x1, y1), (x2, y2) = points[-2], points[-1]
    turn = math.atan2(y2 - y1, x2 - x1)
    wings = [(x2 - long * math.cos(turn + side), y2 - long * math.sin(turn + side)) for side in (-0.55, 0.55)]
    return f"M{_put(wings[0][0])},{_put(wings[0][1])}L{_put(x2)},{_put(y2)}L{_put(wings[1][0])},{_put(wings[1][1])}z"


def _marks(
    found: OutlookMap, view: View, size: MapSize, radius: Callable[[float], float], words: Wording
) -> list[Mark]:
    """Name the routes that have a series, then the largest destinations."""
    routes = [Mark(words.place(each.code), view.place(*each.line[len(each.line) // 2]), 6) for each in found.routes]
    places = [
        Mark(words.place(each.code), view.place(*each.at), radius(each.typical.median) if each.typical else 3)
        for each in found.spots
    ]
    faint = [
        Mark(words.place(each.code), view.place(*each.line[len(each.line) // 2]), 6)
        for each in found.courses
        if each.outlook is None
    ]
    return [*routes, *places, *faint][: size.named]


def _room(found: OutlookMap, view: View, around: float = 3.0) -> list[Box]:
    """Keep names off the lines of routes: small boxes along them."""
    points = [
        (x1 + (x2 - x1) * part / 4, y1 + (y2 - y1) * part / 4)
        for each in found.courses
        for (x1, y1), (x2, y2) in pairwise([view.place(*point) for point in each.line])
        for part in range(5)
    ]
    return [Box(x - around, y - around, x + around, y + around) for x, y in points]


def _label(label: Label) -> str:
    x, y = _put(label.at[0]), _put(label.at[1])
    return (
        f'<text class="label name" x="{x}" y="{y}" dy="0.35em" text-anchor="{label.anchor}" aria-hidden="true">'
        f"{escape(label.text)}</text>"
    )


def _put(coordinate: float) -> str:
    return f"{coordinate:.1f}".removesuffix(".0")
