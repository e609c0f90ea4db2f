"""Each error of the engine is raised by what it names, and tells it in English and French."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havre.displacement import engine
from havre.displacement.groups import find_groups
from havre.displacement.instance import Closure, DayTable, Demographics, Instance
from havre.displacement.network import compile_network
from havre.displacement.rules import Rules
from havre.displacement.settings import ConflictSpawning, FloodRules, FloodSpawning, LogLevels
from havre.displacement.simulate import simulate
from havre.errors import DisplacementError
from havre.texts import catalogue
from tests.displacement.sketches import FLOODED, WAR, place, roads, sketch

PREFIX = "displacement.engine."
ROAD = roads(("War", "Camp", 50))
CHILDREN = {"ChildrenAvoidHazards": True}


def instance(routes: Any = ROAD, **rest: Any) -> Instance:
    return sketch(rest.pop("places", [WAR, place("Camp", "camp")]), routes, **rest)


def ages(values: tuple[str | float, ...], **weights: tuple[float, ...]) -> Instance:
    return instance(move=CHILDREN, demographics=(Demographics("age", values, weights),))


def flooded(level: float, values: tuple[float, ...]) -> Instance:
    """Make an instance whose only place is flooded and displaces by the values of a list."""
    spawn = FLOODED | {"flood_driven_spawn_mode": FloodSpawning("constant", values)}
    floods = DayTable(("War",), (0.0, 1.0, 2.0), np.full((3, 1), level))
    return instance(floods=floods, spawn=spawn)


def no_group() -> None:
    told = ages((10, 40), Default=(1.0, 1.0))
    find_groups(told, compile_network(told, Rules.flee()), Rules.flee()).number({"age": "elder"})


def following_everybody() -> Instance:
    plain = instance()
    return replace(plain, settings=replace(plain.settings, log_levels=LogLevels(agent=2)))


TWICE = {"two_system_decision_making": 1.0}
MANUAL = Rules.documented()
FAULTS: dict[str, tuple[Callable[[], object], dict[str, object]]] = {
    "unknown_place": (
        lambda: simulate(instance(closures=(Closure("location", "Kamp", "", 1, 2),))),
        {"name": "Kamp"},
    ),
    "no_places": (lambda: simulate(instance((), places=[])), {"instance": "small"}),
    "road_end": (lambda: simulate(instance(roads(("War", "Kamp", 5)))), {"row": 1, "name": "Kamp"}),
    "road_length": (lambda: simulate(instance(roads(("War", "Camp", 5), ("War", "Camp", 0)))), {"row": 2, "value": 0}),
    "road_loop": (lambda: simulate(instance(roads(("Camp", "Camp", 5)))), {"row": 1, "name": "Camp"}),
    "no_group": (no_group, {"facts": "elder"}),
    "no_demographics": (
        lambda: simulate(instance(move=CHILDREN)),
        {"attribute": "age", "rule": "ChildrenAvoidHazards / ElderlyAvoidHazards"},
    ),
    "age": (lambda: simulate(ages(("young",), Default=(1.0,))), {"value": "young"}),
    "no_default": (lambda: simulate(ages((10,), War=(1.0,))), {"attribute": "age", "place": "Camp"}),
    "no_weights": (lambda: simulate(ages((10,), Default=(0.0,))), {"attribute": "age", "place": "War"}),
    "no_awareness": (lambda: simulate(instance(move={"flood_rules": FloodRules(flood_forecaster=True)})), {}),
    "ipc_days": (
        lambda: simulate(instance(ipc=DayTable(("Region",), (0.0, 1.0), np.zeros((2, 1))))),
        {"day": 2, "first": 0.0, "last": 1.0},
    ),
    "table_short": (lambda: simulate(instance(), days=4), {"file": "conflicts.csv", "day": 3, "rows": 3}),
    "flood_list": (lambda: simulate(flooded(1, ())), {"name": "displaced_per_flood_day"}),
    "flood_level": (
        lambda: simulate(flooded(2, (0.0, 1.0, 2.0))),
        {"name": "displaced_per_flood_day", "level": 2, "levels": 3},
    ),
    "agents_out": (lambda: simulate(following_everybody()), {"level": 2}),
    "two_systems": (lambda: simulate(instance(move=TWICE), rules=MANUAL), {}),
    "both_spawn": (lambda: simulate(instance(spawn=FLOODED | {"conflict_zone_spawning_only": True})), {}),
    "no_zone": (lambda: simulate(instance(zones={"War": [1.0, 0.0, 0.0]}, camps={"total": {0: 5.0, 2: 9.0}})),
                {"day": 1, "people": 2, "row": 2}),
    "zone_without_people": (
        lambda: simulate(instance(places=[place("War", "conflict_zone"), place("Camp", "camp")])),
        {"day": 0, "people": 100, "names": "War"},
    ),
    "zone_below_hasten": (
        lambda: simulate(instance(places=[place("War", "conflict_zone", 3), place("Town", "town", 900),
                                          place("Camp", "camp")], hasten=7)),
        {"day": 0, "people": 14, "names": "War", "hasten": 7},
    ),
    "zone_emptied": (
        lambda: simulate(instance(places=[place("War", "conflict_zone", 100), place("Camp", "camp")],
                                  camps={"total": {0: 100.0, 2: 104.0}}, spawn={"take_from_population": True})),
        {"day": 1, "people": 2, "names": "War"},
    ),
    "zone_decayed": (
        lambda: simulate(instance(camps={"total": {0: 100.0, 2: 104.0}},
                                  spawn={"conflict_spawn_decay": (1.0, 0.0), "conflict_spawn_decay_interval": 1})),
        {"day": 2, "people": 2, "names": "War"},
    ),
    "nobody_registered": (lambda: simulate(instance(hasten=101)), {"hasten": 101, "most": "100"}),
    "nobody_at_home": (lambda: simulate(instance(people=5_000, hasten=1_001)), {"hasten": 1_001, "most": 1_000}),
    "parameter": (
        lambda: simulate(instance(), parameters={"hasten": np.ones(1)}),
        {"name": "hasten"},
    ),
    "parameter_shape": (
        lambda: simulate(instance(), replicas=3, parameters={"camp_weight": np.ones(2)}),
        {"name": "camp_weight", "values": 2, "replicas": 3},
    ),
    "low_parameter": (
        lambda: simulate(instance(), replicas=2, parameters={"default_movechance": np.array([0.3, 0.004])}),
        {"value": 0.004},
    ),
    "replicas": (lambda: simulate(instance(), replicas=0), {"replicas": 0}),
    "days": (lambda: simulate(instance(), days=0), {"days": 0, "known": 3}),
    "too_many": (
        lambda: simulate(instance(spawn={"conflict_driven_spawning": ConflictSpawning("poisson", 1e18)})),
        {"most": "1000000000000000"},
    ),
    "too_many_days": (lambda: simulate(instance(zones={}), days=1_000_000_000), {"days": 1_000_000_000}),
    "endless": (
        lambda: simulate(instance(roads(("War", "Camp", 1)), move={"camp_movechance": 1.0})),
        {"day": 0, "rounds": 50, "roads": "War – Camp (1 km)"},
    ),
    "record": (lambda: simulate(instance(), record=("camps",)), {"name": "camps"}),
    "spawn_mode": (
        lambda: simulate(instance(spawn={"conflict_driven_spawning": ConflictSpawning("often")})),
        {"mode": "often"},
    ),
}  # fmt: skip
"""What raises each error, and what the error says of it."""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_error_of_the_catalogue_is_raised_here(language: str) -> None:
    keys = [key for key in catalogue("errors", language) if key.startswith(PREFIX)]
    assert sorted(key.removeprefix(PREFIX) for key in keys) == sorted(FAULTS)


@pytest.mark.parametrize("key", FAULTS)
def test_each_error_says_what_was_wrong_and_where(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MOST_ROADS", 50)
    fault, said = FAULTS[key]
    with pytest.raises(DisplacementError) as raised:
        fault()
    (problem,) = raised.value.problems
    fields = dict(problem.fields)
    assert problem.key == PREFIX + key
    assert said.items() <= fields.items()
    english, french = problem.sentence("en"), problem.sentence("fr")
    assert english != french
    for value in said.values():
        assert str(value) in english
    assert "{" not in english + french + (problem.advice("en") or "") + (problem.advice("fr") or "")


def test_most_roads_of_a_day_are_enough_for_real_roads() -> None:
    # A kilometre at a time, people come as far as a day allows, and no error stops them.
    assert engine.MOST_ROADS > 360 * 20
