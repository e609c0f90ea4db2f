"""What the pages of places show: their series by part of the data, and deaths on a route beside crossings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from markupsafe import Markup

from havre.places.codes import route_table
from havre.places.spelling import plain
from havre.record.chart_words import recent
from havre.record.figures import Figure
from havre.record.outlook import ExpectedMonth, Outlook
from havre.record.wording import ALL, Wording
from havre.texts import Language
from havre.web.charts.fans import Fan, fan_of, spark_of
from havre.web.reading.series import in_address, series_path
from havre.web.route_arrivals import arrivals_by
from havre.web.site import SiteRelease

Side = Literal["origin", "destination"]
Kind = Literal["destination", "route", "origin"]
KINDS: tuple[Kind, ...] = ("destination", "route", "origin")
ROUTE = "route:"
DEATHS = "deaths_and_missing"
CROSSINGS = ("irregular_crossings", "sea_arrivals", "arrivals")
"""Measures that count who crossed, the one that is taken first where there are several."""


@dataclass(frozen=True)
class Entry:
    """A series as a row of a table.

    Parameters
    ----------
    name : what it is called where the page says the rest
    path : address of its page, which tells why its figures are what they are
    api : address of its data, before the ending that tells the kind of file; empty where it is not needed
    """

    outlook: Outlook
    name: str
    path: str
    spark: Markup
    api: str = ""

    @property
    def contest(self) -> str | None:
        """Name of the figure of the nearest month that is shown, by which it can be contested."""
        told = next((each for each in self.outlook.expected if each.quantiles is not None), None)
        scope, _, origin, destination = self.outlook.key
        return None if told is None else Figure(scope, origin, destination, told.month).id

    @property
    def next(self) -> ExpectedMonth | None:
        """The nearest month that is forecast."""
        return self.outlook.expected[0] if self.outlook.expected else None

    @property
    def last(self) -> ExpectedMonth | None:
        """The furthest month that is forecast."""
        return self.outlook.expected[-1] if self.outlook.expected else None


@dataclass(frozen=True)
class Part:
    """The series of a place in one scope.

    Parameters
    ----------
    main : the place with everything on the other side together, or its only series; ``None`` where there is neither
    fan : chart of the main series
    entries : the series that are not a total, the largest first
    """

    scope: str
    measure: str
    source: str
    main: Outlook | None
    fan: Fan | None
    entries: tuple[Entry, ...]


def parts_of(release: SiteRelease, code: str, side: Side, words: Wording) -> list[Part]:
    """Give the series of a place by scope, those with a main series first.

    Parameters
    ----------
    side : whether the place is the origin or the destination
    """
    own = [each for each in release.outlooks if each.row[side] == code]
    parts = [
        _part(release, [each for each in own if each.key[0] == scope], side, words)
        for scope in dict.fromkeys(each.key[0] for each in own)
    ]
    return sorted(parts, key=lambda part: part.main is None)


def _part(release: SiteRelease, outlooks: list[Outlook], side: Side, words: Wording) -> Part:
    other: Side = "origin" if side == "destination" else "destination"
    total = next((each for each in outlooks if each.row[other] == ALL), None)
    main = outlooks[0] if len(outlooks) == 1 else total
    fan = None if main is None else fan_of(release.published.release, main, words)
    entries = tuple(
        entry_of(release, each, words.place(each.row[other]), words) for each in outlooks if each is not total
    )
    first = outlooks[0].row
    return Part(first["scope"], first["measure"], _source(release, first["source"]), main, fan, entries)


def entry_of(release: SiteRelease, outlook: Outlook, name: str, words: Wording) -> Entry:
    """Make the row of a series."""
    path = path_of(release, outlook, words.language)
    return Entry(outlook, name, path, small_chart(outlook, words), api_path(outlook))


def small_chart(outlook: Outlook, words: Wording, name: str | None = None) -> Markup:
    """Draw the small chart of a series; nothing where every figure that it would show is hidden."""
    if not recent(outlook) and outlook.is_hidden:
        return Markup()
    return spark_of(outlook, words, name)


def path_of(release: SiteRelease, outlook: Outlook, language: Language) -> str:
    """Give the address of a series; its scope is told where it is in several."""
    scope, *key = outlook.key
    measure, origin, destination = key
    several = len(release.series[(measure, origin, destination)]) > 1
    return series_path(language, measure, origin, destination, scope=scope if several else None)


def api_path(outlook: Outlook) -> str:
    """Give the address of the data of a series, before the ending that tells the kind of file."""
    return "/api/v1/series/" + "/".join(in_address(part) for part in outlook.key[1:])


def _source(release: SiteRelease, source: str) -> str:
    return next((c.provider for c in release.published.release.facts.sources if c.id == source), source)


def codes_of(release: SiteRelease, kind: Kind) -> tuple[str, ...]:
    """List the places of a kind that have figures; routes also by series of countries that tell who arrived by them."""
    if kind == "route":
        return tuple(sorted({*release.routes, *arrivals_by(release.outlooks)}))
    return release.destinations if kind == "destination" else release.origins


def routes_without(release: SiteRelease) -> tuple[str, ...]:
    """List the routes that are known and have no figure in a release."""
    return tuple(sorted(set(route_table()) - set(codes_of(release, "route"))))


@dataclass(frozen=True)
class Main:
    """A series that stands for a place as a whole, and which its page can tell in full.

    Parameters
    ----------
    name : scope, origin and destination, as the page of the place is asked for it
    source : who counts
    covers : for a series of a country that tells who arrived by a route: how far the two are the same
    """

    outlook: Outlook
    name: str
    source: str
    covers: str = ""


def mains_of(release: SiteRelease, kind: Kind, code: str, language: Language) -> list[Main]:
    """List the series that stand for a place as a whole: its totals, and for a route who arrived by it.

    None is added to another one: each is from one source.
    """
    side, other = ("origin", "destination") if kind == "origin" else ("destination", "origin")
    own = [(each, "") for each in release.outlooks if each.row[side] == code and each.row[other] == ALL]
    arrived = arrivals_by(release.outlooks).get(code, []) if kind == "route" else []
    # The series whose data are the newest is told first.
    own.sort(key=lambda each: each[0].row["last_month"], reverse=True)
    own += [(outlook, told.covers(language)) for told, outlook in arrived]
    return [
        Main(each, "/".join((each.key[0], *each.key[2:])), _source(release, each.row["source"]), covers)
        for each, covers in own
    ]


def place_path(language: Language, kind: str, code: str) -> str:
    """Give the address of the page of a place.

    Parameters
    ----------
    kind : one of :data:`KINDS`

    Examples
    --------
    >>> place_path("fr", "route", "route:channel")
    '/fr/route/channel'
    """
    return f"/{language}/{kind}/{code.removeprefix(ROUTE)}"


@dataclass(frozen=True)
class Listed:
    """A place of the index: its largest series, and how many there are."""

    kind: Kind
    code: str
    name: str
    path: str
    outlook: Outlook
    spark: Markup
    count: int
    losing: int


def listed(release: SiteRelease, kind: Kind, words: Wording) -> list[Listed]:
    """List the places of a kind by name."""
    side: Side = "origin" if kind == "origin" else "destination"
    by_code: dict[str, list[Outlook]] = {}
    for each in release.outlooks:
        by_code.setdefault(each.row[side], []).append(each)
    if kind == "route":
        for code, arrived in arrivals_by(release.outlooks).items():
            by_code.setdefault(code, []).extend(outlook for _, outlook in arrived)
    rows = [_listed(kind, code, by_code[code], words) for code in codes_of(release, kind)]
    return sorted(rows, key=lambda row: plain(row.name))


def _listed(kind: Kind, code: str, own: list[Outlook], words: Wording) -> Listed:
    other = "destination" if kind == "origin" else "origin"
    best = max(own, key=lambda each: (each.row[other] == ALL, not each.is_hidden, each.row["recent_mean"] or 0))
    spark = small_chart(best, words, f"spark-{kind}-{code.removeprefix(ROUTE)}")
    losing = sum(each.is_losing for each in own)
    return Listed(kind, code, words.place(code), place_path(words.language, kind, code), best, spark, len(own), losing)


@dataclass(frozen=True)
class DeathsInYear:
    """Deaths and crossings on a route in a year whose twelve months are all told of both [persons]."""

    year: int
    deaths: float
    crossings: float

    @property
    def per_thousand(self) -> float | None:
        """Deaths for each thousand crossings that were counted."""
        return None if self.crossings == 0 else 1000 * self.deaths / self.crossings


@dataclass(frozen=True)
class DeathsOnRoute:
    """Deaths beside crossings of a route, the latest year first."""

    deaths: Outlook
    crossings: Outlook

    @cached_property
    def years(self) -> list[DeathsInYear]:
        """The years that are wholly told of both; a year with a hidden or missing month is left out."""
        dead, crossed = (_whole_years(each) for each in (self.deaths, self.crossings))
        return [DeathsInYear(year, dead[year], crossed[year]) for year in sorted({*dead} & {*crossed}, reverse=True)]


def _whole_years(outlook: Outlook) -> dict[int, float]:
    months: dict[int, list[float]] = {}
    for month, value in outlook.history:
        if value is not None:
            months.setdefault(month.year, []).append(value)
    return {year: sum(values) for year, values in months.items() if len(values) == 12}


def deaths_on(release: SiteRelease, code: str) -> DeathsOnRoute | None:
    """Give deaths beside crossings of a route; ``None`` where the release does not have both."""
    deaths = release.one_series(DEATHS, ALL, code)
    crossings = next(_found(release.one_series, code), None)
    if deaths is None or crossings is None:
        return None
    return DeathsOnRoute(deaths, crossings)


def _found(one_series: Callable[[str, str, str], Outlook | None], code: str) -> Iterator[Outlook]:
    for measure in CROSSINGS:
        outlook = one_series(measure, ALL, code)
        if outlook is not None:
            yield outlook
