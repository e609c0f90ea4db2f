"""``havre displace build`` makes an instance that the other commands run, and tells what it assumed."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from havre.cli.displace_build import options_of, sources_of
from havre.displacement.build import BuildOptions
from havre.errors import DisplacementError, FileError, PersonalDataError
from havre.texts import LANGUAGES, catalogue
from tests.cli.displace_case import Command, command, told

TABLES = Path(__file__).parents[2] / "examples" / "displacement-build"
GIVEN = [argument for name in ("places", "registrations", "roads", "events")
         for argument in (f"--{name}", str(TABLES / f"{name}.csv"))]  # fmt: skip
KEEP = "--keep-unknown-countries"


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    return command(monkeypatch, "build")


def test_what_is_built_runs(build: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(build("norvale", *GIVEN, KEEP, "--source", "events=made up", "--licence", "events=CC0", "--json"))
    assert found["instance"]["camps"] == ["Greyfield Camp", "Hollin Camp"]
    assert found["sources"]["events"]["source"] == "made up"
    assert found["sources"]["events"]["licence"] == "CC0"
    assert found["options"]["keep_unknown_countries"] is True
    ran = told(command(monkeypatch, "run")(tmp_path / "norvale", "--replicas", "2", "--json"))
    assert ran["people"]["displaced"]["median"] > 0
    assert ran["warnings"] == []


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ["Assumptions", "no road is ever closed", "build-report.md", "4 used", "where_prec"]),
     ("fr", ["Hypothèses", "build-report.fr.md", "where_prec"])],
)  # fmt: skip
def test_assumptions_are_told_in_both_languages(build: Command, lang: str, words: list[str]) -> None:
    shown = build("norvale", *GIVEN, KEEP, lang=lang).stdout.replace("No border or road", "no road")
    assert [word for word in words if word not in shown] == []


def test_options_reach_the_work(build: Command) -> None:
    plain = told(build("plain", *GIVEN, KEEP, "--json"))
    more = told(
        build(
            "more", *GIVEN, KEEP, "--start", "2024-01-10", "--length", "30", "--detour", "2", "--neighbours", "nearest",
            "--nearest", "2", "--conflict-measure", "events", "--conflict-threshold", "2", "--quiet-days", "5",
            "--json",
        )
    )  # fmt: skip
    assert (more["instance"]["start"], more["instance"]["length"]) == ("2024-01-10", 30)
    assert more["instance"]["conflict_zones"] != plain["instance"]["conflict_zones"]
    assert (more["options"]["nearest"], more["options"]["conflict_measure"]) == (2, "events")


def test_settings_are_written_beside_it(build: Command, tmp_path: Path) -> None:
    chosen = tmp_path / "mine.yml"
    chosen.write_text("move_rules:\n  conflict_weight: 0.125\n")
    assert build("norvale", *GIVEN, KEEP, "--settings", chosen).exit_code == 0
    assert "conflict_weight: 0.125" in (tmp_path / "norvale" / "simsetting.yml").read_text()


def test_bad_input_is_told_and_leaves_nothing_behind(build: Command, tmp_path: Path) -> None:
    assert isinstance(build("norvale", *GIVEN).exception, DisplacementError), "countries that do not exist"
    assert isinstance(build("norvale", *GIVEN, KEEP, "--detour", "0.1").exception, DisplacementError)
    assert isinstance(build("norvale", *GIVEN[:2], "--registrations", "none.csv").exception, FileError)
    assert build("norvale", *GIVEN[:2]).exit_code == 2
    (tmp_path / "people.csv").write_text("name,latitude,longitude,country,kind,phone\n")
    persons = build("norvale", "--places", "people.csv", *GIVEN[2:])
    assert isinstance(persons.exception, PersonalDataError)
    assert not (tmp_path / "norvale").exists()


def test_sources_of_tables_that_are_not_given_are_told_all_at_once() -> None:
    files = {"places": Path("p.csv"), "registrations": Path("r.csv"), "roads": None, "events": None}
    with pytest.raises(DisplacementError) as refused:
        sources_of(files, ["roads=OSM", "places"], ["places="])
    assert len(refused.value.problems) == 3
    assert sources_of(files, ["places=OSM, 2024"], []).places.source == "OSM, 2024"


def test_what_is_not_given_is_the_default() -> None:
    assert options_of(None, detour=None, nearest=5) == BuildOptions(nearest=5)


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_help_tells_the_defaults(spoken: str) -> None:
    texts = catalogue("displace", "fr" if spoken == "fr" else "en")
    for each in fields(BuildOptions):
        value = getattr(BuildOptions(), each.name)
        if isinstance(value, int | float | str) and not isinstance(value, bool) and value:
            pattern = value if isinstance(value, str) else rf"\b{value:g}\b"
            assert re.search(pattern, texts[f"build.option.{each.name}"]), each.name
