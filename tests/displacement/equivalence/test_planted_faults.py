"""What the suite can see: planted faults are found, and the power is as said.

Power. Expected counts are compared to a billionth of a person, so that any fault in them is found that moves more.
By samples, at a family error of 1/1000 over all cases, the quick suite finds with 90 % probability a difference of
means of 0.15 standard deviations of a replica against an exact law, and of 0.68 against runs of the reference; the
slow one 0.09 and 0.25.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from havre.displacement import crowding
from havre.displacement.chance import StreamChance
from havre.displacement.decision import Leaving
from havre.displacement.occupancy import attraction
from tests.displacement.equivalence.case import Case
from tests.displacement.equivalence.cases import BY_NAME
from tests.displacement.equivalence.judging import (
    QUICK,
    SLOW,
    against_law,
    between,
    case_error,
    exact_law,
    run_engine,
    run_reference,
)
from tests.displacement.equivalence.many_people import LEAST_EFFECT, engine_means, reference_means
from tests.displacement.equivalence.two_sample import found, smallest_difference

TYPICAL_CHECKS = 38
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Plant = Callable[[pytest.MonkeyPatch], None]


def full_camps_attract(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(crowding, "attraction", lambda people, capacity, buffer: np.ones(np.shape(people)))


def no_buffer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        crowding, "attraction", lambda people, capacity, buffer: attraction(people, capacity, 0 * buffer + 0.99)
    )


def nobody_turns_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(crowding, "FULL_FOR_HOPS", 0.0)


def leaving_a_tenth_more_often(patch: pytest.MonkeyPatch) -> None:
    right = Leaving.chance
    patch.setattr(Leaving, "chance", lambda *given: np.minimum(1.0, 1.1 * right(*given)))


def no_spread(patch: pytest.MonkeyPatch) -> None:
    """Let the right share leave every day, without chance."""
    patch.setattr(
        StreamChance, "binomial", lambda self, count, share, *_: np.floor(count * share + 0.5).astype(np.int64)
    )


def too_much_spread(patch: pytest.MonkeyPatch) -> None:
    """Let all who choose together choose the same, so that means are right."""

    def together(self: StreamChance, count: Ints, shares: Floats, *_: object) -> Ints:
        uniform = self.uniform(count.shape, np.zeros(0, np.uint64), "")
        chosen = (uniform[..., None] * (1 - 1e-12) >= np.cumsum(shares, axis=-1)).sum(axis=-1)
        return np.asarray(count[..., None] * (np.arange(shares.shape[-1]) == chosen[..., None]), np.int64)

    patch.setattr(StreamChance, "multinomial", together)


def the_same_number_every_day(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(StreamChance, "poisson", lambda self, mean, *_: np.rint(mean).astype(np.int64))


MEANS: list[tuple[Plant, str]] = [
    (full_camps_attract, "camps that fill, frozen"),
    (no_buffer, "a wide buffer, frozen"),
    (nobody_turns_back, "a wide buffer, frozen"),
    (leaving_a_tenth_more_often, "weight of camps"),
]
SAMPLES: list[tuple[Plant, str, str]] = [
    (full_camps_attract, "camps that fill, adaptive", "mean"),
    (no_buffer, "a wide buffer, adaptive", "mean"),
    (leaving_a_tenth_more_often, "chances of leaving", "mean"),
    (no_spread, "chances of leaving", "variance"),
    (too_much_spread, "chances of leaving", "variance"),
    (too_much_spread, "chances of leaving", "distribution"),
    (too_much_spread, "chances of leaving", "covariance"),
    (the_same_number_every_day, "a Poisson number by conflict", "variance"),
]


@pytest.mark.parametrize(("plant", "name"), MEANS, ids=lambda each: getattr(each, "__name__", each))
def test_planted_faults_move_expected_counts(plant: Plant, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = BY_NAME[name]
    plant(monkeypatch)
    assert np.abs(engine_means(case) - reference_means(case)).max() > LEAST_EFFECT


@pytest.mark.parametrize(("plant", "name", "sign"), SAMPLES, ids=lambda each: getattr(each, "__name__", each))
def test_planted_faults_are_found_by_samples(
    plant: Plant, name: str, sign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = BY_NAME[name]
    plant(monkeypatch)
    if case.coupled:
        checks = between(case, run_engine(case, QUICK.coupled), run_reference(case, QUICK.reference))
    else:
        checks = against_law(case, run_engine(case, QUICK.exact), exact_law(case))
    assert any(sign in check.what for check in found(checks, case_error()))


def test_the_power_is_as_said() -> None:
    error = case_error() / TYPICAL_CHECKS
    said = {
        "quick, exact": (0.15, smallest_difference(error, QUICK.exact)),
        "quick, coupled": (0.68, smallest_difference(error, QUICK.coupled, QUICK.reference)),
        "slow, exact": (0.09, smallest_difference(error, SLOW.exact)),
        "slow, coupled": (0.25, smallest_difference(error, SLOW.coupled, SLOW.reference)),
    }
    assert {name: round(power, 2) for name, (_, power) in said.items()} == {
        name: most for name, (most, _) in said.items()
    }


def test_a_typical_case_has_so_many_checks() -> None:
    case: Case = BY_NAME["weight of camps"]
    assert len(against_law(case, run_engine(case, QUICK.exact), exact_law(case))) <= TYPICAL_CHECKS
