"""Checks across the files of an instance: each is read on its own elsewhere, here they must agree.

:func:`check_parts` goes with the reading and tells rows of files; :func:`check_instance` checks an instance that was
made in Python, and tells the rows that it has when it is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from havre.displacement.findings import Findings, shown, some
from havre.displacement.flee_days import Period, check_covers, uses_floods, uses_ipc
from havre.displacement.flee_names import (
    AGENTS,
    CHANGES,
    CLOSURES,
    CONFLICTS,
    CORRECTIONS,
    FLOODS,
    IPC,
    LAYOUT,
    LOCATIONS,
    MAJOR_ROUTES,
    ROUTES,
)
from havre.displacement.flee_people import DEFAULT_PLACE
from havre.displacement.flee_places import place_kind
from havre.displacement.flee_tables import Part
from havre.displacement.instance import DayTable, Instance, Location
from havre.displacement.near_names import near
from havre.displacement.network_checks import check_closures, check_major_routes, check_network, check_roads
from havre.displacement.registration_checks import check_corrections, check_registrations
from havre.errors import Problem, Term


@dataclass(frozen=True)
class Origin:
    """Where the parts of an instance stand.

    Attributes
    ----------
    parts : items with their rows, by field of ``Instance``
    inputs : folder of the input files
    period_known : the instance's period is that of the file
    """

    parts: Mapping[str, Part[Any]]
    inputs: Path
    period_known: bool = True

    def file(self, name: str) -> str:
        """Give the path of an input file as it is told to people."""
        return str(self.inputs / name)


def check_instance(instance: Instance, *, lenient: bool = False) -> Findings:
    """Check that the parts of an instance that was made in Python agree.

    Returns
    -------
    What is wrong or odd; ``check()`` of it raises the errors.
    """
    findings = Findings(lenient=lenient)
    # The header is row 1; these two files are written without one.
    first_rows = {"registrations": 1, "corrections": 1, "major_routes": 1}
    names = {
        "locations": LOCATIONS,
        "routes": ROUTES,
        "closures": CLOSURES,
        "location_changes": CHANGES,
        "registrations": LAYOUT,
        "corrections": CORRECTIONS,
        "major_routes": MAJOR_ROUTES,
    }
    parts: dict[str, Part[Any]] = {}
    for field, name in names.items():
        items, first = getattr(instance, field), first_rows.get(field, 2)
        parts[field] = Part(name, items, tuple(range(first, first + len(items))))
    check_parts(instance, Origin(parts, Path()), findings)
    period = Period(instance.start, instance.length, known=True)
    check_covers(instance.conflicts, CONFLICTS, period, findings)
    if instance.floods is not None and uses_floods(instance.settings):
        check_covers(instance.floods, FLOODS, period, findings)
    if instance.ipc is not None and uses_ipc(instance.settings):
        check_covers(instance.ipc, IPC, period, findings, days_count=True)
    return findings


def check_parts(instance: Instance, origin: Origin, findings: Findings) -> None:
    """Check that the parts of an instance agree; what a broken file lacks is not told again."""
    parts = origin.parts
    places: Part[Location] = parts["locations"]
    if places.file in findings.broken:
        return
    if not places.items:
        findings.wrong(Problem.of("displacement.flee.places.none", file=places.file))
        return
    _check_places(places, findings)
    kinds = {place.name: place_kind(place.location_type) for place in places.items}
    days = instance.length if origin.period_known else None
    check_roads(parts["routes"], kinds, findings)
    check_closures(parts["closures"], instance, days, findings)
    check_major_routes(parts["major_routes"], instance, findings)
    _check_changes(parts["location_changes"], kinds, days, findings)
    _check_conflicts(instance, origin, kinds, findings)
    _check_columns(instance.floods, origin.file(FLOODS), kinds, findings)
    _check_columns(instance.ipc, origin.file(IPC), {place.region for place in places.items}, findings)
    check_network(instance, places, parts["routes"], kinds, findings)
    layout, known = parts["registrations"], origin.period_known
    check_registrations(instance, layout, places, kinds, findings, period_known=known)
    check_corrections(parts["corrections"], layout, instance.start if known else None, findings)
    _check_people(instance, origin, kinds, findings)


def _check_places(places: Part[Location], findings: Findings) -> None:
    seen: dict[str, int] = {}
    for row, place in places.numbered():
        fields = {"file": places.file, "row": row, "name": shown(place.name)}
        if place.name in seen:
            findings.wrong(Problem.of("displacement.flee.places.twice", first=seen[place.name], **fields))
        elif place.name != place.name.strip():
            findings.warn(Problem.of("displacement.flee.places.spaces", **fields))
        seen.setdefault(place.name, row)
        if "camp" in place_kind(place.location_type) and place.population == 0:
            findings.warn(Problem.of("displacement.flee.places.no_capacity", **fields))
    if not any("camp" in place_kind(place.location_type) for place in places.items):
        findings.warn(Problem.of("displacement.flee.places.no_camp", file=places.file))
    first = places.items[0]
    if "camp" in place_kind(first.location_type):
        fields = {"file": places.file, "row": places.rows[0], "name": shown(first.name), "country": first.country}
        findings.warn(Problem.of("displacement.flee.places.home_is_camp", **fields))


def _check_changes(changes: Part[Any], kinds: Mapping[str, str], days: int | None, findings: Findings) -> None:
    for row, change in changes.numbered():
        fields = {"file": changes.file, "row": row}
        if change.name not in kinds:
            meaning = Term("displacement.flee.column.place")
            problem = Problem.of(
                "displacement.flee.places.unknown",
                meaning=meaning,
                value=shown(change.name),
                near=near(change.name, kinds),
                **fields,
            )
            findings.wrong(problem, flee_runs=True)
        if days is not None and change.day >= days:
            findings.warn(Problem.of("displacement.flee.days.never", value=change.day, last=days - 1, **fields))


def _check_conflicts(instance: Instance, origin: Origin, kinds: Mapping[str, str], findings: Findings) -> None:
    """Check the columns of conflicts; one of no place is a fault where it has conflict: nobody would flee from it."""
    file = origin.file(CONFLICTS)
    table = instance.conflicts
    if file in findings.broken:
        return
    ever = np.any(table.values > 0, axis=0)
    for column, name in enumerate(table.names):
        if name in kinds:
            continue
        fields = {"file": file, "number": column + 2, "value": shown(name), "near": near(name, kinds)}
        if ever[column]:
            findings.wrong(Problem.of("displacement.flee.conflicts.unknown", **fields), flee_runs=True)
        else:
            findings.warn(Problem.of("displacement.flee.conflicts.unknown_idle", **fields))
    columns = set(table.names)
    without = [name for name, kind in kinds.items() if kind == "conflict" and name not in columns]
    if without:
        findings.warn(Problem.of("displacement.flee.conflicts.no_column", file=file, names=some(without)))
    in_conflict = [name for column, name in enumerate(table.names) if ever[column]]
    if _zones_without_people(instance, in_conflict, kinds):
        findings.warn(Problem.of("displacement.flee.conflicts.no_people", file=file))
    if not ever.any() and not _driven_otherwise(instance):
        findings.wrong(Problem.of("displacement.flee.conflicts.never", file=file), flee_runs=True)


def _zones_without_people(instance: Instance, ever: Iterable[str], kinds: Mapping[str, str]) -> bool:
    """Tell whether people are displaced as the registrations say, and no conflict zone has anybody to displace."""
    spawn = instance.settings.spawn_rules
    if spawn.conflict_driven_spawning or spawn.flood_zone_spawning_only or spawn.starvation_driven_spawning:
        return False
    zones = {*ever, *(name for name, kind in kinds.items() if kind == "conflict")}
    people = [
        place.population for place in instance.locations if place.name in zones and "camp" not in kinds[place.name]
    ]
    return bool(people) and max(people) <= 0


def _driven_otherwise(instance: Instance) -> bool:
    spawn = instance.settings.spawn_rules
    zones = any(
        place_kind(place.location_type) == "conflict" and place.conflict_date <= 0 for place in instance.locations
    )
    return zones or spawn.flood_zone_spawning_only or bool(instance.location_changes)


def _check_columns(table: DayTable | None, file: str, known: Iterable[str], findings: Findings) -> None:
    if table is None or file in findings.broken:
        return
    names = set(known)
    for column, name in enumerate(table.names):
        if name not in names:
            fields = {"file": file, "number": column + 2, "value": shown(name), "near": near(name, names)}
            findings.warn(Problem.of("displacement.flee.days.unknown_column", **fields))


def _check_people(instance: Instance, origin: Origin, kinds: Mapping[str, str], findings: Findings) -> None:
    for demographics in instance.demographics:
        file = origin.file(f"demographics_{demographics.attribute}.csv")
        for number, name in enumerate(demographics.weights, start=2):
            if name not in kinds and name != DEFAULT_PLACE:
                fields = {"file": file, "number": number, "value": shown(name), "near": near(name, kinds)}
                findings.warn(Problem.of("displacement.flee.days.unknown_column", **fields))
    if instance.agents is None:
        return
    people: dict[str, int] = {}
    for group, number in zip(instance.agents.rows, instance.agents.numbers, strict=True):
        if group[0] not in kinds:
            people[group[0]] = people.get(group[0], 0) + number
    for name, number in people.items():
        fields = {"file": origin.file(AGENTS), "value": shown(name), "count": number, "near": near(name, kinds)}
        findings.wrong(Problem.of("displacement.flee.people.unknown_place", **fields))
