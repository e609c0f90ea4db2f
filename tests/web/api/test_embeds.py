"""Charts for pages of one's own: a page, an SVG and a PNG that say where they come from, and that any site may show."""

import threading
from importlib.util import find_spec
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from havre.pictures import files
from havre.texts import LANGUAGES, say
from havre.web.api import embed_drawings, embeds
from havre.web.api.embed_drawings import Drawer

SVG = "{http://www.w3.org/2000/svg}"
needs_plots = pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is not installed")


def parsed(content: bytes | str) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - our own


@pytest.fixture(scope="module")
def chart(app: FastAPI) -> str:
    """Path of a chart whose figures are shown, after the language."""
    outlook = next(each for each in app.state.holder.site.latest.outlooks if not each.is_hidden)
    return "/".join(outlook.key[1:])


@pytest.mark.parametrize("ending", ["", ".svg", pytest.param(".png", marks=needs_plots)])
def test_any_site_may_show_it_and_nothing_in_it_runs(client: TestClient, chart: str, ending: str) -> None:
    found = client.get(f"/embed/en/{chart}{ending}")
    assert found.status_code == 200
    policy = found.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "x-frame-options" not in found.headers
    assert found.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "set-cookie" not in found.headers


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_series_source_release_and_leads_back(client: TestClient, chart: str, language: str) -> None:
    text = client.get(f"/embed/{language}/{chart}").text
    assert f'<html lang="{language}">' in text
    assert "<script" not in text
    assert "r-2" in text
    assert f"/{language}/corridor/{chart}" in text
    assert "<table" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_svg_needs_nothing_else(client: TestClient, chart: str, language: str) -> None:
    found = client.get(f"/embed/{language}/{chart}.svg")
    assert found.headers["content-type"] == "image/svg+xml"
    root = parsed(found.content)
    assert root.tag == f"{SVG}svg"
    assert (root.findtext(f"{SVG}title"), bool(root.findtext(f"{SVG}desc"))) != ("", False)
    names = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert names & {"script", "image", "use", "foreignObject", "a"} == set()
    styled = root.findtext(f"{SVG}style") or ""
    classes = {name for each in root.iter() for name in each.get("class", "").split()} - {"chart"}
    assert [name for name in classes if f".{name} " not in styled] == []
    assert "url(" not in styled
    assert "@import" not in styled
    said = " ".join(each.text or "" for each in root.iter(f"{SVG}text"))
    assert "r-2" in said
    assert f"/{language}/corridor/" in said
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    assert len(ids) == len(set(ids))


def test_lines_of_the_foot_are_no_longer_than_the_picture(app: FastAPI, client: TestClient, chart: str) -> None:
    root = parsed(client.get(f"/embed/fr/{chart}.svg").content)
    foot = [each.text or "" for each in root.findall(f"{SVG}text") if each.get("class") == "foot"]
    assert max(len(line) for line in foot if "/corridor/" not in line) <= embed_drawings.LETTERS


def test_a_release_that_is_named_stays(client: TestClient, chart: str) -> None:
    assert "r-1" in client.get(f"/embed/en/{chart}.svg?release=r-1").text


@pytest.mark.parametrize("path", ["en/x/y/z", "de/x/y/z.svg", "en/x/y/z.png"])
def test_what_is_not_there_is_a_problem(client: TestClient, path: str) -> None:
    found = client.get(f"/embed/{path}")
    assert (found.status_code, found.headers["content-type"]) == (404, "application/problem+json")


@needs_plots
def test_the_png_is_one_and_is_drawn_once(client: TestClient, chart: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get(f"/embed/fr/{chart}.png")
    assert first.headers["content-type"] == "image/png"
    assert first.content.startswith(b"\x89PNG\r\n")
    monkeypatch.setattr(embeds, "_draw_png", None)
    assert client.get(f"/embed/fr/{chart}.png").content == first.content


def test_without_the_package_a_problem_says_so(client: TestClient, chart: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed_drawings, "find_spec", lambda _: None)
    found = client.get(f"/embed/en/{chart}.png?release=r-1")
    assert (found.status_code, found.headers["content-type"]) == (501, "application/problem+json")
    assert found.json()["detail"] == say("web_api", "none.plots", "en", package="matplotlib")


def test_too_many_at_once_are_told_to_come_again(client: TestClient, chart: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(embeds, "_draw_png", Drawer(most=0))
    monkeypatch.setattr(embed_drawings, "find_spec", lambda _: True)
    found = client.get(f"/embed/en/{chart}.png?release=r-1")
    assert found.status_code == 503
    assert int(found.headers["retry-after"]) > 0


def test_one_is_drawn_at_a_time_and_few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, lock = 0, 0, threading.Lock()
    begun = threading.Barrier(4, timeout=30)

    def draw(*_: object) -> bytes:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        with lock:
            at_once -= 1
        return b"png"

    monkeypatch.setattr(embed_drawings, "picture_of", lambda _: None)
    monkeypatch.setattr(files, "picture_bytes", draw)
    drawer, given = Drawer(most=4), []

    def ask() -> None:
        begun.wait()
        given.append(drawer(None))  # type: ignore[arg-type]  # nothing is drawn of it

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, given) == (1, [b"png"] * 4)
    assert drawer._waiting == 0
