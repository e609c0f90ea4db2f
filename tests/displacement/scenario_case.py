"""What tests of scenarios share: a scenario applied to the small instance, and what is open on which day."""

from typing import Any

from havre.displacement.environment import Environment
from havre.displacement.instance import Closure, Instance
from havre.displacement.network import compile_network
from havre.displacement.rules import Rules
from havre.displacement.scenario import Applied, apply_scenario
from havre.displacement.scenario_file import make_scenario
from havre.errors import DisplacementError
from tests.displacement.small_instances import small_instance

BORDER = Closure("country", "Norland", "Sudland", 4, 12)
"""Shuts the road from Cerna to Hub, the only one from Norland to Sudland."""


def apply(instance: Instance | None = None, *, replicas: int = 3, **tables: Any) -> Applied:
    """Apply tables as they stand in a file."""
    raw = {key: value if isinstance(value, list) else [value] for key, value in tables.items()}
    return apply_scenario(instance or small_instance(), make_scenario(raw), replicas=replicas, seed=1)


def faults(instance: Instance | None = None, **tables: Any) -> list[str]:
    """Give the keys of everything that is wrong, without what they all begin with."""
    try:
        apply(instance, **tables)
    except DisplacementError as error:
        return [problem.key.removeprefix("displacement.scenario.") for problem in error.problems]
    return []


def open_days(instance: Instance, one: str, other: str) -> list[int]:
    """Give the days on which people may set out from one place to another."""
    network = compile_network(instance, Rules.flee())
    environment = Environment(instance, network, Rules.flee(), hasten=instance.settings.hasten)
    origin, destination = network.number(one), network.number(other)
    days: list[int] = []
    for day in range(instance.length):
        environment.begin_day(day)
        environment.close_and_open(day)
        links = (network.origin == origin) & (network.destination == destination)
        days += [day] * int(environment.open[links].sum())
    return days


def day_by_day(instance: Instance, name: str, what: str) -> list[float]:
    """Give an attribute of the environment for a place, on each day."""
    network = compile_network(instance, Rules.flee())
    environment = Environment(instance, network, Rules.flee(), hasten=instance.settings.hasten)
    values: list[float] = []
    for day in range(instance.length):
        environment.begin_day(day)
        environment.close_and_open(day)
        values.append(float(getattr(environment, what)[network.number(name)]))
    return values
