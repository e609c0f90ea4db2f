"""What the site is, by which rules it works, where its data come from, what its words mean, and who answers for it."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from havre.sources.catalogue import Source, sources
from havre.texts import Language, say
from havre.web.documents import document, glossary, rendered
from havre.web.rendering import Lang, SiteNow, page
from havre.web.site import Site

router = APIRouter(include_in_schema=False)
METHODS = (
    "task",
    "draws",
    "models",
    "naive",
    "judged",
    "coherent",
    "revised",
    "hidden",
    "explained",
    "alarms",
    "review",
    "limits",
)
"""Sections of the page on methods, in order."""


@router.get("/{lang}/about")
def about(request: Request, lang: Lang) -> Response:
    """Lead to what there is to know about the site."""
    return page(request, "about.html.jinja", lang, pages=tuple(PAGES))


@router.get("/{lang}/about/{name}")
def about_page(request: Request, lang: Lang, site: SiteNow, name: str) -> Response:
    """Show one of these pages."""
    make = PAGES.get(name)
    if make is None:
        raise HTTPException(404)
    facts = {"name": name, "title": say("web_about", f"page.{name}.title", lang), **make(site, lang)}
    return page(request, f"about_{name}.html.jinja", lang, **facts)


def _charter(_: Site, language: Language) -> dict[str, Any]:
    name = "charter.md" if language == "en" else "charter.fr.md"
    addresses = {
        "charter.md": "/en/about/charter",
        "charter.fr.md": "/fr/about/charter",
        "forecasting.md": f"/{language}/about/methods",
        "glossary.md": f"/{language}/about/glossary",
        "sources.md": f"/{language}/about/data",
    }
    title, text = rendered(document(name), addresses)
    return {"title": title, "text": text}


def _data(site: Site, _: Language) -> dict[str, Any]:
    used = site.latest.published.release.facts.sources
    known = sources()
    others = sorted((each for name, each in known.items() if name not in {one.id for one in used}), key=_by_provider)
    return {"used": [(each, known.get(each.id)) for each in used], "others": others}


def _by_provider(source: Source) -> tuple[str, str]:
    return source.provider.lower(), source.id


def _methods(site: Site, _: Language) -> dict[str, Any]:
    facts = site.latest.published.release.facts
    return {"sections": METHODS, "facts": facts, "options": facts.options}


def _glossary(_: Site, language: Language) -> dict[str, Any]:
    return {"sections": glossary(language)}


def _plain(_: Site, __: Language) -> dict[str, Any]:
    return {}


PAGES: Mapping[str, Callable[[Site, Language], dict[str, Any]]] = {
    "charter": _charter,
    "methods": _methods,
    "data": _data,
    "glossary": _glossary,
    "accessibility": _plain,
    "imprint": _plain,
}
"""Pages by the end of their address, and what each of them shows."""
