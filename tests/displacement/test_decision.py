"""How much places pull, and how likely people are to leave, computed by hand."""

from typing import Any

import numpy as np
import pytest

from havre.displacement.candidates import RouteBook, find_candidates
from havre.displacement.decision import forced_only, present_groups
from havre.displacement.instance import DayTable, Demographics, Instance, Route
from havre.displacement.network import compile_network
from havre.displacement.rules import Rules
from havre.displacement.settings import FloodRules
from tests.displacement.choice_of_one import ChoiceOfOne, choice
from tests.displacement.sketches import FLOODED, WAR, place, roads, sketch

PLACES = [WAR, place("Town", "town", 81), place("Camp", "camp", 100), place("Abroad", "camp", 0, "Away")]
ROUTES = roads(("War", "Town", 30), ("War", "Camp", 90), ("War", "Abroad", 40))
WEIGHTS = {"camp_weight": 2.0, "foreign_weight": 3.0, "softening": 10.0}


def country(**move: Any) -> Instance:
    return sketch(PLACES, ROUTES, move={"default_movechance": 0.3} | WEIGHTS | move)


def test_weights_by_score_and_distance() -> None:
    assert choice(country()) == pytest.approx({"Town": 1 / 40, "Camp": 2 / 100, "Abroad": 6 / 50})


def test_weights_with_powers_and_softening() -> None:
    move = {"weight_softening": 0.5, "distance_power": 2.0, "weight_power": 3.0}
    expected = {"Town": (1.5 / 1_600) ** 3, "Camp": (2.5 / 10_000) ** 3, "Abroad": (6.5 / 2_500) ** 3}
    assert choice(country(**move)) == pytest.approx(expected)


def test_weights_without_softening() -> None:
    assert choice(country(softening=0.0)) == pytest.approx({"Town": 1 / 30, "Camp": 2 / 90, "Abroad": 6 / 40})


def test_full_camps_pull_less_and_powers_cover_that_too() -> None:
    # 97 of 100: with a buffer of a tenth 3 of 10 are free.
    assert choice(country(), here={"Camp": 97})["Camp"] == pytest.approx(0.3 * 2 / 100)
    assert choice(country(weight_power=2.0), here={"Camp": 97})["Camp"] == pytest.approx((0.3 * 2 / 100) ** 2)
    # With power 0 nothing matters, full camps included.
    assert choice(country(weight_power=0.0), here={"Camp": 100}) == {"Town": 1, "Camp": 1, "Abroad": 1}
    assert choice(country(), here={"Camp": 100, "Abroad": 10**6}) == pytest.approx(
        {"Town": 1 / 40, "Camp": 0, "Abroad": 6 / 50}
    )
    assert choice(country(capacity_scaling=2.0), here={"Camp": 100})["Camp"] == pytest.approx(2 / 100)


def test_each_replica_has_its_own_parameters() -> None:
    parameters = {"softening": [10.0, 70.0], "camp_weight": [2.0, 5.0], "capacity_buffer": [0.9, 0.5]}
    one = ChoiceOfOne(country(), parameters=parameters, here={"Camp": 75})
    assert one.weights(replica=0) == pytest.approx({"Town": 1 / 40, "Camp": 2 / 100, "Abroad": 6 / 50})
    assert one.weights(replica=1) == pytest.approx({"Town": 1 / 100, "Camp": 0.5 * 5 / 160, "Abroad": 15 / 110})


def test_people_who_see_further_weigh_every_route() -> None:
    routes = (*ROUTES, *roads(("Town", "Camp", 20)))
    instance = sketch(PLACES, routes, move={"default_movechance": 0.3, "awareness_level": 2} | WEIGHTS)
    assert choice(instance) == pytest.approx({"Town": 1 / 40 + 1 / 120, "Camp": 2 / 100 + 2 / 60, "Abroad": 6 / 50})


@pytest.mark.parametrize(
    ("threshold", "inverted", "kept"),
    [
        (1.0, True, {"Town", "Camp", "Abroad"}),
        (1.0009, True, {"Town", "Camp", "Abroad"}),
        (1.001, True, {"Abroad"}),
        (4.7, True, {"Abroad"}),
        (4.9, True, {"Abroad", "Town"}),
        (6.1, True, {"Abroad", "Town", "Camp"}),
        (1.0009, False, {"Town", "Camp", "Abroad"}),
        (1.19, False, {"Abroad", "Town", "Camp"}),
        (1.21, False, {"Abroad", "Town"}),
        (9.0, False, {"Abroad"}),
    ],
)
def test_pruning_drops_what_is_far_below_the_best(threshold: float, inverted: bool, kept: set[str]) -> None:  # noqa: FBT001
    # Weights of 1, 0.208 and 0.167 of the best.
    found = choice(country(pruning_threshold=threshold), Rules.flee().switched(pruning_inverted=inverted))
    assert {name for name, weight in found.items() if weight > 0} == kept


def test_awareness_0_weighs_by_distance_and_below_0_not_at_all_where_documented() -> None:
    manual = Rules.documented()
    found = choice(country(awareness_level=0, weight_softening=0.5), manual, here={"Camp": 95})
    assert found == pytest.approx({"Town": 1.5 / 40, "Camp": 0.5 * 1.5 / 100, "Abroad": 1.5 / 50})
    found = choice(country(awareness_level=-1, weight_power=2.0), manual, here={"Camp": 95})
    assert found == pytest.approx({"Town": 1, "Camp": 0.25, "Abroad": 1})
    assert choice(country(awareness_level=-1)) == choice(country())


def test_weights_follow_the_days() -> None:
    # Within two days the war next door is half over and deters less; nothing else changes.
    decay = {"conflict_spawn_decay": (1.0, 0.5), "conflict_spawn_decay_interval": 2}
    places = [WAR, place("Riot", "conflict_zone")]
    instance = sketch(places, roads(("War", "Riot", 90)), spawn=decay, move={"conflict_weight": 0.25})
    by_day = [choice(instance, day=day)["Riot"] for day in range(3)]
    assert by_day == pytest.approx([0.0025, 0.0025, 0.005])


def near_and_far(**move: Any) -> Instance:
    places = [
        place("War", "conflict_zone", 1_000, y=0.0),
        place("Near", "town", y=0.001),
        place("One", "town", y=1.0),
        place("Four", "town", y=4.0),
        place("Home", "town", y=5.0),
    ]
    routes = roads(("War", "Near", 90), ("War", "One", 90), ("War", "Four", 90))
    return sketch(places, routes, move={"stay_close_to_home": True, "home_distance_power": 0.5} | move)


def test_people_stay_close_to_where_they_are_or_to_their_home() -> None:
    degree = np.pi / 180 * 6_371.0
    here = ChoiceOfOne(near_and_far()).weights(home="Home")
    # Less than 1 km is as near as 1 km.
    assert here == pytest.approx({"Near": 1e-2, "One": 1e-2 / degree**0.5, "Four": 1e-2 / (4 * degree) ** 0.5})
    home = ChoiceOfOne(near_and_far(), Rules.documented()).weights(home="Home")
    expected = {"Near": 1e-2 / (4.999 * degree) ** 0.5, "One": 1e-2 / (4 * degree) ** 0.5, "Four": 1e-2 / degree**0.5}
    assert home == pytest.approx(expected)


def test_populous_towns_pull_more_but_not_camps() -> None:
    move = {"use_pop_for_loc_weight": True, "pop_power_for_loc_weight": 0.5}
    for spawn in ({}, {"take_from_population": True}):
        instance = sketch(PLACES, ROUTES, move={"default_movechance": 0.3} | WEIGHTS | move, spawn=spawn)
        found = choice(instance)
        assert found == pytest.approx({"Town": 9 / 40, "Camp": 2 / 100, "Abroad": 6 / 50})


def test_groups_who_avoid_hazards_square_the_score() -> None:
    facts = (
        Demographics("age", (10, 16, 40, 70), {"Default": (1.0, 1.0, 1.0, 1.0)}),
        Demographics("gender", ("f", "m"), {"Default": (1.0, 1.0)}),
    )
    move = {"ChildrenAvoidHazards": True, "BoysTakeRisk": True, "WomenAvoidHazards": True}
    instance = sketch(PLACES, ROUTES, demographics=facts, move={"default_movechance": 0.3} | WEIGHTS | move)

    def scores(rules: Rules, age: str, gender: str) -> list[float]:
        weights = ChoiceOfOne(instance, rules).weights(age=age, gender=gender)
        return [weights["Town"] * 40, weights["Camp"] * 100, weights["Abroad"] * 50]

    squared, plain, reckless = (pytest.approx(each) for each in ([1, 4, 36], [1, 2, 6], [1, 1, 1]))
    flee = Rules.flee()
    for cautious in (("child", "f"), ("child", "m"), ("youth", "f"), ("adult", "f"), ("elder", "f")):
        assert scores(flee, *cautious) == squared
    assert scores(flee, "youth", "m") == scores(flee, "adult", "m") == reckless
    assert scores(Rules.documented(), "youth", "m") == reckless
    assert scores(Rules.documented(), "adult", "m") == plain


PEOPLES = (
    Demographics("ethnicity", ("x", "y"), {"Default": (1.0, 1.0)}),
    Demographics("religion", ("a", "b"), {"Default": (1.0, 1.0)}),
)


def matching(*rules: str, **move: Any) -> ChoiceOfOne:
    """Make a choice where 30 of x and 10 of y are in the town, 5 and 20 in a zone, 40 and 8 in the camp."""
    places = [WAR, place("Town", "town", 100), place("Riot", "conflict_zone", 50), place("Camp", "camp", 900)]
    routes = roads(("War", "Town", 90), ("War", "Riot", 90), ("War", "Camp", 90))
    on = dict.fromkeys(rules, True)
    instance = sketch(
        places, routes, demographics=PEOPLES, move={"default_movechance": 0.3, "conflict_weight": 1.0} | on | move
    )
    counts = {"Town": [30, 10], "Riot": [5, 20], "Camp": [40, 8]}
    return ChoiceOfOne(instance, groups=counts)


def test_people_match_the_people_who_are_there() -> None:
    plain = {"Town": 0.01, "Riot": 0.01, "Camp": 0.01}
    town = matching("MatchTownEthnicity")
    # Ten times the share of the population; a camp counts as if a hundred millionth.
    assert town.weights(ethnicity="x") == pytest.approx(plain | {"Town": 0.01 * 10 * 0.3})
    assert town.weights(ethnicity="y") == pytest.approx(plain | {"Town": 0.01 * 10 * 0.1})
    zone = matching("MatchConflictEthnicity")
    assert zone.weights(ethnicity="x") == pytest.approx(plain | {"Riot": 0.01 * 10 * 0.1})
    camp = matching("MatchCampEthnicity")
    assert camp.weights(ethnicity="y") == pytest.approx(plain | {"Camp": 0.01 * 10 * 8 / 1e8})
    faith = matching("MatchCampReligion", avg_religion_fraction=0.2)
    assert faith.weights(religion="a") == pytest.approx(plain | {"Camp": 0.01 * 5 * 40 / 1e8})


def test_rules_that_match_are_multiplied() -> None:
    both = ChoiceOfOne(
        sketch(
            [WAR, place("Camp", "camp")],
            roads(("War", "Camp", 90)),
            demographics=PEOPLES,
            move={"MatchCampEthnicity": True, "MatchCampReligion": True},
        ),
        groups={"Camp": [1, 2, 4, 8]},
    )
    # (x, a), (x, b), (y, a), (y, b): 3 of x and 5 of a.
    assert both.weights(ethnicity="x", religion="a") == {"Camp": pytest.approx(0.01 * (10 * 3e-8) * (4 * 5e-8))}
    assert both.weights(ethnicity="y", religion="b") == {"Camp": pytest.approx(0.01 * (10 * 12e-8) * (4 * 10e-8))}


def test_floods_weigh_on_every_flooded_place_and_twice_on_zones() -> None:
    places = [
        place("War", "flood_zone", 9),
        place("Zone", "flood_zone"),
        place("Camp", "camp"),
        place("Dry", "flood_zone"),
    ]
    floods = DayTable(("Zone", "Camp"), (0.0, 1.0, 2.0), np.ones((3, 2)))
    flood = FloodRules(flood_movechances=(0.0, 1.0, 1.0), flood_loc_weights=(0.8, 0.5, 0.1))
    routes = roads(("War", "Zone", 90), ("War", "Camp", 90), ("War", "Dry", 90))
    instance = sketch(places, routes, floods=floods, spawn=FLOODED, move={"flood_rules": flood})
    assert choice(instance) == pytest.approx({"Zone": 0.0025, "Camp": 0.005, "Dry": 0.008})
    assert choice(instance, Rules.documented()) == pytest.approx({"Zone": 0.005, "Camp": 0.005, "Dry": 0.008})


def test_flagged_links_are_all_there_is_at_their_start() -> None:
    routes = (*ROUTES[:2], Route("Abroad", "War", 40.0, 2), *roads(("Town", "Camp", 9)))
    network = compile_network(sketch(PLACES, routes), Rules.documented())
    book = RouteBook()
    every, none = np.ones(network.links, np.bool_), np.zeros(4, np.bool_)
    for hops in (1, 2):
        found = forced_only(find_candidates(network, every, none, hops, book), network, network.forced, book)
        from_war = found.place == 0
        assert found.end[from_war].tolist() == [3]
        assert found.link[from_war].tolist() == [5]
        assert found.distance[from_war].tolist() == [40]
        assert found.rest[from_war].tolist() == [0]
        assert set(found.end[found.place == 1]) >= {0, 2}
        assert found.start.tolist() == np.searchsorted(found.place, np.arange(5)).tolist()


def test_people_present_by_place_and_group() -> None:
    place_, group = np.array([2, 0, 2, 2]), np.array([1, 0, 1, 0])
    count = np.array([[5, 1], [7, 0], [10, 2], [1, 1]])
    found = present_groups(place_, group, count, 3, 2)
    assert found[:, :, 0].tolist() == [[7, 0], [0, 0], [1, 15]]
    assert found[:, :, 1].tolist() == [[0, 0], [0, 0], [1, 3]]
