"""Forms: what is read of them, and what is refused before it is read."""

import time

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from havre.web.forms import PostedForm
from havre.web.settings import WebSettings


def reading() -> TestClient:
    """A small app that tells the text of a form."""
    app = FastAPI()
    app.state.settings = WebSettings()

    @app.post("/en/form")
    def form(posted: PostedForm) -> str:
        return posted.text("why")

    return TestClient(app)


def multipart(text: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="why"\r\n\r\n' + text + b"\r\n--x--\r\n"


@pytest.mark.parametrize("said", ["", "; charset=utf-8", '; charset="UTF-8"', "; charset=utf8"])
def test_forms_are_utf_8(said: str) -> None:
    kind = f"multipart/form-data; boundary=x{said}"
    told = reading().post("/en/form", content=multipart("déjà".encode()), headers={"Content-Type": kind})
    assert (told.status_code, told.json()) == (200, "déjà")


@pytest.mark.parametrize("codec", ["punycode", "idna", "unicode_escape", "utf-7", "utf-16", "rot13", "nonsense"])
def test_no_form_chooses_how_it_is_decoded(codec: str) -> None:
    """Some codecs of Python take minutes for what is sent in a second, and give halves of letters."""
    kind = f"multipart/form-data; boundary=x; charset={codec}"
    began = time.monotonic()
    told = reading().post("/en/form", content=multipart(b"a" * 500_000), headers={"Content-Type": kind})
    assert told.status_code == 415
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json", "multipart/form-data-not"])
def test_what_is_no_form_is_refused(kind: str) -> None:
    assert reading().post("/en/form", content=b"why=x", headers={"Content-Type": kind}).status_code == 415
