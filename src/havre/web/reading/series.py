"""A series as its page shows it: each month with what a reviewer states, its interval and the name of the figure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from jinja2.utils import url_quote

from havre.record.figures import Figure
from havre.record.outlook import ExpectedMonth, Outlook, Row
from havre.record.reviewed import Override
from havre.record.tables import SourceCredit
from havre.texts import Language
from havre.web.charts.fans import overrides_of
from havre.web.site import SeriesKey, Site, SiteRelease

TILES = (1, 3, 12)
"""Months ahead that stand large at the top of a page."""


def with_query(path: str, query: Mapping[str, object]) -> str:
    """Give an address with its query; what is ``None`` is left out.

    Examples
    --------
    >>> with_query("/en/track-record", {"series": "sea_arrivals/unhcr_odp/TOT/ITA", "page": None})
    '/en/track-record?series=sea_arrivals/unhcr_odp/TOT/ITA'
    """
    told = "&".join(f"{name}={in_address(str(value), '/')}" for name, value in query.items() if value is not None)
    return f"{path}?{told}" if told else path


def in_address(text: str, also: str = "") -> str:
    """Write a text so that it can stand in an address; colons stay, and what ``also`` names."""
    quoted = url_quote(text, for_qs=True).replace("+", "%20")
    for sign in (":", *also):
        quoted = quoted.replace(f"%{ord(sign):02X}", sign)
    return quoted


def series_path(language: Language, measure: str, origin: str, destination: str, /, **query: str | None) -> str:
    """Give the address of the page of a series.

    Examples
    --------
    >>> series_path("en", "sea_arrivals", "TOT", "route:channel", month="2026-12", scope=None)
    '/en/corridor/sea_arrivals/TOT/route:channel?month=2026-12'
    """
    path = "/".join(in_address(part) for part in (measure, origin, destination))
    return with_query(f"/{language}/corridor/{path}", query)


@dataclass(frozen=True)
class ShownMonth:
    """A month that is forecast, with what a reviewer states in the place of the median.

    Parameters
    ----------
    figure : name of the figure, which a reader needs to contest it
    """

    expected: ExpectedMonth
    override: Override | None
    figure: Figure

    @property
    def month(self) -> date:
        """The month."""
        return self.expected.month

    @property
    def code(self) -> str:
        """The month as addresses write it."""
        return f"{self.month:%Y-%m}"

    @property
    def is_outside(self) -> bool:
        """Whether what the reviewer states lies outside the computed 80 % interval."""
        bounds = self.expected.interval(80)
        if self.override is None or bounds is None:
            return False
        return not bounds[0] <= self.override.stated <= bounds[1]


@dataclass(frozen=True)
class ShownSeries:
    """A series of a release.

    Parameters
    ----------
    release : the newest release that has it
    outlook : its history and forecast there
    others : the same measure, origin and destination from other scopes of the release
    """

    site: Site
    release: SiteRelease
    outlook: Outlook
    others: tuple[Outlook, ...]

    @property
    def key(self) -> SeriesKey:
        """Measure, origin, destination."""
        return self.outlook.key[1], self.outlook.key[2], self.outlook.key[3]

    @property
    def scope(self) -> str:
        """The scope in which it was forecast."""
        return self.outlook.key[0]

    @property
    def row(self) -> Row:
        """Its row of the table of series."""
        return self.outlook.row

    @property
    def is_newest(self) -> bool:
        """Whether the newest release has it."""
        return self.release is self.site.latest

    @cached_property
    def months(self) -> tuple[ShownMonth, ...]:
        """The months that are forecast, the nearest first."""
        return tuple(shown_months(self.release, self.outlook))

    @cached_property
    def years(self) -> list[tuple[int, list[tuple[bool, float | None]]]]:
        """The months counted, by year, the newest first: twelve pairs of whether the series has it, and the count."""
        known = dict(self.outlook.history)
        years = sorted({month.year for month in known}, reverse=True)
        return [
            (year, [(date(year, m, 1) in known, known.get(date(year, m, 1))) for m in range(1, 13)]) for year in years
        ]

    @property
    def sources(self) -> tuple[SourceCredit, ...]:
        """The source of the series, with licence, attribution and caveats."""
        return tuple(each for each in self.release.published.release.facts.sources if each.id == self.row["source"])

    @cached_property
    def skill(self) -> list[dict[str, Any]]:
        """The track record of its scope: the row of the published forecast for each horizon."""
        table = self.release.published.release.skill
        rows: list[dict[str, Any]] = table.filter(scope=self.scope, kind="ensemble").sort("horizon").to_dicts()
        return rows

    @property
    def backtest(self) -> tuple[date, date] | None:
        """The first and the last month from which the forecasts that were scored were made."""
        return self.release.published.release.facts.backtest_origins.get(self.scope)

    def path(self, language: Language, **query: str | None) -> str:
        """Give the address of its page; the scope is told where the series is in several."""
        scope = self.scope if self.others else None
        return series_path(language, *self.key, scope=scope, **query)


def shown_months(release: SiteRelease, outlook: Outlook) -> Iterator[ShownMonth]:
    """Give the months that a release forecasts of a series."""
    stated = {each.horizon: each for each in overrides_of(release.published.release, outlook)}
    scope, _, origin, destination = outlook.key
    for expected in outlook.expected:
        figure = Figure(scope, origin, destination, expected.month)
        yield ShownMonth(expected, stated.get(expected.horizon), figure)


def find_series(site: Site, key: SeriesKey, scope: str | None) -> ShownSeries | None:
    """Find a series in the newest release that has it, of those that were not taken back; ``None`` where none has."""
    standing = [each for each in site.releases if each.id not in site.withdrawn]
    for release in standing or site.releases:
        found = release.one_series(*key, scope=scope)
        if found is not None:
            others = tuple(each for each in release.series[key] if each.key != found.key)
            return ShownSeries(site, release, found, others)
    return None
