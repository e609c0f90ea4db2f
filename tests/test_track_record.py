"""Logged forecasts are scored against what was counted afterwards; nothing logged too late, nothing hidden."""

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from havre.draws import QUANTILE_LEVELS
from havre.errors import PanelError
from havre.evaluate.scores import wis_quantile
from havre.months import add_months
from havre.panel.scope import Scope
from havre.record.frozen import FROZEN
from havre.record.track_league import league
from havre.track_record import score_frozen
from havre.track_truth import latest_known, parse_scope, truth_table
from tests.small_panel import APPLICATIONS, LAST, MONTHS, small_panel, with_value

SYRIANS = {"target": "asylum_applications", "origin": "SYR", "destination": "DEU"}


def source() -> str:
    return APPLICATIONS.split("/")[1]


def frozen(model: str = "ensemble", shift: float = 0.0, logged: date | None = None, month: date = LAST) -> pl.DataFrame:
    """One forecast of Syrians in Germany, made two months before the month it speaks of."""
    values = shift + 100.0 + 10.0 * np.arange(len(QUANTILE_LEVELS))
    day = logged or add_months(month, -1)
    rows = [
        {
            "release": "r",
            "logged_at": datetime(day.year, day.month, day.day, tzinfo=UTC),
            "model": model,
            "origin_date": add_months(month, -2),
            **SYRIANS,
            "source": source(),
            "horizon": 2,
            "target_end_date": month,
            "output_type_id": level,
            "value": value,
        }
        for level, value in zip(QUANTILE_LEVELS, values, strict=True)
    ]
    return pl.DataFrame(rows, schema=FROZEN)


def scope() -> Scope:
    return parse_scope(APPLICATIONS)


def test_a_scope_is_read_from_its_id() -> None:
    assert scope().id == APPLICATIONS
    assert parse_scope("sea_arrivals/unhcr/all/destination") == Scope("sea_arrivals", "unhcr", "destination")
    for wrong in ("sea_arrivals", "a/b/c/d", "a/b/c/origin/e"):
        with pytest.raises(PanelError, match=wrong):
            parse_scope(wrong)


def test_truth_is_what_the_panel_says_and_the_total_is_there() -> None:
    panel = small_panel()
    truth = truth_table(panel, [scope(), scope()])
    own = truth.filter(origin="SYR", destination="DEU").sort("target_end_date")
    expected = panel.filter(origin="SYR", destination="DEU", measure="asylum_applications").sort("period")
    assert own["observed"].to_list() == expected["value"].to_list()
    assert own["first_known"].to_list() == expected["as_of"].to_list()
    assert "TOT" in truth["origin"]
    assert truth_table(panel, [Scope("sea_arrivals", "nobody", "destination")]).is_empty()


def test_a_forecast_gets_the_score_that_its_quantiles_earn() -> None:
    truth = truth_table(small_panel(), [scope()])
    [observed] = truth.filter(origin="SYR", target_end_date=LAST)["observed"]
    record = score_frozen(frozen(), truth)
    [row] = record.scores.to_dicts()
    values = frozen().sort("output_type_id")["value"].to_numpy()
    assert row["wis"] == pytest.approx(float(wis_quantile(values, np.array(observed))))
    assert row["observed"] == observed
    assert row["median"] == values[11]
    assert row["covered_80"] == float(values[3] <= observed <= values[19])
    assert record.others.is_empty()


def test_what_is_logged_on_the_day_of_the_count_or_later_is_no_forecast() -> None:
    truth = truth_table(small_panel(), [scope()])
    [known] = truth.filter(origin="SYR", target_end_date=LAST)["first_known"]
    assert score_frozen(frozen(logged=known), truth).count("late") == 1
    assert score_frozen(frozen(logged=known), truth).scores.is_empty()


def test_months_that_are_not_counted_yet_wait() -> None:
    truth = truth_table(small_panel(), [scope()])
    record = score_frozen(frozen(month=add_months(LAST, 3)), truth)
    assert (record.count("waiting"), record.scores.height) == (1, 0)


def test_a_hidden_month_is_not_scored() -> None:
    panel = with_value(small_panel(), "SYR", MONTHS - 1, 3.0)
    record = score_frozen(frozen(), truth_table(panel, [scope()]))
    assert (record.count("hidden"), record.scores.height) == (1, 0)


def test_the_league_compares_models_on_what_they_have_in_common() -> None:
    truth = truth_table(small_panel(), [scope()])
    [observed] = truth.filter(origin="SYR", target_end_date=LAST)["observed"]
    good, bad = observed - 210.0, observed + 900.0
    alone = frozen("ensemble", 10_000.0, month=add_months(LAST, -1))
    every = pl.concat([frozen("ensemble", good), frozen("naive", bad), alone])
    scores = score_frozen(every, truth).scores
    assert scores.height == 3
    table = league(scores, ["naive"], by=["horizon"])
    assert table["model"].to_list() == ["ensemble", "naive"]
    # Each model is told over all that it forecast, and compared over what both did.
    assert table["forecasts"].to_list() == [2, 1]
    assert table["compared"].to_list() == [1, 1]
    assert table["wis_ratio"][1] == 1.0
    assert table["wis_ratio"][0] < 1.0
    assert league(scores, [])["wis_ratio"].is_null().all()


def test_a_day_sees_only_what_was_public_by_then() -> None:
    panel = small_panel()
    day = panel["as_of"].min()
    assert isinstance(day, date)
    assert set(latest_known(panel, day)["as_of"]) == {day}
