"""Checks of camp registrations: every camp has its counts, the total stands first, corrections find their day."""

from collections.abc import Mapping
from datetime import date, timedelta

from havre.displacement.capacity_checks import capacity_warnings
from havre.displacement.findings import Findings, shown
from havre.displacement.flee_tables import Part
from havre.displacement.instance import Correction, Instance, Location, Registrations
from havre.displacement.near_names import near
from havre.displacement.rules import Rules
from havre.errors import Problem

TOTAL = "total"


def check_registrations(
    instance: Instance,
    layout: Part[Registrations],
    places: Part[Location],
    kinds: Mapping[str, str],
    findings: Findings,
    *,
    period_known: bool,
) -> None:
    """Check the rows of ``data_layout.csv`` against the places, and the capacities against day 0 under Flee's rules."""
    if layout.file in findings.broken or not layout.items:
        return
    first = layout.items[0]
    fields = {"file": layout.file, "row": layout.rows[0], "name": shown(first.name)}
    if first.name in kinds:
        findings.wrong(Problem.of("displacement.flee.layout.first_is_place", **fields), flee_runs=True)
    _check_layout(layout, kinds, findings)
    counted = {each.name: each for each in layout.items[1:]}
    for row, place in places.numbered():
        if "camp" not in kinds[place.name]:
            continue
        if place.name not in counted:
            facts = {"file": places.file, "row": row, "name": shown(place.name), "layout": layout.file}
            findings.wrong(Problem.of("displacement.flee.layout.camp_missing", **facts))
    if period_known:
        for problem in capacity_warnings(instance, Rules.flee(), places.file, places.rows):
            findings.warn(problem)
        _check_period(instance, layout, findings)


def _check_layout(layout: Part[Registrations], kinds: Mapping[str, str], findings: Findings) -> None:
    seen: dict[str, int] = {layout.items[0].name: layout.rows[0]}
    for row, each in zip(layout.rows[1:], layout.items[1:], strict=True):
        fields = {"file": layout.file, "row": row, "name": shown(each.name)}
        if each.name in seen:
            findings.wrong(Problem.of("displacement.flee.layout.twice", first=seen[each.name], **fields))
            continue
        seen[each.name] = row
        if each.name.strip().lower() == TOTAL and each.name not in kinds:
            findings.wrong(Problem.of("displacement.flee.layout.total_not_first", **fields), flee_runs=True)
        elif each.name not in kinds:
            findings.warn(Problem.of("displacement.flee.layout.unknown", near=near(each.name, kinds), **fields))
        elif "camp" not in kinds[each.name]:
            findings.warn(Problem.of("displacement.flee.layout.no_camp", **fields))


def _check_period(instance: Instance, layout: Part[Registrations], findings: Findings) -> None:
    """Tell a place that was never counted within the period: its curve is a constant."""
    end = instance.start + timedelta(days=instance.length - 1)
    for row, each in layout.numbered():
        days = [day for file in each.files for day in file.days]
        if days and not any(instance.start <= day <= end for day in days):
            fields = {"file": layout.file, "row": row, "name": shown(each.name)}
            findings.warn(Problem.of("displacement.flee.layout.outside", first=min(days), last=max(days), **fields))


def check_corrections(
    corrections: Part[Correction], layout: Part[Registrations], start: date | None, findings: Findings
) -> None:
    """Check that each correction names a counted place and the day of one of its counts that has an earlier one.

    Parameters
    ----------
    start : the first day, before which corrections do nothing; ``None`` where it is not known
    """
    if layout.file in findings.broken:
        return
    counted = {each.name: each for each in layout.items}
    seen: dict[tuple[str, date], int] = {}
    for row, correction in corrections.numbered():
        fields = {"file": corrections.file, "row": row, "name": shown(correction.camp), "day": correction.day}
        if (correction.camp, correction.day) in seen:
            first = seen[correction.camp, correction.day]
            findings.warn(Problem.of("displacement.flee.corrections.twice", first=first, **fields))
        seen.setdefault((correction.camp, correction.day), row)
        if correction.camp not in counted:
            nearest = near(correction.camp, counted)
            findings.wrong(Problem.of("displacement.flee.corrections.unknown", near=nearest, **fields))
        elif start is not None and correction.day < start:
            findings.warn(Problem.of("displacement.flee.corrections.early", start=start, **fields))
        else:
            _check_entry(counted[correction.camp], correction, fields, findings)


def _check_entry(counted: Registrations, correction: Correction, fields: dict[str, object], findings: Findings) -> None:
    days = {day for file in counted.files for day in file.days}
    if not days:
        return
    if correction.day not in days:
        after = min((day for day in days if day > correction.day), default="–")
        before = max((day for day in days if day < correction.day), default="–")
        findings.wrong(Problem.of("displacement.flee.corrections.no_count", before=before, after=after, **fields))
    elif correction.day == min(days):
        findings.wrong(Problem.of("displacement.flee.corrections.first", **fields))
    elif len(counted.files) == 1:
        days_in_order, counts = counted.files[0].days, counted.files[0].counts
        position = days_in_order.index(correction.day)
        if position and counts[position - 1] == 0:
            before = days_in_order[position - 1]
            findings.wrong(Problem.of("displacement.flee.corrections.zero", before=before, **fields))
