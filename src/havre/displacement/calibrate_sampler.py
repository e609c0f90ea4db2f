"""Sequential Monte Carlo for approximate Bayesian computation (SMC-ABC) with pyabc, for a simulator of batches.

pyabc asks for one particle at a time; our engine is fast only when many parameter draws run as replicas of one array.
So a batch is proposed twice. First every proposal is taken down and answered with an infinite distance, then all are
simulated together; then the random numbers of pyabc are put back and the same proposals are made again, this time with
their true distances. Nothing between proposals draws random numbers (acceptance compares a distance with a tolerance),
so both passes propose alike, which is checked. What is accepted, and all random numbers, are those of pyabc's own
sampler for a single core.

References
----------
Beaumont, M. A., Cornuet, J.-M., Marin, J.-M. & Robert, C. P. (2009). Adaptive approximate Bayesian computation.
Biometrika 96(4), 983–990. https://doi.org/10.1093/biomet/asp052
Toni, T. & Stumpf, M. P. H. (2010). Simulation-based model selection for dynamical systems in systems and population
biology. Bioinformatics 26(1), 104–110. https://doi.org/10.1093/bioinformatics/btp619
Schälte, Y., Klinger, E., Alamoudi, E. & Hasenauer, J. (2022). pyABC: Efficient and robust easy-to-use approximate
Bayesian computation. Journal of Open Source Software 7(74), 4304. https://doi.org/10.21105/joss.04304
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import ceil, inf
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import numpy as np

from havre.displacement.outcome import Floats
from havre.errors import DisplacementError

FIRST_GUESS = 0.5
"""Acceptance that is expected of a generation before its first batch: the tolerance is the median of the last one."""
SPARE = 1.1
"""Proposals in a batch over those needed at the acceptance so far."""


class Evaluate(Protocol):
    """Gives the distances of points."""

    def __call__(self, points: Floats, /, *, generation: int, batch: int) -> Floats:
        """Give the distance of each point of the unit cube, shape (points, parameters)."""


class Stopping(Protocol):
    """When a run ends, whichever comes first."""

    @property
    def population(self) -> int:
        """Particles that are accepted in each generation."""

    @property
    def generations(self) -> int:
        """Generations at most."""

    @property
    def least_acceptance(self) -> float:
        """Share of proposals below which no further generation is tried; 0 to go on."""

    @property
    def tolerance(self) -> float:
        """Distance below which the run may end."""


@dataclass(frozen=True)
class Generation:
    """One generation: particles were accepted up to a distance of ``tolerance``."""

    tolerance: float
    simulated: int
    accepted: int

    @property
    def acceptance(self) -> float:
        """Give the share of the simulated that was accepted."""
        return self.accepted / self.simulated


@dataclass(frozen=True, eq=False)
class Particles:
    """The last generation of a run.

    Attributes
    ----------
    levels : points of the unit cube, shape (particles, parameters)
    weights : how much each counts; they add up to 1
    distances : of each, smaller than the last tolerance
    prior_sample : how many draws of the prior set the first tolerance
    """

    levels: Floats
    weights: Floats
    distances: Floats
    generations: tuple[Generation, ...]
    prior_sample: int


class Desk:
    """The model as pyabc sees it: first takes proposals down, then answers them."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self.proposed: list[tuple[float, ...]] = []
        self.known: dict[tuple[float, ...], float] = {}
        self._answers: Iterator[tuple[tuple[float, ...], float]] | None = None

    def __call__(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """Take a proposal down, or give the distance of the next one."""
        point = tuple(float(parameters[name]) for name in self._names)
        if self._answers is None:
            self.proposed.append(point)
            return {"distance": inf}
        expected, distance = next(self._answers)
        if point != expected:
            raise RuntimeError(f"the second pass proposed {point}, the first {expected}")
        self.known[point] = distance
        return {"distance": distance}

    def take_down(self) -> None:
        """Begin a first pass."""
        self.proposed = []
        self._answers = None

    def answer(self, distances: Floats) -> None:
        """Begin a second pass over what was taken down."""
        self._answers = zip(self.proposed, distances.tolist(), strict=True)


def sample(names: Sequence[str], evaluate: Evaluate, stopping: Stopping, seed: int) -> Particles:
    """Draw from the posterior of a uniform prior on the unit cube.

    Parameters
    ----------
    names : one for each parameter
    evaluate : distances of points; it must depend on nothing but its arguments
    seed : same seed, same bits

    Raises
    ------
    DisplacementError : pyabc is not installed, or not even one generation came about
    """
    pyabc = _pyabc()
    desk = Desk(names)
    with _own_randomness(seed), _quiet(), TemporaryDirectory(prefix="havre-calibrate-") as folder:
        run = pyabc.ABCSMC(
            desk,
            pyabc.Distribution(**{name: pyabc.RV("uniform", 0, 1) for name in names}),
            lambda simulated, _: simulated["distance"],
            population_size=stopping.population,
            sampler=_batch_sampler(pyabc, desk, evaluate),
            transitions=pyabc.MultivariateNormalTransition(bandwidth_selector=_twice_the_variance),
            eps=pyabc.MedianEpsilon(),
            acceptor=pyabc.UniformAcceptor(),
        )
        # A file, which pyabc closes after each use: a database in memory stays open until it is collected as garbage,
        # and SQLite complains where another thread happens to do that.
        run.new(f"sqlite:///{folder}/particles.db", {})
        history = run.run(
            max_nr_populations=stopping.generations,
            min_acceptance_rate=stopping.least_acceptance,
            minimum_epsilon=stopping.tolerance,
        )
        return _particles(history, desk, names)


def _twice_the_variance(particles: float, dimensions: int) -> float:
    """Give the width of the moves, in standard deviations of the particles.

    That of Beaumont et al.: pyabc's own rule shrinks with the number of particles, and a few particles then carry most
    of the weight (the effective number was 9 of 100 with nine parameters of the instance ``mali``).
    """
    return 2**0.5


def _pyabc() -> Any:
    try:
        import pyabc
    except ImportError as error:
        raise DisplacementError("displacement.calibrate.no_pyabc") from error
    return pyabc


def _batch_sampler(pyabc: Any, desk: Desk, evaluate: Evaluate) -> Any:
    """Make a sampler that proposes in batches; its base class is known only once pyabc is loaded."""

    class BatchSampler(pyabc.sampler.Sampler):  # type: ignore[misc]  # pyabc has no types
        """Proposes each batch twice: to take it down, and with its distances."""

        def sample_until_n_accepted(
            self,
            n: int,
            simulate_one: Callable[[], Any],
            t: int,
            *,
            max_eval: float = inf,
            all_accepted: bool = False,
            ana_vars: object = None,
        ) -> Any:
            """Propose until ``n`` particles are accepted or ``max_eval`` are simulated."""
            found = self.sample_factory()
            simulated = batch = 0
            while found.n_accepted < n and simulated < max_eval:
                needed = n - found.n_accepted
                share = 1.0 if all_accepted else max(found.n_accepted, 1) / simulated if simulated else FIRST_GUESS
                size = needed if all_accepted else min(ceil(SPARE * needed / share), 4 * n)
                for particle in _twice(desk, simulate_one, size, partial(evaluate, generation=t, batch=batch)):
                    found.append(particle)
                    simulated += 1
                    if found.n_accepted == n:
                        break
                batch += 1
            self.nr_evaluations_ = simulated
            found.ok = found.n_accepted == n
            return found

    return BatchSampler()


def _twice(
    desk: Desk, simulate_one: Callable[[], Any], size: int, evaluate: Callable[[Floats], Floats]
) -> Iterator[Any]:
    """Propose a batch, evaluate it, and give the same proposals again with their distances."""
    before = np.random.get_state()  # noqa: NPY002 - pyabc draws from NumPy's global generator
    desk.take_down()
    for _ in range(size):
        simulate_one()
    distances = evaluate(np.array(desk.proposed))
    np.random.set_state(before)  # noqa: NPY002
    desk.answer(distances)
    for _ in range(size):
        yield simulate_one()


def _particles(history: Any, desk: Desk, names: Sequence[str]) -> Particles:
    if history.max_t < 0:
        raise DisplacementError("displacement.calibrate.no_generation")
    frame, weights = history.get_distribution(0, history.max_t)
    levels = np.ascontiguousarray(frame[list(names)].to_numpy(np.float64))
    distances = np.array([desk.known[tuple(point)] for point in levels.tolist()])
    told = history.get_all_populations()
    accepted = history.get_nr_particles_per_population()
    generations = tuple(
        Generation(float(row.epsilon), int(row.samples), int(accepted[row.t]))
        for row in told.itertuples()
        if row.t >= 0
    )
    prior = int(told.loc[told.t < 0, "samples"].sum())
    # Stored numbers come back as they went in; the order is by their weight in the run and the same for the same seed.
    return Particles(levels, np.asarray(weights / weights.sum(), np.float64), distances, generations, prior)


@contextmanager
def _own_randomness(seed: int) -> Iterator[None]:
    """Seed NumPy's global generator, from which pyabc draws, and give the caller's state back."""
    before = np.random.get_state()  # noqa: NPY002
    np.random.seed(np.random.SeedSequence(seed).generate_state(4))  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


@contextmanager
def _quiet() -> Iterator[None]:
    """Let pyabc's loggers tell nothing below a warning."""
    loggers = [logging.getLogger(name) for name in list(logging.Logger.manager.loggerDict) if _is_pyabc(name)]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _is_pyabc(name: str) -> bool:
    return name == "ABC" or name.startswith("ABC.")
