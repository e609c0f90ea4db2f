"""How the OpenAPI document tells errors: as problem details (RFC 9457)."""

from typing import Any

_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
Told = dict[int | str, dict[str, Any]]


def _told(status: int, description: str) -> Told:
    return {status: {"description": description, "content": _CONTENT}}


NOT_FOUND = _told(404, "There is no such thing, or this site does not have it.")
REFUSED = _told(422, "A parameter is unknown, stands there twice, or has a value that it cannot have.")
TOO_MANY = _told(429, "Too many requests for what must be computed; `Retry-After` says how long to wait.")
BROKEN = _told(500, "Something broke on our side.")
NOT_BUILT = _told(501, "This site cannot draw pictures: a package is not installed.")
BUSY = _told(503, "Too much waits to be computed; `Retry-After` says how long to wait.")
UNCHANGED: Told = {304: {"description": "Nothing changed since the answer that had this `ETag`."}}
MOVED: Told = {308: {"description": "The codes are written otherwise; `Location` is the address."}}
