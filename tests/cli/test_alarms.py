"""``havre alarms`` warns of surges with its reasons, in both languages and as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from havre.errors import ForecastError
from tests.cli.command import invoke
from tests.small_panel import FIRST, MONTHS, small_panel

QUICK = ("--horizon", "2", "--past", "8", "--workers", "1")
ASYLUM = ("--measure", "asylum_applications", "--destination", "DEU")


@pytest.fixture(scope="module", autouse=True)
def _few_trees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the same path through the code with fewer rounds, to be done sooner, and keep such forecasts apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)
        patch.setenv("HAVRE_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panel in which one corridor is about to surge: it does so every January."""
    path = tmp_path_factory.mktemp("alarms") / "panel.parquet"
    rows = small_panel()
    is_january = (pl.col("origin") == "AFG") & (pl.col("period").dt.month() == 1)
    assert (FIRST.month + MONTHS) % 12 == 1
    rows.with_columns(value=pl.when(is_january).then(pl.col("value") * 6).otherwise("value")).write_parquet(path)
    return path


def refuse(text: str) -> Any:
    raise AssertionError(f"{text} is no JSON")


def test_json_tells_every_alarm_with_its_reasons(monkeypatch: pytest.MonkeyPatch, panel: Path) -> None:
    first, second = (invoke(monkeypatch, "alarms", "--panel", panel, *ASYLUM, *QUICK, "--json") for _ in range(2))
    assert first.exit_code == 0, first.exception
    assert first.stdout == second.stdout
    told = json.loads(first.stdout, parse_constant=refuse)
    assert (told["automated"], told["budget_per_corridor_year"], told["reference_snapshot"]) == (True, 1.0, False)
    [scope] = told["scopes"]
    assert scope["scope"] == "asylum_applications/bamf/DEU/origin"
    assert [text for text in scope["left_out"] if "TON" in text]
    everything = scope["alarms"] + scope["watched"]
    assert len(everything) == 4 * 2
    assert all(alarm["chance"] > alarm["threshold"] for alarm in scope["alarms"])
    assert all(other["chance"] <= other["threshold"] for other in scope["watched"])
    for alarm in scope["alarms"]:
        assert set(alarm["why"]) == {"en", "fr"}
        assert set(alarm["record"]) == {"months", "hits", "false_alarms", "missed"}
    assert scope["alarms"], "a surge every January must raise at least one alarm"
    assert scope["alarms"][0]["origin"] == "AFG"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["no person has reviewed them", "alarm above", "Afghanistan → Germany", "The chance of at least"]),
        ("fr", ["personne ne les a relues", "alerte au-delà", "Afghanistan → Allemagne", "La probabilité d’au moins"]),
    ],
)
def test_alarms_are_shown(monkeypatch: pytest.MonkeyPatch, panel: Path, lang: str, words: list[str]) -> None:
    made = invoke(monkeypatch, "alarms", "--panel", panel, *ASYLUM, *QUICK, "--all", lang=lang)
    assert made.exit_code == 0, made.exception
    shown = " ".join(made.stdout.split())
    for word in words:
        assert word in shown
    assert "\x1b" not in made.stdout


@pytest.mark.parametrize(("lang", "word"), [("en", "no alarm for 2019-01"), ("fr", "aucune alerte pour 2019-01")])
def test_where_there_is_no_alarm_the_highest_chance_is_told(
    monkeypatch: pytest.MonkeyPatch, panel: Path, lang: str, word: str
) -> None:
    # With one past origin no threshold can be fixed.
    made = invoke(
        monkeypatch, "alarms", "--panel", panel, *ASYLUM, "--horizon", "1", "--past", "1", "--workers", "1", lang=lang
    )
    assert made.exit_code == 0, made.exception
    assert word in " ".join(made.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (("--budget", "0"), "alarms.budget"),
        (("--budget", "nan"), "alarms.budget"),
        (("--horizon", "0"), "forecast.horizon"),
        (("--horizon", "200"), "forecast.horizon"),
        (("--origin", "TON"), "forecast.short_series"),
    ],
)
def test_bad_input_is_refused_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, panel: Path, arguments: tuple[str, ...], key: str
) -> None:
    made = invoke(monkeypatch, "alarms", "--panel", panel, *ASYLUM, "--workers", "1", *arguments)
    assert isinstance(made.exception, ForecastError)
    assert made.exception.problems[0].key == key
    assert made.exception.advice("fr")


def test_a_place_needs_a_measure(monkeypatch: pytest.MonkeyPatch, panel: Path) -> None:
    made = invoke(monkeypatch, "alarms", "--panel", panel, "--destination", "DEU")
    assert made.exit_code == 2
