"""Fleets: what happens to people, with unknowns kept unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.audit.fleet import detection, fleet_outcomes, places_of_people
from havre.audit.sensors import Outcome, Sensor, parse_sensor
from tests.audit.test_sensors import figure

PLACES = ("not_detected", "nobody_acts", "returned", "too_late", "in_time")
HELP = {"confirm_minutes": 10, "alert_minutes": 20, "distance_km": 30, "rescue_speed_kmh": 60}


def made(**values: object) -> Sensor:
    return parse_sensor({name: figure(value) for name, value in values.items()}, "s.toml")


def people(**values: object) -> dict[str, Outcome]:
    return {one.name: one for one in places_of_people(made(**values))}


def ends(one: Outcome) -> tuple[float, float]:
    assert one.range is not None
    return one.range.low, one.range.high


def test_alarms_in_an_hour_and_the_area_in_the_time() -> None:
    sensor = made(false_alarms_per_hour="0.5..2", sensors=4, length_km=10, sweep_width_km=2, speed_kmh=100,
                  availability=0.5, hours=3)  # fmt: skip
    by_name = {one.name: ends(one) for one in fleet_outcomes(sensor)}
    expected = {"false_alarms_in_an_hour": (2, 8), "false_alarms_per_km_hour": (0.2, 0.8), "area_in_time": (300, 300)}
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
    assert (ends(last["in_time"]), ends(last["too_late"])) == (pytest.approx((0.3, 0.3)), (0, 0))


@given(shares=st.tuples(*[st.floats(0, 1)] * 3), survival=st.sampled_from([1, 1000]))
def test_everybody_is_somewhere(shares: tuple[float, float, float], survival: int) -> None:
    values = dict(zip(("detection", "acted_on", "returned"), shares, strict=True))
    found = people(**values, survival_minutes=survival, **HELP)
    assert sum(ends(found[name])[0] for name in PLACES) == pytest.approx(1)


def test_what_was_not_published_cannot_be_concluded() -> None:
    found = people(detection=0.5, **HELP)
    assert found["not_detected"].range is not None
    assert found["nobody_acts"].lacks == ("acted_on",)
    assert found["in_time"].lacks == ("acted_on", "returned", "survival_minutes")
    assert people()["detected"].lacks == ("detection",)


def test_detection_comes_from_what_was_published_then_search_then_looks() -> None:
    looks = {"detection_per_look": 0.5, "looks": 2}
    search = {"sweep_width_km": 1, "speed_kmh": 1, "availability": 1, "hours": 1, "area_km2": 1}
    assert ends(detection(made(**looks)))[0] == pytest.approx(0.75)
    assert ends(detection(made(**looks, **search)))[0] == pytest.approx(0.632, abs=1e-3)
    assert ends(detection(made(**looks, **search, detection="0.1..0.2"))) == (0.1, 0.2)
