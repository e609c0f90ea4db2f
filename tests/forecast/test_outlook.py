"""The outlook of a scope: who is forecast, from which month, with which track record, and who is left out and why."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from havre.errors import ForecastError, PlaceError
from havre.forecast.models import BASELINES, ENSEMBLE, MEMBERS
from havre.forecast.outlook import (
    OUTLOOK_MODELS,
    OutlookOptions,
    make_outlook,
    track_record_origins,
)
from havre.forecast.teaching import LEAST_ACTIVE
from havre.months import add_months
from havre.panel.scope import Scope
from tests.forecast.series_samples import FIRST, lively, series_of
from tests.panel.observation_samples import monthly, table, without

SCOPE = Scope("asylum_applications", "eurostat", "origin", destination="DEU")
OPTIONS = OutlookOptions(horizons=3, draws=50, seed=1, backtest_months=2)
SHORT = OutlookOptions(horizons=3, draws=50, seed=1, backtest_months=40)
"""Options that leave no track record, to be done sooner."""


def rows(values: Sequence[float], origin: str, **facts: Any) -> list[dict[str, Any]]:
    return monthly([float(value) for value in values], origin=origin, first=FIRST, **facts)


VALUES = lively(3, 60)
PANEL = table(*(row for code, values in zip(("ERI", "IRQ", "SYR"), VALUES, strict=True) for row in rows(values, code)))


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)


def test_every_series_and_the_total_are_forecast_and_judged() -> None:
    made = make_outlook(PANEL, SCOPE, OPTIONS)
    (forecasts,) = made.forecasts
    assert set(forecasts) == set(OUTLOOK_MODELS)
    origins = [key.origin for key in made.series.keys]
    assert origins == ["ERI", "IRQ", "SYR", "TOT"]
    for draws in forecasts.values():
        assert draws.keys == made.series.keys
        assert draws.origin == add_months(FIRST, 59)
        assert draws.values.shape == (4, 3, 50)
    assert made.card is not None
    assert set(made.card.models) == {*BASELINES, *MEMBERS, ENSEMBLE}
    assert made.card.keys == made.series.keys
    assert made.card.origins == (add_months(FIRST, 55), add_months(FIRST, 56))
    assert not np.isnan(made.card.wis).any()
    assert made.left_out == ()


def test_two_outlooks_are_equal_and_another_seed_is_not() -> None:
    first, again = (make_outlook(PANEL, SCOPE, SHORT) for _ in range(2))
    other = make_outlook(PANEL, SCOPE, OutlookOptions(3, 50, 2, 40))
    for name in OUTLOOK_MODELS:
        bits = [made.forecasts[0][name].values.tobytes() for made in (first, again, other)]
        assert bits[0] == bits[1] != bits[2]


def test_a_short_history_has_forecasts_but_no_track_record() -> None:
    made = make_outlook(PANEL, SCOPE, SHORT)
    assert made.card is None
    assert len(made.forecasts) == 1


def test_series_with_other_ends_are_forecast_from_their_own_last_month() -> None:
    panel = PANEL.filter((pl.col("origin") != "IRQ") | (pl.col("period") <= add_months(FIRST, 56)))
    made = make_outlook(panel, SCOPE, SHORT)
    found = {draws["mixture"].origin: [key.origin for key in draws["mixture"].keys] for draws in made.forecasts}
    assert found == {add_months(FIRST, 56): ["IRQ"], add_months(FIRST, 59): ["ERI", "SYR"]}


def test_only_what_was_asked_for_is_forecast_and_the_others_still_teach() -> None:
    only = Scope("asylum_applications", "eurostat", "origin", None, "DEU", ("SYR",))
    part, whole = (make_outlook(PANEL, scope, SHORT) for scope in (only, SCOPE))
    for name in OUTLOOK_MODELS:
        (key,) = part.forecasts[0][name].keys
        assert key.origin == "SYR"
        assert part.forecasts[0][name].values.tobytes() == whole.forecasts[0][name].select((key,)).values.tobytes()


def test_series_with_too_little_history_are_left_out_and_told() -> None:
    small = rows([1.0] * 60, "AFG")
    young = rows([0.0] * 37 + [50.0] * (LEAST_ACTIVE - 1), "SOM")
    just = rows([0.0] * 36 + [50.0] * LEAST_ACTIVE, "GIN")
    made = make_outlook(pl.concat([PANEL, table(*small, *young, *just)]), SCOPE, SHORT)
    assert [key.origin for key in made.forecasts[0]["mixture"].keys] == ["ERI", "GIN", "IRQ", "SYR", "TOT"]
    assert {str(dict(problem.fields)["key"]).split()[-1] for problem in made.left_out} == {"AFG→DEU", "SOM→DEU"}
    for problem in made.left_out:
        assert f"{LEAST_ACTIVE} months" in problem.sentence("en")
        assert f"{LEAST_ACTIVE} mois" in problem.sentence("fr").replace("\u202f", " ").replace("\xa0", " ")
        assert "23" not in problem.sentence("en"), "how little there is would tell of small counts"


def test_a_gap_is_refused_or_left_out_and_told() -> None:
    panel = pl.concat([PANEL, table(*without(rows([20.0] * 60, "AFG"), date(2017, 1, 1)))])
    with pytest.raises(ForecastError, match="AFG→DEU: no value for 2017-01"):
        make_outlook(panel, SCOPE, SHORT)
    made = make_outlook(panel, SCOPE, OutlookOptions(3, 50, 1, 40, leave_out_gaps=True))
    assert [problem.key for problem in made.left_out] == ["forecast.gap"]
    assert [key.origin for key in made.forecasts[0]["mixture"].keys] == ["ERI", "IRQ", "SYR"]


@pytest.mark.parametrize("horizons", [0, 13, 200])
def test_horizons_that_are_not_in_the_protocol_are_refused(horizons: int) -> None:
    with pytest.raises(ForecastError, match=f"Horizon {horizons} is outside"):
        make_outlook(PANEL, SCOPE, OutlookOptions(horizons=horizons))


def test_what_has_no_series_or_too_little_history_is_told() -> None:
    asked = Scope("asylum_applications", "eurostat", "origin", None, "DEU", ("AFG",))
    with pytest.raises(PlaceError, match="“AFG”"):
        make_outlook(PANEL, asked, SHORT)
    with pytest.raises(ForecastError, match=r"AFG→DEU: too little history .* 200 persons"):
        make_outlook(pl.concat([PANEL, table(*rows([1.0] * 60, "AFG"))]), asked, SHORT)


def test_the_track_record_ends_where_half_of_the_series_have_all_their_truth() -> None:
    values = lively(4, 80)
    values[0, 60:] = np.nan
    values[1, 70:] = np.nan
    origins = track_record_origins(series_of(values), OutlookOptions(horizons=6, backtest_months=5))
    assert origins == [add_months(FIRST, 69 - 6 + back) for back in range(-4, 1)]
    assert track_record_origins(series_of(values[:, :40]), OutlookOptions(horizons=12, backtest_months=13)) == []


def test_progress_tells_what_is_done() -> None:
    told: list[tuple[str, int, int]] = []
    make_outlook(PANEL, SCOPE, OPTIONS, lambda what, done, all_: told.append((what, done, all_)))
    assert told == [
        (f"{SCOPE.id} backtest", 1, 2),
        (f"{SCOPE.id} backtest", 2, 2),
        (f"{SCOPE.id} forecast", 1, 1),
    ]
