"""Contests: the public list, read from the store each time."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import HTTPException, Path, Query, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from havre.errors import RecordError
from havre.record.contest import Contest as Filed
from havre.record.contest import contests
from havre.record.contest_list import plain_contest
from havre.record.store.database import open_store
from havre.texts import as_language, say
from havre.web.api.models import Contest, Contests
from havre.web.api.problems_told import BUSY, UNCHANGED
from havre.web.api.questions import Limit, Offset, api_router, part_of, tell_part
from havre.web.api.telling import moment
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
    at = datetime.now(UTC)
    found = [
        each
        for each in filed_contests(request, site)
        if state in (None, each.state) and release in (None, each.release)
    ]
    links = tell_part(request, response, len(found), limit, offset)
    response.headers["Cache-Control"] = FRESH
    items = tuple(_told(each, at) for each in part_of(found, limit, offset))
    return Contests(at=moment(at), total=len(found), limit=limit, offset=offset, links=links, items=items)


@router.get("/contests/{name}", summary="A contest", responses={**UNCHANGED, **BUSY})
def one_contest(
    request: Request, response: Response, site: SiteNow, name: Annotated[str, Path(min_length=1, max_length=60)]
) -> Contest:
    """Give what is public of a contest."""
    found = next((each for each in filed_contests(request, site) if each.id == name), None)
    if found is None:
        raise HTTPException(404)
    response.headers["Cache-Control"] = FRESH
    return _told(found, datetime.now(UTC))


def filed_contests(request: Request, site: Site) -> list[Filed]:
    """Read all contests, the newest first.

    Raises
    ------
    HTTPException : 404, the site keeps no record; 503, the store cannot be read now
    """
    if site.record is None:
        language = as_language(request.headers.get("accept-language")) or "en"
        raise HTTPException(404, say("web_api", "none.record", language))
    try:
        store = open_store(site.settings.record, site.settings.database or None)
        try:
            with store.read() as connection:
                found = contests(connection, site.record)
        finally:
            store.close()
    except (RecordError, SQLAlchemyError) as error:
        raise HTTPException(503, headers={"Retry-After": "10"}) from error
    return sorted(found, key=lambda each: (each.filed_at, each.id), reverse=True)


def _told(contest: Filed, at: datetime) -> Contest:
    return Contest.model_validate(plain_contest(contest, at))
