"""What the commands of ``havre displace`` share: switches, and help in both languages that loads nothing heavy."""

import subprocess
import sys
from pathlib import Path

import pytest

from havre.cli.displace_options import parse_switches
from havre.displacement.rules import QUIRKS
from havre.errors import DisplacementError
from tests.cli.command import havre_here
from tests.cli.test_main import HEAVY, LOADED

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


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_both_languages_and_loads_nothing_heavy(name: str) -> None:
    shown = {}
    for lang in ("en", "fr"):
        ran = subprocess.run(
            [sys.executable, "-c", LOADED, "displace", name, "--help", "--lang", lang],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        shown[lang] = ran.stdout
        loaded = {module.split(".")[0] for module in ran.stderr.split()}
        assert "havre" in loaded
        assert not loaded & {*HEAVY, "yaml", "matplotlib"}
        assert "havre.displacement" not in ran.stderr.split()
    assert shown["en"] != shown["fr"]
    assert "displace" in shown["fr"]


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
