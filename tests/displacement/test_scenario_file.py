"""Scenario files: read as they are meant, and every fault of a file at once."""

from datetime import date
from pathlib import Path

import pytest

from havre.displacement.flee_files import read_instance
from havre.displacement.scenario import apply_scenario
from havre.displacement.scenario_changes import KINDS, Close, NewCamp, RoadTo
from havre.displacement.scenario_file import make_scenario, read_scenario
from havre.errors import DisplacementError, FileError

HERE = Path(__file__).parents[2]
EXAMPLES = sorted((HERE / "examples" / "displacement-scenarios").glob("*.toml"))


def written(folder: Path, text: str) -> Path:
    path = folder / "scenario.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        name = "Closed"
        note = "Asked by the council"
        [[close]]
        border = ["Norland", "Sudland"]
        from = 2020-01-05
        until = 15
        [[camp]]
        name = "Fara Camp"
        country = "Sudland"
        latitude = 11
        longitude = 21.5
        capacity = 900
        from = "2020-01-08"
        roads = [{to = "Hub", km = 30}, {to = "Cerna"}]
        """,
    )
    scenario = read_scenario(path)
    assert (scenario.name, scenario.note) == ("Closed", "Asked by the council")
    assert scenario.changes == (
        Close(border=("Norland", "Sudland"), start=date(2020, 1, 5), end=15),
        NewCamp(
            name="Fara Camp",
            country="Sudland",
            latitude=11.0,
            longitude=21.5,
            capacity=900,
            start=date(2020, 1, 8),
            roads=(RoadTo(to="Hub", km=30.0), RoadTo(to="Cerna")),
        ),
    )
    # New places come before closures, whatever the order of the file.
    assert [where for where, _ in scenario.in_order()] == ["camp 1", "close 1"]


def test_every_fault_of_a_file_is_told_with_its_key_and_what_was_expected(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        name = 3
        closes = 1
        [[close]]
        link = ["Cerna", "Cerna"]
        form = 60
        [[close]]
        border = ["Norland", "Sudland"]
        camp = "Este"
        from = -1
        [[close]]
        border = ["Norland", "Sudland"]
        camp = "Este"
        from = 1
        [[close]]
        from = 1
        [[camp]]
        name = ""
        country = "Sudland"
        latitude = 91
        longitude = nan
        capacity = 0
        from = 2020-01-08T10:00:00
        roads = [{to = "Hub", km = 0}, {km = 5}, "Cerna"]
        [[road]]
        between = ["Cerna", "Este"]
        km = 5
        detour = 1.2
        [[capacity]]
        camp = "Este"
        from = 1.5
        [[rule]]
        name = "awareness_level"
        """,
    )
    with pytest.raises(DisplacementError) as caught:
        read_scenario(path)
    told = [
        (problem.key.removeprefix("displacement.scenario."), dict(problem.fields).get("key"))
        for problem in caught.value.problems
    ]
    assert told == [
        ("value", "name"),
        ("unknown_key", "closes"),
        ("unknown_key", "form"),
        ("value", "link"),
        ("missing", "from"),
        ("value", "from"),
        ("one_of", None),
        ("one_of", None),
        ("value", "name"),
        ("value", "latitude"),
        ("value", "longitude"),
        ("value", "capacity"),
        ("value", "from"),
        ("value", "km"),
        ("missing", "to"),
        ("value", "roads"),
        ("at_most_one", None),
        ("value", "from"),
        ("missing", "value"),
    ]
    message = caught.value.message()
    assert f"{path}, close 1: “form” is no setting here. Near: from." in message
    assert f"{path}, camp 1, roads 1: “km” is 0; expected a number above 0." in message
    assert f"{path}, camp 1, roads 2: “to” is missing; expected a name." in message
    assert "docs/displacement-scenarios.md" in caught.value.advice()


def test_a_file_without_a_change_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DisplacementError, match="nothing changes"):
        read_scenario(written(tmp_path, 'name = "Nothing"'))


def test_one_table_need_not_be_a_list() -> None:
    assert make_scenario({"close": {"camp": "Este", "from": 3}}) == make_scenario(
        {"close": [{"camp": "Este", "from": 3}]}
    )


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no-such"):
        read_scenario(tmp_path / "no-such.toml")
    with pytest.raises(FileError, match="TOML"):
        read_scenario(written(tmp_path, "[[close]"))


def test_there_are_examples_of_every_change() -> None:
    kinds = {type(change) for path in EXAMPLES for change in read_scenario(path).changes}
    assert kinds == set(KINDS.values())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_fits_the_instance_of_the_examples(path: Path) -> None:
    instance = read_instance(HERE / "examples" / "displacement" / "arvania").instance
    scenario = read_scenario(path)
    assert scenario.name
    applied = apply_scenario(instance, scenario, replicas=4)
    assert applied.base != applied.changed
