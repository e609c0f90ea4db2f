"""``havre forecast`` writes a release and shows it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from havre.texts import Language
from tests.cli.command import havre, run_here, tree
from tests.record.hub_rules import hub_problems
from tests.small_panel import ARRIVALS, LAST, small_panel

QUICK = ("--horizons", "2", "--draws", "100", "--workers", "1")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a panel, where one release was made and told as JSON."""
    folder = tmp_path_factory.mktemp("forecast")
    small_panel().write_parquet(folder / "panel.parquet")
    arguments = ("--panel", "panel.parquet", "--measure", "sea_arrivals", "--date", "2019-03-01", *QUICK)
    made = havre("forecast", *arguments, "--out", "release", "--json", cwd=folder)
    assert (made.returncode, made.stderr) == (0, "")
    (folder / "told.json").write_text(made.stdout, encoding="utf-8")
    return folder


def refuse(text: str) -> Any:
    raise AssertionError(f"{text} is no JSON")


def test_the_release_is_there_and_the_json_tells_it(home: Path) -> None:
    told = json.loads((home / "told.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert {key: told[key] for key in ("release", "report", "id", "automated", "reference_snapshot", "seed")} == {
        "release": "release",
        "report": "release/report.html",
        "id": json.loads((home / "release" / "manifest.json").read_text(encoding="utf-8"))["id"],
        "automated": True,
        "reference_snapshot": False,
        "seed": 20260101,
    }
    assert [row["destination"] for row in told["series"]] == ["ESP", "GRC", "ITA", "TOT"]
    assert len(told["forecast"]) == 4 * 2
    assert told["forecast"][0]["target_month"] == "2019-01-01"
    assert hub_problems(home / "release") == []
    table = pl.read_csv(home / "release" / "forecast.csv", try_parse_dates=True)
    assert table["median"].to_list() == [row["median"] for row in told["forecast"]]
    assert (home / "release" / "report.html").is_file()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["no person has reviewed them", "Arrivals by sea", "LAST MONTH OF DATA", "Italy", "against naive"]),
        ("fr", ["personne ne les a relus", "Arrivées par la mer", "DERNIER MOIS DE DONNÉES", "Italie", "face au naïf"]),
    ],
)
def test_the_release_is_shown(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lang: Language,
    words: list[str],
) -> None:
    arguments = ("--panel", home / "panel.parquet", "--measure", "sea_arrivals", *QUICK)
    assert run_here(monkeypatch, "forecast", *arguments, cwd=tmp_path, lang=lang) == 0
    shown = capsys.readouterr().out
    plain = " ".join(shown.split())
    for sentence in words:
        assert sentence in plain
    assert "2018-12" in shown.split("2019-01")[0], "the last month of data comes first"
    assert "\x1b" not in shown
    # Without --out and --date the release is today's.
    [release] = (tmp_path / "releases").iterdir()
    assert f"releases/{release.name}" in plain
    manifest = json.loads((release / "manifest.json").read_text())
    assert release.name == f"havre-{manifest['made_on']}"
    made_on = datetime.fromisoformat(manifest["made_on"]).date()
    assert (datetime.now(UTC).date() - made_on).days in (0, 1)


def test_same_input_gives_the_same_release(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    arguments = ("--panel", home / "panel.parquet", "--measure", "sea_arrivals", "--date", "2019-03-01", *QUICK)
    assert run_here(monkeypatch, "forecast", *arguments, "--out", tmp_path / "again", cwd=tmp_path, lang="fr") == 0
    assert tree(tmp_path / "again") == tree(home / "release")
    for name in tree(home / "release"):
        if (home / "release" / name).is_file():
            assert (tmp_path / "again" / name).read_bytes() == (home / "release" / name).read_bytes(), name


def test_the_folder_is_looked_at_before_any_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "note.txt").touch()
    monkeypatch.setattr("havre.pipeline.load_panel", lambda _: pytest.fail("read the panel first"))
    assert run_here(monkeypatch, "forecast", "--out", tmp_path, cwd=tmp_path, lang="en") == 2
    assert "exists already" in capsys.readouterr().err


def test_what_was_known_on_a_day(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    arguments = ("--panel", home / "panel.parquet", "--measure", "sea_arrivals", "--known-on", "2018-11-20", *QUICK)
    assert run_here(monkeypatch, "forecast", *arguments, "--out", "release", cwd=tmp_path, lang="en") == 0
    series = pl.read_csv(tmp_path / "release" / "series.csv", try_parse_dates=True)
    assert f"{LAST:%Y-%m}" == "2018-12"
    assert {f"{month:%Y-%m}" for month in series["last_month"]} == {"2018-10"}
    assert set(series["scope"]) == {ARRIVALS}


def test_a_second_release_of_a_day_takes_the_next_free_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    arguments = ("--panel", home / "panel.parquet", "--measure", "sea_arrivals", "--date", "2019-03-01", *QUICK)
    for _ in range(3):
        assert run_here(monkeypatch, "forecast", *arguments, cwd=tmp_path, lang="en") == 0
    names = ["havre-2019-03-01", "havre-2019-03-01-2", "havre-2019-03-01-3"]
    assert sorted(folder.name for folder in (tmp_path / "releases").iterdir()) == names


def test_a_destination_may_be_named_and_all_months_are_added_up(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--panel", home / "panel.parquet", "--measure", "sea_arrivals", "--destination", "italie", *QUICK)
    assert run_here(monkeypatch, "forecast", *arguments, "--out", "release", cwd=tmp_path, lang="en") == 0
    shown = capsys.readouterr().out
    table = pl.read_csv(tmp_path / "release" / "forecast.csv")
    assert set(table["destination_name"]) == {"Italy"}
    [together] = [line for line in shown.splitlines() if "all months together" in line]
    assert f"{table['median'].sum():,}" in together
    assert f"({table['low_80'].sum():,}–{table['high_80'].sum():,})" in together


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "SMALL COUNTS ARE NOT HIDDEN"), ("fr", "LES PETITS EFFECTIFS NE SONT PAS MASQUÉS")]
)
def test_what_hides_nothing_is_said_loudly_and_tells_its_purpose(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: Language,
    words: str,
) -> None:  # fmt: skip
    panel = str(home / "panel.parquet")
    command = ("forecast", "--panel", panel, "--measure", "sea_arrivals", *QUICK, "--threshold", "0", "--out", "made")
    assert run_here(monkeypatch, *command, cwd=tmp_path, lang=lang) == 0
    assert words in capsys.readouterr().out
    facts = json.loads((tmp_path / "made" / "manifest.json").read_text(encoding="utf-8"))
    assert facts["options"]["purpose"].startswith("Own use")
    assert run_here(monkeypatch, *command[:-3], "3", "--rounding", "7", "--out", "more", cwd=tmp_path, lang="en") == 2
    assert "the base must lie between 1 and 6" in capsys.readouterr().err
