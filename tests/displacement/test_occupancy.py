"""How full places attract, and into how many parts a pass is split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.displacement.occupancy import MOST_STEPS, Pressure, attraction, needed_steps
from tests.displacement.sketches import UNHURRIED

PEOPLE = st.integers(0, 2_000)
CAPACITY = st.integers(-5, 1_500)
BUFFER = st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0])


def pulls(people: int, capacity: float, buffer: float) -> float:
    """Give the attraction of one place."""
    return float(attraction(np.array([[people]]), np.array([[float(capacity)]]), np.array([buffer]))[0, 0])


@pytest.mark.parametrize(
    ("people", "expected"),
    [(0, 1.0), (50, 1.0), (80, 1.0), (81, 0.95), (90, 0.5), (99, 0.05), (100, 0.0), (101, 0.0), (10**6, 0.0)],
)
def test_a_camp_with_a_buffer_of_a_fifth(people: int, expected: float) -> None:
    assert pulls(people, 100.0, 0.8) == pytest.approx(expected)


@pytest.mark.parametrize("capacity", [-1.0, 0.0, 0.99, -1e6])
def test_a_capacity_below_1_is_no_limit(capacity: float) -> None:
    assert [pulls(people, capacity, 0.9) for people in (0, 1, 10**9)] == [1.0, 1.0, 1.0]


def test_without_a_buffer_the_last_place_is_free_until_it_is_taken() -> None:
    assert [pulls(people, 10.0, 1.0) for people in (0, 9, 10, 11)] == [1.0, 1.0, 1.0, 0.0]


def test_a_buffer_from_the_first_person_on() -> None:
    assert [pulls(people, 10.0, 0.0) for people in (0, 1, 5, 10)] == pytest.approx([1.0, 0.9, 0.5, 0.0])


def test_each_replica_has_its_own_buffer_and_capacity() -> None:
    people = np.array([[90, 90, 90], [90, 90, 90]])
    capacity = np.array([[100.0, 100.0, 90.0], [-1.0, 120.0, 91.0]])
    found = attraction(people, capacity, np.array([0.8, 0.9, 1.0]))
    assert found == pytest.approx(np.array([[0.5, 1.0, 1.0], [1.0, 1.0, 1.0]]))


@given(PEOPLE, PEOPLE, CAPACITY, BUFFER)
@UNHURRIED
def test_more_people_never_attract_more(one: int, other: int, capacity: int, buffer: float) -> None:
    fewer, more = sorted((one, other))
    assert 1.0 >= pulls(fewer, capacity, buffer) >= pulls(more, capacity, buffer) >= 0.0


@given(PEOPLE, st.integers(1, 1_500), st.integers(1, 1_500), BUFFER)
@UNHURRIED
def test_more_room_never_attracts_less(people: int, one: int, other: int, buffer: float) -> None:
    small, large = sorted((one, other))
    assert pulls(people, small, buffer) <= pulls(people, large, buffer)


def steps(people: int, change: float, choosing: float, capacity: float = 1_000.0, buffer: float = 0.9) -> int:
    """Give the parts for one place of one replica."""
    now = np.array([[people]])
    pressure = Pressure(now, now * 0 + change, now * 0 + choosing, now * 0 + capacity, np.array([buffer]))
    return int(needed_steps(pressure)[0])


def test_nothing_limited_needs_one_part() -> None:
    none = np.zeros((0, 3))
    pressure = Pressure(none.astype(np.int64), none, none, none, np.array([0.9]))
    assert needed_steps(pressure).tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("people", "change"), [(0, 900.0), (0, 500.0), (1_000, 400.0), (2_000, -1_000.0), (5_000, 0.0)]
)
def test_a_place_that_stays_below_its_buffer_or_full_needs_one_part(people: int, change: float) -> None:
    assert steps(people, change, 10_000.0) == 1


@pytest.mark.parametrize(
    ("people", "change", "choosing", "expected"),
    [
        (850, 100.0, 10_000.0, 10),  # 100 people for a buffer of 100, a tenth of it a part
        (850, 101.0, 10_000.0, 11),
        (1_100, -105.0, 10_000.0, 11),  # people leave a full camp
        (0, 5_000.0, 10_000.0, MOST_STEPS),
        (950, 50.0, 0.2, 2),  # so few choose that two parts mislead 0.1 people each
        (950, 50.0, 0.1, 1),
        (950, 0.0, 10_000.0, 1),  # the buffer is as it was
    ],
)
def test_parts_by_hand(people: int, change: float, choosing: float, expected: int) -> None:
    assert steps(people, change, choosing) == expected


def test_in_each_replica_the_place_that_changes_most_decides() -> None:
    people = np.array([[880, 0, 0], [500, 850, 0]])
    change = np.array([[30.0, 10.0, 10.0], [10.0, 70.0, 10.0]])
    capacity, choosing = np.array([[1_000.0]]), np.full((2, 3), 1e4)
    assert needed_steps(Pressure(people, change, choosing, capacity, np.array([0.9]))).tolist() == [3, 7, 1]


@given(PEOPLE, st.floats(-3_000, 3_000), st.floats(0, 1e4), st.integers(1, 2_000), BUFFER)
@UNHURRIED
def test_parts_lie_within_their_bounds(
    people: int, change: float, choosing: float, capacity: int, buffer: float
) -> None:
    found = steps(people, change, choosing, float(capacity), buffer)
    assert 1 <= found <= MOST_STEPS
    width = max(capacity * (1 - buffer), 1.0)
    assert found <= max(1, np.ceil(abs(change) / (0.1 * width)))
    assert found >= steps(people, change, choosing / 2, float(capacity), buffer)
