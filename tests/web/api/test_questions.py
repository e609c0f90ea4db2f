"""What may be asked: lists in parts, nothing unknown, nothing twice."""

import re

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

LISTS = ("/releases", "/series", "/skill", "/alarms", "/explanations", "/places", "/contests")


@pytest.mark.parametrize("path", [*LISTS, "", "/measures", "/register", "/forecasts.csv"])
def test_a_parameter_that_is_not_known_is_refused_and_named(client: TestClient, path: str) -> None:
    found = client.get(f"/api/v1{path}?orgin=SYR")
    assert (found.status_code, found.headers["content-type"]) == (422, "application/problem+json")
    assert "orgin" in found.json()["detail"]


def test_a_parameter_twice_is_refused_in_the_language_that_is_asked_for(client: TestClient) -> None:
    found = client.get("/api/v1/series?limit=1&limit=2", headers={"Accept-Language": "fr"})
    assert found.status_code == 422
    assert "deux fois" in found.json()["detail"]


@pytest.mark.parametrize(
    "asked", ["limit=0", "limit=1001", "offset=-1", "limit=a", "least=2", "least=nan", "least=inf"]
)
def test_values_out_of_bounds_are_refused(client: TestClient, asked: str) -> None:
    found = client.get(f"/api/v1/alarms?{asked}")
    assert found.status_code == 422
    assert found.json()["errors"][0]["where"].startswith("query.")


@settings(max_examples=25, deadline=None)
@given(limit=st.integers(1, 40))
def test_parts_by_their_links_are_the_whole_in_order(client: TestClient, limit: int) -> None:
    whole = client.get("/api/v1/skill?limit=1000").json()
    address, items = f"/api/v1/skill?limit={limit}", []
    for _ in range(1_000):
        found = client.get(address)
        items += found.json()["items"]
        following = re.search(r'<([^>]*)>; rel="next"', found.headers["link"])
        assert found.json()["links"].get("next") == (following and following[1])
        if following is None:
            break
        address = following[1]
    assert items == whole["items"]
    assert len(items) == whole["total"] == int(found.headers["x-total-count"])


@pytest.mark.parametrize("offset", [0, 3, 5_000])
def test_links_lead_to_parts_that_are_there(client: TestClient, offset: int) -> None:
    links = client.get(f"/api/v1/skill?limit=4&offset={offset}").json()["links"]
    for name in set(links) - {"self"}:
        assert client.get(links[name]).json()["items"] != []


def test_the_index_leads_to_what_is_there(client: TestClient) -> None:
    links = client.get("/api/v1").json()["links"]
    statuses = {name: client.get(link).status_code for name, link in links.items() if not name.startswith("guide")}
    assert {name for name, status in statuses.items() if status != 200} == {"track-record"}


def test_links_of_a_series_lead_to_what_is_there(client: TestClient) -> None:
    first = client.get("/api/v1/series?limit=1").json()["items"][0]
    links = client.get(first["links"]["self"]).json()["links"]
    assert {"csv", "hxl.csv", "parquet", "embed_fr", "svg_en", "png_en", "page_fr", "release"} <= set(links)
    assert {name: client.get(link).status_code for name, link in links.items()} == dict.fromkeys(links, 200)


def test_where_an_address_is_set_links_begin_with_it(record_folder: object) -> None:
    from tests.web.site_case import site

    app = site(record_folder, address="https://havre.example")  # type: ignore[arg-type]  # a folder
    with TestClient(app) as client:
        links = client.get("/api/v1", headers={"Host": "evil.example"}).json()["links"]
        instances = client.get("/api/v1/displacement/instances").json()["items"]
    links |= {f"{each['name']} {name}": link for each in instances for name, link in each["links"].items()}
    assert len(instances) >= 1
    assert {link.startswith("https://havre.example/") for link in links.values()} == {True}


@pytest.mark.parametrize(
    ("query", "english", "french"),
    [
        ("limit=abc", "limit must be a whole number.", "limit doit être un nombre entier."),
        ("offset=-1", "offset must be 0 or more.", "offset doit valoir 0 ou plus."),
        ("measure=", "measure must have at least 1 character(s).", "measure doit avoir au moins 1 caractère(s)."),
        ("worse_than_naive=p", "worse_than_naive must be true or false.", "doit être true (oui) ou false (non)."),
        ("level=x", "level must be one of: total, destination, route, origin, corridor.", "level doit être l’un de"),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_the_language(
    client: TestClient, query: str, english: str, french: str
) -> None:
    for language, said in (("en", english), ("fr", french)):
        found = client.get(f"/api/v1/series?{query}", headers={"Accept-Language": language})
        told = found.json()["detail"].replace("\u00a0", " ")
        assert (found.status_code, said in told) == (422, True), told
        assert found.json()["errors"][0]["where"] == f"query.{query.partition('=')[0]}"


def test_a_program_is_told_problem_details_also_by_a_page(client: TestClient) -> None:
    for headers, status in (({"Origin": "https://other.example", "Sec-Fetch-Site": "cross-site"}, 403), ({}, 415)):
        asked = {"Accept": "application/json", **headers}
        found = client.post("/en/displacement/runs", content=b"x", headers=asked)
        assert (found.status_code, found.headers["content-type"]) == (status, "application/problem+json")
