"""The factor model: its smoother against a dense solution, its variances by hand, and draws that move together."""

import numpy as np
import pytest

from havre.forecast.peers.factors import (
    DISCOUNT,
    LEAST_VARIANCE,
    PRIOR_MONTHS,
    components,
    discounted,
    draw_factor_poisson,
    smooth,
)
from tests.forecast.series_samples import series_of


def test_the_smoother_is_the_dense_posterior_of_the_same_normal_model() -> None:
    rng = np.random.default_rng(0)
    months = 7
    seen, noise = rng.normal(0, 2, (1, months)), rng.uniform(0.2, 2, (1, months))
    noise[0, 2] = np.inf
    variance = rng.uniform(0.1, 1, (1, months))
    mean, doubt, steps = smooth(seen, noise, variance)
    until = np.minimum.outer(np.arange(months), np.arange(months))
    prior = 1.0 + np.cumsum(variance[0])[until]
    precision = np.linalg.inv(prior) + np.diag(1 / noise[0])
    posterior = np.linalg.inv(precision)
    assert mean[0] == pytest.approx(posterior @ (seen[0] / noise[0]))
    assert doubt[0] == pytest.approx(np.diag(posterior))
    between = np.diag(posterior)[1:] + np.diag(posterior)[:-1] - 2 * np.diag(posterior, 1)
    assert steps[0] == pytest.approx(between)


def test_components_are_the_panel_where_there_is_nothing_else() -> None:
    rng = np.random.default_rng(1)
    steps = rng.normal(size=(6, 2)) @ rng.normal(size=(2, 40))
    loadings, scores = components(steps, 2)
    assert loadings @ scores == pytest.approx(steps)
    assert (scores**2).mean(axis=1) == pytest.approx([1, 1])
    none, nothing = components(steps, 0)
    assert none.shape == (6, 0)
    assert nothing.shape == (0, 40)


def test_discounted_variances_by_hand() -> None:
    found = discounted(np.array([[4.0, 1.0]]), np.array([[True, False]]))
    first = (DISCOUNT * PRIOR_MONTHS * 4 + 4) / (DISCOUNT * PRIOR_MONTHS + 1)
    assert found == pytest.approx(np.array([[4, first, first]]))
    assert (discounted(np.zeros((2, 3)), np.ones((2, 3), dtype=bool)) == LEAST_VARIANCE).all()
    assert discounted(np.empty((1, 0)), np.empty((1, 0), dtype=bool)) == pytest.approx(1.0)


def test_series_that_moved_together_are_drawn_together() -> None:
    rng = np.random.default_rng(2)
    shared = np.cumsum(rng.normal(0, 0.3, 100))
    together = rng.poisson(np.exp(7 + shared + np.cumsum(rng.normal(0, 0.02, (12, 100)), axis=1)))
    apart = rng.poisson(np.exp(7 + np.cumsum(rng.normal(0, 0.3, (12, 100)), axis=1)))

    def correlation(values: np.ndarray) -> float:
        draws = draw_factor_poisson(series_of(values), 1, 500, rng).values[:, 0]
        ranks = np.asarray(np.corrcoef(draws.argsort(axis=1).argsort(axis=1)))
        return float(ranks[np.triu_indices(12, 1)].mean())

    assert correlation(together) > 0.7
    assert correlation(apart) < 0.35


def test_steady_counts_have_the_spread_of_poisson_counts_at_least() -> None:
    rng = np.random.default_rng(3)
    history = series_of(rng.poisson(9, (8, 120)).astype(np.float64))
    draws = draw_factor_poisson(history, 1, 1000, rng).values[:, 0]
    assert (draws == draws.round()).mean() > 0.9
    assert np.median(draws, axis=1) == pytest.approx(np.full(8, 9), abs=4.5)
    poisson = np.sqrt(draws.mean(axis=1))
    assert (draws.std(axis=1) > poisson).all()
    assert (draws.std(axis=1) < 2 * poisson).all()
