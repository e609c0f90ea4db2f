"""The pages of places: destinations, routes and origins, each with its series, and a list of all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Any

from babel.numbers import format_decimal
from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from havre.places import find_code
from havre.texts import Language, say
from havre.web.pages.series_facts import Asked, series_facts
from havre.web.reading.meant import near
from havre.web.reading.places import (
    KINDS,
    ROUTE,
    Kind,
    Main,
    codes_of,
    deaths_on,
    listed,
    mains_of,
    parts_of,
    path_of,
    place_path,
    routes_without,
)
from havre.web.reading.series import find_series, with_query
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
    without = sorted((words.place(code), place_path(lang, "route", code)) for code in routes_without(site.latest))
    return page(request, "places.html.jinja", lang, lists=lists, without=without, s=sayer(lang))


@dataclass(frozen=True)
class Choices:
    """What a reader chose to see of a place.

    Parameters
    ----------
    series : which series of the place is told in full, by its name (:class:`havre.web.reading.places.Main`)
    release, month, scenario : see :class:`havre.web.pages.series_facts.Asked`
    """

    series: str | None = None
    release: str | None = None
    month: str | None = None
    scenario: str | None = None


Chosen = Annotated[Choices, Depends()]


@router.get("/{lang}/destination/{code}")
def destination(request: Request, lang: Lang, site: SiteNow, code: str, chosen: Chosen) -> Response:
    """Show a destination."""
    return _place(request, lang, site, ("destination", code), chosen)


@router.get("/{lang}/route/{slug}")
def route(request: Request, lang: Lang, site: SiteNow, slug: str, chosen: Chosen) -> Response:
    """Show a route."""
    return _place(request, lang, site, ("route", ROUTE + slug.removeprefix(ROUTE)), chosen)


@router.get("/{lang}/origin/{code}")
def origin(request: Request, lang: Lang, site: SiteNow, code: str, chosen: Chosen) -> Response:
    """Show an origin."""
    return _place(request, lang, site, ("origin", code), chosen)


def _place(request: Request, language: Language, site: Site, place: tuple[Kind, str], chosen: Choices) -> Response:
    """Show a place; another spelling leads to it with what was chosen, and what is none to a page with near ones."""
    release, (kind, code) = site.latest, place
    known = {*codes_of(release, kind), *(routes_without(release) if kind == "route" else ())}
    if code not in known:
        meant = find_code(code.removeprefix(ROUTE)) or find_code(code)
        if meant in known:
            return RedirectResponse(with_query(place_path(language, kind, meant), asdict(chosen)), 308)
        return near_places_page(request, language, site, code, (code,))
    words = site.words(language)
    mains = mains_of(release, kind, code, language)
    main = next((each for each in mains if each.name == chosen.series), mains[0] if mains else None)
    return page(
        request,
        "place.html.jinja",
        language,
        **{"s": sayer(language), **_told_in_full(site, language, place, main, mains, chosen)},
        kind=kind,
        code=code,
        main=main,
        mains=mains,
        is_measured=code in codes_of(release, kind),
        parts=parts_of(release, code, "origin" if kind == "origin" else "destination", words),
        deaths=deaths_on(release, code) if kind == "route" else None,
        path_of=lambda outlook: path_of(release, outlook, language),
        one_decimal=lambda value: format_decimal(value, format="#,##0.0", locale=language),
        also=place_path(language, "origin", code) if kind == "destination" and code in release.origins else None,
        by_series=lambda each: _path(language, place, each, mains, {}),
    )


def _told_in_full(
    site: Site, language: Language, place: tuple[Kind, str], main: Main | None, mains: list[Main], chosen: Choices
) -> dict[str, Any]:
    """Give what the page tells of the series of a place that was chosen; nothing where it has none."""
    shown = None if main is None else find_series(site, main.outlook.key[1:], main.outlook.key[0])  # type: ignore[arg-type]
    if main is None or shown is None:
        return {}
    asked = Asked(chosen.release, chosen.month, chosen.scenario)
    return series_facts(
        shown, asked, language, lambda **query: _path(language, place, main, mains, query), sayer(language)
    )


def _path(
    language: Language, place: tuple[Kind, str], main: Main, mains: list[Main], query: Mapping[str, str | None]
) -> str:
    """Give the address of a place with one of its series; the first is told without its name."""
    series = None if main is mains[0] else main.name
    return with_query(place_path(language, *place), {"series": series, **query})


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
