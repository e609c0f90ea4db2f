"""The OpenAPI document: every address of the API, its answers, its errors, and examples of what this site has.

References
----------
OpenAPI Initiative, OpenAPI Specification 3.1.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from havre.texts import LANGUAGES
from havre.web.api.models import Problem
from havre.web.api.problems_told import BROKEN, TOO_MANY
from havre.web.site import Site

TAGS = (
    ("index", "Where to begin."),
    ("releases", "What was published, when, from what, and who reviewed it."),
    ("series", "What was counted and what is expected, by measure, origin and destination."),
    ("tables", "Whole releases as one table."),
    ("trust", "Track record, likely surges."),
    ("explanations", "What each figure was made of."),
    ("reference", "Measures, places, sources."),
    ("contests", "What people contest, and what became of it."),
    ("register", "What is known of automated border systems."),
    ("embeds", "Charts for pages of one's own."),
    ("feeds", "Atom feeds."),
)
FRAMEWORK_WORDS = "Successful Response"
"""What FastAPI says of every answer that is described nowhere."""
Part = dict[str, Any]


def openapi_document(app: FastAPI) -> Part:
    """Make the document, with examples from the newest release."""
    if app.openapi_schema is None:
        app.openapi_schema = _bare_document(app)
    made = deepcopy(app.openapi_schema)
    examples = examples_of(app.state.holder.site)
    for path, operation in _operations(made):
        for parameter in operation.get("parameters", ()):
            told = examples.get(f"{path} {parameter['name']}", examples.get(parameter["name"]))
            if told is not None:
                parameter["example"] = told
    return made


def examples_of(site: Site) -> Mapping[str, object]:
    """Give an example for each parameter of which the site has one; some are told with their path."""
    if not site.releases:
        return {}
    latest = site.latest
    shown = [each for each in latest.outlooks if not each.is_hidden] or list(latest.outlooks)
    outlook = next((each for each in shown if each.row["level"] == "corridor"), shown[0])
    scope, measure, origin, destination = outlook.key
    found = {
        "release": latest.id,
        "/api/v1/contests release": None,
        "scope": scope,
        "measure": measure,
        "origin": origin,
        "destination": destination,
        "level": outlook.row["level"],
        "lang": "en",
        "subject": "releases",
        "system": "etias",
    }
    for path in ("", "/files", "/manifest"):
        found[f"/api/v1/releases/{{name}}{path} name"] = latest.id
    if latest.explained is not None:
        largest = latest.explained.largest(1)
        found |= {"figure": largest[0].id} if largest else {}
    return found


def _bare_document(app: FastAPI) -> Part:
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary="Forecasts of displacement that can be read, questioned and trusted.",
        description=app.description,
        routes=app.routes,
        license_info=app.license_info,
        tags=[{"name": name, "description": told} for name, told in TAGS],
        servers=[{"url": app.state.settings.address or "/"}],
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for _, operation in _operations(made):
        for status, told in {**TOO_MANY, **BROKEN}.items():
            operation["responses"].setdefault(str(status), told)
        _tell_answer(operation, schemas)
        for parameter in operation.get("parameters", ()):
            if parameter["name"] == "lang":
                parameter["schema"] = {"type": "string", "enum": list(LANGUAGES)}
    return made


def _tell_answer(operation: Part, schemas: Mapping[str, Part]) -> None:
    """Describe an answer by what it holds, where the framework has nothing but words of its own for it."""
    answer = operation["responses"].get("200", {})
    if answer.get("description") != FRAMEWORK_WORDS:
        return
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    held = schemas.get(schema.get("$ref", "").rpartition("/")[2], {}).get("description")
    answer["description"] = held or f"{operation['summary']}."


def _operations(document: Part) -> Iterator[tuple[str, Part]]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            yield path, operation
