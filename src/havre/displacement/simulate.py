"""The way in: simulate an instance, any number of replicas, on one machine or many."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from havre.displacement.camp_series import registered
from havre.displacement.chance import Chance, PairedChance, StreamChance
from havre.displacement.engine import Days, Engine, Plan
from havre.displacement.environment import LOWEST_MOVECHANCE, Environment
from havre.displacement.instance import Instance
from havre.displacement.network import Network, compile_network
from havre.displacement.outcome import Floats, Outcome
from havre.displacement.rules import Occupancy, Rules
from havre.displacement.settings import V1_RULES
from havre.displacement.spawning import Arrivals
from havre.errors import DisplacementError, Problem, check_none
from havre.scale import generator, spread

if TYPE_CHECKING:
    from distributed import Client

Progress = Callable[[str, int, int], object]
DEFAULT_SEED = 20_260_101
RECORDS = ("locations", "flows", "daily_flows")
MOST_TOGETHER = 100
"""Replicas that are drawn together at most."""
CELLS_AT_ONCE = 2_000_000
PARAMETERS = (
    "foreign_weight",
    "camp_weight",
    "conflict_weight",
    "conflict_movechance",
    "camp_movechance",
    "idpcamp_movechance",
    "default_movechance",
    "softening",
    "weight_softening",
    "weight_power",
    "distance_power",
    "capacity_scaling",
    "capacity_buffer",
)
"""Move rules that may have another value in each replica."""


def simulate(
    instance: Instance,
    *,
    replicas: int = 1,
    seed: int = DEFAULT_SEED,
    rules: Rules | None = None,
    occupancy: Occupancy = "adaptive",
    days: int | None = None,
    parameters: Mapping[str, Floats] | None = None,
    paired: bool = False,
    record: Sequence[str] = (),
    workers: int = 1,
    cluster: "str | Client | None" = None,
    progress: Progress | None = None,
) -> Outcome:
    """Simulate an instance day by day.

    Parameters
    ----------
    replicas : independent runs, drawn together
    seed : same seed, same bits, whatever the workers
    rules : switches of behaviour; ``None`` is as Flee does
    occupancy : ``adaptive`` refreshes how full camps are within a pass, ``frozen`` once a pass
    days : days to simulate, ``None`` for the whole period
    parameters : move rules (of ``PARAMETERS``) with a value for each replica, shape (replicas,)
    paired : draw so that two runs of the same seed share their randomness wherever they agree; slower
    record : what to keep beside the camps: ``locations``, ``flows``, ``daily_flows``
    workers, cluster : who works, see :func:`havre.scale.spread`

    Raises
    ------
    DisplacementError : the instance asks for what cannot be counted, or cannot be simulated
    """
    plan = make_plan(instance, rules or Rules.flee(), occupancy, days, record)
    values = _parameter_values(instance, parameters or {}, replicas)
    size = _chunk_size(plan)
    chunks = [
        _Chunk(
            plan, _part_of(values, first, min(size, replicas - first)), seed, first, min(size, replicas - first), paired
        )
        for first in range(0, replicas, size)
    ]
    parts: list[Days] = []
    for part in spread(run_chunk, chunks, workers, cluster=cluster):
        parts.append(part)
        if progress is not None:
            progress(instance.name, min(len(parts) * size, replicas), replicas)
    return _joined(plan, parts, seed)


@dataclass(frozen=True, eq=False)
class _Chunk:
    """Replicas that are drawn together; how they are cut does not depend on who works."""

    plan: Plan
    values: Mapping[str, Floats]
    seed: int
    first: int
    replicas: int
    paired: bool


def make_plan(
    instance: Instance, rules: Rules, occupancy: Occupancy, days: int | None, record: Sequence[str] = ()
) -> Plan:
    """Make ready what all replicas share.

    Raises
    ------
    DisplacementError : the instance asks for what cannot be counted, or cannot be simulated
    """
    _check_countable(instance, rules)
    length = instance.length if days is None else days
    known = instance.conflicts.values.shape[0]
    if length < 1:
        raise DisplacementError("displacement.engine.days", days=length, known=known)
    for name in record:
        if name not in RECORDS:
            raise DisplacementError("displacement.engine.record", name=name, expected=", ".join(RECORDS))
    settings = instance.settings
    if settings.move_rules.use_v1_rules:
        settings = replace(settings, move_rules=replace(settings.move_rules, **V1_RULES))  # type: ignore[arg-type]
        instance = replace(instance, settings=settings)
    network = compile_network(instance, rules)
    arrivals = find_arrivals(instance, network, rules, length)
    return Plan(instance, network, rules, occupancy, arrivals, length, tuple(dict.fromkeys(record)))


def _check_countable(instance: Instance, rules: Rules) -> None:
    problems: list[Problem] = []
    level = instance.settings.log_levels.agent
    if level > 0:
        problems.append(Problem.of("displacement.engine.agents_out", level=level))
    if instance.settings.move_rules.two_system_decision_making and not rules.two_systems_never:
        problems.append(Problem.of("displacement.engine.two_systems"))
    check_none(problems, DisplacementError)


def find_arrivals(instance: Instance, network: Network, rules: Rules, days: int) -> Arrivals:
    """Take from the registrations how many people are displaced each day, and who is in the camps on day 0."""
    series = registered(instance, days)
    from_camps = instance.settings.spawn_rules.sum_from_camps
    level = series.camp_sum if from_camps else series.total
    change = np.diff(level, prepend=0.0)
    if from_camps and rules.day0_raw_counts_total:
        change[0] += series.total[0]
    day0 = np.zeros(network.locations, np.int64)
    numbers = {name: number for number, name in enumerate(network.names)}
    for camp, name in enumerate(series.camps):
        day0[numbers[name]] = int(series.counts[0, camp])
    return Arrivals(np.trunc(change).astype(np.int64), day0)


def _parameter_values(instance: Instance, parameters: Mapping[str, Floats], replicas: int) -> dict[str, Floats]:
    if replicas < 1:
        raise DisplacementError("displacement.engine.replicas", replicas=replicas)
    move = instance.settings.move_rules
    if move.use_v1_rules:
        move = replace(move, **V1_RULES)  # type: ignore[arg-type]
    values = {name: np.array([getattr(move, name)], np.float64) for name in PARAMETERS}
    for name, given in parameters.items():
        if name not in PARAMETERS:
            raise DisplacementError("displacement.engine.parameter", name=name, expected=", ".join(PARAMETERS))
        array = np.asarray(given, np.float64)
        if array.shape != (replicas,):
            raise DisplacementError(
                "displacement.engine.parameter_shape", name=name, values=array.size, replicas=replicas
            )
        values[name] = array
    lowest = float(values["default_movechance"].min())
    if "default_movechance" in parameters and lowest < LOWEST_MOVECHANCE:
        raise DisplacementError("displacement.engine.low_parameter", value=lowest)
    return values


def _part_of(values: Mapping[str, Floats], first: int, count: int) -> dict[str, Floats]:
    return {name: value if value.size == 1 else value[first : first + count] for name, value in values.items()}


def _chunk_size(plan: Plan) -> int:
    """Say how many replicas are drawn together: many where the network is small, so that memory stays bounded."""
    return int(np.clip(CELLS_AT_ONCE // (plan.network.locations + plan.network.links), 1, MOST_TOGETHER))


def run_chunk(chunk: _Chunk) -> Days:
    """Run the replicas of one chunk."""
    chance: Chance
    if chunk.paired:
        chance = PairedChance(chunk.seed, chunk.first, chunk.replicas)
    else:
        chance = StreamChance(generator(chunk.seed, "displacement", str(chunk.first)))
    return Engine(chunk.plan, chunk.values, chunk.replicas, chance).run()


def _joined(plan: Plan, parts: Sequence[Days], seed: int) -> Outcome:
    network = plan.network
    replicas = sum(part.camp_counts.shape[0] for part in parts)
    camps = tuple(
        place.name for place, is_camp in zip(plan.instance.locations, camps_at_start(plan), strict=True) if is_camp
    )
    return Outcome(
        name=plan.instance.name,
        start=plan.instance.start,
        hasten=plan.instance.settings.hasten,
        seed=seed,
        locations=network.names,
        camps=camps,
        camp_counts=np.concatenate([part.camp_counts for part in parts]),
        people=np.concatenate([part.people for part in parts]),
        raw=parts[0].raw,
        debt=parts[0].debt,
        steps=np.max([part.steps for part in parts], axis=0),
        location_means=_mean([part.location_sums for part in parts], replicas),
        link_flows=_mean([part.link_sums for part in parts], replicas),
        daily_link_flows=_mean([part.daily_link_sums for part in parts], replicas),
        links=np.stack([network.origin, network.destination], axis=1),
    )


def camps_at_start(plan: Plan) -> Sequence[bool]:
    """Say which places are camps at the start."""
    environment = Environment(plan.instance, plan.network, plan.rules, hasten=plan.instance.settings.hasten)
    return [bool(flag) for flag in environment.camps_at_start]


def _mean(sums: Sequence[Floats | None], replicas: int) -> Floats | None:
    known = [each for each in sums if each is not None]
    return None if not known else np.asarray(np.sum(known, axis=0) / replicas, np.float64)
