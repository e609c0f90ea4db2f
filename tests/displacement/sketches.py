"""Sketches of instances in which one thing happens: everybody is displaced on day 0, and chances are 0 or 1.

People leave conflict zones with chance 1 and other places with chance 0, so that they stay where they arrive; camps
have no limit unless it is given. :func:`people_at` runs a sketch and says where everybody is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from havre.displacement.environment import Environment
from havre.displacement.instance import Instance, Location, Route
from havre.displacement.network import compile_network
from havre.displacement.rules import Rules
from havre.displacement.simulate import simulate
from tests.displacement.small_instances import day_table, registrations, settings, small_instance
from tests.properties import examples

STAYING: Mapping[str, Any] = {
    "conflict_movechance": 1.0,
    "default_movechance": 0.0,
    "camp_movechance": 0.0,
    "idpcamp_movechance": 0.0,
}
"""Move chances. Flee makes camps of towns that nobody leaves, which changes nothing here but their name."""
ALL_AT_ONCE: Mapping[str, Any] = {"insert_day0": False, "sum_from_camps": False}
"""Spawn rules under which day 0 displaces as many people as the total series says, none being in camps yet."""

FLOODED: dict[str, Any] = {"flood_zone_spawning_only": True, "conflict_zone_spawning_only": False}
"""Spawn rules under which floods displace people."""
UNHURRIED = hypothesis_settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Settings of properties, which must not depend on how busy the machine is."""
OTHERS = pytest.mark.parametrize(
    "others", [Rules.flee(), Rules.documented()], ids=["other switches on", "other switches off"]
)
"""Runs a test of one switch with all other switches on, and off."""


def place(name: str, kind: str = "town", population: int = 0, country: str = "Home", **attributes: object) -> Location:
    """Make a row of locations.csv; ``x``, ``y``, ``region`` and ``conflict_date`` may be given as attributes."""
    words = {key: str(value) for key, value in attributes.items()}
    x, y = float(words.pop("x", "0")), float(words.pop("y", "0"))
    region, since = words.pop("region", "Region"), int(words.pop("conflict_date", "0"))
    return Location(name, region, country, x, y, kind, since, population, words)


WAR = place("War", "conflict_zone", 1_000)


def roads(*rows: tuple[str, str, float]) -> tuple[Route, ...]:
    """Make roads from their ends and km."""
    return tuple(Route(one, other, km) for one, other, km in rows)


def sketch(
    places: Sequence[Location],
    routes: Sequence[Route],
    *,
    people: int = 100,
    length: int = 3,
    camps: Mapping[str, Mapping[int, float]] | None = None,
    zones: Mapping[str, Sequence[float]] | None = None,
    move: Mapping[str, Any] | None = None,
    spawn: Mapping[str, Any] | None = None,
    hasten: int = 1,
    **rest: Any,
) -> Instance:
    """Make an instance in which ``people`` are displaced on day 0.

    Parameters
    ----------
    camps : registrations by name and day; camps that are not named count nobody
    zones : intensities by name and day; zones that are not named have 1 every day
    move, spawn : settings that differ from ``STAYING`` and ``ALL_AT_ONCE``
    rest : any field of the instance
    """
    counted = {each.name: {0: 0.0} for each in places if "camp" in each.location_type}
    raging = {each.name: [1.0] * length for each in places if "conflict" in each.location_type}
    return small_instance(
        length=length,
        locations=tuple(places),
        routes=tuple(routes),
        registrations=registrations({"total": {0: float(people)}, **counted, **(camps or {})}),
        settings=settings({**STAYING, **(move or {})}, {**ALL_AT_ONCE, **(spawn or {})}, hasten=hasten),
        **{"conflicts": day_table(length, raging | dict(zones or {})), **rest},
    )


def people_at(instance: Instance, rules: Rules | None = None, day: int = 0, **options: Any) -> dict[str, int]:
    """Run one replica up to a day and say how many people are at each place at its end."""
    outcome = simulate(instance, rules=rules, days=day + 1, record=("locations",), **options)
    assert outcome.location_means is not None
    return {name: int(count) for name, count in zip(outcome.locations, outcome.location_means[day], strict=True)}


def both(instance: Instance, others: Rules, switch: str, day: int = 0) -> tuple[dict[str, int], dict[str, int]]:
    """Say where people are with a switch on, and off."""
    on, off = (people_at(instance, others.switched(**{switch: value}), day) for value in (True, False))
    return on, off


def environment(
    places: Sequence[Location], routes: Sequence[Route] = (), rules: Rules | None = None, **rest: Any
) -> Environment:
    """Make the environment of a sketch before its first day."""
    rest.setdefault("move", {"default_movechance": 0.3})
    instance = sketch(places, routes, **rest)
    rules = rules or Rules.flee()
    return Environment(instance, compile_network(instance, rules), rules, hasten=instance.settings.hasten)


def flags_of(found: Environment, number: int) -> list[str]:
    """Name the types that a place has."""
    flags = ("camp", "idp_camp", "forward", "marker", "flood_zone", "town")
    return [flag for flag in flags if getattr(found, flag)[number]]
