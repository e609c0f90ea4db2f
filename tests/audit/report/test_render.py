from datetime import date

import pytest

from havre.audit.register.load import load_register
from havre.audit.report.render import LENGTHS, csp_hash, render_html
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
