"""The count filter knows how often nobody comes, returns to the long run, and counts in whole persons."""

import numpy as np
import pytest

from havre.draws import Floats, spread_levels
from havre.forecast.features import back
from havre.forecast.filters import (
    States,
    chance_of_nobody,
    draw_count_filter,
    fit_logistic,
    with_hurdle,
    zero_states,
)
from tests.forecast.series_samples import lively, series_of

NAN = float("nan")


def bursts(series: int, months: int, seed: int = 0) -> Floats:
    """Draw small series that are used for some months on end and then not: 0, or about three persons a month."""
    rng = np.random.default_rng(seed)
    used = np.zeros((series, months), dtype=bool)
    for month in range(1, months):
        used[:, month] = rng.random(series) < np.where(used[:, month - 1], 0.85, 0.05)
    return np.where(used, 1.0 + rng.poisson(2.0, (series, months)), 0.0)


def test_the_logistic_regression_finds_its_coefficients() -> None:
    rng = np.random.default_rng(1)
    features = np.stack([np.ones(20_000), rng.normal(0, 1, 20_000)], axis=1)
    came = (rng.random(20_000) < 1 / (1 + np.exp(-(features @ np.array([0.5, -1.2]))))).astype(float)
    assert fit_logistic(features, came) == pytest.approx([0.5, -1.2], abs=0.06)


def test_zeros_are_filtered_and_counted() -> None:
    nobody, fast, _, _, since = zero_states(np.array([[1.0, 0.0, 0.0, 2.0, NAN]]))
    assert nobody[0, :4].tolist() == [0, 1, 1, 0]
    assert fast[0, :4] == pytest.approx([0.0, 0.4, 0.64, 0.384])
    assert np.expm1(since[0, :4]) == pytest.approx([0, 1, 2, 0])


def test_a_corridor_just_used_is_likelier_to_be_used_again() -> None:
    values = bursts(60, 150)
    values[0, -3:], values[1, -12:] = 3.0, 0.0
    history = series_of(values)
    states = States.of(history)
    found = {h: chance_of_nobody(states, zero_states(values), np.maximum(0, states.middle), h) for h in (1, 12)}
    near, far = found[1], found[12]
    assert near is not None
    assert far is not None
    assert near[0] < 0.4 < 0.85 < near[1]
    assert far[1] - far[0] < near[1] - near[0]
    used = np.where(values[:, -1] > 0)[0]
    assert near[used].mean() == pytest.approx(0.15, abs=0.1)


def test_few_examples_make_no_hurdle() -> None:
    history = series_of(bursts(3, 30))
    states = States.of(history)
    assert chance_of_nobody(states, zero_states(history.values), states.middle, 1) is None


def test_the_hurdle_sets_the_chance_and_keeps_the_shape_above() -> None:
    levels = spread_levels(1000)
    people = np.where(levels < 0.5, 0.0, 1.0 + np.floor(10 * (levels - 0.5)))
    found = np.expm1(with_hurdle(np.log1p(people)[None], np.array([0.2]), levels))[0]
    assert (found == 0).mean() == pytest.approx(0.2, abs=0.002)
    above = np.sort(found[found > 0])
    assert above.mean() == pytest.approx(people[people > 0].mean(), rel=0.01)
    nobody = with_hurdle(np.zeros((1, 1000)), np.array([0.9]), levels)[0]
    assert np.expm1(nobody[levels > 0.9]) == pytest.approx(np.ones(100))
    assert (nobody[levels < 0.9] == 0).all()


def test_a_delay_longer_than_the_history_leaves_nothing() -> None:
    assert np.isnan(back(np.ones((2, 3)), 5)).all()
    assert back(np.array([[1.0, 2.0, 3.0]]), 1)[0, 1:].tolist() == [1.0, 2.0]


def test_a_lone_leap_fades_towards_the_long_run() -> None:
    rng = np.random.default_rng(3)
    waves = np.zeros((30, 120))
    for month in range(1, 120):
        waves[:, month] = 0.85 * waves[:, month - 1] + rng.normal(0, 0.4, 30)
    waves[0, -2:] = np.log(20.0)
    values = rng.poisson(100 * np.exp(waves)).astype(float)
    medians = np.median(draw_count_filter(series_of(values), 12, 200, rng).values[0], axis=1)
    assert 70 < medians[11] < 0.6 * medians[0] < 1200


def test_draws_hold_what_comes_as_often_as_they_say() -> None:
    values = np.vstack([bursts(60, 160, seed=4), lively(40, 160, seed=4)])
    inside, nobody, said = [], [], []
    for origin in range(130, 148, 6):
        found = draw_count_filter(series_of(values[:, :origin]), 12, 200, np.random.default_rng(1))
        came = values[:, origin : origin + 12]
        low, high = np.quantile(found.values, (0.1, 0.9), axis=2)
        inside.append((came >= low) & (came <= high))
        nobody.append((came[:60] == 0).mean())
        said.append((found.values[:60] == 0).mean())
    assert np.mean(said) == pytest.approx(np.mean(nobody), abs=0.04)
    assert 0.75 < np.concatenate(inside).mean() < 0.95


def test_persons_are_whole_unless_the_series_is_not() -> None:
    values = lively(4, 60)
    values[0] *= 0.37
    found = draw_count_filter(series_of(values), 2, 100, np.random.default_rng(1)).values
    assert (found[1:] == np.round(found[1:])).all()
    assert (found[0] != np.round(found[0])).any()


def test_nothing_but_zeros_keeps_some_doubt() -> None:
    found = draw_count_filter(series_of(np.zeros((10, 60))), 1, 1000, np.random.default_rng(1)).values
    assert (found <= 1).all()
    assert 0 < (found > 0).mean() < 0.05
