"""Scores of places are those computed by hand, for everybody and for groups who avoid hazards."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement.environment import Environment
from havre.displacement.groups import Groups
from havre.displacement.instance import DayTable, Location
from havre.displacement.network import Floats, compile_network
from havre.displacement.rules import Rules
from havre.displacement.scoring import (
    EARTH_RADIUS_KM,
    Floods,
    Parameters,
    decay_of,
    flood_value,
    great_circle_km,
    hazard_power,
    nearness,
    place_scores,
)
from havre.displacement.settings import FloodRules, MoveRules
from havre.errors import DisplacementError
from tests.displacement.sketches import FLOODED, UNHURRIED, place, sketch

WEIGHTS = {"foreign_weight": 3.0, "camp_weight": 2.0, "conflict_weight": 0.5}
PLACES = [
    place("Home", "town"),
    place("War", "conflict_zone"),
    place("Idp", "idpcamp", region="Hungry"),
    place("Camp", "camp", country="Away", region="Hungry", trade_volume=0.5, hdi=0.5),
    place("Fort", "conflict_zone", country="Away"),
]


def scores(
    places: Sequence[Location] = PLACES, day: int = 0, parameters: dict[str, Floats] | None = None, **rest: Any
) -> object:
    """Score places on a day; with parameters given, for each replica."""
    move = WEIGHTS | rest.pop("move", {})
    instance = sketch(places, (), length=10, move={"default_movechance": 0.3, **move}, **rest)
    rules = Rules.flee()
    network = compile_network(instance, rules)
    found = Environment(instance, network, rules, hasten=1)
    for each in range(day + 1):
        found.begin_day(each)
    values = parameters or {name: np.array([value]) for name, value in WEIGHTS.items()}
    floods = Floods(found, rules, instance.settings.move_rules.flood_rules)
    table = place_scores(instance, network, found, Parameters(values), floods, day)
    return table[:, 0].tolist() if parameters is None else table.tolist()


def test_scores_by_type_and_country() -> None:
    assert scores() == [1, 0.5, 2, 6, 1.5]


def test_economic_pull_counts_abroad_only() -> None:
    # 1 + 0.5 + 0.5² = 1.75 before the weights of a camp abroad.
    assert scores(move={"use_economic_pull": True}) == [1, 0.5, 2, 10.5, 1.5]


def test_hungry_places_at_home_repel_from_day_1_on() -> None:
    ipc = DayTable(("Hungry",), (0.0, 10.0), np.array([[50.0], [50.0]]))
    move = {"avoid_food_deprived_locations": True}
    assert scores(move=move, ipc=ipc, day=0) == [1, 0.5, 2, 6, 1.5]
    assert scores(move=move, ipc=ipc, day=1) == [1, 0.5, 1.5, 6, 1.5]


def test_conflicts_deter_by_intensity_and_less_with_age() -> None:
    zones = {"War": [2.0] * 10, "Fort": [0.0] + [1.0] * 9}
    assert scores(zones=zones, day=0) == [1, 0.25, 2, 6, 1.5]
    decay = {"conflict_spawn_decay": (1.0, 0.5, 0.0), "conflict_spawn_decay_interval": 2}
    by_day = [scores(PLACES[:2], zones=zones, day=day, spawn=decay) for day in range(6)]
    assert by_day == [[1, 0.25], [1, 0.25], [1, 0.5], [1, 0.5], [1, 1.0], [1, 1.0]]


def test_each_replica_has_its_own_weights() -> None:
    parameters = {
        "foreign_weight": np.array([3.0, 0.0]),
        "camp_weight": np.array([2.0]),
        "conflict_weight": np.array([0.5, 0.0]),
    }
    assert scores(parameters=parameters) == [[1, 1], [0.5, 0], [2, 2], [6, 0], [1.5, 0]]


def test_flood_zones_by_their_level() -> None:
    places = [place("Low", "flood_zone"), place("High", "flood_zone"), place("Camp", "camp")]
    floods = DayTable(("Low", "Camp"), tuple(map(float, range(10))), np.full((10, 2), 1.0))
    flood = FloodRules(flood_loc_weights=(0.9, 0.2, 0.1))
    assert scores(places, floods=floods, spawn=FLOODED, move={"flood_rules": flood}) == [0.2, 0.9, 2.0]


@pytest.mark.parametrize(
    ("age", "expected"), [(-1, 1.0), (0, 1.0), (29, 1.0), (30, 0.5), (59, 0.5), (60, 0.2), (900, 0.2)]
)
def test_decay_by_age_of_the_conflict(age: int, expected: float) -> None:
    assert decay_of((1.0, 0.5, 0.2), 30, np.array([age])).tolist() == [expected]
    assert decay_of(None, 30, np.array([age])).tolist() == [1.0]


def test_values_by_flood_level() -> None:
    levels, values = np.array([0, 1, 2, 3, 9]), (0.0, 0.1, 0.4, 0.7)
    assert flood_value(values, levels, Rules.documented(), "x").tolist() == [0.0, 0.1, 0.4, 0.7, 0.7]
    assert flood_value(values, levels[:3], Rules.flee(), "x").tolist() == [0.0, 0.1, 0.4]
    with pytest.raises(DisplacementError) as raised:
        flood_value(values, levels[:4], Rules.flee(), "x")
    assert dict(raised.value.problems[0].fields) == {"name": "x", "level": 3, "levels": 4}
    with pytest.raises(DisplacementError) as raised:
        flood_value((), levels, Rules.documented(), "x")
    assert raised.value.problems[0].key == "displacement.engine.flood_list"


def floods_of(**rules: Any) -> Floods:
    """Make floods of one place with the levels 1, 0, 2, 1, 1 on days 0 to 4; today is day 0."""
    table = DayTable(("Low",), (0.0, 1.0, 2.0, 3.0, 4.0), np.array([[1.0], [0.0], [2.0], [1.0], [1.0]]))
    instance = sketch([place("Low", "flood_zone")], (), length=5, floods=table, spawn=FLOODED)
    found = Environment(instance, compile_network(instance, Rules.flee()), Rules.flee(), hasten=1)
    found.begin_day(0)
    rules = {
        "flood_loc_weights": (1.0, 0.5, 0.25, 0.1),
        "flood_forecaster": True,
        "flood_forecaster_end_time": 4,
        **rules,
    }
    return Floods(found, Rules.flee(), FloodRules(**rules))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"flood_forecaster_timescale": 2, "flood_forecaster_weights": (1.0, 3.0)}, (1.0 + 3 * 0.25) / 4),
        ({"flood_forecaster_timescale": 3, "flood_forecaster_weights": (1.0, 2.0)}, (1.0 + 2 * 0.25 + 2 * 0.5) / 5),
        ({"flood_forecaster_timescale": 9, "flood_forecaster_weights": (1.0,), "flood_forecaster_end_time": 1}, 1.0),
        ({"flood_forecaster_timescale": 0, "flood_forecaster_weights": (1.0,)}, 1.0),
        ({"flood_forecaster_timescale": 2, "flood_forecaster_weights": (0.0,)}, 1.0),
        ({"flood_forecaster_timescale": 2}, 1.0),
        (
            {"flood_forecaster_timescale": 2, "flood_forecaster_weights": (1.0, 3.0), "flood_forecaster": False},
            1.0,
        ),
    ],
)
def test_forecasts_are_weighted_means_over_the_days_ahead(rules: dict[str, Any], expected: float) -> None:
    floods = floods_of(**rules)
    assert floods.forecast((1.0, 0.5, 0.25, 0.1), "x", 0).tolist() == [pytest.approx(expected)]
    assert floods.location_weight(0, flooded_only=True).tolist() == [pytest.approx(0.5 * expected)]


def groups() -> Groups:
    bands, genders = ("child", "youth", "adult", "elder"), ("f", "m")
    values = tuple((band, gender) for band in bands for gender in genders)
    return Groups(("age", "gender"), values, np.full((1, 8), 1 / 8))


@pytest.mark.parametrize(
    ("rules", "men_too", "expected"),
    [
        ({}, True, [1] * 8),
        ({"ChildrenAvoidHazards": True}, True, [2, 2, 2, 2, 1, 1, 1, 1]),
        ({"ElderlyAvoidHazards": True}, True, [1, 1, 1, 1, 1, 1, 2, 2]),
        ({"WomenAvoidHazards": True}, True, [2, 1, 2, 1, 2, 1, 2, 1]),
        # Women squared once, whatever the rule.
        (
            {"ChildrenAvoidHazards": True, "ElderlyAvoidHazards": True, "WomenAvoidHazards": True},
            True,
            [2, 2, 2, 2, 2, 1, 2, 2],
        ),
        ({"BoysTakeRisk": True}, True, [1] * 8),
        ({"BoysTakeRisk": True, "ChildrenAvoidHazards": True}, True, [2, 2, 2, 0, 1, 0, 1, 0]),
        ({"BoysTakeRisk": True, "ChildrenAvoidHazards": True}, False, [2, 2, 2, 0, 1, 1, 1, 1]),
        # An old man's score is set to 1, and the square of 1 is 1.
        (
            {"BoysTakeRisk": True, "ChildrenAvoidHazards": True, "ElderlyAvoidHazards": True},
            True,
            [2, 2, 2, 0, 1, 0, 2, 0],
        ),
    ],
)
def test_powers_of_the_groups_who_avoid_hazards(rules: dict[str, Any], men_too: bool, expected: list[float]) -> None:  # noqa: FBT001
    switches = Rules.flee().switched(risk_rule_covers_men=men_too)
    assert hazard_power(MoveRules(**rules), groups(), switches).tolist() == expected


def test_great_circles_by_hand() -> None:
    quarter = np.pi / 2 * EARTH_RADIUS_KM
    places = [
        place("Equator", x=0, y=0),
        place("Pole", x=90, y=0),
        place("East", x=0, y=90),
        place("North", x=60, y=10),
    ]
    network = compile_network(sketch([*places, place("NorthEast", x=60, y=12)], ()), Rules.flee())
    start, end = np.array([0, 0, 1, 2, 3]), np.array([1, 2, 2, 2, 4])
    km = great_circle_km(network, start, end, swapped=False)
    half_chord = 0.5 * np.sin(np.radians(1))
    assert km == pytest.approx([quarter, quarter, quarter, 0, 2 * EARTH_RADIUS_KM * np.arcsin(half_chord)])
    swapped = great_circle_km(network, start, end, swapped=True)
    assert swapped[:4] == pytest.approx([quarter, quarter, quarter, 0])
    assert swapped[4] == pytest.approx(2 * np.radians(1) * EARTH_RADIUS_KM)


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=2, max_size=2), st.booleans())
@UNHURRIED
def test_great_circles_are_as_long_both_ways(ends: list[tuple[float, float]], swapped: bool) -> None:  # noqa: FBT001
    network = compile_network(sketch([place(str(each), x=each[0], y=each[1]) for each in ends], ()), Rules.flee())
    there, back = great_circle_km(network, np.array([0, 1]), np.array([1, 0]), swapped=swapped)
    assert there == pytest.approx(back)
    assert 0 <= there <= np.pi * EARTH_RADIUS_KM * (1 + 1e-9)


def test_nearness_falls_from_1_km_on() -> None:
    assert nearness(np.array([0.0, 0.5, 1.0, 4.0, 100.0]), 0.5).tolist() == [1, 1, 1, 0.5, 0.1]
