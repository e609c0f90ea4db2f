"""``havre reception`` tells when a place runs full."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from havre.cli.reception import _series
from havre.draws import Draws, SeriesKey
from havre.errors import ForecastError
from havre.forecast.scope_draws import ScopeDraws
from havre.panel.scope import Scope
from havre.panel.series import MonthlySeries
from tests.cli.command import run_raising
from tests.small_panel import small_panel

PLACE = ("--capacity", "100", "--occupancy", "95", "--share", "0.05..0.1", "--stay-months", "6")
ASKED = ("reception", "--panel", "panel.parquet", "--measure", "asylum_applications", "--destination", "DEU",
         "--horizons", "3", "--draws", "100")  # fmt: skip


@pytest.fixture(autouse=True)
def _panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    small_panel().write_parquet(tmp_path / "panel.parquet")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "Full for the first time: 50 % sure by"), ("fr", "Complet pour la première fois : sûr à 50 %")],
)
def test_the_table_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    run_raising(monkeypatch, *ASKED, *PLACE, lang=lang)
    shown = capsys.readouterr().out
    assert words in shown
    assert "TOT→DEU" in shown
    assert "2019-03" in shown


def test_json_and_one_origin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run_raising(monkeypatch, *ASKED, *PLACE, "--origin", "SYR", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["series"] == "asylum_applications SYR→DEU"
    assert [row["month"] for row in found["months"]] == ["2019-01", "2019-02", "2019-03"]
    assert found["stay"]["mean"] == pytest.approx(8.6562)
    for row in found["months"]:
        assert 0 <= row["probability_first_full"] <= row["probability_full"] + 1e-9 <= 1 + 1e-9
        assert (row["needed"][2] > 100) or row["probability_full"] < 0.2


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [("--capacity", "-1", "capacity"), ("--occupancy", "nan", "occupancy"), ("--share", "2", "share"),
     ("--share", "half", "--share"), ("--stay-months", "0", "stay_months"), ("--stay-shape", "0", "stay_shape"),
     ("--horizons", "13", "13")],
)  # fmt: skip
def test_mistakes_are_told(monkeypatch: pytest.MonkeyPatch, option: str, value: str, word: str) -> None:
    with pytest.raises(ForecastError, match=word):
        run_raising(monkeypatch, *ASKED, *PLACE, option, value)


def test_several_places_without_a_total_are_not_chosen_among() -> None:
    keys = tuple(SeriesKey("sea_arrivals", "TOT", code) for code in ("ITA", "GRC", "TOT"))
    scope = Scope("sea_arrivals", "unhcr_odp", "destination")

    def chosen(rows: tuple[SeriesKey, ...], **only: Any) -> SeriesKey:
        draws = Draws(rows, date(2020, 1, 1), np.ones((len(rows), 2, 3)))
        history = MonthlySeries(rows, date(2020, 1, 1), np.ones((len(rows), 1)))
        return _series(ScopeDraws(replace(scope, **only), draws, history, (), ()))

    assert chosen(keys) == keys[2], "the total"
    assert chosen(keys[:1]) == keys[0], "the only one"
    assert chosen(keys[:2], only=("GRC",)) == keys[1], "the one asked for"
    with pytest.raises(ForecastError) as refused:
        chosen(keys[:2])
    assert refused.value.problems[0].key == "reception.several"
