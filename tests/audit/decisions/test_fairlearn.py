"""The group metrics of Fairlearn on the same logs, to the last digits."""

import polars as pl
import pytest

from havre.audit.decisions.report import LogAudit, audit_log
from tests.audit.decisions.made_logs import COLUMNS, made_log, write_log

metrics = pytest.importorskip("fairlearn.metrics")
THEIRS = {
    "automated_flagged": "selection_rate",
    "automated_false_positive": "false_positive_rate",
    "automated_false_negative": "false_negative_rate",
}


@pytest.fixture(params=[1, 2, 3], scope="module")
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, LogAudit]:
    table = made_log(5000, request.param, gap=0.1, regions=4)
    return table, audit_log(write_log(table, tmp_path_factory.mktemp("log")), COLUMNS)


def answers(table: pl.DataFrame) -> tuple[list[bool], list[bool]]:
    return table["truth"].to_list(), table["automated"].to_list()


@pytest.mark.parametrize("measure", THEIRS)
@pytest.mark.parametrize("attribute", ["sex", "region", "sex × region"])
def test_rates_by_group(log: tuple[pl.DataFrame, LogAudit], measure: str, attribute: str) -> None:
    table, found = log
    truth, flagged = answers(table)
    groups = table.select(attribute.split(" × ")).to_pandas()
    theirs = metrics.MetricFrame(
        metrics=getattr(metrics, THEIRS[measure]), y_true=truth, y_pred=flagged, sensitive_features=groups
    )
    ours = found.groups.filter((pl.col("attribute") == attribute) & (pl.col("measure") == measure))
    by_group = theirs.by_group
    assert ours.height == len(by_group) > 1
    for group, rate in ours.select("group", "rate").iter_rows():
        key = tuple(group.split(" × "))
        assert rate == pytest.approx(by_group.loc[key if len(key) > 1 else key[0]], abs=1e-12)
    whole = found.total.filter(pl.col("measure") == measure)["rate"][0]
    assert whole == pytest.approx(theirs.overall, abs=1e-12)
    gap = found.disparities.filter((pl.col("attribute") == attribute) & (pl.col("measure") == measure))
    assert gap["difference"][0] == pytest.approx(theirs.difference(), abs=1e-12)
    assert gap["ratio"][0] == pytest.approx(theirs.ratio(), abs=1e-12)


def test_parity_and_odds(log: tuple[pl.DataFrame, LogAudit]) -> None:
    table, found = log
    truth, flagged = answers(table)
    features = {"y_true": truth, "y_pred": flagged, "sensitive_features": table["region"].to_list()}
    gaps = dict(found.disparities.filter(pl.col("attribute") == "region").select("measure", "difference").iter_rows())
    assert gaps["automated_flagged"] == pytest.approx(metrics.demographic_parity_difference(**features), abs=1e-12)
    odds = max(gaps["automated_false_positive"], gaps["automated_false_negative"])
    assert odds == pytest.approx(metrics.equalized_odds_difference(**features), abs=1e-12)
