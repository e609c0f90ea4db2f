"""Where programs begin: the index, and the OpenAPI document."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi

from havre import __version__
from havre.web.api.models import Index, Problem
from havre.web.api.problems_told import BROKEN, TOO_MANY, UNCHANGED
from havre.web.api.questions import api_router, joined, root_of
from havre.web.api.telling import month_text
from havre.web.rendering import SiteNow

router = api_router("index")
LICENCE = "Figures: the licences of their sources, see /api/v1/sources. Software: EUPL-1.2."
PLACES = (
    "releases",
    "series",
    "skill",
    "alarms",
    "explanations",
    "measures",
    "places",
    "sources",
    "contests",
    "track-record",
    "register",
    "forecasts.csv",
    "forecasts.hxl.csv",
    "forecasts.parquet",
    "history.csv",
    "history.hxl.csv",
    "history.parquet",
    "openapi.json",
)
TAGS = (
    ("index", "Where to begin."),
    ("releases", "What was published, when, from what, and who reviewed it."),
    ("series", "What was counted and what is expected, by measure, origin and destination."),
    ("tables", "Whole releases as one table."),
    ("trust", "Track record, likely surges."),
    ("explanations", "What each figure was made of."),
    ("reference", "Measures, places, sources."),
    ("contests", "What people contest, and what became of it."),
    ("register", "What is known of automated border systems."),
    ("embeds", "Charts for pages of one's own."),
    ("feeds", "Atom feeds."),
)


@router.get("", summary="Index", responses=UNCHANGED)
def index(request: Request, site: SiteNow) -> Index:
    """Tell what there is, and where."""
    root = root_of(request)
    links = {name: joined(root, ["api/v1", name]) for name in PLACES}
    for language in ("en", "fr"):
        links[f"feed_{language}"] = joined(root, ["feeds", language, "all.atom"])
        links[f"guide_{language}"] = joined(root, [language, "about/api"])
    latest = site.latest
    return Index(
        title=site.settings.title,
        version=__version__,
        release=latest.id,
        data_end=month_text(latest.data_end),
        reference_only=latest.published.release.facts.reference_only,
        reviewed=latest.is_reviewed,
        licence=LICENCE,
        links=links,
    )


def set_up(app: FastAPI) -> None:
    """Let the OpenAPI document tell the errors that any address may give, and where the site is."""
    setattr(app, "openapi", lambda: app.openapi_schema or _document(app))  # noqa: B010 - FastAPI's way to change it


def _document(app: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary="Forecasts of displacement that can be read, questioned and trusted.",
        description=app.description,
        routes=app.routes,
        license_info=app.license_info,
        tags=[{"name": name, "description": told} for name, told in TAGS],
        servers=[{"url": app.state.settings.address or "/"}],
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for operations in made["paths"].values():
        for operation in operations.values():
            for status, told in {**TOO_MANY, **BROKEN}.items():
                operation["responses"].setdefault(str(status), told)
    app.openapi_schema = made
    return made
