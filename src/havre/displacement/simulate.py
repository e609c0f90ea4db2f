"""The way in: simulate an instance, any number of replicas, on one machine or many."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from havre.displacement.arrivals import Arrivals, find_arrivals
from havre.displacement.chance import StreamChance
from havre.displacement.engine import Days, Engine, Plan
from havre.displacement.environment import LOWEST_MOVECHANCE, Environment
from havre.displacement.instance import Instance
from havre.displacement.network import Ints, compile_network
from havre.displacement.outcome import Floats, Outcome
from havre.displacement.rules import Occupancy, Rules
from havre.displacement.settings import V1_RULES, Settings
from havre.errors import DisplacementError, Problem, check_none
from havre.scale import generator, spread

if TYPE_CHECKING:
    from distributed import Client

Progress = Callable[[str, int, int], object]
DEFAULT_SEED = 20_260_101
RECORDS = ("locations", "flows", "daily_flows")
MOST_DAYS = 36_525
"""Days of the longest period, as of ``sim_period.csv``: a century."""
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
    instance: Instance | Path | str,
    *,
    replicas: int = 1,
    seed: int = DEFAULT_SEED,
    rules: Rules | None = None,
    occupancy: Occupancy = "adaptive",
    days: int | None = None,
    parameters: Mapping[str, Floats] | None = None,
    record: Sequence[str] = (),
    workers: int = 1,
    cluster: "str | Client | None" = None,
    progress: Progress | None = None,
) -> Outcome:
    """Simulate an instance day by day.

    Parameters
    ----------
    instance : an instance, or the folder of one, read as :func:`havre.displacement.flee_files.read_instance` does
    replicas : independent runs, drawn together. Fewer runs are not the first of more: a hundred share one stream
    seed : same seed, same bits, whatever the workers
    rules : switches of behaviour; ``None`` is as Flee does
    occupancy : ``adaptive`` refreshes how full camps are within a pass, ``frozen`` once a pass
    days : days to simulate, ``None`` for the whole period
    parameters : move rules (of ``PARAMETERS``) with a value for each replica, shape (replicas,)
    record : what to keep beside the camps: ``locations``, ``flows``, ``daily_flows``
    workers, cluster : who works, see :func:`havre.scale.spread`

    Raises
    ------
    DisplacementError : the instance asks for what cannot be counted, or cannot be simulated
    """
    if not isinstance(instance, Instance):
        from havre.displacement.flee_files import read_instance

        instance = read_instance(instance).instance
    plan = make_plan(instance, rules or Rules.flee(), occupancy, days, record)
    plan.arrivals.check(replicas, plan.days)
    values = parameter_values(instance, parameters or {}, replicas)
    if plan.rules.low_movechance_is_camp:
        _check_no_town_is_camp(parameters or {})
    size = chunk_size(plan)
    chunks = [part_of(plan, values, seed, first, min(size, replicas - first)) for first in range(0, replicas, size)]
    parts: list[Days] = []
    for part in spread(run_chunk, chunks, workers, cluster=cluster):
        parts.append(part)
        if progress is not None:
            progress(instance.name, min(len(parts) * size, replicas), replicas)
    return joined(plan, parts, seed)


@dataclass(frozen=True, eq=False)
class Chunk:
    """Replicas that are drawn together; how they are cut does not depend on who works."""

    plan: Plan
    values: Mapping[str, Floats]
    seed: int
    first: int
    replicas: int


def make_plan(
    instance: Instance, rules: Rules, occupancy: Occupancy, days: int | None, record: Sequence[str] = ()
) -> Plan:
    """Make ready what all replicas share.

    Raises
    ------
    DisplacementError : the instance asks for what cannot be counted, or cannot be simulated
    """
    check_none(uncountable(instance.settings, rules), DisplacementError)
    length = instance.length if days is None else days
    known = instance.conflicts.values.shape[0]
    if length < 1:
        raise DisplacementError("displacement.engine.days", days=length, known=known)
    _check_days(instance, length)
    for name in record:
        if name not in RECORDS:
            raise DisplacementError("displacement.engine.record", name=name, expected=", ".join(RECORDS))
    settings = instance.settings
    if settings.move_rules.use_v1_rules:
        settings = replace(settings, move_rules=replace(settings.move_rules, **V1_RULES))  # type: ignore[arg-type]
        instance = replace(instance, settings=settings)
    network = compile_network(instance, rules)
    arrivals = find_arrivals(instance, network, rules, length)
    _check_somebody_is_left(instance, arrivals)
    return Plan(instance, network, rules, occupancy, arrivals, length, tuple(dict.fromkeys(record)))


def _check_days(instance: Instance, days: int) -> None:
    """Refuse days beyond the tables by day before any of them is simulated."""
    floods = instance.settings.spawn_rules.flood_zone_spawning_only
    table, file = (instance.floods, "flood_level.csv") if floods else (instance.conflicts, "conflicts.csv")
    if days > MOST_DAYS:
        raise DisplacementError("displacement.engine.too_many_days", days=days, most=MOST_DAYS)
    if table is not None and table.names and days > (rows := table.values.shape[0]):
        raise DisplacementError("displacement.engine.table_short", file=file, day=rows, rows=rows)


def _check_somebody_is_left(instance: Instance, arrivals: Arrivals) -> None:
    """Refuse a ``hasten`` of which there are not as many people, so that one simulated person is more than all."""
    hasten, spawn = instance.settings.hasten, instance.settings.spawn_rules
    if hasten == 1 or arrivals.extra:
        return
    inhabitants = max(
        (place.population for place in instance.locations if "camp" not in place.location_type.lower()), default=0
    )
    counted = max((count for each in instance.registrations for file in each.files for count in file.counts), default=0)
    registered = spawn.conflict_driven_spawning is None and not spawn.flood_zone_spawning_only
    if registered and counted >= 1 and not (arrivals.change.any() or arrivals.day0.any()):
        raise DisplacementError("displacement.engine.nobody_registered", hasten=hasten, most=f"{counted:.0f}")
    if 1 <= inhabitants < hasten and not (registered and not arrivals.change.any()):
        raise DisplacementError("displacement.engine.nobody_at_home", hasten=hasten, most=inhabitants)


def uncountable(settings: Settings, rules: Rules) -> list[Problem]:
    """Tell what settings ask for that cannot be counted, since it follows every person."""
    problems: list[Problem] = []
    level = settings.log_levels.agent
    if level > 0:
        problems.append(Problem.of("displacement.engine.agents_out", level=level))
    if settings.move_rules.two_system_decision_making and not rules.two_systems_never:
        problems.append(Problem.of("displacement.engine.two_systems"))
    return problems


def _check_no_town_is_camp(parameters: Mapping[str, Floats]) -> None:
    """Refuse move chances under which a town would be a camp in some replicas only."""
    lowest = float(np.min(parameters.get("default_movechance", 1.0)))
    if lowest < LOWEST_MOVECHANCE:
        raise DisplacementError("displacement.engine.low_parameter", value=lowest)


def parameter_values(instance: Instance, parameters: Mapping[str, Floats], replicas: int) -> dict[str, Floats]:
    """Give each parameter's value, one for all replicas or one for each.

    Raises
    ------
    DisplacementError : there are no replicas, or a parameter is unknown, too low or not one value a replica
    """
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
    return values


def part_of(plan: Plan, values: Mapping[str, Floats], seed: int, first: int, count: int) -> Chunk:
    """Cut out some replicas."""
    own = {name: value if value.size == 1 else value[first : first + count] for name, value in values.items()}
    return Chunk(replace(plan, arrivals=plan.arrivals.part(first, count)), own, seed, first, count)


def chunk_size(plan: Plan) -> int:
    """Say how many replicas are drawn together: many where the network is small, so that memory stays bounded."""
    return int(np.clip(CELLS_AT_ONCE // (plan.network.locations + plan.network.links), 1, MOST_TOGETHER))


def run_chunk(chunk: Chunk) -> Days:
    """Run the replicas of one chunk."""
    chance = StreamChance(generator(chunk.seed, "displacement", str(chunk.first)))
    return Engine(chunk.plan, chunk.values, chunk.replicas, chance).run()


def joined(plan: Plan, parts: Sequence[Days], seed: int) -> Outcome:
    """Put the replicas of all chunks together."""
    network = plan.network
    replicas = sum(part.camp_counts.shape[0] for part in parts)
    camps = tuple(
        place.name for place, is_camp in zip(plan.instance.locations, counted_places(plan), strict=True) if is_camp
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
        raw=_whole_mean([part.raw for part in parts], [part.camp_counts.shape[0] for part in parts]),
        debt=_whole_mean([part.debt for part in parts], [part.camp_counts.shape[0] for part in parts]),
        steps=np.max([part.steps for part in parts], axis=0),
        location_means=_mean([part.location_sums for part in parts], replicas),
        link_flows=_mean([part.link_sums for part in parts], replicas),
        daily_link_flows=_mean([part.daily_link_sums for part in parts], replicas),
        links=np.stack([network.origin, network.destination], axis=1),
    )


def counted_places(plan: Plan) -> Sequence[bool]:
    """Say of which places the people are told: the camps."""
    environment = Environment(plan.instance, plan.network, plan.rules, hasten=plan.instance.settings.hasten)
    return [bool(flag) for flag in environment.counted]


def _mean(sums: Sequence[Floats | None], replicas: int) -> Floats | None:
    known = [each for each in sums if each is not None]
    return None if not known else np.asarray(np.sum(known, axis=0) / replicas, np.float64)


def _whole_mean(means: Sequence[Floats], replicas: Sequence[int]) -> Ints:
    """Give the mean over all replicas as whole people; without a scenario it is the same in all."""
    return np.rint(np.average(means, axis=0, weights=replicas)).astype(np.int64)
