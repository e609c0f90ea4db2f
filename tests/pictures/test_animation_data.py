"""The data of an animation: whole numbers, small ones gone, and no people lost between the days that are shown."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.pictures import DisplacementAnimation
from havre.pictures.animation_data import HIDDEN, data_of, frame_days, frames_of
from tests.pictures import sample_displacement as displaced

ANIMATION = displaced.animation(displaced.sample())


@given(st.integers(1, 400), st.integers(1, 50))
def test_frames_begin_with_the_first_day_and_end_with_the_last(days: int, step: int) -> None:
    shown = frame_days(days, step).tolist()
    assert shown[0] == 0
    assert shown[-1] == days - 1
    assert all(0 < later - earlier <= step for earlier, later in pairwise(shown))


@settings(deadline=None)
@given(st.integers(1, 40))
def test_flows_between_frames_are_means_of_all_their_days(step: int) -> None:
    # So many people that none are hidden and rounding does not matter.
    many = replace(ANIMATION, flows=np.rint(ANIMATION.flows * 1000) + 10_000.0)
    frames = frames_of(many, step)
    lengths = np.diff(np.concatenate(([-1], frames.days)))
    np.testing.assert_allclose((frames.flows * lengths[:, None]).sum(axis=0), many.flows.sum(axis=0), rtol=1e-4)


def test_no_small_count_enters_the_data() -> None:
    data = data_of(ANIMATION, frames_of(ANIMATION, 1))
    for name in ("people", "flows", "low", "high", "counted"):
        values = {value for row in data[name] for value in row}
        assert values & set(range(1, 10)) == set(), name
        assert HIDDEN in values, name
        assert all(value is None or isinstance(value, int) for value in values), name
    assert all(total % 10 == 0 for total in data["displaced"])
    # A threshold of 1 hides nothing.
    told = data_of(replace(ANIMATION, threshold=1), frames_of(replace(ANIMATION, threshold=1), 1))
    assert HIDDEN not in {value for row in told["flows"] for value in row}


def test_figures_are_those_of_the_arrays() -> None:
    data = data_of(ANIMATION, frames_of(ANIMATION, 7))
    assert data["days"] == [*range(0, 300, 7), 299]
    for frame, day in enumerate(data["days"]):
        for place, shown in enumerate(data["people"][frame]):
            assert shown == HIDDEN or shown == round(ANIMATION.people[day, place])
    counted = np.array(data["counted"], dtype=float)
    assert ANIMATION.counted is not None
    assert np.isnan(counted[:, 2]).sum() == np.isnan(ANIMATION.counted[data["days"], 2]).sum() > 0
    assert [data["names"][start] for start, _ in data["links"]] == ANIMATION.links["origin"].to_list()
    assert [data["names"][end] for _, end in data["links"]] == ANIMATION.links["destination"].to_list()


def test_conflicts_are_told_by_their_changes() -> None:
    frames = frames_of(ANIMATION, 10)
    changes = data_of(ANIMATION, frames)["conflict"]
    assert frames.conflict is not None
    for place, at in enumerate(changes):
        found = [sum(change <= frame for change in at) % 2 == 1 for frame in range(len(frames.days))]
        assert found == frames.conflict[:, place].tolist()
    assert sum(map(bool, changes)) == len(displaced.CONFLICT)


def test_one_day_of_a_backlog_does_not_thin_all_other_links() -> None:
    burst = ANIMATION.flows.copy()
    burst[91, 0] = 1e6
    frames = frames_of(replace(ANIMATION, flows=burst), 1)
    assert frames.widest < 1000
    assert frames.flows.max() == 1e6


def test_nobody_anywhere_is_drawable() -> None:
    nobody: DisplacementAnimation = replace(
        ANIMATION, people=np.zeros_like(ANIMATION.people), flows=np.zeros_like(ANIMATION.flows)
    )
    frames = frames_of(nobody, 1)
    assert frames.most == frames.widest == 5.0
    assert frames.people.max() == 0
