"""``havre panel``: what is there, how good it is, take it out, bring your own in and forecast from it."""

import csv
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from havre.months import add_months
from tests.cli.command import havre, havre_here, run_here, tree
from tests.small_panel import FIRST, small_panel, with_value


def test_status_tells_what_there_is_and_under_which_terms(tmp_path: Path) -> None:
    told = havre_here("panel", "status", "--json", cwd=tmp_path)
    assert told.returncode == 0
    content = json.loads(told.stdout)
    rows = {(row["measure"], row["source"]): row for row in content["panel"]}
    assert rows["asylum_applications", "bamf"]["last_period"] == "2020-12-01"
    assert {source for _, source in rows} == content["sources"].keys()
    assert all(terms["licence"] and terms["attribution"] for terms in content["sources"].values())


def test_status_of_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    small_panel().write_parquet(tmp_path / "panel.parquet")
    arguments = ("panel", "status", "--panel", "panel.parquet", "--known-on", "2014-06-20", "--json")
    assert run_here(monkeypatch, *arguments, cwd=tmp_path, lang="fr") == 0
    assert {row["last_period"] for row in json.loads(capsys.readouterr().out)["panel"]} == {"2014-05-01"}


def test_check_finds_what_is_implausible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small_panel().write_parquet(tmp_path / "sound.parquet")
    with_value(small_panel(), "ITA", 30, 9e9).write_parquet(tmp_path / "broken.parquet")
    assert run_here(monkeypatch, "panel", "check", "--panel", "sound.parquet", cwd=tmp_path, lang="en") == 0
    assert "0 of them errors" in capsys.readouterr().out
    assert run_here(monkeypatch, "panel", "check", "--panel", "broken.parquet", cwd=tmp_path, lang="en") == 1
    shown = capsys.readouterr().out
    assert "implausible" in shown
    assert "TOT→ITA 2016-07-01" in shown
    assert run_here(monkeypatch, "panel", "check", "--panel", "broken.parquet", "--json", cwd=tmp_path, lang="en") == 1
    content = json.loads(capsys.readouterr().out)
    assert content["errors"] == 1
    assert {"jump", "implausible"} <= {finding["check"] for finding in content["findings"]}


def test_check_of_the_reference_finds_no_error(tmp_path: Path) -> None:
    told = havre_here("panel", "check", "--json", cwd=tmp_path)
    assert told.returncode == 0
    assert json.loads(told.stdout)["errors"] == 0


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_export_and_import_give_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    small_panel().write_parquet(tmp_path / "panel.parquet")
    out = f"deep/germany.{ending}"
    export = ("panel", "export", out, "--panel", "panel.parquet", "--destination", "DEU", "--origin", "SYR")
    assert run_here(monkeypatch, *export, cwd=tmp_path, lang="en") == 0
    assert "60 rows written" in " ".join(capsys.readouterr().out.split())
    bring = ("panel", "import", "observations", out, "--store", "store")
    for count in (60, 0):
        assert run_here(monkeypatch, *bring, cwd=tmp_path, lang="en") == 0
        assert f"{count} new rows in store" in capsys.readouterr().out
    [part] = (tmp_path / "store").iterdir()
    expected = small_panel().filter(origin="SYR").sort("period")
    assert pl.read_parquet(part).sort("period").equals(expected)


def detections(path: Path) -> None:
    """Write a file in the long layout of Frontex: two routes, two nationalities, land and sea apart."""
    rng = np.random.default_rng(3)
    means = {"Central Mediterranean Route": 3000, "Western Balkan Route": 900}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["route", "type", "nat", "month", "n"])
        for step in range(60):
            for route, mean in means.items():
                for nationality, share in (("Syria", 0.7), ("Afghanistan", 0.3)):
                    for border in ("Land", "Sea"):
                        count = rng.poisson(mean * share / 2 * (1 + 0.3 * np.sin(step / 2)))
                        writer.writerow([route, border, nationality, f"{add_months(FIRST, step):%Y-%m}", count])


def test_a_file_of_frontex_is_imported_and_forecast(tmp_path: Path) -> None:
    """The whole way of a user with a file that Havre may not redistribute, each step a process of its own."""
    detections(tmp_path / "ibc.csv")
    steps = (
        ("panel", "import", "frontex", "ibc.csv", "--as-of", "2019-02-03", "--store", "store"),
        ("panel", "status", "--panel", "store", "--json"),
        ("forecast", "--panel", "store", "--measure", "irregular_crossings", "--horizons", "2", "--draws", "100",
         "--workers", "1", "--out", "release", "--json"),
    )  # fmt: skip
    imported, status, forecast = (havre(*step, cwd=tmp_path) for step in steps)
    assert [step.stderr for step in (imported, status, forecast)] == ["", "", ""]
    assert "240 new rows" in imported.stdout
    [row] = json.loads(status.stdout)["panel"]
    assert (row["source"], row["origins"], row["destinations"]) == ("frontex", 2, 2)
    told = json.loads(forecast.stdout)
    assert {(row["destination"], row["level"]) for row in told["series"]} == {
        ("route:central-mediterranean", "route"),
        ("route:western-balkan", "route"),
        ("TOT", "total"),
    }
    assert not told["reference_snapshot"]
    manifest = json.loads((tmp_path / "release" / "manifest.json").read_text())
    # The panel is private: its parts are told by salted hashes.
    assert [value.split(":")[0] for value in manifest["inputs"].values()] == ["hmac-sha256"] * len(
        tree(tmp_path / "store")
    )
    assert manifest["sources"][0]["id"] == "frontex"
