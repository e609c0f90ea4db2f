"""Which move parameters matter for what: Sobol indices of outputs of a simulation, through SALib.

The first-order index of a parameter is the share of an output's variance that goes away on average once the parameter
is known; the total index is what is left when all others are known. All points of the design run as replicas of one
simulation. Runs with the same parameters differ too: the share of the variance that is *chance* is measured with
replicas of the same points and named. It counts in every total index, so a total index near it says nothing.

References
----------
Sobol', I. M. (2001). Global sensitivity indices for nonlinear mathematical models and their Monte Carlo estimates.
Mathematics and Computers in Simulation 55(1–3), 271–280. https://doi.org/10.1016/S0378-4754(00)00270-6
Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output. Computer Physics Communications 181(2),
259–270. https://doi.org/10.1016/j.cpc.2009.09.018
Iwanaga, T., Usher, W. & Herman, J. (2022). Toward SALib 2.0: advancing the accessibility and interpretability of global
sensitivity analyses. Socio-Environmental Systems Modelling 4, 18155. https://doi.org/10.18174/sesmo.18155
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from havre.displacement.camp_capacities import camp_capacities
from havre.displacement.camp_series import registered
from havre.displacement.fill_dates import fill_dates
from havre.displacement.instance import Instance
from havre.displacement.outcome import Floats, Outcome
from havre.displacement.priors import DEFAULT_PRIORS, Prior, check_priors, values_of
from havre.displacement.rules import Occupancy, Rules
from havre.displacement.simulate import DEFAULT_SEED, Progress, simulate
from havre.displacement.validate import relative_differences
from havre.errors import DisplacementError
from havre.scale import generator

if TYPE_CHECKING:
    from distributed import Client

CONFIDENCE = 0.95
"""Confidence of the intervals of indices."""
RESAMPLES = 200
"""Bootstrap samples from which these intervals are taken."""
CHANCE_POINTS = 32
"""Points of the design that are run again to see how much is chance."""
Model = Callable[[Mapping[str, Floats]], Mapping[str, Floats]]
"""Gives outputs by name, a value for each point, from parameters by name, shape (points,) each."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Sobol indices by output and parameter.

    Attributes
    ----------
    outputs : names, such as ``ard``, ``people_in_camps``, ``final: <camp>``, ``full: <camp>``
    first, total : indices, shape (outputs, parameters); NaN where an output is the same everywhere
    first_within, total_within : half widths of their ``CONFIDENCE`` intervals, of the same shape
    mean, sd : of each output over the design, shape (outputs,)
    chance : share of each output's variance that is chance, shape (outputs,)
    points : of the design, all simulated
    """

    instance: str
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    first: Floats
    first_within: Floats
    total: Floats
    total_within: Floats
    mean: Floats
    sd: Floats
    chance: Floats
    points: int
    seed: int

    def of(self, output: str) -> dict[str, tuple[float, float]]:
        """Give first-order and total index of each parameter for an output.

        Raises
        ------
        KeyError : there is no such output
        """
        if output not in self.outputs:
            raise KeyError(output)
        row = self.outputs.index(output)
        return {
            name: (float(self.first[row, column]), float(self.total[row, column]))
            for column, name in enumerate(self.parameters)
        }

    def summary(self) -> dict[str, object]:
        """Give everything, for JSON; ``None`` where an output is the same everywhere."""
        rows = []
        for row, output in enumerate(self.outputs):
            indices = {
                name: {
                    "first": _or_none(self.first[row, column]),
                    "first_within": _or_none(self.first_within[row, column]),
                    "total": _or_none(self.total[row, column]),
                    "total_within": _or_none(self.total_within[row, column]),
                }
                for column, name in enumerate(self.parameters)
            }
            rows.append(
                {
                    "output": output,
                    "mean": _or_none(self.mean[row]),
                    "sd": _or_none(self.sd[row]),
                    "chance": _or_none(self.chance[row]),
                    "indices": indices,
                }
            )
        return {
            "instance": self.instance,
            "points": self.points,
            "seed": self.seed,
            "confidence": CONFIDENCE,
            "outputs": rows,
        }


def sensitivity(
    instance: Instance,
    *,
    priors: Mapping[str, Prior] | None = None,
    base: int = 128,
    seed: int = DEFAULT_SEED,
    rules: Rules | None = None,
    occupancy: Occupancy = "frozen",
    days: int | None = None,
    full_from: float = 0.95,
    workers: int = 1,
    cluster: "str | Client | None" = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Say how much each move parameter matters, over its prior.

    Outputs are the averaged relative difference (``ard``) over all days, people in camps at the end
    (``people_in_camps``), the final count of each camp (``final: <camp>``), and the day from which it holds
    ``full_from`` of the capacity in force (``full: <camp>``; where it never does, the day after the last).

    Parameters
    ----------
    priors : over which values parameters go, see :mod:`havre.displacement.priors`
    base : points of the Sobol sequence, a power of 2; ``base × (parameters + 2)`` runs are simulated
    seed : same seed, same bits, whatever the workers
    workers, cluster : who works, see :func:`havre.scale.spread`

    Raises
    ------
    DisplacementError : SALib is not installed, ``base`` is no power of 2 or below 8, or the instance cannot be
        simulated
    """
    chosen = dict(priors or DEFAULT_PRIORS)
    check_priors(chosen)

    def model(values: Mapping[str, Floats]) -> dict[str, Floats]:
        points = next(iter(values.values())).size
        outcome = simulate(
            instance,
            replicas=points,
            seed=seed,
            rules=rules,
            occupancy=occupancy,
            days=days,
            parameters=values,
            workers=workers,
            cluster=cluster,
            progress=progress,
        )
        return _outputs(instance, rules or Rules.flee(), outcome, full_from)

    return analyse(model, chosen, base=base, seed=seed, name=instance.name)


def analyse(
    model: Model, priors: Mapping[str, Prior], *, base: int = 128, seed: int = DEFAULT_SEED, name: str = "model"
) -> Sensitivity:
    """Give the Sobol indices of any model.

    The model is called once, with the design and ``CHANCE_POINTS`` of its points once more.

    Raises
    ------
    DisplacementError : SALib is not installed, or ``base`` is no power of 2 or below 8
    """
    if base < 8 or base & (base - 1):
        raise DisplacementError("displacement.sensitivity.base", value=base)
    design, analyser = _salib()
    names = tuple(priors)
    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    stream = generator(seed, "sensitivity").integers(2**32, size=2)
    levels = design.sample(problem, base, calc_second_order=False, seed=int(stream[0]))
    # Points from all over the design; runs beside each other share no randomness.
    again = np.linspace(0, len(levels) - 1, CHANCE_POINTS).round().astype(np.int64)
    values = model(values_of(priors, np.concatenate([levels, levels[again]])))
    outputs = tuple(values)
    found = np.full((4, len(outputs), len(names)), np.nan)
    moments = np.empty((3, len(outputs)))
    for row, output in enumerate(outputs):
        value, repeated = np.split(np.asarray(values[output], np.float64), [len(levels)])
        variance = float(value.var(ddof=1))
        by_chance = float(((value[again] - repeated) ** 2).mean() / 2)
        moments[:, row] = value.mean(), variance**0.5, by_chance / variance if variance > 0 else np.nan
        if variance > 0:
            found[:, row] = _indices(analyser, problem, value, int(stream[1]))
    first, first_within, total, total_within = found
    return Sensitivity(
        instance=name,
        parameters=names,
        outputs=outputs,
        first=first,
        first_within=first_within,
        total=total,
        total_within=total_within,
        mean=moments[0],
        sd=moments[1],
        chance=moments[2],
        points=len(levels),
        seed=seed,
    )


def _salib() -> tuple[Any, Any]:
    try:
        from SALib.analyze import sobol as analyser
        from SALib.sample import sobol as design
    except ImportError as error:
        raise DisplacementError("displacement.sensitivity.no_salib") from error
    return design, analyser


def _indices(analyser: Any, problem: Mapping[str, object], value: Floats, seed: int) -> Floats:
    """Give first-order indices, their half widths, total indices, theirs; shape (4, parameters)."""
    told = analyser.analyze(
        problem, value, calc_second_order=False, num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=seed
    )
    return np.array([told["S1"], told["S1_conf"], told["ST"], told["ST_conf"]], np.float64)


def _outputs(instance: Instance, rules: Rules, outcome: Outcome, full_from: float) -> dict[str, Floats]:
    series = registered(instance, outcome.days)
    columns = [outcome.camps.index(camp) for camp in series.camps]
    last = outcome.camp_counts[:, -1].astype(np.float64)
    capacities = camp_capacities(instance, rules, series, outcome.camps, outcome.days)
    full = fill_dates(outcome, capacities, full_from).first_days
    return {
        "ard": relative_differences(outcome.camp_counts[:, :, columns], series.counts)[0].mean(axis=1),
        "people_in_camps": last.sum(axis=1),
        **{f"final: {camp}": last[:, column] for column, camp in enumerate(outcome.camps)},
        **{f"full: {camp}": np.minimum(full[:, column], outcome.days) for column, camp in enumerate(outcome.camps)},
    }


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
