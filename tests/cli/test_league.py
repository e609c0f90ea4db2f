"""``havre league`` puts every model on a public panel into one table, with the same bytes every time."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from havre.cli.league import _verdict
from havre.draws import QUANTILE_LEVELS, Quantiles, SeriesKey
from havre.evaluate.outside import write_hub_forecasts
from havre.forecast.models import ALL_MODELS, BASELINES
from havre.forecast.peers import PEERS
from havre.months import add_months, months_between
from tests.cli.command import havre, run_here

FIRST = date(2014, 1, 1)
QUICK = ("--model", "exponential_level", "--horizons", "2", "--workers", "1", "--no-cache")
ITALY = SeriesKey("sea_arrivals", "TOT", "ITA")


def parse(text: str) -> dict[str, Any]:
    def refuse(constant: str) -> Any:
        raise AssertionError(f"{constant} is no JSON")

    found = json.loads(text, parse_constant=refuse)
    assert isinstance(found, dict)
    return found


def detections(folder: Path) -> Path:
    """Write a made-up file of detections: three corridors until 2022-12."""
    rng = np.random.default_rng(5)
    rows = []
    for route, nationality, mean in (
        ("Central Mediterranean Route", "TUN", 800.0),
        ("Central Mediterranean Route", "EGY", 40.0),
        ("Western Balkan Route", "TUN", 12.0),
    ):
        walk = mean * np.exp(np.cumsum(rng.normal(0, 0.1, 108)))
        for step, value in enumerate(rng.poisson(walk)):
            rows.append((route, "Sea", nationality, add_months(FIRST, step), int(value)))
    path = folder / "detections.parquet"
    pl.DataFrame(rows, schema=["route", "type", "nat", "month", "n"], orient="row").write_parquet(path)
    return path


def told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str
) -> dict[str, Any]:
    assert run_here(monkeypatch, "league", *arguments, "--json", cwd=folder, lang="en") == 0
    return parse(capsys.readouterr().out)


@pytest.mark.slow
def test_two_runs_and_two_workers_give_the_same_bytes(tmp_path: Path) -> None:
    arguments = ("league", "--panel", "E", "--json", "--horizons", "2")
    models = ("--model", "exponential_level")
    first, second, third = (
        havre(*arguments, *models, "--workers", workers, *more, cwd=tmp_path, HAVRE_CACHE=str(tmp_path / "kept"))
        for workers, more in (("1", ["--no-cache"]), ("2", []), ("1", []))
    )
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == second.stdout == third.stdout
    content = parse(first.stdout)
    assert [part["part"] for part in content["parts"]] == ["mediterranean", "channel"]
    assert (tmp_path / "kept").is_dir()


def test_the_json_holds_every_score_of_every_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    content = told(capsys, monkeypatch, tmp_path, "--panel", "e", *QUICK)
    assert (content["panel"], content["seed"]) == ("E", 20_260_101)
    for part in content["parts"]:
        models = [*BASELINES, "exponential_level"]
        every = [row for row in part["table"] if row["band"] == "all"]
        assert [(row["horizon"], row["model"]) for row in every] == [(h, name) for h in (1, 2) for name in models]
        for row in every:
            assert {"wis_ratio", "wis_ratio_log", "geometric_mean", "rmse_ratio", "coverage_95", "above_95"} <= set(row)
            if row["model"] == row["best_naive"]:
                assert row["wis_ratio"] == 1
        for scale, column in (("natural", "wis_ratio"), ("log1p", "wis_ratio_log")):
            intervals = part["intervals"][scale]
            assert [(row["model"], row["horizon"]) for row in intervals] == [("exponential_level", h) for h in (1, 2)]
            for row in intervals:
                [same] = [r for r in every if (r["model"], r["horizon"]) == (row["model"], row["horizon"])]
                assert row["ratio"] == pytest.approx(same[column], abs=2e-6)
                assert row["low"] <= row["ratio"] <= row["high"]
        assert {row["level"] for row in part["coverage"]["exponential_level"]} == {0.5, 0.8, 0.9, 0.95}
        assert {row["model"] for row in part["upper_tail"]} == {row["model"] for row in part["alarms"]} == set(models)
        assert {"pr_auc", "recall"} <= set(part["alarms"][0])
        assert part["never_used_in_development"] is None


def test_origins_never_used_in_development_stand_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_here(monkeypatch, "panel", "import", "frontex", detections(tmp_path), "--as-of", "2023-02-01",
                    cwd=tmp_path, lang="en") == 0  # fmt: skip
    capsys.readouterr()
    plain, both = (told(capsys, monkeypatch, tmp_path, "--panel", "A", *QUICK, *more) for more in ([], ["--fresh"]))
    [part], [with_fresh] = plain["parts"], both["parts"]
    fresh = with_fresh.pop("never_used_in_development")
    assert part.pop("never_used_in_development") is None
    assert with_fresh == part, "they do not touch the scores of the test origins"
    months = [f"{month:%Y-%m}" for month in months_between(date(2022, 5, 1), date(2022, 11, 1))]
    assert fresh["origins"] == months
    assert {row["model"] for row in fresh["table"]} == {*BASELINES, "exponential_level"}
    arguments = ("league", "--panel", "A", *QUICK, "--fresh")
    assert run_here(monkeypatch, *arguments, cwd=tmp_path, lang="fr") == 0
    assert "Origines jamais utilisées au développement (7, 2022-05 – 2022-11)" in " ".join(
        capsys.readouterr().out.split()
    )


def test_the_store_is_found_by_option_environment_and_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = detections(tmp_path)
    options: list[tuple[str, list[str]]] = [("mine", ["--store", "mine"]), ("yours", []), ("panel-store", [])]
    for store, more in options:
        monkeypatch.delenv("HAVRE_STORE", raising=False)
        if store == "yours":
            monkeypatch.setenv("HAVRE_STORE", store)
        arguments = ("panel", "import", "frontex", str(path), "--as-of", "2023-02-01", *more)
        assert run_here(monkeypatch, *arguments, cwd=tmp_path, lang="en") == 0
        assert f"in {store}" in capsys.readouterr().out
        assert list((tmp_path / store).glob("*.parquet"))
        content = told(capsys, monkeypatch, tmp_path, "--panel", "B", *QUICK, *more)
        assert [part["part"] for part in content["parts"]] == ["routes", "nationalities"]
        for found in (tmp_path / store).glob("*.parquet"):
            found.unlink()


def test_forecasts_of_others_are_judged_in_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A perfect forecast of one country at every origin beats all; the country that it leaves out counts as missed."""
    from havre.panel.public import public_panel
    from havre.panel.reference import load_reference

    panel = public_panel("E", load_reference())[0]
    row = panel.series.keys.index(ITALY)
    made = {}
    for origin in panel.origins:
        truth = panel.series.at([add_months(origin, h) for h in (1, 2)])[row]
        values = np.broadcast_to(truth[None, :, None], (1, 2, len(QUANTILE_LEVELS))).copy()
        made["other-oracle", origin] = Quantiles((ITALY,), origin, values)
    write_hub_forecasts(made, tmp_path / "hub", source="unhcr_odp")
    content = told(capsys, monkeypatch, tmp_path, "--panel", "E", *QUICK, "--outside", "hub")
    mediterranean, channel = content["parts"]
    rows = [row for row in mediterranean["table"] if row["model"] == "other-oracle" and row["band"] == "all"]
    assert len(rows) == 2
    assert all(row["missing"] == 2 * len(panel.origins) for row in rows)
    assert all(row["wis_ratio"] > 0 for row in rows)
    assert "other-oracle" not in {row["model"] for row in channel["table"]}, "it does not speak of that part"
    assert {row["model"] for row in mediterranean["intervals"]["natural"]} == {"exponential_level", "other-oracle"}


@pytest.mark.parametrize(("lang", "sentence"), [("en", "best naive baseline"), ("fr", "meilleure référence naïve")])
def test_tables_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, sentence: str
) -> None:
    assert run_here(monkeypatch, "league", "--panel", "E", *QUICK, cwd=tmp_path, lang=lang) == 0
    shown = capsys.readouterr().out
    assert sentence in shown
    assert "E/channel" in shown
    assert "exponential_level · >=100" in shown
    assert "80 % · >=100" in shown
    assert "2021-05 – 2023-04" in shown
    for name in BASELINES:
        assert shown.count(f" {name} ") >= 20, "ten tables for each of two parts"
    assert "boosted_quantiles" not in shown


@pytest.mark.parametrize(
    ("arguments", "said", "advice"),
    [
        (("--panel", "G"), "“G” is not a public panel", "A, B, C, D, E"),
        (("--panel", "A"), "no Frontex detections in panel-store", "havre panel import frontex FILE"),
        (("--panel", "E", "--model", "auto_et"), "“auto_et” is not a model", "auto_ets"),
        (("--panel", "E", "--workers", "0"), "“0” is neither a number of processes", "dask://"),
        (("--panel", "E", "--horizons", "13"), "Horizon 13 is outside 1 to 12", ""),
        (("--panel", "E", "--outside", "nowhere"), "no such file", ""),
    ],
)
def test_what_cannot_be_done_is_told(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
    advice: str,
) -> None:
    monkeypatch.delenv("HAVRE_STORE", raising=False)
    assert run_here(monkeypatch, "league", *arguments, "--no-cache", cwd=tmp_path, lang="en") == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert advice in shown.err
    assert list(tmp_path.iterdir()) == []


def test_who_is_judged() -> None:
    from havre.cli.league import chosen_models

    assert chosen_models([], peers=False) == ALL_MODELS
    assert chosen_models([], peers=True) == (*ALL_MODELS, *PEERS)
    assert chosen_models(["auto_ets", "mixture"], peers=False) == (*BASELINES, "auto_ets")


def test_losers_are_named_first() -> None:
    every = pl.DataFrame({"model": ["m"] * 3, "horizon": [1, 2, 3], "wis_ratio": [0.9, 1.25, None]})
    worse, better = _verdict(every, "m")
    assert "WORSE" in worse
    assert "2 (+25 %)" in worse
    assert "1 (−10 %)" in better
    assert _verdict(every.head(1), "m") == [better]
