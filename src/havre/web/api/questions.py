"""What may be asked of the API: which release, which part of a list; whatever else stands in a query is refused."""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from starlette.datastructures import QueryParams

from havre.web.api.problems_told import NOT_FOUND, REFUSED
from havre.web.asked import only_known
from havre.web.rendering import SiteNow
from havre.web.site import SiteRelease

MOST = 1000
"""Most items of one part of a list."""
Item = TypeVar("Item")


def api_router(tag: str) -> APIRouter:
    """Make a router whose addresses refuse unknown parameters, and tell their errors in the OpenAPI document."""
    return APIRouter(
        prefix="/api/v1", tags=[tag], dependencies=[Depends(only_known)], responses={**NOT_FOUND, **REFUSED}
    )


async def chosen_release(
    site: SiteNow,
    release: Annotated[
        str | None, Query(min_length=1, max_length=200, description="A release; by default the newest.")
    ] = None,
) -> SiteRelease:
    """Give the release that is asked for.

    Raises
    ------
    HTTPException : 404, there is none of this name
    """
    found = site.latest if release is None else site.release(release)
    if found is None:
        raise HTTPException(404)
    return found


Chosen = Annotated[SiteRelease, Depends(chosen_release)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Most items of this part.")]
Offset = Annotated[int, Query(ge=0, le=10_000_000, description="How many items come before this part.")]


def root_of(request: Request) -> str:
    """Give the address of the site, as it is set or as the reader asked, without a stroke at the end."""
    return request.app.state.settings.address or str(request.base_url).rstrip("/")


def part_of(items: Sequence[Item], limit: int, offset: int) -> Sequence[Item]:
    """Give a part of a list."""
    return items[offset : offset + limit]


def tell_part(request: Request, response: Response, total: int, limit: int, offset: int) -> dict[str, str]:
    """Put the neighbours of a part into the header ``Link`` (RFC 8288); give them for the answer too."""
    last = max(ceil(total / limit) - 1, 0) * limit
    places = {"self": offset, "first": 0, "last": last}
    if offset > 0:
        places["prev"] = max(min(offset, last + limit) - limit, 0)
    if offset + limit < total:
        places["next"] = offset + limit
    asked = [(name, value) for name, value in request.query_params.multi_items() if name not in ("limit", "offset")]
    path = f"{root_of(request)}{request.url.path}"
    links = {
        name: f"{path}?{QueryParams([*asked, ('limit', str(limit)), ('offset', str(place))])}"
        for name, place in places.items()
    }
    response.headers["Link"] = ", ".join(_link(name, link) for name, link in links.items() if name != "self")
    response.headers["X-Total-Count"] = str(total)
    return links


def _link(name: str, address: str) -> str:
    return f'<{address}>; rel="{name}"'


def joined(root: str, parts: Iterable[str], **query: str | None) -> str:
    """Write an address under the root of the site."""
    asked = QueryParams({name: value for name, value in query.items() if value is not None})
    return "/".join([root, *parts]) + (f"?{asked}" if asked else "")
