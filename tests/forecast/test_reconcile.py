"""Reconciliation: the projection equals a peer's, and every draw adds up to the last bit."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.draws import Draws, Floats, SeriesKey
from havre.errors import ForecastError
from havre.forecast.hierarchy import REST, Hierarchy
from havre.forecast.reconcile import (
    DESTINATION_VARIANCE,
    SUM_VARIANCE,
    _shares,
    coherent_draws,
    merge_draws,
    project,
    rake,
    reconcile_draws,
    shrunk_covariance,
    structural_variances,
    whole_persons,
)
from havre.months import add_months
from havre.panel.series import MonthlySeries
from tests.forecast.series_samples import FIRST, lively

ORIGIN = date(2020, 1, 1)
SEA, LAND = "route:central-mediterranean", "route:western-balkan"


def key(origin: str, destination: str) -> SeriesKey:
    return SeriesKey("irregular_crossings", origin, destination)


BOTTOM = (key("SYR", SEA), key("AFG", SEA), key(REST, SEA), key("SYR", LAND), key("AFG", LAND), key(REST, LAND))
UPPER = (key("TOT", SEA), key("TOT", LAND), key("AFG", "TOT"), key("SYR", "TOT"), key("TOT", "TOT"))
TWO_ROUTES = Hierarchy(BOTTOM, UPPER)
GERMANY = Hierarchy((key("SYR", "DEU"), key("AFG", "DEU")), (key("TOT", "DEU"),))
BOTTOM_ROWS = slice(0, len(BOTTOM))


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def base_of(hierarchy: Hierarchy, seed: int = 0, horizons: int = 3, draws: int = 200) -> Draws:
    """Draw forecasts of all levels that do not add up."""
    size = rng(seed).gamma(1.0, 40.0, (len(hierarchy.bottom), horizons))
    middle = hierarchy.add_up(size) * rng(seed + 1).gamma(30.0, 1 / 30.0, (len(hierarchy.keys), 1))
    values = rng(seed + 2).gamma(2.0, 1.0, (*middle.shape, draws)) * middle[..., None] / 2.0
    return Draws(hierarchy.keys, ORIGIN, values)


def history_of(hierarchy: Hierarchy, months: int = 61) -> MonthlySeries:
    """Draw a history that ends at the origin."""
    values = hierarchy.add_up(lively(len(hierarchy.bottom), months))
    return MonthlySeries(hierarchy.keys, add_months(ORIGIN, 1 - months), values)


def test_ordinary_least_squares_by_hand() -> None:
    found = project(GERMANY, np.array([1.0, 2.0, 6.0]), np.ones(3))
    assert found.tolist() == pytest.approx([2.0, 3.0, 5.0])


def test_who_is_sure_is_moved_least_by_hand() -> None:
    found = project(GERMANY, np.array([1.0, 2.0, 6.0]), np.array([2.0, 1.0, 0.0]))
    assert found.tolist() == pytest.approx([3.0, 3.0, 6.0])


def peer_says(method: str, values: Floats, came: Floats, fitted: Floats) -> Floats:
    """Reconcile by hierarchicalforecast, which puts sums first."""
    methods = pytest.importorskip("hierarchicalforecast.methods")
    sums_first = np.r_[len(BOTTOM) : len(TWO_ROUTES.keys), BOTTOM_ROWS]
    found = methods.MinTrace(method).fit_predict(
        S=TWO_ROUTES.summing.toarray()[sums_first],
        y_hat=values[sums_first],
        y_insample=came[sums_first],
        y_hat_insample=fitted[sums_first],
    )["mean"]
    back = np.empty_like(values)
    back[sums_first] = found
    return back


@pytest.mark.parametrize("method", ["ols", "wls_struct", "mint_shrink"])
def test_the_projection_equals_that_of_hierarchicalforecast(method: str) -> None:
    values = rng(1).gamma(2.0, 100.0, (len(TWO_ROUTES.keys), 4))
    came = TWO_ROUTES.add_up(rng(2).gamma(2.0, 100.0, (len(BOTTOM), 40)))
    fitted = came + came.mean(axis=1, keepdims=True) * rng(3).normal(0, 0.2, came.shape)
    covariance = {
        "ols": np.ones(len(values)),
        "wls_struct": structural_variances(TWO_ROUTES),
        "mint_shrink": shrunk_covariance(came - fitted),
    }[method]
    expected = peer_says(method, values, came, fitted)
    assert project(TWO_ROUTES, values, covariance) == pytest.approx(expected, rel=1e-6)


def test_shrunk_covariance_keeps_variances_and_draws_correlations_towards_zero() -> None:
    errors = rng().normal(0, 1, (6, 30)) * np.arange(1, 7)[:, None]
    plain, shrunk = np.cov(errors), shrunk_covariance(errors)
    assert np.diag(shrunk) == pytest.approx(np.diag(plain))
    beside = ~np.eye(6, dtype=bool)
    assert (np.abs(shrunk[beside]) < 0.5 * np.abs(plain[beside])).all()  # nothing but noise is correlated


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_projecting_twice_is_projecting_once_and_it_adds_up(seed: int) -> None:
    values = rng(seed).normal(0, 100, (len(TWO_ROUTES.keys), 5))
    variances = rng(seed + 1).gamma(1.0, 1.0, len(values)) + 1e-3
    once = project(TWO_ROUTES, values, variances)
    assert once == pytest.approx(TWO_ROUTES.add_up(once[BOTTOM_ROWS]), abs=1e-6)
    assert project(TWO_ROUTES, once, variances) == pytest.approx(once, abs=1e-6)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_what_adds_up_is_not_changed(seed: int) -> None:
    whole = TWO_ROUTES.add_up(rng(seed).poisson(3.0, (len(BOTTOM), 2, 20)).astype(np.float64))
    assert np.array_equal(project(TWO_ROUTES, whole, structural_variances(TWO_ROUTES)), whole)
    found = reconcile_draws(Draws(TWO_ROUTES.keys, ORIGIN, whole), TWO_ROUTES, rng(seed))
    assert found.values.tobytes() == whole.tobytes()


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([TWO_ROUTES, GERMANY]))
def test_every_draw_adds_up_in_whole_persons(seed: int, hierarchy: Hierarchy) -> None:
    found = coherent_draws(history_of(hierarchy), base_of(hierarchy, seed), hierarchy, rng(seed))
    assert hierarchy.is_coherent(found)
    assert (found.values == np.floor(found.values)).all()
    assert (found.values >= 0).all()
    assert found.keys == hierarchy.keys


def test_totals_of_destinations_only_and_no_sum_at_all() -> None:
    totals = Hierarchy((key("TOT", "DEU"), key("TOT", "FRA")), (key("TOT", "TOT"),))
    assert totals.is_coherent(coherent_draws(history_of(totals), base_of(totals), totals, rng()))
    alone = Hierarchy((key("TOT", "DEU"),), ())
    base = base_of(alone)
    found = coherent_draws(history_of(alone), base, alone, rng())
    assert np.abs(np.sort(found.values, axis=2) - np.sort(base.values, axis=2)).max() < 1


def test_raked_by_hand() -> None:
    bottom = np.array([[1.0, 0.0], [3.0, 0.0]])
    assert rake(bottom, GERMANY, np.array([[8.0, 5.0]])).tolist() == [[2, 0], [6, 0]]
    both = rake(
        np.array([[4.0], [6.0], [2.0], [1.0], [4.0], [3.0]]), TWO_ROUTES, np.array([[18.0], [8], [10], [10], [26]])
    )
    assert both[:3].sum() == pytest.approx(18)
    assert both[3:].sum() == pytest.approx(8)
    assert both[[0, 3]].sum() == pytest.approx(10, rel=0.1)  # Syrians had 5


def test_rounding_is_without_bias_and_keeps_sums_within_one() -> None:
    values = np.repeat(rng().gamma(0.5, 3.0, (30, 1)), 4000, axis=1)
    found = whole_persons(values, rng(1))
    assert np.abs(found - values).max() < 1
    assert np.abs(found.mean(axis=1) - values[:, 0]).max() <= 2 / 4000
    assert np.abs(found[4:17].sum(axis=0) - values[4:17].sum(axis=0)).max() < 1
    whole = np.arange(12.0).reshape(3, 4)
    assert whole_persons(whole, rng()).tolist() == whole.tolist()


def test_a_total_that_knows_more_moves_its_parts_and_they_move_it() -> None:
    low, high = np.full((2, 1, 400), 1.0), np.full((1, 1, 400), 1.0)
    low[:] = np.sort(rng().normal(100.0, 20.0, (2, 1, 400)), axis=2)
    high[:] = np.sort(rng(1).normal(260.0, 5.0, (1, 1, 400)), axis=2)
    found = coherent_draws(
        history_of(GERMANY), Draws(GERMANY.keys, ORIGIN, np.concatenate([low, high])), GERMANY, rng()
    )
    means = found.values.mean(axis=(1, 2))
    assert means[:2] == pytest.approx([130, 130], abs=3)
    assert 255 < means[2] < 260


def test_a_sum_without_a_forecast_is_only_added_up() -> None:
    base = base_of(GERMANY)
    found = coherent_draws(history_of(GERMANY), base.select(GERMANY.bottom), GERMANY, rng())
    assert GERMANY.is_coherent(found)
    assert np.abs(np.sort(found.values[:2], axis=2) - np.sort(base.values[:2], axis=2)).max() < 1


def test_a_part_without_a_forecast_is_named() -> None:
    base = base_of(TWO_ROUTES).select((*BOTTOM[1:], *UPPER))
    with pytest.raises(ForecastError, match="1 series") as caught:
        coherent_draws(history_of(TWO_ROUTES), base, TWO_ROUTES, rng())
    assert str(BOTTOM[0]) in str(caught.value)
    assert caught.value.advice("fr")


def test_same_seed_same_bytes_and_later_months_are_not_read() -> None:
    base, history = base_of(TWO_ROUTES), history_of(TWO_ROUTES)
    longer = np.concatenate([history.values, np.full((len(history.keys), 5), 1e9)], axis=1)
    found = coherent_draws(history, base, TWO_ROUTES, rng(1))
    again = coherent_draws(MonthlySeries(history.keys, history.first, longer), base, TWO_ROUTES, rng(1))
    assert found.values.tobytes() == again.values.tobytes()
    assert found.values.tobytes() != coherent_draws(history, base, TWO_ROUTES, rng(2)).values.tobytes()


def test_the_order_of_the_draws_of_the_base_means_nothing() -> None:
    base, history = base_of(TWO_ROUTES), history_of(TWO_ROUTES)
    shuffled = Draws(base.keys, base.origin, rng(9).permuted(base.values, axis=2))
    found, other = (coherent_draws(history, each, TWO_ROUTES, rng(1)).values for each in (base, shuffled))
    assert found.tobytes() == other.tobytes()


def test_the_interval_of_the_total_is_calibrated_where_summed_quantiles_are_not() -> None:
    """Twelve corridors that share a third of their surprises, each forecast by its own true distribution."""
    corridors, origins, months, draws = 12, 60, 121, 200
    bottom = tuple(key(f"S{number:02}", "DEU") for number in range(corridors))
    hierarchy = Hierarchy(bottom, (key("TOT", "DEU"),))
    inside = {"joint": 0, "summed": 0, "independent": 0}
    for origin in range(origins):
        random = rng(origin)
        shocks = np.sqrt(1 / 3) * random.normal(size=months + 1) + np.sqrt(2 / 3) * random.normal(
            size=(corridors, months + 1)
        )
        values = np.round(500 * np.exp(0.2 * shocks))
        history = MonthlySeries(bottom, FIRST, values[:, :-1])
        margin = 500 * np.exp(0.2 * random.normal(size=(corridors, 1, draws)))
        base = Draws(bottom, history.last, margin)
        total = coherent_draws(history, base, hierarchy, random).values[-1, 0]
        sums = {
            "joint": np.quantile(total, (0.1, 0.9)),
            "summed": np.quantile(margin[:, 0], (0.1, 0.9), axis=1).sum(axis=1),
            "independent": np.quantile(margin[:, 0].sum(axis=0), (0.1, 0.9)),
        }
        for name, (low, high) in sums.items():
            inside[name] += int(low <= values[:, -1].sum() <= high)
    assert inside["joint"] / origins == pytest.approx(0.8, abs=0.1)
    assert inside["summed"] / origins > 0.93
    assert inside["independent"] / origins < 0.65


def test_levels_are_merged_only_where_they_fit() -> None:
    base = base_of(GERMANY)
    parts = [base.select(GERMANY.bottom), base.select(GERMANY.upper)]
    assert merge_draws(parts).values.tobytes() == base.values.tobytes()
    with pytest.raises(ValueError, match="same origin"):
        merge_draws([parts[0], Draws(GERMANY.upper, date(2021, 1, 1), parts[1].values)])


def test_routes_are_surer_than_other_sums() -> None:
    assert DESTINATION_VARIANCE < SUM_VARIANCE
    assert _shares(TWO_ROUTES).tolist() == [DESTINATION_VARIANCE] * 2 + [SUM_VARIANCE] * 3
