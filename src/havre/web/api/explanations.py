"""Explanations of single figures: what each was made of, and what would move it."""

from typing import Annotated

from fastapi import HTTPException, Path, Request, Response

from havre.errors import RecordError
from havre.record.explained_folder import ExplainedFolder
from havre.texts import as_language, say
from havre.web.api.problems_told import UNCHANGED
from havre.web.api.questions import Chosen, Limit, Offset, api_router, joined, part_of, root_of, tell_part
from havre.web.api.trust_models import ExplainedFigure, ExplainedFigures, Explanation
from havre.web.site import SiteRelease

router = api_router("explanations")


@router.get("/explanations", summary="List figures that are explained", responses=UNCHANGED)
def list_explanations(
    request: Request, response: Response, release: Chosen, limit: Limit = 100, offset: Offset = 0
) -> ExplainedFigures:
    """List the figures of a release that are explained; none where it was made without explanations."""
    found = [] if release.explained is None else release.explained.figures()
    links = tell_part(request, response, len(found), limit, offset)
    root = root_of(request)
    items = tuple(
        ExplainedFigure(figure=figure.id, median=median, links={"self": _address(root, release, figure.id)})
        for figure, median in part_of(found, limit, offset)
    )
    return ExplainedFigures(release=release.id, total=len(found), limit=limit, offset=offset, links=links, items=items)


@router.get("/explanations/{figure:path}", summary="Explanation of a figure", responses=UNCHANGED)
def explanation(
    request: Request,
    release: Chosen,
    figure: Annotated[
        str,
        Path(
            min_length=1,
            max_length=300,
            description="Scope, origin, destination and month; its strokes may be written plainly or as %2F.",
            examples=["asylum_applications/bamf/DEU/origin/SYR/DEU/2026-12"],
        ),
    ],
) -> Explanation:
    """Give everything that is said of a figure: data, model, contributions, past situations, limits, rules."""
    language = as_language(request.headers.get("accept-language")) or "en"
    folder: ExplainedFolder | None = release.explained
    if folder is None:
        raise HTTPException(404, say("web_api", "none.explained", language))
    try:
        found = folder.find(figure)
    except RecordError as error:
        raise HTTPException(404, error.message(language)) from error
    root = root_of(request)
    scope, origin, destination, _ = figure.strip().rsplit("/", 3)
    measure = found.explanation["figure"]["measure"]
    links = {
        "self": _address(root, release, figure.strip()),
        "series": joined(root, ["api/v1/series", measure, origin, destination], scope=scope, release=release.id),
        "schema": joined(root, ["files", release.id, "explanations/explanation.schema.json"]),
    }
    return Explanation(release=release.id, explanation=found.explanation, review=found.review, links=links)


def _address(root: str, release: SiteRelease, figure: str) -> str:
    return joined(root, ["api/v1/explanations", figure], release=release.id)
