"""The core of the site: languages, headers, kept answers, errors, health."""

import gzip

import pytest
from fastapi.testclient import TestClient

from havre.web.guards import HEADERS
from havre.web.rendering import asset_files, assets_version


@pytest.mark.parametrize(("asked", "language"), [("fr-CH, fr;q=0.9, en", "fr"), ("de, en;q=0.8", "en"), ("", "en")])
def test_the_start_leads_to_the_language_that_is_asked_for(client: TestClient, asked: str, language: str) -> None:
    found = client.get("/", headers={"Accept-Language": asked})
    assert (found.status_code, found.headers["location"]) == (307, f"/{language}/")


@pytest.mark.parametrize("path", ["/en/", "/fr/", "/en/nothing", "/robots.txt", "/healthz", "/favicon.svg"])
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    found = client.get(path)
    assert {name: found.headers[name] for name in HEADERS} == HEADERS
    assert "set-cookie" not in found.headers


def test_a_language_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.get("/de/").status_code == 404


def test_an_error_is_a_page_for_people_and_details_for_programs(client: TestClient) -> None:
    page = client.get("/fr/rien")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "Cette page n’existe pas" in page.text
    program = client.get("/api/v1/nothing")
    assert program.headers["content-type"] == "application/problem+json"
    assert program.json() == {"type": "about:blank", "title": "There is no such page", "status": 404}


def test_an_answer_that_did_not_change_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/en/")
    tag = first.headers["etag"]
    again = client.get("/en/", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/en/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_an_answer_is_compressed_for_whom_takes_that(client: TestClient) -> None:
    plain = client.get("/en/", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with client.stream("GET", "/en/", headers={"Accept-Encoding": "gzip"}) as squeezed:
        assert squeezed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(b"".join(squeezed.iter_raw())) == plain.content
    assert client.get("/en/", headers={"Accept-Encoding": "gzip;q=0"}).headers.get("content-encoding") is None


def test_head_gives_the_headers_alone(client: TestClient) -> None:
    asked = {"Accept-Encoding": "identity"}
    whole, head = client.get("/en/", headers=asked), client.head("/en/", headers=asked)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"] == str(len(whole.content))


def test_assets_have_an_address_that_changes_with_them(client: TestClient) -> None:
    for path, content in asset_files().items():
        found = client.get(f"/assets/{assets_version()}/{path}")
        assert found.content == content
        assert "immutable" in found.headers["cache-control"]
    assert "immutable" not in client.get("/assets/old/css/site.css").headers["cache-control"]
    assert client.get(f"/assets/{assets_version()}/%2e%2e/app.py").status_code == 404


def test_health_tells_what_is_shown(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json()["release"] == "r-2"
    assert 'route="/healthz"' in client.get("/metrics").text


@pytest.mark.parametrize("path", ["/en/corridor/{}", "/fr/", "/en/planner", "/en/audit", "/api/v1/openapi.json"])
def test_made_up_parameters_are_answered_from_what_is_kept(client: TestClient, path: str) -> None:
    item = client.get("/api/v1/series?limit=1").json()["items"][0]
    path = path.format(f"{item['measure']}/{item['origin']}/{item['destination']}")
    plain = client.get(path)
    assert plain.status_code == 200
    made_up = client.get(f"{path}?x=1&utm_source=letter")
    assert (made_up.content, made_up.headers["etag"]) == (plain.content, plain.headers["etag"])
