"""A browser shows the embedded chart alone and in a frame of another site, and the guide for programs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser

from havre.texts import LANGUAGES
from tests.web.site_case import WIDTHS, faults, opened


@pytest.fixture(scope="module")
def chart(app: FastAPI) -> str:
    outlook = next(each for each in app.state.holder.site.latest.outlooks if not each.is_hidden)
    return "/".join(outlook.key[1:])


@contextmanager
def other_site(content: str) -> Iterator[str]:
    """Another site on this machine, with one page; its port makes it another origin."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Other</title><link rel=icon href=data:,>{content}".encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("language", "width"), list(zip(LANGUAGES, WIDTHS, strict=True)))
def test_the_page_for_a_frame_is_quiet_fits_and_has_no_violation(
    chromium: Browser, address: str, chart: str, language: str, width: int
) -> None:
    with opened(chromium, f"{address}/embed/{language}/{chart}", width) as (page, said):
        assert faults(page, said) == []


def test_another_site_shows_the_chart_with_its_styles_in_a_frame_and_as_a_picture(
    chromium: Browser, address: str, chart: str
) -> None:
    content = (
        f'<iframe src="{address}/embed/en/{chart}" width="700" height="640"></iframe>'
        f'<img src="{address}/embed/en/{chart}.svg" alt="">'
    )
    with other_site(content) as other, opened(chromium, other) as (page, said):
        frame = page.frame_locator("iframe")
        frame.locator("svg.chart polygon.band-80").first.wait_for()
        fill = "each => getComputedStyle(each).fill"
        assert frame.locator("polygon.band-80").first.evaluate(fill) == "rgb(159, 197, 232)"
        page.wait_for_function("document.querySelector('img').naturalWidth > 700")
        assert [each for each in said if not each.startswith(address)] == []


def test_the_svg_alone_has_its_styles(chromium: Browser, address: str, chart: str) -> None:
    with opened(chromium, f"{address}/embed/en/{chart}.svg") as (page, said):
        fill = page.locator("polygon.band-80").first.evaluate("each => getComputedStyle(each).fill")
        assert (fill, said) == ("rgb(159, 197, 232)", [])


def test_the_guide_names_addresses_that_answer(chromium: Browser, address: str) -> None:
    with opened(chromium, f"{address}/en/about/api") as (page, said):
        links = page.locator("main a").evaluate_all("all => all.map(each => each.href)")
        statuses = page.evaluate(
            "links => Promise.all(links.map(async each => [each, (await fetch(each)).status]))", links
        )
    assert [each for each in statuses if each[1] != 200] == []
    assert len(statuses) > 15
    assert said == []


def test_a_page_of_another_site_reads_the_api(chromium: Browser, address: str) -> None:
    with other_site("") as other, opened(chromium, other) as (page, _):
        read = f"fetch('{address}/api/v1/series?limit=1').then(a => [a.status, a.headers.get('X-Total-Count') > 0])"
        assert page.evaluate(read) == [200, True]
        refused = f"fetch('{address}/api/v1/series?x=1').then(a => a.json()).then(a => a.status)"
        assert page.evaluate(refused) == 422
