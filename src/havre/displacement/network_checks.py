"""Checks of roads and closures: that they lead to places that exist, and that people can reach a camp."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np

from havre.displacement.findings import MOST_TOLD, Findings, shown, some
from havre.displacement.flee_places import place_kind
from havre.displacement.flee_tables import Part
from havre.displacement.instance import CLOSURE_TYPES, Closure, Instance, Location, Route
from havre.displacement.near_names import NOTHING_NEAR, near
from havre.errors import Problem, Term

_COUNTRY = Term("displacement.flee.column.country")
_PLACE = Term("displacement.flee.column.place")
_END = Term("displacement.flee.column.road_end")
SHORTEST = 0.1
"""Kilometres below which a road is told: people walk it thousands of times a day, and a day may not end."""
_IGNORES_SECOND = ("location", "camp", "idpcamp")


def check_roads(roads: Part[Route], kinds: Mapping[str, str], findings: Findings) -> None:
    """Tell roads to places that do not exist, roads from a place to itself, and roads that stand twice."""
    seen: dict[tuple[str, str], int] = {}
    for row, road in roads.numbered():
        for name in (road.name1, road.name2):
            if name.strip() and name not in kinds:
                _unknown(roads.file, row, name, _END, kinds, findings)
        ends = (road.name1, road.name2) if road.name1 <= road.name2 else (road.name2, road.name1)
        fields = {"file": roads.file, "row": row, "name1": shown(road.name1), "name2": shown(road.name2)}
        if road.name1 == road.name2:
            findings.wrong(Problem.of("displacement.flee.roads.to_itself", **fields), flee_runs=True)
        elif ends in seen:
            findings.warn(Problem.of("displacement.flee.roads.twice", first=seen[ends], **fields))
        if 0 < road.distance < SHORTEST:
            findings.warn(Problem.of("displacement.flee.roads.short", value=f"{road.distance:g}", **fields))
        seen.setdefault(ends, row)


def check_closures(closures: Part[Closure], instance: Instance, days: int | None, findings: Findings) -> None:
    """Check what closures name: countries, places or roads, by their type; and their days.

    Parameters
    ----------
    days : length of the period, ``None`` where it is not known
    """
    countries = {place.country for place in instance.locations}
    places = {place.name: place.country for place in instance.locations}
    roads = {frozenset((road.name1, road.name2)) for road in instance.routes}
    borders = {frozenset(places.get(name, "") for name in road) for road in roads}
    for row, closure in closures.numbered():
        pair = frozenset((closure.name1, closure.name2))
        fields = {"file": closures.file, "row": row, "name1": shown(closure.name1), "name2": shown(closure.name2)}
        kind = closure.closure_type
        if kind not in CLOSURE_TYPES:
            continue  # told where it was read; what its names mean nobody knows
        known: Iterable[str] = countries if kind == "country" else places
        meaning = _COUNTRY if kind == "country" else _PLACE
        named = (closure.name1,) if kind in _IGNORES_SECOND else (closure.name1, closure.name2)
        unknown = [name for name in named if name not in known]
        for name in unknown:
            _unknown(closures.file, row, name, meaning, known, findings, flee_runs=True)
        if kind in _IGNORES_SECOND and closure.name2.strip():
            findings.warn(Problem.of("displacement.flee.closures.second_ignored", kind=kind, **fields))
        elif not unknown and kind == "country" and pair not in borders:
            findings.warn(Problem.of("displacement.flee.closures.no_border", **fields))
        elif not unknown and kind in ("link", "remove_forced_redirection") and pair not in roads:
            findings.wrong(Problem.of("displacement.flee.closures.no_road", **fields), flee_runs=True)
        elif kind == "link":
            findings.warn(Problem.of("displacement.flee.closures.link", **fields))
        _check_days(closures.file, row, closure, days, findings)


def _check_days(file: str, row: int, closure: Closure, days: int | None, findings: Findings) -> None:
    fields = {"file": file, "row": row}
    if days is not None and closure.start >= days:
        findings.warn(Problem.of("displacement.flee.days.never", value=closure.start, last=days - 1, **fields))
    elif 0 <= closure.end <= closure.start and closure.closure_type != "remove_forced_redirection":
        findings.warn(
            Problem.of("displacement.flee.closures.ends_first", start=closure.start, end=closure.end, **fields)
        )


def check_major_routes(major: Part[tuple[str, ...]], instance: Instance, findings: Findings) -> None:
    """Check that the places of each major route exist and that a road leads from each to the next."""
    places = {place.name for place in instance.locations}
    roads = {frozenset((road.name1, road.name2)) for road in instance.routes}
    for row, chain in major.numbered():
        unknown = [name for name in chain if name.strip() and name not in places]
        for name in unknown:
            _unknown(major.file, row, name, _PLACE, places, findings)
        if unknown:
            continue
        for name1, name2 in pairwise(chain):
            if frozenset((name1, name2)) not in roads:
                fields = {"file": major.file, "row": row, "name1": shown(name1), "name2": shown(name2)}
                findings.wrong(Problem.of("displacement.flee.closures.no_road", **fields))


def check_network(
    instance: Instance, places: Part[Location], roads: Part[Route], kinds: Mapping[str, str], findings: Findings
) -> None:
    """Tell parts of the network with conflict but no camp, and camps that no conflict zone is joined with.

    Roads count whether or not a closure shuts them for a time.
    """
    if findings.broken & {roads.file, places.file}:
        return
    ever = np.any(instance.conflicts.values > 0, axis=0)
    sources = {name for column, name in enumerate(instance.conflicts.names) if ever[column]}
    sources |= {name for name, kind in kinds.items() if kind == "conflict"}
    camps = {name for name, kind in kinds.items() if "camp" in kind}
    camps |= {change.name for change in instance.location_changes if "camp" in place_kind(change.new_type)}
    part_of = components(kinds, roads.items)
    with_camp = {part_of[name] for name in camps if name in part_of}
    with_source = {part_of[name] for name in sources if name in part_of}
    sizes = Counter(part_of.values())
    rows = {place.name: row for row, place in places.numbered()}
    for part in sorted(with_source - with_camp, key=rows.__getitem__):
        inside = [name for name in kinds if part_of[name] == part and name in sources]
        fields = {"file": places.file, "row": rows[inside[0]], "count": sizes[part], "names": some(inside)}
        findings.warn(Problem.of("displacement.flee.roads.no_camp", **fields))
    for name in sorted(camps & set(kinds), key=rows.__getitem__):
        if part_of[name] not in with_source:
            fields = {"file": places.file, "row": rows[name], "name": shown(name)}
            findings.warn(Problem.of("displacement.flee.roads.camp_apart", **fields))


def components(names: Iterable[str], roads: Iterable[Route]) -> dict[str, str]:
    """Give for each place the first place of its part of the network; two places share it if roads join them.

    Examples
    --------
    >>> components(["a", "b", "c"], [Route("b", "c", 1.0)])
    {'a': 'a', 'b': 'b', 'c': 'b'}
    """
    parent = {name: name for name in names}
    order = {name: number for number, name in enumerate(parent)}

    def top(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for road in roads:
        if road.name1 in parent and road.name2 in parent:
            one, other = sorted((top(road.name1), top(road.name2)), key=order.__getitem__)
            parent[other] = one
    return {name: top(name) for name in parent}


def _unknown(
    file: str,
    row: int,
    name: str,
    meaning: Term,
    known: Iterable[str],
    findings: Findings,
    *,
    flee_runs: bool = False,
) -> None:
    # Of what is only counted, not told, nobody looks for near names: that takes long.
    nearest = near(name, known) if findings.faults_of(file) < MOST_TOLD else NOTHING_NEAR
    fields = {"file": file, "row": row, "meaning": meaning, "value": shown(name), "near": nearest}
    findings.wrong(Problem.of("displacement.flee.places.unknown", **fields), flee_runs=flee_runs)
