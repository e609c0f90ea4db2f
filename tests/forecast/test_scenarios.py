"""Scenarios are paired with their base, conserve people in every draw, and are never taken for a forecast."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.draws import Draws, Floats, Quantiles, SeriesKey
from havre.errors import ForecastError
from havre.forecast.scenario_arrivals import Arrivals
from havre.forecast.scenario_events import delay_weights, draw_split
from havre.forecast.scenario_settings import make_scenario
from havre.forecast.scenarios import Ledger, ScenarioDraws, run_scenario
from havre.months import add_months
from havre.panel.series import MonthlySeries
from tests.properties import examples

FIRST, MONTHS, DRAWS, HORIZONS = date(2018, 1, 1), 48, 40, 6
CENTRAL, WESTERN, EASTERN = (f"route:{name}" for name in ("central-mediterranean", "western-african",
                                                           "eastern-mediterranean"))  # fmt: skip
KEYS = tuple(
    SeriesKey("irregular_crossings", origin, destination)
    for origin, destination in (
        ("SYR", CENTRAL), ("SYR", WESTERN), ("SYR", EASTERN), ("NGA", CENTRAL), ("NGA", WESTERN), ("TOT", CENTRAL),
        ("TOT", "TOT"),
    )
)  # fmt: skip
LEAVES = slice(0, 5)


def history() -> MonthlySeries:
    rng = np.random.default_rng(3)
    season = 1 + 0.5 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    leaves = rng.poisson(np.array([400, 50, 150, 200, 80])[:, None] * season).astype(float)
    return MonthlySeries(KEYS, FIRST, np.vstack([leaves, leaves[[0, 3]].sum(axis=0), leaves.sum(axis=0)]))


def base(seed: int = 1, values: Floats | None = None) -> Draws:
    rng = np.random.default_rng(seed)
    made = rng.gamma(3, 100, (len(KEYS), HORIZONS, DRAWS)) if values is None else values
    return Draws(KEYS, add_months(FIRST, MONTHS - 1), made)


def month(horizon: int) -> str:
    return f"{add_months(FIRST, MONTHS - 1 + horizon):%Y-%m}"


def run(raw: Mapping[str, Any], draws: Draws | None = None, **more: Any) -> ScenarioDraws:
    return run_scenario(draws or base(), history(), make_scenario(raw), **more)


def closing(**more: Any) -> dict[str, Any]:
    return {"close": [{"destination": CENTRAL, "from": month(2), **more}]}


def test_a_scenario_is_no_forecast() -> None:
    made = run(closing())
    assert not isinstance(made, Draws)
    assert not hasattr(made, "values")
    assert not hasattr(made, "quantiles")
    with pytest.raises(AttributeError):
        Quantiles.of(made)  # type: ignore[arg-type]
    assert {row["kind"] for row in made.rows()} == {"if"}


def test_what_a_closed_route_loses_goes_to_others_or_does_not_arrive() -> None:
    made = run(closing(diverted=0.25, to={WESTERN: 3, EASTERN: 1}))
    before, after = made.base.values, made.if_values
    assert np.array_equal(before[:, 0], after[:, 0]), "nothing happens before it begins"
    assert not after[[0, 3], 1:].any()
    lost = before[0, 1:]
    assert np.allclose(after[1, 1:] - before[1, 1:], lost * 0.25 * 0.75)
    assert np.allclose(after[2, 1:] - before[2, 1:], lost * 0.25 * 0.25)
    # Nigerians have no eastern route here: a quarter of those diverted goes where nothing is forecast.
    assert np.allclose(after[4, 1:] - before[4, 1:], before[3, 1:] * 0.25 * 0.75)
    ledger = made.ledger
    assert np.allclose(ledger.closed[1:], before[[0, 3], 1:].sum(axis=0))
    assert np.allclose(ledger.closed - ledger.diverted, ledger.not_arriving)
    assert not ledger.under_way.any()
    assert not ledger.added.any()


def test_totals_are_the_sum_of_their_parts_in_every_draw() -> None:
    made = run(closing(diverted=[0.1, 0.9], delay_months=1.5, spread_months=1.0))
    for values in (made.base.values, made.if_values):
        assert np.allclose(values[6], values[LEAVES].sum(axis=0), rtol=1e-12)
        assert np.allclose(values[5], values[[0, 3]].sum(axis=0), rtol=1e-12)


SPANS = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
DELAYS = st.sampled_from([(0.0, 0.0), (0.4, 0.0), (2.0, 0.0), (1.0, 0.5), (3.0, 4.0), (50.0, 10.0)])
ROUTES = st.sampled_from([CENTRAL, WESTERN, EASTERN])


@given(
    closed=st.lists(st.tuples(ROUTES, st.integers(1, 6), SPANS, SPANS, DELAYS), max_size=3),
    opened=st.lists(st.tuples(ROUTES, SPANS, st.floats(0, 1e5)), max_size=2),
    change=st.floats(-1, 3), factor=st.floats(0, 4), shift=st.integers(-6, 6), seed=st.integers(0, 99),
)  # fmt: skip
@settings(max_examples=examples(40), deadline=None)
def test_people_are_conserved_whatever_happens(
    closed: list[Any], opened: list[Any], change: float, factor: float, shift: int, seed: int
) -> None:
    raw = {
        "close": [{"destination": d, "from": month(h), "remaining": r, "diverted": s, "delay_months": delay,
                   "spread_months": spread} for d, h, r, s, (delay, spread) in closed],
        "open": [{"destination": d, "from": month(2), "from_others": s, "persons": p} for d, s, p in opened],
        "shock": [{"origin": "SYR", "from": month(1), "change": change}],
        "level": [{"origin": "NGA", "from": month(3), "factor": factor}],
        "season": [{"from": month(1), "shift_months": shift}],
    }  # fmt: skip
    made = run(raw, base(seed), seed=seed)
    book, change_of_leaves = made.ledger, made.difference[LEAVES].sum(axis=0)
    assert np.allclose(change_of_leaves, book.added + book.diverted - book.closed, atol=1e-6, rtol=1e-9)
    settled = book.diverted.sum(axis=0) + book.not_arriving.sum(axis=0) + book.under_way
    assert np.allclose(book.closed.sum(axis=0), settled, atol=1e-6, rtol=1e-9)
    assert (book.under_way >= -1e-9).all()


def test_people_under_way_arrive_later() -> None:
    made = run(closing(diverted=1.0, delay_months=2.0))
    gained = made.difference[[1, 2]].sum(axis=0)
    assert np.allclose(gained[:3], 0)
    assert np.allclose(gained[3:], made.base.values[0, 1:4])
    assert np.allclose(made.ledger.under_way, made.base.values[[0, 3], 4:].sum(axis=(0, 1)))


def test_nobody_is_diverted_into_a_route_that_is_closed_too() -> None:
    raw = {"close": [{"destination": d, "from": month(1), "diverted": 1.0} for d in (CENTRAL, WESTERN, EASTERN)]}
    made = run(raw)
    assert not made.if_values.any()
    assert np.allclose(made.ledger.not_arriving, made.base.values[LEAVES].sum(axis=0))


def test_the_base_is_the_same_and_another_event_changes_no_draw_of_the_first() -> None:
    shock = {"origin": "NGA", "from": month(1), "change": [0.1, 0.5]}
    one, two = (
        run({"shock": [shock]}),
        run({"shock": [shock], "level": [{"origin": "SYR", "from": month(1), "factor": 2}]}),
    )
    assert np.array_equal(one.base.values, two.base.values)
    assert np.array_equal(one.difference[[3, 4]], two.difference[[3, 4]])
    assert one.if_values.tobytes() == run({"shock": [shock]}).if_values.tobytes()


def test_the_difference_is_paired() -> None:
    made = run({"level": [{"origin": "SYR", "from": month(1), "factor": 1.1}]})
    width = np.ptp(made.difference_quantiles((0.1, 0.9))[0, 0])
    apart = np.abs(made.if_quantiles((0.1, 0.9))[0, 0] - made.base.quantiles((0.1, 0.9))[0, 0, ::-1]).max()
    assert np.allclose(made.difference[0], 0.1 * made.base.values[0])
    assert width < 0.3 * apart


def test_displaced_people_arrive_by_their_delay_and_reach() -> None:
    raw = {"shock": [{"origin": "SYR", "from": month(1), "persons": 1000, "reach": 0.5, "delay_months": 1.0,
                      "to": {EASTERN: 1}}]}  # fmt: skip
    made = run(raw)
    assert np.allclose(made.difference[2], np.array([0, 500, 0, 0, 0, 0])[:, None])
    left_before = run({"shock": [{**raw["shock"][0], "from": "2021-11", "delay_months": 2.0}]})
    assert np.allclose(left_before.difference[2], np.array([500, 0, 0, 0, 0, 0])[:, None])
    spread = run({"shock": [{**raw["shock"][0], "until": month(4), "delay_months": 0.0}]})
    assert np.allclose(spread.difference[2], np.array([125, 125, 125, 125, 0, 0])[:, None])


def test_arrivals_of_a_table_are_added_where_and_when_it_says() -> None:
    table = Arrivals(((date(2022, 2, 1), EASTERN), (date(2030, 1, 1), EASTERN)), (), np.array([[10.0, 30], [5, 5]]))
    raw = {"shock": [{"origin": "SYR", "from": month(1), "arrivals": "t.csv"}]}
    made = run(raw, arrivals={"t.csv": table})
    assert set(made.difference[2, 1]) <= set(np.unique(made.difference[2, 1]))
    assert np.isclose(made.difference[2, 1].mean(), 20)
    assert np.isclose(made.difference[LEAVES].sum(), made.difference[2, 1].sum())
    nowhere = Arrivals(((date(2022, 2, 1), "ITA"),), (), np.array([[10.0]]))
    with pytest.raises(ForecastError, match="ITA"):
        run(raw, arrivals={"t.csv": nowhere})


def test_the_season_comes_later() -> None:
    flat = np.full((len(KEYS), HORIZONS, DRAWS), 100.0)
    made = run({"season": [{"from": month(1), "shift_months": 6}]}, base(values=flat))
    # February to June are high in the history; with the season half a year later they are low.
    assert (made.if_values[0, 1:] < 70).all()
    back = run({"season": [{"from": month(1), "shift_months": -6}]}, base(values=flat))
    assert np.allclose(made.if_values, back.if_values)
    none = run({"season": [{"from": month(1), "shift_months": 0}]}, base(values=flat))
    assert np.allclose(none.difference, 0)


def test_an_opened_route_takes_from_others_no_more_than_they_have() -> None:
    raw = {"open": [{"destination": WESTERN, "from": month(1), "persons": 1e6, "from_others": 1.0}]}
    made = run(raw)
    assert np.allclose(made.if_values[[0, 2, 3]], 0)
    assert np.allclose(made.if_values[[1, 4]].sum(axis=0) - made.base.values[[1, 4]].sum(axis=0), 1e6)


def test_nothing_after_the_origin_is_read() -> None:
    known, raw = history(), {**closing(), "season": [{"from": month(1), "shift_months": 2}]}
    garbage = np.hstack([known.values, np.zeros((len(KEYS), 12))])
    later = MonthlySeries(KEYS, FIRST, garbage)
    one = run_scenario(base(), known, make_scenario(raw), past=known)
    two = run_scenario(base(), later, make_scenario(raw), past=later)
    assert one.if_values.tobytes() == two.if_values.tobytes()
    assert one.evidence == two.evidence


def test_all_problems_are_told_at_once() -> None:
    raw = {"shock": [{"origin": "TON", "from": month(1), "change": 1.0}],
           "level": [{"origin": "SYR", "from": "2040-01", "factor": 2}]}  # fmt: skip
    with pytest.raises(ForecastError) as caught:
        run(raw)
    assert [problem.key for problem in caught.value.problems] == ["scenario.outside", "scenario.no_series"]
    assert "SYR→route:central-mediterranean" in str(caught.value)


def test_one_series_of_zeros_has_an_honest_answer() -> None:
    keys = (SeriesKey("irregular_crossings", "TOT", CENTRAL),)
    known = MonthlySeries(keys, FIRST, np.zeros((1, 1)))
    draws = Draws(keys, FIRST, np.zeros((1, 3, 10)))
    raw = {"close": [{"destination": CENTRAL, "from": "2018-02"}], "season": [{"from": "2018-02", "shift_months": 1}],
           "shock": [{"origin": "SYR", "from": "2018-02", "persons": 90, "delay_months": 1, "spread_months": 1}],
           "level": [{"from": "2018-02", "factor": 5}]}  # fmt: skip
    made = run_scenario(draws, known, make_scenario(raw))
    assert not made.if_values.any()
    assert np.allclose(made.ledger.closed, made.ledger.not_arriving)
    assert {each.basis for each in made.evidence} == {"assumed"}


def test_people_who_were_lost_are_noticed() -> None:
    draws = base()
    empty = np.zeros(draws.values.shape[1:])
    ledger = Ledger(empty, empty, empty, empty, np.zeros(DRAWS))
    with pytest.raises(ForecastError, match="ledger"):
        ScenarioDraws(make_scenario(closing()), draws, draws.values * 0.9, ledger)


@pytest.mark.parametrize(("delay", "spread"), [(0.0, 0.0), (1.5, 0.0), (2.0, 1.0), (6.0, 2.0)])
def test_delays_have_their_mean(delay: float, spread: float) -> None:
    weights = delay_weights(delay, spread, 60)
    assert np.isclose(weights.sum(), 1, atol=1e-6)
    assert np.isclose(weights @ np.arange(60), delay, atol=0.02)


def test_people_spread_as_in_recent_months() -> None:
    recent = np.vstack([np.full(24, 30.0), np.full(24, 10.0)])
    assert np.allclose(draw_split(recent, 5, np.random.default_rng(1)), [[0.75] * 5, [0.25] * 5])
    assert np.allclose(draw_split(np.zeros((2, 24)), 5, np.random.default_rng(1)), 0.5)
