"""Scores equal those of another program and of the paper's own form, and truth scores best."""

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import gamma

from havre.draws import QUANTILE_LEVELS, Floats
from havre.evaluate.scores import covered_quantile, crps_sample, quantile_score, squared_error, wis_quantile

MIDDLE = QUANTILE_LEVELS.index(0.5)
ALPHA = 2 * np.array(QUANTILE_LEVELS[:MIDDLE])
COUNTS = st.floats(0, 1e6, allow_nan=False)
FORECASTS = hnp.arrays(np.float64, 23, elements=COUNTS).map(np.sort)


def interval_form(values: Floats, observed: float) -> float:
    """Give the weighted interval score as Bracher et al. (2021) write it."""
    score = 0.5 * abs(observed - values[MIDDLE])
    for alpha, low, high in zip(ALPHA, values[:MIDDLE], values[:MIDDLE:-1], strict=True):
        interval = (high - low) + 2 / alpha * max(low - observed, 0) + 2 / alpha * max(observed - high, 0)
        score += alpha / 2 * interval
    return float(score / (MIDDLE + 0.5))


@given(FORECASTS, COUNTS)
def test_the_weighted_interval_score_has_the_form_of_the_paper(values: Floats, observed: float) -> None:
    assert float(wis_quantile(values, np.array(observed))) == pytest.approx(interval_form(values, observed), abs=1e-6)


@given(FORECASTS, COUNTS)
def test_the_weighted_interval_score_is_that_of_scoringrules(values: Floats, observed: float) -> None:
    # Through its parts: weighted_interval_score of version 0.10 adds the median itself where its error belongs.
    low, high = values[:MIDDLE], values[:MIDDLE:-1]
    intervals = scoringrules.interval_score(np.array([observed]), low[None], high[None], ALPHA, backend="numpy")
    theirs = (0.5 * abs(observed - values[MIDDLE]) + np.sum(ALPHA / 2 * intervals)) / (MIDDLE + 0.5)
    assert float(wis_quantile(values, np.array(observed))) == pytest.approx(float(theirs), abs=1e-6)
    quantiles = scoringrules.quantile_score(observed, values, np.array(QUANTILE_LEVELS), backend="numpy")
    assert float(wis_quantile(values, np.array(observed))) == pytest.approx(2 * float(np.mean(quantiles)), abs=1e-6)


@given(FORECASTS, COUNTS)
def test_the_quantile_score_is_twice_that_of_scoringrules(values: Floats, observed: float) -> None:
    theirs = scoringrules.quantile_score(observed, values, np.array(QUANTILE_LEVELS), backend="numpy")
    assert quantile_score(values, np.array(observed)) == pytest.approx(2 * np.asarray(theirs), abs=1e-6)


@given(hnp.arrays(np.float64, st.integers(1, 40), elements=COUNTS), COUNTS)
def test_the_crps_of_draws_is_that_of_scoringrules(draws: Floats, observed: float) -> None:
    theirs = scoringrules.crps_ensemble(observed, draws, estimator="nrg", backend="numpy")
    assert float(crps_sample(draws, np.array(observed))) == pytest.approx(float(theirs), rel=1e-9, abs=1e-6)


def test_scores_by_hand() -> None:
    values, levels = np.array([8.0, 10.0, 12.0]), (0.25, 0.5, 0.75)
    assert quantile_score(values, np.array(13.0), levels).tolist() == [2.5, 3.0, 1.5]
    assert wis_quantile(values, np.array(13.0), levels) == pytest.approx(7 / 3)
    assert wis_quantile(values, np.array(10.0), levels) == pytest.approx(2 / 3)
    assert crps_sample(np.array([1.0, 3.0]), np.array(2.0)) == pytest.approx(1 - 0.5)
    assert crps_sample(np.array([5.0]), np.array(2.0)) == pytest.approx(3)
    assert squared_error(values, np.array(13.0), levels) == 9


def test_a_point_forecast_scores_its_absolute_error() -> None:
    point, observed = np.full((4, 23), 10.0), np.array([0.0, 7.0, 10.0, 25.0])
    assert wis_quantile(point, observed) == pytest.approx(np.abs(observed - 10))
    assert crps_sample(point, observed) == pytest.approx(np.abs(observed - 10))


def test_scores_broadcast_and_what_is_not_known_stays_unknown() -> None:
    values = np.broadcast_to(np.arange(23.0), (2, 3, 23))
    observed = np.array([[1.0, np.nan, 3.0], [4.0, 5.0, np.nan]])
    unknown = np.isnan(observed)
    for scores in (
        wis_quantile(values, observed),
        squared_error(values, observed),
        covered_quantile(values, observed, 0.8),
        crps_sample(values, observed),
    ):
        assert scores.shape == (2, 3)
        assert np.array_equal(np.isnan(scores), unknown)


def test_levels_that_are_not_symmetric_are_refused() -> None:
    with pytest.raises(ValueError, match="symmetric"):
        wis_quantile(np.zeros(3), np.array(0.0), (0.1, 0.5, 0.8))


def test_coverage_has_its_ends_inside() -> None:
    values = np.array(QUANTILE_LEVELS) * 100
    observed = np.array([10.0, 9.99, 90.0, 90.01, 50.0])
    assert covered_quantile(np.tile(values, (5, 1)), observed, 0.8).tolist() == [1, 0, 1, 0, 1]
    for interval, low, high in ((0.5, 25, 75), (0.9, 5, 95), (0.95, 2.5, 97.5), (0.98, 1, 99)):
        ends = np.array([low - 0.1, low + 0.1, high - 0.1, high + 0.1])
        assert covered_quantile(np.tile(values, (4, 1)), ends, interval).tolist() == [0, 1, 1, 0]
    with pytest.raises(ValueError, match="85%"):
        covered_quantile(values, np.array(1.0), 0.85)


@pytest.mark.parametrize("log_scale", [False, True])
def test_the_true_quantiles_have_the_smallest_expected_score(*, log_scale: bool) -> None:
    """A proper score: whoever says what he believes does best on average."""
    law, wrong = gamma(2.0, scale=50.0), (gamma(2.0, scale=40.0), gamma(2.0, scale=60.0), gamma(4.0, scale=25.0))
    came = law.rvs(40_000, random_state=np.random.default_rng(5))

    def mean_score(values: Floats) -> float:
        if log_scale:
            return float(wis_quantile(np.log1p(values), np.log1p(came)).mean())
        return float(wis_quantile(values, came).mean())

    levels = np.array(QUANTILE_LEVELS)
    truth = law.ppf(levels)
    best = mean_score(truth)
    others = [other.ppf(levels) for other in wrong]
    middle = truth[MIDDLE]
    others += [middle + (truth - middle) * width for width in (0.0, 0.7, 1.4)]
    others += [truth * shift for shift in (0.8, 1.25)]
    assert all(mean_score(np.maximum(other, 0.0)) > 1.005 * best for other in others)
