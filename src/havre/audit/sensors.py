"""Sensors and fleets from their spec sheets: what is detected, how often it is a false alarm, and when help arrives.

Every figure is a range with its source; one that was not published stays unknown, and so does all that hangs on it. A
share that is unknown lies from 0 to 1, which is said and not hidden. Ranges are carried through exactly: each result is
monotone in every figure, so that its ends are among the ends of these.

A file of a sensor is TOML: ``name``, and for each quantity of :data:`ALL_QUANTITIES` a table with ``value`` (a number,
a range ``"2..3"``, or ``"unknown"``), ``source`` and ``date``.

References
----------
Koopman BO (1956), The theory of search II: target detection, Operations Research 4(5):503–531.
doi:10.1287/opre.4.5.503
"""

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
ALL_QUANTITIES = {**QUANTITIES, **OF_PEOPLE}
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Figure:
    """A published figure: its range, where it stands, and when it was published."""

    range: Interval
    source: str
    date: str


@dataclass(frozen=True)
class Sensor:
    """A sensor or fleet as far as it was published."""

    name: str
    figures: Mapping[str, Figure]

    @property
    def unknown(self) -> tuple[str, ...]:
        """The quantities that nobody published."""
        return tuple(name for name in ALL_QUANTITIES if name not in self.figures)


@dataclass(frozen=True)
class Outcome:
    """A result: its range, or ``None`` with the quantities that it lacks."""

    name: str
    range: Interval | None
    lacks: tuple[str, ...]


def _help_minutes(confirm: float, alert: float, distance: float, speed: float) -> float:
    return confirm + alert + 60 * distance / speed


RESULTS: dict[str, tuple[tuple[str, ...], Callable[..., float]]] = {
    "area_per_hour": (("sweep_width_km", "speed_kmh", "availability"), lambda w, v, a: w * v * a),
    "found_by_search": (
        ("sweep_width_km", "speed_kmh", "availability", "hours", "area_km2"),
        lambda w, v, a, t, area: -math.expm1(-w * v * a * t / area),
    ),
    "found_in_looks": (("detection_per_look", "looks"), lambda p, n: 1 - (1 - p) ** n),
    "false_alarms_per_day": (("false_alarms_per_hour", "sensors"), lambda f, n: 24 * f * n),
    "false_alarms_per_km_day": (
        ("false_alarms_per_hour", "sensors", "length_km"), lambda f, n, km: 24 * f * n / km,
    ),
    "true_alarms": (
        ("targets_per_hour", "detection_per_look", "false_alarms_per_hour", "sensors"),
        lambda t, p, f, n: t * p / (t * p + f * n) if t * p + f * n > 0 else 0.0,
    ),
    "minutes_to_help": (("confirm_minutes", "alert_minutes", "distance_km", "rescue_speed_kmh"), _help_minutes),
    "minutes_left": (
        ("survival_minutes", "confirm_minutes", "alert_minutes", "distance_km", "rescue_speed_kmh"),
        lambda s, *way: s - _help_minutes(*way),
    ),
}  # fmt: skip
"""What is computed: from which quantities, and how. ``found_by_search`` is Koopman's random search."""
_DIVISORS = ("area_km2", "length_km", "rescue_speed_kmh")


def outcomes(sensor: Sensor) -> list[Outcome]:
    """Compute every result, or say what it lacks."""
    return [_outcome(sensor, name, needed, formula) for name, (needed, formula) in RESULTS.items()]


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
    return Sensor(str(content.get("name", where)), figures)


def _figure(name: str, row: Mapping[str, Any], where: str, problems: list[Problem]) -> Figure | None:
    value = str(row.get("value", UNKNOWN))
    if value == UNKNOWN:
        return None
    place = f"{where}: {name}"
    lacking = [field for field in ("source", "date") if not row.get(field)]
    problems += [Problem.of("audit.claim_lacks", place=place, field=field) for field in lacking]
    low, _, high = value.partition("..")
    try:
        ends = Interval(float(low), float(high or low), 1.0)
    except ValueError:
        ends = Interval(math.nan, math.nan, 1.0)
    if not can_be(name, ends):
        problems.append(Problem.of("audit.sensor.value", place=place, value=value))
    return Figure(ends, str(row.get("source")), str(row.get("date")))


def _outcome(sensor: Sensor, name: str, needed: tuple[str, ...], formula: Callable[..., float]) -> Outcome:
    lacks = tuple(quantity for quantity in needed if quantity not in sensor.figures)
    if lacks:
        return Outcome(name, None, lacks)
    ends = [(figure.range.low, figure.range.high) for figure in (sensor.figures[quantity] for quantity in needed)]
    values = [formula(*corner) for corner in product(*ends)]
    return Outcome(name, Interval(min(values), max(values), 1.0), ())
