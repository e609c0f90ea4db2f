"""Contests: the public list, read from the store each time."""

from datetime import datetime
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path, Query, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from havre.errors import HavreError
from havre.record.contest import Contest as Filed
from havre.record.contest_list import plain_contest
from havre.texts import as_language, say
from havre.web.api.problems_told import BUSY, UNCHANGED
from havre.web.api.questions import Limit, Offset, api_router, part_of, tell_part
from havre.web.api.reference_models import Contest, Contests, ReleaseBecame
from havre.web.api.telling import moment
from havre.web.records import PublicContests, add_record_room, room_of
from havre.web.rendering import SiteNow
from havre.web.site import Site

router = api_router("contests")
FRESH = "no-cache"
"""Caches ask each time: an answer may come at any moment."""


@router.get("/contests", summary="List contests", responses={**UNCHANGED, **BUSY})
def list_contests(
    request: Request,
    response: Response,
    site: SiteNow,
    state: Annotated[str | None, Query(min_length=1, max_length=40)] = None,
    release: Annotated[str | None, Query(min_length=1, max_length=200, description="What is contested.")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Contests:
    """List contests, the newest first, with their ages, what is late, and how they ended."""
    listed = filed_contests(request, site)
    found = [each for each in listed.contests if state in (None, each.state) and release in (None, each.release)]
    links = tell_part(request, response, len(found), limit, offset)
    response.headers["Cache-Control"] = FRESH
    items = tuple(_told(each, listed.at) for each in part_of(found, limit, offset))
    became = tuple(ReleaseBecame.model_validate(each.as_dict()) for each in listed.became)
    return Contests(
        at=moment(listed.at),
        items=items,
        releases=became,
        total=len(found),
        limit=limit,
        offset=offset,
        links=links,
    )


@router.get("/contests/{name}", summary="A contest", responses={**UNCHANGED, **BUSY})
def one_contest(
    request: Request, response: Response, site: SiteNow, name: Annotated[str, Path(min_length=1, max_length=60)]
) -> Contest:
    """Give what is public of a contest."""
    listed = filed_contests(request, site)
    found = next((each for each in listed.contests if each.id == name), None)
    if found is None:
        raise HTTPException(404)
    response.headers["Cache-Control"] = FRESH
    return _told(found, listed.at)


def filed_contests(request: Request, site: Site) -> PublicContests:
    """Give the public list, the newest first, as it was a few seconds ago at most.

    Raises
    ------
    HTTPException : 404, the site keeps no record; 503, the store cannot be read now
    """
    if site.record is None:
        language = as_language(request.headers.get("accept-language")) or "en"
        raise HTTPException(404, say("web_api", "none.record", language))
    try:
        return room_of(request).public_contests()
    except (HavreError, SQLAlchemyError) as error:
        raise HTTPException(503, headers={"Retry-After": "10"}) from error


def _told(contest: Filed, at: datetime) -> Contest:
    return Contest.model_validate(plain_contest(contest, at))


def set_up(app: FastAPI) -> None:
    """See that the app has its room of the record."""
    add_record_room(app)
