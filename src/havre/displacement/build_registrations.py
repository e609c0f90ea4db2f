"""Registrations of an instance: a file of counts for each camp, their total, and the period that they cover."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from typing import TYPE_CHECKING

from havre.displacement.build_cells import CAMPS
from havre.displacement.build_columns import TOTAL
from havre.displacement.build_countries import Countries
from havre.displacement.build_notes import Note, listed
from havre.displacement.build_options import BuildOptions
from havre.displacement.build_tables import BuildTables
from havre.displacement.flee_days import MOST_DAYS
from havre.displacement.instance import CountFile, Registrations
from havre.errors import DisplacementError
from havre.places.spelling import plain

if TYPE_CHECKING:
    import polars as pl

TOTAL_FILE = "refugees.csv"
_LONGEST_SLUG = 60


def find_period(counts: "pl.DataFrame", options: BuildOptions) -> tuple[date, int, tuple[Note, ...]]:
    """Give the first day and the number of days: as the options say, else from the first to the last count of a camp.

    Raises
    ------
    DisplacementError : there are no counts, or the period would end before it starts
    """
    import polars as pl

    days = counts.filter(pl.col("camp") != TOTAL)["day"]
    first, last = days.min(), days.max()
    if not isinstance(first, date) or not isinstance(last, date):
        raise DisplacementError("displacement.build.no_counts_at_all")
    start = options.start or first
    length = options.length or (last - start).days + 1
    if length < 1:
        raise DisplacementError("displacement.build.period", start=start, last=last)
    if length > min(MOST_DAYS, (date.max - start).days):
        raise DisplacementError("displacement.build.long_period", start=start, length=length, most=MOST_DAYS)
    notes = []
    if options.start is None:
        notes.append(Note.of("assumed.start", start=start))
    if options.length is None:
        notes.append(Note.of("assumed.length", length=length, last=last))
    return start, length, tuple(notes)


def make_registrations(tables: BuildTables, countries: Countries) -> tuple[tuple[Registrations, ...], tuple[Note, ...]]:
    """Make the files of counts: the total first, then the camps in the order of the places."""
    series = {
        str(camp): CountFile("", tuple(rows["day"].to_list()), tuple(rows["count"].to_list()))
        for (camp,), rows in tables.counts.sort("camp", "day").group_by("camp", maintain_order=True)
    }
    notes: list[Note] = []
    if TOTAL not in series:
        series[TOTAL] = sum_of(list(series.values()))
        notes.append(Note.of("assumed.total"))
    names = {TOTAL: TOTAL_FILE}
    for place in tables.places:
        if place.kind in CAMPS:
            key = countries.keys[place.country]
            names[place.name] = file_name(key, place.name, taken=list(names.values()))
    rows = tuple(
        Registrations(name, (CountFile(file, series[name].days, series[name].counts),)) for name, file in names.items()
    )
    return rows, tuple(notes)


def sum_of(files: Sequence[CountFile]) -> CountFile:
    """Add counts on every day on which one was made; the last count of each file holds until its next.

    Before its first count a file counts as that count, as Flee takes it.

    Parameters
    ----------
    files : each with days in order

    Examples
    --------
    >>> days = [date(2020, 1, day) for day in (1, 5, 9)]
    >>> one, other = CountFile("", (days[0], days[2]), (10.0, 30.0)), CountFile("", (days[1],), (5.0,))
    >>> sum_of([one, other]).counts
    (15.0, 15.0, 35.0)
    """
    days = sorted({day for file in files for day in file.days})
    totals = [0.0] * len(days)
    for file in files:
        counts = dict(zip(file.days, file.counts, strict=True))
        held = file.counts[0] if file.counts else 0.0
        for number, day in enumerate(days):
            held = counts.get(day, held)
            totals[number] += held
    return CountFile("", tuple(days), tuple(totals))


def file_name(country: str, camp: str, taken: Sequence[str]) -> str:
    """Name the file of a camp, in letters that every system can read.

    Examples
    --------
    >>> file_name("BFA", "Bobo-Dioulasso", []), file_name("TCD", "Am Nabak", ["tcd-am-nabak.csv"])
    ('bfa-bobo-dioulasso.csv', 'tcd-am-nabak-2.csv')
    """
    parts = [re.sub(r"[^a-z0-9]+", "-", plain(text)).strip("-")[:_LONGEST_SLUG].strip("-") for text in (country, camp)]
    stem = "-".join(part or "camp" for part in parts)
    number, name = 1, f"{stem}.csv"
    while name in taken:
        number += 1
        name = f"{stem}-{number}.csv"
    return name


def capacities(
    tables: BuildTables, registrations: Sequence[Registrations]
) -> tuple[Mapping[str, int], tuple[Note, ...]]:
    """Give the capacity of each camp: that of the table, else the highest count, as users of Flee have it."""
    highest = {row.name: ceil(max(row.files[0].counts)) for row in registrations[1:]}
    camps = [place for place in tables.places if place.kind in CAMPS]
    without = [place.name for place in camps if place.capacity is None]
    found = {place.name: highest[place.name] if place.capacity is None else place.capacity for place in camps}
    notes: list[Note] = []
    if without:
        notes.append(Note.of("assumed.capacity", count=len(without), camps=listed(without)))
    empty = [name for name, capacity in found.items() if capacity == 0]
    if empty:
        notes.append(Note.of("warned.no_capacity", camps=listed(empty)))
    return found, tuple(notes)
