"""Faults of the command line are told in the language of the reader, whole, and end with code 2."""

from pathlib import Path

import pytest

from havre.cli.usage import in_language
from tests.cli.command import run_here


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "x", "--replicas", "0"), "Erreur : valeur refusée pour --replicas : attendu : 1 ou plus"),
        (("run", "x", "--days", "many"), "valeur refusée pour --days : attendu : un nombre entier"),
        (("run", "x", "--rules", "foo"), "« foo » n’est pas l’un de 'flee', 'documented'."),
        (("run", "x", "--map", "a.svg", "--calibration", "b"), "Erreur : --map et --animation ne peuvent pas"),
        (("run",), "Erreur : il manque l’argument INSTANCE."),
        (("run", "x", "y"), "Erreur : arguments en trop (y)"),
        (("run", "x", "--nix"), "Erreur : il n’y a pas d’option --nix"),
        (("nix",), "Erreur : il n’y a pas de commande « nix »."),
    ],
)
def test_french_is_french_throughout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...],
    said: str,
) -> None:  # fmt: skip
    assert run_here(monkeypatch, "displace", *arguments, cwd=tmp_path, lang="fr") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.startswith("Emploi : havre displace")
    assert [word for word in ("Usage", "Try", "Error", "Invalid", "Input", "Missing") if word in told.err] == []


def test_english_is_as_typer_says_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run_here(monkeypatch, "displace", "run", "x", "--replicas", "0", cwd=tmp_path, lang="en") == 2
    assert "Error: Invalid value for '--replicas': Input should be greater" in capsys.readouterr().err


def test_what_is_not_known_stays_as_it_is() -> None:
    assert in_language("Something else.", "fr") == "Something else."
    assert in_language("Error: something else", "fr") == "Erreur : something else"
