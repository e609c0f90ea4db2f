"""``havre displace check`` tells all faults at once, what is odd and what is there; ``quirks`` lists every switch."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from havre.displacement.rules import QUIRKS, Rules
from havre.errors import DisplacementError
from havre.texts import LANGUAGES, catalogue
from tests.cli.command import havre_here
from tests.cli.displace_case import Command, command, tight, told, write
from tests.displacement.small_instances import LOCATIONS, small_instance, with_everything

PARTS = {"title", "flee", "manual"}


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Command:
    return command(monkeypatch, "check")


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """Give an instance with a fault in each of three files."""
    folder = write(tmp_path / "faulty")
    for name, before, after in (
        ("input_csv/routes.csv", "Cerna,Hub", "Cerna,Hubb"),
        ("input_csv/locations.csv", "21.0", "east"),
        ("input_csv/locations.csv", "21,", "east,"),
        ("source_data/este.csv", "300", "-300"),
    ):
        path = folder / name
        path.write_text(path.read_text().replace(before, after))
    return folder


def test_a_good_instance_is_described(check: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small", with_everything(), conflict_weight=0.25)
    found = told(check(folder, "--json"))
    assert found["faults"] == []
    assert found["instance"]["places"] == {"total": 6, "camp": 2, "conflict": 2, "forward": 1, "town": 1}
    assert found["instance"]["camps"] == {"Dol Camp": 3_000, "Este": 2_000}
    assert found["instance"]["settings"] == {"move_rules.conflict_weight": 0.25}
    link = [each for each in found["warnings"] if each["key"] == "displacement.flee.closures.link"]
    assert (link[0]["name1"], link[0]["name2"]) == ("Alba", "Brod")
    assert "no effect" in link[0]["sentence"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["conflict zones by type 2", "roads: 6, 900 km", "can be simulated", "3,000", "registered, last day"]),
        ("fr", ["zones de conflit selon le type 2", "routes : 6, 900 km", "peut être simulé", "enregistrés, dernier"]),
    ],
)  # fmt: skip
def test_the_table_is_told_in_both_languages(check: Command, tmp_path: Path, lang: str, words: list[str]) -> None:
    shown = " ".join(check(write(tmp_path / "small", hasten=10), lang=lang).stdout.split())
    assert [word for word in words if word not in shown] == []
    assert "1,200" in shown or "1 200" in shown, "people, whatever hasten is"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_camp_without_its_limit_is_told_by_check_and_run(
    check: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str
) -> None:
    folder, run = write(tmp_path / "small", tight(capacity=40)), command(monkeypatch, "run")
    said = {"en": "the camp “Este” has no limit: 50 people", "fr": "le camp « Este » est sans limite : 50 personnes"}
    for shown in (check(folder, lang=lang).stdout, run(folder, "--replicas", "2", lang=lang).stdout):
        assert said[lang] in shown
        assert {"en": "no limit (40", "fr": "sans limite (40"}[lang] in shown


def test_warnings_of_capacity_are_those_of_the_rules_and_hasten_asked_for(check: Command, tmp_path: Path) -> None:
    def keys(folder: Path, *options: str) -> list[str]:
        found = told(check(folder, "--json", *options))["warnings"]
        return [each["key"].partition("flee.capacity.")[2] for each in found]

    half_full = write(tmp_path / "half", tight(capacity=90))
    assert keys(half_full) == ["full_lowered"]
    assert keys(half_full, "--rules", "documented") == []
    assert keys(half_full, "--switch", "day0_lowers_capacity=off") == []
    assert keys(half_full, "--hasten", "100") == ["below_hasten"]
    assert keys(write(tmp_path / "less", tight(capacity=40)), "--rules", "documented") == ["full"]


def test_all_faults_are_told_at_once(tmp_path: Path, faulty: Path) -> None:
    ran = havre_here("displace", "check", faulty, "--lang", "en", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    for name in ("routes.csv", "locations.csv", "este.csv"):
        assert name in ran.stderr
    assert "“east”" in ran.stderr
    assert "Near: Hub" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_faults_are_told_to_programs(check: Command, faulty: Path) -> None:
    ran = check(faulty, "--json", lang="fr")
    assert ran.exit_code == 2
    found = json.loads(ran.stdout)
    assert found["instance"] is None
    assert {Path(each["file"]).name for each in found["faults"]} == {"routes.csv", "locations.csv", "este.csv"}
    road = next(each for each in found["faults"] if each["file"].endswith("routes.csv"))
    assert (road["value"], road["near"]) == ("Hubb", "Hub")
    assert road["sentence"].startswith(road["file"])
    place = next(each for each in found["faults"] if each["file"].endswith("locations.csv"))
    assert (place["meaning"], place["expected"]) == ("longitude, en degrés", "un nombre, avec un point décimal")


def test_what_cannot_be_counted_is_a_fault_too(check: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small", agent=1)
    assert isinstance(check(folder).exception, DisplacementError)
    found = json.loads(check(folder, "--json").stdout)
    assert [each["key"] for each in found["faults"]] == ["displacement.engine.agents_out"]
    assert check(folder, "--without-agents-out").exit_code == 0
    systems = write(tmp_path / "systems", two_system_decision_making=1.0)
    assert check(systems).exit_code == 0, "Flee cannot switch them on"
    assert isinstance(check(systems, "--rules", "documented").exception, DisplacementError)


def test_what_cannot_be_counted_is_told_with_all_other_faults(check: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small", agent=1)
    settings = folder / "simsetting.yml"
    settings.write_text(settings.read_text().replace("awareness_level", "awarness_level"))
    found = json.loads(check(folder, "--json").stdout)["faults"]
    assert [each["key"].rpartition(".")[2] for each in found] == ["agents_out", "misspelt"]
    assert {each["file"] for each in found} == {str(settings)}
    assert found[1]["setting"] == "move_rules.awarness_level"
    alone = json.loads(check(folder, "--without-agents-out", "--json").stdout)["faults"]
    assert [each["key"].rpartition(".")[2] for each in alone] == ["misspelt"]


def test_lenient_reading_makes_warnings_of_what_flee_passes_over(check: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    settings = folder / "simsetting.yml"
    settings.write_text(settings.read_text().replace("awareness_level", "awarness_level"))
    assert isinstance(check(folder).exception, DisplacementError)
    found = told(check(folder, "--lenient", "--json"))
    assert [each["near"] for each in found["warnings"]] == ["awareness_level"]


def test_every_switch_has_its_words() -> None:
    for spoken in LANGUAGES:
        assert set(catalogue("quirks", spoken)) == {f"{name}.{part}" for name in QUIRKS for part in PARTS}


@pytest.mark.parametrize(("lang", "words"), [("en", "off, as its manual says"), ("fr", "off, comme dit son manuel")])
def test_every_switch_is_listed(monkeypatch: pytest.MonkeyPatch, lang: str, words: str) -> None:
    quirks = command(monkeypatch, "quirks")
    shown = quirks(lang=lang).stdout
    assert [name for name in QUIRKS if f"{name}: " not in shown] == []
    assert shown.count(words) == len(QUIRKS)
    found = told(quirks("--json", lang=lang))
    assert [row["switch"] for row in found["switches"]] == list(QUIRKS)
    assert set(found["switches"][0]) == {"switch", *PARTS}
    assert Rules.documented() == Rules.flee().switched(**dict.fromkeys(QUIRKS, False))


def test_what_would_stop_the_simulation_on_some_day_is_found(check: Command, tmp_path: Path) -> None:
    empty = tuple(replace(place, population=0) if "zone" in place.location_type else place for place in LOCATIONS)
    folder = write(tmp_path / "small", small_instance(locations=empty))
    ended = check(folder)
    assert isinstance(ended.exception, DisplacementError)
    (problem,) = ended.exception.problems
    assert (problem.key, dict(problem.fields)["names"]) == ("displacement.engine.zone_without_people", "Alba")
