"""The first page: what the next twelve months may bring, and how far to trust it."""

import math
from collections.abc import Iterable

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from havre.evaluate.surges import LEAST_PERSONS
from havre.record.charts import NARROW, Size
from havre.record.report import Page as Report
from havre.record.report import is_web_address
from havre.record.wording import Wording
from havre.texts import as_language
from havre.web.charts.fans import fan_of
from havre.web.charts.maps import lands_of, map_figure
from havre.web.charts.outlook_map import maps_of
from havre.web.reading.glance import (
    CHANGES_SHOWN,
    alarms_before,
    biggest_changes,
    losing_scopes,
    scopes_at_a_glance,
    surges_of,
)
from havre.web.reading.places import KINDS, codes_of, path_of, place_path
from havre.web.rendering import Lang, SiteNow, page

router = APIRouter(include_in_schema=False)

HALF = Size(540, 320, 6)
"""Size of a chart that has another beside it on a wide screen."""
LOSING_SHOWN = 6


@router.get("/")
def start(request: Request) -> Response:
    """Lead to the first page in the reader's language."""
    asked = (part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(","))
    language = next((found for part in asked if (found := as_language(part))), "en")
    return RedirectResponse(f"/{language}/", 307, {"Vary": "Accept-Language", "Cache-Control": "no-store"})


@router.get("/{lang}/")
def home(request: Request, lang: Lang, site: SiteNow) -> Response:
    """Show the first page."""
    release, words = site.latest, site.words(lang)
    tables = release.published.release
    report = Report(tables, release.outlooks, words)
    shown = scopes_at_a_glance(report)
    sizes = (("wide", HALF), ("narrow", NARROW))
    fans = [fan_of(tables, each.outlook, words, name=f"scope-{n}", sizes=sizes) for n, each in enumerate(shown, 1)]
    maps = maps_of(release.outlooks)
    lands = lands_of(maps)
    places = {*release.destinations, *codes_of(release, "route")}

    def place_link(code: str) -> str | None:
        kind = "route" if code.startswith("route:") else "destination"
        return place_path(lang, kind, code) if code in places else None

    return page(
        request,
        "home.html.jinja",
        lang,
        release=release,
        report=report,
        glances=list(zip(shown, fans, strict=True)),
        lands={land.name: land for each in lands for land in each.values()}.values(),
        maps=[map_figure(each, lands[n], words, place_link, f"map-{n + 1}") for n, each in enumerate(maps)],
        changes=biggest_changes(release.outlooks),
        surges=surges_of(tables, release.outlooks),
        alarms_before=alarms_before(report),
        losing_scopes=losing_scopes(report),
        losing_shown=LOSING_SHOWN,
        kinds=[(kind, _named(codes_of(release, kind), words)) for kind in KINDS],
        changes_shown=CHANGES_SHOWN,
        least_surge=LEAST_PERSONS,
        infinity=math.inf,
        path_of=lambda outlook: path_of(release, outlook, lang),
        place_path=lambda kind, code: place_path(lang, kind, code),
        is_web_address=is_web_address,
    )


def _named(codes: Iterable[str], words: Wording) -> list[tuple[str, str]]:
    """Give name and code of places, by name."""
    return sorted((words.place(code), code) for code in codes)
