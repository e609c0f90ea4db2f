"""A reader saves the pictures of a page: SVG and PNG that stand by themselves, drawn by the reader's own browser."""

import struct
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page

from havre.web.rendering import environment
from tests.web.site_case import opened

SVG = "{http://www.w3.org/2000/svg}"
PAGES = (
    ("en", "", "#map-destinations, .map-figure"),
    ("fr", "corridor/asylum_applications/AFG/DEU", "figure.fan"),
    ("en", "displacement/instances/arvania", "figure"),
    ("fr", "audit/iborderctrl", "figure.picture"),
)


def saved(page: Page, figure: str, kind: str) -> tuple[str, bytes]:
    with page.expect_download() as downloading:
        page.locator(figure).locator(".saving button", has_text=kind).first.click()
    return downloading.value.suggested_filename, Path(downloading.value.path()).read_bytes()


@pytest.mark.parametrize(("language", "path", "figure"), PAGES)
def test_a_picture_stands_by_itself(chromium: Browser, address: str, language: str, path: str, figure: str) -> None:
    with opened(chromium, f"{address}/{language}/{path}") as (page, said):
        shown = page.locator(figure).locator("svg:visible").first.evaluate("svg => svg.querySelectorAll('*').length")
        name, content = saved(page, figure, "SVG")
        picture = ET.fromstring(content)  # noqa: S314 - of our own server
        texts = [each.text or "" for each in picture.iter(f"{SVG}text")]
        assert name.endswith(".svg")
        assert f"/{language}/{path}" in " ".join(texts)
        for note in page.locator("main aside.notice p").all_inner_texts()[:1]:
            assert " ".join(note.split())[:40] in " ".join(texts)
        assert len(list(picture.iter())) > shown
        assert b"var(" not in content
        assert b"class=" not in content
        assert not list(picture.iter(f"{SVG}use"))
        name, content = saved(page, figure, "PNG")
        width, height = struct.unpack(">II", content[16:24])
        assert name.endswith(".png")
        assert content.startswith(b"\x89PNG")
        assert width >= 1600
        assert height > 300
        assert said == []


def test_a_picture_that_is_drawn_later_is_offered_once(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}/en/audit/iborderctrl") as (page, _):
        page.evaluate(
            """() => document.querySelector("main").append(document.querySelector("figure.picture").cloneNode(true))"""
        )
        page.evaluate("""() => document.querySelector("main > figure .saving").remove()""")
        page.wait_for_selector("main > figure .saving")
        assert page.locator("main > figure .saving").count() == 1


def test_where_the_server_draws_no_png_no_link_promises_one(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "corridor/asylum_applications/AFG/DEU"
    assert "/embed/en/asylum_applications/AFG/DEU.png" in client.get(f"/en/{path}").text
    monkeypatch.setitem(environment().globals, "draws_png", False)
    # Kept answers stay as they were made: this one was not asked for before.
    told = client.get(f"/fr/{path}?release=r-1").text
    assert "/embed/fr/asylum_applications/AFG/DEU.svg" in told
    assert ".png" not in told
