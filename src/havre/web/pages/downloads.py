"""Files of releases and of the log, as they are: for people who keep copies, and for programs that verify.

Files of releases come from memory. Those of the log are read when they are asked for: only the paths that the format
of logs has (C2SP tlog-tiles) are looked at, and never through a link.
"""

import io
import re
import zipfile
from pathlib import Path, PurePosixPath

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from havre.record.log.reading import CHECKPOINT
from havre.web.assets import FOREVER
from havre.web.rendering import SiteNow
from havre.web.site import SiteRelease

router = APIRouter(include_in_schema=False)
KINDS = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".txt": "text/plain; charset=utf-8",
    ".yml": "application/yaml",
}
SAVED = frozenset({".csv", ".parquet"})
"""Kinds of files that a browser saves under a name that tells the release."""
PAGE_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""A page of a release is written for a file on a disk: it stands alone, away from what this site may do."""
ANYWHERE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Whoever verifies may do so from a page of their own."""
TILE = re.compile(r"tile/(?:[0-9]|[1-5][0-9]|6[0-3]|entries)/(?:x[0-9]{3}/){0,5}[0-9]{3}(?P<part>\.p/[1-9][0-9]{0,2})?")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+")


@router.get("/files/{name}.zip")
def release_zip(site: SiteNow, name: str) -> Response:
    """Give all files of a release as one, as a folder that ``havre verify`` takes."""
    release = site.release(name)
    if release is None:
        raise HTTPException(404)
    headers = {**ANYWHERE, "Content-Disposition": _saved_as(f"{name}.zip"), "Cache-Control": "public, max-age=3600"}
    return Response(zip_of(release), headers=headers, media_type="application/zip")


@router.get("/files/{name}/{path:path}")
def release_file(site: SiteNow, name: str, path: str) -> Response:
    """Give a file of a release."""
    release = site.release(name)
    content = None if release is None else release.file(path)
    if content is None:
        raise HTTPException(404)
    ending = PurePosixPath(path).suffix
    headers = {**ANYWHERE, "Cache-Control": "public, max-age=3600"}
    if ending == ".html":
        headers["Content-Security-Policy"] = PAGE_POLICY
    if ending in SAVED:
        headers["Content-Disposition"] = _saved_as(f"{name}-{PurePosixPath(path).name}")
    return Response(content, headers=headers, media_type=KINDS.get(ending, "application/octet-stream"))


@router.get("/log/{path:path}")
def log_file(site: SiteNow, path: str) -> Response:
    """Give the checkpoint, a tile or a bundle of entries."""
    content = None if site.log_folder is None else file_of_log(site.log_folder, path)
    if content is None:
        raise HTTPException(404, headers=ANYWHERE)
    if path == CHECKPOINT:
        headers = {**ANYWHERE, "Cache-Control": "no-cache"}
        return Response(content, headers=headers, media_type="text/plain; charset=utf-8")
    full = not path.rpartition("/")[0].endswith(".p")
    headers = {**ANYWHERE, "Cache-Control": FOREVER if full else "no-cache"}
    return Response(content, headers=headers, media_type="application/octet-stream")


def file_of_log(folder: Path, path: str) -> bytes | None:
    """Read a file of a log; ``None`` for any other path, for what is not there, and for what a link leads to."""
    if path != CHECKPOINT and TILE.fullmatch(path) is None:
        return None
    whole = folder.resolve() / path
    try:
        return whole.read_bytes() if whole.resolve(strict=True) == whole and whole.is_file() else None
    except OSError:
        return None


def zip_of(release: SiteRelease) -> bytes:
    """Pack a release, always as the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for path, content in sorted(release.published.contents.items()):
            entry = zipfile.ZipInfo(f"{release.id}/{path}")
            entry.compress_type = zipfile.ZIP_STORED if path.endswith(".parquet") else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content)
    return made.getvalue()


def _saved_as(name: str) -> str:
    """Tell a browser to save a file, under a name that needs no quoting."""
    return f'attachment; filename="{name}"' if _PLAIN_NAME.fullmatch(name) else "attachment"
