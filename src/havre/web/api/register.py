"""The register of automated border systems: each claim with its source, as JSON, CSV and JSON-LD."""

import json
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import HTTPException, Path
from starlette.responses import Response

from havre.audit.register.export import to_csv, to_json, to_json_ld
from havre.audit.register.load import Register, load_register
from havre.audit.register.models import Entry
from havre.web.api.problems_told import UNCHANGED
from havre.web.api.questions import api_router
from havre.web.api.tables import DOWNLOADED, file_answer

router = api_router("register")
System = Annotated[str, Path(min_length=1, max_length=60, examples=["etias"])]
_LD: dict[str, Any] = {
    "response_class": Response,
    "responses": {200: {"description": "A graph.", "content": {"application/ld+json": {"schema": {"type": "object"}}}}},
}


@router.get("/register", summary="Register of systems", responses=UNCHANGED)
def register() -> dict[str, Any]:
    """Give all entries: systems, and the contexts that they include."""
    return _json(load_register().entries.values())


@router.get("/register.csv", summary="Register as CSV", **DOWNLOADED["csv"])
def register_csv() -> Response:
    """Give one row for each claim."""
    return _csv(load_register().entries.values(), "havre-register")


@router.get("/register.jsonld", summary="Register as JSON-LD", **_LD)
def register_json_ld() -> Response:
    """Give entries and claims in the words of schema.org."""
    return _json_ld(load_register().entries.values())


@router.get("/register/{system}.csv", summary="A system as CSV", **DOWNLOADED["csv"])
def system_csv(system: System) -> Response:
    """Give one row for each claim about a system."""
    return _csv([_entry(system)], f"havre-register-{system}")


@router.get("/register/{system}.jsonld", summary="A system as JSON-LD", **_LD)
def system_json_ld(system: System) -> Response:
    """Give what is claimed about a system in the words of schema.org."""
    return _json_ld([_entry(system)])


@router.get("/register/{system}", summary="A system", responses=UNCHANGED)
def system(system: System) -> dict[str, Any]:
    """Give what is claimed about a system, each claim with its source, date and status."""
    return _json([_entry(system)])


def _entry(name: str) -> Entry:
    found = load_register().entries.get(name.lower())
    if found is None:
        raise HTTPException(404)
    return found


def _written(write: Callable[[Register, Iterable[Entry]], str], entries: Iterable[Entry]) -> str:
    return write(load_register(), entries)


def _json(entries: Iterable[Entry]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_written(to_json, entries))
    return found


def _csv(entries: Iterable[Entry], name: str) -> Response:
    return file_answer(_written(to_csv, entries).encode(), name, "csv")


def _json_ld(entries: Iterable[Entry]) -> Response:
    return Response(_written(to_json_ld, entries), media_type="application/ld+json")
