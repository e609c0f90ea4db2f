"""Rows of people: nobody is lost or made when rows are put together, parted, or added up."""

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement.network import Ints
from havre.displacement.people import People, add_by, sum_by
from tests.displacement.sketches import UNHURRIED

FEW = st.integers(0, 2)
HUGE = st.sampled_from([0, 1, 2**40, 2**62])
"""Numbers so large that five of them do not fit into one key."""
WAYS = st.sampled_from([0.0, 0.1, 0.30000000000000004, 0.3, 360.0])


@st.composite
def crowds(draw: st.DrawFn) -> People:
    """Draw rows of which many are in the same state, or differ in one column; homes may be negative."""
    number = FEW if draw(st.booleans()) else HUGE
    columns = [*[number] * 3, st.integers(-2, 2), st.integers(0, 1), *[WAYS] * 3]
    common = [draw(column) for column in columns]
    rows: list[tuple[list[float], list[float]]] = []
    for place in draw(st.lists(st.integers(-2, 7), max_size=12)):
        row = list(common)
        if place >= 0:
            row[place] = draw(columns[place])
        rows.append((row[:5], row[5:]))
    replicas = draw(st.integers(1, 3))
    size = len(rows)
    counts = draw(st.lists(st.integers(0, 5), min_size=size * replicas, max_size=size * replicas))
    return People(
        np.array([row[0] for row in rows], np.int64).reshape(size, 5),
        np.array([row[1] for row in rows], np.float64).reshape(size, 3),
        np.array(counts, np.int64).reshape(size, replicas),
    )


def counted(people: People) -> Counter[tuple[object, ...]]:
    """Count people by state and replica, in plain Python."""
    found: Counter[tuple[object, ...]] = Counter()
    for state, way, counts in zip(people.state.tolist(), people.way.tolist(), people.count.tolist(), strict=True):
        for replica, count in enumerate(counts):
            found[(*state, *way, replica)] += count
    return +found


@given(crowds())
@UNHURRIED
def test_merged_has_each_state_once_and_keeps_everybody(people: People) -> None:
    merged = people.merged()
    assert counted(merged) == counted(people)
    states = [(*state, *way) for state, way in zip(merged.state.tolist(), merged.way.tolist(), strict=True)]
    assert len(set(states)) == len(states)


@given(crowds())
@UNHURRIED
def test_merging_again_changes_nothing(people: People) -> None:
    once = people.merged()
    twice = once.merged()
    assert np.array_equal(once.state, twice.state)
    assert np.array_equal(once.way, twice.way)
    assert np.array_equal(once.count, twice.count)


@given(crowds(), st.randoms(use_true_random=False))
@UNHURRIED
def test_merged_does_not_depend_on_the_order_of_rows(people: People, random: Random) -> None:
    order = list(range(len(people)))
    random.shuffle(order)
    one, other = people.merged(), people.rows(np.array(order, np.int64)).merged()
    assert np.array_equal(one.state, other.state)
    assert np.array_equal(one.way, other.way)
    assert np.array_equal(one.count, other.count)


@given(crowds(), crowds())
@UNHURRIED
def test_together_keeps_everybody(one: People, other: People) -> None:
    replicas = min(one.count.shape[1], other.count.shape[1])
    parts = [part.counted(part.count[:, :replicas]) for part in (one, other)]
    together = People.together(parts)
    assert counted(together) == counted(parts[0]) + counted(parts[1])
    assert len(together) == len(one) + len(other)


@given(crowds(), st.data())
@UNHURRIED
def test_parted_keeps_everybody_on_one_side(people: People, data: st.DataObject) -> None:
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=len(people), max_size=len(people))), np.bool_)
    yes, no = people.parted(chosen)
    assert counted(yes) == counted(people.rows(chosen))
    assert counted(no) == counted(people.rows(~chosen))
    assert yes.count.shape[1] == no.count.shape[1] == people.count.shape[1]


@given(crowds())
@UNHURRIED
def test_occupied_leaves_out_states_in_which_nobody_is(people: People) -> None:
    occupied = people.occupied()
    assert counted(occupied) == counted(people)
    assert (occupied.count.sum(axis=1) > 0).all()


def test_people_at_places_have_not_moved_yet() -> None:
    people = People.at(np.array([4, 2]), np.array([[7, 8], [9, 0]]), home=np.array([5, 3]), first=True)
    assert people.place.tolist() == [4, 2]
    assert people.home.tolist() == [5, 3]
    assert people.first.tolist() == [True, True]
    assert people.route.tolist() == people.group.tolist() == [0, 0]
    assert people.km.tolist() == people.recent.tolist() == people.moved.tolist() == [0, 0]
    assert People.at(np.array([4]), np.array([[7]]), group=np.array([3]), first=False).group.tolist() == [3]


def test_nobody_is_in_no_row() -> None:
    nobody = People.nobody(3)
    assert len(nobody) == 0
    assert nobody.count.shape == (0, 3)
    assert len(nobody.merged()) == len(nobody.occupied()) == len(People.together([nobody, nobody])) == 0


def test_rows_with_states_that_differ_in_one_column_stay_apart() -> None:
    for column in range(5):
        state = np.zeros((2, 5), np.int64)
        state[1, column] = 1
        assert len(People(state, np.zeros((2, 3)), np.ones((2, 1), np.int64)).merged()) == 2
    for column in range(3):
        way = np.zeros((2, 3))
        way[1, column] = 2.0**-30
        assert len(People(np.zeros((2, 5), np.int64), way, np.ones((2, 1), np.int64)).merged()) == 2


def test_large_numbers_do_not_mix_states_up() -> None:
    # As digits of one 64-bit number, these two would be the same.
    state = np.zeros((2, 5), np.int64)
    state[0, 0] = state[1, 1] = 2**40
    people = People(state, np.zeros((2, 3)), np.array([[1], [2]]))
    assert counted(people.merged()) == counted(people)


@pytest.mark.parametrize("replicas", [1, 3])
@given(data=st.data())
@UNHURRIED
def test_sums_by_index_are_those_of_a_loop(replicas: int, data: st.DataObject) -> None:
    index = np.array(data.draw(st.lists(st.integers(0, 5), max_size=20)), np.int64)
    count = np.arange(index.size * replicas).reshape(index.size, replicas)
    expected = np.zeros((7, replicas), np.int64)
    for row, place in enumerate(index):
        expected[place] += count[row]
    assert np.array_equal(sum_by(index, count, 7), expected)
    total: Ints = np.full((7, replicas), 100, np.int64)
    add_by(total, index, count)
    assert np.array_equal(total, expected + 100)
