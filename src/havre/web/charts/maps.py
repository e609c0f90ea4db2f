"""Draws the map of a measure: a circle for each destination, a line for each route, links to their pages.

A circle's area is as large as the median of a typical month; the ring around it ends where the 80 % range ends, the
thin line inside it where that range begins. Routes are whole lines between shores: they tell no position of anybody.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from havre.record.wording import Wording
from havre.texts import say
from havre.web.charts.labels import Label, Mark, place_labels
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
        courses = [(each.code, each.typical, "course") for each in self.found.courses if each.outlook is not None]
        return [(self.words.place(code), self.link(code), typical, kind) for code, typical, kind in (*spots, *courses)]

    @property
    def others(self) -> list[tuple[str, str | None]]:
        """Name and address of what has a series but no place on a map."""
        codes = [str(each.row["destination"]) for each in self.found.not_drawn]
        return [(self.words.place(code), self.link(code)) for code in codes]


def land_of(maps: Sequence[OutlookMap]) -> tuple[tuple[str, View, Markup], ...]:
    """Give the window that shows every map, and its land, for each kind of screen; none where there is no map."""
    places = [point for each in maps for point in each.places]
    if not places:
        return ()
    views = [(size, view_of(places, size.width, size.height, margin=round(size.largest * 0.8))) for size in SIZES]
    return tuple((size.kind, view, land_path(view)) for size, view in views)


def map_figure(
    found: OutlookMap,
    land: Sequence[tuple[str, View, Markup]],
    words: Wording,
    link: Callable[[str], str | None],
    name: str,
) -> MapFigure:
    """Draw a map in a language.

    Parameters
    ----------
    land : from :func:`land_of`; the page holds its paths once, as ``<path id="land-KIND">``
    """
    views = {kind: view for kind, view, _ in land}
    drawings = tuple((size.kind, _drawing(found, views[size.kind], size, words, link, name)) for size in SIZES)
    return MapFigure(found, words, name, drawings, link)


def summary_of(found: OutlookMap, words: Wording) -> str:
    """Tell a map in sentences: its largest destinations and how many are hidden."""
    shown = [each for each in found.spots if each.typical is not None]
    told = [_told(each.code, each.typical, words) for each in shown[:3]]
    hidden = len(found.spots) - len(shown)
    parts = [_say(words, "summary", measure=words.measure(found.measure), count=words.number(len(found.spots)))]
    if told:
        parts.append(_say(words, "summary_largest", places="; ".join(told)))
    if hidden:
        parts.append(_say(words, "summary_hidden", count=words.number(hidden)))
    return " ".join(parts)


def _say(words: Wording, key: str, /, **fields: object) -> str:
    return say("web_charts", f"map.{key}", words.language, **fields)


def _told(code: str, typical: Typical | None, words: Wording) -> str:
    if typical is None:
        return _say(words, "place_hidden", place=words.place(code))
    interval = words.interval((typical.low, typical.high))
    return _say(words, "place", place=words.place(code), median=words.number(typical.median), interval=interval)


def _drawing(
    found: OutlookMap,
    view: View,
    size: MapSize,
    words: Wording,
    link: Callable[[str], str | None],
    name: str,
) -> Markup:
    largest = max(found.largest, 1.0)

    def radius(value: float) -> float:
        return max(LEAST, size.largest * math.sqrt(value / largest))

    courses = [_course(each, view, words, link) for each in reversed(found.courses)]
    # Small circles lie above large ones, so that each can be seen and hit.
    spots = [_spot(each, view.place(*each.at), radius, words, link) for each in found.spots]
    labels = [_label(each) for each in place_labels(_marks(found, view, size, radius, words), size.width, size.height)]
    title, description = f"{name}-{size.kind}-title", f"{name}-{size.kind}-desc"
    heading = _say(words, "title", measure=words.measure(found.measure))
    return Markup(  # noqa: S704 - every text in it went through escape()
        f'<svg class="map" viewBox="0 0 {size.width} {size.height}" width="{size.width}" height="{size.height}" '
        f'role="group" aria-labelledby="{title}" aria-describedby="{description}">'
        f'<title id="{title}">{escape(heading)}</title>'
        f'<desc id="{description}">{escape(summary_of(found, words))}</desc>'
        f'<use class="land" href="#land-{size.kind}"/>{"".join((*courses, *spots, *labels))}</svg>'
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


def _course(course: Course, view: View, words: Wording, link: Callable[[str], str | None]) -> str:
    points = [view.place(*each) for each in course.line]
    path = _curve(points)
    if course.outlook is None:
        return f'<path class="course-faint" d="{path}"><title>{escape(words.place(course.code))}</title></path>'
    drawn = (
        f'<path class="course-touch" d="{path}"/><path class="course" d="{path}"/>'
        f'<path class="course-head" d="{_head(points)}"/>'
    )
    return _linked(drawn, _told(course.code, course.typical, words), link(course.code))


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


def _head(points: Sequence[Point], long: float = 9.0) -> str:
    """Draw the head of an arrow at the end of a line."""
    (x1, y1), (x2, y2) = points[-2], points[-1]
    turn = math.atan2(y2 - y1, x2 - x1)
    wings = [(x2 - long * math.cos(turn + side), y2 - long * math.sin(turn + side)) for side in (-0.45, 0.45)]
    return f"M{_put(wings[0][0])},{_put(wings[0][1])}L{_put(x2)},{_put(y2)}L{_put(wings[1][0])},{_put(wings[1][1])}z"


def _marks(
    found: OutlookMap, view: View, size: MapSize, radius: Callable[[float], float], words: Wording
) -> list[Mark]:
    """Name the routes that have a series, then the largest destinations."""
    routes = [
        Mark(words.place(each.code), view.place(*each.line[len(each.line) // 2]), 4)
        for each in found.courses
        if each.outlook is not None
    ]
    places = [
        Mark(words.place(each.code), view.place(*each.at), radius(each.typical.median) if each.typical else 3)
        for each in found.spots
    ]
    return [*routes, *places][: size.named]


def _label(label: Label) -> str:
    x, y = _put(label.at[0]), _put(label.at[1])
    return (
        f'<text class="label name" x="{x}" y="{y}" dy="0.35em" text-anchor="{label.anchor}" aria-hidden="true">'
        f"{escape(label.text)}</text>"
    )


def _put(coordinate: float) -> str:
    return f"{coordinate:.1f}".removesuffix(".0")
