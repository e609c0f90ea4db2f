"""``havre explain`` tells why in parts that add up, in both languages and as JSON."""

import json
import re
from collections.abc import Iterator
from datetime import date
from math import fsum
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from havre.errors import HavreError
from havre.forecast.explain import DRIVERS
from havre.forecast.models import MEMBERS
from havre.months import add_months
from tests.cli.command import invoke
from tests.forecast.delayed_panel import FIRST as DELAYED_FIRST
from tests.forecast.delayed_panel import delayed_panel, known_then
from tests.small_panel import small_panel, without

ARRIVALS = ("--measure", "sea_arrivals", "--destination", "ITA")
QUICK = ("--draws", "100", "--workers", "1", "--no-sensitivity")


@pytest.fixture(scope="module", autouse=True)
def _few_trees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the same path through the code with fewer rounds, to be done sooner, and keep such forecasts apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)
        patch.setenv("HAVRE_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explain") / "panel.parquet"
    small_panel().write_parquet(path)
    return path


def refuse(text: str) -> Any:
    raise AssertionError(f"{text} is no JSON")


def test_the_json_adds_up(monkeypatch: pytest.MonkeyPatch, panel: Path) -> None:
    first, second = (
        invoke(monkeypatch, "explain", "--panel", panel, *ARRIVALS, "--horizon", "2", *QUICK, "--json")
        for _ in range(2)
    )
    assert first.exit_code == 0, first.exception
    assert first.stdout == second.stdout
    told = json.loads(first.stdout, parse_constant=refuse)
    assert (told["destination"], told["target_month"], told["horizon"]) == ("ITA", "2019-02", 2)
    assert fsum([told["last_value"], *told["drivers"].values()]) == pytest.approx(told["median"], rel=1e-12)
    assert set(told["drivers"]) <= set(DRIVERS)
    assert [member["model"] for member in told["members"]] == list(MEMBERS)
    assert told["interval_80"][0] <= told["median"] <= told["interval_80"][1]
    assert told["sensitivity"] is None
    assert len(told["analogues"]) == 5
    assert all(len(one["ratios_after"]) == 12 and one["last_month"] <= "2017-12" for one in told["analogues"])


def test_a_past_month_with_sensitivity(monkeypatch: pytest.MonkeyPatch, panel: Path) -> None:
    arguments = ("--panel", panel, *ARRIVALS, "--month", "2018-06", "--horizon", "1", "--draws", "100")
    made = invoke(monkeypatch, "explain", *arguments, "--workers", "1", "--json")
    assert made.exit_code == 0, made.exception
    told = json.loads(made.stdout, parse_constant=refuse)
    assert (told["last_month"], told["target_month"]) == ("2018-05", "2018-06")
    assert set(told["sensitivity"]["last_value_for_change"]) == {"+10%", "-10%"}
    assert "without_season" in told["sensitivity"]["answers"]


@pytest.mark.parametrize(
    ("lang", "words", "start", "end"),
    [
        (
            "en",
            ["Arrivals by sea, Italy", "not why people move", "Nearest past situations", "What would have changed it"],
            "last value, December 2018",
            "median forecast",
        ),
        (
            "fr",
            ["Arrivées par la mer, Italie", "non pourquoi des personnes", "Situations passées", "Ce qui l’aurait"],
            "dernière valeur, décembre 2018",
            "prévision médiane",
        ),
    ],
)
def test_an_account_is_shown_and_its_whole_persons_add_up(
    monkeypatch: pytest.MonkeyPatch, panel: Path, lang: str, words: list[str], start: str, end: str
) -> None:
    made = invoke(monkeypatch, "explain", "--panel", panel, *ARRIVALS, "--draws", "100", "--workers", "1", lang=lang)
    assert made.exit_code == 0, made.exception
    shown = " ".join(made.stdout.split())
    for word in words:
        assert word in shown
    assert "\x1b" not in made.stdout
    lines = made.stdout.splitlines()
    first = next(place for place, line in enumerate(lines) if start in line)
    last = next(place for place, line in enumerate(lines) if end in line)
    parts = [_last_number(line) for line in lines[first:last] if line.strip()]
    assert len(parts) > 2
    assert sum(parts) == _last_number(lines[last])


def _last_number(line: str) -> int:
    [number] = re.findall(r"[+−]?\d[\d,\u202f\xa0]*\s*$", line)
    return int(re.sub(r"[,\u202f\xa0\s]", "", number.replace("−", "-")))


def test_small_counts_are_not_taken_apart(monkeypatch: pytest.MonkeyPatch, panel: Path) -> None:
    eritrea = ("--panel", panel, "--measure", "asylum_applications", "--destination", "DEU", "--origin", "ERI")
    assert invoke(monkeypatch, "explain", *eritrea, *QUICK, "--threshold", "0").exit_code == 0
    made = invoke(monkeypatch, "explain", *eritrea, *QUICK, "--threshold", "100")
    assert isinstance(made.exception, HavreError)
    assert made.exception.problems[0].key == "explain.too_small"
    assert made.exception.advice("en")


def test_zeros_are_told_as_zeros(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "panel.parquet"
    is_late = (pl.col("destination") == "ITA") & (pl.col("period") >= date(2017, 1, 1))
    small_panel().with_columns(value=pl.when(is_late).then(0.0).otherwise("value")).write_parquet(path)
    made = invoke(monkeypatch, "explain", "--panel", path, *ARRIVALS, "--draws", "100", "--workers", "1")
    assert made.exit_code == 0, made.exception
    assert "0 expected in January 2019" in made.stdout
    assert "10% more" not in made.stdout
    assert not re.search(r"to [1-9]\)", made.stdout)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (("--horizon", "0"), "forecast.horizon"),
        (("--horizon", "200"), "forecast.horizon"),
        (("--month", "2030-01"), "forecast.horizon"),
        (("--month", "2018-13"), "months.not_a_month"),
        (("--month", "2014-06"), "forecast.short_series"),
        (("--origin", "SYR"), "panel.no_observations"),
    ],
)
def test_bad_input_is_refused_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, panel: Path, arguments: tuple[str, ...], key: str
) -> None:
    made = invoke(monkeypatch, "explain", "--panel", panel, *ARRIVALS, *QUICK, *arguments)
    assert isinstance(made.exception, HavreError), made.exception
    assert made.exception.problems[0].key == key


def test_a_gap_elsewhere_stops_only_who_does_not_allow_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "panel.parquet"
    without(small_panel(), "ESP", 20).write_parquet(path)
    refused = invoke(monkeypatch, "explain", "--panel", path, *ARRIVALS, *QUICK)
    assert isinstance(refused.exception, HavreError)
    assert refused.exception.problems[0].key == "forecast.gap"
    assert invoke(monkeypatch, "explain", "--panel", path, *ARRIVALS, *QUICK, "--leave-out-gaps").exit_code == 0


@pytest.mark.parametrize(
    ("lang", "sentence"), [("en", "usually become about"), ("fr", "deviennent d’ordinaire environ")]
)
def test_a_month_still_to_be_revised_is_told_and_can_be_left(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str, sentence: str
) -> None:
    last = add_months(DELAYED_FIRST, 58)
    known_then(delayed_panel(months=60, codes=("AFG", "SYR", "IRQ")), last).write_parquet(tmp_path / "panel.parquet")
    corridor = ("--measure", "asylum_applications", "--destination", "DEU", "--origin", "IRQ")
    arguments = ("explain", "--panel", tmp_path / "panel.parquet", *corridor, *QUICK)
    assert sentence in " ".join(invoke(monkeypatch, *arguments, lang=lang).stdout.split())
    on, off = (
        json.loads(invoke(monkeypatch, *arguments, *more, "--json").stdout) for more in ((), ("--no-completion",))
    )
    assert on["last_value"] == off["last_value"] == off["last_value_completed"]
    assert on["drivers"]["completion"] == on["last_value_completed"] - on["last_value"] > 0
    assert "completion" not in off["drivers"]
    assert fsum([on["last_value"], *on["drivers"].values()]) == pytest.approx(on["median"], rel=1e-12)
