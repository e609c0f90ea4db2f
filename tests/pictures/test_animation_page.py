"""The page of an animation as text: both languages, nothing loaded, and no name that could break out."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import polars as pl
import pytest

from havre.pictures.animation import DisplacementAnimation
from havre.pictures.animation_data import frames_of
from havre.pictures.animation_page import PageText, render_page
from havre.texts import LANGUAGES, Language
from tests.pictures import sample_displacement as displaced

ANIMATION = displaced.animation(displaced.sample())
EVIL = "</script><script>alert(1)</script>&'\"{{7*7}}"


class Elements(HTMLParser):
    """Collects the elements of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def elements(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Elements()
    parser.feed(page)
    return parser.found


def data(page: str) -> dict[str, object]:
    text = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert text is not None
    found: dict[str, object] = json.loads(text[1])
    return found


def test_nothing_is_loaded_and_no_style_stands_in_an_element() -> None:
    page = render_page(ANIMATION, 1)
    for tag, attributes in elements(page):
        assert not {"src", "style", "srcset", "action"} & set(attributes), tag
        assert "href" not in attributes, tag
        assert not any(name.startswith("on") for name in attributes), tag
    assert "default-src 'none'" in page
    assert page.count("<script") == 2
    assert "http" not in page.replace("http-equiv", "")


def test_names_stay_text() -> None:
    rename = pl.col("name").replace("Bobola", EVIL)
    ends = pl.col("origin", "destination").replace("Bobola", EVIL)
    evil = replace(
        ANIMATION, title=EVIL, places=ANIMATION.places.with_columns(rename), links=ANIMATION.links.with_columns(ends),
        notes={"en": (EVIL,), "fr": (EVIL,)},
    )  # fmt: skip
    page = render_page(evil, 1)
    assert page.count("<script") == 2
    assert "alert(1)</script>" not in page
    assert EVIL in data(page)["names"]  # type: ignore[operator]


def test_both_languages_say_the_same_things() -> None:
    page = render_page(ANIMATION, 1)
    marked = [attributes["data-language"] for _, attributes in elements(page) if "data-language" in attributes]
    assert marked.count("en") == marked.count("fr") > 30
    for words in ("Simulated by a model, not observed", "Simulé par un modèle, non observé", "Inventé pour un essai."):
        assert words in page
    assert page.count('svg class="map') == 2


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["Figures are means over 60 runs.", "that holds 80 % of the runs", "from 1 to 9", "One day in 3"]),
        ("fr", ["moyennes de 60 simulations", "qui contient 80 % des simulations", "de 1 à 9", "Un jour sur 3"]),
    ],
)
def test_notices_say_how_to_take_the_figures(language: Language, told: list[str]) -> None:
    notices = " ".join(PageText(ANIMATION, frames_of(ANIMATION, 3), language).notices)
    for words in told:
        assert words in notices


def test_notices_leave_out_what_does_not_apply() -> None:
    bare: DisplacementAnimation = replace(ANIMATION, low=None, high=None, runs=1, threshold=1, notes={})
    for language in LANGUAGES:
        assert len(PageText(bare, frames_of(bare, 1), language).notices) == 1


def test_a_scenario_is_marked_first_of_all() -> None:
    scenario = replace(ANIMATION, supposed={"en": "the road closes", "fr": "la route ferme"})
    frames = frames_of(scenario, 1)
    assert PageText(scenario, frames, "en").warning.startswith("IF the road closes: a supposition, not a forecast.")
    assert PageText(scenario, frames, "fr").warning.startswith("SI la route ferme : une supposition")
    assert PageText(ANIMATION, frames, "en").warning.startswith("Simulated by a model")


def test_sizes_in_the_legend_are_round_and_in_proportion() -> None:
    text = PageText(ANIMATION, frames_of(ANIMATION, 1), "en")
    people, share = text.size_key("circle")
    assert people == "10,000"
    assert share**2 * ANIMATION.people.max() == pytest.approx(10_000, rel=1e-4)
    assert text.size_key("link")[0].endswith("or more")


def test_days_are_written_in_both_languages() -> None:
    frames = frames_of(ANIMATION, 1)
    assert PageText(ANIMATION, frames, "en").lead == "23 places, 7 camps, 300 days: 29 Feb 2012 to 24 Dec 2012."
    assert PageText(ANIMATION, frames, "fr").last_day == "24 déc. 2012"
