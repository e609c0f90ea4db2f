"""Settings that are allowed and mean something else, or nothing, under the rules in force."""

from havre.displacement.instance import Instance
from havre.displacement.rules import Rules
from havre.errors import Problem

BEGINNING = "displacement.flee.rules."
"""With what the keys of all these warnings begin."""


def rule_warnings(instance: Instance, rules: Rules) -> tuple[Problem, ...]:
    """Tell settings under which nobody moves, or under which what is written has no effect."""
    move, file = instance.settings.move_rules, instance.settings_file or "simsetting.yml"
    told: list[Problem] = []
    if rules.awareness_zero_stops and move.awareness_level == 0:
        told.append(Problem.of("displacement.flee.rules.awareness_stops", file=file))
    if rules.awareness_zero_stops and move.awareness_level < 0:
        told.append(Problem.of("displacement.flee.rules.awareness_as_one", file=file, level=move.awareness_level))
    return tuple(told)
