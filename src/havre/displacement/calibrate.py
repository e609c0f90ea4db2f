"""Which values of the move parameters the camps support, and what they forecast.

Parameters are fitted by SMC-ABC (:mod:`havre.displacement.calibrate_sampler`) to the camps' counts of the first part of
the days; the rest is for scoring. A simulation is given the arrivals of the whole period, as Flee is: fit and forecast
are *conditional on arrivals*, and on the conflicts and closures of the instance.

The distance between a simulation and the counts is the averaged relative difference (ARD) of the fit days: the measure
by which the field, and our own table, judge simulations. It weighs each day alike, and on a day people, not camps.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from havre.displacement.calibrate_known import Known, known_before
from havre.displacement.calibrate_sampler import Generation, sample
from havre.displacement.discrepancy import Discrepancy, corrected, fit_discrepancy, weighted_quantiles
from havre.displacement.instance import Instance
from havre.displacement.outcome import Floats, Outcome
from havre.displacement.priors import DEFAULT_PRIORS, Prior, check_priors, values_of
from havre.displacement.rules import Occupancy, Rules
from havre.displacement.simulate import DEFAULT_SEED, Progress, simulate
from havre.displacement.validate import relative_differences
from havre.errors import DisplacementError, Problem, Term, check_none
from havre.scale import generator, spread

if TYPE_CHECKING:
    from distributed import Client

TOGETHER = 50
"""Parameter draws that one worker simulates at once; part of what the seed means, so it does not depend on workers."""
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantiles of parameters that are told."""


@dataclass(frozen=True)
class Effort:
    """How much is simulated, and when it ends, whichever comes first.

    Attributes
    ----------
    population : particles that are accepted in each generation
    generations : generations at most; each has the median distance of the one before as its tolerance
    least_acceptance : share of proposals below which no further generation is tried
    tolerance : distance below which the run may end
    prior_draws : draws of the prior from which the forecasts of earlier days are made, for the discrepancy
    """

    population: int = 100
    generations: int = 5
    least_acceptance: float = 0.1
    tolerance: float = 0.0
    prior_draws: int = 200


@dataclass(frozen=True, eq=False)
class Calibration:
    """What the fit days say.

    Attributes
    ----------
    instance, start, length : of which instance
    fit_days : days before this one were fitted
    values : parameters of each particle, by name, shape (particles,)
    weights : how much each particle counts; they add up to 1
    distances : averaged relative difference of each particle on the fit days
    discrepancy : how forecasts differ from counts; ``None`` where too few counts were known to say
    """

    instance: str
    start: date
    length: int
    fit_days: int
    seed: int
    rules: Rules
    occupancy: Occupancy
    effort: Effort
    priors: Mapping[str, Prior]
    values: Mapping[str, Floats]
    weights: Floats
    distances: Floats
    generations: tuple[Generation, ...]
    prior_sample: int
    discrepancy: Discrepancy | None
    scores: tuple[Mapping[str, object], ...] = field(default=())
    """Rows of :func:`havre.displacement.calibrate_scores.scored`, where days were left to score."""

    @property
    def effective_particles(self) -> float:
        """Give how many particles of equal weight would say as much."""
        return float(1 / (self.weights**2).sum())

    @property
    def simulated(self) -> int:
        """Give how many parameter draws were simulated for the fit."""
        return self.prior_sample + sum(each.simulated for each in self.generations)

    def quantiles(self, levels: tuple[float, ...] = LEVELS) -> dict[str, Floats]:
        """Give quantiles of each parameter."""
        at = np.array(levels)
        return {name: weighted_quantiles(values, self.weights, at) for name, values in self.values.items()}

    def draw(self, replicas: int, seed: int) -> dict[str, Floats]:
        """Draw parameters, each particle as often as its weight says, to the next whole number; in random order."""
        rng = generator(seed, "calibrate", "resample")
        at = (rng.random() + np.arange(replicas)) / replicas
        chosen = np.minimum(np.searchsorted(np.cumsum(self.weights), at), self.weights.size - 1)
        chosen = rng.permutation(chosen)
        return {name: values[chosen] for name, values in self.values.items()}

    def summary(self) -> dict[str, object]:
        """Give everything in short, for JSON."""
        prior = {name: each.quantile(np.array(LEVELS)) for name, each in self.priors.items()}
        return {
            "instance": self.instance,
            "start": self.start.isoformat(),
            "days": self.length,
            "fit_days": self.fit_days,
            "conditional_on": ["arrivals", "conflicts", "closures"],
            "seed": self.seed,
            "occupancy": self.occupancy,
            "particles": int(self.weights.size),
            "effective_particles": self.effective_particles,
            "simulated": self.simulated,
            "generations": [
                {"tolerance": each.tolerance, "simulated": each.simulated, "acceptance": each.acceptance}
                for each in self.generations
            ],
            "fit_ard": float((self.weights * self.distances).sum()),
            "quantile_levels": list(LEVELS),
            "parameters": {
                name: {"posterior": values.tolist(), "prior": prior[name].tolist()}
                for name, values in self.quantiles().items()
            },
            "discrepancy": None
            if self.discrepancy is None
            else {"counts": self.discrepancy.counts, "origins": self.discrepancy.origins},
            "scores": [dict(row) for row in self.scores],
        }


@dataclass(frozen=True, eq=False)
class Prediction:
    """Runs with parameters from the posterior.

    Attributes
    ----------
    simulated : as simulated
    corrected : with their discrepancy on the days after the fit; ``None`` where there is none, or no such day
    parameters : of each run, by name, shape (replicas,)
    """

    simulated: Outcome
    corrected: Outcome | None
    parameters: Mapping[str, Floats]


@dataclass(frozen=True, eq=False)
class _Part:
    """Parameter draws that are simulated at once."""

    known: Known
    rules: Rules
    occupancy: Occupancy
    values: Mapping[str, Floats]
    seed: int


def calibrate(
    instance: Instance,
    *,
    priors: Mapping[str, Prior] | None = None,
    fit_days: int | None = None,
    fit_share: float = 0.5,
    population: int = Effort.population,
    generations: int = Effort.generations,
    least_acceptance: float = Effort.least_acceptance,
    tolerance: float = Effort.tolerance,
    prior_draws: int = Effort.prior_draws,
    seed: int = DEFAULT_SEED,
    rules: Rules | None = None,
    occupancy: Occupancy = "frozen",
    workers: int = 1,
    cluster: "str | Client | None" = None,
    progress: Progress | None = None,
) -> Calibration:
    """Fit move parameters to the camps' counts of the first days.

    Parameters
    ----------
    priors : what is believed beforehand, see :mod:`havre.displacement.priors`
    fit_days : days before this one are fitted; ``None`` takes the share of the period
    population, generations, least_acceptance, tolerance, prior_draws : how much is simulated, see :class:`Effort`
    seed : same seed, same bits, whatever the workers
    occupancy : ``frozen`` is several times faster, and differs by far less than any fit does (see the docs)
    workers, cluster : who works, see :func:`havre.scale.spread`

    Raises
    ------
    DisplacementError : pyabc is not installed, priors or effort are not as expected, the instance cannot be simulated,
        or no camp was counted on the fit days
    """
    chosen = dict(priors or DEFAULT_PRIORS)
    effort = Effort(population, generations, least_acceptance, tolerance, prior_draws)
    check_priors(chosen)
    _check_effort(effort, fit_share)
    rules = rules or Rules.flee()
    known = known_before(instance, max(1, round(fit_share * instance.length)) if fit_days is None else fit_days)
    if not known.counted.any():
        raise DisplacementError("displacement.calibrate.no_counts", days=known.until)
    runner = _Runner(known, chosen, rules, occupancy, seed, workers, cluster, progress, effort)
    particles = sample(tuple(chosen), runner.distances, effort, seed)
    return Calibration(
        instance=instance.name,
        start=instance.start,
        length=instance.length,
        fit_days=known.until,
        seed=seed,
        rules=rules,
        occupancy=occupancy,
        effort=effort,
        priors=chosen,
        values=values_of(chosen, particles.levels),
        weights=particles.weights,
        distances=particles.distances,
        generations=particles.generations,
        prior_sample=particles.prior_sample,
        discrepancy=fit_discrepancy(instance, known, runner.from_prior(effort.prior_draws)),
    )


def predict(
    instance: Instance,
    calibration: Calibration,
    *,
    replicas: int = 200,
    seed: int | None = None,
    days: int | None = None,
    occupancy: Occupancy | None = None,
    workers: int = 1,
    cluster: "str | Client | None" = None,
    progress: Progress | None = None,
) -> Prediction:
    """Simulate with parameters from the posterior, as they are and with their discrepancy.

    Of the camps only what was known on the fit days is used; arrivals are those of the whole period.

    Parameters
    ----------
    seed, occupancy : ``None`` for those of the calibration

    Raises
    ------
    DisplacementError : the calibration is of another instance, or the instance cannot be simulated
    """
    check_fits(instance, calibration)
    seed = calibration.seed if seed is None else seed
    known = known_before(instance, calibration.fit_days)
    values = calibration.draw(replicas, seed)
    outcome = simulate(
        known.instance,
        replicas=replicas,
        seed=seed,
        rules=calibration.rules,
        occupancy=occupancy or calibration.occupancy,
        days=days,
        parameters=values,
        workers=workers,
        cluster=cluster,
        progress=progress,
    )
    late = None
    if calibration.discrepancy is not None and outcome.days > known.until:
        late = corrected(known, outcome, calibration.discrepancy, generator(seed, "calibrate", "discrepancy"))
    return Prediction(outcome, late, values)


def check_fits(instance: Instance, calibration: Calibration) -> None:
    """Check that a calibration is of an instance.

    Raises
    ------
    DisplacementError : name, start or length differ
    """
    problems = [
        Problem.of("displacement.calibrate.other_instance", what=Term(what), value=theirs, expected=ours)
        for what, ours, theirs in (
            ("displacement.calibrate_word.name", instance.name, calibration.instance),
            ("displacement.calibrate_word.start", instance.start, calibration.start),
            ("displacement.calibrate_word.length", instance.length, calibration.length),
        )
        if ours != theirs
    ]
    check_none(problems, DisplacementError)


def _check_effort(effort: Effort, share: float) -> None:
    bounds = {
        "population": (effort.population, 10, 1_000_000),
        "generations": (effort.generations, 1, 1_000),
        "least_acceptance": (effort.least_acceptance, 0.0, 1.0),
        "tolerance": (effort.tolerance, 0.0, 1_000.0),
        "prior_draws": (effort.prior_draws, 20, 1_000_000),
        "fit_share": (share, 0.0, 1.0),
    }
    problems = [
        Problem.of("displacement.calibrate.effort", name=name, value=value, least=least, most=most)
        for name, (value, least, most) in bounds.items()
        if not least <= value <= most
    ]
    check_none(problems, DisplacementError)


@dataclass(frozen=True, eq=False)
class _Runner:
    """Simulates parameter draws in parts that do not depend on who works."""

    known: Known
    priors: Mapping[str, Prior]
    rules: Rules
    occupancy: Occupancy
    seed: int
    workers: int
    cluster: "str | Client | None"
    progress: Progress | None
    effort: Effort

    def distances(self, points: Floats, /, *, generation: int, batch: int) -> Floats:
        """Give the averaged relative difference of each point on the fit days."""
        values = values_of(self.priors, points)
        parts = self._parts(values, len(points), f"{generation}", f"{batch}")
        found = np.concatenate(list(spread(_distances, parts, self.workers, cluster=self.cluster)))
        if self.progress is not None:
            self.progress(self.known.instance.name, max(generation, 0), self.effort.generations)
        return found

    def from_prior(self, draws: int) -> Outcome:
        """Simulate draws of the prior, one in each of as many equal parts of every parameter (a Latin hypercube)."""
        rng = generator(self.seed, "calibrate", "prior")
        strata = rng.permuted(np.tile(np.arange(draws), (len(self.priors), 1)), axis=1).T
        levels = (strata + rng.random(strata.shape)) / draws
        return simulate(
            self.known.instance,
            replicas=draws,
            seed=int(rng.integers(2**62)),
            rules=self.rules,
            occupancy=self.occupancy,
            days=self.known.until,
            parameters=values_of(self.priors, levels),
            workers=self.workers,
            cluster=self.cluster,
        )

    def _parts(self, values: Mapping[str, Floats], number: int, *labels: str) -> list[_Part]:
        parts = []
        for first in range(0, number, TOGETHER):
            own = {name: each[first : first + TOGETHER] for name, each in values.items()}
            rng = generator(self.seed, "calibrate", *labels, f"{first}")
            parts.append(_Part(self.known, self.rules, self.occupancy, own, int(rng.integers(2**62))))
        return parts


def _distances(part: _Part) -> Floats:
    """Simulate the draws of a part and compare them with what is known."""
    known = part.known
    size = next(iter(part.values.values())).size
    outcome = simulate(
        known.instance,
        replicas=size,
        seed=part.seed,
        rules=part.rules,
        occupancy=part.occupancy,
        days=known.until,
        parameters=part.values,
    )
    columns = [outcome.camps.index(name) for name in known.camps]
    return np.asarray(relative_differences(outcome.camp_counts[:, :, columns], known.counts)[0].mean(axis=1))
