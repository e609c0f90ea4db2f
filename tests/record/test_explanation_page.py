"""Pages and cards: complete files that load nothing, with a place for every figure, and nothing taken for markup."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from havre.record.explanation_page import html_page, html_sections, markdown, reviewed_pages
from havre.record.explanation_words import Listed, Section, Table
from havre.record.figures import figures_of
from havre.texts import LANGUAGES, Language
from tests.explained_case import case
from tests.small_panel import APPLICATIONS

LOSING = {"en": "naive guess did better", "fr": "estimation naïve"}
ODD = Section(
    "x", "<b>T</b>", ("<script>", Listed(("a|b",), ordered=True), Table(("n",), (("<i>",), ("*",)), footer=1))
)


class Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def parsed(content: bytes) -> Ids:
    found = Ids()
    found.feed(content.decode())
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_has_a_place_for_every_figure_and_loads_nothing(language: Language) -> None:
    made, files = case()
    page = parsed(files[f"explanations/{APPLICATIONS}.{language}.html"])
    figures = [figure for figure in figures_of(made.release.forecasts) if figure.scope == APPLICATIONS]
    places = {f"{figure.origin}/{figure.destination}/{figure.month:%Y-%m}" for figure in figures}
    assert places <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert all(link.startswith("#") or link == "origin.json" for link in page.links)
    assert not page.tags & {"script", "img", "iframe", "link", "form"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_page_tells_its_own_elements(language: Language) -> None:
    _, files = case()
    page = files[f"explanations/{APPLICATIONS}.{language}.html"].decode()
    parts = re.split("<details ", page)[1:]
    for part in parts:
        assert len(re.findall("<h4>", part.split("</details>")[0])) == 5


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("9,999 persons in January 2019, stated by noor", "That lies outside the computed 80 % interval.")),
        ("fr", ("9\u202f999 personnes en janvier 2019", "hors de l’intervalle calculé à 80 %")),
    ],
)
def test_a_page_tells_what_a_reviewer_states_before_what_was_computed(language: str, words: tuple[str, ...]) -> None:
    _, files = case()
    override = {
        "scope": APPLICATIONS, "origin": "SYR", "destination": "DEU", "horizon": 1, "stated": 9999.0,
        "reason": "<b>Closed</b>", "reviewer": "noor",
    }  # fmt: skip
    pages = reviewed_pages(files, {}, {"overrides": [override]})
    assert set(pages) == {f"explanations/{APPLICATIONS}.{each}.html" for each in LANGUAGES}
    page = pages[f"explanations/{APPLICATIONS}.{language}.html"].decode()
    summary = next(part for part in re.findall("<summary>.*?</summary>", page) if "noor" in part)
    assert [each for each in words if each not in summary] == []
    assert page.count("noor") == 1
    assert "&lt;b&gt;Closed" in page
    assert "median, which is published unless a reviewer states another" in page or language == "fr"


def test_nothing_is_taken_for_markup() -> None:
    page = html_page("<t>", "en", html_sections([ODD], 2))
    assert "<script>" not in page
    assert "<i>" not in page
    assert "<b>T" not in page
    assert "&lt;script&gt;" in page
    assert 'class="end"' in page
    text = markdown("<t>", [ODD])
    assert "<script>" not in text
    assert "1. a\\|b" in text
    assert "| \\* |" in text


def test_cards_say_where_it_loses_before_anything_else_of_its_record() -> None:
    _, files = case()
    for language in LANGUAGES:
        card = files[f"model-card.{language}.md"].decode()
        assert card.startswith("# ")
        assert len(re.findall("^## ", card, re.MULTILINE)) >= 10
        losing = card.index(LOSING[language])
        assert losing < card.index("| --- |")


def test_a_card_has_no_field_left_open(tmp_path: Path) -> None:
    _, files = case()
    for path, content in files.items():
        if "card" in path:
            assert not re.search(r"\{[a-z_]+\}", content.decode()), path


def test_what_is_not_french_in_a_french_card_says_so() -> None:
    _, files = case()
    card = files["data-card.fr.md"].decode()
    assert card.count("en anglais dans l’original") == 3
    model = files["model-card.fr.md"].decode()
    assert "(paramètres : " in model
    assert not re.search(r"\b(True|False|None|none)\b", model)
    assert not re.search(r"[a-zéè]:\s", re.sub(r"https?://\S+|`[^`]*`", "", model))
