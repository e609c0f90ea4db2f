"""Which language the command line speaks."""

from pathlib import Path

import pytest

from havre.cli.language import language_of
from tests.cli.command import havre, havre_here


@pytest.mark.parametrize(
    ("arguments", "environment", "spoken"),
    [
        ([], {}, "en"),
        (["--lang", "fr"], {}, "fr"),
        (["panel", "status", "--lang=fr"], {}, "fr"),
        (["--lang", "en"], {"HAVRE_LANG": "fr"}, "en"),
        ([], {"HAVRE_LANG": "fr", "LANG": "en_GB.UTF-8"}, "fr"),
        ([], {"HAVRE_LANG": "en", "LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"LC_ALL": "fr_CA.UTF-8"}, "fr"),
        ([], {"LANG": "fr"}, "fr"),
        ([], {"LANG": "de_DE.UTF-8"}, "en"),
        ([], {"HAVRE_LANG": "tlh", "LANG": "fr_BE"}, "fr"),
        (["--lang"], {"HAVRE_LANG": "fr"}, "fr"),
    ],
)
def test_language_is_chosen(arguments: list[str], environment: dict[str, str], spoken: str) -> None:
    assert language_of(arguments, environment) == spoken


@pytest.mark.parametrize(
    "arguments",
    [["--lang", "fr", "panel", "status"], ["panel", "--lang", "fr", "status"], ["panel", "status", "--lang=fr"]],
)
def test_the_option_may_stand_anywhere(tmp_path: Path, arguments: list[str]) -> None:
    told = havre_here(*arguments, cwd=tmp_path, HAVRE_LANG="en")
    assert told.returncode == 0
    assert "Demandes d’asile" in told.stdout


def test_the_environment_chooses(tmp_path: Path) -> None:
    assert "Demandes d’asile" in havre("panel", "status", cwd=tmp_path, HAVRE_LANG="fr").stdout
    assert "Asylum applications" in havre("panel", "status", cwd=tmp_path, LANG="C.UTF-8").stdout


def test_another_language_is_refused(tmp_path: Path) -> None:
    told = havre_here("--lang", "de", "panel", "status", cwd=tmp_path)
    assert told.returncode == 2
    assert "“de” is not a language of Havre; choose en or fr." in told.stderr
