"""``havre score``, as a person runs it when truth has arrived."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from havre.cli import score
from havre.record.log.entries import parse_entry
from havre.record.log.folder import Log
from havre.record.log.keys import save_key
from havre.record.publication import open_record
from tests.cli.command import run_here
from tests.record.log.log_case import KEY
from tests.record.published_case import made_record
from tests.record.track_case import LOGGED, OVERRIDE, counted, logged_release


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("score")
    made_record(folder / "record")
    with open_record(folder / "record") as record:
        logged_release(record, changes=(OVERRIDE,))
        logged_release(record, "r-2", LOGGED.replace(month=4), supersedes="r-1")
    save_key(folder / "log.key", KEY, "correct horse")
    counted().write_parquet(folder / "panel.parquet")
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("HAVRE_LOG_KEY_PASSWORD", "correct horse")
    monkeypatch.setattr(score, "clock", lambda: LOGGED.replace(month=7))
    return tmp_path


def test_it_scores_publishes_and_logs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("score", "--panel", "panel.parquet", "--log-key-file", "log.key")
    assert run_here(monkeypatch, *command, cwd=folder, lang="en") == 0
    out = capsys.readouterr().out
    assert "r-1 (superseded)" in out
    assert "all members joined" in " ".join(out.split())
    assert "Entries appended to the log: 1." in out
    assert (folder / "record" / "track-record" / "2021-07-20" / "track-record.html").is_file()
    log = Log.open(folder / "record" / "log")
    assert parse_entry(log.entry(log.size - 1)).kind == "scores_published"
    assert run_here(monkeypatch, *command, cwd=folder, lang="fr") == 0
    told = capsys.readouterr().out
    assert "remplacée" in told
    assert "Entrées ajoutées au journal" in told
    assert Log.open(folder / "record" / "log").size == log.size


def test_json_tells_the_whole_league_table(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ("score", "--panel", "panel.parquet", "--known-on", "2021-03-20", "--out", "out", "--json")
    assert run_here(monkeypatch, *command, cwd=folder, lang="en") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["known_on"] == "2021-03-20"
    assert told == told | json.loads((folder / "out" / "league.json").read_text())
    # January and February were known by then.
    assert {row["months"] for row in told["league"] if row["group"] == "overall"} == {2}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_changed_forecast_is_named_with_exit_code_2_and_nothing_is_published(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    path = next((folder / "record" / "releases" / "r-1").rglob("*ensemble.parquet"))
    pl.read_parquet(path).with_columns(pl.col("value") * 1.01).write_parquet(path)
    assert run_here(monkeypatch, "score", "--panel", "panel.parquet", cwd=folder, lang=lang) == 2
    assert path.name in capsys.readouterr().err
    assert not (folder / "record" / "track-record").exists()


def test_the_reference_snapshot_has_no_truth_for_later_months(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here(monkeypatch, "score", cwd=folder, lang="en") == 0
    assert "No logged forecast can be scored yet." in capsys.readouterr().out
    assert run_here(monkeypatch, "score", "--panel", "nowhere", cwd=folder, lang="en") == 2
    assert run_here(monkeypatch, "score", "--record", "nowhere", cwd=folder, lang="en") == 2


@pytest.mark.parametrize(("lang", "sentence"), [("en", "lies in the future"), ("fr", "est dans l’avenir")])
def test_a_day_in_the_future_is_refused_and_nothing_is_logged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, sentence: str
) -> None:
    before = Log.open(folder / "record" / "log").size
    command = ("score", "--panel", "panel.parquet", "--log-key-file", "log.key", "--known-on", "2021-07-21")
    assert run_here(monkeypatch, *command, cwd=folder, lang=lang) == 2
    assert sentence in capsys.readouterr().err
    assert Log.open(folder / "record" / "log").size == before


def test_rows_that_say_to_be_known_in_the_future_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = counted()
    pl.concat([rows, rows.head(2).with_columns(as_of=pl.date(2029, 1, 1))]).write_parquet(folder / "panel.parquet")
    assert run_here(monkeypatch, "score", "--panel", "panel.parquet", cwd=folder, lang="en") == 0
    assert "(until 2029-01-01): 20." in capsys.readouterr().err
