"""Sensors and fleets from their spec sheets: what is detected, how often it is a false alarm, and when help arrives.

Every figure is a range with its source; one that was not published stays unknown, and so does all that hangs on it. A
share that is unknown lies from 0 to 1: where bounds follow from that alone they are given, with what is unknown named.
Ranges are carried through exactly: each result is monotone in every figure, so that its ends are among the ends of
these.

A fleet of n is n sensors alike that search the same area independently of one another, each in operation for the same
share of the time. Width, speed, availability and false alarms are those of one sensor; area, hours, length and looks
are those of the whole fleet. Sensors that overlap, or fail together, cover less. False alarms come only while a sensor
is in operation.

A file of a sensor is TOML: ``name``, and for each quantity of :data:`ALL_QUANTITIES` a table with ``value`` (a number,
a range ``"2..3"``, or ``"unknown"``), ``source`` and ``date``.

References
----------
Koopman BO (1956), The theory of search II: target detection, Operations Research 4(5):503–531.
doi:10.1287/opre.4.5.503
"""

import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from havre.audit.intervals import Interval
from havre.errors import AuditError, FileError, Problem, check_none

QUANTITIES = {
    "sweep_width_km": math.inf, "speed_kmh": math.inf, "availability": 1.0, "area_km2": math.inf, "hours": math.inf,
    "detection_per_look": 1.0, "looks": math.inf, "sensors": math.inf, "length_km": math.inf,
    "false_alarms_per_hour": math.inf, "targets_per_hour": math.inf, "confirm_minutes": math.inf,
    "alert_minutes": math.inf, "distance_km": math.inf, "rescue_speed_kmh": math.inf, "survival_minutes": math.inf,
}  # fmt: skip
"""Quantities of a sensor with their largest value; units as their names say, shares from 0 to 1."""
OF_PEOPLE = {"detection": 1.0, "acted_on": 1.0, "returned": 1.0}
"""Shares that tell what happens to people (:mod:`havre.audit.fleet`): of all, those who are detected, where that was
published by itself; of these, those for whom somebody acts; of these, those sent or handed back, not to safety."""
OF_CHECKS = {
    "occupied_share": 1.0, "detection_per_check": 1.0, "false_alarms_per_check": 1.0, "checks_per_day": math.inf,
}  # fmt: skip
"""Quantities of checks of vehicles (heartbeat detectors, CO₂ probes): share of the vehicles with people inside; of
these, those found; of the others, those that raise an alarm; checks in a day."""
ALL_QUANTITIES = {**QUANTITIES, **OF_PEOPLE, **OF_CHECKS}
SHARES = frozenset({
    "found_by_one", "found_by_search", "found_in_looks", "true_alarms", "detected", "not_detected", "nobody_acts",
    "returned", "too_late", "in_time", "timely", "true_checks", "empty_but_clear",
})  # fmt: skip
"""Results that are shares."""
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Figure:
    """A published figure: its range, where it stands, and when it was published."""

    range: Interval
    source: str
    date: str


@dataclass(frozen=True)
class Sensor:
    """A sensor or fleet as far as it was published; ``named`` are the quantities that its file names, if unknown."""

    name: str
    figures: Mapping[str, Figure]
    named: frozenset[str] = field(default=frozenset())

    @property
    def checks_vehicles(self) -> bool:
        """Whether it is about checks of vehicles."""
        return bool((self.named | set(self.figures)) & set(OF_CHECKS))

    @property
    def searches(self) -> bool:
        """Whether it is about an area or a line."""
        return bool((self.named | set(self.figures)) - set(OF_CHECKS)) or not self.checks_vehicles

    @property
    def unknown(self) -> tuple[str, ...]:
        """The quantities of its kind that nobody published."""
        kinds = [*([QUANTITIES, OF_PEOPLE] if self.searches else []), *([OF_CHECKS] if self.checks_vehicles else [])]
        return tuple(name for kind in kinds for name in kind if name not in self.figures)


@dataclass(frozen=True)
class Outcome:
    """A result: its range, or ``None``; and the quantities that were not published.

    A range with some of these holds whatever they are: they are shares, taken from 0 to 1.
    """

    name: str
    range: Interval | None
    lacks: tuple[str, ...]


def _help_minutes(confirm: float, alert: float, distance: float, speed: float) -> float:
    return confirm + alert + 60 * distance / speed


RESULTS: dict[str, tuple[tuple[str, ...], Callable[..., float]]] = {
    "area_of_one": (("sweep_width_km", "speed_kmh", "availability"), lambda w, v, a: w * v * a),
    "area_per_hour": (("sweep_width_km", "speed_kmh", "availability", "sensors"), lambda w, v, a, n: w * v * a * n),
    "found_by_one": (
        ("sweep_width_km", "speed_kmh", "availability", "hours", "area_km2"),
        lambda w, v, a, t, area: -math.expm1(-w * v * a * t / area),
    ),
    "found_by_search": (
        ("sweep_width_km", "speed_kmh", "availability", "sensors", "hours", "area_km2"),
        lambda w, v, a, n, t, area: -math.expm1(-w * v * a * n * t / area),
    ),
    "found_in_looks": (("detection_per_look", "looks"), lambda p, n: 1 - (1 - p) ** n),
    "false_alarms_per_day": (("false_alarms_per_hour", "sensors", "availability"), lambda f, n, a: 24 * f * n * a),
    "false_alarms_per_km_day": (
        ("false_alarms_per_hour", "sensors", "availability", "length_km"), lambda f, n, a, km: 24 * f * n * a / km,
    ),
    "minutes_to_help": (("confirm_minutes", "alert_minutes", "distance_km", "rescue_speed_kmh"), _help_minutes),
    "minutes_left": (
        ("survival_minutes", "confirm_minutes", "alert_minutes", "distance_km", "rescue_speed_kmh"),
        lambda s, *way: s - _help_minutes(*way),
    ),
}  # fmt: skip
"""What is computed: from which quantities, and how. ``found_by_search`` is Koopman's random search by the fleet."""
CHECKS: dict[str, tuple[tuple[str, ...], Callable[..., float]]] = {
    "true_checks": (
        ("occupied_share", "detection_per_check", "false_alarms_per_check"),
        lambda o, d, f: o * d / (o * d + (1 - o) * f) if o * d + (1 - o) * f > 0 else 0.0,
    ),
    "empty_but_clear": (
        ("occupied_share", "detection_per_check", "false_alarms_per_check"),
        lambda o, d, f: o * (1 - d) / (o * (1 - d) + (1 - o) * (1 - f)) if o * (1 - d) + (1 - o) * (1 - f) > 0 else 0.0,
    ),
    "found_per_day": (("checks_per_day", "occupied_share", "detection_per_check"), lambda n, o, d: n * o * d),
    "missed_per_day": (("checks_per_day", "occupied_share", "detection_per_check"), lambda n, o, d: n * o * (1 - d)),
    "false_checks_per_day": (
        ("checks_per_day", "occupied_share", "false_alarms_per_check"), lambda n, o, f: n * (1 - o) * f,
    ),
}  # fmt: skip
"""What follows of checks of vehicles, one alarm or none for each."""
_DIVISORS = ("area_km2", "length_km", "rescue_speed_kmh")


def outcomes(sensor: Sensor) -> list[Outcome]:
    """Compute every result, or say what it lacks."""
    return [outcome_of(sensor, name, needed, formula) for name, (needed, formula) in RESULTS.items()]


def check_outcomes(sensor: Sensor) -> list[Outcome]:
    """Compute what follows of checks of vehicles."""
    return [outcome_of(sensor, name, needed, formula) for name, (needed, formula) in CHECKS.items()]


def in_time(found: list[Outcome]) -> str:
    """Tell whether help comes before people cannot survive: ``always``, ``never``, ``depends``, or ``unknown``."""
    left = next(one.range for one in found if one.name == "minutes_left")
    if left is None:
        return "unknown"
    return "always" if left.low >= 0 else "never" if left.high < 0 else "depends"


def can_be(name: str, ends: Interval) -> bool:
    """Tell whether a quantity of :data:`ALL_QUANTITIES` can have this range."""
    # A divisor of 0 would be a place without length or a boat that does not move.
    is_enough = ends.low > 0 if name in _DIVISORS else ends.low >= 0
    return is_enough and ends.low <= ends.high <= ALL_QUANTITIES[name] and math.isfinite(ends.high)


def read_sensor(path: Path) -> Sensor:
    """Read the file of a sensor.

    Raises
    ------
    FileError : there is no such file, or it is not TOML in UTF-8
    AuditError : every figure without source or date, that cannot be, or is of no known quantity
    """
    if not path.is_file():
        raise FileError("file.missing", path=path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise FileError("file.damaged", path=path, expected="TOML (UTF-8)", reason=reason) from error
    return parse_sensor(content, str(path))


def parse_sensor(content: Mapping[str, Any], where: str) -> Sensor:
    """Make a sensor from the content of a file; errors as :func:`read_sensor`."""
    problems: list[Problem] = []
    figures: dict[str, Figure] = {}
    named = frozenset(name for name in content if name in ALL_QUANTITIES)
    for name, row in content.items():
        if name == "name":
            continue
        if name not in ALL_QUANTITIES or not isinstance(row, dict):
            near = ", ".join(ALL_QUANTITIES)
            problems.append(Problem.of("audit.sensor.quantity", path=where, name=name, near=near))
            continue
        found = _figure(name, row, where, problems)
        if found is not None:
            figures[name] = found
    check_none(problems, AuditError)
    return Sensor(str(content.get("name", where)), figures, named)


def _figure(name: str, row: Mapping[str, Any], where: str, problems: list[Problem]) -> Figure | None:
    value = str(row.get("value", UNKNOWN))
    if value == UNKNOWN:
        return None
    place = f"{where}: {name}"
    lacking = [each for each in ("source", "date") if not row.get(each)]
    problems += [Problem.of("audit.sensor.lacks", place=place, field=each) for each in lacking]
    low, _, high = value.partition("..")
    try:
        ends = Interval(_number(name, low), _number(name, high or low), 1.0)
    except ValueError:
        ends = Interval(math.nan, math.nan, 1.0)
    if not can_be(name, ends):
        problems.append(Problem.of("audit.sensor.value", place=place, value=value))
    day = str(row.get("date", ""))
    if day and not is_date(day):
        problems.append(Problem.of("audit.sensor.date", place=place, value=day))
    return Figure(ends, str(row.get("source")), day)


def _number(name: str, text: str) -> float:
    """Read a number; of a share also in per cent."""
    if ALL_QUANTITIES[name] == 1.0 and text.rstrip().endswith("%"):
        return float(text.rstrip()[:-1]) / 100
    return float(text)


def is_date(text: str) -> bool:
    """Tell whether a text is a year, a month or a day that exists, such as 2025, 2025-03 or 2025-03-31."""
    if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", text, re.ASCII):
        return False
    try:
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        return False
    return True


def outcome_of(sensor: Sensor, name: str, needed: Sequence[str], formula: Callable[..., float]) -> Outcome:
    """Compute one result from figures of a sensor."""
    known = {each: sensor.figures[each].range for each in needed if each in sensor.figures}
    parts = {each: Outcome(each, known.get(each), () if each in known else (each,)) for each in needed}
    return combined(parts, name, needed, formula)


def combined(parts: Mapping[str, Outcome], name: str, needed: Sequence[str], formula: Callable[..., float]) -> Outcome:
    """Combine ranges; a share that is unknown is taken from 0 to 1, and what is unknown is named.

    Without a range where something else is unknown, or where anything could be.
    """
    lacks = tuple(dict.fromkeys(lack for each in needed for lack in parts[each].lacks))
    ends = [_ends(each, parts[each]) for each in needed]
    known = [one for one in ends if one is not None]
    if len(known) < len(ends):
        return Outcome(name, None, lacks)
    values = [formula(*corner) for corner in product(*known)]
    low, high = min(values), max(values)
    could_be_anything = low <= 0 and high >= (1 if name in SHARES else math.inf)
    return Outcome(name, None if lacks and could_be_anything else Interval(low, high, 1.0), lacks)


def _ends(name: str, part: Outcome) -> tuple[float, float] | None:
    if part.range is not None:
        return part.range.low, part.range.high
    return (0.0, 1.0) if name == "timely" or ALL_QUANTITIES.get(name) == 1.0 else None
