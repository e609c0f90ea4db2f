"""The first page: what the next twelve months may bring, and how far to trust it."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from havre.texts import as_language
from havre.web.rendering import Lang, page

router = APIRouter(include_in_schema=False)


@router.get("/")
def start(request: Request) -> Response:
    """Lead to the first page in the reader's language."""
    asked = (part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(","))
    language = next((found for part in asked if (found := as_language(part))), "en")
    return RedirectResponse(f"/{language}/", 307, {"Vary": "Accept-Language", "Cache-Control": "no-store"})


@router.get("/{lang}/")
def home(request: Request, lang: Lang) -> Response:
    """Show the first page."""
    return page(request, "home.html.jinja", lang)
