"""A scenario file is read whole: every problem is told at once with its key, what is expected and near matches."""

import json
from datetime import date
from pathlib import Path

import pytest

from havre.errors import FileError, ForecastError
from havre.forecast.scenario_settings import make_scenario, read_scenario
from havre.texts import LANGUAGES

GOOD = """
name = "Central Mediterranean closes"
[[close]]
destination = "route:central-mediterranean"
from = "2024-06"
until = 2024-12-01
remaining = 0.05
diverted = [0.2, 0.6]
to = { "route:western-african" = 0.3, "route:eastern-mediterranean" = 0.7 }
[[shock]]
origin = "SYR"
from = "2024-07"
arrivals = "arrivals.csv"
"""
BAD = """
[[close]]
destinaton = "route:central-mediterranean"
from = "2024-13"
remaining = [0.6, 0.2]
diverted = 1.5
to = { "route:western-afrcan" = 1 }
[[shock]]
origin = "SYX"
from = "2024-07"
until = "2024-05"
persons = true
delay_months = -1
[[level]]
from = "2024-07"
factor = "twice"
[[season]]
from = "2024-07"
shift_months = 7
[[shocks]]
"""


def write(folder: Path, text: str, name: str = "s.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read(tmp_path: Path) -> None:
    scenario = read_scenario(write(tmp_path, GOOD))
    [close], [shock] = scenario.close, scenario.shock
    assert (close.start, close.until) == (date(2024, 6, 1), date(2024, 12, 1))
    assert (close.remaining, close.diverted) == ((0.05, 0.05), (0.2, 0.6))
    assert close.to == {"route:western-african": 0.3, "route:eastern-mediterranean": 0.7}
    assert shock.arrivals == str(tmp_path / "arrivals.csv")
    with pytest.raises(ValueError, match="frozen"):
        close.remaining = (0, 0)


def test_what_is_written_as_json_is_read_again(tmp_path: Path) -> None:
    scenario = make_scenario({"level": [{"from": "2024-06", "origin": "SYR", "factor": [1.5, 2]}]})
    text = json.dumps(scenario.model_dump(mode="json", by_alias=True, exclude_none=True))
    assert read_scenario(write(tmp_path, text, "s.json")) == scenario


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ForecastError) as caught:
        read_scenario(write(tmp_path, BAD))
    told = str(caught.value)
    for key in ("shocks", "close[1].destinaton", "close[1].destination", "close[1].from", "close[1].remaining",
                "close[1].diverted", "shock[1].persons", "shock[1].delay_months", "level[1].factor",
                "season[1].shift_months"):  # fmt: skip
        assert f"“{key}”" in told, key
    assert "Near matches: shock" in told
    assert "Near matches: destination" in told
    assert "“route:western-afrcan”" in told
    assert "route:western-african (" in told
    assert "“SYX”" in told
    assert "a whole number of months from -6 to 6" in told
    for language in LANGUAGES:
        assert len(caught.value.message(language).splitlines()) == len(caught.value.problems) >= 12


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({}, "scenario.empty"),
        ([], "scenario.bad_value"),
        ({"close": {}}, "scenario.bad_value"),
        ({"close": [{"destination": "ITA"}]}, "scenario.missing_key"),
        ({"level": [{"from": "2024-06", "until": "2024-05", "factor": 2}]}, "scenario.order"),
        ({"level": [{"from": "2024-06", "factor": float("nan")}]}, "scenario.bad_value"),
        ({"level": [{"from": "2024-06", "factor": 1e99}]}, "scenario.bad_value"),
        ({"shock": [{"origin": "SYR", "from": "2024-06"}]}, "scenario.one_of"),
        ({"shock": [{"origin": "SYR", "from": "2024-06", "persons": 1, "change": 1}]}, "scenario.one_of"),
        ({"close": [{"destination": "ITA", "from": "2024-06", "spread_months": 1.0}]}, "scenario.spread"),
        ({"close": [{"destination": "ITA", "from": "2024-06", "to": {"GRC": 0}}]}, "scenario.bad_value"),
        ({"close": [{"destination": 7, "from": "2024-06"}]}, "scenario.bad_value"),
    ],
)
def test_a_mistake_has_its_own_sentence(raw: object, key: str) -> None:
    with pytest.raises(ForecastError) as caught:
        make_scenario(raw)
    assert key in [problem.key for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [("s.toml", "close = [", "file.damaged"), ("s.json", "{", "file.damaged"), ("s.yaml", "", "file.ending"),
     ("", "", "file.ending")],
)  # fmt: skip
def test_a_file_that_is_none(tmp_path: Path, name: str, text: str, key: str) -> None:
    path = write(tmp_path, text, name) if name else tmp_path
    with pytest.raises(FileError) as caught:
        read_scenario(path)
    assert caught.value.problems[0].key == key
    with pytest.raises(FileError, match="no such file"):
        read_scenario(tmp_path / "none.toml")
