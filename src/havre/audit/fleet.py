"""What a fleet does in an hour and on a kilometre, and what happens to people between detection and rescue.

Everybody is in one of five places: not detected; detected, and nobody acts; sent or handed back; helped too late;
helped in time. Shares of all people, as ranges; what hangs on a figure that was not published cannot be concluded. A
range is exact for each place by itself: the places cannot all be at the same end at once.

References
----------
Little JDC (1961), A proof for the queuing formula L = λW, Operations Research 9(3):383–387. doi:10.1287/opre.9.3.383
"""

from collections.abc import Callable, Sequence
from itertools import product

from havre.audit.intervals import Interval
from havre.audit.sensors import Outcome, Sensor, outcomes

_LARGEST = 1.0


def fleet_outcomes(sensor: Sensor) -> list[Outcome]:
    """Compute false alarms in an hour and on a kilometre, and the area that is covered in the time given."""
    return [
        _combine("false_alarms_in_an_hour", sensor, ("false_alarms_per_hour", "sensors"), lambda f, n: f * n),
        _combine(
            "false_alarms_per_km_hour", sensor, ("false_alarms_per_hour", "sensors", "length_km"),
            lambda f, n, km: f * n / km,
        ),
        _combine(
            "area_in_time", sensor, ("sweep_width_km", "speed_kmh", "availability", "hours"),
            lambda w, v, a, t: w * v * a * t,
        ),
    ]  # fmt: skip


def detection(sensor: Sensor) -> Outcome:
    """Give the share of people who are detected: as published, else by search, else in looks."""
    if published := sensor.figures.get("detection"):
        return Outcome("detected", published.range, ())
    by_name = {one.name: one for one in outcomes(sensor)}
    for name in ("found_by_search", "found_in_looks"):
        if by_name[name].range is not None:
            return Outcome("detected", by_name[name].range, ())
    return Outcome("detected", None, ("detection",))


def places_of_people(sensor: Sensor) -> list[Outcome]:
    """Tell where people are in the end, each place as a share of all, or what it lacks."""
    found, timely = detection(sensor), _timely(sensor)
    parts = {"detection": found, "acted_on": _known(sensor, "acted_on"), "returned": _known(sensor, "returned")}
    parts["timely"] = timely
    acted: tuple[str, ...] = ("detection", "acted_on")
    return [
        found,
        _of(parts, "not_detected", ("detection",), lambda d: 1 - d),
        _of(parts, "nobody_acts", acted, lambda d, a: d * (1 - a)),
        _of(parts, "returned", (*acted, "returned"), lambda d, a, r: d * a * r),
        _of(parts, "too_late", (*acted, "returned", "timely"), lambda d, a, r, t: d * a * (1 - r) * (1 - t)),
        _of(parts, "in_time", (*acted, "returned", "timely"), lambda d, a, r, t: d * a * (1 - r) * t),
        _waiting(sensor, parts),
    ]


def _known(sensor: Sensor, name: str) -> Outcome:
    figure = sensor.figures.get(name)
    return Outcome(name, figure.range, ()) if figure else Outcome(name, None, (name,))


def _timely(sensor: Sensor) -> Outcome:
    """Give the share of those whom help goes to whom it reaches in time: all, none, or any where ranges overlap."""
    left = next(one for one in outcomes(sensor) if one.name == "minutes_left")
    if left.range is None:
        return Outcome("timely", None, left.lacks)
    ends = (float(left.range.low >= 0), float(left.range.high >= 0))
    return Outcome("timely", Interval(*ends, _LARGEST), ())


def _waiting(sensor: Sensor, parts: dict[str, Outcome]) -> Outcome:
    """Give how many wait for help at any moment, by Little's law: arrivals times the time that each waits."""
    minutes = next(one for one in outcomes(sensor) if one.name == "minutes_to_help")
    needed = {**parts, "targets_per_hour": _known(sensor, "targets_per_hour"), "minutes": minutes}
    names = ("targets_per_hour", "detection", "acted_on", "minutes")
    return _of(needed, "waiting", names, lambda n, d, a, m: n * d * a * m / 60)


def _of(parts: dict[str, Outcome], name: str, needed: Sequence[str], formula: Callable[..., float]) -> Outcome:
    """Combine ranges; each formula is monotone in every part, so that its ends are among the ends of these."""
    lacks = tuple(dict.fromkeys(lack for each in needed for lack in parts[each].lacks))
    ranges = [parts[each].range for each in needed]
    known = [one for one in ranges if one is not None]
    if lacks or len(known) < len(ranges):
        return Outcome(name, None, lacks)
    values = [formula(*corner) for corner in product(*((one.low, one.high) for one in known))]
    return Outcome(name, Interval(min(values), max(values), _LARGEST), ())


def _combine(name: str, sensor: Sensor, needed: tuple[str, ...], formula: Callable[..., float]) -> Outcome:
    return _of({each: _known(sensor, each) for each in needed}, name, needed, formula)
