"""The count model knows a Poisson from a wild series, and gives whole numbers."""

import numpy as np
import pytest
from scipy.stats import nbinom

from havre.draws import spread_levels
from havre.forecast.counts import DISPERSIONS, choose_mean, dispersion, dispersions, draw_negative_binomial
from havre.forecast.levels import WEIGHTS, smoothed
from havre.forecast.pooling import bands_at
from tests.forecast.series_samples import lively, series_of


@pytest.mark.parametrize("phi", [0.1, 0.6, 1.7])
def test_the_dispersion_of_simulated_counts_is_found(phi: float) -> None:
    rng, mean = np.random.default_rng(3), 20.0
    came = rng.negative_binomial(1 / phi, 1 / (1 + phi * mean), 20_000).astype(float)
    assert dispersion(came, np.full(came.size, mean)) == phi


def test_poisson_counts_have_the_least_dispersion() -> None:
    came = np.random.default_rng(3).poisson(20.0, 20_000).astype(float)
    assert dispersion(came, np.full(came.size, 20.0)) == min(DISPERSIONS)


def test_each_band_has_its_own_dispersion_and_a_small_one_that_of_all() -> None:
    rng = np.random.default_rng(3)
    calm = rng.poisson(500.0, (4, 60)).astype(float)
    wild = rng.negative_binomial(0.3, 0.3 / (0.3 + 5.0), (4, 60)).astype(float)
    values = np.vstack([calm, wild])
    mean = smoothed(values, 0.2)
    found = dispersions(values, mean, np.repeat([[3], [1]], 4, axis=0).repeat(60, axis=1), 1)
    assert found[3] < 0.1 < 1.0 < found[1]
    together = dispersions(values, mean, np.zeros((8, 60), dtype=np.int64), 1)
    assert found[0] == found[2] == together[0]


def test_the_mean_is_the_smoothed_one_that_erred_least() -> None:
    noise = np.random.default_rng(0).poisson(50.0, (4, 60)).astype(float)
    assert np.array_equal(choose_mean(noise), smoothed(noise, min(WEIGHTS)))


@pytest.mark.parametrize("horizon", [1, 6])
def test_draws_are_whole_numbers_with_the_quantiles_of_the_negative_binomial(horizon: int) -> None:
    history = series_of(lively(5, 120))
    found = draw_negative_binomial(history, 6, 1000, np.random.default_rng(1))
    assert (found.values == np.round(found.values)).all()
    mean, bands = choose_mean(history.values), bands_at(history.values)
    near, far = (dispersions(history.values, mean, bands, h)[bands[:, -1]] for h in (1, 6))
    assert (far > near).any()
    size = (1 / (near if horizon == 1 else far))[:, None]
    exact = nbinom.ppf(spread_levels(100), size, size / (size + mean[:, -1:]))
    assert np.array_equal(np.sort(found.values[:, horizon - 1], axis=1)[:, 5::10], exact)


def test_a_row_of_zeros_keeps_some_doubt() -> None:
    mixed = np.vstack([np.zeros((1, 60)), np.random.default_rng(2).poisson(0.3, (5, 60))])
    found = draw_negative_binomial(series_of(mixed), 1, 1000, np.random.default_rng(1))
    assert 0 < (found.values[0] > 0).mean() < 0.1
