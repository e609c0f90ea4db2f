"""Style sheets, scripts and shapes: from memory, under an address that changes with their content."""

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from havre.web.rendering import asset_files, assets_version

router = APIRouter(include_in_schema=False)
KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "png": "image/png",
    "toml": "application/toml",
    "webmanifest": "application/manifest+json",
}
FOREVER = "public, max-age=31536000, immutable"


@router.get("/assets/{version}/{path:path}")
def asset_file(version: str, path: str) -> Response:
    """Give an asset; an old address gives the new file, which no cache keeps for long."""
    content = asset_files().get(path)
    kind = KINDS.get(path.rpartition(".")[2])
    if content is None or kind is None:
        raise HTTPException(404)
    caching = FOREVER if version == assets_version() else "public, max-age=60"
    return Response(content, headers={"Cache-Control": caching}, media_type=kind)


@router.get("/favicon.ico")
@router.get("/favicon.svg")
def icon() -> Response:
    """Give the sign of the site."""
    return Response(
        asset_files()["favicon.svg"], headers={"Cache-Control": "public, max-age=86400"}, media_type=KINDS["svg"]
    )


@router.get("/robots.txt")
def robots() -> Response:
    """Let everything public be found, but the desk."""
    return Response("User-agent: *\nDisallow: /en/desk\nDisallow: /fr/desk\n", media_type="text/plain")
