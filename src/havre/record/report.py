"""The report of a release: one HTML file, in English and French, for people who plan reception.

The file is complete: it opens without a network, loads nothing, and its content security policy forbids that
anything be loaded. Bytes depend on the release and the measure names alone.

References
----------
W3C, Content Security Policy Level 3, https://www.w3.org/TR/CSP3/ (style and script are allowed by their hash).
W3C, Web Content Accessibility Guidelines 2.2, https://www.w3.org/TR/WCAG22/.
"""

import base64
import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files

import polars as pl
from markupsafe import Markup

from havre.months import month_index
from havre.record.changes import interval_missed
from havre.record.chart_words import chart_summary, chart_text, recent
from havre.record.charts import NARROW, WIDE, fan_chart, sparkline
from havre.record.outlook import Outlook, Row, losing_first, read_outlooks
from havre.record.page_templates import page_template
from havre.record.reviewed import Override
from havre.record.rounding import base_of
from havre.record.tables import SCOPE_KEY, Release
from havre.record.wording import Wording
from havre.texts import LANGUAGES, Language

SERIES_SHOWN = 10
"""Series in each table of the largest ones."""

LOSING_SHOWN = 8
"""Losing series that are shown at once; the others unfold."""

TABLE_HORIZONS = (1, 3, 6, 12)
SKILL_HORIZONS = (1, 2, 3, 6, 12)
GROUPED_LEVELS = ("corridor", "origin", "destination", "route")

_ABBREVIATION = re.compile(r"\(([A-Z]{2,})\)")
LEFT_OUT = "left_out"
"""Option that names the series left out."""
IN_MANIFEST_ALONE = (LEFT_OUT, "past_alarms")
"""Options that are too long for a page."""
COVERAGE_TOLERANCE = 0.05
"""An 80 % interval that held less than 75 % or more than 85 % of the time may be too narrow or too wide."""
CHANCE = 0.025
"""It is called so only where chance alone would bring this, or more, about less often than that."""


def render_report(release: Release, measure_names: Mapping[str, Mapping[Language, str]]) -> str:
    """Write a release as one HTML page that needs nothing else.

    Parameters
    ----------
    release : the release, already protected against disclosure
    measure_names : name of each measure of the release in English and French

    Returns
    -------
    str : the whole file, with both languages inside

    Raises
    ------
    PlaceError : a series has a place code that Havre does not know
    """
    outlooks = read_outlooks(release)
    pages = [Page(release, outlooks, Wording(language, measure_names)) for language in LANGUAGES]
    style, script = _asset("report.css"), _asset("report.js")
    return page_template("report.html.jinja").render(
        pages=pages,
        facts=release.facts,
        is_web_address=is_web_address,
        levels=GROUPED_LEVELS,
        losing_shown=LOSING_SHOWN,
        series_shown=SERIES_SHOWN,
        style=Markup(style),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        style_hash=_csp_hash(style),
        script_hash=_csp_hash(script),
    )


def _asset(name: str) -> str:
    return files("havre.record").joinpath("templates", name).read_text(encoding="utf-8")


def _csp_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def short_name(provider: str) -> str:
    """Name a provider shortly: by its abbreviation where it gives one.

    Examples
    --------
    >>> short_name("Bundesamt für Migration und Flüchtlinge (BAMF)"), short_name("Eurostat")
    ('BAMF', 'Eurostat')
    """
    return abbreviation[1] if (abbreviation := _ABBREVIATION.search(provider)) else provider


@dataclass(frozen=True)
class Scope:
    """A part of the data that is forecast and scored together."""

    code: str
    label: str
    outlooks: tuple[Outlook, ...]

    @property
    def totals(self) -> list[Outlook]:
        """The series that are the total of the scope; none where there is no total."""
        return self.at_level("total")

    @property
    def ends(self) -> tuple[date, date]:
        """The earliest and the latest last month of data of the totals, or of all series where there is no total."""
        months = [outlook.row["last_month"] for outlook in self.totals or self.outlooks]
        return min(months), max(months)

    def at_level(self, level: str) -> list[Outlook]:
        """List the series of a level, the largest first."""
        return [outlook for outlook in self.outlooks if outlook.row["level"] == level]


@dataclass(frozen=True)
class Page:
    """What the template shows of a release in one language."""

    release: Release
    outlooks: tuple[Outlook, ...]
    words: Wording

    def interval_missed(self, override: Override) -> tuple[float, float] | None:
        """Give the computed 80 % interval where what a reviewer states lies outside it."""
        return interval_missed(self.release, override)

    @cached_property
    def scopes(self) -> list[Scope]:
        """The scopes in the order of the table of series; a label that two scopes share gets their code."""
        codes = self.release.series["scope"].unique(maintain_order=True).to_list()
        parts = {code: tuple(o for o in self.outlooks if o.row["scope"] == code) for code in codes}
        labels = {code: self._scope_label(part) for code, part in parts.items()}
        shared = {label for label in labels.values() if list(labels.values()).count(label) > 1}
        return [
            Scope(code, f"{label} ({code})" if label in shared else label, parts[code])
            for code, label in labels.items()
        ]

    def _scope_label(self, outlooks: Sequence[Outlook]) -> str:
        """Name a scope by its total, or by what its series have in common."""
        named = [outlook for outlook in outlooks if outlook.row["level"] == "total"] or outlooks
        measures = dict.fromkeys(self.words.measure(outlook.row["measure"]) for outlook in named)
        destinations = {outlook.row["destination"] for outlook in named}
        place = [self.words.place(destinations.pop())] if len(destinations) == 1 else []
        label = self.name(named[0]) if len(named) == 1 else ", ".join([*measures, *place])
        return f"{label} ({self.source_name(str(outlooks[0].row['source']))})"

    def source_name(self, source: str) -> str:
        """Name a source shortly: the abbreviation of its provider where it gives one, else the provider."""
        provider = next((credit.provider for credit in self.release.facts.sources if credit.id == source), source)
        return short_name(provider)

    @cached_property
    def ends(self) -> tuple[date, date]:
        """The earliest and the latest last month of data over all scopes."""
        months = [month for scope in self.scopes for month in scope.ends]
        return min(months), max(months)

    @property
    def months_since(self) -> int:
        """Whole months between the latest month of data and the making of the release."""
        return month_index(self.release.facts.made_on) - month_index(self.ends[1])

    @cached_property
    def losing(self) -> list[Outlook]:
        """Series on which a naive guess did better, the worst first."""
        return losing_first(self.outlooks)

    @cached_property
    def unscored(self) -> list[Outlook]:
        """Series of which nothing could be measured."""
        return [outlook for outlook in self.outlooks if not outlook.is_scored]

    @property
    def losing_log_count(self) -> int:
        """Number of series on which a naive guess did better on the logarithmic scale."""
        return self.release.series.filter(pl.col("wis_ratio_log").is_not_nan() & (pl.col("wis_ratio_log") > 1)).height

    @cached_property
    def losing_scopes(self) -> list[tuple[Scope, list[Row]]]:
        """Scopes in which the ensemble lost to a naive guess on average, with its rows of skill, the worst first."""
        ratio = pl.col("wis_ratio")
        lost = self.release.skill.filter((pl.col("kind") == "ensemble") & ratio.is_not_nan() & (ratio > 1))
        rows = lost.sort("wis_ratio", "horizon", descending=[True, False]).to_dicts()
        by_code = {scope.code: scope for scope in self.scopes}
        worst_first = dict.fromkeys(row["scope"] for row in rows if row["scope"] in by_code)
        return [(by_code[code], [row for row in rows if row["scope"] == code]) for code in worst_first]

    def losing_horizons(self, rows: Iterable[Row]) -> str:
        """List the horizons of rows of skill in words, each with its ratio."""
        return ", ".join(
            self.words.text(
                "losing.scope_horizon",
                horizon=self.words.horizon(row["horizon"]),
                versus=self.words.versus_naive_short(row["wis_ratio"]),
                ratio=self.words.ratio(row["wis_ratio"]),
            )
            for row in rows
        )

    @property
    def hidden_months(self) -> int:
        """Number of months of history that are suppressed."""
        return int(self.release.history["suppressed"].sum())

    @property
    def hidden_forecasts(self) -> int:
        """Number of forecast months, over all series, that are suppressed."""
        hidden = self.release.forecasts.filter(pl.col("value").is_null())
        return hidden.select(*SCOPE_KEY, "horizon").n_unique()

    def name(self, outlook: Outlook) -> str:
        """Name a series in full."""
        return self.words.series(*outlook.key[1:])

    def place(self, outlook: Outlook) -> str:
        """Name where a series comes from and where it is counted."""
        return self.words.corridor(*outlook.key[2:])

    def places(self, level: str, outlooks: Sequence[Outlook]) -> tuple[str, list[str]]:
        """Give what the first column of a table of series is called, and what it says in each row.

        Corridors that all lead to one destination are told by their origin; so are those of a single origin.
        """
        for side, column in (("destination", "origin"), ("origin", "destination")):
            if level == "corridor" and len({outlook.row[side] for outlook in outlooks}) == 1:
                return column, [self.words.place(outlook.row[column]) for outlook in outlooks]
        return level, [self.place(outlook) for outlook in outlooks]

    def horizons(self, outlooks: Iterable[Outlook]) -> list[tuple[int, date | None]]:
        """List the horizons of a table, each with its month where that is the same for every row."""
        columns = []
        for horizon in TABLE_HORIZONS:
            months = {ahead.month for outlook in outlooks if (ahead := outlook.at(horizon)) is not None}
            if months:
                columns.append((horizon, months.pop() if len(months) == 1 else None))
        return columns

    def stretches(self, outlook: Outlook) -> tuple[int, int]:
        """Give how many stretches of months of the backtest do not overlap, and how many months each has.

        Forecasts from neighbouring months are judged by the same months: those of one stretch count as one.
        """
        rows = self.release.skill.filter((pl.col("scope") == outlook.key[0]) & (pl.col("kind") == "ensemble"))
        long = max([1, *rows["horizon"].to_list()])
        origins = self.release.facts.backtest_origins.get(outlook.key[0])
        judged = 0 if origins is None else month_index(origins[1]) - month_index(origins[0]) + long
        return max(1, judged // long), long

    def is_too_narrow(self, outlook: Outlook) -> bool:
        """Whether 80 % intervals held less often than they say, beyond what chance explains."""
        coverage = outlook.row["coverage_80"]
        if coverage is None or coverage >= 0.8 - COVERAGE_TOLERANCE:
            return False
        return _at_most(coverage, self.stretches(outlook)[0]) < CHANCE

    def coverage_verdict(self, outlook: Outlook) -> str | None:
        """Say that 80 % intervals were too narrow or too wide, and on what that rests; ``None`` where neither is shown.

        That they held less often than they say is told also where it may be chance, as a warning; that they were too
        wide is not.
        """
        coverage = outlook.row["coverage_80"]
        if coverage is None or abs(coverage - 0.8) <= COVERAGE_TOLERANCE:
            return None
        count, long = self.stretches(outlook)
        basis = self.words.counted("headline.basis", count, months=self.words.counted("months", long))
        if self.is_too_narrow(outlook):
            return self.words.text("headline.record_narrow", basis=basis)
        if coverage < 0.8:
            return self.words.text("headline.record_unsure", basis=basis)
        return self.words.text("headline.record_wide", basis=basis) if _at_least(coverage, count) < CHANCE else None

    def skill(self, scope: Scope) -> list[tuple[int, list[Row]]]:
        """Give the track record of a scope: for each horizon its rows, the ensemble first, naive guesses last."""
        rows = self.release.skill.filter(pl.col("scope") == scope.code)
        scored = sorted(rows["horizon"].unique().to_list())
        ordered = rows.sort("horizon", "kind", "wis_ratio", "model", nulls_last=True).to_dicts()
        shown = [horizon for horizon in SKILL_HORIZONS if horizon in scored] or scored
        return [(horizon, [row for row in ordered if row["horizon"] == horizon]) for horizon in shown]

    def charts(self, outlook: Outlook) -> list[tuple[str, Markup]]:
        """Draw the fan chart of a series for a wide and for a narrow screen."""
        counted = recent(outlook)
        return [
            (
                kind,
                fan_chart(
                    counted, outlook.expected, chart_text(outlook, self.words, self._prefix(outlook, kind)), size
                ),
            )
            for kind, size in (("wide", WIDE), ("narrow", NARROW))
        ]

    def spark(self, outlook: Outlook) -> Markup:
        """Draw the small chart of a series; nothing where nothing may be shown."""
        counted = recent(outlook)
        if not counted and outlook.is_hidden:
            return Markup()
        text = chart_text(outlook, self.words, self._prefix(outlook, "spark"), spark=True)
        return sparkline(counted, outlook.expected, text)

    def _prefix(self, outlook: Outlook, kind: str) -> str:
        return f"{self.words.language}-{kind}-{self.outlooks.index(outlook)}"

    def summary(self, outlook: Outlook) -> str:
        """Tell a chart in sentences."""
        return chart_summary(outlook, self.words)

    def options(self) -> list[tuple[str, str]]:
        """List the options of the release by name, each written as text."""
        return [
            (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))
            for name, value in sorted(self.release.facts.options.items())
            if value is not None and name not in IN_MANIFEST_ALONE
        ]

    @property
    def rounding(self) -> int:
        """Base to which counts and forecasts are rounded."""
        return base_of(self.release.facts.options)

    @property
    def left_out_count(self) -> int:
        """Number of series that were left out; the manifest names each with the reason."""
        left_out = self.release.facts.options.get(LEFT_OUT, {})
        return sum(len(series) for series in left_out.values()) if isinstance(left_out, dict) else 0


def _at_most(coverage: float, count: int) -> float:
    """Give the chance that an interval of 80 % holds in no more of some independent cases than it did."""
    return sum(math.comb(count, k) * 0.8**k * 0.2 ** (count - k) for k in range(math.floor(coverage * count + 0.5) + 1))


def _at_least(coverage: float, count: int) -> float:
    """Give the chance that an interval of 80 % holds in as many of some independent cases as it did, or more."""
    least = math.floor(coverage * count + 0.5)
    return sum(math.comb(count, k) * 0.8**k * 0.2 ** (count - k) for k in range(least, count + 1))


def is_web_address(url: str) -> bool:
    """Whether a link may be made of an address: only web addresses, so that no source can plant a script."""
    return url.startswith(("https://", "http://"))
