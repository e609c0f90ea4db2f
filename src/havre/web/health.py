"""For whoever runs a site: is it alive, is it ready, what does it count."""

from fastapi import APIRouter, Request
from prometheus_client import generate_latest
from starlette.responses import JSONResponse, Response

from havre.web.settings import WebSettings

router = APIRouter(include_in_schema=False)
_UNKEPT = {"Cache-Control": "no-store"}


@router.get("/healthz")
async def alive() -> Response:
    """Say that the process answers, also while every thread is taken."""
    return JSONResponse({"status": "alive"}, headers=_UNKEPT)


@router.get("/readyz")
async def ready(request: Request) -> Response:
    """Say what is shown; where a newer state was refused the old one is served, and the answer says so."""
    holder = request.app.state.holder
    site = holder.site
    told = {
        "status": "ready",
        "release": site.latest.id if site.releases else None,
        "releases": len(site.releases),
        "refused": [each.folder for each in site.refused],
        "newer_state_refused": None
        if holder.failed is None
        else _without_folders(holder.failed.message(), site.settings),
    }
    return JSONResponse(told, headers=_UNKEPT)


def _without_folders(text: str, settings: WebSettings) -> str:
    """Leave out where on the machine the folders lie: anybody may ask."""
    for folder in (settings.record, settings.releases):
        text = text.replace(f"{folder.parent}/", "") if folder.is_absolute() else text
    return text


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """Give the counts for Prometheus."""
    found = generate_latest(request.app.state.metrics.registry)
    return Response(found, headers=_UNKEPT, media_type="text/plain; version=0.0.4; charset=utf-8")
