"""The OpenAPI document tells every address, and how it answers when something is wrong."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

ERRORS = ("404", "422", "429", "500")


@pytest.fixture(scope="module")
def document(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(path, each) for path, methods in document["paths"].items() for each in methods.values()]


def test_it_is_of_version_31_and_its_parts_are_there(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["info"]["license"]["identifier"] == "EUPL-1.2"
    known = set(document["components"]["schemas"])
    text = str(document)
    assert {part.split("'")[0] for part in text.split("#/components/schemas/")[1:]} <= known


def test_every_address_says_what_it_is_and_how_it_fails(document: dict[str, Any]) -> None:
    for path, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["tags"], path
        for status in ERRORS:
            content = operation["responses"][status]["content"]
            assert list(content) == ["application/problem+json"], path
        assert operation["responses"]["200"]["content"], path


def test_every_answer_is_described_by_what_it_holds(document: dict[str, Any]) -> None:
    told = {path: operation["responses"]["200"]["description"] for path, operation in operations(document)}
    assert {path for path, text in told.items() if text == "Successful Response" or not text.endswith(".")} == set()
    assert told["/api/v1/releases"] == "Releases, the newest first."
    assert told["/api/v1/displacement/runs/{run_id}"] == "Where a run is."


def test_every_address_of_the_api_is_told(app: FastAPI, document: dict[str, Any]) -> None:
    served = {getattr(route, "path_format", "") for route in app.routes}
    told = set(document["paths"])
    # What takes a form is told in docs/api.md: the document is one of what is read.
    assert {path for path in served if path.startswith(("/api/", "/embed/", "/feeds/"))} - told == {
        "/api/v1/openapi.json",
        "/api/v1/displacement/runs",
    }
    assert len(told) > 40
    assert {path for path in told if not path.startswith(("/api/v1", "/embed/", "/feeds/"))} == set()


def test_examples_are_those_of_this_site_and_are_answered(client: TestClient, document: dict[str, Any]) -> None:
    without = set()
    for path, operation in operations(document):
        needed = {each["name"]: each.get("example") for each in operation.get("parameters", ()) if each["in"] == "path"}
        if None in needed.values():
            without.add(path)
        elif path in document["paths"] and "get" in document["paths"][path] and path != "/api/v1/track-record":
            assert client.get(path.format(**needed)).status_code == 200, path
    assert {path for path in without if not path.startswith("/api/v1/displacement/")} == {"/api/v1/contests/{name}"}
