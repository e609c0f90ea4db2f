"""What a scenario does to the number of people who are displaced: more, fewer, or as another count model says."""

from datetime import timedelta
from pathlib import Path

import numpy as np

from havre.displacement.arrivals import registered_change
from havre.displacement.events import Counts, ExtraPeople
from havre.displacement.outcome import Floats
from havre.displacement.scenario_changes import ArrivalFactor, DailyArrivals, MorePeople
from havre.displacement.scenario_draft import Draft
from havre.displacement.scenario_table import read_arrivals
from havre.errors import DisplacementError, FileError
from havre.scale import generator


def multiply_arrivals(draft: Draft, change: ArrivalFactor, where: str) -> None:
    """Multiply the daily changes of the registrations over a period, so that no person is lost by rounding."""
    period = draft.period(change.start, change.end, where)
    if not draft.needs_registrations(where) or period is None:
        return
    days = slice(*period)
    now = _change_of(draft)
    scaled = now.astype(np.float64)
    scaled[..., days] *= change.factor
    draft.change = _whole(scaled, now, days)


def _whole(numbers: Floats, before: Counts, days: slice) -> Counts:
    """Make people of numbers by day such that their sums are right."""
    whole = before.copy()
    sums = np.rint(np.cumsum(numbers[..., days], axis=-1)).astype(np.int64)
    whole[..., days] = np.diff(sums, axis=-1, prepend=0)
    return whole


def _change_of(draft: Draft) -> Counts:
    """Give what the registrations, or the scenario so far, say of each day."""
    if draft.change is not None:
        return draft.change
    given = draft.original.events.arrivals
    instance = draft.original
    return registered_change(instance, draft.rules, instance.length) if given is None else given


def replace_arrivals(draft: Draft, change: DailyArrivals, where: str) -> None:
    """Put the numbers of another count model in place of those of the registrations, on the days that it has."""
    if not draft.needs_registrations(where) or not _says_dispersion(draft, change, where):
        return
    try:
        means, start = _numbers(draft, change, where)
    except (DisplacementError, FileError) as error:
        draft.problems += error.problems
        return
    if start is None:
        return
    spawn = draft.settings.spawn_rules
    first = max(start, 1 if spawn.insert_day0 else 0)
    means = means[..., first - start : draft.original.length - start]
    if means.shape[-1] == 0:
        draft.wrong("no_days", where, start=start)
        return
    if start < first:
        draft.remark("day0_inserted")
    people = _drawn(draft, means / draft.settings.hasten, change, where)
    draft.change = _replaced(_change_of(draft), people, first)
    if means.shape[-1] < draft.original.length - first:
        draft.remark("arrivals_end", day=first + means.shape[-1])


def _replaced(before: Counts, people: Counts, start: int) -> Counts:
    """Write numbers into some days; what the registrations owe from before is not taken off them."""
    shape = np.broadcast_shapes(before.shape[:-1], people.shape[:-1])
    change = np.broadcast_to(before, (*shape, before.shape[-1])).copy()
    debt = np.zeros(shape, np.int64)
    for day in range(start):
        debt = np.maximum(debt - change[..., day], 0)
    change[..., start : start + people.shape[-1]] = people
    change[..., start] += debt
    return change


def _numbers(draft: Draft, change: DailyArrivals, where: str) -> tuple[Floats, int | None]:
    """Give the means by day, or by replica and day, and their first day."""
    if change.people is not None:
        numbers = np.asarray(change.people, np.float64)
        if numbers.ndim == 2 and numbers.shape[0] != draft.replicas:
            fields = {"given": numbers.shape[0], "replicas": draft.replicas}
            raise DisplacementError("displacement.scenario.replicas", **fields)
        return numbers, draft.day(0 if change.start is None else change.start, where)
    if change.start is not None:
        draft.wrong("table_has_days", where)
    draws, first = read_arrivals(Path(str(change.table)), draft.original.start)
    if not 0 <= first < draft.original.length:
        draft.day(draft.original.start + timedelta(days=first), where, "table")
        return draws, None
    if draws.shape[0] == 1:
        return draws[0], first
    if draws.shape[0] != draft.replicas:
        draft.remark("draws_in_turn", draws=draws.shape[0], replicas=draft.replicas)
    return draws[np.arange(draft.replicas) % draws.shape[0]], first


def _says_dispersion(draft: Draft, change: DailyArrivals | MorePeople, where: str) -> bool:
    if (change.uncertainty == "negative_binomial") == (change.dispersion is not None):
        return True
    draft.wrong("dispersion", where)
    return False


def _drawn(draft: Draft, means: Floats, change: DailyArrivals | MorePeople, where: str) -> Counts:
    """Make people of means: as they are, or drawn around them for each replica."""
    if change.uncertainty == "none":
        return _whole(means, np.zeros(means.shape, np.int64), slice(None))
    means = np.broadcast_to(means, (draft.replicas, means.shape[-1]))
    return around(means, change.dispersion, generator(draft.seed, "displacement", "arrivals", where))


def around(means: Floats, dispersion: float | None, chance: np.random.Generator) -> Counts:
    """Draw counts around means: Poisson, or negative binomial with variance ``mean + mean² / dispersion``.

    Parameters
    ----------
    means : people, any shape
    dispersion : above 0; ``None`` is Poisson

    Examples
    --------
    >>> around(np.array([0.0, 0.0]), 2.0, np.random.default_rng(1)).tolist()
    [0, 0]
    """
    rates = means if dispersion is None else means * chance.gamma(dispersion, 1 / dispersion, means.shape)
    return chance.poisson(rates).astype(np.int64)


def add_people(draft: Draft, change: MorePeople, where: str) -> None:
    """Displace people beside all others, from some places by their population, or alike where nobody lives there."""
    period = draft.period(change.start, change.end, where)
    numbers = [draft.place(name, where, "places") for name in change.places]
    known = [number for number in numbers if number is not None]
    if period is None or len(known) < len(numbers) or not _says_dispersion(draft, change, where):
        return
    living = np.array([0 if draft.is_camp(number) else draft.locations[number].population for number in known], float)
    shares = living / living.sum() if living.sum() > 0 else np.full(len(known), 1 / len(known))
    means = np.zeros(draft.original.length)
    means[slice(*period)] = change.people / draft.settings.hasten
    people = _drawn(draft, means, change, where)
    draft.extra.append(ExtraPeople(change.places, tuple(shares.tolist()), people))
