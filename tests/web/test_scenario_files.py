"""Files of scenarios come into the site while it runs; a broken one takes no good one away."""

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from havre.web.holder import SiteHolder
from havre.web.scenario_files import LARGEST, read_scenario_files
from tests.web.pages.plain_case import made, write
from tests.web.site_case import settings_for


def scenario(factor: float = 2.0) -> dict[str, Any]:
    three = {"low": 1.0, "median": 2.0, "high": 3.0}
    row = {"measure": "asylum_applications", "origin": "SYR", "destination": "DEU", "month": "2021-02"}
    return {
        "scope": "germany",
        "last_month": "2020-12",
        "scenario": {"name": "", "level": [{"from": "2021-02-01", "factor": [factor, factor]}]},
        "months": [{**row, "base": three, "if": three, "difference": three}],
    }


def put(path: Path, *scenarios: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"kind": "if", "scenarios": scenarios}))


@pytest.mark.parametrize("damage", ["", "[" * 100_000, '{"kind": "if", "scenarios": [{}]}', '{"kind": "now"}', "null"])
def test_a_broken_file_leaves_what_it_said_before(tmp_path: Path, damage: str) -> None:
    put(tmp_path / "double.json", scenario())
    (tmp_path / "other.json").write_text(damage)
    first = read_scenario_files(tmp_path)
    assert ([each.id for each in first.results], list(first.faults)) == (["double"], ["other.json"])
    (tmp_path / "double.json").write_text(damage)
    second = read_scenario_files(tmp_path, first)
    assert (second.results, list(second.faults)) == (first.results, ["double.json", "other.json"])
    (tmp_path / "double.json").unlink()
    assert read_scenario_files(tmp_path, second).results == ()


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    put(tmp_path / "double.json", scenario())
    first = read_scenario_files(tmp_path)
    assert read_scenario_files(tmp_path, first).results[0] is first.results[0]
    put(tmp_path / "double.json", scenario(2.5), scenario(3.0))
    assert [each.id for each in read_scenario_files(tmp_path, first).results] == ["double.1", "double.2"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "many", 10**400, 1e300])
def test_a_figure_that_is_none_makes_no_result(tmp_path: Path, value: object) -> None:
    wrong = scenario()
    wrong["months"][0]["if"] = {"low": 1.0, "median": value, "high": 3.0}
    put(tmp_path / "wrong.json", wrong)
    assert (read_scenario_files(tmp_path).results, len(read_scenario_files(tmp_path).faults)) == ((), 1)


@pytest.mark.parametrize("factor", [10**400, 1e308, [], {}])
def test_a_size_that_is_none_makes_no_result(tmp_path: Path, factor: Any) -> None:
    put(tmp_path / "wrong.json", scenario(factor))
    put(tmp_path / "good.json", scenario())
    found = read_scenario_files(tmp_path)
    assert ([each.id for each in found.results], list(found.faults)) == (["good"], ["wrong.json"])


def test_half_a_letter_makes_no_result(tmp_path: Path) -> None:
    wrong = scenario()
    wrong["scenario"]["name"] = "\ud800"
    put(tmp_path / "wrong.json", wrong)
    assert (read_scenario_files(tmp_path).results, len(read_scenario_files(tmp_path).faults)) == ((), 1)


def test_a_pipe_is_not_waited_for_and_a_huge_file_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(LARGEST + 1)
    (tmp_path / "away.json").symlink_to(tmp_path / "nowhere.json")
    found = read_scenario_files(tmp_path)
    assert (found.results, sorted(found.faults)) == ((), ["away.json", "huge.json", "pipe.json"])
    assert str(LARGEST) in found.faults["huge.json"]


def test_a_running_site_sees_new_files_and_names_broken_ones(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = write(tmp_path / "releases", made("one"))
    held = SiteHolder(settings_for(tmp_path / "record", releases=folder))
    assert list(held.site.scenarios.results) == []
    put(folder / "scenarios" / "double.json", scenario())
    assert held.look()
    assert [each.id for each in held.site.scenarios.results] == ["double"]
    release = held.site.latest
    (folder / "scenarios" / "double.json").write_text("{")
    with caplog.at_level(logging.WARNING, "havre.web"):
        assert held.look()
    assert "double.json is no result of a scenario" in caplog.text
    assert ([each.id for each in held.site.scenarios.results], held.site.latest) == (["double"], release)
    assert not held.look()
