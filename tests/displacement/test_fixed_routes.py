"""Fixed routes: the shortest to each place in sight, where major roads look a quarter as long."""

from typing import Any

import numpy as np
import pytest

from havre.displacement.candidates import Candidates, RouteBook, find_candidates
from havre.displacement.environment import Environment
from havre.displacement.fixed_routes import best_routes
from havre.displacement.network import compile_network
from havre.displacement.rules import Rules
from tests.displacement.choice_of_one import choice
from tests.displacement.sketches import people_at, place, roads, sketch

NAMES = ("War", "One", "Two", "Camp", "Cross")
PLACES = [place("War", "conflict_zone", 9), place("One"), place("Two"), place("Camp", "camp"), place("Cross", "marker")]
ROUTES = roads(("War", "One", 100), ("One", "Two", 100), ("War", "Two", 240), ("Two", "Camp", 80))
Found = dict[tuple[str, str], object]


def best(
    hops: int,
    *,
    routes: Any = ROUTES,
    major: tuple[tuple[str, ...], ...] = (),
    closed: tuple[int, ...] = (),
    **move: Any,
) -> Found:
    """Give the km and the places of the best route from each place to each."""
    instance = sketch(PLACES, routes, major_routes=major, move={"fixed_routes": True} | move)
    network = compile_network(instance, Rules.flee())
    environment = Environment(instance, network, Rules.flee(), hasten=1)
    environment.open[list(closed)] = False
    book = RouteBook()
    known = find_candidates(network, environment.open, environment.marker, hops, book)
    found: Candidates = best_routes(instance, network, environment, known, book)
    told: Found = {}
    for start, end, km, link, rest in zip(found.place, found.end, found.distance, found.link, found.rest, strict=True):
        route = (int(network.destination[link]), *book.routes[rest])
        assert network.origin[link] == start
        assert route[-1] == end
        told[NAMES[start], NAMES[end]] = float(km), tuple(NAMES[each] for each in route)
    # One for each pair of places.
    assert found.place.size == len(told)
    return told


def ends(found: Found, start: str) -> set[str]:
    """Name the places that people at a place may head for."""
    return {end for begin, end in found if begin == start}


def test_the_shortest_route_to_each_place_in_sight() -> None:
    near = best(1)
    assert near["War", "Two"] == (240, ("Two",))
    assert ends(near, "War") == {"One", "Two"}
    far = best(3)
    assert far["War", "Two"] == (200, ("One", "Two"))
    assert far["War", "Camp"] == (280, ("One", "Two", "Camp"))
    assert far["Camp", "War"] == (280, ("Two", "One", "War"))


def test_with_a_negative_distance_power_the_longest_is_the_best() -> None:
    assert best(3, distance_power=-1.0)["War", "Two"] == (240, ("Two",))


def test_of_two_roads_between_places_the_shorter_counts() -> None:
    doubled = (*ROUTES, *roads(("War", "One", 60)))
    assert best(1, routes=doubled)["War", "One"] == (60, ("One",))


def test_major_routes_lead_beyond_what_people_see_and_look_a_quarter_as_long() -> None:
    major = best(1, major=(("War", "One", "Two", "Camp"),))
    assert major["War", "One"] == (25, ("One",))
    assert major["War", "Two"] == (50, ("One", "Two"))
    assert major["War", "Camp"] == (70, ("One", "Two", "Camp"))
    assert major["One", "Camp"] == (45, ("Two", "Camp"))
    # And the other way.
    assert major["Camp", "War"] == (70, ("Two", "One", "War"))
    assert major["Two", "War"] == (50, ("One", "War"))


def test_major_routes_end_where_a_link_has_closed() -> None:
    # One to Two is closed, Two to One is open.
    major = best(1, major=(("War", "One", "Two", "Camp"),), closed=(2,))
    assert major["War", "One"] == (25, ("One",))
    assert major["War", "Two"] == (240, ("Two",))
    assert ends(major, "War") == {"One", "Two"}
    assert major["Two", "Camp"] == (20, ("Camp",))
    assert major["Camp", "War"] == (70, ("Two", "One", "War"))


def test_no_route_ends_in_a_marker() -> None:
    routes = roads(("War", "Cross", 40), ("Cross", "Camp", 40))
    assert best(1, routes=routes, major=(("War", "Cross", "Camp"),)) == {
        ("War", "Camp"): (20, ("Cross", "Camp")),
        ("Camp", "War"): (20, ("Cross", "War")),
        ("Cross", "War"): (10, ("War",)),
        ("Cross", "Camp"): (10, ("Camp",)),
    }


@pytest.mark.parametrize("hops", [1, 2])
def test_without_roads_there_is_no_route(hops: int) -> None:
    assert best(hops, routes=()) == {}


def test_people_walk_the_true_length_of_a_major_route() -> None:
    # Over 400 and 400 km they are two nights on the way, though it looks like 200 km.
    places = [*PLACES[:2], PLACES[3]]
    routes = roads(("War", "One", 400), ("One", "Camp", 400))
    move = {"fixed_routes": True, "camp_weight": 1e20}
    rules = Rules.flee().switched(low_movechance_is_camp=False)
    instance = sketch(places, routes, length=4, move=move, major_routes=(("War", "One", "Camp"),))
    assert [people_at(instance, rules, day)["Camp"] for day in range(3)] == [0, 0, 100]


def test_scores_count_twice_and_those_of_the_day_before_further_down_the_file() -> None:
    places = [place("Up", country="Away"), place("War", "conflict_zone", 9), place("Down", country="Away")]
    routes = roads(("War", "Up", 90), ("War", "Down", 90))
    move = {"fixed_routes": True, "foreign_weight": 3.0, "default_movechance": 0.3}
    rules = Rules.flee().switched(first_row_is_home=False)
    # Before the first day every score is 1.
    assert choice(sketch(places, routes, move=move), rules) == pytest.approx({"Up": 9 / 100, "Down": 3 / 100})
    assert choice(sketch(places, routes, move=move), rules, day=1) == pytest.approx({"Up": 9 / 100, "Down": 9 / 100})
    manual = choice(sketch(places, routes, move=move), Rules.documented())
    assert manual == pytest.approx({"Up": 3 / 100, "Down": 3 / 100})


def test_full_camps_pull_as_much_as_empty_ones() -> None:
    places = [place("Full", "camp", 10), place("War", "conflict_zone", 9)]
    instance = sketch(places, roads(("War", "Full", 90)), move={"fixed_routes": True, "weight_power": 2.0})
    full = {"Full": 10}
    assert choice(instance, here=full) == pytest.approx({"Full": 1e-4})
    assert choice(instance, Rules.documented(), here=full) == {"Full": 0}


def test_powers_cover_the_route_and_not_the_second_score() -> None:
    places = [place("Up", country="Away"), place("War", "conflict_zone", 9)]
    move = {"fixed_routes": True, "foreign_weight": 3.0, "weight_power": 2.0, "default_movechance": 0.3}
    found = choice(sketch(places, roads(("War", "Up", 90)), move=move), Rules.flee().switched(first_row_is_home=False))
    assert found == pytest.approx({"Up": np.square(3 / 100) * 3})


def test_scores_of_each_person_count_twice_as_well() -> None:
    # Seen from home, one degree away or four.
    degree = np.pi / 180 * 6_371.0
    places = [place("One", country="Away", y=1), place("Four", y=4), place("War", "conflict_zone", 9)]
    move = {"fixed_routes": True, "foreign_weight": 3.0, "stay_close_to_home": True, "home_distance_power": 1.0}
    instance = sketch(places, roads(("War", "One", 90), ("War", "Four", 90)), move=move | {"default_movechance": 0.3})
    for from_home in (True, False):
        rules = Rules.flee().switched(first_row_is_home=False, home_is_current_place=from_home)
        assert choice(instance, rules) == pytest.approx({"One": 0.09 / degree, "Four": 0.01 / (4 * degree)})


def test_fixed_routes_are_not_pruned() -> None:
    places = [place("Good", country="Away"), place("War", "conflict_zone", 9), place("Poor")]
    move = {"fixed_routes": True, "foreign_weight": 3.0, "pruning_threshold": 1.5, "default_movechance": 0.3}
    rules = Rules.flee().switched(first_row_is_home=False)
    found = choice(sketch(places, roads(("War", "Good", 90), ("War", "Poor", 90)), move=move), rules)
    assert found == pytest.approx({"Good": 0.09, "Poor": 0.01})
