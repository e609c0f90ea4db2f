"""What a scenario does to camps' capacities, to conflicts and to move rules."""

from dataclasses import fields, replace

from havre.displacement.environment import CONFLICT_THRESHOLD, number_of, type_word
from havre.displacement.events import CapacityEvent
from havre.displacement.flee_cells import NUMBER
from havre.displacement.instance import Location, LocationChange
from havre.displacement.near_names import near
from havre.displacement.scenario_changes import Capacity, Conflict, Peace, Rule
from havre.displacement.scenario_draft import Draft, Period
from havre.displacement.scenario_values import shortened
from havre.displacement.setting_values import RANGES
from havre.displacement.settings import MoveRules
from havre.errors import Term


def change_capacity(draft: Draft, change: Capacity, where: str) -> None:
    """Let a camp hold another number of people from a day on."""
    start = draft.day(change.start, where)
    opened = change.camp in draft.counted
    number = draft.place(change.camp, where, "camp") if opened else draft.camp(change.camp, where)
    if start is None or number is None:
        return
    limited = opened or draft.locations[number].population // draft.settings.hasten >= 1
    if change.factor is not None and not limited:
        draft.wrong("no_limit", where, name=change.camp)
        return
    factor = 1.0 if change.factor is None else change.factor
    draft.capacities.append(CapacityEvent(change.camp, start, change.capacity, factor))


def begin_conflict(draft: Draft, change: Conflict, where: str) -> None:
    """Make a place a conflict zone for a period."""
    period = draft.period(change.start, change.end, where)
    number = draft.place(change.place, where, "place")
    if not _by_conflicts(draft, where) or period is None or number is None:
        return
    place = draft.locations[number]
    if change.population is not None:
        if draft.is_camp(number):
            draft.wrong("camp_population", where, name=place.name)
            return
        place = draft.locations[number] = replace(place, population=change.population)
    if draft.is_camp(number) or place.population // draft.settings.hasten < 1:
        draft.remark("nobody_lives_there", place=place.name)
    going_on = draft.intensity(place.name, period[0] - 1) > CONFLICT_THRESHOLD
    if going_on and draft.rules.conflict_change_ignored:
        draft.remark("conflict_goes_on", place=place.name)
    draft.set_conflict(place.name, period, change.intensity)
    _tell_total(draft)


def _tell_total(draft: Draft) -> None:
    spawn = draft.settings.spawn_rules
    told = any(remark.key == "same_total" for remark in draft.remarks)
    if spawn.conflict_driven_spawning is None and not told:
        draft.remark("same_total")


def _by_conflicts(draft: Draft, where: str) -> bool:
    if draft.settings.spawn_rules.flood_zone_spawning_only:
        draft.wrong("by_floods", where)
        return False
    return True


def end_conflict(draft: Draft, change: Peace, where: str) -> None:
    """End the conflict at a place for a period."""
    period = draft.period(change.start, change.end, where)
    number = draft.place(change.place, where, "place")
    if not _by_conflicts(draft, where) or period is None or number is None:
        return
    start = period[0]
    if not _is_zone(draft, number, period):
        draft.wrong("no_conflict", where, name=change.place)
        return
    # Only a fall from one day to the next ends a conflict; one that stands in the type of a place needs a new type.
    falls = start > 0 and draft.intensity(change.place, start - 1) > CONFLICT_THRESHOLD
    place = draft.locations[number]
    in_table = change.place in draft.conflicts.names
    if in_table:
        draft.set_conflict(change.place, period, 0.0)
    if _by_type(place) and not falls:
        draft.location_changes.append(LocationChange(change.place, "town", start))
        if period[1] is not None and not in_table:
            intensity = number_of(place.attributes, "conflict_intensity", 1.0)
            draft.set_conflict(change.place, (period[1], None), intensity)
    _tell_total(draft)


def _is_zone(draft: Draft, number: int, period: Period) -> bool:
    """Say whether there is conflict at a place on some day of a period, by the table or by its type."""
    place, table = draft.locations[number], draft.conflicts
    if _by_type(place):
        return True
    if place.name not in table.names:
        return False
    days = table.values[slice(*period), table.names.index(place.name)]
    return bool((days > CONFLICT_THRESHOLD).any())


def _by_type(place: Location) -> bool:
    return type_word(place.location_type) == "conflict" and place.conflict_date <= 0


def change_rule(draft: Draft, change: Rule, where: str) -> None:
    """Give a move rule another value."""
    rules = draft.settings.move_rules
    known = {each.name: getattr(rules, each.name) for each in fields(MoveRules)}
    known = {name: value for name, value in known.items() if isinstance(value, bool | int | float)}
    if change.name not in known:
        draft.wrong("unknown_rule", where, name=change.name, near=near(change.name, known))
        return
    expected = _rule_fault(change, known[change.name])
    if expected is not None:
        draft.wrong("value", where, key="value", value=shortened(change.value), expected=expected)
        return
    value = float(change.value) if isinstance(known[change.name], float) else change.value
    if value == known[change.name]:
        draft.remark("rule_has_value", name=change.name, value=change.value)
    moved = replace(rules, **{change.name: value})  # type: ignore[arg-type]
    draft.settings = replace(draft.settings, move_rules=moved)


def _rule_fault(change: Rule, now: object) -> Term | None:
    """Say what is expected of the value of a rule, where it is something else."""
    if isinstance(now, bool) or isinstance(change.value, bool):
        fits = isinstance(now, bool) and isinstance(change.value, bool)
        return (
            None if fits else Term("displacement.scenario.expected." + ("truth" if isinstance(now, bool) else "number"))
        )
    if isinstance(now, int) and change.value != int(change.value):
        return Term("displacement.scenario.expected.whole_number")
    bounds = RANGES.get(change.name, NUMBER)
    return None if bounds.fits(change.value) else bounds.expected
