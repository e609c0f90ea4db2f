"""What is known of an instance on a day: its camps' counts before it, and the arrivals of the whole period.

A simulation is given how many people are displaced on each day, as Flee is: that is the sum of the registrations, or
their total, of *all* days. Everything else about the camps from that day on must stay unknown to a calibration: counts,
the straight lines that lead to them, and level-1 corrections, which scale earlier counts by a later one. So counts are
read as they stood on that day. Where a later correction has changed the sum since then, counts are put on its scale:
each day's counts are multiplied by one factor, so that they add up to the arrivals.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from havre.displacement.camp_series import camp_names, registered
from havre.displacement.instance import CountFile, Instance, Registrations
from havre.displacement.outcome import Floats
from havre.errors import DisplacementError


@dataclass(frozen=True, eq=False)
class Known:
    """What is known before a day.

    Attributes
    ----------
    instance : the instance with nothing else about its camps; its arrivals are those of the whole period
    until : counts of days before this one are known
    camps : names, in the order of ``locations.csv``
    counts : people in each camp by day, on the scale of the arrivals, shape (until, camps)
    counted : on which days each camp was counted, rather than filled in; day 0 left out, shape (until, camps)
    capacity : people whom each camp can hold, infinite where it has no limit
    given : whether arrivals are those of the registrations, rather than of conflicts or floods
    arrivals : people who arrived so far, less those who left the registrations, by day of the whole period
    revision : arrivals so far over the counts as they were read that day. Where it is not 1, a later correction has
        changed some counts, and nobody can know yet which
    """

    instance: Instance
    until: int
    camps: tuple[str, ...]
    counts: Floats
    counted: npt.NDArray[np.bool_]
    capacity: Floats
    given: bool
    arrivals: Floats
    revision: float

    @property
    def last_days(self) -> npt.NDArray[np.int64]:
        """Give the day on which each camp was counted last; 0 where it never was after the start."""
        days = np.arange(self.until)[:, None] * self.counted
        return np.asarray(days.max(axis=0), np.int64)

    @property
    def last_counts(self) -> Floats:
        """Give the last count of each camp."""
        return np.asarray(self.counts[self.last_days, np.arange(len(self.camps))])

    @property
    def exceeded(self) -> npt.NDArray[np.bool_]:
        """Tell which camps have held more people than they can, so that their capacity is none."""
        return np.asarray((self.counts > self.capacity).any(axis=0))


def known_before(instance: Instance, until: int) -> Known:
    """Keep of an instance what is known before a day, and its arrivals.

    A camp without a count so far counts as empty.

    Parameters
    ----------
    until : counts of days before this one are known, from 1 on

    Raises
    ------
    DisplacementError : there is no known day, the registrations are faulty (see
        :func:`havre.displacement.camp_series.registered`)
    """
    if not 1 <= until <= instance.length:
        raise DisplacementError("displacement.calibrate.fit_days", value=until, most=instance.length)
    whole = registered(instance)
    spawn = instance.settings.spawn_rules
    given = spawn.conflict_driven_spawning is None and not spawn.flood_zone_spawning_only
    from_camps = spawn.sum_from_camps
    arrivals = whole.camp_sum if from_camps else whole.total
    rows = tuple(row.name for row in instance.registrations[1:])
    series = registered(_cut(instance, until), until, camps=rows)
    together = series.counts.sum(axis=1)
    scale = np.ones(until)
    if given and from_camps:
        np.divide(arrivals[:until], together, out=scale, where=(together > 0) & (arrivals[:until] > 0))
    counts = series.counts * scale[:, None]
    camps = camp_names(instance)
    columns = [rows.index(name) for name in camps]
    counted = series.observed[:, columns]
    counted[0] = False
    never = [not any(_files_before(instance, instance.registrations[1 + column], until)) for column in columns]
    counted[:, never] = False
    told = _told(instance, arrivals, dict(zip(rows, counts.T, strict=True)))
    return Known(
        instance=told,
        until=until,
        camps=camps,
        counts=np.ascontiguousarray(counts[:, columns]),
        counted=counted,
        capacity=_capacity(instance, camps),
        given=given,
        arrivals=arrivals,
        revision=float(scale[-1]),
    )


def _capacity(instance: Instance, camps: tuple[str, ...]) -> Floats:
    places = {place.name: place.population // instance.settings.hasten for place in instance.locations}
    capacity = np.array([places[name] for name in camps], np.float64)
    return np.where(capacity < 1, np.inf, capacity)


def _files_before(instance: Instance, row: Registrations, until: int) -> Iterator[CountFile]:
    """Give the files of a row with their entries before a day, where there are any."""
    end = instance.start + timedelta(days=until)
    for file in row.files:
        known = sum(day < end for day in file.days)
        if known:
            yield CountFile(file.file, file.days[:known], file.counts[:known])


def _cut(instance: Instance, until: int) -> Instance:
    """Forget the entries and corrections from a day on."""
    end = instance.start + timedelta(days=until)
    rows = []
    for row in instance.registrations:
        files = tuple(_files_before(instance, row, until))
        rows.append(Registrations(row.name, files or (CountFile(row.files[0].file, (instance.start,), (0.0,)),)))
    return replace(
        instance,
        registrations=tuple(rows),
        corrections=tuple(each for each in instance.corrections if each.day < end),
    )


def _told(instance: Instance, arrivals: Floats, counts: dict[str, Floats]) -> Instance:
    """Write down what is known as an instance: the arrivals as its total, from which they are taken then."""
    hasten = instance.settings.hasten

    def row(name: str, values: Floats) -> Registrations:
        days = tuple(instance.start + timedelta(days=day) for day in range(values.size))
        return Registrations(name, (CountFile(f"{name}.csv", days, tuple((values * hasten).tolist())),))

    spawn = replace(instance.settings.spawn_rules, sum_from_camps=False)
    return replace(
        instance,
        registrations=(
            row(instance.registrations[0].name, arrivals),
            *(row(name, values) for name, values in counts.items()),
        ),
        corrections=(),
        settings=replace(instance.settings, spawn_rules=spawn),
    )
