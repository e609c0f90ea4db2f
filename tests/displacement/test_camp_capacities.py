"""How many people a camp holds, beside what the engine itself goes by."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from havre.displacement.camp_capacities import camp_capacities, closed_to_newcomers
from havre.displacement.camp_series import registered
from havre.displacement.chance import StreamChance
from havre.displacement.engine import Engine
from havre.displacement.events import CapacityEvent, Events
from havre.displacement.instance import Instance
from havre.displacement.outcome import Floats
from havre.displacement.rules import Rules
from havre.displacement.settings import ConflictSpawning, MoveRules, Settings, SpawnRules
from havre.displacement.simulate import make_plan
from havre.scale import generator
from tests.displacement.small_instances import LOCATIONS, small_instance

CAMPS = ("Dol Camp", "Este")
CHANGED = Events(
    capacities=(
        CapacityEvent("Este", 0, 900),
        CapacityEvent("Dol Camp", 3, None, 0.5),
        CapacityEvent("Este", 9, 40),
        CapacityEvent("Este", 12, None, 3.0),
        CapacityEvent("Dol Camp", 15, -1),
    )
)


def growing(per_day: str) -> Instance:
    places = [
        replace(place, attributes={"capacity_per_day": per_day}) if place.name == "Este" else place
        for place in LOCATIONS
    ]
    return small_instance(locations=tuple(places))


def run_day(engine: Engine, day: int) -> None:
    passes = engine.day(day)
    split = next(passes)
    with suppress(StopIteration):
        while True:
            split = passes.send(split)


def of_the_engine(instance: Instance, rules: Rules, days: int) -> Floats:
    """Take the capacities from the engine, day by day; it has no limit below 1."""
    plan = make_plan(instance, rules, "adaptive", days)
    values = {
        name: np.array([getattr(instance.settings.move_rules, name)])
        for name in MoveRules.__dataclass_fields__
        if isinstance(getattr(instance.settings.move_rules, name), float)
    }
    engine = Engine(plan, values, 1, StreamChance(generator(1, "test")))
    columns = [plan.network.names.index(name) for name in CAMPS]
    rows = []
    engine.people = engine._spawning.begin(engine._chance)
    for day in range(days):
        run_day(engine, day)
        rows.append(engine._environment.capacity[columns] * instance.settings.move_rules.capacity_scaling)
    found = np.array(rows, np.float64)
    return np.where(found < 1, np.inf, found)


@pytest.mark.parametrize("rules", [Rules.flee(), Rules.documented()])
@pytest.mark.parametrize(
    "instance",
    [
        small_instance(),
        growing("7"),
        growing("-300"),
        small_instance(settings=Settings(hasten=7)),
        small_instance(settings=Settings(hasten=7), events=CHANGED),
        small_instance(events=CHANGED),
        replace(growing("7"), events=CHANGED),
        small_instance(settings=Settings(move_rules=MoveRules(capacity_scaling=0.5))),
        small_instance(settings=Settings(spawn_rules=SpawnRules(insert_day0=False))),
        small_instance(settings=Settings(spawn_rules=SpawnRules(empty_camps_on_day0=True))),
        small_instance(settings=Settings(spawn_rules=SpawnRules(conflict_driven_spawning=ConflictSpawning()))),
    ],
)
def test_capacities_are_those_of_the_engine(instance: Instance, rules: Rules) -> None:
    found = camp_capacities(instance, rules, registered(instance), CAMPS, 9)
    assert found.tolist() == of_the_engine(instance, rules, 9).tolist()


def test_the_people_of_day_0_take_places_away_under_flees_rules() -> None:
    instance = small_instance()
    series = registered(instance)
    assert camp_capacities(instance, Rules.flee(), series, CAMPS, 1).tolist() == [[2_900.0, 1_950.0]]
    assert camp_capacities(instance, Rules.documented(), series, CAMPS, 1).tolist() == [[3_000.0, 2_000.0]]


def test_a_camp_that_day_0_fills_has_no_limit() -> None:
    full = tuple(replace(place, population=50) if place.name == "Este" else place for place in LOCATIONS)
    instance = small_instance(locations=full)
    assert camp_capacities(instance, Rules.flee(), registered(instance), CAMPS, 1)[0, 1] == np.inf


def test_a_town_that_nobody_leaves_is_a_camp_without_a_limit() -> None:
    instance = small_instance()
    assert camp_capacities(instance, Rules.flee(), registered(instance), ("Cerna",), 2).tolist() == [[np.inf]] * 2


def test_nobody_sets_out_for_a_camp_halfway_through_its_buffer() -> None:
    assert closed_to_newcomers(small_instance()) == 0.95
    assert closed_to_newcomers(small_instance(settings=Settings(move_rules=MoveRules(capacity_buffer=0.5)))) == 0.75
