"""What an instance is, in a few numbers: places, roads, days, people, and the settings that are not Flee's defaults."""

from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import timedelta

import numpy as np

from havre.displacement.flee_places import place_kind
from havre.displacement.instance import Instance
from havre.displacement.settings import Settings

NO_KIND = "none"


def summary(instance: Instance) -> dict[str, object]:
    """Describe an instance in plain values, as they stand in JSON.

    Returns
    -------
    ``name``, ``start`` and ``end`` (dates as text), ``days``; ``places`` by kind, ``countries``, ``roads`` and their
    ``road_km``, ``closures``, ``corrections``, ``location_changes``; ``conflict_zones``, places with conflict on any
    day; ``population`` of places that are no camps, ``camps`` by name with their capacity; ``registered``, the total
    series' first and last count within the period, with their dates; ``demographics``, the attributes; ``agents``,
    people of ``agents.csv``; ``floods`` and ``ipc``, whether there are such; ``major_routes``; ``settings_file`` and
    ``settings``, those that differ from the defaults, by key.
    """
    kinds = {place.name: place_kind(place.location_type) or NO_KIND for place in instance.locations}
    camps = {place.name: place.population for place in instance.locations if "camp" in kinds[place.name]}
    ever = np.any(instance.conflicts.values > 0, axis=0)
    zones = {name for column, name in enumerate(instance.conflicts.names) if ever[column]} & set(kinds)
    return {
        "name": instance.name,
        "start": instance.start.isoformat(),
        "end": (instance.start + timedelta(days=instance.length - 1)).isoformat(),
        "days": instance.length,
        "places": {"total": len(kinds), **dict(sorted(Counter(kinds.values()).items()))},
        "countries": len({place.country for place in instance.locations}),
        "roads": len(instance.routes),
        "road_km": round(sum(road.distance for road in instance.routes), 1),
        "closures": len(instance.closures),
        "corrections": len(instance.corrections),
        "location_changes": len(instance.location_changes),
        "conflict_zones": len(zones),
        "population": sum(place.population for place in instance.locations if place.name not in camps),
        "camps": camps,
        "registered": _registered(instance),
        "demographics": [each.attribute for each in instance.demographics],
        "agents": sum(instance.agents.numbers) if instance.agents else 0,
        "floods": instance.floods is not None,
        "ipc": instance.ipc is not None,
        "major_routes": len(instance.major_routes),
        "settings_file": str(instance.settings_file) if instance.settings_file else None,
        "settings": changed_settings(instance.settings),
    }


def changed_settings(settings: Settings) -> dict[str, object]:
    """Give the settings that are not the defaults, by their key with those above it.

    Examples
    --------
    >>> changed_settings(Settings(hasten=10))
    {'hasten': 10}
    """
    return _changed(settings, Settings(), "")


def _changed(section: object, default: object, above: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for each in fields(section):  # type: ignore[arg-type]  # sections are dataclasses
        value, usual = getattr(section, each.name), getattr(default, each.name, None)
        key = f"{above}{each.name}"
        if is_dataclass(value):
            # A rule that a mapping turns on is itself a change: then all its values are told.
            found |= _changed(value, usual, f"{key}.")
        elif value != usual:
            found[key] = list(value) if isinstance(value, tuple) else value
    return found


def _registered(instance: Instance) -> dict[str, object]:
    if not instance.registrations:
        return {}
    end = instance.start + timedelta(days=instance.length - 1)
    counts = sorted(
        (day.isoformat(), count)
        for file in instance.registrations[0].files
        for day, count in zip(file.days, file.counts, strict=True)
        if instance.start <= day <= end
    )
    return {"first": list(counts[0]), "last": list(counts[-1])} if counts else {}
