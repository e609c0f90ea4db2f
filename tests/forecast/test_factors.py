"""The factor model splits exactly, finds what series share, and draws them together."""

import numpy as np
import pytest

from havre.draws import Floats
from havre.forecast.factors import (
    aligned,
    correlation_root,
    dependence,
    draw_factor_model,
    draw_shocks,
    heavy,
    split,
)
from tests.forecast.series_samples import lively, series_of

NAN = float("nan")


def tied(series: int, months: int, share: float, seed: int = 0) -> Floats:
    """Draw counts whose monthly changes have a common part of the variance ``share``; a wave that fades."""
    rng = np.random.default_rng(seed)
    own, common = np.zeros((series, months)), np.zeros(months)
    for month in range(1, months):
        common[month] = 0.8 * common[month - 1] + rng.normal(0, 0.3)
        own[:, month] = 0.8 * own[:, month - 1] + rng.normal(0, 0.3, series)
    waves = np.sqrt(share) * common + np.sqrt(1 - share) * own
    return np.asarray(rng.poisson(np.geomspace(50, 5000, series)[:, None] * np.exp(waves)), dtype=np.float64)


def rank_correlation(values: Floats) -> Floats:
    """Correlate the ranks of rows (row, draw)."""
    return np.asarray(np.corrcoef(np.argsort(np.argsort(values, axis=1), axis=1)))


def test_the_parts_add_up_to_the_distance() -> None:
    distance = np.random.default_rng(1).normal(0, 1, (6, 40))
    distance[0, :5] = NAN
    for factors in (0, 2, 9):
        parts, rest = split(distance, factors)
        assert len(parts) == min(factors, 6)
        assert sum(parts) + rest == pytest.approx(np.nan_to_num(distance))


def test_one_common_movement_is_one_factor() -> None:
    path, loading = np.random.default_rng(1).normal(0, 1, 80), np.array([1.0, -0.5, 2.0, 0.3])
    parts, rest = split(loading[:, None] * path, 1)
    assert parts[0] == pytest.approx(loading[:, None] * path, abs=1e-9)
    assert rest == pytest.approx(np.zeros((4, 80)), abs=1e-9)


def test_scores_are_of_unit_spread_and_a_spike_is_cut() -> None:
    errors = np.random.default_rng(1).normal(0, 3, (5, 200))
    errors[0, 0], errors[1, :50] = 1e6, NAN
    found = aligned([errors[:, 1:], errors[:, 1:]])
    assert found.shape == (5, 2, 199)
    assert found.std() == pytest.approx(1.0, abs=0.1)
    assert np.abs(aligned([errors, errors])).max() == 4.0


def test_a_root_gives_the_correlation_back() -> None:
    base = np.random.default_rng(1).normal(0, 1, (4, 1, 500))
    scores = np.concatenate([base, 0.6 * base + 0.8 * np.random.default_rng(2).normal(0, 1, base.shape)], axis=1)
    root = correlation_root(scores)
    assert root @ root.T == pytest.approx(np.array([[1, 0.6], [0.6, 1]]), abs=0.05)
    scores[:, 1] = 0.0
    tied_to_before = correlation_root(scores)
    assert tied_to_before @ tied_to_before.T == pytest.approx(np.ones((2, 2)), abs=1e-9)
    nothing = correlation_root(np.zeros((4, 3, 10)))
    assert nothing @ nothing.T == pytest.approx(np.ones((3, 3)))


def test_shocks_hang_together_as_the_scores_did() -> None:
    rng = np.random.default_rng(1)
    common = rng.normal(0, 1, (1, 2, 400))
    scores = np.concatenate([0.8 * common + 0.6 * rng.normal(0, 1, (6, 2, 400)), rng.normal(0, 1, (6, 2, 400))])
    loadings, roots, _ = dependence(scores)
    assert len(roots) == loadings.shape[1] == 2
    assert (loadings**2).sum(axis=1)[:6] == pytest.approx(np.full(6, 0.64), abs=0.12)
    shocks = draw_shocks(scores, 4000, rng)[:, 0]
    ranks = rank_correlation(shocks)
    assert ranks[0, 1:6].mean() == pytest.approx(0.6, abs=0.12)
    assert np.abs(ranks[0, 6:]).mean() < 0.2


def test_the_shocks_have_heavy_tails() -> None:
    drawn = np.random.default_rng(1).standard_normal(100_000) * heavy(100_000, np.random.default_rng(2))
    assert (np.abs(drawn) > 4.032).mean() == pytest.approx(0.01, abs=0.002)  # Student t, 5 degrees: 99 %


def test_series_that_moved_together_are_drawn_together() -> None:
    def correlation(share: float) -> float:
        values = draw_factor_model(series_of(tied(12, 140, share)), 3, 1000, np.random.default_rng(1)).values
        return float(rank_correlation(values[:, 0])[np.triu_indices(12, 1)].mean())

    assert correlation(0.9) > 0.5
    assert abs(correlation(0.0)) < 0.15


def test_a_draw_is_one_path_over_the_horizons() -> None:
    values = draw_factor_model(series_of(tied(12, 140, 0.5)), 6, 1000, np.random.default_rng(1)).values
    found = np.mean([rank_correlation(rows) for rows in values], axis=0)
    near, far = found[4, 5], found[0, 5]
    assert near > 0.4
    assert far < near


def test_the_seed_moves_no_quantile() -> None:
    history = series_of(tied(5, 100, 0.5))
    one, two = (draw_factor_model(history, 4, 200, np.random.default_rng(seed)) for seed in (1, 2))
    assert np.array_equal(np.sort(one.values, axis=2), np.sort(two.values, axis=2))
    assert not np.array_equal(one.values, two.values)


def test_the_sum_of_tied_series_is_wide_enough() -> None:
    values, inside = tied(12, 200, 0.8, seed=3), []
    for origin in range(120, 190, 5):
        found = draw_factor_model(series_of(values[:, :origin]), 3, 400, np.random.default_rng(1)).values.sum(axis=0)
        came = values[:, origin : origin + 3].sum(axis=0)
        low, high = np.quantile(found, (0.1, 0.9), axis=1)
        inside.append((came >= low) & (came <= high))
    assert np.mean(inside) > 0.65


def test_one_series_is_drawn_alone() -> None:
    found = draw_factor_model(series_of(lively(1, 60)), 2, 50, np.random.default_rng(1))
    assert found.values.shape == (1, 2, 50)
