"""The tables of a release say what the outlook says, and their means give no suppressed month back."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.draws import QUANTILE_LEVELS, SeriesKey
from havre.forecast.outlook import Outlook, OutlookOptions, make_outlook
from havre.months import add_months
from havre.pipeline import find_scopes
from havre.record.disclosure import protect_history
from havre.record.tables import FORECASTS, HISTORY, SERIES, SKILL, check_quantiles
from havre.release_tables import (
    forecast_rows,
    history_rows,
    recent_means,
    series_rows,
    shown_history,
    skill_rows,
    table_of,
)
from tests.small_panel import APPLICATIONS, LAST, MONTHS, small_panel

FAST = OutlookOptions(horizons=3, draws=100, backtest_months=2)


@pytest.fixture(scope="module")
def outlook() -> Outlook:
    panel = small_panel()
    [scope] = find_scopes(panel, [{"measure": "asylum_applications", "destination": "DEU"}])
    return make_outlook(panel, scope, FAST)


def test_quantiles_are_those_of_the_draws(outlook: Outlook) -> None:
    table = forecast_rows(outlook)
    assert table.schema == FORECASTS
    check_quantiles(table)
    [group] = outlook.forecasts
    for model, draws in group.items():
        row = draws.keys.index(SeriesKey("asylum_applications", "SYR", "DEU"))
        found = table.filter(model=model, origin="SYR", horizon=2).sort("quantile")
        assert found["quantile"].to_list() == list(QUANTILE_LEVELS)
        assert found["value"].to_list() == draws.quantiles()[row, 1].tolist()
        assert set(found["target_month"]) == {add_months(LAST, 2)}
        assert set(found["scope"]) == {APPLICATIONS}


def test_history_holds_what_was_published_and_nothing_else(outlook: Outlook) -> None:
    table = history_rows(outlook.scope, outlook.series)
    assert table.schema == HISTORY
    assert not table["suppressed"].any()
    panel = small_panel().filter(origin="SYR")
    assert table.filter(origin="SYR").select("period", "value").equals(panel.select("period", "value"))
    # What has too little history to be forecast is part of the total, and protects it.
    assert "TON" in table["origin"]
    sums = table.filter(pl.col("origin") != "TOT").group_by("period").agg(pl.col("value").sum())
    total = table.filter(origin="TOT").select("period", "value")
    assert total.sort("period").equals(sums.sort("period"))


def test_months_that_were_not_published_have_no_row(outlook: Outlook) -> None:
    values = outlook.series.values.copy()
    values[0, -2:] = np.nan
    series = type(outlook.series)(outlook.series.keys, outlook.series.first, values)
    shorter = Outlook(outlook.scope, series, outlook.forecasts, outlook.card, ())
    key = outlook.series.keys[0]
    assert history_rows(shorter.scope, shorter.series).filter(origin=key.origin)["period"].max() == add_months(LAST, -2)


def test_only_forecast_series_are_shown(outlook: Outlook) -> None:
    shown = shown_history(history_rows(outlook.scope, outlook.series), forecast_rows(outlook))
    assert set(shown["origin"]) == {"SYR", "AFG", "ERI", "TOT"}
    assert shown.height == 4 * MONTHS


def test_each_series_has_one_row_with_its_record(outlook: Outlook) -> None:
    means = recent_means(history_rows(outlook.scope, outlook.series))
    table = table_of(list(series_rows(outlook, means)), SERIES)
    assert sorted(table["origin"]) == ["AFG", "ERI", "SYR", "TOT"]
    assert dict(table.select("origin", "level").iter_rows())["TOT"] == "total"
    assert set(table["source"]) == {"bamf"}
    assert set(table["forecasts_scored"]) == {2 * 3}
    assert table["best_naive"].n_unique() == 1
    last_year = small_panel().filter(pl.col("origin") == "SYR", pl.col("period") > add_months(LAST, -12))
    assert table.filter(origin="SYR")["recent_mean"].item() == round(last_year["value"].to_numpy().mean())


def test_a_series_without_a_record_says_so(outlook: Outlook) -> None:
    new = Outlook(outlook.scope, outlook.series, outlook.forecasts, None, ())
    table = table_of(list(series_rows(new, {})), SERIES)
    assert table["wis_ratio"].null_count() == table["recent_mean"].null_count() == table.height == 4
    assert set(table["forecasts_scored"]) == {0}
    assert table_of(list(skill_rows(new)), SKILL).equals(pl.DataFrame(schema=SKILL))


def test_the_league_table_leaves_the_total_out(outlook: Outlook) -> None:
    table = table_of(list(skill_rows(outlook)), SKILL)
    assert set(table["forecasts_scored"]) == {3 * 2}
    assert set(table["horizon"]) == {1, 2, 3}
    assert set(table.filter(kind="ensemble")["model"]) == {"ensemble"}
    best = table.filter(kind="baseline").group_by("horizon").agg(pl.col("wis_ratio").min())
    assert set(best["wis_ratio"]) == {1.0}


months = st.lists(st.one_of(st.integers(0, 12), st.integers(0, 500)).map(float), min_size=1, max_size=15)


@settings(deadline=None)
@given(months, st.integers(0, 12))
def test_a_mean_never_gives_a_suppressed_month_back(values: list[float], threshold: int) -> None:
    scope, first = "asylum_applications/bamf/DEU/origin", date(2020, 1, 1)
    rows = [(scope, "asylum_applications", "SYR", "DEU", add_months(first, m), v, False) for m, v in enumerate(values)]
    safe = protect_history(pl.DataFrame(rows, schema=HISTORY, orient="row"), threshold)
    found = recent_means(safe)
    last = safe.tail(12)
    if last["suppressed"].any():
        assert found == {(scope, "SYR", "DEU"): None}
    else:
        assert found == {(scope, "SYR", "DEU"): pytest.approx(float(np.mean(values[-12:])), abs=0.5)}
