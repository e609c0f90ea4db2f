"""Whether an instance can be simulated at all: who flees has a place to flee from on that day, and a way to a camp."""

from collections.abc import Iterator

import numpy as np

from havre.displacement.build_notes import Note, listed
from havre.displacement.camp_series import registered
from havre.displacement.instance import Instance
from havre.displacement.network_checks import components
from havre.errors import Problem


def way_problems(instance: Instance) -> Iterator[Problem]:
    """Tell what keeps people from fleeing: no conflict zone, none on a day of arrivals, or one cut off."""
    zones = instance.conflicts.names
    if not zones:
        yield Problem.of("displacement.build.no_zone")
        return
    parts = _parts(instance)
    with_camp = {parts[place.name] for place in instance.locations if "camp" in place.location_type}
    apart = [zone for zone in zones if parts[zone] not in with_camp]
    if apart:
        yield Problem.of("displacement.build.cut_off", count=len(apart), zones=listed(apart))
    days = days_without_zone(instance)
    if days:
        first = instance.start.fromordinal(instance.start.toordinal() + days[0])
        yield Problem.of("displacement.build.nowhere_to_flee_from", count=len(days), day=days[0], date=first)


def days_without_zone(instance: Instance) -> list[int]:
    """Give the days on which people flee while no place is a conflict zone; Flee stops there.

    Who flees on a day is the rise of the registrations, less what they fell before. Where settings say that people flee
    by other rules than the registrations, there are no such days.
    """
    rules = instance.settings.spawn_rules
    if rules.conflict_driven_spawning is not None or rules.flood_zone_spawning_only:
        return []
    series = registered(instance)
    people = series.camp_sum if rules.sum_from_camps else series.total
    rise = np.diff(people, prepend=people[0] if rules.insert_day0 else 0.0)
    calm = np.asarray((instance.conflicts.values <= 0).all(axis=1))
    found: list[int] = []
    debt = 0.0
    for day in range(instance.length):
        fleeing = rise[day] - debt
        debt = max(-fleeing, 0.0)
        if fleeing > 0 and calm[day]:
            found.append(day)
    return found


def way_notes(instance: Instance) -> Iterator[Note]:
    """Tell the traps of an instance that can be simulated."""
    parts = _parts(instance)
    zones = {parts[zone] for zone in instance.conflicts.names}
    camps = {parts[place.name] for place in instance.locations if "camp" in place.location_type}
    empty = [
        place.name for place in instance.locations if "camp" in place.location_type and parts[place.name] not in zones
    ]
    if empty:
        yield Note.of("warned.camps_apart", camps=listed(empty))
    lost = [place.name for place in instance.locations if parts[place.name] not in zones | camps]
    if lost:
        yield Note.of("warned.places_apart", count=len(lost), places=listed(lost))
    yield from _capacity_notes(instance)
    people = {place.name: place.population for place in instance.locations}
    nobody = [zone for zone in instance.conflicts.names if people[zone] == 0]
    if nobody:
        yield Note.of("warned.zone_without_people", zones=listed(nobody))


def _capacity_notes(instance: Instance) -> Iterator[Note]:
    """Tell the camps that are full on day 0: Flee lowers a capacity by the count of day 0, and takes 0 for no limit."""
    rules = instance.settings.spawn_rules
    if not rules.insert_day0 or rules.empty_camps_on_day0:
        return
    series = registered(instance, 1)
    counts = dict(zip(series.camps, series.counts[0], strict=True))
    full = [
        place.name
        for place in instance.locations
        if "camp" in place.location_type and 0 < place.population <= counts[place.name]
    ]
    if full:
        yield Note.of("warned.full_at_start", camps=listed(full))


def _parts(instance: Instance) -> dict[str, str]:
    """Tell the parts of the network that no road joins: from the name of a place to that of the first of its part."""
    return components([place.name for place in instance.locations], instance.routes)
