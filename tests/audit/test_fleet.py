"""Fleets: what happens to people, with unknowns kept unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.audit.fleet import detections, fleet_outcomes, places_of_people
from havre.audit.sensors import Outcome, Sensor, parse_sensor
from tests.audit.test_sensors import figure

PLACES = ("not_detected", "nobody_acts", "returned", "too_late", "in_time")
HELP = {"confirm_minutes": 10, "alert_minutes": 20, "distance_km": 30, "rescue_speed_kmh": 60}


def made(**values: object) -> Sensor:
    return parse_sensor({name: figure(value) for name, value in values.items()}, "s.toml")


def people(**values: object) -> dict[str, Outcome]:
    sensor = made(**values)
    (found,) = detections(sensor).values()
    return {one.name: one for one in places_of_people(sensor, found)}


def ends(one: Outcome) -> tuple[float, float]:
    assert one.range is not None
    return one.range.low, one.range.high


def test_alarms_in_an_hour_and_the_area_in_the_time() -> None:
    sensor = made(false_alarms_per_hour="0.5..2", sensors=4, length_km=10, sweep_width_km=2, speed_kmh=100,
                  availability=0.5, hours=3)  # fmt: skip
    by_name = {one.name: ends(one) for one in fleet_outcomes(sensor)}
    expected = {"false_alarms_in_an_hour": (2, 8), "false_alarms_per_km_hour": (0.2, 0.8), "area_in_time": (1200, 1200)}
    assert by_name == expected


def test_people_between_detection_and_rescue() -> None:
    found = people(detection=0.5, acted_on=0.8, returned=0.25, targets_per_hour=3, survival_minutes="30..90", **HELP)
    assert ends(found["not_detected"]) == (0.5, 0.5)
    assert ends(found["nobody_acts"]) == pytest.approx((0.1, 0.1))
    assert ends(found["returned"]) == pytest.approx((0.1, 0.1))
    # Help takes an hour, people survive half an hour to an hour and a half: nobody or everybody is reached in time.
    assert ends(found["in_time"]) == pytest.approx((0, 0.3))
    assert ends(found["waiting"]) == pytest.approx((1.2, 1.2))
    # Help that comes in the last minute comes in time.
    last = people(detection=0.5, acted_on=0.8, returned=0.25, survival_minutes=60, **HELP)
    assert ends(last["in_time"]) == pytest.approx((0.3, 0.3))
    assert ends(last["too_late"]) == (0, 0)


@given(shares=st.tuples(*[st.floats(0, 1)] * 3), survival=st.sampled_from([1, 1000]))
def test_everybody_is_somewhere(shares: tuple[float, float, float], survival: int) -> None:
    values = dict(zip(("detection", "acted_on", "returned"), shares, strict=True))
    found = people(**values, survival_minutes=survival, **HELP)
    assert sum(ends(found[name])[0] for name in PLACES) == pytest.approx(1)


def test_a_share_that_was_not_published_leaves_bounds() -> None:
    found = people(detection=0.5, returned=0.4, **HELP)
    assert found["not_detected"].lacks == ()
    assert (ends(found["nobody_acts"]), found["nobody_acts"].lacks) == ((0, 0.5), ("acted_on",))
    assert ends(found["in_time"]) == pytest.approx((0, 0.3))
    assert found["in_time"].lacks == ("acted_on", "survival_minutes")
    assert found["waiting"].range is None
    nothing = people()
    assert nothing["detected"].lacks == ("detection",)
    assert all(one.range is None for one in nothing.values())


SHARES = ("acted_on", "returned", "availability")


@given(
    shares=st.tuples(*[st.floats(0, 1)] * 3),
    unknown=st.sets(st.sampled_from(SHARES)),
    survival=st.sampled_from([10, 100]),
)
def test_bounds_hold_whatever_the_unknown_shares_are(
    shares: tuple[float, float, float], unknown: set[str], survival: int
) -> None:
    values = dict(zip(SHARES, shares, strict=True)) | {"detection": 0.4, "targets_per_hour": 2, "sensors": 3}
    values |= {"false_alarms_per_hour": 1, "survival_minutes": survival}
    true = people(**values, **HELP)
    for name, found in people(**{name: v for name, v in values.items() if name not in unknown}, **HELP).items():
        if found.range is not None:
            assert found.range.low - 1e-12 <= ends(true[name])[0] <= found.range.high + 1e-12


def test_ways_in_which_detection_is_known_stand_side_by_side() -> None:
    looks = {"detection_per_look": 0.8, "looks": 3}
    search = {"sweep_width_km": 2, "speed_kmh": 90, "availability": 0.5, "hours": 6, "area_km2": 5000, "sensors": 5}
    sensor = made(**looks, **search, targets_per_hour=0.1, false_alarms_per_hour=2)
    ways = detections(sensor)
    assert {basis: round(ends(way)[0], 3) for basis, way in ways.items()} == {"by_search": 0.417, "in_looks": 0.992}
    for way in ways.values():
        true = 0.1 * ends(way)[0]
        alarms = {one.name: one for one in places_of_people(sensor, way)}["true_alarms"]
        assert ends(alarms)[0] == pytest.approx(true / (true + 2 * 5 * 0.5))
    assert list(detections(made(**looks, **search, detection="0.1..0.2"))) == ["published", "by_search", "in_looks"]
    assert list(detections(made())) == ["unknown"]
