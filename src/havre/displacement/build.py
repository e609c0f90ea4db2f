"""Build an instance from open tables: places, roads, conflict events and camp registrations.

Tables are read, checked together, and turned into an instance; whatever had to be assumed is written down beside it.
:func:`build_instance` touches no file. :func:`build_folder` reads the tables and writes the folder with its report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from havre.displacement.build_cells import CAMPS
from havre.displacement.build_checks import check_tables
from havre.displacement.build_conflicts import ZONE_KINDS, Conflicts, make_conflicts
from havre.displacement.build_countries import Countries, find_countries, written
from havre.displacement.build_network import make_network
from havre.displacement.build_notes import Built, Note, TableCount, listed
from havre.displacement.build_options import BuildOptions, BuildSources, TableFile
from havre.displacement.build_registrations import capacities, find_period, make_registrations
from havre.displacement.build_report import report_files
from havre.displacement.build_rows import PlaceRow
from havre.displacement.build_tables import BuildTables, read_tables
from havre.displacement.build_ways import way_notes, way_problems
from havre.displacement.flee_writer import write_instance
from havre.displacement.instance import Instance, Location
from havre.displacement.instance_checks import check_instance
from havre.errors import DisplacementError, check_none

__all__ = ["BuildOptions", "BuildSources", "BuildTables", "Built", "TableFile", "build_folder", "build_instance"]

_NOTHING_KNOWN = 10_000
"""Population of a conflict zone where the table gives none at all; only its proportion to the others counts."""


def build_instance(tables: BuildTables, options: BuildOptions | None = None) -> Built:
    """Build an instance.

    Raises
    ------
    DisplacementError : tables or options are wrong, all faults at once; or what they give cannot be simulated: there is
        no conflict zone, one has no way to a camp, or people flee on a day without a conflict zone
    """
    rules = options or BuildOptions()
    check_none(check_tables(tables, rules), DisplacementError)
    countries = find_countries(tables, rules)
    start, length, notes = find_period(tables.counts, rules)
    registrations, total_notes = make_registrations(tables, countries)
    capacity, capacity_notes = capacities(tables, registrations)
    conflicts = make_conflicts(tables, countries, start, length, rules)
    network = make_network(tables.places, tables.roads, countries, rules)
    population, population_notes = _populations(tables.places, countries, conflicts)
    instance = Instance(
        name=rules.name,
        start=start,
        length=length,
        locations=_locations(tables.places, countries, conflicts, {**population, **capacity}),
        routes=network.routes,
        conflicts=conflicts.table,
        registrations=registrations,
        settings=rules.settings,
    )
    check_none(list(way_problems(instance)), DisplacementError)
    check_instance(instance).check()
    notes = (
        *_country_notes(tables.places, countries),
        *notes,
        *total_notes,
        *capacity_notes,
        *population_notes,
        *conflicts.notes,
        *network.notes,
        *way_notes(instance),
        Note.of("assumed.nothing_closed"),
        *tables.notes,
    )
    return Built(instance, notes, _counts(tables, conflicts), _terms(tables))


def build_folder(sources: BuildSources, out: Path, options: BuildOptions | None = None) -> Built:
    """Read tables, build an instance and write its folder with a report of what was assumed.

    Parameters
    ----------
    out : folder of the instance; must not exist, or be empty. Beside the files of Flee's format it gets
        ``build-report.md``, ``build-report.fr.md`` and ``build-report.json``

    Raises
    ------
    PersonalDataError : a table has a column about persons
    FileError : a table is missing or cannot be read, or the folder is not empty or cannot be written
    DisplacementError : as :func:`build_instance`; faults of all tables at once
    """
    from havre.record.folder import check_free

    check_free(out)
    rules = options or BuildOptions()
    rules = rules if rules.name else replace(rules, name=out.resolve().name)
    tables, problems = read_tables(sources)
    if tables is not None:
        problems += check_tables(tables, rules)
    check_none(problems, DisplacementError)
    assert tables is not None  # noqa: S101 - else there are problems
    built = build_instance(tables, rules)
    reports = report_files(built, sources, rules)
    write_instance(built.instance, out, ((name, content.encode()) for name, content in reports.items()))
    return built


def _locations(
    places: Sequence[PlaceRow], countries: Countries, conflicts: Conflicts, people: Mapping[str, int]
) -> tuple[Location, ...]:
    """Give the places: first the conflict zones at home, since Flee takes the country of the first row for home."""
    zones = conflicts.first_days
    ordered = sorted(places, key=lambda place: (not countries.is_home(place), place.name not in zones))
    return tuple(
        Location(
            name=place.name,
            region=place.region or "unknown",
            country=written(countries.keys[place.country]),
            x=place.latitude,
            y=place.longitude,
            location_type="conflict_zone" if place.name in zones else place.kind,
            conflict_date=zones.get(place.name, 0),
            population=people[place.name],
        )
        for place in ordered
    )


def _populations(
    places: Sequence[PlaceRow], countries: Countries, conflicts: Conflicts
) -> tuple[dict[str, int], list[Note]]:
    """Give the population of each place that is no camp; a conflict zone without one gets the median of home."""
    zones = conflicts.first_days
    known = [
        place.population
        for place in places
        if place.kind in ZONE_KINDS and countries.is_home(place) and place.population is not None
    ]
    middle = round(float(np.median(known))) if known else _NOTHING_KNOWN
    people: dict[str, int] = {}
    guessed: list[str] = []
    empty: list[str] = []
    for place in places:
        if place.kind in CAMPS:
            continue
        if place.population is None:
            (guessed if place.name in zones else empty).append(place.name)
        missing = middle if place.name in zones else 0
        people[place.name] = missing if place.population is None else place.population
    notes = []
    if guessed:
        key = "assumed.population_median" if known else "assumed.population_equal"
        notes.append(Note.of(key, count=len(guessed), population=middle, places=listed(guessed)))
    if empty:
        notes.append(Note.of("assumed.population_zero", count=len(empty), places=listed(empty)))
    return people, notes


def _country_notes(places: Sequence[PlaceRow], countries: Countries) -> list[Note]:
    notes = [Note.of("assumed.home", home=written(countries.home))]
    if countries.unknown:
        notes.append(Note.of("assumed.unknown_countries", countries=listed(countries.unknown)))
    odd = [place.name for place in places if place.kind == "conflict" and not countries.is_home(place)]
    if odd:
        notes.append(Note.of("warned.zones_abroad", places=listed(odd)))
    return notes


def _counts(tables: BuildTables, conflicts: Conflicts) -> tuple[TableCount, ...]:
    """Count the rows of each table; rows that were made by hand count as read."""
    sizes = {
        "places": len(tables.places),
        "roads": None if tables.roads is None else len(tables.roads),
        "events": None if tables.events is None else tables.events.height,
        "registrations": tables.counts.height,
    }
    counts = {name: tables.read.get(name, TableCount(name, size)) for name, size in sizes.items() if size is not None}
    if "events" in counts:
        counts["events"] = counts["events"].without(conflicts.dropped)
    return tuple(counts.values())


def _terms(tables: BuildTables) -> tuple[Note, ...]:
    return () if tables.events is None else (Note.of(f"terms.{tables.provider}"),)
