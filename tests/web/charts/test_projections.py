import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.places import distance_km
from havre.places.geography import EARTH_RADIUS, capital_position
from havre.web.charts.projections import equal_area, view_of

LONGITUDE, LATITUDE = st.floats(-179, 179), st.floats(-80, 80)
STEP = 1e-4


@given(LONGITUDE, LATITUDE, st.floats(-60, 60), st.floats(-60, 60))
def test_areas_keep_their_size(longitude: float, latitude: float, east: float, north: float) -> None:
    about = (longitude + east, max(-80.0, min(80.0, latitude + north)))
    here, right, up = (
        equal_area(longitude + x, latitude + y, about) for x, y in ((0.0, 0.0), (STEP, 0.0), (0.0, STEP))
    )
    area = (right[0] - here[0]) * (up[1] - here[1]) - (right[1] - here[1]) * (up[0] - here[0])
    assert area == pytest.approx(math.radians(STEP) ** 2 * math.cos(math.radians(latitude)), rel=1e-3)


def test_distances_from_the_middle_are_chords() -> None:
    paris, berlin = capital_position("FRA"), capital_position("DEU")
    assert paris is not None
    assert berlin is not None
    chord = math.hypot(*equal_area(*berlin, about=paris))
    assert 2 * math.asin(chord / 2) * EARTH_RADIUS == pytest.approx(distance_km("FRA", "DEU"), rel=1e-6)


@given(st.lists(st.tuples(LONGITUDE.map(lambda x: x / 4), LATITUDE), min_size=1, max_size=6))
def test_a_window_shows_every_place_within_its_margin(places: list[tuple[float, float]]) -> None:
    view = view_of(places, 400, 300, margin=20)
    for place in places:
        x, y = view.place(*place)
        assert 19.9 <= x <= 380.1
        assert 19.9 <= y <= 280.1


def test_north_is_up_and_east_is_right() -> None:
    view = view_of([(10, 50), (20, 60)], 300, 300)
    assert view.place(10, 60)[1] < view.place(10, 50)[1]
    assert view.place(10, 50)[0] < view.place(20, 50)[0]


def test_a_window_needs_a_place() -> None:
    with pytest.raises(ValueError, match="at least one"):
        view_of([], 10, 10)
