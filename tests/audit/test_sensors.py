"""Sensors: ranges carried through, unknowns kept unknown."""

import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from havre.audit.sensors import (
    ALL_QUANTITIES,
    OF_CHECKS,
    check_outcomes,
    in_time,
    is_date,
    outcomes,
    parse_sensor,
    read_sensor,
)
from havre.errors import AuditError, FileError


def figure(value: object) -> dict[str, object]:
    return {"value": value, "source": "data sheet", "date": "2019"}


def results(**values: object) -> dict[str, Any]:
    found = outcomes(parse_sensor({name: figure(value) for name, value in values.items()}, "s.toml"))
    return {one.name: one for one in found} | {"help": in_time(found)}


def test_ranges_are_carried_through() -> None:
    found = results(sweep_width_km="2..3", speed_kmh=100, availability="0.5..0.9", hours=2, area_km2="1000")
    area = found["area_of_one"].range
    assert (area.low, area.high) == pytest.approx((100, 270))
    chance = found["found_by_one"].range
    assert (chance.low, chance.high) == pytest.approx((1 - math.exp(-0.2), 1 - math.exp(-0.54)))
    assert found["found_by_search"].lacks == ("sensors",)


SEARCH = {"sweep_width_km": 2, "speed_kmh": 90, "availability": 0.5, "hours": 6, "area_km2": 5000}


def test_five_sensors_find_as_five_that_search_independently() -> None:
    found = results(**SEARCH, sensors=5)
    one, five = found["found_by_one"].range.low, found["found_by_search"].range.low
    assert (round(one, 3), round(five, 3)) == (0.102, 0.417)
    assert five == pytest.approx(1 - (1 - one) ** 5)
    assert found["area_per_hour"].range.low == 5 * found["area_of_one"].range.low == 450


def test_alarms_of_a_day_come_in_the_time_in_operation() -> None:
    found = results(false_alarms_per_hour="0.5..2", sensors=4, length_km=10, availability=0.5)
    assert (found["false_alarms_per_day"].range.low, found["false_alarms_per_day"].range.high) == (24, 96)
    assert found["false_alarms_per_km_day"].range.high == pytest.approx(9.6)
    assert results(detection_per_look=0.5, looks=3)["found_in_looks"].range.low == pytest.approx(0.875)


def test_what_is_unknown_stays_unknown_and_a_share_has_bounds() -> None:
    found = results(sweep_width_km=2, speed_kmh="unknown")
    assert found["area_of_one"].range is None
    assert found["area_of_one"].lacks == ("speed_kmh", "availability")
    assert found["help"] == "unknown"
    most = results(sweep_width_km=2, speed_kmh=90)["area_of_one"]
    assert (most.range.low, most.range.high, most.lacks) == (0, 180, ("availability",))
    anything = results(looks=3)["found_in_looks"]
    assert (anything.range, anything.lacks) == (None, ("detection_per_look",))
    assert set(parse_sensor({}, "s.toml").unknown) == set(ALL_QUANTITIES) - set(OF_CHECKS)


def test_an_alarm_at_a_vehicle() -> None:
    values = {"occupied_share": "1%", "detection_per_check": "90%..95%", "false_alarms_per_check": 0.02}
    sensor = parse_sensor({name: figure(value) for name, value in values.items()}, "s.toml")
    found = {one.name: one for one in check_outcomes(sensor)}
    true = found["true_checks"].range
    assert true is not None
    assert (true.low, true.high) == pytest.approx((0.009 / (0.009 + 0.0198), 0.0095 / (0.0095 + 0.0198)))
    assert found["missed_per_day"].lacks == ("checks_per_day",)
    assert (sensor.checks_vehicles, sensor.searches, sensor.unknown) == (True, False, ("checks_per_day",))
    blank = parse_sensor({"detection_per_check": {"value": "unknown"}}, "s.toml")
    assert (blank.checks_vehicles, len(blank.unknown)) == (True, len(OF_CHECKS))
    assert all(one.range is None for one in check_outcomes(blank))


@pytest.mark.parametrize(
    ("survival", "verdict"),
    [("300..400", "always"), ("160", "always"), ("10..20", "never"), ("55", "depends"), ("60..400", "depends")],
)
def test_whether_help_comes_in_time(survival: str, verdict: str) -> None:
    way = {"confirm_minutes": 10, "alert_minutes": "5..30", "distance_km": "20..60", "rescue_speed_kmh": 30}
    found = results(survival_minutes=survival, **way)
    assert (found["minutes_to_help"].range.low, found["minutes_to_help"].range.high) == (55, 160)
    assert found["help"] == verdict


@pytest.mark.parametrize(
    "row",
    [{"availability": figure(1.5)}, {"speed_kmh": figure(-1)}, {"speed_kmh": figure("fast")}, {"hours": figure("3..2")},
     {"rescue_speed_kmh": figure(0)}, {"colour": figure(1)}, {"hours": 3}, {"hours": {"value": 3, "date": "2019"}},
     {"hours": {"value": 3, "source": "data sheet"}},
     {"hours": figure("nan")}, {"hours": figure("inf")}, {"hours": figure("12%")}, {"availability": figure("120%")},
     {"hours": figure(3) | {"date": "2025-13-45"}}, {"hours": figure(3) | {"date": "2024-99"}},
     {"hours": figure(3) | {"date": "2023-02-29"}}, {"hours": figure(3) | {"date": "last year"}}],
)  # fmt: skip
def test_figures_that_cannot_be(row: dict[str, Any]) -> None:
    with pytest.raises(AuditError):
        parse_sensor(row, "s.toml")


def test_a_share_in_per_cent_and_every_fault_with_its_place() -> None:
    rows = {"detection": figure("12%"), "availability": figure("5 %..7.5%")}
    ends = [one.range for one in parse_sensor(rows, "s.toml").figures.values()]
    assert [(one.low, one.high) for one in ends] == [(0.12, 0.12), (0.05, 0.075)]
    days = ["2024-02-29", date(2025, 3, 31), 2025, "2025-12"]
    assert (
        parse_sensor(dict.fromkeys(["hours"], figure(1) | {"date": days[1]}), "s").figures["hours"].date == "2025-03-31"
    )
    assert all(is_date(str(day)) for day in days)
    bad = {
        "hours": figure("12%"),
        "looks": figure(1) | {"date": "2025-13-45"},
        "detection": {"value": 1, "date": "2025"},
    }
    with pytest.raises(AuditError) as caught:
        parse_sensor(bad, "s.toml")
    assert [problem.key for problem in caught.value.problems] == [
        "audit.sensor.value", "audit.sensor.date", "audit.sensor.lacks"
    ]  # fmt: skip
    assert "s.toml: looks: “2025-13-45”" in caught.value.message()
    assert "0.12" in caught.value.advice()


def test_example_sheets_tell_what_to_ask_for() -> None:
    examples = Path(__file__).parents[2] / "examples" / "audit"
    blank = [read_sensor(examples / f"{name}.toml")
             for name in ("heartbeat-detector", "co2-probe", "millimetre-wave", "thermal-camera")]  # fmt: skip
    assert [sensor.figures for sensor in blank] == [{}] * 4
    assert [sensor.checks_vehicles for sensor in blank] == [True, True, True, False]
    assert all(one.range is None for sensor in blank for one in (*outcomes(sensor), *check_outcomes(sensor)))
    made_up = [read_sensor(examples / f"{name}.toml") for name in ("drone", "vehicle-check")]
    assert all("made up" in figure.source for sensor in made_up for figure in sensor.figures.values())


def test_files(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_sensor(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    with pytest.raises(FileError):
        read_sensor(tmp_path / "bad.toml")
    (tmp_path / "s.toml").write_text('name = "S"\n[hours]\nvalue = 2\nsource = "x"\ndate = "2020"\n')
    assert read_sensor(tmp_path / "s.toml").figures["hours"].range.high == 2
