"""Where programs begin."""

from fastapi import FastAPI, Request

from havre import __version__
from havre.web.api.openapi import openapi_document
from havre.web.api.problems_told import UNCHANGED
from havre.web.api.questions import api_router, joined, root_of
from havre.web.api.reference_models import Index
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
    """Let the OpenAPI document tell the errors that any address may give, and examples of what the site has."""
    setattr(app, "openapi", lambda: openapi_document(app))  # noqa: B010 - FastAPI's way to change it
