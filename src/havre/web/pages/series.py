"""The page of a series: what is expected, how well it was expected before, what earlier releases said, and why."""

from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from havre.months import month_index
from havre.web.pages.places import near_places_page, sayer
from havre.web.pages.series_facts import Asked, series_facts
from havre.web.reading.meant import meant_of_all
from havre.web.reading.series import find_series, series_path
from havre.web.rendering import Lang, SiteNow, page

router = APIRouter(include_in_schema=False)


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
    asked = Asked(release, month, scenario)
    return page(
        request,
        "series.html.jinja",
        lang,
        **series_facts(shown, asked, lang, partial(shown.path, lang), sayer(lang)),
        months_since=month_index(shown.release.published.release.facts.made_on) - month_index(shown.row["last_month"]),
        here_of=lambda other: series_path(lang, *other.key[1:], scope=other.key[0]),
    )
