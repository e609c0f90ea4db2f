"""``havre displace sensitivity`` tells which parameters matter for what."""

import json
from pathlib import Path

import pytest

from havre.displacement.flee_files import read_instance
from havre.displacement.priors import read_priors
from havre.displacement.sensitivity import sensitivity as analyse
from havre.errors import DisplacementError
from tests.cli.displace_case import Command, command, told

EXAMPLE = Path(__file__).parents[2] / "examples" / "displacement" / "arvania"
LITTLE = ("--base", "8", "--days", "40", "--priors", "priors.toml", "--workers", "1")


@pytest.fixture
def sensitivity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "priors.toml").write_text(
        'defaults = false\ndefault_movechance = { kind = "uniform", low = 0.1, high = 1.0 }\n'
        'camp_weight = { kind = "log-uniform", low = 0.2, high = 5.0 }\n'
    )
    return command(monkeypatch, "sensitivity")


def test_json_tells_every_index(sensitivity: Command, tmp_path: Path) -> None:
    found = told(sensitivity(EXAMPLE, *LITTLE, "--json"))
    priors = read_priors(tmp_path / "priors.toml")
    expected = analyse(read_instance(EXAMPLE).instance, priors=priors, base=8, days=40)
    assert found["sensitivity"] == json.loads(json.dumps(expected.summary()))
    assert found["replicas"] == expected.points == 32


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ["Fit to the registrations (ARD", "People in each camp on the last day", "chance", "Ulbrich",
             "may fall below 0", "“–”"]),
     ("fr", ["Accord avec les enregistrements (ARD", "Personnes dans chaque camp", "hasard", "Ulbrich",
             "tomber sous 0", "« – »"])],
)  # fmt: skip
def test_the_tables_are_told_in_both_languages(sensitivity: Command, lang: str, words: list[str]) -> None:
    shown = " ".join(sensitivity(EXAMPLE, *LITTLE, lang=lang).stdout.split())
    assert [word for word in words if word not in shown] == []
    assert shown.count("default_movechance") == 4


def test_a_design_must_be_a_power_of_two(sensitivity: Command) -> None:
    assert isinstance(sensitivity(EXAMPLE, *LITTLE, "--base", "12").exception, DisplacementError)
    assert sensitivity(EXAMPLE, *LITTLE, "--base", "4").exit_code == 2
