"""The pages of places: destinations, routes and origins, each with its series, and a list of all."""

from collections.abc import Callable, Iterable
from functools import partial

from babel.numbers import format_decimal
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from havre.places import find_code
from havre.texts import Language, say
from havre.web.reading.meant import near
from havre.web.reading.places import (
    KINDS,
    ROUTE,
    Kind,
    codes_of,
    deaths_on,
    listed,
    parts_of,
    path_of,
    place_path,
)
from havre.web.rendering import Lang, SiteNow, page
from havre.web.site import Site

router = APIRouter(include_in_schema=False)


def sayer(language: Language) -> Callable[..., str]:
    """Give a function that says sentences of the catalogue ``web_series`` in a language."""
    return partial(_say, language)


def _say(language: Language, key: str, /, **fields: object) -> str:
    return say("web_series", key, language, **fields)


@router.get("/{lang}/places")
def places(request: Request, lang: Lang, site: SiteNow) -> Response:
    """List every destination, route and origin."""
    words = site.words(lang)
    lists = [(kind, found) for kind in KINDS if (found := listed(site.latest, kind, words))]
    return page(request, "places.html.jinja", lang, lists=lists, s=sayer(lang))


@router.get("/{lang}/destination/{code}")
def destination(request: Request, lang: Lang, site: SiteNow, code: str) -> Response:
    """Show a destination."""
    return _place(request, lang, site, "destination", code)


@router.get("/{lang}/route/{slug}")
def route(request: Request, lang: Lang, site: SiteNow, slug: str) -> Response:
    """Show a route."""
    return _place(request, lang, site, "route", ROUTE + slug.removeprefix(ROUTE))


@router.get("/{lang}/origin/{code}")
def origin(request: Request, lang: Lang, site: SiteNow, code: str) -> Response:
    """Show an origin."""
    return _place(request, lang, site, "origin", code)


def _place(request: Request, language: Language, site: Site, kind: Kind, code: str) -> Response:
    """Show a place; another spelling of it leads to it, and what is none to a page with near ones."""
    release = site.latest
    known = codes_of(release, kind)
    if code not in known:
        meant = find_code(code.removeprefix(ROUTE))
        if meant in known:
            return RedirectResponse(place_path(language, kind, meant), 308)
        return near_places_page(request, language, site, code, (code,))
    words = site.words(language)
    return page(
        request,
        "place.html.jinja",
        language,
        kind=kind,
        code=code,
        parts=parts_of(release, code, "origin" if kind == "origin" else "destination", words),
        deaths=deaths_on(release, code) if kind == "route" else None,
        s=sayer(language),
        path_of=lambda outlook: path_of(release, outlook, language),
        one_decimal=lambda value: format_decimal(value, format="#,##0.0", locale=language),
        also=place_path(language, "origin", code) if kind == "destination" and code in release.origins else None,
    )


def near_places_page(request: Request, language: Language, site: Site, what: str, texts: Iterable[str]) -> Response:
    """Say that there is no such place or series, with the places that look most alike (404).

    Parameters
    ----------
    what : what was asked for
    texts : the parts of it that name places
    """
    found = near(site.latest, [text for text in texts if text != "TOT"], language)
    words = site.words(language)
    links = [(words.place(code), kind, place_path(language, kind, code)) for kind, code in found]
    return page(
        request,
        "no_place.html.jinja",
        language,
        status=404,
        store=False,
        what=what[:120],
        links=links,
        s=sayer(language),
    )
