"""Alarms keep to a budget that was fixed before, and tell their own past as it was."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.draws import Draws, Floats, SeriesKey
from havre.errors import ForecastError
from havre.evaluate.alarms import LEAST_ORIGINS
from havre.forecast.alarms import (
    AlarmOptions,
    AlarmRecord,
    PastChances,
    SurgeWatch,
    find_alarms,
    past_alarms,
    past_chances,
    record_of,
    surge_chances,
    thresholds_at,
    watch_surges,
    why,
)
from havre.months import add_months, months_between
from havre.panel.scope import scopes_for
from havre.record.wording import Wording
from havre.texts import Language
from tests.forecast.series_samples import lively, series_of
from tests.small_panel import LAST, small_panel, with_value

NAN = float("nan")
KEYS = series_of(np.zeros((2, 1))).keys
ORIGINS = tuple(months_between(date(2020, 1, 1), date(2020, 6, 1)))


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the same path through the code with fewer rounds, to be done sooner."""
    monkeypatch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)


def past_of(chances: Floats, came: Floats) -> PastChances:
    return PastChances(KEYS, ORIGINS[: len(chances)], chances, came)


def drawn(values: Floats, origin: date) -> Draws:
    return Draws(series_of(np.zeros((len(values), 1))).keys, origin, values)


def test_the_chance_of_a_surge_by_hand() -> None:
    # Means of 200 and 10 over three months: surges from 300, and from 100, which is the least.
    history = series_of([[999, 100, 200, 300], [999, 10, 10, 10]])
    even = np.arange(0, 401.0)
    draws = drawn(np.stack([even, even / 4])[:, None, :], history.last)
    assert surge_chances(draws, history) == pytest.approx(np.array([[0.25], [0.0]]), abs=0.01)
    # The order of the draws' series is that of the result.
    turned = draws.select(draws.keys[::-1])
    assert surge_chances(turned, history)[::-1].tolist() == surge_chances(draws, history).tolist()


def test_thresholds_read_nothing_that_was_not_known_at_the_origin() -> None:
    rng = np.random.default_rng(1)
    chances, came = rng.uniform(size=(6, 2, 2)), (rng.uniform(size=(6, 2, 2)) < 0.3).astype(float)
    past = past_of(chances, came)
    origin = ORIGINS[4]
    fixed = thresholds_at(past, origin, 1.0)
    # Four earlier origins: at one month ahead all are known, at two the last is not.
    poisoned_chances, poisoned = chances.copy(), came.copy()
    poisoned_chances[4:], poisoned[4:] = 7.0, 0.0
    poisoned[3, :, 1] = 1 - came[3, :, 1]
    assert thresholds_at(past_of(poisoned_chances, poisoned), origin, 1.0).tolist() == fixed.tolist()
    poisoned[3, :, 0] = 1 - came[3, :, 0]
    poisoned_chances[3, :, 0] = 0.99
    assert thresholds_at(past_of(poisoned_chances, poisoned), origin, 1.0)[0] != fixed[0]


def test_past_alarms_by_hand() -> None:
    # One month ahead, a budget of none in practice: six cases a threshold are half a corridor-year.
    chances = np.array([[0.1, 0.4], [0.2, 0.9], [0.3, 0.1], [0.5, 0.4], [0.3, 0.2], [0.9, NAN]])[..., None]
    came = np.array([[0, 0], [0, 1], [0, 0], [1, 0], [0, 1], [1, NAN]], dtype=float)[..., None]
    past = past_of(chances, came)
    raised = past_alarms(past, 1.0)[..., 0]
    # A threshold needs three earlier origins; it is then 0.4, the highest chance of a month without a surge.
    assert LEAST_ORIGINS == 3
    assert np.isnan(raised[:3]).all()
    assert raised[3:].tolist()[:2] == [[1, 0], [0, 0]]
    assert (raised[5, 0], np.isnan(raised[5, 1])) == (1, True)
    assert record_of(raised, came[..., 0]) == AlarmRecord(months=5, hits=2, false_alarms=0, missed=1)
    assert record_of(raised[:, 1], came[:, 1, 0]) == AlarmRecord(months=2, hits=0, false_alarms=0, missed=1)
    assert record_of(raised[:, 0], came[:, 0, 0]).raised == 2


@given(st.integers(0, 10_000), st.floats(0.1, 12), st.sampled_from(["ties", "none"]))
def test_a_threshold_would_have_kept_past_false_alarms_within_the_budget(seed: int, budget: float, equal: str) -> None:
    rng = np.random.default_rng(seed)
    chances = rng.integers(0, 4, (6, 2, 1)) / 4 if equal == "ties" else rng.uniform(size=(6, 2, 1))
    came = (rng.uniform(size=(6, 2, 1)) < 0.2).astype(float)
    past = past_of(chances, came)
    [threshold] = thresholds_at(past, date(2030, 1, 1), budget)
    false_alarms = ((chances > threshold) & (came == 0)).sum()
    assert false_alarms <= budget * came.size / 12
    lower = np.max(chances[(chances <= threshold) & (came == 0)], initial=-1.0)
    if lower > 0:
        # It is the lowest that does: a hair below it the budget is broken.
        assert ((chances >= lower) & (came == 0)).sum() > int(budget * came.size / 12)


def test_what_is_watched_tells_everything() -> None:
    history = series_of([[0, 100, 200, 300], [50, 50, 50, 50]])
    even = np.arange(0, 501.0)
    values = np.stack([np.stack([even, even]), np.stack([even / 10, even / 10])])
    rng = np.random.default_rng(0)
    months = months_between(add_months(history.last, -24), add_months(history.last, -1))
    past = PastChances(history.keys, tuple(months), rng.uniform(0, 0.3, (24, 2, 2)), np.zeros((24, 2, 2)))
    watched = watch_surges(drawn(values, history.last), history, past, budget=2.0, lag=1)
    assert [watch.chance for watch in watched] == sorted((watch.chance for watch in watched), reverse=True)
    first = next(watch for watch in watched if watch.key == history.keys[0] and watch.horizon == 2)
    assert (first.month, first.lead, first.needed, first.before) == (add_months(history.last, 2), 0, 300, 200)
    assert first.chance == pytest.approx(0.4, abs=0.01)
    assert (first.low, first.high) == pytest.approx((50, 450))
    assert first.alarm
    assert first.threshold is not None
    assert 0.2 < first.threshold < 0.3
    assert first.record.hits == 0
    # No alarm could be judged at the first origins: three with known truth are needed, two months ahead.
    assert first.record.months == 24 - 3 - 1 - 1
    assert first.record_all.months == 2 * first.record.months
    assert not next(watch for watch in watched if watch.key == history.keys[1]).alarm


def test_without_a_past_nothing_is_an_alarm() -> None:
    history = series_of([[1000.0, 10, 10, 10]])
    draws = drawn(np.full((1, 1, 9), 900.0), history.last)
    past = PastChances(history.keys, (), np.empty((0, 1, 1)), np.empty((0, 1, 1)))
    [watch] = watch_surges(draws, history, past)
    assert watch.chance == pytest.approx(1, abs=0.01)
    assert (watch.threshold, watch.alarm) == (None, False)
    assert "No threshold can be fixed" in why(watch, Wording("en", {}))


@pytest.mark.parametrize("poison", [1e9, 0.0])
def test_past_chances_read_nothing_after_their_origin(poison: float) -> None:
    values = lively(4, 60)
    values[0, 57] = 9999
    series = series_of(values)
    origins = months_between(add_months(series.last, -4), add_months(series.last, -3))
    options = AlarmOptions(horizons=2, draws=60)
    clean = past_chances(series, origins, options)
    poisoned = values.copy()
    poisoned[:, -3:] = poison
    found = past_chances(series_of(poisoned), origins, options)
    assert np.array_equal(found.chances, clean.chances)
    assert not np.array_equal(found.came, clean.came)
    assert np.isfinite(clean.chances).all()
    truth = values[:, [-4 + 0, -3 + 0]]
    before = values[:, -7:-4].mean(axis=1)
    expected = truth >= np.maximum(100, 1.5 * before)[:, None]
    assert clean.came[0].tolist() == expected.astype(float).tolist()


QUICK = AlarmOptions(horizons=2, draws=100, past_origins=8)


def test_a_scope_is_watched_and_the_short_series_is_named() -> None:
    panel = small_panel()
    [scope] = scopes_for(panel, "asylum_applications", destination="DEU")
    found = find_alarms(panel, scope, QUICK)
    assert {watch.key.origin for watch in found.watched} == {"SYR", "AFG", "ERI", "TOT"}
    assert [problem.key for problem in found.left_out] == ["forecast.short_series"]
    assert "TON" in found.left_out[0].sentence()
    assert all(watch.threshold is not None and 0 <= watch.chance <= 1 for watch in found.watched)
    # BAMF publishes a month after the end: one month ahead has begun by then.
    assert {(watch.horizon, watch.lead) for watch in found.watched} == {(1, -1), (2, 0)}
    assert {watch.month for watch in found.watched} == {add_months(LAST, 1), add_months(LAST, 2)}
    [syria] = scopes_for(panel, "asylum_applications", destination="DEU", origin="SYR")
    alone = find_alarms(panel, syria, QUICK)
    assert {watch.key.origin for watch in alone.watched} == {"SYR"}
    assert [watch for watch in found.watched if watch.key.origin == "SYR"] == list(alone.watched)


def test_a_spike_moves_what_a_surge_is() -> None:
    panel = small_panel()
    [scope] = scopes_for(panel, "asylum_applications", destination="DEU", origin="SYR")
    spiked = find_alarms(with_value(panel, "SYR", 59, 90_000.0), scope, QUICK)
    assert all(watch.needed > 40_000 and watch.chance < 1 for watch in spiked.watched)
    assert all(np.isfinite([watch.low, watch.high, watch.chance]).all() for watch in spiked.watched)


@pytest.mark.parametrize("values", ["zeros", "one month"])
def test_what_cannot_be_forecast_is_refused_with_its_name(values: str) -> None:
    panel = small_panel().filter(pl.col("origin").is_in(["SYR", "ERI"]))
    zeros, one_month = panel.with_columns(value=pl.lit(0.0)), panel.filter(pl.col("period") == LAST)
    panel = zeros if values == "zeros" else one_month
    [scope] = scopes_for(panel, "asylum_applications", destination="DEU", origin="SYR")
    with pytest.raises(ForecastError, match="SYR→DEU") as refused:
        find_alarms(panel, scope, QUICK)
    assert refused.value.problems[0].key == "forecast.short_series"


def test_a_corridor_that_starts_yesterday_does_not_stop_the_others() -> None:
    panel = small_panel()
    late = panel.filter((pl.col("origin") == "ERI") & (pl.col("period") == LAST)).with_columns(origin=pl.lit("UKR"))
    both = pl.concat([panel, late])
    [scope] = scopes_for(both, "asylum_applications", destination="DEU")
    found = find_alarms(both, scope, QUICK)
    assert {dict(problem.fields)["key"] for problem in found.left_out} >= {
        SeriesKey("asylum_applications", "UKR", "DEU")
    }
    assert "SYR" in {watch.key.origin for watch in found.watched}


@pytest.mark.parametrize("budget", [0.0, -1.0, 12.5, NAN, float("inf")])
def test_a_budget_out_of_range_is_refused(budget: float) -> None:
    with pytest.raises(ForecastError) as refused:
        AlarmOptions(budget=budget)
    assert refused.value.problems[0].key == "alarms.budget"
    with pytest.raises(ForecastError):
        AlarmOptions(horizons=0)


def watch_of(**changed: object) -> SurgeWatch:
    facts: dict[str, object] = {
        "key": SeriesKey("asylum_applications", "SYR", "DEU"),
        "origin": date(2020, 12, 1),
        "horizon": 3,
        "month": date(2021, 3, 1),
        "lead": 1,
        "chance": 0.31,
        "threshold": 0.2,
        "budget": 1.0,
        "needed": 1500.0,
        "before": 1000.0,
        "low": 800.0,
        "high": 2100.0,
        "record": AlarmRecord(30, 2, 3, 1),
        "record_all": AlarmRecord(900, 20, 33, 10),
    }
    return SurgeWatch(**{**facts, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "Between 800 and 2,100 are expected in March 2021",
                "against a mean of 1,000 a month over the three months to December 2020",
                "The chance of at least 1,500 is 31%. That exceeds 20%",
                "over 30 past forecasts: 5 raised, 2 of them right; surges that came without one: 1.",
                "53 raised, 20 of them right",
                "It comes one month before that month begins.",
            ],
        ),
        (
            "fr",
            [
                "On attend entre 800 et 2\u202f100 en mars 2021",
                "contre une moyenne de 1\u202f000 par mois",
                "La probabilité d’au moins 1\u202f500 est de 31\xa0%. Elle dépasse 20\xa0%",
                "lancées : 5, justes : 2 ; afflux venus sans alerte : 1.",
                "Elle vient un mois avant le début de ce mois.",
            ],
        ),
    ],
)
def test_why_in_plain_words(language: Language, sentences: list[str]) -> None:
    told = why(watch_of(), Wording(language, {}))
    for sentence in sentences:
        assert sentence in told


def test_why_tells_no_small_count_and_no_equal_percents() -> None:
    words = Wording("en", {})
    told = why(watch_of(low=3.0, before=4.0, high=120.0, chance=0.1213, threshold=0.1196), words)
    assert "Between fewer than 10 and 120" in told
    assert "mean of fewer than 10" in told
    assert "is 12.1%. That exceeds 12.0%" in told or "is 12.1%. That exceeds 12%" in told
    assert "does not exceed" in why(watch_of(chance=0.1), words)
    assert "has begun" in why(watch_of(lead=-1), words)
    assert "as that month begins" in why(watch_of(lead=0), words)
    assert "4 months before" in why(watch_of(lead=4), words)
    alone = why(watch_of(record_all=AlarmRecord(30, 2, 3, 1)), words)
    assert "on this series over 30" in alone
    assert "watched together" not in alone
    none = why(watch_of(record=AlarmRecord(9, 0, 0, 2), record_all=AlarmRecord(0, 0, 0, 0)), words)
    assert "No alarm of this kind was raised on this series over 9 past forecasts" in none
    assert "Nothing is known yet" in none
