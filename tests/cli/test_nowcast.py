"""``havre nowcast`` tells what incomplete months rest on."""

import json
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from havre.errors import ForecastError
from tests.cli.command import run_raising
from tests.small_panel import small_panel

GERMANY = ("nowcast", "--panel", "panel.parquet", "--measure", "asylum_applications", "--destination", "DEU",
           "--draws", "100")  # fmt: skip


@pytest.fixture
def panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    small_panel().write_parquet(tmp_path / "panel.parquet")
    return tmp_path


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "no revision known; declared lag only"), ("fr", "aucune révision connue ; seul le délai déclaré")],
)
def test_no_revision_is_said_so(
    panel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    run_raising(monkeypatch, *GERMANY, "--months-back", "1", lang=lang)
    shown = capsys.readouterr().out
    assert words in shown
    assert "2018-12" in shown
    assert "2019-01" in shown


def test_revisions_give_an_interval(
    panel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = small_panel()
    later = first.with_columns(value=(pl.col("value") * 1.25).round(), as_of=pl.col("as_of") + timedelta(days=31))
    pl.concat([first, later]).write_parquet("panel.parquet")
    run_raising(monkeypatch, *GERMANY, "--known-on", "2019-01-20", "--months-back", "1", "--json")
    [found] = json.loads(capsys.readouterr().out)["nowcasts"]
    [syria] = [row for row in found["rows"] if row["origin"] == "SYR" and row["month"] == "2018-12"]
    assert syria["basis"] == "own_revisions"
    assert syria["median"] == pytest.approx(1.25 * syria["published"], rel=0.01)


def test_nothing_was_known_yet(panel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ForecastError, match="2001-01-01"):
        run_raising(monkeypatch, *GERMANY, "--known-on", "2001-01-01")
    with pytest.raises(ForecastError, match="daily"):
        run_raising(monkeypatch, *GERMANY, "--daily")


def test_a_running_month_of_the_reference(
    panel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_raising(monkeypatch, "nowcast", "--measure", "sea_arrivals", "--source", "uk_home_office", "--daily", "--json")
    [found] = json.loads(capsys.readouterr().out)["nowcasts"]
    [row] = found["rows"]
    assert (row["month"], row["basis"]) == ("2025-04", "whole_month"), "the snapshot ends with a month"
    assert row["low"] == row["published"] == row["high"], "the month is whole"
