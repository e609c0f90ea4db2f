from datetime import date
from typing import Any

import pytest

from havre.audit.register.load import load_register
from havre.audit.report.render import LENGTHS, Length, csp_hash, render_html, render_pdf
from havre.texts import LANGUAGES

DAY = date(2026, 11, 30)


@pytest.mark.parametrize("system", sorted(load_register().entries))
def test_every_entry_has_its_reports_in_both_languages(system: str) -> None:
    register = load_register()
    entry = register.entries[system]
    for length in LENGTHS:
        pages = {lang: render_html(register, entry, lang, length, DAY) for lang in LANGUAGES}
        for lang, html in pages.items():
            assert entry.name.text(lang) in html.replace("&#39;", "'")
            assert render_html(register, entry, lang, length, DAY) == html
        assert pages["en"] != pages["fr"]


def test_the_style_is_allowed_by_its_hash() -> None:
    register = load_register()
    html = render_html(register, register.entries["sbms"], "en", "one_page", DAY)
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    assert csp_hash(style) in html


def test_a_stale_entry_says_so() -> None:
    register = load_register()
    entry = register.entries["sbms"]
    fresh = render_html(register, entry, "en", "full", DAY)
    assert render_html(register, entry, "en", "full", date(2031, 1, 1)) != fresh


@pytest.mark.parametrize(("system", "mark"), [("iborderctrl", "73,66"), ("sbms", "avec des sosies 9,12")])
def test_a_page_in_french_has_no_english_words_of_ours(system: str, mark: str) -> None:
    register = load_register()
    for length in LENGTHS:
        html = render_html(register, register.entries[system], "fr", length, DAY)
        assert mark in html
        for word in (
            "Editors of",
            "not recorded",
            "European Union",
            "Annex ",
            " arts ",
            "title and abstract",
            "1 affirmations",
        ):
            assert word not in html


@pytest.mark.parametrize("system", ["iborderctrl", pytest.param("sbms", marks=pytest.mark.slow)])
def test_a_page_for_one_sheet_fits_on_it(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    weasyprint = pytest.importorskip("weasyprint")
    sheets: list[int] = []
    write = weasyprint.document.Document.write_pdf

    def counting(document: Any, *args: Any, **settings: Any) -> Any:
        sheets.append(len(document.pages))
        return write(document, *args, **settings)

    monkeypatch.setattr(weasyprint.document.Document, "write_pdf", counting)
    register = load_register()
    assert render_pdf(render_html(register, register.entries[system], "fr", "one_page", DAY), "one_page")
    assert sheets == [1]


def test_persons_of_an_icon_array_look_as_they_are_in_a_pdf_too() -> None:
    register = load_register()
    html = render_html(register, register.entries["iborderctrl"], "en", "one_page", DAY)
    assert html.count('class="person flagged" fill="#a33a00"') == html.count('class="person clear" fill="none"') == 3


@pytest.mark.parametrize("length", LENGTHS)
def test_only_where_the_site_shows_it_a_report_leads_back(length: Length) -> None:
    register = load_register()
    alone, shown = (
        render_html(register, register.entries["vis"], "fr", length, DAY, back)
        for back in (None, ("Retour", "/fr/audit/vis"))
    )
    assert '<a href="/fr/audit/vis">Retour</a>' in shown
    assert "Retour" not in alone
    assert 'class="back"' not in alone
