"""Scenes of one or a few days in which chance has nothing to decide: closures, awareness, crowding, sinks, memory."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from havre.displacement.instance import Closure, LocationChange, Route
from havre.displacement.rules import Rules
from havre.displacement.simulate import simulate
from tests.displacement.sketches import WAR, people_at, place, roads, sketch

CAMP = place("Camp", "camp", country="Away")
LONG = roads(("War", "Camp", 800))
"""Two nights on the road: 360 km, 720 km, and there on day 2."""


def by_day(days: int, *args: Any, rules: Rules | None = None, **rest: Any) -> list[dict[str, int]]:
    """Say where people are on each of the days."""
    instance = sketch(*args, length=days, **rest)
    return [people_at(instance, rules, day) for day in range(days)]


def test_people_on_a_long_road_are_nowhere_until_they_arrive() -> None:
    assert by_day(4, [WAR, CAMP], LONG) == [
        {"War": 0, "Camp": 0},
        {"War": 0, "Camp": 0},
        {"War": 0, "Camp": 100},
        {"War": 0, "Camp": 100},
    ]


@pytest.mark.parametrize("kind", ["country", "location"])
def test_people_on_a_road_that_closes_come_back_when_they_would_arrive(kind: str) -> None:
    names = ("Home", "Away") if kind == "country" else ("Camp", "")
    closures = (Closure(kind, *names, 1, -1),)
    assert by_day(5, [WAR, CAMP], LONG, closures=closures) == [
        {"War": 0, "Camp": 0},
        {"War": 0, "Camp": 0},
        {"War": 100, "Camp": 0},
        {"War": 100, "Camp": 0},
        {"War": 100, "Camp": 0},
    ]


def test_a_road_that_opens_again_does_not_save_them() -> None:
    # Back on day 2 they set out again on day 3, and are there on day 5.
    closures = (Closure("country", "Home", "Away", 1, 2),)
    found = by_day(6, [WAR, CAMP], LONG, closures=closures)
    assert [each["War"] for each in found] == [0, 0, 100, 0, 0, 0]
    assert [each["Camp"] for each in found] == [0, 0, 0, 0, 0, 100]


def test_the_day_of_people_who_come_back_is_over() -> None:
    # After 80 km they would have time to go elsewhere; they do so on the next day.
    places = [WAR, CAMP, place("Refuge", "camp")]
    routes = roads(("War", "Camp", 800), ("War", "Refuge", 10_000))
    closures = (Closure("country", "Home", "Away", 1, -1),)
    move = {"softening": 0.0, "distance_power": 50.0}
    outcome = simulate(
        sketch(places, routes, length=4, move=move, closures=closures), record=("locations", "daily_flows")
    )
    assert outcome.location_means is not None
    assert outcome.daily_link_flows is not None
    assert outcome.location_means[:, 0].tolist() == [0, 0, 100, 0]
    # Links: War to Camp and back, War to Refuge and back.
    assert outcome.daily_link_flows[:, [0, 2]].tolist() == [[100, 0], [0, 0], [0, 0], [0, 100]]


def test_a_road_closed_before_people_set_out_keeps_them() -> None:
    closures = (Closure("country", "Away", "Home", 0, 3),)
    found = by_day(5, [WAR, CAMP], roads(("War", "Camp", 50)), closures=closures)
    assert [each["War"] for each in found] == [100, 100, 100, 0, 0]


def test_a_camp_that_closes_lets_people_go_and_is_counted_on() -> None:
    # As a town it is left for the other camp.
    places = [WAR, place("Old", "camp"), place("New", "camp")]
    routes = roads(("War", "Old", 50), ("Old", "New", 50))
    instance = sketch(
        places,
        routes,
        move={"default_movechance": 1.0, "conflict_weight": 0.0},
        closures=(Closure("camp", "Old", "", 1, -1),),
    )
    outcome = simulate(instance)
    assert outcome.camps == ("Old", "New")
    assert outcome.camp_counts[0].tolist() == [[100, 0], [0, 100], [0, 100]]


def test_a_place_that_becomes_a_camp_later_is_not_counted_but_keeps_people() -> None:
    places = [WAR, place("Town", "town"), place("Camp", "camp")]
    routes = roads(("War", "Town", 50), ("Town", "Camp", 50))
    move = {"default_movechance": 1.0, "conflict_weight": 0.0}
    instance = sketch(places, routes, move=move, location_changes=(LocationChange("Town", "camp", 0),))
    assert simulate(instance).camps == ("Camp",)
    assert people_at(instance, day=2) == {"War": 0, "Town": 100, "Camp": 0}


TOWNS = Rules.flee().switched(low_movechance_is_camp=False)
"""Rules under which towns that nobody leaves stay towns."""
LINE = [WAR, place("One"), place("Two", country="Away"), place("Camp", "camp", country="Away")]
FURTHER: dict[str, Any] = {"foreign_weight": 1e20, "camp_weight": 1e20}
"""Each place further on is far more attractive."""


@pytest.mark.parametrize(
    ("awareness", "end"), [(0, "War"), (-1, "One"), (1, "One"), (2, "Two"), (3, "Camp"), (9, "Camp")]
)
def test_people_go_as_far_as_they_see(awareness: int, end: str) -> None:
    # Nobody leaves a town but with a route in mind.
    routes = roads(("War", "One", 200), ("One", "Two", 200), ("Two", "Camp", 200))
    move = FURTHER | {"awareness_level": awareness}
    assert by_day(3, LINE, routes, move=move, rules=TOWNS)[2] == dict.fromkeys(["War", "One", "Two", "Camp"], 0) | {
        end: 100
    }


def test_a_remembered_route_is_walked_on_over_days() -> None:
    move = FURTHER | {"awareness_level": 3}
    routes = roads(("War", "One", 400), ("One", "Two", 400), ("Two", "Camp", 30))
    found = by_day(3, LINE, routes, move=move, rules=TOWNS)
    # 360 km; 40 and 360 on the next link; 40 and 30.
    assert [sum(each.values()) for each in found] == [0, 0, 100]
    assert found[2]["Camp"] == 100


def test_a_route_whose_next_link_has_closed_is_forgotten() -> None:
    move = FURTHER | {"awareness_level": 3}
    routes = roads(("War", "One", 400), ("One", "Two", 400), ("Two", "Camp", 30))
    closures = (Closure("location", "Two", "", 1, 2),)
    found = by_day(4, LINE, routes, move=move, closures=closures, rules=TOWNS)
    # At One on day 1 with the way ahead closed, they stay for good: nobody leaves towns without a route.
    assert [each["One"] for each in found] == [0, 100, 100, 100]


def test_a_route_whose_end_is_full_by_now_is_forgotten() -> None:
    # The camp takes 300, 200 and 100 people on the days, and 150 are there already.
    camp = place("Camp", "camp", 400, initial_idps=150, capacity_per_day=-100)
    routes = roads(("War", "One", 400), ("One", "Camp", 30))
    move = FURTHER | {"awareness_level": 2}
    found = by_day(4, [WAR, place("One"), camp], routes, move=move, rules=TOWNS, people=10)
    assert [each["Camp"] for each in found] == [150, 160, 160, 160]
    # Those who reach the town on day 2 are too late.
    routes = roads(("War", "One", 800), ("One", "Camp", 30))
    late = by_day(4, [WAR, place("One"), camp], routes, move=move, rules=TOWNS, people=10)
    assert [(each["One"], each["Camp"]) for each in late] == [(0, 150), (0, 150), (10, 150), (10, 150)]


def test_a_full_camp_at_the_end_of_a_route_makes_people_stay_where_they_are() -> None:
    # Both places are worthless, and so as likely; whoever chose the full camp gives up at once.
    places = [WAR, place("One", country="Away"), place("Full", "camp", 10, "Away", initial_idps=10)]
    move = {"awareness_level": 2, "foreign_weight": 0.0}
    routes = roads(("War", "One", 50), ("One", "Full", 50))
    found = people_at(sketch(places, routes, people=10_000, move=move), TOWNS)
    assert found["Full"] == 10
    assert found["War"] == pytest.approx(5_000, abs=250)
    assert found["War"] + found["One"] == 10_000


def test_markers_are_on_the_way_and_never_the_end() -> None:
    places = [WAR, place("Cross", "marker"), place("Camp", "camp")]
    routes = roads(("War", "Cross", 300), ("Cross", "Camp", 300))
    assert by_day(2, places, routes) == [
        {"War": 0, "Cross": 0, "Camp": 100},
        {"War": 0, "Cross": 0, "Camp": 100},
    ]
    # A marker that ends a day's way keeps people for the night, who then go on.
    far = roads(("War", "Cross", 400), ("Cross", "Camp", 400))
    assert [each["Camp"] for each in by_day(4, places, far)] == [0, 0, 100, 100]


def test_camps_take_more_people_as_they_grow() -> None:
    # All 100 places are taken on day 0.
    places = [WAR, place("Camp", "camp", 100, initial_idps=100, capacity_per_day=0)]
    growing = [WAR, place("Camp", "camp", 100, initial_idps=100, capacity_per_day=8)]
    routes = roads(("War", "Camp", 50))
    assert [each["Camp"] for each in by_day(3, places, routes, people=20)] == [100, 100, 100]
    # Room for 108, 116, 124: people come once 100 is no more than 95 % of it.
    assert [each["Camp"] for each in by_day(3, growing, routes, people=20)] == [120, 120, 120]
    slow = [WAR, place("Camp", "camp", 100, initial_idps=100, capacity_per_day=2)]
    assert [each["Camp"] for each in by_day(4, slow, routes, people=20)] == [100, 100, 120, 120]


def test_sinks_take_people_out_who_go_on_counting() -> None:
    places = [
        WAR,
        place("Camp", "camp", deactivation_probability=0.5),
        place("Town", "town", deactivation_probability=1),
    ]
    routes = roads(("War", "Camp", 50), ("War", "Town", 50))
    instance = sketch(places, routes, people=80_000, spawn={"camps_are_sicks": True})
    outcome = simulate(instance, rules=TOWNS, record=("locations",))
    assert outcome.people.tolist() == [[80_000] * 3]
    assert outcome.location_means is not None
    # Of half the people a half is left, and again; nothing is a sink but a camp.
    assert outcome.location_means[:, 1] == pytest.approx([20_000, 10_000, 5_000], abs=600)
    assert outcome.location_means[:, 2] == pytest.approx([40_000] * 3, abs=600)


def test_people_who_came_a_short_way_only_go_on_from_towns() -> None:
    # 50 km a day is a short stint: nobody would leave the town but for this rule.
    places = [WAR, place("Town"), place("Camp", "camp")]
    routes = roads(("War", "Town", 50), ("Town", "Camp", 50))
    move = {"avoid_short_stints": True, "conflict_weight": 0.0, "default_movechance": 0.005}
    outcome = simulate(sketch(places, routes, people=1_000, move=move), days=1, record=("locations",))
    assert outcome.location_means is not None
    assert outcome.location_means[0].tolist() == [0, 0, 1_000]
    lazy = simulate(sketch(places, routes, people=1_000, move=move | {"avoid_short_stints": False}), days=1)
    assert lazy.camp("Camp")[0, 0] < 30


def test_people_start_on_foot_and_then_drive() -> None:
    places = [WAR, place("Town", "forwarding_hub"), place("Camp", "camp")]
    routes = roads(("War", "Town", 60), ("Town", "Camp", 340))
    move = {"start_on_foot": True, "conflict_weight": 0.0}
    # 35 km, then the other 25 and 335 km of a whole day's range on the next road.
    assert [each["Camp"] for each in by_day(3, places, routes, move=move)] == [0, 100, 100]
    longer = roads(("War", "Town", 75), ("Town", "Camp", 340))
    assert [each["Camp"] for each in by_day(4, places, longer, move=move)] == [0, 0, 100, 100]


def test_in_harvest_months_people_count_at_home_until_they_move_again() -> None:
    places = [WAR, place("Town", "forwarding_hub"), place("Camp", "camp")]
    routes = roads(("War", "Town", 400), ("Town", "Camp", 400))
    move = {"harvest_months": (2,), "conflict_weight": 0.0}
    found = by_day(5, places, routes, move=move, start=date(2020, 1, 31))
    # On the road on January 31, in the town in February, but counted in the war zone.
    assert [each["War"] for each in found] == [0, 100, 100, 100, 100]
    # Day 30 is March 1: they set out, and from the next day on they count in the camp.
    outcome = simulate(sketch(places, routes, length=33, move=move, start=date(2020, 1, 31)), record=("locations",))
    assert outcome.location_means is not None
    assert outcome.location_means[29:, [0, 2]].tolist() == [[100, 0], [0, 0], [0, 100], [0, 100]]
    later = by_day(4, places, routes, move=move | {"harvest_months": (3,)}, start=date(2020, 1, 31))
    assert [each["Camp"] for each in later] == [0, 0, 100, 100]


CROSSING = [WAR, place("Town", "forwarding_hub"), place("Camp", "camp", 100), place("Other", "camp")]
WAYS = roads(("War", "Town", 10), ("Town", "Camp", 10), ("Town", "Other", 10))
CROWDED: dict[str, Any] = {"conflict_weight": 0.0, "capacity_buffer": 0.5}


def test_a_crowd_overshoots_where_occupancy_is_frozen_and_not_where_it_is_adaptive() -> None:
    # A thousand people reach the crossing on one day and choose between an empty camp for 100 and another. Told one
    # by one, the 76th is the last to enter the camp: from then on less than half of its buffer is free.
    instance = sketch(CROSSING, WAYS, people=1_000, move=CROWDED)
    frozen = simulate(instance, occupancy="frozen", replicas=60, days=1)
    assert frozen.camp("Camp").mean() == pytest.approx(500, abs=4 * np.sqrt(250 / 60))
    assert frozen.steps.tolist() == [1]
    adaptive = simulate(instance, occupancy="adaptive", replicas=60, days=1)
    assert adaptive.camp("Camp").min() >= 76
    assert adaptive.camp("Camp").mean() < 80
    assert adaptive.camp("Camp").max() <= 95
    assert adaptive.steps[0] > 50


def test_few_people_are_told_one_by_one() -> None:
    places = [*CROSSING[:2], place("Camp", "camp", 20), CROSSING[3]]
    outcome = simulate(sketch(places, WAYS, people=60, move=CROWDED), replicas=60, days=2)
    # Half of the buffer is 15 people; the 16th finds it so, and the next one not.
    assert (outcome.camp("Camp")[:, 0] == 16).all()
    assert outcome.steps.tolist()[0] == 60


def test_a_pass_is_not_split_where_nobody_can_be_misled() -> None:
    # Enough room for all, or no limit, or nobody who could choose.
    for capacity, people in ((100_000, 1_000), (0, 1_000), (100, 0)):
        places = [*CROSSING[:2], place("Camp", "camp", capacity), CROSSING[3]]
        outcome = simulate(sketch(places, WAYS, people=people, move=CROWDED), days=2)
        assert outcome.steps.tolist() == [1, 1]


def test_several_flagged_links_are_as_likely_whatever_they_lead_to() -> None:
    places = [WAR, place("Good"), place("Poor", country="Away"), place("Plain")]
    flagged = [Route("War", "Good", 10.0, 1), Route("Poor", "War", 300.0, 2)]
    instance = sketch(places, [*flagged, *roads(("War", "Plain", 10))], people=10_000, move={"foreign_weight": 0.0})
    found = people_at(instance, Rules.documented())
    assert found["Good"] + found["Poor"] == 10_000
    assert found["Good"] == pytest.approx(5_000, abs=250)


def test_a_flagged_link_takes_people_who_are_on_their_way_elsewhere() -> None:
    places = [*LINE, place("Aside")]
    routes = roads(("War", "One", 200), ("One", "Two", 200), ("Two", "Camp", 200))
    move = FURTHER | {"awareness_level": 3}
    rules = TOWNS.switched(forced_redirection_ignored=False)
    found = people_at(sketch(places, [*routes, Route("Aside", "One", 50.0, 2)], move=move), rules)
    assert found == {"War": 0, "One": 0, "Two": 0, "Camp": 0, "Aside": 100}
