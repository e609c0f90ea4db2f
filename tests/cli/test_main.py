"""``havre`` itself: version, help, exit codes, and that it answers before anything heavy is loaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from havre import __version__
from havre.cli.main import _global_language_first
from tests.cli.command import HAVRE, havre, run_here
from tests.small_panel import small_panel

LIGHT = frozenset({"havre", "typer", "annotated_doc", "shellingham"})
"""What may be loaded besides the standard library before a command is known; of Havre itself, :data:`OWN`."""
OWN = frozenset({"havre", "havre.cli", "havre.texts", "havre.errors", "havre.months"})
OF_TYPER = frozenset({"pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"})
"""What Typer itself loads, where it is installed, before the options of one command are shown."""
HEAVY = frozenset({"asyncio", "http", "multiprocessing", "sqlite3", "ssl", "unittest", "xml"})
"""Parts of the standard library that nobody needs to be helped."""
LOADED = """
import sys
from havre.cli.main import run
sys.argv = ["havre", *sys.argv[1:]]
try:
    run()
except SystemExit:
    print("\\n".join(sorted(sys.modules)), file=sys.stderr)
"""


def test_the_version_is_told(tmp_path: Path) -> None:
    told = havre("--version", cwd=tmp_path)
    assert (told.returncode, told.stdout, told.stderr) == (0, f"havre {__version__}\n", "")


@pytest.mark.parametrize(
    ("lang", "sentence"), [("en", "accountable migration foresight"), ("fr", "prévision des migrations")]
)
@pytest.mark.parametrize("command", [[], ["forecast"], ["backtest"], ["panel"], ["panel", "import"]])
def test_help_is_in_the_language_asked_for(tmp_path: Path, command: list[str], lang: str, sentence: str) -> None:
    told = havre(*command, "--help", "--lang", lang, cwd=tmp_path)
    assert told.returncode == 0
    assert told.stderr == ""
    assert not command or "--help" in told.stdout
    if not command:
        assert sentence in " ".join(told.stdout.split())
        assert {"forecast", "backtest", "panel"} <= set(told.stdout.split())


def test_help_of_an_option_is_in_both_languages(tmp_path: Path) -> None:
    english, french = (" ".join(havre("forecast", "--help", cwd=tmp_path, HAVRE_LANG=lang).stdout.split())
                       for lang in ("en", "fr"))  # fmt: skip
    assert "Disclosure threshold" in english
    assert "Seuil de confidentialité" in french
    assert "Seuil" not in english


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--help"], LIGHT),
        (["--version"], LIGHT),
        (["--lang", "fr", "--help"], LIGHT),
        (["forecast", "--help"], LIGHT | OF_TYPER),
        (["release", "new", "--help"], LIGHT | OF_TYPER),
    ],
)
def test_help_loads_nothing_heavy(arguments: list[str], allowed: frozenset[str]) -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(told.stderr.split())
    assert "havre.cli.main" in loaded
    outermost = {name.split(".")[0] for name in loaded}
    strangers = {name for name in outermost - sys.stdlib_module_names - allowed if not name.startswith("_")}
    assert (strangers, outermost & HEAVY) == (set(), set())
    assert {name for name in loaded if name.startswith("havre.") and not name.startswith("havre.cli.")} <= OWN


def test_without_a_command_help_is_shown(tmp_path: Path) -> None:
    told = havre(cwd=tmp_path)
    assert told.returncode == 2
    assert "forecast" in told.stdout + told.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["forcast"],
        ["forecast", "--colour", "blue"],
        ["forecast", "--draws", "5"],
        ["backtest"],
        ["forecast", "--destination", "DEU"],
        ["panel", "import", "frontex", "a.csv", "--store", "store"],
    ],
)
def test_a_wrong_command_line_is_told_with_code_2(tmp_path: Path, arguments: list[str]) -> None:
    told = havre(*arguments, cwd=tmp_path)
    assert told.returncode == 2
    assert told.stdout == ""
    assert "Error" in told.stderr
    assert "Traceback" not in told.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["panel", "check", "--json"], ["panel", "status", "--json", "--panel", "small.csv"]]
)
def test_a_reader_who_leaves_is_no_error(tmp_path: Path, arguments: list[str]) -> None:
    """Much output breaks the pipe while it is written, little when the buffer is emptied at the end."""
    small_panel().head(20).write_csv(tmp_path / "small.csv")
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [HAVRE, *arguments],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_an_interruption_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("havre.pipeline.check_output", interrupted)
    assert run_here(monkeypatch, "forecast", cwd=tmp_path, lang="fr") == 130
    assert "Interrompu ; rien n’a été laissé à moitié écrit." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "moved"),
    [
        (["panel", "status", "--lang", "fr"], ["--lang", "fr", "panel", "status"]),
        (["panel", "--lang=fr", "status"], ["--lang=fr", "panel", "status"]),
        (["--lang", "en", "panel", "--lang", "fr"], ["--lang", "en", "--lang", "fr", "panel"]),
        (["panel", "status"], ["panel", "status"]),
        (["panel", "--lang"], ["--lang", "panel"]),
        ([], []),
    ],
)
def test_the_language_may_stand_anywhere(given: list[str], moved: list[str]) -> None:
    spoken, asked = _global_language_first(given)
    assert [*spoken, *asked] == moved
    assert not [each for each in asked if each.startswith("--lang")]


@pytest.mark.parametrize("command", ["serve", "audit"])
def test_a_command_that_is_asked_for_is_loaded_alone(tmp_path: Path, command: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", LOADED, command, "--help"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    loaded = {name for name in told.stderr.split() if name.startswith("havre.cli.")}
    assert f"havre.cli.{command}" in loaded
    assert not loaded & {"havre.cli.league", "havre.cli.displace", "havre.cli.release"}


def test_a_full_standard_output_is_told_without_a_traceback(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(
            [HAVRE, "panel", "status", "--lang", "en"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            check=False,
        )
    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    assert told.stderr.startswith("Error")


def test_a_terminal_that_cannot_show_a_letter_gets_its_code(tmp_path: Path) -> None:
    told = havre("panel", "status", "--lang", "fr", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert (told.returncode, told.stderr) == (0, "")
    assert "\\xe9" in told.stdout
