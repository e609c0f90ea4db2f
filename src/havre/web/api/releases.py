"""Releases: which there are, how each was made, who reviewed it, and its files."""

import hashlib
import json
from typing import Annotated, Any

from fastapi import HTTPException, Path, Request, Response

from havre.web.api.models import ReleaseDetail, ReleaseFile, ReleaseFiles, Releases, ReleaseSummary
from havre.web.api.problems_told import UNCHANGED
from havre.web.api.questions import Limit, Offset, api_router, joined, part_of, root_of, tell_part
from havre.web.api.telling import credit, month_text, review_of, standing_of
from havre.web.rendering import SiteNow
from havre.web.site import Site, SiteRelease

router = api_router("releases")
Name = Annotated[str, Path(min_length=1, max_length=200)]


@router.get("/releases", summary="List releases", responses=UNCHANGED)
def list_releases(
    request: Request, response: Response, site: SiteNow, limit: Limit = 100, offset: Offset = 0
) -> Releases:
    """List releases, the newest first."""
    links = tell_part(request, response, len(site.releases), limit, offset)
    root = root_of(request)
    items = tuple(ReleaseSummary(**_summary(root, site, each)) for each in part_of(site.releases, limit, offset))
    return Releases(total=len(site.releases), limit=limit, offset=offset, links=links, items=items)


@router.get("/releases/{name}", summary="A release", responses=UNCHANGED)
def one_release(request: Request, site: SiteNow, name: Name) -> ReleaseDetail:
    """Give a release: how it was made, from which sources, and who reviewed it."""
    release = _found(site, name)
    facts = release.published.release.facts
    return ReleaseDetail(
        **_summary(root_of(request), site, release),
        **{key: getattr(facts, key) for key in ("code_version", "seed", "threshold", "ensemble", "members")},
        baselines=facts.baselines,
        options=_plain(release.published.manifest["options"]),
        inputs=dict(facts.inputs),
        sources=tuple(credit(each) for each in facts.sources),
    )


@router.get("/releases/{name}/files", summary="Files of a release", responses=UNCHANGED)
def release_files(request: Request, site: SiteNow, name: Name) -> ReleaseFiles:
    """List the files of a release with their SHA-256, the manifest and what proves it included."""
    release = _found(site, name)
    root = root_of(request)
    files = tuple(
        ReleaseFile(
            path=path,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            link=joined(root, ["files", release.id, path]),
        )
        for path, content in sorted(release.published.contents.items())
    )
    return ReleaseFiles(release=release.id, files=files)


@router.get("/releases/{name}/manifest", summary="Manifest of a release", responses=UNCHANGED)
def release_manifest(site: SiteNow, name: Name) -> dict[str, Any]:
    """Give the manifest: everything that the log commits to. Its bytes as signed are under ``/files``."""
    return _plain(_found(site, name).published.manifest)


def _found(site: Site, name: str) -> SiteRelease:
    found = site.release(name)
    if found is None:
        raise HTTPException(404)
    return found


def _plain(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(value, default=str), parse_constant=lambda _: None)
    return found


def _summary(root: str, site: Site, release: SiteRelease) -> dict[str, Any]:
    own = joined(root, ["api/v1/releases", release.id])
    named = {"release": release.id}
    links = {
        "self": own,
        "files": f"{own}/files",
        "manifest": f"{own}/manifest",
        "series": joined(root, ["api/v1/series"], **named),
        "forecasts_csv": joined(root, ["api/v1/forecasts.csv"], **named),
        "page_en": joined(root, ["en/releases", release.id]),
        "page_fr": joined(root, ["fr/releases", release.id]),
    }
    return {
        "id": release.id,
        "made_on": release.made_on,
        "data_end": month_text(release.data_end),
        "reference_only": release.published.release.facts.reference_only,
        "review": review_of(release),
        "standing": standing_of(site, release),
        "logged": release.published.logged,
        "series": len(release.outlooks),
        "manifest_sha256": release.published.manifest_sha256,
        "links": links,
    }
