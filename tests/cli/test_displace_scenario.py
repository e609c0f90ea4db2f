"""``havre displace scenario`` compares with and without, from a file or from options, always marked IF."""

import csv
import json
from pathlib import Path

import pytest

from havre.cli.displace_scenario_options import Quick, scenario_of, tables_of
from havre.displacement.comparison import compare
from havre.displacement.flee_files import read_instance
from havre.displacement.scenario_file import make_scenario
from havre.errors import DisplacementError, FileError, Problem
from tests.cli.command import tree
from tests.cli.displace_case import Command, command, told, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "displacement" / "arvania"
CLOSED = ("--close-border", "Arvania,Belmark", "--from", "10", "--days", "30", "--occupancy", "frozen")
NOTHING = Quick(closed={}, opened={})


@pytest.fixture
def scenario(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    return command(monkeypatch, "scenario")


def test_json_tells_the_comparison(scenario: Command) -> None:
    found = told(scenario(EXAMPLE, *CLOSED, "--until", "25", "--replicas", "8", "--on-day", "24", "--json"))
    supposed = make_scenario({"close": [{"border": ["Arvania", "Belmark"], "from": 10, "until": 25}]})
    expected = compare(read_instance(EXAMPLE).instance, supposed, replicas=8, days=30, occupancy="frozen").rows(24)
    assert found["kind"] == "scenario"
    assert (found["simulated"], found["automated"], found["published"]) == (True, True, False)
    assert found["day"] == 24
    assert [row["camp"] for row in found["camps"]] == ["Sorra", "Tamm", "Ulbrich"]
    for row, other in zip(found["camps"], expected, strict=True):
        assert row == pytest.approx(other)
    assert found["camps"][0]["high"] < 0
    assert "resources" not in found  # they differ from run to run: they stand on standard error


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["IF: some changes – a scenario, not a forecast", "The border Arvania – Belmark is closed, from day 10",
                "no person has reviewed", "A scenario is a condition"]),
        ("fr", ["SI", "un scénario, pas une prévision", "Arvania – Belmark", "personne ne les a relus"]),
    ],
)  # fmt: skip
def test_the_condition_stands_first(scenario: Command, lang: str, words: list[str]) -> None:
    shown = " ".join(scenario(EXAMPLE, *CLOSED, "--replicas", "4", lang=lang).stdout.split())
    assert [word for word in words if word not in shown] == []
    assert shown.startswith(words[0])
    assert "Sorra" in shown


def test_a_file_and_options_go_together(scenario: Command, tmp_path: Path) -> None:
    (tmp_path / "larger.toml").write_text('name = "Larger"\n[[capacity]]\ncamp = "Sorra"\nfactor = 2\nfrom = 0\n')
    found = told(scenario(EXAMPLE, "--file", "larger.toml", "--arrivals", "x1.5", "--from", "20",
                          "--replicas", "2", "--days", "30", "--json"))  # fmt: skip
    assert found["name"] == "Larger"
    assert len(found["supposed"]) == 2
    assert found["outside"]["change"] > 0


def test_a_picture_is_drawn(scenario: Command, tmp_path: Path) -> None:
    assert scenario(EXAMPLE, *CLOSED, "--replicas", "4", "--picture", "change.svg", lang="fr").exit_code == 0
    drawn = (tmp_path / "change.svg").read_text(encoding="utf-8")
    assert "Simulé, non compté" in drawn
    assert "Ulbrich" in drawn


def test_options_become_the_tables_of_a_file() -> None:
    problems: list[Problem] = []
    quick = Quick(
        closed={"border": ["A,B"], "link": ["C , D"], "location": ["E, F"], "camp": None},
        opened={"camp": ["G"]},
        capacity=["G=500", "a=b=x0.5"],
        conflict=["H"],
        peace=["I"],
        arrivals="x2",
        start="10",
        until="2020-03-01",
    )
    days = {"from": 10, "until": "2020-03-01"}
    assert tables_of(quick, problems) == {
        "close": [{"border": ["A", "B"], **days}, {"link": ["C", "D"], **days}, {"location": "E, F", **days}],
        "open": [{"camp": "G", **days}],
        "capacity": [{"camp": "G", "capacity": 500, "from": 10}, {"camp": "a=b", "factor": 0.5, "from": 10}],
        "conflict": [{"place": "H", **days}],
        "peace": [{"place": "I", **days}],
        "arrivals_factor": [{"factor": 2.0, **days}],
    }
    assert problems == []
    table = Quick(closed={}, opened={}, arrivals="people.csv")
    assert tables_of(table, problems) == {"arrivals": [{"table": "people.csv"}]}


def test_what_is_wrong_with_options_is_told_all_at_once() -> None:
    wrong = Quick(closed={"border": ["A", "A,B,C", ",B"]}, opened={"link": ["A;B"]}, capacity=["=5", "G=many", "5"])
    with pytest.raises(DisplacementError) as refused:
        scenario_of(None, wrong)
    assert [problem.key.split(".")[-1] for problem in refused.value.problems[:7]] == ["pair"] * 4 + ["capacity"] * 3
    with pytest.raises(DisplacementError, match="--from is missing") as first:
        scenario_of(None, Quick(closed={"border": ["A,B"]}, opened={}, capacity=["G=xnan"], arrivals="x-1"))
    assert [problem.key.split(".")[-1] for problem in first.value.problems] == ["capacity", "arrivals", "no_from"]
    with pytest.raises(DisplacementError) as alone:
        scenario_of(None, Quick(closed={}, opened={}, capacity=["G=xnan"]))
    assert [problem.key.split(".")[-1] for problem in alone.value.problems] == ["capacity"]
    with pytest.raises(DisplacementError, match="Nothing is supposed"):
        scenario_of(None, NOTHING)
    with pytest.raises(FileError):
        scenario_of(Path("no-such.toml"), NOTHING)


def test_days_of_no_change_are_refused(scenario: Command, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text('[[peace]]\nplace = "Lindra"\nfrom = 3\n')
    ran = scenario(EXAMPLE, "--file", "s.toml", "--from", "5")
    assert isinstance(ran.exception, DisplacementError)
    assert "none is given" in str(ran.exception)


def test_what_does_not_fit_the_instance_is_told(scenario: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    ran = scenario(folder, "--close-link", "Alba,Brot", "--close-camp", "Este", "--from", "5")
    assert isinstance(ran.exception, DisplacementError)
    assert "Brod" in ran.exception.message()
    assert scenario(folder, "--close-camp", "Este", "--from", "5", "--on-day", "20").exit_code == 2
    assert isinstance(
        scenario(folder, "--close-camp", "Este", "--from", "5", "--replicas", "1").exception, DisplacementError
    )


def test_a_folder_holds_the_changes_of_every_day(scenario: Command, tmp_path: Path) -> None:
    asked = (EXAMPLE, *CLOSED, "--replicas", "4", "--seed", "3")
    found = told(scenario(*asked, "--json", "--out", "out"))
    assert tree(tmp_path / "out") == {"changes.csv", "scenario.json"}
    assert json.loads((tmp_path / "out" / "scenario.json").read_text(encoding="utf-8")) == found
    rows = list(csv.DictReader((tmp_path / "out" / "changes.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["day"], row["camp"]) for row in rows] == [
        (str(day), camp["camp"]) for day in range(30) for camp in found["camps"]
    ]
    for row, camp in zip(rows[-3:], found["camps"], strict=True):
        for column, name in (("base", "base"), ("scenario", "scenario"), ("change", "change"), ("change_low", "low"),
                             ("change_high", "high"), ("more", "more"), ("fewer", "fewer")):  # fmt: skip
            assert float(row[column]) == pytest.approx(camp[name], abs=1e-4), column
    assert {row["change"] for row in rows[:30]} == {"0"}, "nothing differs before day 10"
    assert rows[0]["date"] == found["start"]
    assert float(rows[0]["capacity_in_force_base"]) == 3_080


def test_a_folder_is_tried_before_the_work_and_never_replaced(
    scenario: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    monkeypatch.setattr("havre.displacement.comparison.compare", None)
    assert isinstance(scenario(EXAMPLE, *CLOSED, "--out", "out").exception, FileError)
    assert tree(tmp_path / "out") == {"mine"}
