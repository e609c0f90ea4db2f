"""A rehearsal: every rule of every day with nobody on the move: what would stop a simulation is found before it.

First the people of each day are displaced and not followed any further; then all days are gone through without them.
"""

from dataclasses import replace

import numpy as np

from havre.displacement.arrivals import Arrivals
from havre.displacement.chance import StreamChance
from havre.displacement.engine import Engine, Plan
from havre.displacement.environment import Environment
from havre.displacement.groups import find_groups
from havre.displacement.instance import Instance
from havre.displacement.simulate import parameter_values
from havre.displacement.spawning import Spawning
from havre.scale import generator


def rehearse(plan: Plan) -> None:
    """Go through the days of a plan without simulating it.

    Where people are taken from the population, it is not foreseen when a place has none left.

    Raises
    ------
    DisplacementError : what would stop a simulation on one of its days
    """
    if not plan.instance.settings.spawn_rules.take_from_population:
        _displace(plan)
    nobody = Arrivals(np.zeros(plan.days, np.int64), np.zeros_like(plan.arrivals.day0))
    empty = replace(plan, instance=_without_people(plan.instance), arrivals=nobody, record=())
    Engine(empty, parameter_values(empty.instance, {}, 1), 1, _chance()).run()


def _displace(plan: Plan) -> None:
    """Let people be displaced as the registrations say."""
    instance, network, rules = plan.instance, plan.network, plan.rules
    environment = Environment(instance, network, rules, hasten=instance.settings.hasten)
    groups = find_groups(instance, network, rules)
    spawning = Spawning(instance, network, environment, groups, rules, plan.arrivals, 1, homes=False)
    chance = _chance()
    for day in range(plan.days if spawning.by_registrations else 0):
        if environment.begin_day(day):
            spawning.reweigh(day)
        spawning.displace(day, chance)
        environment.close_and_open(day)
        spawning.reweigh(day)


def _without_people(instance: Instance) -> Instance:
    """Give an instance in which nobody is displaced, whatever displaces people, and all else is the same."""
    spawn = instance.settings.spawn_rules
    conflict = spawn.conflict_driven_spawning
    modes = {
        name: replace(mode, displaced_per_flood_day=(0.0,) * len(mode.displaced_per_flood_day))
        for name in ("flood_driven_spawn_mode", "flood_spawn_mode")
        if (mode := getattr(spawn, name)) is not None
    }
    spawn = replace(
        spawn,
        empty_camps_on_day0=True,
        conflict_driven_spawning=None if conflict is None else replace(conflict, displaced_per_conflict_day=0.0),
        **modes,
    )
    agents = instance.agents
    if agents is not None:
        agents = replace(agents, numbers=(0,) * len(agents.numbers))
    return replace(instance, agents=agents, settings=replace(instance.settings, spawn_rules=spawn))


def _chance() -> StreamChance:
    return StreamChance(generator(0, "rehearsal"))
