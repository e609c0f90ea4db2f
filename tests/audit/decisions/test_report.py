"""The audit of a log: alarms as often as stated, what is planted is found, and what cannot be concluded."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from havre.audit.decisions.columns import Columns
from havre.audit.decisions.disparity import power
from havre.audit.decisions.humans import departures
from havre.audit.decisions.report import LogAudit, Settings, audit_log
from havre.errors import AuditError
from tests.audit.decisions.made_logs import COLUMNS, made_log, write_log

FLAGS = Columns("automated", groups=("sex",))


def audited(
    table: pl.DataFrame, folder: Path, columns: Columns = COLUMNS, settings: Settings | None = None
) -> LogAudit:
    return audit_log(write_log(table, folder), columns, settings)


def found_keys(found: LogAudit) -> set[str]:
    return {key for key, _ in found.findings}


@pytest.mark.slow
def test_fair_logs_raise_an_alarm_no_more_often_than_stated(tmp_path: Path) -> None:
    runs, settings = 80, Settings(alpha=0.2, probability=True)
    columns = replace(COLUMNS, human=None, time=None, seconds=None)
    alarms = sum(audited(made_log(800, seed), tmp_path, columns, settings).alarms.height > 0 for seed in range(runs))
    assert alarms / runs <= 0.2 + 3 * np.sqrt(0.2 * 0.8 / runs)


@pytest.mark.slow
def test_a_planted_disparity_is_found_at_the_stated_power(tmp_path: Path) -> None:
    runs, rows, gap = 100, 1500, 0.1
    base = 2 / 7
    stated = power(rows // 2, rows // 2, base + gap * (1 - base), base, 0.05)
    found = [audited(made_log(rows, seed, gap=gap), tmp_path, FLAGS).alarms.height > 0 for seed in range(runs)]
    assert 0.6 < stated < 0.95
    assert np.mean(found) == pytest.approx(stated, abs=3 * np.sqrt(stated * (1 - stated) / runs))


def test_the_detectable_difference_is_told(tmp_path: Path) -> None:
    row = audited(made_log(4000, 1), tmp_path, FLAGS).comparisons.row(0, named=True)
    assert power(row["n"], row["m"], row["other"] + row["detectable"], row["other"], 0.05) == pytest.approx(0.8)


def test_a_group_of_three_is_hidden_and_does_not_come_out(tmp_path: Path) -> None:
    table = made_log(2000, 1).with_row_index()
    table = table.with_columns(region=pl.when(pl.col("index") < 3).then(pl.lit("tiny")).otherwise("region")).drop(
        "index"
    )
    found = audited(table, tmp_path)
    hidden = found.groups.filter((pl.col("attribute") == "region") & pl.col("hidden"))
    assert {group for group in hidden["group"] if group != "tiny"}
    assert hidden.select("of", "that", "rate", "low", "high").null_count().row(0) == (hidden.height,) * 5
    shown = found.groups.filter(~pl.col("hidden"))
    assert shown.filter((pl.col("of") > 0) & (pl.col("of") < 10)).is_empty()
    assert not shown["group"].str.contains("tiny").any()
    assert not found.comparisons["group"].drop_nulls().str.contains("tiny").any()
    pairs = found.groups.filter((pl.col("attribute") == "sex × region") & (pl.col("measure") == "automated_flagged"))
    other = next(group for group in hidden["group"] if group != "tiny")
    assert pairs.filter(pl.col("group").str.ends_with(other))["hidden"].all()
    assert "hidden" in found_keys(found)
    scored = found.calibration.filter((pl.col("attribute") == "region") & pl.col("group").is_in(["tiny", other]))
    assert scored["hidden"].all()


def test_calibration_by_group(tmp_path: Path) -> None:
    found = audited(made_log(20_000, 1), tmp_path, settings=Settings(probability=True))
    whole = found.calibration.filter(pl.col("bin").is_null())
    assert whole.height == 1 + 2 + 3
    assert (whole["rate"] - whole["mean_score"]).abs().max() < 0.02  # type: ignore[operator]
    bins = found.calibration.filter(pl.col("attribute").is_null() & pl.col("bin").is_not_null())
    assert bins["of"].sum() == 20_000
    skewed = made_log(20_000, 1).with_columns(
        score=pl.when(pl.col("sex") == "f").then(pl.col("score") / 2).otherwise("score")
    )
    alarms = audited(skewed, tmp_path, settings=Settings(probability=True)).alarms
    assert "f" in alarms.filter(pl.col("kind") == "calibration")["group"].to_list()


def test_drift_is_found(tmp_path: Path) -> None:
    table = made_log(6000, 1)
    late = pl.col("day") > pl.date(2025, 7, 1)
    changed = table.with_columns(automated=pl.when(late).then(pl.lit(value=True)).otherwise("automated"))
    assert "automated_flagged" in audited(changed, tmp_path).alarms.filter(pl.col("kind") == "drift")["measure"]
    months = audited(table, tmp_path).months
    assert months["month"].n_unique() == 12
    assert months.filter(pl.col("measure") == "automated_flagged")["of"].sum() == 6000


def test_departures_of_humans(tmp_path: Path) -> None:
    table = made_log(3000, 1)
    found = audited(table, tmp_path)
    row = found.total.filter(pl.col("measure") == "departure").row(0, named=True)
    assert row["that"] == (table["automated"] != table["human"]).sum()
    assert found.departures.verdict == "departs"
    same = audited(table.with_columns(human="automated"), tmp_path)
    assert same.departures.verdict == "never"
    assert same.departures.interval is not None
    assert same.departures.interval.high == pytest.approx(1 - 0.025 ** (1 / 3000))
    seldom = table.with_columns(human=pl.col("automated") ^ (pl.int_range(3000) < 30))
    assert departures(audited(seldom, tmp_path).total).verdict == "rarely"
    pace = {one.kind: one for one in found.paces}
    seconds = table["seconds"].to_numpy()
    assert pace["all"].median is not None
    assert pace["all"].under is not None
    assert pace["all"].median[0] <= np.median(seconds) <= pace["all"].median[1]
    assert pace["all"].under[10] == pytest.approx(np.mean(seconds < 10))
    hasty = {one.kind: one for one in audited(seldom[:3000].with_columns(
        human=pl.col("automated") ^ (pl.int_range(3000) < 4)), tmp_path).paces}  # fmt: skip
    assert hasty["departed"].decisions is hasty["agreed"].decisions is None


def test_truth_that_is_known_of_the_flagged_only(tmp_path: Path) -> None:
    table = made_log(2000, 1)
    partly = table.with_columns(truth=pl.when("automated").then("truth"))
    found = audited(partly, tmp_path)
    known = found.truth["automated"]
    assert (known.flagged, known.passed) == (1.0, 0.0)
    assert known.false_negative is not None
    assert known.false_negative.low == 0.0
    assert "truth_partly_automated" in found_keys(found)
    true = table.filter("truth")
    assert (~true["automated"]).mean() in known.false_negative  # type: ignore[operator]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [(Columns("automated"), {"no_human", "no_truth", "no_score", "no_time", "no_seconds", "no_groups", "no_test"}),
     (replace(COLUMNS, automated=None), {"no_automated"}),
     (Columns("automated", "human", "score", "truth", ("sex", "one")), {"one_group", "not_probability"})],
)  # fmt: skip
def test_what_cannot_be_concluded(tmp_path: Path, columns: Columns, expected: set[str]) -> None:
    assert expected <= found_keys(audited(made_log(900, 1).with_columns(one=pl.lit("all")), tmp_path, columns))


def test_a_truth_that_is_the_decision_or_follows_the_score(tmp_path: Path) -> None:
    table = made_log(900, 1)
    assert "truth_is_human" in found_keys(audited(table.with_columns(truth="human"), tmp_path))
    assert "truth_follows_score" in found_keys(audited(table.with_columns(truth=pl.col("score") > 0.33), tmp_path))
    missing = audited(table.with_columns(sex=pl.when(pl.int_range(900) > 300).then("sex")), tmp_path)
    assert ("group_missing", {"attribute": "sex", "share": 301 / 900}) in missing.findings


def test_only_aggregates_are_written(tmp_path: Path) -> None:
    found = json.loads(audited(made_log(3000, 1), tmp_path).encode())
    assert found["rows"] == 3000
    assert all(row["of"] is None or row["of"] >= 10 or row["of"] == 0 for row in found["groups"])


@pytest.mark.parametrize("bad", [{"threshold": 1}, {"alpha": 0.0}, {"level": 2.0}, {"margin": 1.0}, {"power": 1.0}])
def test_settings_that_cannot_be(bad: dict[str, float]) -> None:
    with pytest.raises(AuditError):
        Settings(**bad)  # type: ignore[arg-type]


def test_scores_that_are_no_probabilities(tmp_path: Path) -> None:
    points = made_log(500, 1).with_columns(score=pl.col("score") * 100)
    assert audited(points, tmp_path).edges[-1] <= 100
    with pytest.raises(AuditError, match="no probabilities"):
        audited(points, tmp_path, settings=Settings(probability=True))


def test_a_log_of_a_handful_shows_nothing(tmp_path: Path) -> None:
    found = audited(made_log(6, 1), tmp_path)
    assert found.total["hidden"].all()
    assert found.total.select("of", "that", "rate").null_count().row(0) == (found.total.height,) * 3
    assert found.comparisons.is_empty()
    assert found.departures.interval is None
    assert {"total_hidden", "no_test"} <= found_keys(found)
    assert all(pace.decisions is None for pace in found.paces)
    assert found.calibration["hidden"].all()


@pytest.mark.parametrize("column", ["automated", "human", "truth", "day", "seconds"])
def test_a_column_without_values_is_as_none(tmp_path: Path, column: str) -> None:
    table = made_log(300, 1)
    empty = audited(table.with_columns(pl.lit(None, table.schema[column]).alias(column)), tmp_path)
    meaning = {"day": "time"}.get(column, column)
    assert f"no_{meaning}" in found_keys(empty)
    assert json.loads(empty.encode())["rows"] == 300


def test_groups_with_the_sign_of_intersections_in_their_name(tmp_path: Path) -> None:
    found = audited(made_log(900, 1).with_columns(sex=pl.concat_str(pl.lit("a × "), "sex")), tmp_path)
    pairs = found.groups.filter((pl.col("attribute") == "sex × region") & (pl.col("measure") == "automated_flagged"))
    assert all(group.count(" × ") == 1 for group in pairs["group"])
