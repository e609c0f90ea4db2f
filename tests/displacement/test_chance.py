"""All ways of chance draw from the same distributions; runs that go hand in hand draw the same wherever they agree.

Seeds are fixed, so that these tests give the same answer every time; levels of the statistical ones are 10⁻⁴.
"""

from collections.abc import Callable
from itertools import product
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from havre.displacement.chance import Chance, Keys, StreamChance, key_of
from havre.displacement.coupling import FollowingChance, LeadingChance
from havre.displacement.network import Floats, Ints
from havre.scale import generator
from tests.displacement.sketches import UNHURRIED

DRAWS = 20_000
LEVEL = 1e-4
ONE = key_of(np.array([1]))


class AfterOthers:
    """Follows a run in which other people, more or fewer of them, had other chances in every draw."""

    keyed = True

    def __init__(self, seed: int, more: int) -> None:
        self.leading = LeadingChance(generator(seed, "leading"))
        self._following = FollowingChance(self.leading, generator(seed, "following"))
        self._more = more

    def moment(self, *when: int) -> None:
        self.leading.moment(*when)
        self._following.moment(*when)

    def _others(self, count: Ints) -> Ints:
        return np.maximum(count + self._more, 0)

    def binomial(self, count: Ints, chance: Floats, keys: Keys, purpose: str) -> Ints:
        self.leading.binomial(self._others(count), 0.8 * chance + 0.1, keys, purpose)
        return self._following.binomial(count, chance, keys, purpose)

    def multinomial(self, count: Ints, shares: Floats, keys: Keys, labels: Ints) -> Ints:
        others = np.full_like(shares, 1 / shares.shape[2])
        self.leading.multinomial(self._others(count), (shares + others) / 2, keys, labels)
        return self._following.multinomial(count, shares, keys, labels)

    def poisson(self, mean: Floats, keys: Keys, purpose: str) -> Ints:
        self.leading.poisson(mean * (1 + self._more / 8), keys, purpose)
        return self._following.poisson(mean, keys, purpose)

    def uniform(self, shape: tuple[int, int], keys: Keys, purpose: str) -> Floats:
        return self._following.uniform(shape, keys, purpose)


WAYS: dict[str, Callable[[int], Chance]] = {
    "stream": lambda seed: StreamChance(generator(seed, "stream")),
    "leading": lambda seed: LeadingChance(generator(seed, "leading")),
    "after more": lambda seed: AfterOthers(seed, 3),
    "after fewer": lambda seed: AfterOthers(seed, -2),
}


@pytest.fixture(params=WAYS)
def chance(request: pytest.FixtureRequest) -> Chance:
    """One of the ways."""
    made = WAYS[request.param](5)
    made.moment(3, 1)
    return made


def agrees(drawn: Ints, law: Floats) -> bool:
    """Say whether draws of 0, 1, … have these probabilities, by a chi-square test."""
    seen = np.bincount(drawn.ravel(), minlength=law.size)
    expected = law * drawn.size
    kept = expected >= 5
    assert seen[~kept].sum() <= 40
    scale = seen[kept].sum() / expected[kept].sum()
    return bool(stats.chisquare(seen[kept], expected[kept] * scale).pvalue > LEVEL)


@pytest.mark.parametrize(("people", "share"), [(1, 0.5), (4, 0.3), (7, 0.95), (12, 0.02)])
def test_few_people_have_the_binomial_law(chance: Chance, people: int, share: float) -> None:
    count = np.full((1, DRAWS), people)
    drawn = chance.binomial(count, np.full((1, 1), share), ONE, "leave")
    assert agrees(drawn, stats.binom.pmf(np.arange(people + 1), people, share))


@pytest.mark.parametrize(("people", "share"), [(1_000, 0.2), (10**6, 0.5), (10**8, 1e-6)])
def test_many_people_have_the_binomial_mean_and_variance(chance: Chance, people: int, share: float) -> None:
    count = np.full((1, DRAWS), people)
    drawn = chance.binomial(count, np.full((1, 1), share), ONE, "leave").astype(np.float64)
    variance = people * share * (1 - share)
    assert drawn.mean() == pytest.approx(people * share, abs=4 * np.sqrt(variance / DRAWS))
    assert drawn.var() == pytest.approx(variance, rel=4 * np.sqrt(2 / DRAWS))


def test_certain_chances_leave_nothing_to_chance(chance: Chance) -> None:
    count = np.full((2, DRAWS), 1_000)
    keys = key_of(np.array([1, 2]))
    assert (chance.binomial(count, np.array([[0.0], [1.0]]), keys, "leave") == np.array([[0], [1_000]])).all()
    assert (chance.binomial(np.zeros_like(count), np.full((1, 1), 0.5), keys, "walk") == 0).all()
    assert chance.binomial(count[:0], np.zeros((0, 1)), keys[:0], "leave").shape == (0, DRAWS)
    assert (chance.poisson(np.zeros((1, DRAWS)), ONE, "displaced") == 0).all()


def test_few_people_have_the_multinomial_law(chance: Chance) -> None:
    shares = np.array([0.0, 0.5, 0.2, 0.3])
    count = np.full((1, DRAWS), 3)
    drawn = chance.multinomial(count, np.tile(shares, (1, DRAWS, 1)), ONE, np.arange(4)[None])
    ways = [way for way in product(range(4), repeat=3) if sum(way) == 3]
    law = [6 / np.prod([factorial(each) for each in way]) * np.prod(shares[1:] ** way) for way in ways]
    found = np.array([ways.index(tuple(each)) for each in drawn[0, :, 1:].tolist()])
    assert agrees(found, np.array(law))
    assert (drawn[0, :, 0] == 0).all()


def test_many_people_have_the_multinomial_covariances(chance: Chance) -> None:
    shares, people = np.array([0.1, 0.3, 0.6]), 10_000
    count = np.full((1, DRAWS), people)
    drawn = chance.multinomial(count, np.tile(shares, (1, DRAWS, 1)), ONE, np.arange(3)[None])[0]
    expected = people * (np.diag(shares) - np.outer(shares, shares))
    assert np.allclose(drawn.mean(axis=0), people * shares, atol=4 * np.sqrt(people / DRAWS))
    # The largest variance is 0.24 of the people.
    assert np.allclose(np.cov(drawn.T), expected, atol=0.24 * people * 4 * np.sqrt(2 / DRAWS))


@given(st.data())
@UNHURRIED
def test_multinomials_add_up(data: st.DataObject) -> None:
    rows, replicas, choices = (data.draw(st.integers(1, 4)) for _ in range(3))
    number = st.one_of(st.just(0.0), st.floats(1e-9, 1.0))
    weights = np.array([[[data.draw(number) for _ in range(choices)] for _ in range(replicas)] for _ in range(rows)])
    weights[weights.sum(axis=2) == 0] = 1.0
    shares = weights / weights.sum(axis=2, keepdims=True)
    count = np.array([[data.draw(st.integers(0, 10**7)) for _ in range(replicas)] for _ in range(rows)])
    labels = np.tile(np.arange(choices), (rows, 1))
    for way in WAYS.values():
        drawn = way(1).multinomial(count, shares, key_of(np.arange(rows)), labels)
        assert drawn.shape == (rows, replicas, choices)
        assert (drawn >= 0).all()
        assert np.array_equal(drawn.sum(axis=2), count)
        assert (drawn[shares == 0] == 0).all()


@pytest.mark.parametrize("mean", [0.3, 4.0])
def test_few_people_have_the_poisson_law(chance: Chance, mean: float) -> None:
    drawn = chance.poisson(np.full((1, DRAWS), mean), ONE, "displaced")
    assert agrees(drawn, stats.poisson.pmf(np.arange(30), mean))


def test_uniform_numbers_lie_between_0_and_1_evenly(chance: Chance) -> None:
    drawn = chance.uniform((2, DRAWS), key_of(np.array([1, 2])), "order")
    assert ((drawn >= 0) & (drawn < 1)).all()
    assert stats.kstest(drawn.ravel(), "uniform").pvalue > LEVEL
    one, other = drawn - 0.5
    assert abs((one * other).mean()) < 4 / (12 * np.sqrt(DRAWS))


def draws(chance: Chance, order: list[int] | None = None) -> tuple[Ints, Ints, Ints]:
    """Draw once of each kind for three rows of four replicas, in some order of the rows."""
    rows = np.array([0, 1, 2] if order is None else order)
    keys = key_of(rows * 11 + 4)
    count = np.array([[50], [1_000], [10**6]])[rows].repeat(4, axis=1)
    shares = np.array([[0.2, 0.8], [0.5, 0.5], [0.9, 0.1]])[rows][:, None, :].repeat(4, axis=1)
    return (
        chance.binomial(count, np.full((1, 1), 0.4), keys, "leave"),
        chance.multinomial(count, shares, keys, np.tile([7, 9], (rows.size, 1))),
        chance.poisson(count / 3.0, keys, "displaced"),
    )


def same(one: tuple[Ints, ...], other: tuple[Ints, ...]) -> bool:
    return all(np.array_equal(first, second) for first, second in zip(one, other, strict=True))


@pytest.mark.parametrize("way", WAYS)
def test_the_same_seed_gives_the_same_bits_and_another_does_not(way: str) -> None:
    assert same(draws(WAYS[way](5)), draws(WAYS[way](5)))
    others = zip(draws(WAYS[way](5)), draws(WAYS[way](6)), strict=True)
    assert not any(np.array_equal(one, other) for one, other in others)


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1], [1], [2, 0]])
def test_a_run_that_follows_draws_the_same_whatever_the_order_and_the_other_rows(order: list[int]) -> None:
    leading = LeadingChance(generator(5, "leading"))
    following = FollowingChance(leading, generator(6, "following"))
    leading.moment(3, 1)
    following.moment(3, 1)
    whole = draws(leading)
    assert same(draws(following, order), tuple(each[order] for each in whole))


@pytest.mark.parametrize("when", [(3, 2), (4, 1), (3,), (3, 1, 0), (1, 3)])
def test_a_run_at_another_moment_draws_for_itself(when: tuple[int, ...]) -> None:
    leading = LeadingChance(generator(5, "leading"))
    following = FollowingChance(leading, generator(6, "following"))
    leading.moment(3, 1)
    following.moment(*when)
    pairs = zip(draws(leading), draws(following), strict=True)
    assert not any(np.array_equal(one, other) for one, other in pairs)


def test_equal_rows_have_equal_keys_and_others_do_not() -> None:
    whole, real = np.array([1, 2, 1, 1, 2]), np.array([0.5, 0.5, 0.5, 0.25, 0.25])
    keys = key_of(whole, real)
    assert keys[0] == keys[2]
    assert len(set(keys.tolist())) == 4
    assert not np.array_equal(key_of(whole, whole[::-1]), key_of(whole[::-1], whole))
    assert len(set(key_of(np.arange(-50_000, 50_000)).tolist())) == 100_000


@pytest.mark.parametrize("rows", [1, 3])
def test_a_key_does_not_depend_on_the_other_rows(rows: int) -> None:
    columns = np.array([[3, 0, 5], [0, 0, 7], [2, 4, 0]]), np.array([0.0, 1.5, 0.0])
    whole = key_of(*columns[0].T, columns[1])
    assert key_of(*columns[0][:rows].T, columns[1][:rows]).tolist() == whole[:rows].tolist()
