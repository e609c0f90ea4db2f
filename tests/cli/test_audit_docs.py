"""Each command of ``havre audit`` that the page shows works as it stands there."""

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.command import invoke

ROOT = Path(__file__).parents[2]
PAGES = ("docs/audit.md", "README.md", "README.fr.md")
OWN = (
    "interval", "questions", "chain", "rates", "roc", "scale", "links", "experiment", "log", "sensor", "impact",
    "iborderctrl",
)  # fmt: skip


def commands(page: str) -> list[list[str]]:
    text = (ROOT / page).read_text(encoding="utf-8").replace("\\\n", " ")
    found = [shlex.split(line, comments=True) for line in re.findall(r"^\$ havre (audit .*)$", text, re.MULTILINE)]
    return [line for line in found if line[1] in OWN]


def test_the_page_shows_every_command() -> None:
    assert {line[1] for line in commands("docs/audit.md")} == set(OWN)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_shows_works(page: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for line in commands(page):
        lang = "fr" if "--lang" in line else "en"
        ran = invoke(monkeypatch, *(word for word in line if word not in ("--lang", "fr", "en")), lang=lang)
        assert ran.exit_code == 0, (line, ran.output, ran.exception)
