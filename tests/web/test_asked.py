"""Questions: what a page does not know changes nothing; programs are refused it; nothing that it knows is lost."""

import inspect
import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.web import api, pages
from havre.web.asked import Questions

QUESTIONS = Questions(route for part in (*api.parts(), *pages.parts()) for route in part.router.routes)
CORRIDOR = "/en/corridor/asylum_applications/AFG/DEU"
SERIES = "/api/v1/series"


def known(path: str, query: str) -> str:
    return QUESTIONS.known({"path": path, "query_string": query.encode()}).decode()


@pytest.mark.parametrize(
    ("path", "asked", "told"),
    [
        (CORRIDOR, "x=1", ""),
        (CORRIDOR, "utm_source=a&scope=s%20t&x", "scope=s+t"),
        (CORRIDOR, "scope=b&month=2026-01&scope=a", "month=2026-01&scope=a"),
        (CORRIDOR, "&".join(f"{number}=" for number in range(2_000)), ""),
        ("/en/planner", "stay=3&later_from=&z=1&series=s", "later_from=&series=s&stay=3"),
        ("/fr/audit", "sensitivity1=0,9&calculator=rates&fbclid=1", "calculator=rates&sensitivity1=0%2C9"),
        (SERIES, "offset=2&limit=1", "limit=1&offset=2"),
        (SERIES, "orgin=SYR", "orgin=SYR"),
        (SERIES, "limit=1&limit=1", "limit=1&limit=1"),
        (SERIES, "&&", ""),
        ("/en/nothing/at/all", "x=1", "x=1"),
    ],
)
def test_a_question_has_one_form(path: str, asked: str, told: str) -> None:
    assert known(path, asked) == told


@given(st.text(max_size=40), st.sampled_from((CORRIDOR, "/en/track-record", "/fr/", "/en/audit")))
def test_the_form_of_a_form_is_itself_and_nothing_that_is_known_is_lost(text: str, path: str) -> None:
    once = known(path, text)
    assert known(path, once) == once
    told = known(path, f"{text}&scope=a")
    assert ("scope", "a") in parse_qsl(told) if path == CORRIDOR else "scope" not in dict(parse_qsl(told))


def test_every_page_that_reads_its_question_itself_says_what_it_reads() -> None:
    for part in pages.parts():
        for route in part.router.routes:
            page = getattr(route, "endpoint", None)
            if page is not None and re.search(r"query_params|\.url\.query", inspect.getsource(page)):
                assert page.reads_parameters, page
