"""What was registered: the count of each camp on each day, as Flee reads it from an instance.

In order: counts are divided by ``hasten``, the files of a place added, level-1 corrections applied, the count of day 0
subtracted where ``empty_camps_on_day0`` says so, and the days between two counts filled in by a straight line.
Filled-in days are no observations: :attr:`CampSeries.observed` tells them apart.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from itertools import pairwise
from math import isfinite
from typing import Self

import numpy as np
import numpy.typing as npt

from havre.displacement.instance import CountFile, Instance
from havre.displacement.outcome import Floats
from havre.errors import DisplacementError, Problem, check_none

Days = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Entries:
    """The counts of one place on the days on which it was counted.

    Attributes
    ----------
    days : days from the start of the simulation, strictly increasing, negative before it, shape (entries,)
    counts : people, after ``hasten`` and corrections and before truncation, shape (entries,)
    """

    days: Days
    counts: Floats


@dataclass(frozen=True, eq=False)
class CampSeries:
    """Registrations by day and camp, of which day ``t`` is ``start`` plus ``t`` days.

    Attributes
    ----------
    camps : names, in the order of ``locations.csv``
    counts : people in each camp by day, whole numbers, shape (days, camps)
    total : the total series, the first row of ``data_layout.csv``, by day
    camp_sum : sum by day over all other rows of ``data_layout.csv``. Flee takes arrivals from it, and a row of a place
        that is no camp of the instance counts in it (Bossobolo of the instance ``car``); only then does it differ from
        the sum of ``counts``
    entries : the counts from which ``counts`` were filled in, by camp
    total_entries : the same of the total
    """

    start: date
    camps: tuple[str, ...]
    counts: Floats
    total: Floats
    camp_sum: Floats
    entries: tuple[Entries, ...]
    total_entries: Entries

    @property
    def days(self) -> int:
        """How many days there are."""
        return int(self.counts.shape[0])

    @property
    def observed(self) -> npt.NDArray[np.bool_]:
        """Tell on which days each camp was counted, rather than filled in; shape (days, camps)."""
        counted = np.zeros(self.counts.shape, dtype=np.bool_)
        for camp, entries in enumerate(self.entries):
            counted[entries.days[(entries.days >= 0) & (entries.days < self.days)], camp] = True
        return counted

    def matching(self, camps: Sequence[str], days: int) -> Self:
        """Give these series for camps in another order, from day 0 for a number of days.

        Raises
        ------
        DisplacementError : a camp has no series, or they end before the last day
        """
        index = {name: number for number, name in enumerate(self.camps)}
        problems = [Problem.of("displacement.validate.no_series", camp=name) for name in camps if name not in index]
        if days > self.days:
            problems.append(Problem.of("displacement.validate.short", days=self.days, needed=days))
        check_none(problems, DisplacementError)
        columns = [index[name] for name in camps]
        return replace(
            self,
            camps=tuple(camps),
            counts=self.counts[:days, columns],
            total=self.total[:days],
            camp_sum=self.camp_sum[:days],
            entries=tuple(self.entries[column] for column in columns),
        )


def camp_names(instance: Instance) -> tuple[str, ...]:
    """Name the camps of an instance: the places whose type contains ``camp``, in the order of ``locations.csv``."""
    return tuple(place.name for place in instance.locations if "camp" in place.location_type.lower())


def registered(instance: Instance, days: int | None = None, camps: Sequence[str] | None = None) -> CampSeries:
    """Give what was registered on each day.

    The value of a day is the first count before the first entry, the last after the last, and between two entries the
    straight line, truncated to a whole number towards 0, entries included. The line is taken as
    ``y1 + (y2 − y1) · (t − x1) / (x2 − x1)`` in this order, which is exact at the entries, and a value that lies below
    a whole number by rounding error alone (1e-9, or 4 units in the last place) counts as that number.

    Parameters
    ----------
    instance : what the files say
    days : days from 0 on; ``None`` for the period of the instance. May go beyond it
    camps : whose counts to give; ``None`` for :func:`camp_names`

    Raises
    ------
    DisplacementError : a camp has no counts, counts are out of order or not finite, a correction has no entry before
        its day or an entry of 0 before it
    """
    length = instance.length if days is None else days
    names = camp_names(instance) if camps is None else tuple(camps)
    rows = _corrected_rows(instance, names)
    if instance.settings.spawn_rules.empty_camps_on_day0:
        rows = [_emptied(row) for row in rows]
    values = _values_by_day(rows, length)
    # The total goes by its place, since its name may be that of a camp as well.
    index = {row.name: number for number, row in enumerate(instance.registrations[1:], start=1)}
    columns = [index[name] for name in names]
    return CampSeries(
        start=instance.start,
        camps=names,
        counts=np.ascontiguousarray(values[:, columns]),
        total=values[:, 0].copy(),
        camp_sum=values[:, 1:].sum(axis=1),
        entries=tuple(rows[column] for column in columns),
        total_entries=rows[0],
    )


def _corrected_rows(instance: Instance, names: Sequence[str]) -> list[Entries]:
    """Give the entries of each row of the layout, the total's first, added, divided by ``hasten`` and corrected."""
    problems = [*_faults_of_layout(instance, names)]
    for row in instance.registrations:
        for file in row.files:
            problems += _faults_of_file(file)
    check_none(problems, DisplacementError)
    hasten = instance.settings.hasten
    rows = [
        reduce(_added, (_entries(file, instance.start, hasten) for file in row.files if file.days))
        for row in instance.registrations
    ]
    index = {row.name: number for number, row in enumerate(instance.registrations)}
    for correction in instance.corrections:
        if correction.day < instance.start:
            continue
        number = index.get(correction.camp, -1)
        offset = (correction.day - instance.start).days
        corrected = _corrected(rows[number], offset) if number >= 0 else "unknown_camp"
        if isinstance(corrected, Entries):
            rows[number] = corrected
        else:
            fields = {"camp": correction.camp, "day": correction.day}
            problems.append(Problem.of(f"displacement.series.correction_{corrected}", **fields))
    check_none(problems, DisplacementError)
    return rows


def _faults_of_layout(instance: Instance, names: Sequence[str]) -> Iterator[Problem]:
    """Tell what is wrong with the rows of the layout."""
    if instance.settings.hasten < 1:
        yield Problem.of("displacement.series.hasten", value=instance.settings.hasten)
    if not instance.registrations:
        yield Problem.of("displacement.series.no_rows")
    # Whatever its name, the first row is the total and belongs to no camp.
    rows = Counter(row.name for row in instance.registrations[1:])
    for name in names:
        if name not in rows:
            yield Problem.of("displacement.series.no_camp", camp=name)
    for name, number in rows.items():
        if number > 1:
            yield Problem.of("displacement.series.twice", camp=name, number=number)
    for row in instance.registrations:
        if not any(file.days for file in row.files):
            files = ", ".join(file.file for file in row.files)
            yield Problem.of("displacement.series.no_counts", camp=row.name, files=files or "–")


def _faults_of_file(file: CountFile) -> Iterator[Problem]:
    """Tell what is wrong with the counts of one file."""
    for before, day in pairwise(file.days):
        if day <= before:
            yield Problem.of("displacement.series.order", file=file.file, day=day, before=before)
    for day, count in zip(file.days, file.counts, strict=True):
        if not isfinite(count):
            yield Problem.of("displacement.series.not_finite", file=file.file, day=day, value=count)


def _entries(file: CountFile, start: date, hasten: int) -> Entries:
    first = start.toordinal()
    days = np.array([day.toordinal() - first for day in file.days], dtype=np.int64)
    return Entries(days, np.array(file.counts, dtype=np.float64) / hasten)


def _added(first: Entries, second: Entries) -> Entries:
    """Add the counts of two files on every day on which one of them has an entry, as Flee's merge does.

    On a day without an entry the second has its last known count, 0 before its first; the first has its *next* count,
    and its last after the end. The instance ``car`` shows the latter (camps Inke and Betou): with it, the averaged
    relative difference at ``hasten`` 10 is 0.428 and rescaled 0.388, where Flee has 0.426 and 0.387; with the last
    known count of the first too, 0.405 and 0.377.
    """
    days = np.union1d(first.days, second.days)
    following = np.minimum(np.searchsorted(first.days, days), first.days.size - 1)
    known = np.searchsorted(second.days, days, side="right")
    return Entries(days, first.counts[following] + np.concatenate([[0.0], second.counts])[known])


def _corrected(entries: Entries, day: int) -> Entries | str:
    """Scale all entries before a day to the level of that day's; where that cannot be, say why as part of a key."""
    position = int(np.searchsorted(entries.days, day))
    if position == entries.days.size or entries.days[position] != day:
        return "no_entry"
    if position == 0:
        return "first"
    before = entries.counts[position - 1]
    if before == 0:
        return "zero"
    counts = entries.counts.copy()
    # Multiplied first, so that the entry before becomes that of the day to the last bit.
    counts[:position] = counts[:position] * counts[position] / before
    return Entries(entries.days, counts)


def _emptied(entries: Entries) -> Entries:
    """Subtract the value of day 0 from all entries."""
    return Entries(entries.days, entries.counts - _values_by_day([entries], 1)[0, 0])


def _values_by_day(rows: Sequence[Entries], days: int) -> Floats:
    """Give the value of each row on each day from 0 on, shape (days, rows), as :func:`registered` says."""
    sizes = np.array([row.days.size for row in rows])
    last = np.cumsum(sizes) - 1
    first = last - sizes + 1
    at = np.concatenate([row.days for row in rows])
    counts = np.concatenate([row.counts for row in rows])
    # Entries that become known on each day, so that a day costs a few steps over the rows, however many entries.
    newly = np.zeros((max(days, 1), len(rows)), dtype=np.int64)
    within = at < days
    np.add.at(newly, (np.maximum(at[within], 0), np.repeat(np.arange(len(rows)), sizes)[within]), 1)
    values = np.empty((days, len(rows)))
    known = np.zeros(len(rows), dtype=np.int64)
    for day in range(days):
        known += newly[day]
        left = first + np.maximum(known - 1, 0)
        right = np.where(known == 0, left, np.minimum(left + 1, last))
        span = at[right] - at[left]
        line = (counts[right] - counts[left]) * (day - at[left]) / np.maximum(span, 1)
        values[day] = _truncated(counts[left] + np.where(span == 0, 0.0, line))
    return values


def _truncated(values: Floats) -> Floats:
    """Cut the fractions off, towards 0; rounding error below a whole number is none."""
    size = np.abs(values)
    whole = np.floor(size + np.maximum(1e-9, 4 * np.spacing(size)))
    # Adding 0 turns a negative zero into zero.
    return np.asarray(np.copysign(whole, values) + 0.0)
