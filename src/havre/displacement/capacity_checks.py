"""Camps whose capacity does not mean what it says: full from day 0 on, or without any limit.

Flee takes the people of day 0 off the capacity of their camp, although they take up its places as well, and a capacity
below 1 is no limit. So a camp with more people on day 0 than it can hold takes in everybody, and one that is more than
half full takes in nobody. What counts is what the simulation goes by: the count of day 0 after level-1 corrections,
which may be that of a later day where there is no earlier one.
"""

from collections.abc import Sequence

import numpy as np

from havre.displacement.camp_capacities import camp_capacities
from havre.displacement.camp_series import registered
from havre.displacement.environment import number_of
from havre.displacement.findings import shown
from havre.displacement.instance import Instance, Location
from havre.displacement.rules import Rules
from havre.errors import DisplacementError, Problem

BEGINNING = "displacement.flee.capacity."
"""With what the keys of all these warnings begin."""


def capacity_warnings(instance: Instance, rules: Rules, file: str, rows: Sequence[int]) -> tuple[Problem, ...]:
    """Tell the camps that have another limit on day 0 than their capacity says.

    Parameters
    ----------
    rules : ``day0_lowers_capacity`` decides whether the people of day 0 are taken off
    file, rows : where the places stand, a row for each

    Returns
    -------
    A warning for each such camp; none where the registrations are faulty, which is told elsewhere.
    """
    try:
        series = registered(instance, 1)
    except DisplacementError:
        return ()
    limits = camp_capacities(instance, rules, series, series.camps, 1)[0]
    column = {name: number for number, name in enumerate(series.camps)}
    spawn = instance.settings.spawn_rules
    inserted = spawn.insert_day0 and not spawn.empty_camps_on_day0
    told: list[Problem] = []
    for place, row in zip(instance.locations, rows, strict=True):
        if place.name in column and place.population > 0:
            there = float(series.counts[0, column[place.name]]) if inserted else 0.0
            limit = float(limits[column[place.name]])
            told += _warnings(instance, place, there, limit, {"file": file, "row": row})
            told += _later(instance, rules, place, limit, {"file": file, "row": row})
    return tuple(told)


def _later(instance: Instance, rules: Rules, place: Location, limit: float, where: dict[str, object]) -> list[Problem]:
    """Tell a camp whose capacity shrinks until it is no limit any more."""
    if np.isinf(limit) or number_of(place.attributes, "capacity_per_day") >= 0:
        return []
    series = registered(instance, 1)
    lost = np.isinf(camp_capacities(instance, rules, series, (place.name,), instance.length)[:, 0])
    if not lost.any():
        return []
    fields = {**where, "name": shown(place.name), "capacity": place.population, "day": int(lost.argmax())}
    return [Problem.of("displacement.flee.capacity.shrinks_away", **fields)]


def _warnings(
    instance: Instance, place: Location, there: float, limit: float, where: dict[str, object]
) -> list[Problem]:
    """Tell of one camp that it has no limit, or is full on day 0; ``there`` and ``limit`` are simulated persons."""
    hasten = instance.settings.hasten
    fields = {**where, "name": shown(place.name), "capacity": place.population}
    count, left = round(there * hasten), 0 if np.isinf(limit) else round(limit * hasten)
    if place.population // hasten < 1:
        return [Problem.of("displacement.flee.capacity.below_hasten", hasten=hasten, **fields)]
    if np.isinf(limit):
        if there >= place.population // hasten:
            return [Problem.of("displacement.flee.capacity.no_limit", count=count, **fields)]
        return [Problem.of("displacement.flee.capacity.scaled_away", **fields)]
    if there < limit:
        return []
    if limit < place.population // hasten:
        return [Problem.of("displacement.flee.capacity.full_lowered", count=count, left=left, **fields)]
    return [Problem.of("displacement.flee.capacity.full", count=count, **fields)]
