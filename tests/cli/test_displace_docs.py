"""Each command of ``havre displace`` that the documents show for the examples works as it stands there."""

import re
import shlex
from pathlib import Path

import pytest

from havre.texts import LANGUAGES, Language, catalogue
from tests.cli.command import invoke

ROOT = Path(__file__).parents[2]
PAGES = ("docs/displacement.md", "README.md", "README.fr.md", "examples/displacement/README.md")


def commands() -> list[tuple[str, str]]:
    """Find the commands on the examples, continued lines joined."""
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8").replace("\\\n", " ")
        found += [(page, line) for line in re.findall(r"^\$ havre (displace .*)$", text, re.MULTILINE)]
    return [(page, line) for page, line in found if "../shared" not in line]


def test_commands_are_found() -> None:
    assert {page for page, _ in commands()} == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_works(page: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    # Processes change the time alone, and here they would cost more of it than they save.
    monkeypatch.setattr("havre.scale.usable_workers", lambda: 1)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for _, line in (each for each in commands() if each[0] == page):
        arguments = shlex.split(line, comments=True)
        lang = "fr" if "--lang" in arguments else "en"
        plain = [argument for argument in arguments if argument not in ("--lang", "fr", "en")]
        ran = invoke(monkeypatch, *plain, lang=lang)
        assert ran.exit_code == 0, (line, ran.output, ran.exception)
        assert ran.stdout


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_documents_that_sentences_name_are_there(spoken: Language) -> None:
    said = " ".join((*catalogue("displace", spoken).values(), *catalogue("errors", spoken).values()))
    named = set(re.findall(r"docs/[\w.-]+\.md", said))
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []
