"""The page of a series: what is expected, how well it was expected before, what earlier releases said, and why."""

from dataclasses import dataclass
from datetime import date
from functools import partial

from babel.dates import format_date
from babel.numbers import format_decimal
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from havre.errors import HavreError
from havre.months import month_index, parse_month
from havre.record.report import Page as Report
from havre.record.report import is_web_address
from havre.texts import Language, say
from havre.web.charts.fans import fan_of
from havre.web.pages.places import near_places_page, sayer
from havre.web.reading.event_words import event_words
from havre.web.reading.explained import explain, own_record
from havre.web.reading.frozen import judged_series
from havre.web.reading.meant import meant_of_all
from havre.web.reading.scenarios import scenarios_of
from havre.web.reading.series import TILES, ShownMonth, ShownSeries, find_series, series_path, with_query
from havre.web.reading.vintages import Vintage, vintages_of
from havre.web.rendering import Lang, SiteNow, page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asked:
    """What a reader chose to see: the release that is looked back on, and the month that is explained."""

    release: str | None
    month: str | None


@router.get("/{lang}/corridor/{measure}/{origin}/{destination}")
def corridor(
    request: Request,
    lang: Lang,
    site: SiteNow,
    measure: str,
    origin: str,
    destination: str,
    scope: str | None = None,
    release: str | None = None,
    month: str | None = None,
    scenario: str | None = None,
) -> Response:
    """Show a series of the newest release that has it.

    Parameters
    ----------
    scope : which one, where the series is in several
    release : the earlier release that is looked back on
    month : the month whose figure is explained
    scenario : what is supposed
    """
    shown = find_series(site, (measure, origin, destination), scope)
    if shown is None:
        meant = meant_of_all(site, (measure, origin, destination), scope)
        if meant is not None:
            there = series_path(lang, *meant, scope=scope, release=release, month=month, scenario=scenario)
            return RedirectResponse(there, 308)
        return near_places_page(request, lang, site, f"{measure}, {origin} → {destination}", (origin, destination))
    asked = Asked(release, month)
    vintages = vintages_of(shown)
    vintage = _chosen_vintage(vintages, shown, asked, lang)
    explained_month, month_is_missing = _chosen_month(shown, asked, lang)
    words = site.words(lang)
    plain = shown.release.published.release
    return page(
        request,
        "series.html.jinja",
        lang,
        shown=shown,
        asked=asked,
        report=Report(plain, shown.release.outlooks, words),
        fan=fan_of(plain, shown.outlook, words),
        months_since=month_index(plain.facts.made_on) - month_index(shown.row["last_month"]),
        tiles=[each for each in shown.months if each.expected.horizon in TILES and each.expected.quantiles],
        vintages=vintages,
        vintage=vintage,
        vintage_fan=None if vintage is None else vintage.fan(words),
        explained=None if explained_month is None else explain(shown, explained_month, words),
        explained_month=explained_month,
        month_is_missing=month_is_missing,
        own_record=own_record(shown),
        judged=judged_series(site.track_record, (measure, shown.row["source"], origin, destination)),
        with_query=with_query,
        supposed=scenarios_of(shown, scenario),
        event_words=partial(event_words, words=words),
        month_names=[format_date(date(2000, month, 1), "LLL", locale=lang) for month in range(1, 13)],
        whole=lambda value: format_decimal(round(value), locale=lang),
        error_of=lambda value: words.text("number.none") if value is None else format_decimal(value, "#,##0.0", lang),
        here_of=lambda other: series_path(lang, *other.key[1:], scope=other.key[0]),
        is_web_address=is_web_address,
        s=sayer(lang),
    )


def _chosen_vintage(
    vintages: tuple[Vintage, ...], shown: ShownSeries, asked: Asked, language: Language
) -> Vintage | None:
    """Take the release that was asked for; without, or where it is the shown one itself, the last one before it.

    Raises
    ------
    HTTPException : there is no such release, or it does not have the series
    """
    if asked.release in (None, shown.release.id):
        return vintages[-1] if vintages else None
    found = next((each for each in vintages if each.release.id == asked.release), None)
    if found is None:
        known = ", ".join(each.release.id for each in vintages) or "–"
        raise HTTPException(
            404, say("web_series", "vintage.unknown", language, release=str(asked.release)[:80], known=known)
        )
    return found


def _chosen_month(shown: ShownSeries, asked: Asked, language: Language) -> tuple[ShownMonth | None, bool]:
    """Take the month that was asked for, else the first one whose figure is shown; tell whether it is missing.

    Raises
    ------
    HTTPException : what was asked for is no month
    """
    told = [each for each in shown.months if each.expected.quantiles is not None]
    first = told[0] if told else None
    if asked.month is None:
        return first, False
    try:
        wanted = parse_month(asked.month)
    except HavreError as error:
        raise HTTPException(404, error.message(language)) from error
    found = next((each for each in shown.months if each.month == wanted), None)
    return (found or first), found is None
