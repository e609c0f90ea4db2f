"""Switches that tell who leaves, where to, how far on a day, and what is written.

Each test is called after its switch, shows on the smallest instance what Flee does (on) and what its manual says (off),
and runs twice: with all other switches on, and off. ``test_rules`` sees to it that no switch is left out.
"""

from datetime import date

import numpy as np
import pytest

from havre.displacement.instance import DayTable, Demographics
from havre.displacement.out_file import out_csv
from havre.displacement.rules import Rules
from havre.displacement.settings import FloodRules, FloodSpawning
from havre.displacement.simulate import simulate
from havre.errors import DisplacementError
from tests.displacement.sketches import FLOODED, OTHERS, WAR, both, people_at, place, roads, sketch
from tests.displacement.small_outcomes import small_outcome, small_series

pytestmark = OTHERS
EVENLY = {"softening": 0.0, "distance_power": 0.0}
"""Distance does not matter."""
STEEPLY = {"softening": 0.0, "distance_power": 50.0}
"""Everybody takes the nearest of equally attractive places."""
MANY = 90_000
"""People, where shares tell the rules apart: their standard deviations are below 150 people."""


@pytest.mark.parametrize("farmers", [0, 1])
def test_harvest_stops_everyone(others: Rules, farmers: int) -> None:
    places = [place("War", "conflict_zone", 9, farmer_fraction=farmers), place("Camp", "camp")]
    january, june = date(2020, 1, 1), date(2020, 6, 1)
    instance = sketch(places, roads(("War", "Camp", 50)), move={"harvest_months": (1,)}, start=january)
    on, off = both(instance, others, "harvest_stops_everyone")
    assert on == {"War": 100, "Camp": 0}
    assert off["War"] == (100 if farmers else 0)
    later = sketch(places, instance.routes, move={"harvest_months": (1,)}, start=june)
    assert [each["War"] for each in both(later, others, "harvest_stops_everyone")] == [0, 0]


def test_awareness_zero_stops(others: Rules) -> None:
    # The nearer camp is abroad and worthless to whoever knows places.
    places = [WAR, place("Near", "camp", 0, "Away"), place("Far", "camp")]
    routes = roads(("War", "Near", 10), ("War", "Far", 20))
    by_level = {
        level: both(
            sketch(places, routes, people=MANY, move=STEEPLY | {"awareness_level": level, "foreign_weight": 0.0}),
            others,
            "awareness_zero_stops",
        )
        for level in (0, -1)
    }
    assert by_level[0][0] == {"War": MANY, "Near": 0, "Far": 0}
    assert by_level[0][1] == {"War": 0, "Near": MANY, "Far": 0}
    assert by_level[-1][0] == {"War": 0, "Near": 0, "Far": MANY}
    assert by_level[-1][1]["Near"] == pytest.approx(MANY / 2, abs=700)


@pytest.mark.parametrize(
    ("age", "gender", "takes_risk"),
    [
        (10, "m", "never"),
        (14, "m", "never"),
        (15, "m", "always"),
        (18, "m", "always"),
        (19, "m", "on"),
        (70, "m", "on"),
        (16, "f", "never"),
        (40, "f", "never"),
    ],
)
def test_risk_rule_covers_men(others: Rules, age: int, gender: str, takes_risk: str) -> None:
    # Whoever takes risks does not mind that the nearer camp is worthless.
    facts = (Demographics("age", (age,), {"Default": (1.0,)}), Demographics("gender", (gender,), {"Default": (1.0,)}))
    places = [WAR, place("Near", "camp", 0, "Away"), place("Far", "camp")]
    rules = {"ChildrenAvoidHazards": True, "BoysTakeRisk": True, "foreign_weight": 0.0}
    instance = sketch(places, roads(("War", "Near", 10), ("War", "Far", 30)), move=STEEPLY | rules, demographics=facts)
    on, off = both(instance, others, "risk_rule_covers_men")
    assert on["Near"] == (0 if takes_risk == "never" else 100)
    assert off["Near"] == (100 if takes_risk == "always" else 0)


def test_home_is_current_place(others: Rules) -> None:
    # From the town, where people are on day 0, one camp is near the town and the other near their home.
    places = [
        place("War", "conflict_zone", 9, y=5),
        place("Town"),
        place("NearHome", "camp", y=5.1),
        place("NearTown", "camp", y=-0.1),
    ]
    routes = roads(("War", "Town", 50), ("Town", "NearHome", 50), ("Town", "NearTown", 50))
    move = {"stay_close_to_home": True, "home_distance_power": 50.0, "conflict_weight": 0.0, "default_movechance": 1.0}
    on, off = both(sketch(places, routes, move=move), others, "home_is_current_place")
    assert on == {"War": 0, "Town": 0, "NearHome": 0, "NearTown": 100}
    assert off == {"War": 0, "Town": 0, "NearHome": 100, "NearTown": 0}


def test_flood_weight_twice(others: Rules) -> None:
    # Flooded, the zone scores 0.5 or, twice, 0.25: more or less than the camp's 0.35.
    places = [place("River", "flood_zone", 100), place("Zone", "flood_zone"), place("Camp", "camp")]
    floods = DayTable(("River", "Zone"), (0.0, 1.0, 2.0), np.ones((3, 2)))
    rules = FloodRules(flood_movechances=(0.0, 1.0, 1.0), flood_loc_weights=(1.0, 0.5, 0.5))
    move = EVENLY | {"flood_rules": rules, "camp_weight": 0.35, "weight_power": 200.0}
    spawn = FLOODED | {"flood_driven_spawn_mode": FloodSpawning("constant", (0.0, 10.0, 10.0))}
    # The roads are so long that people are still on the way to where they chose to go.
    routes = roads(("River", "Zone", 400), ("River", "Camp", 400))
    instance = sketch(places, routes, floods=floods, move=move, spawn=spawn)
    on, off = (
        simulate(instance, rules=others.switched(flood_weight_twice=value), days=1, record=("flows",))
        for value in (True, False)
    )
    assert on.link_flows is not None
    assert off.link_flows is not None
    # Links: River to Zone and back, River to Camp and back; the zone's ten people leave for the river.
    assert on.link_flows[[0, 2]].tolist() == [0, 10]
    assert off.link_flows[[0, 2]].tolist() == [10, 0]


def test_pruning_inverted(others: Rules) -> None:
    # Weights 1 and 1/2: a threshold of 4 drops what is below a quarter, or below three quarters.
    places = [WAR, place("Good", "camp"), place("Fair", "camp", 0, "Away")]
    move = {"foreign_weight": 0.5, "pruning_threshold": 4.0}
    instance = sketch(places, roads(("War", "Good", 50), ("War", "Fair", 50)), people=MANY, move=move)
    on, off = both(instance, others, "pruning_inverted")
    assert on["Fair"] == pytest.approx(MANY / 3, abs=700)
    assert off["Fair"] == 0


def test_full_is_uniform(others: Rules) -> None:
    # Both towns are worthless.
    places = [WAR, place("One", "town", 0, "Away"), place("Other", "town", 0, "Away")]
    instance = sketch(
        places, roads(("War", "One", 10), ("War", "Other", 200)), people=MANY, move={"foreign_weight": 0.0}
    )
    on, off = both(instance, others, "full_is_uniform")
    assert on["War"] == 0
    assert on["One"] == pytest.approx(MANY / 2, abs=1_200)
    assert off == {"War": MANY, "One": 0, "Other": 0}


def test_full_day_on_each_link(others: Rules) -> None:
    # 100, 200 and 200 km at 360 km a day; the zone behind people is worthless and the camp ahead is worth everything.
    places = [WAR, place("One", "forwarding_hub"), place("Two", "forwarding_hub"), place("Camp", "camp")]
    routes = roads(("War", "One", 100), ("One", "Two", 200), ("Two", "Camp", 200))
    instance = sketch(places, routes, move={"conflict_weight": 0.0, "camp_weight": 1e12})
    on, off = both(instance, others, "full_day_on_each_link")
    assert on["Camp"] == 100
    assert off == {"War": 0, "One": 0, "Two": 0, "Camp": 0}
    assert both(instance, others, "full_day_on_each_link", day=1)[1]["Camp"] == 100


def test_strict_arrival(others: Rules) -> None:
    instance = sketch([WAR, place("Camp", "camp")], roads(("War", "Camp", 360)))
    on, off = both(instance, others, "strict_arrival")
    assert on == {"War": 0, "Camp": 0}
    assert off == {"War": 0, "Camp": 100}
    assert both(instance, others, "strict_arrival", day=1)[0] == {"War": 0, "Camp": 100}


def test_fixed_routes_score_twice(others: Rules) -> None:
    # The near place scores 1e-20 and is 1e30 times easier to reach: worth more once, less twice.
    places = [place("Near", "town", 0, "Away"), place("Far"), WAR]
    routes = roads(("War", "Near", 1), ("War", "Far", 1000))
    move = {"fixed_routes": True, "foreign_weight": 1e-20, "softening": 0.0, "distance_power": 10.0}
    home = others.switched(first_row_is_home=False)
    instance = sketch(places, routes, move=move | {"max_move_speed": 2_000.0})
    on, off = both(instance, home, "fixed_routes_score_twice")
    assert on["Near"] == 0
    assert off["Far"] == 0
    # And as to capacity: people head for the full camp and give up before it, or go to the other at once.
    places = [place("Full", "camp", 10, initial_idps=10), place("Empty", "camp"), WAR]
    routes = roads(("War", "Full", 1), ("War", "Empty", 1000))
    instance = sketch(places, routes, move=move | {"max_move_speed": 2_000.0})
    on, off = both(instance, home, "fixed_routes_score_twice")
    assert on == {"Full": 10, "Empty": 0, "War": 100}
    assert off == {"Full": 10, "Empty": 100, "War": 0}


def test_date_is_next_day(others: Rules) -> None:
    outcome, series = small_outcome([[1], [2]], ["A"]), small_series(2, A={0: 1, 1: 2})
    on, off = (
        out_csv(outcome, series, rules=others.switched(date_is_next_day=value)).splitlines() for value in (True, False)
    )
    assert [row.split(",")[1] for row in on[1:]] == ["2020-01-02", "2020-01-03"]
    assert [row.split(",")[1] for row in off[1:]] == ["2020-01-01", "2020-01-02"]


def test_two_systems_never(others: Rules) -> None:
    plain = sketch([WAR, place("Camp", "camp")], roads(("War", "Camp", 50)))
    asking = sketch([WAR, place("Camp", "camp")], plain.routes, move={"two_system_decision_making": 1.0})
    on = others.switched(two_systems_never=True)
    assert people_at(asking, on) == people_at(plain, on)
    with pytest.raises(DisplacementError) as raised:
        simulate(asking, rules=others.switched(two_systems_never=False))
    assert raised.value.problems[0].key == "displacement.engine.two_systems"
