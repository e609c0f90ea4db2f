"""The report in a terminal."""

from datetime import date

import pytest

from havre.audit.register.load import load_register
from havre.audit.report.page import Page
from havre.audit.report.text import lines_of
from havre.texts import LANGUAGES, Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_assumptions_come_first_and_every_figure_has_its_claims(language: Language) -> None:
    register = load_register()
    for entry in register.entries.values():
        page = Page(register, entry, language, date(2026, 12, 1))
        lines = list(lines_of(page))
        assert lines[0] == entry.name.text(language)
        for picture in page.pictures:
            line = next(line for line in lines if line.startswith(picture.caption))
            assert all(claim.id in line for claim in picture.claims)
        cited = [line for line in lines if line.startswith("[")]
        assert len(cited) == len(page.citations.cited)
    assumed = page.text("assumptions")
    assert lines.index(assumed) < 4
