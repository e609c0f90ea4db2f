"""Exhaustive searches of made-up templates against exact theory, and tails carried beyond them."""

import numpy as np
import pytest
from scipy import stats

from havre.audit.experiment import run_experiment
from havre.audit.gallery import fpir
from havre.audit.search import Hits, World, own_rates, predicted_searches, search_all, sizes_up_to, threshold_for
from havre.audit.tail import extrapolate, fit_tail, variation_of
from havre.errors import AuditError

SMALL = World(likeness=3.0, kinds=10, dimension=16)


def test_every_comparison_is_made() -> None:
    probes = SMALL.probes(7)
    gallery = np.concatenate(list(SMALL.templates(9000)))
    scores = gallery @ probes.T
    hits = search_all(SMALL, probes, 9000, 2.5)
    assert len(hits.score) == (scores > 2.5).sum() > 100
    assert hits.score == pytest.approx(scores[hits.template, hits.probe], abs=1e-5)
    smaller = hits.within(5000)
    assert len(smaller.score) == (scores[:5000] > 2.5).sum()
    assert smaller.searches_with_a_hit(3.0) == (scores[:5000] >= 3.0).any(axis=0).sum()
    assert smaller.hits_per_probe(3.0).tolist() == (scores[:5000] >= 3.0).sum(axis=0).tolist()


def test_a_search_without_hits() -> None:
    assert search_all(SMALL, SMALL.probes(2), 100, 50.0).searches_with_a_hit(50.0) == 0


def test_own_rates_are_exact() -> None:
    probes = SMALL.probes(20)
    gallery = np.concatenate(list(SMALL.templates(400_000)))
    counted = (gallery @ probes.T >= 2.0).mean(axis=0)
    assert counted == pytest.approx(own_rates(SMALL, probes, 2.0), rel=0.05)
    alike = World(likeness=0.0)
    assert own_rates(alike, alike.probes(3), 4.0) == pytest.approx(np.full(3, stats.norm.sf(4.0)))
    assert own_rates(SMALL, probes, threshold_for(SMALL, probes, 1e-9)).mean() == pytest.approx(1e-9)


def test_predicted_searches_against_a_binomial_and_draws() -> None:
    low, high, expected = predicted_searches(np.full(300, 1e-4), 1000, 0.95)
    chance = 1 - (1 - 1e-4) ** 1000
    assert (low, high) == tuple(stats.binom.interval(0.95, 300, chance))
    assert expected == pytest.approx(300 * chance)
    own = np.random.default_rng(1).gamma(0.3, 1e-3, 200)
    low, high, _ = predicted_searches(own, 500, 0.9)
    drawn = (np.random.default_rng(2).random((20_000, 200)) < -np.expm1(500 * np.log1p(-own))).sum(axis=1)
    assert np.mean((drawn >= low) & (drawn <= high)) == pytest.approx(0.92, abs=0.025)


def test_the_tail_of_a_known_distribution() -> None:
    drawn = stats.genpareto(-0.1, scale=0.5).rvs(40_000, random_state=1)
    tail = fit_tail(drawn + 2.0, 2.0, 4e9)
    assert (tail.shape, tail.scale) == pytest.approx((-0.1, 0.5), abs=0.02)
    assert float(tail.rate_at(3.0)) == pytest.approx(1e-5 * stats.genpareto(-0.1, scale=0.5).sf(1.0), rel=0.1)
    assert float(tail.rate_at(50.0)) == 0.0
    assert float(fit_tail(drawn, 0.0, 40_000).rate_at(0.0)) == 1.0


def test_variation_is_what_counts_scatter_beyond_chance() -> None:
    g = np.random.default_rng(1)
    assert variation_of(g.poisson(g.gamma(0.25, 40.0, 20_000))) == pytest.approx(2.0, rel=0.05)
    assert variation_of(g.poisson(10.0, 20_000)) < 0.1
    assert variation_of(np.zeros(5)) == 0


def test_what_was_tested_is_told_from_what_was_not() -> None:
    probes = SMALL.probes(400)
    hits = search_all(SMALL, probes, 20_000, threshold_for(SMALL, probes, 1e-3))
    near, far = threshold_for(SMALL, probes, 1e-4), threshold_for(SMALL, probes, 1e-9)
    inside = extrapolate(hits, near, 10_000, seed=1, draws=30)
    assert inside.is_tested
    assert 1e-4 in inside.fmr_interval
    # Whoever looks alike is hit again: no look-alikes at all is the worst case.
    assert inside.fpir_interval.high == pytest.approx(float(fpir(inside.fmr_interval.high, 10_000)), rel=0.01)
    assert not extrapolate(hits, near, 1e6, seed=1, draws=30).is_tested
    beyond = extrapolate(hits, far, 10_000, seed=1, draws=30)
    assert not beyond.is_tested
    assert beyond.fmr_interval.high > 10 * beyond.fmr_interval.low
    assert beyond == extrapolate(hits, far, 10_000, seed=1, draws=30)


@pytest.mark.parametrize("likeness", [0.0, 3.0])
def test_counts_lie_in_their_predicted_intervals(likeness: float) -> None:
    found = run_experiment(World(likeness=likeness, dimension=32), 100_000, 300)
    assert {row.gallery for row in found.measured} == {10_000, 100_000}
    assert all(row.is_inside for row in found.measured)
    assert all(row.look_alikes <= row.alike for row in found.measured)


@pytest.mark.slow
@pytest.mark.parametrize("likeness", [0.0, 3.0])
def test_ten_million_templates(likeness: float) -> None:
    found = run_experiment(World(likeness=likeness), 10_000_000, 1000)
    assert all(row.is_inside for row in found.measured)
    assert found.beyond
    assert all(one.is_inside for one in found.beyond)


def test_bad_input() -> None:
    hits = Hits(3.0, 2, 10, np.array([0]), np.array([1]), np.array([3.5]))
    assert (hits.searches_with_a_hit(3.5), hits.hits_per_probe(3.5).tolist()) == (1, [1, 0])
    for wrong in (
        lambda: World(likeness=-1, kinds=0, dimension=1),
        lambda: threshold_for(SMALL, SMALL.probes(2), 0.7),
        lambda: search_all(SMALL, SMALL.probes(2), 0, 1.0),
        lambda: run_experiment(SMALL, 0, 5),
        lambda: extrapolate(hits, 2.0, 100, seed=1),
        lambda: extrapolate(hits, 4.0, 100, seed=1),
    ):
        with pytest.raises(AuditError):
            wrong()
    assert sizes_up_to(250_000) == [10_000, 100_000, 250_000]
