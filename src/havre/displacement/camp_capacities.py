"""How many people each camp holds on each day, as the simulation takes it.

That is not always the number in ``locations.csv``. Flee lowers the capacity of a camp by the people who are put into it
on day 0, although they take up its places as well: a camp of 1,000 places with 300 people on day 0 takes 700, these 300
among them. ``capacity_per_day`` raises the capacity, and ``capacity_scaling`` multiplies it.
"""

from collections.abc import Sequence

import numpy as np

from havre.displacement.camp_series import CampSeries
from havre.displacement.environment import number_of, type_word
from havre.displacement.instance import Instance, Location
from havre.displacement.outcome import Floats
from havre.displacement.rules import Rules


def camp_capacities(instance: Instance, rules: Rules, series: CampSeries, camps: Sequence[str], days: int) -> Floats:
    """Give the capacity that holds for each camp on each day.

    Parameters
    ----------
    rules : ``day0_lowers_capacity`` decides whether the people of day 0 are taken off
    series : what was registered, of which day 0 counts; a camp that it does not have had nobody
    camps : their names
    days : days from 0 on

    Returns
    -------
    People in simulated persons (divided by ``hasten``), shape (days, camps); infinite where there is no limit, which is
    so below 1.
    """
    places = {place.name: place for place in instance.locations}
    numbers = {name: number for number, name in enumerate(series.camps)}
    lowered = rules.day0_lowers_capacity and instance.settings.spawn_rules.insert_day0 and _by_registrations(instance)
    capacities = np.empty((days, len(camps)))
    for column, name in enumerate(camps):
        people = int(series.counts[0, numbers[name]]) if lowered and name in numbers else 0
        capacities[:, column] = _by_day(instance, places[name], people, days)
    capacities *= instance.settings.move_rules.capacity_scaling
    return np.where(capacities < 1, np.inf, capacities)


def _by_day(instance: Instance, place: Location, people: int, days: int) -> Floats:
    """Give the capacity of one camp, of which people of day 0 are taken off, in the order of the simulation's days."""
    growth = int(number_of(place.attributes, "capacity_per_day"))
    capacity, taken = _written(place, instance.settings.hasten), 0
    values = np.empty(days)
    for day in range(days):
        for event in instance.events.capacities:
            if event.camp == place.name and event.day == day:
                capacity = event.applied(capacity, taken, instance.settings.hasten)
        if day == 0 and capacity > 0:
            taken = people
            capacity -= taken
        capacity += growth
        values[day] = capacity
    return values


def closed_to_newcomers(instance: Instance) -> float:
    """Give the part of its capacity above which nobody sets out for a camp any more.

    Between ``capacity_buffer`` and 1 a camp attracts less and less; where it attracts less than half, whoever would go
    there stays. With the usual buffer of 0.9 that is 0.95.
    """
    return (1 + instance.settings.move_rules.capacity_buffer) / 2


def _by_registrations(instance: Instance) -> bool:
    spawn = instance.settings.spawn_rules
    return spawn.conflict_driven_spawning is None and not spawn.flood_zone_spawning_only


def _written(place: Location, hasten: int) -> int:
    """Give the capacity of the file; a place that became a camp because nobody leaves it has no limit."""
    return place.population // hasten if type_word(place.location_type) == "camp" else -1
