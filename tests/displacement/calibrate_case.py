"""An instance for calibrations: two camps that people choose between, with counts often enough to learn from."""

from collections.abc import Mapping

from havre.displacement.instance import Instance
from tests.displacement.small_instances import day_table, registrations, small_instance

DAYS = 40
FIT = 21
"""Days before this one are fitted."""
KNOWN: Mapping[str, Mapping[int, float]] = {
    "Dol Camp": {0: 100.0, 5: 250.0, 10: 450.0, 15: 650.0, 20: 800.0},
    "Este": {0: 50.0, 5: 100.0, 10: 150.0, 15: 250.0, 20: 400.0},
}
"""Counts of the fit days."""
# Steps that are whole numbers a day, so that sums of straight lines do not depend on which camp has which.
LATER: Mapping[str, Mapping[int, float]] = {
    "Dol Camp": {30: 1_100.0, 39: 1_370.0},
    "Este": {30: 500.0, 39: 590.0},
}
SWAPPED: Mapping[str, Mapping[int, float]] = {
    "Dol Camp": {30: 900.0, 39: 990.0},
    "Este": {30: 700.0, 39: 970.0},
}
"""Other counts of the later days with the same sum on every day."""


def calibrate_case(later: Mapping[str, Mapping[int, float]] = LATER, **overrides: object) -> Instance:
    """Make the instance with other later counts."""
    counts = {camp: {**KNOWN[camp], **later[camp]} for camp in KNOWN}
    total = {day: sum(each[day] for each in counts.values()) for day in counts["Este"]}
    fields: dict[str, object] = {
        "length": DAYS,
        "conflicts": day_table(DAYS, {"Alba": (0, DAYS), "Brod": (5, DAYS)}),
        "registrations": registrations({"total": total, **counts}),
    }
    return small_instance(**(fields | overrides))
