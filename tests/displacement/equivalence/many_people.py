"""The limit of very many people, in which every share is met: expected counts to 12 digits without a single draw.

Where people do not influence each other, expected counts are linear in the numbers of people. An instance with a billion
times the people, and draws replaced by their rounded means, therefore gives the engine's own expectations, which the exact
law of the reference must equal. What is left of chance (variances, distributions) samples have to show.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from havre.displacement import Outcome, simulate
from havre.displacement.chance import StreamChance
from havre.displacement.instance import CountFile, Instance, Location, Registrations
from havre.displacement.rules import Rules
from havre.displacement.settings import ConflictSpawning, FloodSpawning, SpawnRules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TIMES = 10**12


def many(instance: Instance) -> Instance:
    """Give the instance with so many times the people; populations stay, since they only weigh."""
    settings = instance.settings
    return replace(
        instance,
        locations=tuple(_large(place) for place in instance.locations),
        registrations=tuple(Registrations(row.name, tuple(_much(file) for file in row.files)) for row in instance.registrations),
        agents=instance.agents
        and replace(instance.agents, numbers=tuple(number * TIMES for number in instance.agents.numbers)),
        settings=replace(settings, spawn_rules=_spawning(settings.spawn_rules)),
    )


def expected_counts(instance: Instance, rules: Rules) -> Outcome:
    """Run the engine once with draws replaced by their means."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StreamChance, "binomial", _mean_binomial)
        patch.setattr(StreamChance, "multinomial", _mean_multinomial)
        patch.setattr(StreamChance, "poisson", _mean_poisson)
        return simulate(instance, replicas=1, rules=rules, record=("locations",))


def _large(place: Location) -> Location:
    attributes = dict(place.attributes)
    if "initial_idps" in attributes:
        attributes["initial_idps"] = str(int(attributes["initial_idps"]) * TIMES)
    capacity = place.population * TIMES if "camp" in place.location_type else place.population
    return replace(place, population=capacity, attributes=attributes)


def _much(file: CountFile) -> CountFile:
    return replace(file, counts=tuple(count * TIMES for count in file.counts))


def _spawning(spawn: SpawnRules) -> SpawnRules:
    return replace(
        spawn,
        conflict_driven_spawning=_by_conflict(spawn.conflict_driven_spawning),
        flood_driven_spawn_mode=_by_flood(spawn.flood_driven_spawn_mode),
        flood_spawn_mode=_by_flood(spawn.flood_spawn_mode),
    )


def _by_conflict(rule: ConflictSpawning | None) -> ConflictSpawning | None:
    return rule and replace(rule, displaced_per_conflict_day=rule.displaced_per_conflict_day * TIMES)


def _by_flood(rule: FloodSpawning | None) -> FloodSpawning | None:
    return rule and replace(rule, displaced_per_flood_day=tuple(each * TIMES for each in rule.displaced_per_flood_day))


def _mean_binomial(chance: StreamChance, count: Ints, share: Floats, *_: object) -> Ints:
    del chance
    return np.rint(count * share).astype(np.int64)


def _mean_multinomial(chance: StreamChance, count: Ints, shares: Floats, *_: object) -> Ints:
    """Round each share of the counts, and let the last choice that has a share take what rounding leaves."""
    del chance
    spread = np.rint(count[..., None] * shares).astype(np.int64)
    last = shares.shape[-1] - 1 - np.argmax((shares > 0.0)[..., ::-1], axis=-1)
    rest = count - spread.sum(axis=-1)
    np.put_along_axis(
        spread, last[..., None], np.take_along_axis(spread, last[..., None], axis=-1) + rest[..., None], axis=-1
    )
    return spread


def _mean_poisson(chance: StreamChance, mean: Floats, *_: object) -> Ints:
    del chance
    return np.rint(mean).astype(np.int64)
