"""What a release writes is a hub: other people's tools find every file, column and level where they expect it."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from havre.record.folder import write_release
from havre.record.hub import hub_config, model_output, target_data
from havre.record.tables import Release
from tests.record.hub_rules import LEVELS, hub_problems, read_json, read_metadata
from tests.record.release_samples import LAST_MONTH, MEASURE_NAMES, sample_release

ENSEMBLE = "havre-ensemble"
FILE = f"model-output/{ENSEMBLE}/2020-12-01-{ENSEMBLE}.parquet"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hub") / "release"
    descriptions = {"ensemble": "A mean."}
    return write_release(sample_release(), path, measure_names=MEASURE_NAMES, model_descriptions=descriptions)


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(original, tmp_path / "release"))


def test_a_release_follows_the_layout(folder: Path) -> None:
    assert hub_problems(folder) == []
    outputs = sorted(str(path.relative_to(folder)) for path in (folder / "model-output").rglob("*.parquet"))
    assert outputs == [FILE, "model-output/havre-rw_pooled/2020-12-01-havre-rw_pooled.parquet"]
    table = pl.read_parquet(folder / FILE)
    # Ten series are shown, one is suppressed; twelve months each.
    assert table.height == 10 * 12 * 23
    assert table["output_type_id"].unique().sort().to_list() == LEVELS


def test_the_configuration_tells_what_is_inside(folder: Path) -> None:
    tasks = read_json(folder / "hub-config" / "tasks.json")
    [block] = tasks["rounds"][0]["model_tasks"]
    assert block["task_ids"]["horizon"] == {"required": None, "optional": list(range(1, 13))}
    assert block["task_ids"]["origin_date"]["optional"] == ["2020-12-01"]
    assert "ERI" not in block["task_ids"]["origin"]["optional"]
    targets = [target["target_id"] for target in block["target_metadata"]]
    assert targets == block["task_ids"]["target"]["optional"] == ["asylum_applications", "sea_arrivals"]
    assert read_json(folder / "hub-config" / "admin.json")["file_format"] == ["parquet"]


def test_the_metadata_name_model_and_method(folder: Path) -> None:
    facts = read_metadata(folder / "model-metadata" / f"{ENSEMBLE}.yml")
    assert facts["methods"] == "A mean."
    assert facts["designated_model"] is True
    assert read_metadata(folder / "model-metadata" / "havre-rw_pooled.yml")["designated_model"] is False


def test_the_target_data_hold_the_visible_months(folder: Path) -> None:
    table = pl.read_parquet(folder / "target-data" / "time-series.parquet")
    assert table.columns == ["target", "source", "origin", "destination", "target_end_date", "observation"]
    assert table.height == 10 * 60 + 40
    assert table["target_end_date"].max() == LAST_MONTH


def rewrite(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        change(pl.read_parquet(folder / FILE)).write_parquet(folder / FILE)

    return damage


def reconfigure(name: str, change: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        path = folder / "hub-config" / f"{name}.json"
        content = read_json(path)
        change(content)
        path.write_text(json.dumps(content))

    return damage


def rename(before: str, after: str) -> Callable[[Path], object]:
    return lambda folder: (folder / before).rename(folder / after)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "a level dropped": (rewrite(lambda t: t.filter(pl.col("output_type_id") != 0.5)), "not the 23 levels"),
    "a level of one task dropped": (rewrite(lambda t: t.slice(1)), "not the 23 levels"),
    "a level twice": (rewrite(lambda t: pl.concat([t, t.head(1)])), "not the 23 levels"),
    "a negative value": (rewrite(lambda t: t.with_columns(value=-pl.col("value"))), "negative"),
    "a falling quantile": (rewrite(lambda t: t.with_columns(value=pl.col("value").reverse())), "falling"),
    "an empty cell": (rewrite(lambda t: t.with_columns(value=pl.lit(None, dtype=pl.Float64))), "empty cells"),
    "another type": (rewrite(lambda t: t.with_columns(pl.col("horizon").cast(pl.Float64))), "columns"),
    "a column more": (rewrite(lambda t: t.with_columns(model=pl.lit("x"))), "columns"),
    "another output type": (rewrite(lambda t: t.with_columns(output_type=pl.lit("cdf"))), "output type"),
    "an unknown place": (rewrite(lambda t: t.with_columns(origin=pl.lit("ZZZ"))), "not in tasks.json"),
    "a wrong month": (rewrite(lambda t: t.with_columns(pl.lit(3, dtype=pl.Int32).alias("horizon"))), "horizon"),
    "a wrong file name": (rename(FILE, FILE.replace("2020-12-01-", "")), "not named"),
    "a wrong date": (rename(FILE, FILE.replace("2020-12-01", "2020-11-01")), "origin date"),
    "a wrong folder": (rename(f"model-output/{ENSEMBLE}", "model-output/havre-other"), "not named"),
    "no metadata": (lambda folder: (folder / f"model-metadata/{ENSEMBLE}.yml").unlink(), "no metadata"),
    "metadata without methods": (
        lambda folder: (folder / f"model-metadata/{ENSEMBLE}.yml").write_text('team_abbr: "havre"\n'),
        "required",
    ),
    "no rounds": (reconfigure("tasks", lambda tasks: tasks.update(rounds=[])), "rounds"),
    "an unknown key": (reconfigure("tasks", lambda tasks: tasks.update(colour="blue")), "colour"),
    "another layout version": (reconfigure("admin", lambda admin: admin.update(schema_version="v1")), "schema_version"),
    "no contact": (reconfigure("admin", lambda admin: admin.pop("contact")), "contact"),
    "no unit": (reconfigure("target-data", lambda config: config.update(observable_unit=["target"])), "columns"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_release_does_not_pass(folder: Path, name: str) -> None:
    damage, reason = BROKEN[name]
    damage(folder)
    assert reason in "\n".join(hub_problems(folder))


def two_sources(**values: float) -> Release:
    """One destination in two scopes whose sources count it differently."""
    release = sample_release(series=(("bamf/all", "asylum_applications", "TOT", "DEU", "total", 8500.0, None),))
    changed = {
        name: pl.concat(
            [
                getattr(release, name),
                getattr(release, name).with_columns(scope=pl.lit("eurostat/all"), value=pl.lit(values[name])),
            ]
        )
        for name in ("forecasts", "history")
    }
    return replace(release, **changed)


def only(tables: Iterator[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
    return next(table for _, table in tables)


def test_a_series_of_two_scopes_is_told_once_and_by_one_source() -> None:
    release = two_sources(forecasts=77.0, history=77.0)
    assert only(model_output(release)).height == 12 * 23
    assert not (only(model_output(release))["value"] == 77).any()
    assert only(target_data(release))["observation"].to_list() == release.history["value"].to_list()[:60]


def test_what_one_scope_suppresses_is_not_told_by_another() -> None:
    release = two_sources(forecasts=77.0, history=77.0)
    first = pl.col("scope") == "bamf/all"
    hidden = pl.when(~(first & (pl.col("horizon") == 3))).then("value")
    longer = release.history.with_columns(pl.when(first).then("period").otherwise(pl.col("period").dt.offset_by("5y")))
    release = replace(release, forecasts=release.forecasts.with_columns(value=hidden), history=longer)
    assert set(only(model_output(release))["horizon"]) == set(range(1, 13)) - {3}
    assert only(target_data(release))["target_end_date"].max() == LAST_MONTH
    nothing = release.forecasts.with_columns(value=pl.when(~first).then("value"))
    assert list(model_output(replace(release, forecasts=nothing))) == []


def test_each_origin_date_has_its_own_file() -> None:
    release = sample_release()
    later = pl.when(pl.col("scope") == "sea").then(pl.col("target_month").dt.offset_by("2mo"))
    forecasts = release.forecasts.with_columns(target_month=later.otherwise("target_month"))
    release = replace(release, forecasts=forecasts)
    tables = dict(model_output(release))
    assert sorted(path.split("/")[-1][:10] for path in tables) == ["2020-12-01"] * 2 + ["2021-02-01"] * 2
    tasks = json.dumps(dict(hub_config(release))["hub-config/tasks.json"])
    assert '"submissions_due": {"start": "2021-02-01", "end": "2021-05-01"}' in tasks
    late = tables[f"model-output/{ENSEMBLE}/2021-02-01-{ENSEMBLE}.parquet"]
    assert late["target_end_date"].min() == date(2021, 3, 1)
