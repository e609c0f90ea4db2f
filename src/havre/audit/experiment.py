"""The experiment from end to end: an exhaustive search, theory beside every count, and what lies beyond the search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from havre.audit.gallery import fpir
from havre.audit.search import (
    Hits,
    World,
    own_rates,
    predicted_searches,
    search_all,
    sizes_up_to,
    threshold_for,
)
from havre.audit.tail import LEAST_HITS, Extrapolated, extrapolate
from havre.errors import AuditError

RATES = (1e-6, 1e-7, 1e-8)
BEYOND = (1e-8, 1e-9, 1e-10, 2.5e-12)
TARGET = 4e8
LEVEL = 0.999
"""Of each prediction, so that some thirty of them hold together 97 times in a hundred."""
HITS_FOR_TAIL = 8 * LEAST_HITS


@dataclass(frozen=True)
class Measured:
    """Searches with a false hit at one gallery and threshold: counted, and predicted before.

    ``look_alikes`` is what a Beta distribution of people's own rates with the same mean and variation would predict,
    ``alike`` what equal rates would.
    """

    gallery: int
    fmr: float
    threshold: float
    searches: int
    counted: int
    low: int
    high: int
    expected: float
    look_alikes: float
    alike: float

    @property
    def is_inside(self) -> bool:
        """Tell whether the count lies in its predicted interval."""
        return self.low <= self.counted <= self.high


@dataclass(frozen=True)
class Beyond:
    """An extrapolation from a searched gallery to a larger one, with the truth, which only made-up people have."""

    searched: int
    gallery: float
    true_fmr: float
    found: Extrapolated
    true_fpir: float

    @property
    def is_inside(self) -> bool:
        """Tell whether the interval holds the truth."""
        return self.true_fpir in self.found.fpir_interval


@dataclass(frozen=True)
class Experiment:
    """What an experiment found."""

    world: World
    probes: int
    variation: dict[float, float]
    measured: tuple[Measured, ...]
    beyond: tuple[Beyond, ...]


def run_experiment(
    world: World, largest: int, probes: int, tell: Callable[[int], None] | None = None, target: float = TARGET
) -> Experiment:
    """Search galleries from 10⁴ to ``largest`` for ``probes`` people who are not in them.

    Parameters
    ----------
    target : gallery to which the two largest searches are extrapolated

    Raises
    ------
    AuditError : no probes, or a gallery below 1
    """
    if largest < 1 or probes < 1:
        raise AuditError("audit.gallery", value=min(largest, probes))
    people = world.probes(probes)
    thresholds = {rate: threshold_for(world, people, rate) for rate in (*RATES, *BEYOND)}
    own = {rate: own_rates(world, people, threshold) for rate, threshold in thresholds.items()}
    hits = search_all(world, people, largest, thresholds[max(RATES)], tell)
    variation = {rate: float(values.std() / values.mean()) for rate, values in own.items()}
    sizes = sizes_up_to(largest)
    measured = tuple(
        _measured(hits.within(size), rate, thresholds[rate], own[rate], variation[rate])
        for size in sizes
        for rate in RATES
    )
    return Experiment(world, probes, variation, measured, tuple(_beyond(hits, sizes[-2:], thresholds, own, target)))


def _measured(hits: Hits, rate: float, threshold: float, own: np.ndarray, variation: float) -> Measured:
    low, high, expected = predicted_searches(own, hits.gallery, LEVEL)
    # Rounding leaves a variation of 1e-16 where all are alike.
    look_alikes = float(fpir(rate, hits.gallery, variation if variation > 1e-9 else 0.0))
    alike = float(fpir(rate, hits.gallery))
    counted = hits.searches_with_a_hit(threshold)
    return Measured(hits.gallery, rate, threshold, hits.probes, counted, low, high, expected,
                    hits.probes * look_alikes, hits.probes * alike)  # fmt: skip


def _beyond(
    hits: Hits, sizes: Sequence[int], thresholds: dict[float, float], own: dict[float, np.ndarray], target: float
) -> list[Beyond]:
    found = []
    for size in sizes:
        within = hits.within(size)
        if len(within.score) < HITS_FOR_TAIL:
            continue
        for rate in BEYOND:
            true = float(-np.expm1(target * np.log1p(-own[rate])).mean())
            found.append(Beyond(size, target, rate, extrapolate(within, thresholds[rate], target, seed=1), true))
    return found
