"""Closures of borders, places, links and camps, and links that redirect whoever leaves."""

from itertools import pairwise

import numpy as np
import pytest

from havre.displacement.environment import CAMP, DEFAULT, IDP_CAMP
from havre.displacement.instance import Closure, Route
from havre.displacement.rules import Rules
from havre.errors import DisplacementError
from tests.displacement.sketches import environment, flags_of, place, roads

PLACES = [
    place("War", "conflict_zone", country="A"),
    place("Town", country="A"),
    place("Camp", "camp", country="B"),
    place("Idp", "idpcamp", country="A"),
    place("Far", "camp", country="C"),
]
ROUTES = (
    *roads(("War", "Town", 10), ("War", "Camp", 20), ("Town", "Camp", 30), ("Town", "Far", 40)),
    Route("Camp", "Far", 50.0, 2),
)


def closed_on(*closures: Closure, days: int = 3, rules: Rules | None = None) -> list[tuple[list[int], list[int]]]:
    """Give for each day the links that closed, and those that are closed after it."""
    found = environment(PLACES, ROUTES, rules, length=days, closures=closures)
    return [(found.close_and_open(day).tolist(), np.flatnonzero(~found.open).tolist()) for day in range(days)]


def test_a_closed_border_takes_both_directions() -> None:
    between = [2, 3, 4, 5]
    for names in (("A", "B"), ("B", "A")):
        assert closed_on(Closure("country", *names, 0, 2)) == [(between, between), ([], between), ([], [])]


def test_a_border_that_is_not_there_closes_nothing() -> None:
    assert closed_on(Closure("country", "A", "Nowhere", 0, -1))[0] == ([], [])


def test_a_closed_place_takes_all_its_links() -> None:
    at_camp = [2, 3, 4, 5, 8, 9]
    assert closed_on(Closure("location", "Camp", "", 1, 2)) == [([], []), (at_camp, at_camp), ([], [])]


def test_closures_of_links_count_where_the_rules_say_so() -> None:
    closure = Closure("link", "Town", "War", 0, 1)
    assert closed_on(closure) == [([], [])] * 3
    assert closed_on(closure, rules=Rules.documented())[:2] == [([0, 1], [0, 1]), ([], [])]


def test_links_that_close_and_open_on_one_day_have_closed() -> None:
    border = Closure("country", "A", "B", 1, 1)
    assert closed_on(border)[1] == ([2, 3, 4, 5], [])


def test_a_link_closed_twice_closes_once_and_opens_with_the_first_end() -> None:
    closures = (Closure("country", "A", "B", 0, 1), Closure("location", "Camp", "", 0, 2))
    assert closed_on(*closures) == [([2, 3, 4, 5, 8, 9], [2, 3, 4, 5, 8, 9]), ([], [8, 9]), ([], [])]


def test_closures_of_the_day_minus_1_never_come() -> None:
    assert closed_on(Closure("location", "Camp", "", -1, -1)) == [([], [])] * 3


@pytest.mark.parametrize(
    ("kind", "name", "flags"), [("camp", "Camp", ["camp"]), ("idpcamp", "Idp", ["camp", "idp_camp"])]
)
def test_a_closed_camp_is_a_town_until_it_opens(kind: str, name: str, flags: list[str]) -> None:
    found = environment(PLACES, ROUTES, length=3, closures=(Closure(kind, name, "", 0, 1),))
    number = [each.name for each in PLACES].index(name)
    before = found.capacity.copy()
    found.close_and_open(0)
    assert (flags_of(found, number), found.kind[number]) == (["town"], DEFAULT)
    assert found.open.all()
    found.close_and_open(1)
    assert flags_of(found, number) == flags
    assert found.kind[number] == (CAMP if kind == "camp" else IDP_CAMP)
    assert np.array_equal(found.capacity, before)


def test_a_closed_camp_is_a_town_even_where_nobody_leaves_towns() -> None:
    found = environment(PLACES, ROUTES, move={"default_movechance": 0.0}, closures=(Closure("camp", "Camp", "", 0, 2),))
    found.close_and_open(0)
    assert flags_of(found, 2) == ["town"]


def test_forced_redirection_by_day() -> None:
    removed = Closure("remove_forced_redirection", "Far", "Camp", 1, 2)
    found = environment(PLACES, ROUTES, Rules.documented(), length=3, closures=(removed,))
    flagged = []
    for day in range(3):
        found.close_and_open(day)
        flagged.append(np.flatnonzero(found.open_forced()).tolist())
    assert flagged == [[9], [], [9]]
    found.open[9] = False
    assert not found.open_forced().any()
    assert not environment(PLACES, ROUTES).open_forced().any()


@pytest.mark.parametrize("kind", ["location", "camp", "idpcamp", "remove_forced_redirection"])
def test_a_closure_of_an_unknown_place(kind: str) -> None:
    with pytest.raises(DisplacementError) as raised:
        closed_on(Closure(kind, "Nowhere", "Camp", 0, 1))
    assert raised.value.problems[0].key == "displacement.engine.unknown_place"


def test_the_version_grows_with_what_changes_scores() -> None:
    found = environment(
        PLACES, ROUTES, length=4, zones={"War": [1.0, 1.0, 0.0, 0.0]}, closures=(Closure("camp", "Camp", "", 3, -1),)
    )
    versions = [found.version]
    for day in range(4):
        found.begin_day(day)
        found.close_and_open(day)
        versions.append(found.version)
    assert [after > before for before, after in pairwise(versions)] == [True, False, True, True]
