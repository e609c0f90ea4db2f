"""The limit of very many people, in which every share is met: expected counts to 12 digits without a single draw.

An instance with a million million times the people, and draws replaced by their rounded means, gives the engine's own
expectations, which those of the reference must equal: exactly where people do not influence each other, and in the
limit where they do (with frozen occupancy). What is left of chance, and adaptive occupancy, samples have to show.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from havre.displacement import simulate
from havre.displacement.chance import StreamChance
from havre.displacement.instance import CountFile, Instance, Location, Registrations
from havre.displacement.rules import Rules
from havre.displacement.settings import ConflictSpawning, FloodSpawning, SpawnRules
from tests.displacement.equivalence.case import Case, Fault
from tests.displacement.reference.exact import ManyPeople

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
TIMES = 10**12
LEAST_EFFECT = 0.3
"""Persons, of about a hundred, that a fault moves at least."""
MATCHES = ("MatchCampReligion", "MatchCampEthnicity", "MatchTownEthnicity", "MatchConflictEthnicity")


def many(instance: Instance, times: int = TIMES) -> Instance:
    """Give the instance with so many times the people; populations too, where they are more than a weight."""
    settings = instance.settings
    moves, spawn = settings.move_rules, settings.spawn_rules
    peopled = spawn.take_from_population or any(getattr(moves, match) for match in MATCHES)
    return replace(
        instance,
        locations=tuple(_large(place, times, peopled=peopled) for place in instance.locations),
        registrations=tuple(
            Registrations(row.name, tuple(_much(file, times) for file in row.files)) for row in instance.registrations
        ),
        agents=instance.agents
        and replace(instance.agents, numbers=tuple(number * times for number in instance.agents.numbers)),
        settings=replace(settings, spawn_rules=_spawning(spawn, times, peopled=peopled)),
    )


def engine_means(case: Case, fault: Fault | None = None, times: int = TIMES) -> Floats:
    """Run the engine once, with draws replaced by their means, on a case or its fault; persons by day and place."""
    instance = fault if isinstance(fault, Instance) else case.instance
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StreamChance, "binomial", _mean_binomial)
        patch.setattr(StreamChance, "multinomial", _mean_multinomial)
        patch.setattr(StreamChance, "poisson", _mean_poisson)
        outcome = simulate(
            many(instance, times),
            rules=fault if isinstance(fault, Rules) else case.rules,
            occupancy="frozen" if case.coupled else case.occupancy,
            record=("locations",),
        )
    assert outcome.location_means is not None
    return outcome.location_means / times


@cache
def reference_means(case: Case) -> Floats:
    """Give the expected counts of the reference in the same limit, and by the same unit."""
    law = ManyPeople(many(case.instance), case.rules).law(case.days)
    return np.array([[law.cumulants(day, place)[0] for place in law.places] for day in range(case.days)]) / TIMES


def _large(place: Location, times: int, *, peopled: bool) -> Location:
    attributes = dict(place.attributes)
    for name in {"initial_idps", "capacity_per_day"} & set(attributes):
        attributes[name] = str(int(attributes[name]) * times)
    grows = peopled or "camp" in place.location_type
    return replace(place, population=place.population * (times if grows else 1), attributes=attributes)


def _much(file: CountFile, times: int) -> CountFile:
    return replace(file, counts=tuple(count * times for count in file.counts))


def _spawning(spawn: SpawnRules, times: int, *, peopled: bool) -> SpawnRules:
    rule = spawn.conflict_driven_spawning
    return replace(
        spawn,
        conflict_driven_spawning=rule
        if rule and peopled and rule.spawn_mode == "pop_ratio"
        else _by_conflict(rule, times),
        flood_driven_spawn_mode=_by_flood(spawn.flood_driven_spawn_mode, times),
        flood_spawn_mode=_by_flood(spawn.flood_spawn_mode, times),
    )


def _by_conflict(rule: ConflictSpawning | None, times: int) -> ConflictSpawning | None:
    return rule and replace(rule, displaced_per_conflict_day=rule.displaced_per_conflict_day * times)


def _by_flood(rule: FloodSpawning | None, times: int) -> FloodSpawning | None:
    return rule and replace(rule, displaced_per_flood_day=tuple(each * times for each in rule.displaced_per_flood_day))


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
