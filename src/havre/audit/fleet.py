"""What a fleet does in an hour and on a kilometre, and what happens to people between detection and rescue.

Everybody is in one of five places: not detected; detected, and nobody acts; sent or handed back; helped too late;
helped in time. Shares of all people, as ranges. A share that was not published is taken from 0 to 1; what then could be
anything cannot be concluded. A range is exact for each place by itself: the places cannot all be at the same end at
once.

Detection may be known in several ways: published by itself, by the random search of the whole fleet, in repeated looks.
None is chosen: everything that hangs on it is given for each.

References
----------
Little JDC (1961), A proof for the queuing formula L = λW, Operations Research 9(3):383–387. doi:10.1287/opre.9.3.383
"""

from havre.audit.intervals import Interval
from havre.audit.sensors import Outcome, Sensor, combined, outcome_of, outcomes

BASES = {"by_search": "found_by_search", "in_looks": "found_in_looks"}
"""Ways in which detection follows from other figures."""


def fleet_outcomes(sensor: Sensor) -> list[Outcome]:
    """Compute false alarms in an hour of operation and on a kilometre, and the area covered in the time given."""
    return [
        outcome_of(sensor, "false_alarms_in_an_hour", ("false_alarms_per_hour", "sensors"), lambda f, n: f * n),
        outcome_of(
            sensor, "false_alarms_per_km_hour", ("false_alarms_per_hour", "sensors", "length_km"),
            lambda f, n, km: f * n / km,
        ),
        outcome_of(
            sensor, "area_in_time", ("sweep_width_km", "speed_kmh", "availability", "sensors", "hours"),
            lambda w, v, a, n, t: w * v * a * n * t,
        ),
    ]  # fmt: skip


def detections(sensor: Sensor) -> dict[str, Outcome]:
    """Give the share of people who are detected in each way in which it is known; ``unknown`` where in none."""
    known: dict[str, Outcome] = {}
    if published := sensor.figures.get("detection"):
        known["published"] = Outcome("detected", published.range, ())
    by_name = {one.name: one for one in outcomes(sensor)}
    for basis, name in BASES.items():
        if by_name[name].range is not None:
            known[basis] = Outcome("detected", by_name[name].range, by_name[name].lacks)
    return known or {"unknown": Outcome("detected", None, ("detection",))}


def places_of_people(sensor: Sensor, found: Outcome) -> list[Outcome]:
    """Tell where people are in the end, each place as a share of all, and what alarms are worth.

    Parameters
    ----------
    found : the share who are detected, one of :func:`detections`
    """
    parts = {each: _known(sensor, each) for each in _FIGURES}
    minutes = next(one for one in outcomes(sensor) if one.name == "minutes_to_help")
    parts |= {"detection": found, "timely": _timely(sensor), "minutes": minutes}
    acted: tuple[str, ...] = ("detection", "acted_on")
    return [
        found,
        combined(parts, "not_detected", ("detection",), lambda d: 1 - d),
        combined(parts, "nobody_acts", acted, lambda d, a: d * (1 - a)),
        combined(parts, "returned", (*acted, "returned"), lambda d, a, r: d * a * r),
        combined(parts, "too_late", (*acted, "returned", "timely"), lambda d, a, r, t: d * a * (1 - r) * (1 - t)),
        combined(parts, "in_time", (*acted, "returned", "timely"), lambda d, a, r, t: d * a * (1 - r) * t),
        # Arrivals times the time that each waits.
        combined(parts, "waiting", ("targets_per_hour", *acted, "minutes"), lambda n, d, a, m: n * d * a * m / 60),
        combined(
            parts, "true_alarms",
            ("targets_per_hour", "detection", "false_alarms_per_hour", "sensors", "availability"), _true_alarms,
        ),
    ]  # fmt: skip


_FIGURES = ("acted_on", "returned", "targets_per_hour", "false_alarms_per_hour", "sensors", "availability")


def _true_alarms(targets: float, detected: float, alarms: float, sensors: float, availability: float) -> float:
    """Give the share of alarms with somebody behind them: each who is detected raises one."""
    true, false = targets * detected, alarms * sensors * availability
    return true / (true + false) if true + false > 0 else 0.0


def _known(sensor: Sensor, name: str) -> Outcome:
    figure = sensor.figures.get(name)
    return Outcome(name, figure.range, ()) if figure else Outcome(name, None, (name,))


def _timely(sensor: Sensor) -> Outcome:
    """Give the share of those whom help goes to whom it reaches in time: all, none, or any where ranges overlap."""
    left = next(one for one in outcomes(sensor) if one.name == "minutes_left")
    if left.range is None:
        return Outcome("timely", None, left.lacks)
    ends = (float(left.range.low >= 0), float(left.range.high >= 0))
    return Outcome("timely", Interval(*ends, 1.0), ())
