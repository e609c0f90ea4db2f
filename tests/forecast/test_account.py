"""The account explains the very figure that a release publishes, for the series that was asked for."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from havre.draws import SeriesKey
from havre.errors import ForecastError, HavreError
from havre.forecast.account import AccountOptions, find_series, give_account, origin_and_horizon
from havre.forecast.models import ENSEMBLE
from havre.forecast.outlook import OutlookOptions, make_outlook
from havre.months import add_months
from tests.forecast.delayed_panel import FIRST as DELAYED_FIRST
from tests.forecast.delayed_panel import delayed_panel, known_then
from tests.small_panel import FIRST, LAST, small_panel, without

QUICK = AccountOptions(horizons=2, draws=100, seed=4, with_sensitivity=False)


@pytest.mark.parametrize(
    ("horizon", "month", "expected"),
    [
        (None, None, (date(2020, 12, 1), 1)),
        (5, None, (date(2020, 12, 1), 5)),
        (None, date(2021, 3, 1), (date(2020, 12, 1), 3)),
        (2, date(2020, 6, 1), (date(2020, 4, 1), 2)),
        (None, date(2020, 6, 1), (date(2020, 5, 1), 1)),
        (4, date(2021, 3, 1), (date(2020, 11, 1), 4)),
    ],
)
def test_which_forecast_is_meant(horizon: int | None, month: date | None, expected: tuple[date, int]) -> None:
    assert origin_and_horizon(date(2020, 12, 1), horizon, month) == expected


@pytest.mark.parametrize(
    ("horizon", "month", "key"),
    [
        (0, None, "forecast.horizon"),
        (200, None, "forecast.horizon"),
        (None, date(2022, 3, 1), "forecast.horizon"),
        (1, date(2021, 6, 1), "forecast.origin_after_data"),
    ],
)
def test_a_forecast_that_cannot_be_is_refused(horizon: int | None, month: date | None, key: str) -> None:
    with pytest.raises(ForecastError) as refused:
        origin_and_horizon(date(2020, 12, 1), horizon, month)
    assert refused.value.problems[0].key == key


def test_the_figure_is_that_of_the_release(monkeypatch: pytest.MonkeyPatch) -> None:
    # The same path through the code with fewer rounds, to be done sooner: the ensemble is drawn dozens of times.
    monkeypatch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)
    panel = small_panel()
    scope, series, key = find_series(panel, "asylum_applications", destination="DEU", origin="AFG")
    account = give_account(panel, scope, series, key, AccountOptions(horizon=2, draws=100, seed=4))
    options = OutlookOptions(horizons=12, draws=100, seed=4, backtest_months=1)
    [made] = make_outlook(panel, scope, options).forecasts
    draws = made[ENSEMBLE]
    assert draws.keys == (key,)
    assert account.explanation.figure == np.median(draws.values[0, 1])
    assert (account.origin, account.month, account.lead) == (LAST, add_months(LAST, 2), 0)
    assert account.recent[-1] == account.explanation.reference
    assert len(account.recent) == 12
    assert account.sensitivity is not None
    assert account.sensitivity.median == account.explanation.figure
    assert len(account.analogues) == len(account.followed) == 5
    assert account.smallest == min(account.explanation.figure, account.explanation.reference)


@pytest.mark.parametrize("complete", [True, False])
def test_a_completed_month_is_told_from_the_published_one(complete: bool) -> None:  # noqa: FBT001
    last = add_months(DELAYED_FIRST, 58)
    panel = known_then(delayed_panel(months=60, codes=("AFG", "SYR", "IRQ")), last)
    scope, series, key = find_series(panel, "asylum_applications", destination="DEU", origin="SYR")
    account = give_account(panel, scope, series, key, replace(QUICK, complete_recent=complete))
    options = OutlookOptions(horizons=2, draws=100, seed=4, backtest_months=1, complete_recent=complete)
    [made] = make_outlook(panel, replace(scope, only=("SYR",)), options).forecasts
    told = account.explanation
    assert told.figure == np.median(made[ENSEMBLE].values[0, 0])
    assert told.reference == account.recent[-1] == series.values[series.keys.index(key), -1]
    assert told.drivers.get("completion", 0.0) == account.completed - told.reference
    assert (account.completed > 1.1 * told.reference) is complete
    past = give_account(panel, scope, series, key, replace(QUICK, month=add_months(last, -1), complete_recent=complete))
    assert (past.completed > 1.1 * past.recent[-1]) is complete


@pytest.mark.parametrize(
    ("measure", "origin", "destination", "expected"),
    [
        ("asylum_applications", None, "DEU", ("TOT", "DEU")),
        ("asylum_applications", "TOT", "DEU", ("TOT", "DEU")),
        ("asylum_applications", "SYR", "DEU", ("SYR", "DEU")),
        ("sea_arrivals", None, "ITA", ("TOT", "ITA")),
        ("sea_arrivals", None, None, ("TOT", "TOT")),
    ],
)
def test_totals_and_single_series_are_found(
    measure: str, origin: str | None, destination: str | None, expected: tuple[str, str]
) -> None:
    _, series, key = find_series(small_panel(), measure, destination=destination, origin=origin)
    assert key == SeriesKey(measure, *expected)
    assert key in series.keys
    assert len(series.keys) > 3, "the others still teach"


def test_a_total_that_is_known_for_later_months_is_taken() -> None:
    panel = small_panel()
    known = panel.filter((pl.col("destination") == "ITA") & (pl.col("period") <= LAST))
    published = known.with_columns(
        measure=pl.lit("asylum_applications"),
        destination=pl.lit("DEU"),
        period=pl.col("period").dt.offset_by("1mo"),
        as_of=pl.col("as_of").dt.offset_by("1mo"),
        source=pl.lit("eurostat"),
    )
    scope, series, _ = find_series(pl.concat([panel, published]), "asylum_applications", destination="DEU")
    assert (scope.source, series.last) == ("eurostat", add_months(LAST, 1))


def test_a_past_month_is_explained_as_it_was_forecast() -> None:
    panel = small_panel()
    scope, series, key = find_series(panel, "sea_arrivals", destination="ESP")
    month = add_months(LAST, -6)
    options = AccountOptions(horizon=2, month=month, horizons=2, draws=100, with_sensitivity=False)
    clean = give_account(panel, scope, series, key, options)
    assert (clean.origin, clean.month) == (add_months(month, -2), month)
    poisoned = panel.with_columns(value=pl.when(pl.col("period") > clean.origin).then(9e6).otherwise("value"))
    scope, series, key = find_series(poisoned, "sea_arrivals", destination="ESP")
    found = give_account(poisoned, scope, series, key, options)
    assert found.explanation == clean.explanation
    assert found.analogues == clean.analogues


def test_a_gap_is_told_for_the_series_asked_for_and_only_for_it() -> None:
    panel = without(small_panel(), "ESP", 30)
    with pytest.raises(ForecastError) as refused:
        find_series(panel, "sea_arrivals", destination="ESP", leave_out_gaps=True)
    assert [problem.key for problem in refused.value.problems] == ["forecast.gap"]
    _, series, key = find_series(panel, "sea_arrivals", destination="ITA", leave_out_gaps=True)
    assert key in series.keys


@pytest.mark.parametrize(("code", "key"), [("TON", "forecast.short_series"), ("FRA", "places.no_series")])
def test_what_has_no_history_is_refused(code: str, key: str) -> None:
    panel = small_panel()
    with pytest.raises(HavreError) as refused:
        give_account(panel, *find_series(panel, "asylum_applications", destination="DEU", origin=code), QUICK)
    assert [problem.key for problem in refused.value.problems] == [key]
    assert code in refused.value.message()


def test_an_origin_before_there_is_enough_history_is_refused() -> None:
    panel = small_panel()
    scope, series, key = find_series(panel, "sea_arrivals", destination="ITA")
    options = AccountOptions(month=add_months(FIRST, 5), horizons=1, draws=100)
    with pytest.raises(ForecastError) as refused:
        give_account(panel, scope, series, key, options)
    assert refused.value.problems[0].key == "forecast.short_series"


def test_one_series_alone() -> None:
    panel = small_panel().filter(pl.col("destination") == "ITA")
    scope, series, key = find_series(panel, "sea_arrivals", destination="ITA")
    account = give_account(panel, scope, series, key, QUICK)
    assert account.sensitivity is None
    assert {one.key for one in account.analogues} == {key}
