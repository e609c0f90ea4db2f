"""How many people are displaced each day: what the registrations tell, or what a scenario puts in their place.

Where people are displaced by conflicts or floods, the registrations do not say how many; what a scenario adds counts
all the same.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from havre.displacement.camp_series import registered
from havre.displacement.instance import Instance
from havre.displacement.network import Floats, Ints, Network
from havre.displacement.rules import Rules
from havre.errors import DisplacementError, Problem, check_none


@dataclass(frozen=True, eq=False)
class Extra:
    """People displaced beside the others: by day, (days,) or (replicas, days), from places (P) with shares (P)."""

    people: Ints
    places: Ints
    shares: Floats


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Who is displaced.

    Attributes
    ----------
    change : change of the registered people by day, (days,) or (replicas, days)
    day0 : registered people of day 0 at each place, L
    extra : people beside them
    """

    change: Ints
    day0: Ints
    extra: tuple[Extra, ...] = ()

    def part(self, first: int, count: int) -> Self:
        """Give what holds for some replicas."""
        chosen = slice(first, first + count)
        extra = tuple(Extra(_rows(each.people, chosen), each.places, each.shares) for each in self.extra)
        return type(self)(_rows(self.change, chosen), self.day0, extra)

    def check(self, replicas: int, days: int) -> None:
        """Refuse numbers that do not fit.

        Raises
        ------
        DisplacementError : numbers by replica are for another number of replicas, or numbers end before the last day
        """
        problems: list[Problem] = []
        for numbers in (self.change, *(each.people for each in self.extra)):
            if numbers.ndim == 2 and numbers.shape[0] != replicas:
                fields = {"given": numbers.shape[0], "replicas": replicas}
                problems.append(Problem.of("displacement.scenario.replicas", **fields))
            if numbers.shape[-1] < days:
                problems.append(Problem.of("displacement.scenario.short", given=numbers.shape[-1], days=days))
        check_none(list(dict.fromkeys(problems)), DisplacementError)


def _rows(numbers: Ints, chosen: slice) -> Ints:
    return numbers if numbers.ndim == 1 else numbers[chosen]


def registered_change(instance: Instance, rules: Rules, days: int) -> Ints:
    """Give the change of the registered people on each day, (days,), as Flee takes it."""
    series = registered(instance, days)
    from_camps = instance.settings.spawn_rules.sum_from_camps
    level = series.camp_sum if from_camps else series.total
    change = np.diff(level, prepend=0.0)
    if from_camps and rules.day0_raw_counts_total:
        change[0] += series.total[0]
    return np.trunc(change).astype(np.int64)


def find_arrivals(instance: Instance, network: Network, rules: Rules, days: int) -> Arrivals:
    """Say how many people are displaced each day, and who is in the camps on day 0."""
    series = registered(instance, 1)
    day0 = np.zeros(network.locations, np.int64)
    numbers = {name: number for number, name in enumerate(network.names)}
    for camp, name in enumerate(series.camps):
        day0[numbers[name]] = int(series.counts[0, camp])
    events = instance.events
    change = registered_change(instance, rules, days) if events.arrivals is None else events.arrivals
    extra = tuple(
        Extra(each.people, np.array([network.number(name) for name in each.places], np.int64), np.array(each.shares))
        for each in events.people
    )
    return Arrivals(change, day0, extra)
