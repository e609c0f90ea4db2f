"""Tables of places and roads as arrays: two links for each road, countries, and all faults at once."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement.instance import Route
from havre.displacement.network import Network, compile_network
from havre.displacement.rules import Rules
from havre.errors import DisplacementError
from tests.displacement.sketches import UNHURRIED, WAR, place, roads, sketch

PLACES = [
    place("Over", "camp", country="Away", region="Coast", x=1, y=2),
    place("Town", region="Hills", x=3, y=4),
    place("War", "CONFLICT_zone", region="Coast", x=5, y=6),
]
ROUTES = (
    Route("War", "Town", 80.0, 0, {"max_move_speed": "50", "walk_probability": "0.25"}),
    Route("Town", "Over", 120.0, 2, {"max_move_speed": " ", "link_type": "walk"}),
    Route("War", "Over", 300.0, 1),
)


def network(rules: Rules | None = None, routes: tuple[Route, ...] = ROUTES, **move: Any) -> Network:
    return compile_network(sketch(PLACES, routes, move=move), rules or Rules.documented())


def test_each_road_gives_two_links_in_the_order_of_the_file() -> None:
    found = network(max_move_speed=200.0)
    assert found.names == ("Over", "Town", "War")
    assert (found.locations, found.links) == (3, 6)
    assert found.origin.tolist() == [2, 1, 1, 0, 2, 0]
    assert found.destination.tolist() == [1, 2, 0, 1, 0, 2]
    assert found.distance.tolist() == [80, 80, 120, 120, 300, 300]
    assert found.speed.tolist() == [50, 50, 200, 200, 200, 200]
    assert found.walk_probability.tolist() == [0.25, 0.25, 0, 0, 0, 0]
    assert found.forced.tolist() == [False, False, False, True, True, False]
    assert found.first.tolist() == [0, 1, 2, 3, 4, 5]
    assert (found.x.tolist(), found.y.tolist()) == ([1, 3, 5], [2, 4, 6])


def test_forced_redirection_1_makes_the_road_twice_and_2_does_not() -> None:
    found = network(Rules.flee())
    assert found.origin.tolist() == [2, 1, 1, 0, 2, 0, 2, 0]
    assert found.destination.tolist() == [1, 2, 0, 1, 0, 2, 0, 2]
    assert found.forced.tolist() == [False, False, False, True, True, False, True, False]
    # Of the two links between the same places the first is walked.
    assert found.first.tolist() == [0, 1, 2, 3, 4, 5, 4, 5]


def test_places_outside_the_home_country_are_foreign() -> None:
    found = network()
    assert found.countries == ("Away", "Home")
    assert found.country.tolist() == [0, 1, 1]
    assert found.regions == ("Coast", "Hills")
    assert found.region.tolist() == [0, 1, 0]
    assert found.foreign.tolist() == [True, False, False]
    assert network(Rules.flee()).foreign.tolist() == [False, True, True]


def test_without_a_conflict_zone_the_first_row_is_at_home() -> None:
    places = [place("Town"), place("Camp", "camp", country="Away")]
    assert compile_network(sketch(places, ()), Rules.documented()).foreign.tolist() == [False, True]


def test_places_without_roads() -> None:
    found = network(routes=())
    assert (found.locations, found.links) == (3, 0)
    assert found.origin.shape == found.distance.shape == found.forced.shape == found.first.shape == (0,)


def test_a_place_is_found_by_its_name() -> None:
    assert [network().number(name) for name in ("Over", "Town", "War")] == [0, 1, 2]
    with pytest.raises(DisplacementError) as raised:
        network().number("war")
    assert raised.value.message() == "The instance has no place “war”."
    assert raised.value.message("fr") != raised.value.message()


def test_all_faults_of_roads_are_told_at_once() -> None:
    faulty = (
        *roads(("War", "Nowhere", 10.0), ("War", "War", 10.0), ("Lost", "War", -1.0), ("War", "Town", 0.0)),
        *roads(("War", "Town", np.nan), ("War", "Town", np.inf), ("War", "Town", 1.0)),
    )
    with pytest.raises(DisplacementError) as raised:
        network(routes=faulty)
    told = [
        (problem.key.removeprefix("displacement.engine."), dict(problem.fields)) for problem in raised.value.problems
    ]
    assert [(key, fields["row"]) for key, fields in told] == [
        ("road_end", 1),
        ("road_loop", 2),
        ("road_end", 3),
        ("road_length", 3),
        ("road_length", 4),
        ("road_length", 5),
        ("road_length", 6),
    ]
    assert told[0][1]["name"] == "Nowhere"
    assert told[2][1]["name"] == "Lost"


def test_no_places_at_all() -> None:
    with pytest.raises(DisplacementError) as raised:
        compile_network(sketch([], ()), Rules.flee())
    assert raised.value.problems[0].key == "displacement.engine.no_places"


@given(st.lists(st.tuples(st.permutations(range(4)), st.floats(0.1, 1e4), st.sampled_from([0, 1, 2])), max_size=12))
@UNHURRIED
def test_links_come_in_pairs_there_and_back(rows: list[tuple[list[int], float, int]]) -> None:
    names = ["War", "A", "B", "C"]
    routes = tuple(Route(names[ends[0]], names[ends[1]], km, flag) for ends, km, flag in rows)
    instance = sketch([WAR, *(place(name) for name in names[1:])], routes)
    found = compile_network(instance, Rules.flee())
    assert found.links == 2 * sum(2 if flag == 1 else 1 for *_, flag in rows)
    assert np.array_equal(found.origin[::2], found.destination[1::2])
    assert np.array_equal(found.destination[::2], found.origin[1::2])
    assert np.array_equal(found.distance[::2], found.distance[1::2])
    assert np.array_equal(found.origin[found.first], found.origin)
    assert np.array_equal(found.destination[found.first], found.destination)
    assert (found.first <= np.arange(found.links)).all()
    assert np.array_equal(found.first[found.first], found.first)
