"""The track record: how good such forecasts were in the backtest, and how good the published ones turned out."""

from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Any

from babel.numbers import format_decimal
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from havre.errors import HavreError
from havre.record.report import Page as Report
from havre.record.track_page import Page as TrackPage
from havre.record.wording import Wording
from havre.texts import BETWEEN, Language, say
from havre.web.reading.coverage import by_size, coverage_chart, held_overall, mark_path
from havre.web.reading.frozen import PAGE_ROWS, Frozen, Series, read_frozen
from havre.web.reading.places import path_of
from havre.web.reading.series import series_path, with_query
from havre.web.rendering import Lang, SiteNow, page
from havre.web.site import Site

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asked:
    """Which of the frozen forecasts a reader asks for."""

    series: str | None
    release: str | None
    page: int

    def path(self, language: Language, number: int) -> str:
        """Give the address of another page of them."""
        query = {"series": self.series, "release": self.release, "page": number if number > 1 else None}
        return f"{with_query(f'/{language}/track-record', query)}#every"


@dataclass(frozen=True)
class FrozenPage:
    """A page of the frozen forecasts."""

    found: Frozen
    rows: list[dict[str, Any]]
    count: int
    pages: int


@router.get("/{lang}/track-record")
def track_record(
    request: Request,
    lang: Lang,
    site: SiteNow,
    series: str | None = None,
    release: str | None = None,
    number: int = Query(1, alias="page", ge=1, le=100_000),
) -> Response:
    """Show the track record.

    Parameters
    ----------
    series : of which the frozen forecasts are listed: measure/source/origin/destination
    release : whose frozen forecasts are listed
    number : page of the frozen forecasts
    """
    words = site.words(lang)
    latest = site.latest
    report = Report(latest.published.release, latest.outlooks, words)
    frozen, damage = _read(site, lang)
    asked = Asked(series or None, release or None, number)
    s = partial(_say, lang)
    held = [held_overall(scope.label, _ensemble(report, scope.code)) for scope in report.scopes]
    lines = [line for line in held if line.count]
    return page(
        request,
        "track_record.html.jinja",
        lang,
        s=s,
        report=report,
        horizons_of=partial(_ensemble, report),
        lines=lines,
        drawing=_drawing(lines, s, words) if lines else None,
        mark_path=mark_path,
        bands=by_size(latest.outlooks),
        damage=damage,
        frozen=None if frozen is None else _page(frozen, asked, lang),
        told=None if frozen is None else TrackPage(frozen.record, words),
        asked=asked,
        path_of=lambda outlook: path_of(latest, outlook, lang),
        series_path=partial(series_path, lang),
        decimal=lambda value: format_decimal(value, format="#,##0.0" if abs(value) < 10 else "#,##0", locale=lang),
    )


def _say(language: Language, key: str, /, **fields: object) -> str:
    return say("web_track", key, language, **fields)


def _ensemble(report: Report, scope: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = report.release.skill.filter(scope=scope, kind="ensemble").sort("horizon").to_dicts()
    return rows


def _drawing(lines: list[Any], s: partial[str], words: Wording) -> Any:
    told = BETWEEN[words.language].join(
        f"{line.label}: " + ", ".join(f"{level} % → {words.percent(share)}" for level, share in line.shares.items())
        for line in lines
    )
    return coverage_chart(lines, s("coverage.title"), told, s("coverage.stated"), s("coverage.measured"))


def _read(site: Site, language: Language) -> tuple[Frozen | None, str | None]:
    """Read the newest published track record; what is damaged is not shown, and told."""
    folder = site.track_record
    if folder is None:
        return None, None
    try:
        return read_frozen(folder), None
    except HavreError as error:
        return None, error.message(language)


def _page(frozen: Frozen, asked: Asked, language: Language) -> FrozenPage:
    """Give the page of frozen forecasts that was asked for.

    Raises
    ------
    HTTPException : there is no such series, release or page
    """
    series = _series(frozen, asked.series, language)
    if asked.release is not None and asked.release not in frozen.record.releases["release"].to_list():
        raise HTTPException(404, say("web_track", "frozen.no_release", language, release=asked.release[:80]))
    rows, count = frozen.rows(series, asked.release, asked.page)
    pages = max(1, ceil(count / PAGE_ROWS))
    if asked.page > pages:
        raise HTTPException(404, say("web_track", "frozen.no_page", language, page=asked.page, pages=pages))
    return FrozenPage(frozen, rows, count, pages)


def _series(frozen: Frozen, asked: str | None, language: Language) -> Series | None:
    if asked is None:
        return None
    found = next((each for each in frozen.series if "/".join(each) == asked), None)
    if found is None:
        raise HTTPException(404, say("web_track", "frozen.no_series", language, series=asked[:120]))
    return found
