"""Occupancy follows from arrivals and stays: closed forms, and a plain simulation of every person."""

import math
from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.draws import Floats
from havre.errors import ForecastError
from havre.forecast.reception import (
    Occupancy,
    Reception,
    Stay,
    draw_occupancy,
    estimate_stay,
    expected_occupancy,
    make_reception,
)
from havre.months import add_months
from tests.properties import examples

FIRST = date(2024, 1, 1)
STAYS = [Stay(6.0), Stay(3.0, shape=2.5), Stay(1.0, shape=0.6), Stay(table={2.0: 0.5, 4.5: 0.3, 12.0: 0.2})]


def months(count: int) -> tuple[date, ...]:
    return tuple(add_months(FIRST, h) for h in range(count))


@cache
def unit_median(shape: float) -> float:
    """Give the median of a gamma distribution of scale 1, from a sample."""
    return float(np.median(np.random.default_rng(0).gamma(shape, size=500_001)))


def stays_of_persons(stay: Stay, size: int, rng: np.random.Generator) -> Floats:
    """Draw stays one by one, from NumPy's own distributions and not from the code under test."""
    if stay.table is not None:
        return rng.choice(list(stay.table), size, p=list(stay.table.values()))
    if stay.shape == 1:
        return rng.exponential(stay.median / math.log(2), size)
    return rng.gamma(stay.shape, stay.median / unit_median(stay.shape), size)


def person_by_person(arrivals: list[int], present: int, stay: Stay, runs: int, seed: int) -> Floats:
    """Follow every person: array (month, run) of people there at each month's end."""
    rng, horizon = np.random.default_rng(seed), len(arrivals)
    there = np.zeros((horizon, runs))
    for run in range(runs):
        came = np.concatenate([h + rng.random(n) for h, n in enumerate(arrivals)])
        leave = came + stays_of_persons(stay, came.size, rng)
        # Who is there already was caught in the middle of a stay: longer stays are caught more often.
        pool = stays_of_persons(stay, 4000, rng)
        caught = rng.choice(pool, present, p=pool / pool.sum())
        ends = caught * rng.random(present)
        for h in range(horizon):
            there[h, run] = ((came <= h + 1) & (leave > h + 1)).sum() + (ends > h + 1).sum()
    return there


@pytest.mark.parametrize("stay", STAYS, ids=["exponential", "gamma", "gamma_below_1", "table"])
def test_counts_have_the_law_of_persons(stay: Stay) -> None:
    arrivals, present, runs = [30, 0, 80, 25, 10, 40], 120, 800
    plain = person_by_person(arrivals, present, stay, runs, 5)
    place = Reception(capacity=100, occupancy=present, stay=stay)
    flows = np.repeat(np.array(arrivals, dtype=float)[:, None], 4000, axis=1)
    made = draw_occupancy(flows, months(6), place, np.random.default_rng(6))
    error = np.sqrt(plain.var(axis=1) * (1 / runs + 1 / 4000))
    assert (np.abs(made.needed.mean(axis=1) - plain.mean(axis=1)) < 4.5 * error + 1e-9).all()
    assert np.allclose(made.needed.var(axis=1), plain.var(axis=1), rtol=0.2)
    corr = [np.corrcoef(values[2], values[3])[0, 1] for values in (made.needed, plain)]
    assert corr[0] == pytest.approx(corr[1], abs=0.08), "who stays one month longer stays in both counts"


@pytest.mark.parametrize("stay", STAYS)
def test_little(stay: Stay) -> None:
    place = Reception(capacity=1, occupancy=0, share=(0.5, 0.5), stay=stay)
    made = expected_occupancy(np.full((400, 1), 80.0), months(400), place)
    assert made.needed[-1, 0] == pytest.approx(40 * stay.mean, rel=1e-6)
    # A steady state stays: what leaves by the residual stay is what comes in.
    steady = place.model_copy(update={"occupancy": 40 * stay.mean})
    assert np.allclose(expected_occupancy(np.full((24, 1), 80.0), months(24), steady).needed, 40 * stay.mean)


def test_half_have_left_after_the_median_stay() -> None:
    assert Stay(6.0).residual(6)[-1] == pytest.approx(0.5)
    assert Stay(6.0).mean == pytest.approx(6 / math.log(2))
    for stay in STAYS[:3]:
        step = 1e-5
        survival = (stay.beyond(np.array(stay.median - step)) - stay.beyond(np.array(stay.median + step))) / (2 * step)
        assert survival == pytest.approx(0.5, abs=1e-4)
    assert STAYS[3].mean == pytest.approx(0.5 * 2 + 0.3 * 4.5 + 0.2 * 12)


@given(median=st.floats(0.05, 600), shape=st.floats(0.05, 100))
@settings(max_examples=examples(60), deadline=None)
def test_people_only_leave(median: float, shape: float) -> None:
    stay = Stay(median, shape)
    for kept in (stay.present(24), stay.residual(24)):
        assert ((kept >= -1e-9) & (kept <= 1 + 1e-9)).all()
        assert (np.diff(kept) <= 1e-9).all()


def test_full_without_place_and_first_full() -> None:
    needed = np.array([[90.0, 100, 80, 120], [110, 90, 70, 130], [80, 80, 120, 130]])
    made = Occupancy(months(3), needed, needed, np.array([100.0, 100, 120]))
    assert made.is_full.tolist() == [0.5, 0.5, 0.5]
    assert made.without_place.mean(axis=1).tolist() == [5.0, 10.0, 2.5]
    assert made.first_full.tolist() == [0.5, 0.25, 0.25]
    assert made.first_full_month(0.5) == FIRST
    assert made.first_full_month(0.9) == date(2024, 3, 1)
    never = Occupancy(months(3), needed, needed, np.full(3, 500.0))
    assert never.first_full_month(0.01) is None
    assert never.first_full.sum() == 0


def test_places_change_from_a_month_on() -> None:
    place = Reception(capacity=10, occupancy=0, capacity_from=((date(2024, 3, 1), 5), (date(2024, 2, 1), 20)))
    assert place.capacities(months(4)).tolist() == [10, 20, 5, 5]


def test_the_expectation_is_the_mean_of_the_chance() -> None:
    rng = np.random.default_rng(1)
    flows, place = rng.gamma(2, 50, (5, 20_000)), Reception(capacity=9, occupancy=33.5, share=(0.1, 0.3))
    drawn, expected = draw_occupancy(flows, months(5), place, rng), expected_occupancy(flows, months(5), place)
    assert np.allclose(drawn.needed.mean(axis=1), expected.needed.mean(axis=1), rtol=0.01)
    assert (drawn.needed == np.round(drawn.needed)).all()


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({"capacity": -1, "occupancy": 0}, "capacity"),
        ({"capacity": 1, "occupancy": float("nan")}, "occupancy"),
        ({"capacity": 1, "occupancy": 0, "share": (0.5, 0.1)}, "share"),
        ({"capacity": 1, "occupancy": 0, "share": (0, 1.5)}, "share"),
        ({"occupancy": 0}, "capacity"),
    ],
)
def test_bad_settings_are_told(raw: dict[str, object], key: str) -> None:
    with pytest.raises(ForecastError, match=f"“{key}”"):
        make_reception(raw)


@pytest.mark.parametrize(
    "facts", [{"median": 0}, {"median": float("nan")}, {"shape": 0}, {"table": {1.0: 0.5}}, {"table": {-1.0: 1.0}},
              {"table": {}}],
)  # fmt: skip
def test_impossible_stays_are_refused(facts: dict[str, object]) -> None:
    with pytest.raises(ForecastError):
        Stay(**facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("flows", [np.full((2, 3), np.nan), np.full((2, 3), -1.0), np.zeros((3, 3)), np.zeros((2, 0))])
def test_bad_arrivals_are_refused(flows: Floats) -> None:
    place = Reception(capacity=1, occupancy=0)
    for occupy in (expected_occupancy, lambda a, m, p: draw_occupancy(a, m, p, np.random.default_rng(1))):
        with pytest.raises(ForecastError):
            occupy(flows, months(2), place)


def test_a_stay_is_learnt_from_the_past() -> None:
    rng = np.random.default_rng(2)
    arrivals = rng.gamma(4, 500, 48)
    place = Reception(capacity=1, occupancy=3000, share=(0.3, 0.3), stay=Stay(8.0))
    stock = expected_occupancy(arrivals[1:, None], months(47), place).needed[:, 0]
    share, median = estimate_stay(np.concatenate([[3000.0], stock]), arrivals)
    assert share == pytest.approx(0.3, rel=0.02)
    assert median == pytest.approx(8, rel=0.02)
    with pytest.raises(ForecastError, match="needed are 12"):
        estimate_stay(np.full(12, np.nan), arrivals[:12])
    with pytest.raises(ForecastError):
        estimate_stay(np.zeros(48), arrivals)
