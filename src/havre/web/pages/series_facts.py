"""What ``series_body.html.jinja`` shows of a series, on its own page and on that of the place whose total it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from fastapi import HTTPException

from havre.errors import HavreError
from havre.months import parse_month
from havre.record.report import Page as Report
from havre.record.report import is_web_address
from havre.sources.catalogue import sources
from havre.texts import Language, say
from havre.web.charts.fans import fan_of
from havre.web.reading.event_words import event_words
from havre.web.reading.explained import explain, own_record
from havre.web.reading.frozen import judged_series
from havre.web.reading.scenarios import scenarios_of
from havre.web.reading.series import TILES, ShownMonth, ShownSeries, with_query
from havre.web.reading.vintages import Vintage, vintages_of


@dataclass(frozen=True)
class Asked:
    """What a reader chose to see: the release that is looked back on, the month that is explained, what is supposed."""

    release: str | None = None
    month: str | None = None
    scenario: str | None = None


def series_facts(
    shown: ShownSeries, asked: Asked, language: Language, here_path: Callable[..., str], s: Callable[..., str]
) -> dict[str, Any]:
    """Give what is told of a series, as the template names it.

    Parameters
    ----------
    here_path : gives the address of the page with other choices of the reader
    s : says sentences of the catalogue ``web_series``

    Raises
    ------
    HTTPException : there is no such release or month
    """
    site, words, plain = shown.site, shown.site.words(language), shown.release.published.release
    vintages = vintages_of(shown)
    vintage = _chosen_vintage(vintages, shown, asked, language)
    explained_month, month_is_missing = _chosen_month(shown, asked, language)
    measure, origin, destination = shown.key
    return {
        "shown": shown,
        "defined": _definition(shown, language),
        "asked": asked,
        "here_path": here_path,
        "s": s,
        "report": Report(plain, shown.release.outlooks, words),
        "fan": fan_of(plain, shown.outlook, words),
        "tiles": [each for each in shown.months if each.expected.horizon in TILES and each.expected.quantiles],
        "vintages": vintages,
        "vintage": vintage,
        "vintage_fan": None if vintage is None else vintage.fan(words),
        "explained": None if explained_month is None else explain(shown, explained_month, words),
        "explained_month": explained_month,
        "month_is_missing": month_is_missing,
        "own_record": own_record(shown),
        "judged": judged_series(site.track_record, (measure, shown.row["source"], origin, destination)),
        "with_query": with_query,
        "supposed": scenarios_of(shown, asked.scenario),
        "event_words": partial(event_words, words=words),
        "month_names": [format_date(date(2000, month, 1), "LLL", locale=language) for month in range(1, 13)],
        "whole": lambda value: format_decimal(round(value), locale=language),
        "error_of": lambda value: (
            words.text("number.none") if value is None else format_decimal(value, "#,##0.0", language)
        ),
        "is_web_address": is_web_address,
    }


def _definition(shown: ShownSeries, language: Language) -> str | None:
    """Say what is counted, as the page on data does; ``None`` where the catalogue does not know the source."""
    source = sources().get(shown.row["source"])
    measure = None if source is None else source.measures.get(shown.key[0])
    return None if measure is None else measure.defined(language)


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
