"""Scores held against what came true: exact for few decisions, never too eager, and groups that say nothing named."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from havre.audit.decisions.calibration_tests import calibration_p
from havre.audit.decisions.columns import Columns
from havre.audit.decisions.report import Settings, audit_log
from tests.audit.decisions.made_logs import write_log

COLUMNS = Columns("system", score="score", truth="truth", groups=("sex",))


def of_scores(scores: np.ndarray, that: int) -> float:
    bins = np.minimum((scores * 10).astype(int), 9)
    kinds = np.unique(bins)
    sizes = np.array([(bins == kind).sum() for kind in kinds], np.float64)
    return calibration_p(sizes, np.array([scores[bins == kind].mean() for kind in kinds]), that)


@settings(deadline=None)
@given(scores=st.lists(st.floats(0, 1), min_size=1, max_size=14), share=st.floats(0, 1))
def test_never_smaller_than_the_exact_p_value(scores: list[float], share: float) -> None:
    chances = np.ones(1)
    for p in scores:
        chances = np.convolve(chances, [1 - p, p])
    that = round(share * len(scores))
    exact = min(1.0, 2 * min(chances[: that + 1].sum(), chances[that:].sum()))
    assert of_scores(np.array(scores), that) >= exact * (1 - 1e-9) - 1e-12


def test_equal_scores_give_the_binomial_test_and_many_the_normal_one() -> None:
    assert of_scores(np.full(40, 0.25), 18) == pytest.approx(2 * stats.binom.sf(17, 40, 0.25))
    many = calibration_p(np.array([90_000.0]), np.array([0.3]), 27_400)
    assert many == pytest.approx(2 * stats.binom.sf(27_399, 90_000, 0.3), rel=0.02)
    assert 0 < calibration_p(np.array([1e6]), np.array([1e-4]), 10_000) <= 1e-29


def test_a_group_of_300_whose_scores_promise_half_of_what_came_true_is_found(tmp_path: Path) -> None:
    g = np.random.default_rng(0)
    score, women = g.random(600) * 0.4, np.arange(600) % 2 == 1
    truth = g.random(600) < np.where(women, 2.2 * score, score)
    log = pl.DataFrame({"score": score, "system": score > 0.2, "truth": truth, "sex": np.where(women, "f", "m")})
    found = audit_log(write_log(log, tmp_path), COLUMNS, Settings(probability=True, level=0.8))
    row = found.alarms.filter((pl.col("kind") == "calibration") & (pl.col("group") == "f")).row(0, named=True)
    assert (row["n"], row["rate"] > 0.4, row["other"] < 0.25) == (300, True, True)
    shown = found.calibration.filter((pl.col("group") == "f") & pl.col("bin").is_null()).row(0, named=True)
    assert row["low"] == pytest.approx(shown["low"] - shown["mean_score"])
    assert "m" not in found.alarms.filter(pl.col("kind") == "calibration")["group"].to_list()


def test_groups_that_say_nothing_are_named(tmp_path: Path) -> None:
    g = np.random.default_rng(0)
    sex = ["f"] * 300 + ["m"] * 300 + ["x"] * 12
    log = pl.DataFrame({"score": [0.5] * 612, "system": [True, False] * 306, "truth": g.random(612) < 0.5, "sex": sex})
    findings = dict(audit_log(write_log(log, tmp_path), COLUMNS, Settings(probability=True)).findings)
    assert "calibration_small" not in findings
    # Of twelve scores of one half, none or all come true with a chance of 1 in 2048.
    strict = Settings(probability=True, alpha=1e-3)
    findings = dict(audit_log(write_log(log, tmp_path), COLUMNS, strict).findings)
    assert findings["calibration_small"] == {"attribute": "sex", "groups": ("x",)}
    few = log.with_columns(truth=pl.when(pl.int_range(612) < 605).then("truth"))
    findings = dict(audit_log(write_log(few, tmp_path), COLUMNS, Settings(probability=True)).findings)
    assert findings["calibration_hidden"]["attribute"] == "sex"
    none = audit_log(
        write_log(log.drop("truth"), tmp_path), Columns("system", score="score"), Settings(probability=True)
    )
    assert "calibration_no_truth" in dict(none.findings)


def test_fair_scores_raise_no_more_alarms_than_stated() -> None:
    g = np.random.default_rng(3)
    runs = []
    for n in (15, 60, 300):
        for _ in range(300):
            scores = g.beta(1, 4, n)
            runs.append(of_scores(scores, int((g.random(n) < scores).sum())) <= 0.05)
    assert 0.01 < np.mean(runs) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 900)
