"""Maps keep shapes and stay inside their frame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.pictures.maps import KILOMETRES_PER_DEGREE, each_road, lay_out, projected

PLACES = st.lists(st.tuples(st.floats(-80, 80), st.floats(-180, 180)), min_size=1, max_size=12)


@given(PLACES)
def test_places_stay_inside_the_margins_whatever_their_shape(places: list[tuple[float, float]]) -> None:
    latitudes, longitudes = zip(*places, strict=True)
    frame = lay_out(latitudes, longitudes, 8.0, (0.7, 0.4), (3.0, 6.0))
    assert 3.0 - 1e-9 <= frame.height <= 6.0 + 1e-9
    assert np.all(frame.points >= np.array([0.7, 0.4]) - 1e-9)
    assert np.all(frame.points <= np.array([8.0 - 0.7, frame.height - 0.4]) + 1e-9)
    kilometres, length = frame.scale_bar()
    assert length == pytest.approx(kilometres * frame.per_kilometre)
    assert length <= 2.0 or kilometres == 1


def test_north_is_up_and_a_degree_is_as_long_in_both_directions() -> None:
    frame = lay_out([59.5, 60.5, 60.0], [10.0, 10.0, 12.0], 10.0, (1.0, 1.0), (2.0, 9.0))
    south, north, east = frame.points
    assert north[1] < south[1]
    assert east[0] > north[0]
    # At 60° a degree of longitude is half as long as one of latitude.
    assert (east[0] - south[0]) == pytest.approx(2 * (south[1] - north[1]) * np.cos(np.radians(60)))
    assert (south[1] - north[1]) == pytest.approx(KILOMETRES_PER_DEGREE * frame.per_kilometre)


def test_the_date_line_does_not_tear_a_map() -> None:
    flat = projected([0.0, 0.0, 0.0], [179.0, -179.0, 178.0])
    assert np.ptp(flat[:, 0]) == pytest.approx(3.0)


def test_a_road_there_and_back_is_one() -> None:
    assert each_road(np.array([[0, 1], [2, 1], [1, 0], [1, 2], [0, 2]])).tolist() == [0, 1, 4]
    assert each_road(np.empty((0, 2), dtype=np.int64)).tolist() == []
