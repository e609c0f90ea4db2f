"""What the commands of ``havre displace`` share: switches, and help in both languages that loads nothing heavy."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from havre.cli.displace_options import parse_switches
from havre.displacement.rules import QUIRKS
from havre.errors import DisplacementError
from havre.texts import Language
from tests.cli.command import havre_here
from tests.cli.test_main import HEAVY

EVERY_HELP = """
import io, sys
from contextlib import redirect_stdout, suppress
lang, *names = sys.argv[1:]
sys.argv = ["havre", "--lang", lang]
from havre.cli.main import run
told = {}
for name in names:
    sys.argv = ["havre", "displace", name, "--help", "--lang", lang]
    said = io.StringIO()
    with redirect_stdout(said), suppress(SystemExit):
        run()
    told[name] = said.getvalue()
loaded = sorted(sys.modules)
import json
print(json.dumps({"help": told, "loaded": loaded}))
"""
COMMANDS = ("run", "validate", "calibrate", "scenario", "sensitivity", "build", "check", "quirks")


def test_switches_are_read() -> None:
    assert parse_switches([]) == {}
    assert parse_switches(["pruning_inverted=on", "full-is-uniform = OFF"]) == {
        "pruning_inverted": True,
        "full_is_uniform": False,
    }
    assert set(parse_switches([f"{name}=off" for name in QUIRKS])) == set(QUIRKS)


def test_wrong_switches_are_told_all_at_once() -> None:
    with pytest.raises(DisplacementError) as refused:
        parse_switches(["pruning_inverted", "pruning_invert=on", "full_is_uniform=on", "full_is_uniform=off"])
    assert [problem.key.split(".")[-1] for problem in refused.value.problems] == [
        "switch_form",
        "switch_unknown",
        "switch_twice",
    ]
    assert "pruning_inverted" in refused.value.problems[1].sentence()


@cache
def told(lang: Language) -> tuple[dict[str, str], set[str]]:
    """Ask for the help of all commands in one process of its own; give it by command, and what was loaded for it."""
    command = [sys.executable, "-c", EVERY_HELP, lang, *COMMANDS]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300, check=True)
    found = json.loads(ran.stdout)
    return found["help"], set(found["loaded"])


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_both_languages_and_loads_nothing_heavy(name: str) -> None:
    (english, loaded), (french, loaded_for_french) = told("en"), told("fr")
    for modules in (loaded, loaded_for_french):
        outermost = {module.split(".")[0] for module in modules}
        assert "havre" in outermost
        assert not outermost & {*HEAVY, "yaml", "matplotlib"}
        assert "havre.displacement" not in modules
    assert english[name] != french[name]
    assert f"displace {name}" in french[name]


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["run", "small", "--rules", "flea"],
        ["run", "small", "--occupancy", "hot"],
        ["run", "small", "--replicas", "0"],
        ["run", "small", "--hasten", "0"],
        ["run", "no-such-folder"],
        ["run", "small", "--switch", "speed=on"],
        ["fly", "small"],
    ],
)
def test_a_wrong_command_line_is_told_with_code_2(tmp_path: Path, arguments: list[str]) -> None:
    ran = havre_here("displace", *arguments, "--lang", "en", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Error" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []
