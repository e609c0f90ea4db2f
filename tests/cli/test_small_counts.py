"""Small counts are told neither to people nor to programs, and no difference gives them away."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from havre.cli.small_counts import count_text, is_small, plain, plain_pair
from tests.cli.command import run_raising
from tests.small_panel import small_panel


@pytest.fixture(scope="module", autouse=True)
def _few_trees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the same path through the code with fewer rounds, to be done sooner, and keep such forecasts apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)
        patch.setenv("HAVRE_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


def test_what_is_small() -> None:
    assert [is_small(value, 10) for value in (None, 0, 0.4, 9.99, 10, 500)] == [False, False, True, True, False, False]
    assert not is_small(3, 0)
    assert [plain(value, 10) for value in (None, 0, 3, 10)] == [None, 0, None, 10]
    assert [count_text(value, 10) for value in (None, 0, 3, 1200)] == ["–", "0", "< 10", "1,200"]


def test_a_difference_is_hidden_where_one_of_both_is_small() -> None:
    found = plain_pair([3, 20, 20, 0], [30, 4, 25, 12], [27, -16, 5, 12], threshold=10)
    assert found == {"base": [None, 20, 20, 0], "if": [30, None, 25, 12], "difference": [None, None, 5, 12]}


@pytest.mark.parametrize("command", ["nowcast", "scenario"])
def test_no_command_tells_a_small_count(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "panel.parquet"
    small_panel().write_parquet(file)
    asked = [command, "--measure", "asylum_applications", "--destination", "DEU", "--panel", str(file)]
    asked += ["--level", "DEU=x2", "--draws", "100"] if command == "scenario" else []
    shown = {}
    for threshold in ("0", "60"):
        run_raising(monkeypatch, *asked, "--threshold", threshold, "--json")
        shown[threshold] = list(counts(json.loads(capsys.readouterr().out)))
    assert any(0 < value < 60 for value in shown["0"]), "the search can find them"
    assert not any(0 < value < 60 for value in shown["60"])


def counts(found: object, name: str = "") -> list[float]:
    """Collect the counts of persons in what a command says."""
    if isinstance(found, dict):
        return [value for key, part in found.items() if key != "people" for value in counts(part, key)]
    if isinstance(found, list):
        return [value for part in found for value in counts(part, name)]
    told = {"published", "low", "median", "high", "base", "if"}
    return [float(found)] if name in told and isinstance(found, int | float) else []
