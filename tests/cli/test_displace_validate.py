"""``havre displace validate`` compares with the registrations, the naive forecasts beside it."""

import json
from pathlib import Path

import pytest

from havre.displacement import simulate
from havre.displacement.camp_series import registered
from havre.displacement.flee_files import read_instance
from havre.displacement.validate import validate as compare
from havre.errors import DisplacementError
from tests.cli.displace_case import Command, command, told, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "displacement" / "arvania"


@pytest.fixture
def validate(monkeypatch: pytest.MonkeyPatch) -> Command:
    return command(monkeypatch, "validate")


def test_json_tells_the_whole_validation(validate: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    found = told(validate(folder, "--replicas", "12", "--seed", "2", "--from-day", "9", "--json"))
    instance = read_instance(folder).instance
    expected = compare(simulate(instance, replicas=12, seed=2), registered(instance), 9).summary()
    assert found["validation"] == json.loads(json.dumps(expected))
    assert found["validation"]["coverage"].keys() == {"coverage_50", "coverage_80", "coverage_95"}
    assert (found["replicas"], found["seed"], found["simulated"]) == (12, 2, True)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["worse than the best of the naive forecasts (line through two counts", "80 % held", "Sorra"]),
        ("fr", ["moins bien que la meilleure des estimations naïves (droite par deux comptages", "80 % tenu", "Sorra"]),
    ],
)
def test_a_loss_is_told_as_plainly_as_a_win(validate: Command, lang: str, words: list[str]) -> None:
    shown = " ".join(validate(EXAMPLE, "--replicas", "20", "--from-day", "60", lang=lang).stdout.split())
    assert [word for word in words if word not in shown] == []


def test_a_win_is_told(validate: Command) -> None:
    shown = " ".join(validate(EXAMPLE, "--replicas", "20").stdout.split())
    assert "better than the best of the naive forecasts" in shown
    assert "worse than" not in shown


def test_one_run_has_no_coverage(validate: Command) -> None:
    shown = validate(EXAMPLE, "--replicas", "1").stdout
    assert "Intervals that hold" not in shown
    assert "±" not in shown.split("By camp")[0].replace("(mean ± standard deviation over runs)", "")


def test_without_counts_there_is_no_scaled_error(validate: Command) -> None:
    assert "No scaled error" in validate(EXAMPLE, "--replicas", "2", "--days", "5").stdout


def test_there_must_be_a_day_to_compare(validate: Command) -> None:
    assert isinstance(validate(EXAMPLE, "--replicas", "1", "--from-day", "120").exception, DisplacementError)
