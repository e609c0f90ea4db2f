"""Where people flee to: displacement from conflict to camps, simulated as counts of people instead of one by one."""

from importlib import import_module
from typing import TYPE_CHECKING

from havre.displacement.instance import Instance
from havre.displacement.outcome import Outcome
from havre.displacement.rules import Rules
from havre.displacement.simulate import simulate

if TYPE_CHECKING:
    from havre.displacement.calibrate_file import read_calibration, write_calibration
    from havre.displacement.calibrate_scores import scored
    from havre.displacement.camp_series import registered
    from havre.displacement.comparison import compare
    from havre.displacement.flee_files import read_instance
    from havre.displacement.flee_writer import write_instance
    from havre.displacement.scenario import apply_scenario
    from havre.displacement.scenario_file import read_scenario

_LATER = {
    "apply_scenario": "scenario",
    "compare": "comparison",
    "read_calibration": "calibrate_file",
    "read_instance": "flee_files",
    "read_scenario": "scenario_file",
    "registered": "camp_series",
    "scored": "calibrate_scores",
    "write_calibration": "calibrate_file",
    "write_instance": "flee_writer",
}
"""Module of each function that is loaded when it is first asked for, so that importing the room stays quick. A function
with the name of its module (``calibrate``, ``validate``, ``sensitivity``, ``fill_dates``) is imported from there."""

__all__ = [
    "Instance",
    "Outcome",
    "Rules",
    "apply_scenario",
    "compare",
    "read_calibration",
    "read_instance",
    "read_scenario",
    "registered",
    "scored",
    "simulate",
    "write_calibration",
    "write_instance",
]


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(import_module(f"havre.displacement.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
