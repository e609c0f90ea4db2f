"""Batches give what pyabc's own sampler gives one particle at a time, and leave no trace."""

import logging
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from havre.displacement.calibrate_sampler import Desk, Particles, _twice, sample
from havre.displacement.outcome import Floats
from havre.errors import DisplacementError

TRUTH = np.array([0.3, 0.6])


@dataclass(frozen=True)
class Stop:
    population: int = 30
    generations: int = 3
    least_acceptance: float = 0.0
    tolerance: float = 0.0


def distance(points: Floats, /, *, generation: int, batch: int) -> Floats:
    return np.asarray(np.abs(points - TRUTH).sum(axis=1))


@cache
def drawn(seed: int = 4, stop: Stop | None = None) -> Particles:
    return sample(("b", "a"), distance, stop or Stop(), seed)


def test_batches_are_bit_for_bit_what_one_core_of_pyabc_draws() -> None:
    import pyabc

    mine = drawn()
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(np.random.SeedSequence(4).generate_state(4))  # noqa: NPY002
    run = pyabc.ABCSMC(
        lambda parameters: {"distance": abs(parameters["b"] - 0.3) + abs(parameters["a"] - 0.6)},
        pyabc.Distribution(b=pyabc.RV("uniform", 0, 1), a=pyabc.RV("uniform", 0, 1)),
        lambda simulated, _: simulated["distance"],
        population_size=30,
        transitions=pyabc.MultivariateNormalTransition(bandwidth_selector=lambda particles, dimensions: 2**0.5),
        sampler=pyabc.sampler.SingleCoreSampler(),
        eps=pyabc.MedianEpsilon(),
    )
    run.new("sqlite://", {})
    history = run.run(max_nr_populations=3)
    np.random.set_state(before)  # noqa: NPY002
    frame, weights = history.get_distribution(0)
    assert frame[["b", "a"]].to_numpy().tolist() == mine.levels.tolist()
    assert mine.weights == pytest.approx(weights)
    told = history.get_all_populations()
    assert [each.simulated for each in mine.generations] == told.samples[told.t >= 0].tolist()


def test_same_seed_same_bits_and_another_seed_others() -> None:
    first, second, third = drawn(), sample(("b", "a"), distance, Stop(), 4), drawn(2)
    assert first.levels.tobytes() == second.levels.tobytes()
    assert first.weights.tobytes() == second.weights.tobytes()
    assert first.levels.tolist() != third.levels.tolist()


def test_particles_close_in_on_the_truth() -> None:
    found = drawn(stop=Stop(population=60, generations=5))
    tolerances = [each.tolerance for each in found.generations]
    assert tolerances == sorted(tolerances, reverse=True)
    assert found.distances.max() <= tolerances[-1]
    assert found.distances == pytest.approx(np.abs(found.levels - TRUTH).sum(axis=1))
    assert found.weights.sum() == pytest.approx(1.0)
    assert (found.weights[:, None] * found.levels).sum(axis=0) == pytest.approx(TRUTH, abs=0.05)
    assert all(each.accepted == 60 and 0 < each.acceptance <= 1 for each in found.generations)


def test_stopping_by_tolerance_and_by_acceptance() -> None:
    assert len(drawn(stop=Stop(10, 9, tolerance=0.35)).generations) < 5
    assert len(drawn(stop=Stop(10, 9, least_acceptance=0.45)).generations) < 9


def test_a_run_without_a_whole_generation_is_an_error() -> None:
    def worse(points: Floats, /, *, generation: int, batch: int) -> Floats:
        return np.full(len(points), 0.0 if generation < 0 else 1.0)

    with pytest.raises(DisplacementError, match="Not even one generation"):
        sample(("a",), worse, Stop(least_acceptance=0.5), 1)


def test_the_callers_random_numbers_and_loggers_are_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("ABC.History")
    logger.setLevel(logging.INFO)
    np.random.seed(11)  # noqa: NPY002
    expected = np.random.random(3)  # noqa: NPY002
    np.random.seed(11)  # noqa: NPY002
    with caplog.at_level(logging.INFO):
        sample(("a",), lambda points, **_: points[:, 0], Stop(population=10, generations=1), 1)
    assert np.random.random(3).tolist() == expected.tolist()  # noqa: NPY002
    assert caplog.records == []
    assert logger.level == logging.INFO


def test_random_numbers_drawn_in_one_pass_alone_are_noticed() -> None:
    desk = Desk(("a",))

    def careful() -> float:
        return desk({"a": np.random.random()})["distance"]  # noqa: NPY002

    def careless() -> float:
        distance = careful()
        if distance < np.inf:
            np.random.random()  # noqa: NPY002
        return distance

    def halves(points: Floats) -> Floats:
        np.random.random()  # noqa: NPY002 - an evaluation may draw what it likes
        return np.asarray(points[:, 0] / 2)

    told = list(_twice(desk, careful, 3, halves))
    assert told == [point[0] / 2 for point in desk.proposed]
    with pytest.raises(RuntimeError, match="the second pass proposed"):
        list(_twice(desk, careless, 3, halves))
