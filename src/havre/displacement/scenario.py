"""Scenarios of displacement: an instance with some changes, beside the same instance without them.

A scenario is a condition, never a forecast: “if this border closes on day 60”. It says nothing of how likely that is.
:func:`apply_scenario` gives both instances; :func:`havre.displacement.comparison.compare` simulates them hand in hand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from havre.displacement.instance import Instance
from havre.displacement.rules import Rules
from havre.displacement.scenario_arrivals import add_people, multiply_arrivals, replace_arrivals
from havre.displacement.scenario_changes import (
    ArrivalFactor,
    Capacity,
    Close,
    Conflict,
    DailyArrivals,
    MorePeople,
    NewCamp,
    NewPlace,
    NewRoad,
    Open,
    Peace,
    RoadChange,
    Rule,
    Scenario,
)
from havre.displacement.scenario_draft import Draft, Remark
from havre.displacement.scenario_roads import add_place, add_road, change_road, close_or_open
from havre.displacement.scenario_values import Part, read_again, value_faults
from havre.displacement.scenario_zones import begin_conflict, change_capacity, change_rule, end_conflict
from havre.errors import DisplacementError, Problem, check_none

_APPLIED: Mapping[type[Part], Callable[[Draft, Any, str], None]] = {
    NewPlace: add_place,
    NewCamp: add_place,
    NewRoad: add_road,
    RoadChange: change_road,
    Open: close_or_open,
    Close: close_or_open,
    Capacity: change_capacity,
    Conflict: begin_conflict,
    Peace: end_conflict,
    ArrivalFactor: multiply_arrivals,
    DailyArrivals: replace_arrivals,
    MorePeople: add_people,
    Rule: change_rule,
}


@dataclass(frozen=True)
class Applied:
    """A scenario applied to an instance.

    Attributes
    ----------
    base : the instance without the changes; the places and roads that the scenario adds are out of reach
    changed : the instance with them
    remarks : what is to be known about it
    """

    scenario: Scenario
    base: Instance
    changed: Instance
    remarks: tuple[Remark, ...]


def apply_scenario(
    instance: Instance, scenario: Scenario, *, rules: Rules | None = None, replicas: int = 1, seed: int = 0
) -> Applied:
    """Apply the changes of a scenario, in the order of their kinds.

    Parameters
    ----------
    rules : under which the instance is simulated; ``None`` is as Flee does
    replicas, seed : for arrivals of which each replica draws its own

    Raises
    ------
    DisplacementError : every fault of the scenario, and everything in it that does not fit the instance, at once
    """
    changes = scenario.in_order()
    problems: list[Problem] = []
    if not changes:
        expected = ", ".join(kind.__name__ for kind in _APPLIED)
        problems.append(Problem.of("displacement.scenario.empty", where=scenario.name or "scenario", expected=expected))
    draft = Draft(instance, rules or Rules.flee(), replicas, seed)
    for where, change in changes:
        faults = list(value_faults(change, where))
        problems += faults
        if not faults:
            _APPLIED[type(change)](draft, read_again(change), where)
    check_none([*problems, *draft.problems], DisplacementError)
    return Applied(scenario, draft.base(), draft.changed(), tuple(draft.remarks))
