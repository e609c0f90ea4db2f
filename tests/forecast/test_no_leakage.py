"""No forecast reads what came after its origin: everything after it is replaced by poison, and no bit may change."""

from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any

import numpy as np
import polars as pl
import pytest

from havre.draws import Draws, Floats
from havre.errors import ForecastError
from havre.evaluate.leakage import POISONS, bits, check_blind, poisoned
from havre.evaluate.protocol import Forecasts
from havre.forecast import models
from havre.forecast.backtest import backtest
from havre.forecast.baselines import last_value, mean_of_three, same_month_last_year
from havre.forecast.features import Features
from havre.forecast.levels import smoothed
from havre.forecast.models import ALL_MODELS, ENSEMBLE, draw_all
from havre.forecast.outlook import JUDGED_MODELS, Outlook, OutlookOptions, make_outlook
from havre.forecast.peers import PEERS
from havre.forecast.pooling import bands_at, trailing_mean
from havre.forecast.seasons import seasonal_centre, seasons
from havre.months import add_months, month_index
from havre.panel.scope import Scope
from havre.panel.series import MonthlySeries
from havre.panel.vintage import as_of
from havre.scale import generator
from tests.forecast.series_samples import FIRST, lively, series_of
from tests.panel.observation_samples import monthly, table

BACKTEST = import_module("havre.forecast.backtest")
"""The file, whose name in the package is that of its function."""
MONTHS = 72
VALUES = lively(5, MONTHS)
ORIGIN = add_months(FIRST, 59)


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the same path through the code with fewer rounds, to be done sooner."""
    monkeypatch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)


def forecaster_of(name: str) -> Callable[[MonthlySeries, date], Draws]:
    return lambda series, origin: draw_all(series.until(origin), (name,), 3, 40, 1)[name]


def leak(draws: Draws, truth: float) -> Draws:
    """Move the draws by the smallest thing that a model could know of the future."""
    return Draws(draws.keys, draws.origin, draws.values + 1e-6 * np.nan_to_num(truth))


def leaking(series: MonthlySeries, origin: date) -> Draws:
    """Forecast as an honest model does, but peep at one value of the month after the origin."""
    honest = forecaster_of("rw_local")(series, origin)
    return leak(honest, float(series.at([add_months(origin, 1)])[0, 0]))


@pytest.mark.parametrize("name", ALL_MODELS)
def test_no_model_reads_what_came_after(name: str) -> None:
    check_blind(forecaster_of(name), series_of(VALUES), ORIGIN)


@pytest.mark.parametrize("name", PEERS)
def test_no_peer_reads_what_came_after(name: str) -> None:
    def forecast(series: MonthlySeries, origin: date) -> Draws:
        return PEERS[name](series.until(origin), 2, 40, generator(1, name))

    check_blind(forecast, series_of(VALUES[:2]), ORIGIN)


def test_a_model_that_peeps_is_caught() -> None:
    with pytest.raises(ForecastError, match=r"(?s)\(nothing\).*\(huge\).*\(zero\).*\(random\)"):
        check_blind(leaking, series_of(VALUES), ORIGIN)


Kept = list[Forecasts]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    """Keep the forecasts that a backtest made, at the place where they are handed to the judge."""
    found: Kept = []
    monkeypatch.setattr(BACKTEST, "score", lambda forecasts, *_: found.append(forecasts))
    return found


def backtested(series: MonthlySeries, kept: Kept, names: tuple[str, ...] = ALL_MODELS) -> Forecasts:
    origins = [add_months(ORIGIN, months) for months in range(2)]
    backtest(series, origins, models=names, horizons=3, draws=40, seed=1)
    return kept.pop()


def check_backtest_is_blind(kept: Kept, names: tuple[str, ...] = ALL_MODELS) -> None:
    clean = backtested(series_of(VALUES), kept, names)
    for _, panel in poisoned(series_of(VALUES), ORIGIN):
        found = backtested(panel, kept, names)
        for name in names:
            assert bits(found[name, ORIGIN]) == bits(clean[name, ORIGIN]), f"{name} read what came after its origin"
        later = add_months(ORIGIN, 1)
        assert any(bits(found[name, later]) != bits(clean[name, later]) for name in names), "the poison reached nobody"


def test_no_backtest_reads_what_came_after(kept: Kept) -> None:
    check_backtest_is_blind(kept)


def test_a_backtest_with_a_model_that_peeps_is_caught(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    everything: list[MonthlySeries] = []
    honest = models.BASELINES["rw_local"]

    def peep(history: MonthlySeries, horizons: int, draws: int, rng: np.random.Generator) -> Draws:
        truth = everything[-1].at([add_months(history.last, 1)])[0, 0]
        return leak(honest(history, horizons, draws, rng), float(truth))

    def remember(series: MonthlySeries, *_: object, **__: object) -> list[int]:
        everything.append(series)
        return list(range(len(series.keys)))

    monkeypatch.setitem(models.BASELINES, "rw_local", peep)
    monkeypatch.setattr(BACKTEST, "select_series", remember)
    with pytest.raises(AssertionError, match="rw_local read what came after"):
        check_backtest_is_blind(kept, ("rw_local", "climatology_6"))


SCOPE = Scope("asylum_applications", "eurostat", "origin", destination="DEU")
OPTIONS = OutlookOptions(horizons=3, draws=40, seed=1, backtest_months=2)
CODES = ("AFG", "ERI", "IRQ", "SYR", "SOM")
EARLY = "AFG"
"""The series that ends at ORIGIN, a year before the others."""


def panel_rows(values: Floats, **facts: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for code, row in zip(CODES, values, strict=True):
        cut = row[: month_index(ORIGIN) - month_index(FIRST) + 1] if code == EARLY else row
        found += monthly([None if np.isnan(v) else float(v) for v in cut], origin=code, first=FIRST, **facts)
    return found


MADE: dict[bytes, tuple[Outlook, Forecasts]] = {}
"""Outlooks by the very bytes of their panels: of what is the same to the last bit, one is made for all tests."""


def outlook(panel: pl.DataFrame, kept: Kept) -> tuple[Outlook, Forecasts]:
    key = panel.write_ipc(None).getvalue()
    if key not in MADE:
        made = make_outlook(panel, SCOPE, OPTIONS)
        MADE[key] = made, kept.pop()
    return MADE[key]


def early_bits(made: Outlook) -> list[tuple[object, ...]]:
    (forecasts,) = [part for part in made.forecasts if part[ENSEMBLE].origin == ORIGIN]
    return [bits(draws) for draws in forecasts.values()]


def small_first(values: Floats) -> Floats:
    """Make one series so small that it counts only if its later months are large."""
    found = values.copy()
    found[-1] = np.where(np.arange(MONTHS) % 3 == 0, 1.0, 0.0)
    return found


@pytest.mark.parametrize("poison", [name for name in POISONS if name != "nothing"])
def test_a_series_that_ends_early_is_forecast_blind_to_the_later_months_of_others(kept: Kept, poison: str) -> None:
    values = small_first(VALUES)
    after = month_index(ORIGIN) - month_index(FIRST) + 1
    clean, _ = outlook(table(*panel_rows(values)), kept)
    values[:, after:] = POISONS[poison](values[:, after:].shape)
    found, _ = outlook(table(*panel_rows(values)), kept)
    assert early_bits(found) == early_bits(clean)
    assert [bits(d) for d in found.forecasts[-1].values()] != [bits(d) for d in clean.forecasts[-1].values()]


@pytest.mark.parametrize("poison", [name for name in POISONS if name != "nothing"])
def test_the_track_record_is_blind_to_later_months(kept: Kept, poison: str) -> None:
    _, clean = outlook(table(*panel_rows(VALUES)), kept)
    first = min(origin for _, origin in clean)
    values = VALUES.copy()
    after = month_index(first) - month_index(FIRST) + 1
    values[:, after:] = POISONS[poison](values[:, after:].shape)
    _, found = outlook(table(*panel_rows(values)), kept)
    assert set(found) == set(clean)
    for name in JUDGED_MODELS:
        assert bits(found[name, first]) == bits(clean[name, first])


def test_the_track_record_is_blind_to_later_revisions(kept: Kept) -> None:
    rows = panel_rows(VALUES, as_of=date(2021, 6, 1))
    revised = [{**row, "value": 3 * (row["value"] or 0) + 7, "as_of": date(2022, 6, 1)} for row in rows]
    _, clean = outlook(table(*rows), kept)
    _, found = outlook(table(*rows, *revised), kept)
    assert {key: bits(draws) for key, draws in found.items()} == {key: bits(draws) for key, draws in clean.items()}


@pytest.mark.parametrize("poison", POISONS)
def test_an_outlook_as_known_on_a_day_is_blind_to_all_that_became_known_later(kept: Kept, poison: str) -> None:
    day = date(2021, 1, 31)
    rows = table(*panel_rows(VALUES, as_of=day))
    longer = np.hstack([VALUES, np.ones((len(CODES), 6))])
    later = table(*panel_rows(POISONS[poison](longer.shape), as_of=date(2021, 2, 1)))
    clean, clean_record = outlook(rows, kept)
    for known in (as_of(pl.concat([rows, later]), day), pl.concat([later, rows]).filter(pl.col("as_of") <= day)):
        found, record = outlook(known, kept)
        assert [[bits(d) for d in part.values()] for part in found.forecasts] == [
            [bits(d) for d in part.values()] for part in clean.forecasts
        ]
        assert {key: bits(d) for key, d in record.items()} == {key: bits(d) for key, d in clean_record.items()}


LOGS = np.log1p(VALUES)


def told_at_each_month(values: Floats) -> Floats:
    """Give the features of every series and month (series, month, feature)."""
    every = np.ones(values.shape, dtype=bool)
    return Features.of(series_of(values)).table(3, every).astype(np.float64).reshape(*values.shape, -1)


BY_MONTH: dict[str, Callable[[Floats], Floats]] = {
    "features": told_at_each_month,
    "trailing mean": lambda values: trailing_mean(values, 12),
    "bands": lambda values: bands_at(values).astype(float),
    "level": lambda values: smoothed(np.log1p(values), 0.3),
    "last value": lambda values: last_value(values, 3),
    "mean of three": lambda values: mean_of_three(np.log1p(values), 3),
    "same month last year": lambda values: same_month_last_year(values, 3),
    "seasons": lambda values: seasons(np.log1p(values), 4),
    "seasonal centre": lambda values: seasonal_centre(
        np.log1p(values), 3, season=seasons(np.log1p(values), 4), first_month=4, weight=0.3, belief=0.7
    ),
}


@pytest.mark.parametrize("name", BY_MONTH)
@pytest.mark.parametrize("poison", [name for name in POISONS if name != "nothing"])
def test_what_is_said_at_each_month_reads_no_later_month(name: str, poison: str) -> None:
    """A model learns from what it would have said at past months; had that peeped, its spread would be too narrow."""
    whole = BY_MONTH[name](VALUES)
    for month in (0, 5, 11, 12, 30, 60):
        values = VALUES.copy()
        values[:, month + 1 :] = POISONS[poison](values[:, month + 1 :].shape)
        found = BY_MONTH[name](values)[:, : month + 1]
        assert np.array_equal(found, whole[:, : month + 1], equal_nan=True), month
