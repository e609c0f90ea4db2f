"""Sensors: ranges carried through, unknowns kept unknown."""

import math
from pathlib import Path
from typing import Any

import pytest

from havre.audit.sensors import ALL_QUANTITIES, in_time, outcomes, parse_sensor, read_sensor
from havre.errors import AuditError, FileError


def figure(value: object) -> dict[str, object]:
    return {"value": value, "source": "data sheet", "date": "2019"}


def results(**values: object) -> dict[str, Any]:
    found = outcomes(parse_sensor({name: figure(value) for name, value in values.items()}, "s.toml"))
    return {one.name: one for one in found} | {"help": in_time(found)}


def test_ranges_are_carried_through() -> None:
    found = results(sweep_width_km="2..3", speed_kmh=100, availability="0.5..0.9", hours=2, area_km2="1000")
    area = found["area_per_hour"].range
    assert (area.low, area.high) == pytest.approx((100, 270))
    chance = found["found_by_search"].range
    assert (chance.low, chance.high) == pytest.approx((1 - math.exp(-0.2), 1 - math.exp(-0.54)))


def test_alarms() -> None:
    found = results(
        false_alarms_per_hour="0.5..2", sensors=4, length_km=10, targets_per_hour="0..1", detection_per_look=0.9
    )
    assert (found["false_alarms_per_day"].range.low, found["false_alarms_per_day"].range.high) == (48, 192)
    assert found["false_alarms_per_km_day"].range.high == pytest.approx(19.2)
    true = found["true_alarms"].range
    assert (true.low, true.high) == pytest.approx((0, 0.9 / 2.9))
    assert results(detection_per_look=0.5, looks=3)["found_in_looks"].range.low == pytest.approx(0.875)


def test_what_is_unknown_stays_unknown() -> None:
    found = results(sweep_width_km=2, speed_kmh="unknown")
    assert found["area_per_hour"].range is None
    assert found["area_per_hour"].lacks == ("speed_kmh", "availability")
    assert found["help"] == "unknown"
    assert len(parse_sensor({}, "s.toml").unknown) == len(ALL_QUANTITIES)


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
     {"hours": figure("nan")}, {"hours": figure("inf")}],
)  # fmt: skip
def test_figures_that_cannot_be(row: dict[str, Any]) -> None:
    with pytest.raises(AuditError):
        parse_sensor(row, "s.toml")


def test_files(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read_sensor(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    with pytest.raises(FileError):
        read_sensor(tmp_path / "bad.toml")
    (tmp_path / "s.toml").write_text('name = "S"\n[hours]\nvalue = 2\nsource = "x"\ndate = "2020"\n')
    assert read_sensor(tmp_path / "s.toml").figures["hours"].range.high == 2
