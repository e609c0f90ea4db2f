"""What a scenario adds to an instance: which of several events on a road decides, and what a capacity becomes."""

import numpy as np
import pytest

from havre.displacement.events import NO_EVENTS, CapacityEvent, Events, RoadEvent, open_roads

ROW = np.array([0, 0, 1, 1])
FILES = np.array([True, True, False, False])


def opened(*events: RoadEvent, day: int = 5) -> tuple[list[bool], list[bool]]:
    found, missing = open_roads(events, day, ROW, FILES)
    return found.tolist(), missing.tolist()


def test_without_events_the_files_decide() -> None:
    assert opened() == ([True, True, False, False], [False] * 4)
    assert opened(RoadEvent((0, 1), 6, None, "shut")) == opened()
    assert opened(RoadEvent((0, 1), 2, 5, "shut")) == opened()


def test_the_last_event_decides_and_a_missing_road_is_missing() -> None:
    shut, open_ = RoadEvent((0,), 0, None, "shut"), RoadEvent((0, 1), 5, None, "open")
    assert opened(shut, open_)[0] == [True] * 4
    assert opened(open_, shut)[0] == [False, False, True, True]
    gone = RoadEvent((1,), 0, 6, "missing")
    assert opened(gone, open_) == ([True, True, False, False], [False, False, True, True])


@pytest.mark.parametrize(
    ("event", "capacity", "lowered", "hasten", "expected"),
    [
        (CapacityEvent("c", 0, 500), 100, 0, 1, 500),
        (CapacityEvent("c", 0, 500), 100, 80, 1, 420),
        (CapacityEvent("c", 0, 505), 100, 0, 10, 50),
        (CapacityEvent("c", 0, None, 1.5), 100, 20, 1, 160),
        # Never without limit by mistake, only where that is meant.
        (CapacityEvent("c", 0, 50), 100, 80, 1, 1),
        (CapacityEvent("c", 0, None, 0.0), 100, 0, 1, 1),
        (CapacityEvent("c", 0, -1), 100, 80, 10, -1),
    ],
)
def test_a_capacity_is_that_of_the_file_less_the_people_of_day_0(
    event: CapacityEvent, capacity: int, lowered: int, hasten: int, expected: int
) -> None:
    assert event.applied(capacity, lowered, hasten) == expected


def test_events_are_there_or_not() -> None:
    assert not NO_EVENTS
    assert Events(arrivals=np.zeros(0, np.int64))
    assert Events(counted=("Osk",))
