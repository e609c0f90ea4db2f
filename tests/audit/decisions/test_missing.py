"""Outcomes, truths and scores that are missing, or that are copies, are told; rates have bounds then."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.audit.decisions.columns import Columns
from havre.audit.decisions.humans import departures
from havre.audit.decisions.read import Cube
from havre.audit.decisions.report import LogAudit, audit_log
from havre.audit.decisions.tables import total_table
from havre.audit.decisions.unknown_truth import known_truth
from tests.audit.decisions.made_logs import COLUMNS, made_log, write_log
from tests.properties import examples

LOG = made_log(600, 1)
Row = tuple[bool | None, bool | None, bool | None]
TERNARY = st.sampled_from([True, False, None])
ROWS = st.lists(st.tuples(TERNARY, TERNARY, TERNARY), min_size=1, max_size=40)


def audited(table: pl.DataFrame, folder: Path, columns: Columns = COLUMNS) -> LogAudit:
    return audit_log(write_log(table, folder), columns)


def cube(rows: list[Row]) -> Cube:
    names = ("automated", "human", "truth")
    counts = pl.DataFrame(rows, dict.fromkeys(names, pl.Boolean()), orient="row").with_columns(n=pl.lit(1, pl.Int64))
    has = frozenset(name for name in names if counts[name].null_count() < counts.height)
    return Cube(counts, counts.head(0), (), counts.height, (), has)


def test_human_outcomes_of_which_only_one_is_recorded(tmp_path: Path) -> None:
    third = pl.int_range(600) % 3 == 0
    found = audited(LOG.with_columns(human=pl.when(third).then(pl.lit(value=True))), tmp_path)
    findings = dict(found.findings)
    assert findings["outcome_missing_human"] == {"count": 400, "share": 400 / 600, "low": 200 / 600, "high": 1.0}
    assert {"one_outcome_human", "humans_departs", "departures_missing"} <= set(findings)
    row = found.total.filter(pl.col("measure") == "human_flagged").row(0, named=True)
    assert (row["of"], row["missing"], row["least"], row["most"]) == (200, 400, 1 / 3, 1.0)
    women = found.groups.filter((pl.col("measure") == "human_flagged") & (pl.col("group") == "f")).row(0, named=True)
    assert women["of"] + women["missing"] == (LOG["sex"] == "f").sum()
    assert "outcome_missing_automated" not in findings


@settings(deadline=None, max_examples=examples(40))
@given(rows=ROWS, fill=st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=40, max_size=40))
def test_bounds_hold_whatever_the_missing_ones_were(rows: list[Row], fill: list[tuple[bool, bool, bool]]) -> None:
    table = total_table(cube(rows), 2, 0.95)
    whole = [tuple(b if a is None else a for a, b in zip(row, other, strict=True))
             for row, other in zip(rows, fill, strict=False)]  # fmt: skip
    real = {"automated_flagged": [a for a, _, _ in whole], "departure": [a != h for a, h, _ in whole]}
    for name, values in real.items():
        row = table.filter((pl.col("measure") == name) & pl.col("least").is_not_null())
        if row.height:
            assert row["least"][0] - 1e-12 <= sum(values) / len(values) <= row["most"][0] + 1e-12
    known = known_truth(cube(rows), "automated", hidden=False)
    false, true = ([a for a, _, t in whole if t == kind] for kind in (False, True))
    for flags, bounds, wrong in ((false, known.false_positive, True), (true, known.false_negative, False)):
        if flags and bounds:
            assert bounds.low - 1e-12 <= flags.count(wrong) / len(flags) <= bounds.high + 1e-12


def test_departures_hang_on_what_is_missing() -> None:
    agreed: Row = (True, True, None)
    departed: Row = (True, False, None)
    unknown: Row = (True, None, None)
    logs: list[tuple[list[Row], str]] = [
        ([agreed] * 900 + [unknown] * 100, "unclear"), ([agreed] * 999 + [unknown], "rarely"),
        ([departed] * 500 + [agreed] * 400 + [unknown] * 100, "departs"), ([agreed] * 1000, "never"),
    ]  # fmt: skip
    for rows, verdict in logs:
        assert departures(total_table(cube(rows), 10, 0.95)).verdict == verdict


def test_a_truth_that_is_nearly_a_copy(tmp_path: Path) -> None:
    nearly = LOG.with_columns(truth=pl.col("automated") ^ (pl.int_range(600) == 7))
    findings = dict(audited(nearly, tmp_path).findings)
    assert findings["truth_nearly_automated"] == {"same": 599, "of": 600}
    assert not {"truth_nearly_automated", "truth_nearly_human"} & set(dict(audited(LOG, tmp_path).findings))
    stray = LOG.with_columns(truth=(pl.col("score") > 0.33) ^ (pl.int_range(600) == 7))
    assert "truth_follows_score" in dict(audited(stray, tmp_path).findings)


def test_a_rare_truth_that_agrees_by_chance_is_no_copy(tmp_path: Path) -> None:
    # Six are flagged, six others are true: 98 % are the same, as they would be if neither knew of the other.
    row = pl.int_range(600)
    rare = LOG.with_columns(automated=row < 6, truth=(row >= 6) & (row < 12))
    assert "truth_nearly_automated" not in dict(audited(rare, tmp_path).findings)


@pytest.mark.parametrize(("column", "key"), [("score", "score_missing"), ("day", "time_missing"),
                                             ("seconds", "seconds_missing")])  # fmt: skip
def test_what_is_missing_in_some_rows_is_counted(tmp_path: Path, column: str, key: str) -> None:
    partly = LOG.with_columns(pl.when(pl.int_range(600) >= 58).then(column).alias(column))
    assert dict(audited(partly, tmp_path).findings)[key] == {"count": 58, "share": 58 / 600}
    assert key not in dict(audited(LOG, tmp_path).findings)
