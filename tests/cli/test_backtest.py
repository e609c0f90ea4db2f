"""``havre backtest`` judges the models on the reference snapshot, with the same bytes every time."""

import json
from pathlib import Path
from typing import Any

import pytest

from havre.forecast.models import ALL_MODELS, BASELINES
from tests.cli.command import havre, run_here
from tests.small_panel import small_panel

GERMANY = ("--measure", "asylum_applications", "--destination", "DEU")
ONE_ORIGIN = ("--from", "2019-06", "--to", "2019-06", "--horizons", "2")


def parse(text: str) -> dict[str, Any]:
    def refuse(constant: str) -> Any:
        raise AssertionError(f"{constant} is no JSON")

    found = json.loads(text, parse_constant=refuse)
    assert isinstance(found, dict)
    return found


@pytest.mark.slow
def test_one_origin_of_the_reference_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    first, second = (havre("backtest", *GERMANY, *ONE_ORIGIN, "--json", "--workers", workers, cwd=tmp_path)
                     for workers in ("1", "2"))  # fmt: skip
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == second.stdout
    [told] = parse(first.stdout)["backtests"]
    assert told["scope"] == "asylum_applications/bamf/DEU/origin"
    assert told["origins"] == ["2019-06"]
    assert "SYR-DEU" in told["series"]
    assert not [name for name in told["series"] if name.startswith("TOT")]
    assert [row["horizon"] for row in told["horizons"]] == [1, 2]
    for row in told["horizons"]:
        assert row["forecasts_scored"] == len(told["series"])
        assert list(row["models"]) == list(ALL_MODELS)
        assert row["models"][row["best_naive"]]["relative_wis"]["best_naive"] == 1
        for model, found in row["models"].items():
            assert found["relative_wis"].keys() == {*BASELINES, "best_naive"}
            assert ("relative_wis_interval_95" in found) == (model not in BASELINES)
            assert all(0 <= share <= 1 for share in found["coverage"].values())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_backtest_of_the_documents_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    arguments = (*GERMANY, "--from", "2018-12", "--to", "2019-12", "--json")
    first, second = (havre("backtest", *arguments, cwd=tmp_path) for _ in range(2))
    assert first.returncode == 0
    assert first.stdout == second.stdout
    [told] = parse(first.stdout)["backtests"]
    assert len(told["origins"]) == 13
    assert len(told["horizons"]) == 12


@pytest.mark.parametrize(
    ("lang", "sentence"), [("en", "Mean WIS against the best naive"), ("fr", "WIS moyen rapporté à la meilleure")]
)
def test_the_league_table_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, sentence: str
) -> None:
    small_panel().write_parquet(tmp_path / "panel.parquet")
    arguments = ("--panel", "panel.parquet", *GERMANY, "--from", "2018-09", "--to", "2018-10", "--horizons", "2")
    models = ("--model", "negative_binomial", "--workers", "1")
    assert run_here(monkeypatch, "backtest", *arguments, *models, cwd=tmp_path, lang=lang) == 0
    shown = capsys.readouterr().out
    assert sentence in shown
    assert "2018-09 – 2018-10" in shown
    for name in (*BASELINES, "negative_binomial"):
        assert shown.count(name) == 3, "ratio, ratio on log1p, coverage"
    assert "boosted_quantiles" not in shown
