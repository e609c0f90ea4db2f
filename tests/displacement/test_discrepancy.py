"""Discrepancies are estimated on known days alone, and forecasts with them keep to bounds and sum."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement import Outcome, simulate
from havre.displacement.calibrate_known import known_before
from havre.displacement.discrepancy import (
    QUANTILES,
    Discrepancy,
    corrected,
    filled,
    fit_discrepancy,
    weighted_quantiles,
)
from havre.displacement.settings import ConflictSpawning
from tests.displacement.calibrate_case import DAYS, FIT, SWAPPED, calibrate_case
from tests.displacement.small_instances import small_instance, with_settings

SURE = Discrepancy((0.0,) * QUANTILES, 8, 3)
DOUBTFUL = Discrepancy(tuple(np.linspace(0.0, 0.5, QUANTILES).tolist()), 8, 3)


def runs(until: int = FIT, replicas: int = 40, days: int | None = None, seed: int = 3) -> Outcome:
    weights = np.geomspace(0.2, 5, replicas)
    told = known_before(calibrate_case(), until).instance
    return simulate(told, replicas=replicas, days=days, seed=seed, parameters={"camp_weight": weights})


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(1, 1e6) | st.just(np.inf)), min_size=1, max_size=8),
    st.floats(0, 1e7),
)
def test_filling_keeps_sum_limits_and_proportions(places: list[tuple[float, float]], total: float) -> None:
    counts, limits = (np.array(column) for column in zip(*places, strict=True))
    found = filled(counts[None], limits, np.array([total]))[0]
    assert found.sum() == pytest.approx(total, rel=1e-9, abs=1e-6)
    assert (found >= 0).all()
    if total <= limits.sum():
        assert (found <= limits * (1 + 1e-9)).all()
        free = found < limits * (1 - 1e-6)
        # Places below their limit all have the same factor.
        factors = found[free] / np.maximum(counts[free], 1e-9)
        assert factors == pytest.approx(np.full(factors.size, factors.max(initial=0.0)), rel=1e-6)


def test_filling_by_hand() -> None:
    limits = np.array([10.0, np.inf, 5.0])
    counts = np.array([[4.0, 4.0, 4.0], [0.0, 0.0, 0.0], [8.0, 1.0, 1.0]])
    found = filled(counts, limits, np.array([6.0, 3.0, 100.0]))
    assert found[0] == pytest.approx([2.0, 2.0, 2.0])
    assert found[1] == pytest.approx([1.0, 1.0, 1.0])
    assert found[2] == pytest.approx([10.0, 85.0, 5.0])
    # All are full: then all are over by the same factor.
    assert filled(counts[:1, ::2], limits[::2], np.array([30.0]))[0] == pytest.approx([20.0, 10.0])


def test_weighted_quantiles_of_equal_weights_and_of_one_that_dominates() -> None:
    values = np.array([5.0, 1.0, 3.0])
    assert weighted_quantiles(values, np.ones(3), np.array([0.5])) == pytest.approx([3.0])
    assert weighted_quantiles(values, np.array([1e9, 1.0, 1.0]), np.array([0.5])) == pytest.approx([5.0], rel=1e-6)


def test_without_doubt_a_forecast_begins_at_the_last_counts() -> None:
    known = known_before(calibrate_case(), FIT)
    outcome = runs(days=FIT + 1)
    late = corrected(known, outcome, SURE, np.random.default_rng(1))
    # 40 people come on day 21; what was simulated before stays.
    assert late.camp_counts[:, FIT].sum(axis=1) == pytest.approx(1_240, abs=1)
    assert np.abs(late.camp_counts[:, FIT] - np.array([800, 400])).max() <= 45
    assert late.camp_counts[:, :FIT].tolist() == outcome.camp_counts[:, :FIT].tolist()
    assert np.abs(outcome.camp_counts[:, FIT] - np.array([800, 400])).max() > 100


def test_doubt_widens_with_people_who_come_and_keeps_sum_and_capacity() -> None:
    places = tuple(
        replace(place, population=450 if place.name == "Este" else place.population)
        for place in small_instance().locations
    )
    known = known_before(calibrate_case(locations=places), FIT)
    outcome = simulate(known.instance, replicas=150, seed=5)
    late = corrected(known, outcome, DOUBTFUL, np.random.default_rng(1))
    spread = late.camp_counts[:, FIT:].std(axis=0)
    assert (spread[1] < spread[9]).all()
    assert spread[9].min() > 10
    assert late.camp_counts[:, FIT:].sum(axis=2) == pytest.approx(
        np.broadcast_to(known.arrivals[FIT:], (150, DAYS - FIT)), abs=1
    )
    assert late.camp_counts[:, FIT:, 1].max() == 450


def test_a_capacity_that_was_exceeded_bounds_the_middle_but_not_the_doubt() -> None:
    places = tuple(
        replace(place, population=300 if place.name == "Este" else place.population)
        for place in small_instance().locations
    )
    known = known_before(calibrate_case(locations=places), FIT)
    assert known.exceeded.tolist() == [False, True]
    outcome = simulate(known.instance, replicas=150, seed=5)
    late = corrected(known, outcome, DOUBTFUL, np.random.default_rng(1))
    assert late.camp_counts[:, FIT:, 1].max() > 450
    plain = corrected(known, outcome, SURE, np.random.default_rng(1))
    assert np.median(plain.camp_counts[:, FIT:, 1]) <= 400


def test_doubt_about_the_scale_shows_where_arrivals_do_not_fit_the_counts() -> None:
    known = known_before(calibrate_case(), FIT)
    outcome = simulate(known.instance, replicas=200, seed=5, days=FIT + 2)
    plain, revised = (
        corrected(replace(known, revision=factor), outcome, SURE, np.random.default_rng(1)) for factor in (1.0, 0.5)
    )
    # Only which camp is too high is in doubt, not the sum.
    assert revised.camp_counts[:, FIT].std(axis=0).min() > 5 * plain.camp_counts[:, FIT].std(axis=0).max()
    assert revised.camp_counts[:, FIT].sum(axis=1) == pytest.approx(1_240, abs=1)


def test_errors_do_not_depend_on_later_counts() -> None:
    first, second = calibrate_case(), calibrate_case(SWAPPED)
    outcome = runs(days=FIT)
    mine = fit_discrepancy(first, known_before(first, FIT), outcome)
    other = fit_discrepancy(second, known_before(second, FIT), outcome)
    assert mine is not None
    assert mine == other
    assert mine.counts == 8
    assert len(mine.errors) == QUANTILES
    assert list(mine.errors) == sorted(mine.errors)


def test_perfect_simulations_leave_no_error_and_wrong_ones_do() -> None:
    case = calibrate_case()
    known = known_before(case, FIT)
    wrong = runs(days=FIT)
    counts = np.broadcast_to(np.rint(known.counts).astype(np.int64), wrong.camp_counts.shape)
    perfect = fit_discrepancy(case, known, replace(wrong, camp_counts=counts))
    fitted = fit_discrepancy(case, known, wrong)
    assert perfect is not None
    assert fitted is not None
    assert max(perfect.errors) < 0.01 < max(fitted.errors)


def test_too_few_counts_give_no_discrepancy() -> None:
    case = calibrate_case()
    assert fit_discrepancy(case, known_before(case, 6), runs(6, days=6)) is None


def test_without_given_arrivals_camps_follow_the_people_of_each_run() -> None:
    case = with_settings(calibrate_case(), spawn={"conflict_driven_spawning": ConflictSpawning("poisson", 30.0)})
    known = known_before(case, FIT)
    outcome = simulate(known.instance, replicas=20, seed=5)
    late = corrected(known, outcome, DOUBTFUL, np.random.default_rng(1))
    expected = 1_200.0 * outcome.people[:, FIT:] / outcome.people[:, FIT - 1 : FIT]
    assert late.camp_counts[:, FIT:].sum(axis=2) == pytest.approx(expected, abs=1)
    assert np.ptp(late.camp_counts[:, -1].sum(axis=1)) > 0
