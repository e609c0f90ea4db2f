"""Scenarios of a series for programs: the figures of the file, named in both languages, with what they rest on."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.web.pages.plain_case import made, plain_site, write

ADDRESS = "/api/v1/series/asylum_applications/SYR/DEU"


def scenario(change: float) -> dict[str, Any]:
    three = {"low": 1.0, "median": 20.0, "high": 30.0}
    row = {"measure": "asylum_applications", "destination": "DEU", "base": three, "if": {**three, "low": None}}
    return {
        "scope": "germany",
        "last_month": "2020-12",
        "seed": 7,
        "scenario": {"name": "", "shock": [{"from": "2021-02-01", "origin": "SYR", "change": [change, change]}]},
        "months": [{**row, "origin": each, "month": "2021-02", "difference": three} for each in ("SYR", "ERI")],
        "evidence": [{"effect": "shock[1].change", "basis": "stated", "seen": 3, "months": 90}],
    }


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = write(tmp_path_factory.mktemp("api") / "releases", made("one"))
    (folder / "scenarios").mkdir()
    for name, change in {"less": -0.5, "more": 0.2}.items():
        told = {"kind": "if", "scenarios": [scenario(change)]}
        (folder / "scenarios" / f"{name}.json").write_text(json.dumps(told))
    return TestClient(plain_site(folder), raise_server_exceptions=False, follow_redirects=False)


def test_scenarios_are_told_with_names_units_and_what_they_rest_on(asked: TestClient) -> None:
    told = asked.get(f"{ADDRESS}/scenarios").json()
    assert (told["release"], told["scope"], told["is_forecast"], told["automated"]) == ("one", "germany", False, True)
    assert told["unit"]["en"] == "persons"
    assert len(told["items"]) == 1
    steps = told["items"][0]["steps"]
    assert [(each["id"], each["name"]["en"]) for each in steps] == [("less", "−50%"), ("more", "+20%")]
    assert "Syrie" in told["items"][0]["name"]["fr"]
    figure = {"low_80": 1.0, "median": 20.0, "high_80": 30.0}
    assert steps[0]["months"] == [{"month": "2021-02", "base": figure, "changed": None, "difference": figure}]
    basis = {"effect": "shock[1].change", "basis": "stated", "past": {"seen": 3, "months": 90}}
    assert steps[0]["assumptions"] == [basis]
    assert steps[1]["events"][0]["settings"]["change"] == [0.2, 0.2]
    assert asked.get(steps[1]["links"]["page_fr"]).status_code == 200


def test_a_series_leads_to_its_scenarios_and_one_that_is_hidden_has_none(asked: TestClient) -> None:
    assert asked.get(asked.get(ADDRESS).json()["links"]["scenarios"]).json()["items"] != []
    assert asked.get("/api/v1/series/asylum_applications/ERI/DEU/scenarios").json()["items"] == []


def test_it_answers_as_all_others_do(asked: TestClient) -> None:
    first = asked.get(f"{ADDRESS}/scenarios")
    again = asked.get(f"{ADDRESS}/scenarios", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    missing = asked.get(f"{ADDRESS.replace('SYR', 'XYZ')}/scenarios")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    assert asked.get(f"{ADDRESS}/scenarios?step=1").status_code == 422
    moved = asked.get(f"{ADDRESS.replace('SYR', 'syr')}/scenarios")
    assert (moved.status_code, moved.headers["location"]) == (308, f"{ADDRESS}/scenarios")
