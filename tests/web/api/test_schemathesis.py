"""schemathesis asks everything that the OpenAPI document promises, for as long as a quick suite allows."""

from fastapi import FastAPI

from tests.web.api.schemathesis_case import run


def test_what_exists_is_answered_as_the_document_says(app: FastAPI) -> None:
    outcome = run(app, ("examples", "coverage"), 1, narrow=True)
    assert outcome.failures == []
    assert outcome.cases > 400
    assert outcome.statuses[200] > 100


def test_whatever_is_asked_is_answered_as_the_document_says(app: FastAPI) -> None:
    outcome = run(app, ("fuzzing",), 3)
    assert outcome.failures == []
    assert outcome.cases > 60
