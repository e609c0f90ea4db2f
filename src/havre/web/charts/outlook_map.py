"""What the map of a measure shows: a typical month of the next twelve for each destination and route.

A release tells quantiles of single months, and those of a sum do not follow from them. A typical month is therefore the
mean of the medians of the months ahead, and its range runs between the means of the ends of their 80 % intervals: all
of it can be worked out from the figures on the pages.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from havre.panel.measures import measures
from havre.places.geography import capital_position, route_sketches
from havre.record.outlook import Outlook
from havre.record.wording import ALL
from havre.web.charts.projections import Point
from havre.web.charts.shapes import shapes
from havre.web.route_arrivals import arrivals_by

MONTHS_AHEAD = 12
BY_SEA = frozenset({"sea_arrivals", "arrivals", "deaths_and_missing"})
"""Measures whose map shows the sea routes also where the release forecasts none."""


@dataclass(frozen=True)
class Typical:
    """A typical month of those ahead [persons a month].

    Parameters
    ----------
    median : mean of the medians
    low, high : means of the ends of the 80 % intervals
    months : how many months it is the mean of
    """

    median: float
    low: float
    high: float
    months: int


def typical_month(outlook: Outlook, months: int = MONTHS_AHEAD) -> Typical | None:
    """Give a typical month of the next ones; ``None`` where one of them is hidden, or none was forecast.

    Examples
    --------
    >>> from datetime import date
    >>> from havre.record.outlook import ExpectedMonth
    >>> ahead = [ExpectedMonth(date(2026, m, 1), m, {0.1: 10.0 * m, 0.5: 20.0 * m, 0.9: 40.0 * m}) for m in (1, 2)]
    >>> typical_month(Outlook({}, (), tuple(ahead)))
    Typical(median=30.0, low=15.0, high=60.0, months=2)
    """
    ahead = outlook.expected[:months]
    medians = [month.median for month in ahead if month.median is not None]
    bounds = [found for month in ahead if (found := month.interval(80)) is not None]
    if not ahead or len(medians) < len(ahead):
        return None
    count = len(ahead)
    return Typical(sum(medians) / count, sum(a for a, _ in bounds) / count, sum(b for _, b in bounds) / count, count)


@dataclass(frozen=True)
class Spot:
    """A destination on the map.

    Parameters
    ----------
    outlook : its series from all origins together
    at : where its circle stands, longitude and latitude [degrees]
    typical : ``None`` where figures are hidden
    """

    outlook: Outlook
    at: Point
    typical: Typical | None

    @property
    def code(self) -> str:
        """Code of the destination."""
        return str(self.outlook.row["destination"])


@dataclass(frozen=True)
class Course:
    """A route on the map.

    Parameters
    ----------
    code : of the route
    line : longitude and latitude from where people leave to where they arrive [degrees]
    outlook : its series; ``None`` where the release has none and it is drawn to find one's way
    typical : ``None`` where figures are hidden, or there are none
    counted_in : code of the country whose series tells who arrived by it; ``None`` where the series is of the route
    """

    code: str
    line: tuple[Point, ...]
    outlook: Outlook | None
    typical: Typical | None
    counted_in: str | None = None


@dataclass(frozen=True)
class OutlookMap:
    """The destinations and routes of a measure, the largest first; hidden ones last.

    ``not_drawn`` are those that have no place on a map, such as routes that are too wide for a line.
    """

    measure: str
    spots: tuple[Spot, ...]
    courses: tuple[Course, ...]
    not_drawn: tuple[Outlook, ...]

    @property
    def routes(self) -> tuple[Course, ...]:
        """The routes that have a series."""
        return tuple(each for each in self.courses if each.outlook is not None)

    @property
    def marked(self) -> int:
        """How many destinations and routes have a series and a place on the map."""
        return len(self.spots) + sum(each.counted_in is None for each in self.routes)

    @property
    def busiest(self) -> float:
        """The largest median of a route [persons a month]; 0 where there is none."""
        return max((each.typical.median for each in self.routes if each.typical), default=0.0)

    @property
    def largest(self) -> float:
        """The largest end of a range [persons a month]; 0 where every figure is hidden."""
        return max((each.typical.high for each in self.spots if each.typical), default=0.0)

    @property
    def places(self) -> list[Point]:
        """Every place that should be seen [degrees]."""
        own = [point for each in self.routes for point in each.line]
        faint = [each.line for each in self.courses if each.outlook is None]
        short = [point for line in faint for point in line if math.dist(point, line[-1]) < SHORT]
        return [*(each.at for each in self.spots), *own, *short]


def maps_of(outlooks: Iterable[Outlook]) -> tuple[OutlookMap, ...]:
    """Make the map of each measure that has several destinations or routes, in the usual order of measures.

    Where no measure has several, the map of the first that has one is made.
    """
    by_measure: dict[str, list[Outlook]] = {}
    for outlook in outlooks:
        if outlook.row["origin"] == ALL and outlook.row["destination"] != ALL:
            by_measure.setdefault(outlook.row["measure"], []).append(outlook)
    made = [_map_of(measure, _one_each(by_measure[measure])) for measure in measures() if measure in by_measure]
    several = tuple(each for each in made if each.marked > 1)
    return several or tuple(each for each in made if each.marked)[:1]


def _one_each(outlooks: Sequence[Outlook]) -> list[Outlook]:
    """Choose one series for each destination: of the scope with the most destinations, so that circles compare."""
    size: dict[str, int] = {}
    for outlook in outlooks:
        size[outlook.key[0]] = size.get(outlook.key[0], 0) + 1
    chosen: dict[str, Outlook] = {}
    for outlook in sorted(outlooks, key=lambda each: -size[each.key[0]]):
        chosen.setdefault(outlook.row["destination"], outlook)
    return list(chosen.values())


def _map_of(measure: str, outlooks: Sequence[Outlook]) -> OutlookMap:
    sketches = route_sketches()
    own = {str(outlook.row["destination"]): outlook for outlook in outlooks}
    spots = [
        Spot(outlook, at, typical_month(outlook)) for code, outlook in own.items() if (at := place_of(code)) is not None
    ]
    # A figure is told on the line where one series alone tells who arrived by the route: none are added up.
    arrived = {code: found[0][1] for code, found in arrivals_by(outlooks).items() if len(found) == 1}
    courses = [
        Course(
            code,
            sketch.line,
            outlook,
            typical_month(outlook) if outlook is not None else None,
            str(outlook.row["destination"]) if outlook is not None and code not in own else None,
        )
        for code, sketch in sketches.items()
        for outlook in (own.get(code, arrived.get(code)),)
        if outlook is not None
        or (spots and measure in BY_SEA and sketch.way == "sea" and _leads_to(spots, sketch.line))
    ]
    drawn = {*(each.code for each in spots), *(each.code for each in courses)}
    return OutlookMap(
        measure,
        tuple(sorted(spots, key=lambda each: _size(each.typical))),
        tuple(sorted(courses, key=lambda each: (each.outlook is None, _size(each.typical)))),
        tuple(outlook for code, outlook in own.items() if code not in drawn),
    )


def place_of(code: str) -> Point | None:
    """Give where a country is marked: well inside its largest part, else at its capital; ``None`` for what is none."""
    if code.startswith("route:"):
        return None
    shape = shapes().get(code)
    return shape.middle if shape is not None else capital_position(code)


SHORT = 6.0
"""So much of a route that is drawn to find one's way should be seen [degrees from where people arrive]."""
NEAR = 9.0
"""A route is drawn to find one's way where it ends this near to a destination [degrees]."""


def _leads_to(spots: Sequence[Spot], line: Sequence[Point]) -> bool:
    x, y = line[-1]
    return any(abs(each.at[0] - x) < NEAR and abs(each.at[1] - y) < NEAR for each in spots)


def _size(typical: Typical | None) -> tuple[bool, float]:
    return typical is None, -(typical.median if typical is not None else 0.0)
