"""A day on the road by hand: how far people come, who arrives, who is turned back, and how a pass is split."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from havre.displacement.chance import StreamChance
from havre.displacement.instance import Route
from havre.displacement.network import Ints, compile_network
from havre.displacement.people import FIRST, HOME, KM, MOVED, PLACE, RECENT, ROUTE, People
from havre.displacement.rules import Rules
from havre.displacement.settings import MoveRules
from havre.displacement.travel import COARSE_MEMORY, MOST_STATES, Roads, counted_at, parts_of, remembered
from havre.scale import generator
from tests.displacement.sketches import UNHURRIED, WAR, environment, place, roads, sketch

PLACES = [WAR, place("Town"), place("Camp", "camp")]
ROUTES = (*roads(("War", "Town", 100), ("War", "Camp", 800), ("Town", "Camp", 360)), Route("Town", "Camp", 90.0))


def on_link(link: int, *, km: float = 0.0, moved: float = 0.0, first: bool = False, count: int = 10) -> People:
    """Put people on a link; links beyond the last are those that have closed."""
    people = People.at(np.array([3 + link]), np.array([[count]]), first=first)
    people.way[:, KM], people.way[:, MOVED] = km, moved
    return people


def walked(
    people: People, rules: Rules | None = None, routes: tuple[Route, ...] = ROUTES, **move: Any
) -> tuple[dict[str, object], ...]:
    """Walk and tell of each row: what became of it, where it is, its km, its km of today, and its number."""
    instance = sketch(PLACES, routes, move=move)
    rules = rules or Rules.flee()
    network = compile_network(instance, rules)
    chance = StreamChance(generator(1, "walk"))
    arrived, back, resting = Roads(network, instance.settings.move_rules, rules, chance).walk(people, np.zeros(3))
    told: list[dict[str, object]] = []
    for what, rows in (("arrived", arrived.people), ("back", back), ("resting", resting)):
        for row in range(len(rows)):
            told.append(
                {
                    "what": what,
                    "place": int(rows.place[row]),
                    "km": float(rows.km[row]),
                    "moved": float(rows.moved[row]),
                    "count": int(rows.count[row, 0]),
                }
            )
            if what == "arrived":
                told[-1]["again"] = bool(arrived.again[row])
    return tuple(told)


def outcome(what: str, place: int, km: float, moved: float, count: int = 10, **again: bool) -> dict[str, object]:
    return {"what": what, "place": place, "km": km, "moved": moved, "count": count, **again}


def test_a_short_road_leaves_time_to_go_on() -> None:
    assert walked(on_link(0)) == (outcome("arrived", 1, 0, 100, again=True),)
    assert walked(on_link(1, moved=200)) == (outcome("arrived", 0, 0, 300, again=True),)
    # Each link of a day has a full day's range, which people may exceed.
    assert walked(on_link(0, moved=300)) == (outcome("arrived", 1, 0, 400, again=False),)


def test_a_long_road_takes_days() -> None:
    assert walked(on_link(2)) == (outcome("resting", 5, 360, 360),)
    assert walked(on_link(2, km=360)) == (outcome("resting", 5, 720, 360),)
    assert walked(on_link(2, km=720)) == (outcome("arrived", 2, 0, 80, again=True),)


def test_a_road_as_long_as_the_range_ends_the_next_day_or_the_same() -> None:
    lax = Rules.flee().switched(strict_arrival=False)
    assert walked(on_link(4)) == (outcome("resting", 7, 360, 360),)
    assert walked(on_link(4, km=360)) == (outcome("arrived", 2, 0, 0, again=True),)
    assert walked(on_link(4), lax) == (outcome("arrived", 2, 0, 360, again=False),)


def test_what_is_left_of_the_day_where_links_share_it() -> None:
    shared = Rules.flee().switched(full_day_on_each_link=False)
    assert walked(on_link(0, moved=200), shared) == (outcome("arrived", 1, 0, 300, again=True),)
    assert walked(on_link(0, moved=300), shared) == (outcome("resting", 3, 60, 360),)
    assert walked(on_link(0, moved=400), shared) == (outcome("resting", 3, 0, 400),)


def test_people_on_a_link_that_has_closed_are_put_back_at_its_start() -> None:
    assert walked(on_link(8 + 0)) == (outcome("back", 0, 0, 100),)
    assert walked(on_link(8 + 1)) == (outcome("back", 1, 0, 100),)
    assert walked(on_link(8 + 2)) == (outcome("resting", 3 + 8 + 2, 360, 360),)
    assert walked(on_link(8 + 2, km=720)) == (outcome("back", 0, 0, 80),)


def test_roads_have_their_own_speed() -> None:
    slow = (Route("War", "Town", 100.0, 0, {"max_move_speed": "60"}), *ROUTES[1:])
    assert walked(on_link(0), routes=slow) == (outcome("resting", 3, 60, 60),)
    assert walked(on_link(0, km=60), routes=slow) == (outcome("arrived", 1, 0, 40, again=True),)
    assert walked(on_link(0, km=60, moved=30), routes=slow) == (outcome("arrived", 1, 0, 70, again=False),)


def test_the_first_leg_is_walked_where_the_rules_say_so() -> None:
    on_foot: dict[str, Any] = {"start_on_foot": True, "max_walk_speed": 40.0}
    assert walked(on_link(0, first=True), **on_foot) == (outcome("resting", 3, 40, 40),)
    assert walked(on_link(0, first=True, km=80), **on_foot) == (outcome("arrived", 1, 0, 20, again=True),)
    assert walked(on_link(0, first=False), **on_foot) == (outcome("arrived", 1, 0, 100, again=True),)
    assert walked(on_link(0, first=True)) == (outcome("arrived", 1, 0, 100, again=True),)


def test_the_first_leg_ends_with_the_first_link() -> None:
    network = compile_network(sketch(PLACES, ROUTES), Rules.flee())
    on_foot = MoveRules(start_on_foot=True)
    walk = Roads(network, on_foot, Rules.flee(), StreamChance(generator(1, "x"))).walk
    arrived, _, resting = walk(People.together([on_link(0, first=True, km=80), on_link(2, first=True)]), np.zeros(3))
    assert arrived.people.first.tolist() == [False]
    assert resting.first.tolist() == [True]
    _, back, _ = walk(on_link(8, first=True, km=80), np.zeros(3))
    assert back.first.tolist() == [False]


def test_routes_are_still_to_walk_after_an_arrival() -> None:
    network = compile_network(sketch(PLACES, ROUTES), Rules.flee())
    people = on_link(0)
    people.state[:, ROUTE] = 7
    arrived, _, _ = Roads(network, MoveRules(), Rules.flee(), StreamChance(generator(1, "x"))).walk(people, np.zeros(3))
    assert arrived.people.route.tolist() == [7]


@pytest.mark.parametrize("probability", [0.0, 0.3, 1.0])
def test_a_share_of_people_walks(probability: float) -> None:
    walk = (Route("War", "Town", 100.0, 0, {"walk_probability": str(probability)}), *ROUTES[1:])
    told = walked(on_link(0, count=10_000), routes=walk)
    by_car = sum(int(str(each["count"])) for each in told if each["what"] == "arrived")
    on_foot = sum(int(str(each["count"])) for each in told if each["what"] == "resting")
    assert by_car + on_foot == 10_000
    assert on_foot == pytest.approx(10_000 * probability, abs=4 * np.sqrt(10_000 * probability * (1 - probability)))
    assert {each["km"] for each in told if each["what"] == "resting"} <= {35.0}


@pytest.mark.parametrize(
    ("recent", "moved", "town", "forced"),
    [
        (0.0, 350.0, True, True),
        (0.0, 360.0, True, False),
        (0.5, 179.0, True, True),
        (0.5, 180.0, True, False),
        (0.0, 0.0, False, False),
    ],
)
def test_short_stints_go_on_in_towns(recent: float, moved: float, town: bool, forced: bool) -> None:  # noqa: FBT001
    network = compile_network(sketch(PLACES, ROUTES), Rules.flee())
    people = People.at(np.array([1 if town else 2]), np.array([[3]]), first=False)
    people.way[:, RECENT], people.way[:, MOVED] = recent, moved
    found = environment(PLACES, ROUTES)
    for on in (True, False):
        move = MoveRules(avoid_short_stints=on)
        force = Roads(network, move, Rules.flee(), StreamChance(generator(1, "x"))).forces(people, found)
        assert force.tolist() == [forced and on]


def resting(recents: list[float], moved: list[float]) -> People:
    people = People.at(np.zeros(len(recents), np.int64), np.ones((len(recents), 1), np.int64), first=True)
    people.way[:, RECENT], people.way[:, MOVED] = recents, moved
    return people


def test_the_day_is_forgotten_at_its_end() -> None:
    people = resting([0.0, 0.5], [90.0, 360.0])
    ended = remembered(people, MoveRules())
    assert (len(ended), ended.count.tolist()) == (1, [[2]])
    assert ended.first.tolist() == [False]
    assert ended.way.tolist() == [[0, 0, 0]]
    assert remembered(people, MoveRules(start_on_foot=True)).first.tolist() == [True]


def test_what_people_made_of_late_is_an_average_that_halves_each_day() -> None:
    ended = remembered(resting([0.0, 0.5, 0.5], [90.0, 360.0, 0.0]), MoveRules(avoid_short_stints=True))
    assert sorted(ended.recent.tolist()) == [0.125, 0.25, 0.75]
    assert ended.moved.tolist() == [0, 0, 0]


def test_the_memory_gets_coarser_when_there_are_too_many_states() -> None:
    recents = np.linspace(0, 1, 2 * MOST_STATES).tolist()
    ended = remembered(resting(recents, [0.0] * len(recents)), MoveRules(avoid_short_stints=True))
    assert ended.count.sum() == len(recents)
    assert len(ended) <= 0.5 / COARSE_MEMORY + 1
    assert np.array_equal(np.rint(ended.recent / COARSE_MEMORY) * COARSE_MEMORY, ended.recent)


def test_people_count_where_they_are_or_at_their_home() -> None:
    people = People.at(np.array([2, 9, 1, 0]), np.ones((4, 1), np.int64), home=np.array([1, 1, -3, 4]), first=False)
    here, where = counted_at(people, 3)
    assert here.tolist() == [0, 2, 3]
    assert where.tolist() == [2, 2, 0]
    assert people.state[2, [PLACE, HOME, FIRST]].tolist() == [1, -3, 0]


@st.composite
def crowds(draw: st.DrawFn) -> People:
    rows, replicas = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    numbers = draw(st.lists(st.integers(0, 9), min_size=rows * replicas, max_size=rows * replicas))
    return People.at(np.arange(rows), np.array(numbers).reshape(rows, replicas), first=False)


def by_place(parts: list[People], like: People) -> Ints:
    total = np.zeros_like(like.count)
    for part in parts:
        np.add.at(total, part.place, part.count)
    return total


@given(crowds(), st.data())
@UNHURRIED
def test_parts_are_all_the_people(people: People, data: st.DataObject) -> None:
    replicas = people.count.shape[1]
    steps = np.array(data.draw(st.lists(st.integers(1, 7), min_size=replicas, max_size=replicas)))
    parts = parts_of(people, steps, one_by_one=False, chance=StreamChance(generator(1, "parts")))
    assert len(parts) == steps.max()
    assert np.array_equal(by_place(parts, people), people.count)
    assert all((part.count >= 0).all() for part in parts)
    # A replica that needs fewer parts is through when they are over.
    for replica, own in enumerate(steps):
        assert all(part.count[:, replica].sum() == 0 for part in parts[own:])


@given(crowds())
@UNHURRIED
def test_one_by_one_each_part_is_a_person(people: People) -> None:
    steps = np.maximum(people.count.sum(axis=0), 1)
    parts = parts_of(people, steps, one_by_one=True, chance=StreamChance(generator(1, "parts")))
    assert np.array_equal(by_place(parts, people), people.count)
    if steps.max() > 1:
        assert all((part.count.sum(axis=0) <= 1).all() for part in parts)


def test_parts_are_alike_and_independent() -> None:
    people = People.at(np.arange(1), np.full((1, 4_000), 6), first=False)
    parts = parts_of(people, np.full(4_000, 3), one_by_one=False, chance=StreamChance(generator(1, "parts")))
    for part in parts:
        law = stats.binom.pmf(np.arange(7), 6, 1 / 3)
        assert stats.chisquare(np.bincount(part.count[0], minlength=7), 4_000 * law).pvalue > 1e-4


def test_one_by_one_everybody_is_as_likely_to_be_first_and_last() -> None:
    people = People.at(np.arange(2), np.array([[1] * 4_000, [3] * 4_000]), first=False)
    parts = parts_of(people, np.full(4_000, 4), one_by_one=True, chance=StreamChance(generator(1, "parts")))
    for part in parts:
        lone = part.count[part.place == 0].sum()
        assert lone == pytest.approx(1_000, abs=4 * np.sqrt(4_000 * 3 / 16))
