"""``--plot`` and ``--picture`` on the commands: drawn, written, refused, and from protected tables only."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import typer

from havre.cli import plots
from havre.errors import FileError, ForecastError
from havre.months import add_months
from havre.pictures import FanChart, extra
from tests.cli.command import run_raising
from tests.small_panel import FIRST, small_panel, with_value

FORECAST = ("forecast", "--panel", "panel.parquet", "--horizons", "2", "--draws", "100", "--workers", "1",
            "--date", "2019-03-01")  # fmt: skip
SCENARIO = ("scenario", "--panel", "panel.parquet", "--measure", "sea_arrivals", "--horizons", "2", "--draws", "100",
            "--close-route", "ITA")  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _few_trees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the same path through the code with fewer rounds, to be done sooner, and keep such forecasts apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)
        patch.setenv("HAVRE_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    small_panel().write_parquet(tmp_path / "panel.parquet")
    return tmp_path


def test_a_forecast_is_drawn_and_written(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_raising(monkeypatch, *FORECAST, "--measure", "sea_arrivals", "--plot", "--picture", "fan.svg", lang="fr")
    shown, drawn = capsys.readouterr().out, (home / "fan.svg").read_text(encoding="utf-8")
    for words in ("Arrivées par la mer", "effectif publié", "prévision médiane", "Source: UNHCR", "pas une promesse"):
        assert words in shown
        assert words in drawn
    assert "Image : fan.svg" in shown
    assert "Prévision du 1er mars 2019" in drawn
    # 36 months of history and the months of the forecast.
    assert "janv. 2016" in drawn
    assert "janv. 2019" in drawn
    assert "2015" not in drawn


def test_a_scenario_is_marked_as_if_with_the_same_bytes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.svg", "b.svg"):
        run_raising(monkeypatch, *SCENARIO, "--picture", name)
    assert (home / "a.svg").read_bytes() == (home / "b.svg").read_bytes()
    drawn = (home / "a.svg").read_text(encoding="utf-8")
    for words in ("IF – a scenario, not a forecast", "IF closure (Italy) from January 2019", "IF: median"):
        assert words in drawn


def test_json_stays_json_beside_a_picture(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_raising(monkeypatch, *SCENARIO, "--json", "--picture", "a.png")
    assert json.loads(capsys.readouterr().out)["kind"] == "if"
    assert (home / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(typer.BadParameter, match="--json"):
        plots.plots_wanted(plot=True, file=None, as_json=True)


def test_drivers_are_drawn(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run_raising(monkeypatch, "explain", "--panel", "panel.parquet", "--measure", "sea_arrivals", "--destination", "ITA",
        "--draws", "100", "--workers", "1", "--no-sensitivity", "--plot", "--picture", "why.svg")  # fmt: skip
    assert "not why people move" in capsys.readouterr().out
    assert "last value, December 2018" in (home / "why.svg").read_text(encoding="utf-8")


def test_alarms_are_drawn(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run_raising(monkeypatch, "alarms", "--panel", "panel.parquet", "--measure", "sea_arrivals", "--horizon", "1",
        "--past", "8", "--workers", "1", "--plot", "--picture", "alarms.svg", lang="fr")  # fmt: skip
    assert "probabilité d’un afflux" in capsys.readouterr().out
    assert "Grèce, janvier 2019".replace("janvier ", "janvier\u00a0") in (home / "alarms.svg").read_text(
        encoding="utf-8"
    )


def test_a_backtest_is_drawn(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run_raising(monkeypatch, "backtest", "--panel", "panel.parquet", "--measure", "sea_arrivals", "--from", "2017-10",
        "--to", "2017-12", "--horizons", "2", "--model", "exponential_level", "--workers", "1", "--plot",
        "--picture", "track.svg")  # fmt: skip
    shown, drawn = capsys.readouterr().out, (home / "track.svg").read_text(encoding="utf-8")
    for words in ("exponential_level", "coverage of exponential_level", "h = 2"):
        assert words in shown
        assert words in drawn


def test_a_league_is_drawn(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--panel", "E", "--model", "exponential_level", "--horizons", "1", "--workers", "1", "--no-cache")
    run_raising(monkeypatch, "league", *asked, "--plot", "--picture", "league.svg")
    assert "ratio to the best naive baseline" in capsys.readouterr().out
    drawn = (home / "league.svg").read_text(encoding="utf-8")
    assert "Models side by side, panel E" in drawn
    assert "sea arrivals in the United Kingdom" in drawn


def test_fans_hold_nothing_that_the_release_hides(home: Path) -> None:
    from havre.forecast.outlook import OutlookOptions
    from havre.pipeline import find_scopes, load_panel, make_release

    threshold, small = 10, (30, 31, 45)
    rows = small_panel()
    for step in small:
        rows = with_value(rows, "AFG", step, 3.0)
    rows.write_parquet("panel.parquet")
    panel = load_panel("panel.parquet")
    asked = [{"measure": "asylum_applications", "destination": "DEU", "origin": "AFG"}]
    options = OutlookOptions(horizons=2, draws=100, seed=1, leave_out_gaps=True, workers=1)
    scopes = find_scopes(panel.observations, asked)
    release = make_release(panel, scopes, options, made_on=date(2019, 3, 1), threshold=threshold)
    [chart] = plots.forecast_picture(release).charts
    assert isinstance(chart, FanChart)
    shown = chart.history
    hidden = [add_months(FIRST, step) for step in small]
    assert shown.height == 36
    # More are hidden than the small ones: the total less the others would give these back.
    assert set(hidden) <= set(shown.filter(pl.col("value").is_null())["month"])
    assert shown["value"].to_list() == release.history.sort("period").tail(36)["value"].to_list()
    assert not ((shown["value"] > 0) & (shown["value"] < threshold)).any()
    assert chart.forecast["value"].null_count() == 0


def test_bad_options_are_refused_before_the_work(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileError, match=r"\.svg, \.png"):
        run_raising(monkeypatch, *FORECAST, "--picture", "fan.pdf")

    def missing(module: str) -> None:
        raise ModuleNotFoundError(name=module)

    monkeypatch.setattr(extra, "import_module", missing)
    for option, package in ((["--plot"], "plotext"), (["--picture", "fan.svg"], "matplotlib")):
        with pytest.raises(ForecastError, match=package):
            run_raising(monkeypatch, *FORECAST, *option)
    assert [path.name for path in home.iterdir()] == ["panel.parquet"]


@pytest.mark.parametrize(("encoding", "plain"), [("utf-8", False), ("ascii", True), ("latin-1", True), (None, True)])
def test_plain_letters_where_the_terminal_has_no_others(encoding: str | None, plain: bool) -> None:  # noqa: FBT001
    assert plots._only_ascii(encoding) is plain


def test_the_options_load_nothing_heavy() -> None:
    heavy = {"matplotlib", "plotext", "numpy", "polars"}
    code = f"import sys, havre.cli.plots; print(*({heavy} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == []
