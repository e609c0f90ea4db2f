"""Capacities, conflicts and rules of a scenario."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havre.displacement.paired_runs import simulate_pair
from tests.displacement.scenario_case import apply, day_by_day, faults
from tests.displacement.small_instances import LENGTH, LOCATIONS, settings, small_instance


def test_a_capacity_is_set_or_multiplied_on_its_day() -> None:
    applied = apply(
        capacity=[{"camp": "Este", "capacity": 700, "from": 4}, {"camp": "Este", "factor": 1.5, "from": "2020-01-11"}]
    )
    assert day_by_day(applied.changed, "Este", "capacity") == [2000] * 4 + [700] * 6 + [1050] * 10
    assert day_by_day(applied.base, "Este", "capacity") == [2000] * 20


def test_a_capacity_of_nothing_is_not_without_limit() -> None:
    applied = apply(capacity={"camp": "Este", "factor": 0, "from": 4})
    assert day_by_day(applied.changed, "Este", "capacity")[4:] == [1] * 16


def test_a_capacity_is_in_people_whatever_hasten() -> None:
    instance = small_instance(settings=settings(hasten=10))
    applied = apply(instance, capacity={"camp": "Este", "capacity": 700, "from": 4})
    assert day_by_day(applied.changed, "Este", "capacity") == [200] * 4 + [70] * 16


def test_a_larger_camp_takes_more_people() -> None:
    places = tuple(replace(place, population=150) if place.name == "Este" else place for place in LOCATIONS)
    applied = apply(small_instance(locations=places), capacity={"camp": "Este", "factor": 4, "from": 3})
    base, changed = simulate_pair(applied.base, applied.changed, replicas=4)
    assert (changed.camp("Este")[:, -1] > base.camp("Este")[:, -1]).all()
    assert (changed.camp("Este")[:, :3] == base.camp("Este")[:, :3]).all()


def test_a_conflict_begins_and_ends_on_its_days() -> None:
    applied = apply(conflict={"place": "Cerna", "from": 6, "until": 12, "intensity": 0.5})
    assert day_by_day(applied.changed, "Cerna", "conflict") == [-1] * 6 + [0.5] * 6 + [-1] * 8
    assert day_by_day(applied.base, "Cerna", "conflict") == [-1] * 20
    assert applied.changed.conflicts.names == ("Alba", "Brod", "Cerna")
    assert [remark.key for remark in applied.remarks] == ["same_total"]


def test_a_conflict_at_a_place_with_a_column_keeps_its_other_days() -> None:
    applied = apply(conflict={"place": "Brod", "from": 2, "until": 4})
    values = applied.changed.conflicts.values[:, 1]
    assert values.tolist() == [0, 0, 1, 1, 0] + [1] * 15
    assert [remark.key for remark in apply(conflict={"place": "Brod", "from": 9}).remarks] == [
        "conflict_goes_on",
        "same_total",
    ]


def test_a_conflict_where_nobody_lives_displaces_nobody_unless_the_scenario_says_who_does() -> None:
    alone = apply(conflict={"place": "Hub", "from": 3})
    assert [remark.key for remark in alone.remarks] == ["nobody_lives_there", "same_total"]
    peopled = apply(conflict={"place": "Hub", "from": 3, "population": 900_000})
    assert [remark.key for remark in peopled.remarks] == ["same_total"]
    base, changed = simulate_pair(peopled.base, peopled.changed, replicas=4)
    assert (base.people == changed.people).all()
    # Who is displaced at the hub is in the camp next to it.
    assert (changed.camp("Dol Camp")[:, 6] > base.camp("Dol Camp")[:, 6]).all()


@pytest.mark.parametrize(
    ("place", "until", "zone"),
    [
        # By its column, by its type without a column, and for a time.
        ("Brod", None, [*range(5, 9)]),
        ("Brod", 14, [*range(5, 9), *range(14, LENGTH)]),
        ("Lone", None, [*range(9)]),
        ("Lone", 14, [*range(9), *range(14, LENGTH)]),
        ("Alba", None, [*range(9)]),
    ],
)
def test_a_conflict_ends(place: str, until: int | None, zone: list[int]) -> None:
    lone = replace(LOCATIONS[0], name="Lone", attributes={"conflict_intensity": "2"})
    instance = small_instance(locations=(*LOCATIONS, lone))
    peace = {"place": place, "from": 9} | ({} if until is None else {"until": until})
    intensity = day_by_day(apply(instance, peace=peace).changed, place, "conflict")
    assert [day for day in range(LENGTH) if intensity[day] > 0] == zone
    assert place != "Lone" or until is None or intensity[15] == 2


def test_a_conflict_that_stands_in_the_type_ends_on_day_0_and_a_camp_stays_a_camp() -> None:
    assert max(day_by_day(apply(peace={"place": "Alba", "from": 0}).changed, "Alba", "conflict")) < 0
    war_in_camp = apply(conflict={"place": "Este", "from": 0}).changed
    assert max(day_by_day(war_in_camp, "Este", "conflict")) == 1
    ended = apply(war_in_camp, peace={"place": "Este", "from": 0}).changed
    assert day_by_day(ended, "Este", "camp") == [1] * 20
    assert max(day_by_day(ended, "Este", "conflict")) < 0


def test_a_move_rule_has_another_value_in_the_scenario_only() -> None:
    applied = apply(rule=[{"name": "camp_movechance", "value": 0.01}, {"name": "awareness_level", "value": 2}])
    assert applied.changed.settings.move_rules.camp_movechance == 0.01
    assert applied.changed.settings.move_rules.awareness_level == 2
    assert applied.base.settings == small_instance().settings
    remarks = apply(rule={"name": "camp_movechance", "value": 0.001}).remarks
    assert [remark.key for remark in remarks] == ["rule_has_value"]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("camp_movechance", 1.5, "value"),
        ("max_move_speed", 0, "value"),
        ("max_move_speed", True, "value"),
        ("awareness_level", 1.5, "value"),
        ("avoid_short_stints", 1, "value"),
        ("camp_movechanse", 0.5, "unknown_rule"),
        ("harvest_months", 5, "unknown_rule"),
    ],
)
def test_values_that_do_not_fit_a_rule_are_refused(name: str, value: Any, fault: str) -> None:
    assert faults(rule={"name": name, "value": value}) == [fault]


def test_what_does_not_fit_the_instance_is_told_at_once() -> None:
    without_limit = tuple(replace(place, population=0) if place.name == "Este" else place for place in LOCATIONS)
    found = faults(
        small_instance(locations=without_limit),
        capacity=[{"camp": "Este", "factor": 2, "from": 3}, {"camp": "Cerna", "capacity": 5, "from": 3}],
        conflict=[{"place": "Dol Camp", "from": 3, "population": 5}, {"place": "Dol", "from": 99}],
        peace=[{"place": "Cerna", "from": 3}],
    )
    assert found == ["no_limit", "no_camp", "camp_population", "day", "unknown_place", "no_conflict"]


def test_where_floods_displace_conflicts_do_nothing() -> None:
    spawn = {"flood_zone_spawning_only": True, "conflict_zone_spawning_only": False}
    instance = small_instance(settings=settings(spawn=spawn))
    found = faults(instance, conflict={"place": "Cerna", "from": 3}, peace={"place": "Alba", "from": 3})
    assert found == ["by_floods", "by_floods"]


def test_where_conflicts_displace_a_new_one_displaces_more_people() -> None:
    from havre.displacement.settings import ConflictSpawning

    instance = small_instance(settings=settings(spawn={"conflict_driven_spawning": ConflictSpawning("constant", 40)}))
    applied = apply(instance, conflict={"place": "Cerna", "from": 10})
    base, changed = simulate_pair(applied.base, applied.changed, replicas=2)
    assert ((changed.people - base.people)[:, -1] == 400).all()
    assert np.array_equal(base.people[:, :10], changed.people[:, :10])
    assert applied.remarks == ()
