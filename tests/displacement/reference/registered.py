"""What was registered on a day: sections 1.7 and 1.8 of the format, each series as (day, count) pairs."""

from datetime import date

import numpy as np

from havre.displacement.instance import CountFile, Instance, Registrations

Series = list[tuple[int, float]]


def series_of(instance: Instance) -> dict[str, Series]:
    """Give each row of the data layout as a series, in the order of the rows; the first is the total."""
    spawn = instance.settings.spawn_rules
    series = {row.name: _added(row, instance) for row in instance.registrations}
    if spawn.empty_camps_on_day0:
        series = {name: [(day, count - value(pairs, 0)) for day, count in pairs] for name, pairs in series.items()}
    for correction in instance.corrections:
        if correction.day >= instance.start:
            series[correction.camp] = _corrected(series[correction.camp], (correction.day - instance.start).days)
    return series


def value(series: Series, day: int) -> int:
    """Give the count on a day: flat outside the series, between its entries linear; always truncated.

    That the first and last value are truncated too, where ``hasten`` leaves fractions, was measured by the number of
    people at the end of the shared instances.
    """
    days, counts = zip(*series, strict=True)
    found = float(np.interp(day, days, counts))
    return int(found + 1e-9 if found > 0 else found - 1e-9)


def _added(row: Registrations, instance: Instance) -> Series:
    """Add the files of a row one after another."""
    first, *others = [_table(file, instance.start, instance.settings.hasten) for file in row.files]
    for other in others:
        first = _sum(first, other)
    return first


def _sum(first: Series, other: Series) -> Series:
    """Add two series on the union of their dates: the last known value of the other, and the next one of the first.

    That the first is read forward and not back was measured on the instance of the Central African Republic.
    """
    days = sorted({day for day, _ in first} | {day for day, _ in other})
    return [(day, _next(first, day) + _last_known(other, day)) for day in days]


def _table(file: CountFile, start: date, hasten: int) -> Series:
    return [((day - start).days, count / hasten) for day, count in zip(file.days, file.counts, strict=True)]


def _next(table: Series, day: int) -> float:
    return next((count for when, count in table if when >= day), table[-1][1])


def _last_known(table: Series, day: int) -> float:
    known = [count for when, count in table if when <= day]
    return known[-1] if known else 0.0


def _corrected(series: Series, day: int) -> Series:
    """Multiply all earlier entries so that the entry before the day meets that of the day."""
    index = [when for when, _ in series].index(day)
    if index == 0:
        return series
    factor = series[index][1] / series[index - 1][1]
    return [(when, count * factor if at < index else count) for at, (when, count) in enumerate(series)]
