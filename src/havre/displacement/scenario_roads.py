"""What a scenario does to places and roads: new ones, longer ones, borders that close or open."""

from dataclasses import replace

import numpy as np

from havre.displacement.build_neighbours import great_circle_km
from havre.displacement.events import CapacityEvent, RoadEvent, RoadState
from havre.displacement.instance import Closure, Location, LocationChange, Route
from havre.displacement.near_names import near
from havre.displacement.scenario_changes import (
    Close,
    NewCamp,
    NewPlace,
    NewRoad,
    Open,
    RoadChange,
    RoadTo,
    usual_km,
)
from havre.displacement.scenario_draft import Draft, Period


def add_place(draft: Draft, place: NewPlace | NewCamp, where: str) -> None:
    """Add a place and its roads; a camp is reached from its first day on."""
    start = draft.day(place.start, where) if isinstance(place, NewCamp) else 0
    if place.name in {each.name for each in draft.locations}:
        draft.wrong("place_exists", where, name=place.name)
        return
    countries = {each.country for each in draft.locations}
    if place.country not in countries:
        draft.remark("new_country", place=place.name, country=place.country, near=near(place.country, countries))
    if isinstance(place, NewCamp):
        kind, people, base = "idpcamp" if place.idp else "camp", place.capacity, place.capacity
    else:
        kind, people, base = place.kind, place.population, 0
    made = Location(place.name, place.region, place.country, place.latitude, place.longitude, kind, 0, people)
    draft.add_place(made, replace(made, population=base))
    if not place.roads:
        draft.wrong("no_roads", where, name=place.name)
    for number, road in enumerate(place.roads, start=1):
        _add_road_to(draft, made, road, (start or 0, None), f"{where}, roads {number}")


def _add_road_to(draft: Draft, place: Location, road: RoadTo, period: Period, where: str) -> None:
    other = draft.place(road.to, where, "to")
    if other is None:
        return
    if road.to == place.name or draft.roads_between(place.name, road.to):
        draft.wrong("road_exists", where, one=place.name, other=road.to)
        return
    km = usual_km(_km_between(place, draft.locations[other]), road)
    _add(draft, place.name, road.to, km, road.max_move_speed, period, where)


def add_road(draft: Draft, road: NewRoad, where: str) -> None:
    """Add a road between two places."""
    period = draft.period(road.start, road.end, where)
    one, other = (draft.place(name, where, "between") for name in road.between)
    if period is None or one is None or other is None:
        return
    if draft.roads_between(*road.between):
        draft.wrong("road_exists", where, one=road.between[0], other=road.between[1])
        return
    km = usual_km(_km_between(draft.locations[one], draft.locations[other]), road)
    _add(draft, *road.between, km, road.max_move_speed, period, where)


def _add(draft: Draft, one: str, other: str, km: float, speed: float | None, period: Period, where: str) -> None:
    if not km > 0:
        draft.wrong("no_length", where, one=one, other=other)
        return
    attributes = {} if speed is None else {"max_move_speed": str(speed)}
    draft.add_road(Route(one, other, km, 0, attributes), period)


def _km_between(one: Location, other: Location) -> float:
    """Measure the great circle between places; Flee's files have the latitude first."""
    return float(great_circle_km(np.array([one.x, one.y]), np.array([other.x, other.y])))


def change_road(draft: Draft, change: RoadChange, where: str) -> None:
    """Put another road in place of one: who is on the old one goes on, and nobody enters it any more."""
    period = draft.period(change.start, change.end, where)
    rows = _rows_between(draft, change.between, where)
    if change.km is None and change.factor is None and change.max_move_speed is None:
        draft.wrong("no_change", where, keys="km, factor, max_move_speed")
        return
    if period is None:
        return
    for row in rows:
        old = draft.routes[row]
        km = old.distance * (change.factor or 1.0) if change.km is None else change.km
        speed = {} if change.max_move_speed is None else {"max_move_speed": str(change.max_move_speed)}
        known = [event for event in draft.roads if row in event.roads]
        new = draft.add_road(replace(old, distance=km, attributes={**old.attributes, **speed}), period)
        # What was said of the old road so far holds for the new one, and before what is said later.
        draft.roads += [replace(event, roads=(new,)) for event in known]
        draft.roads.append(RoadEvent((row,), *period, "missing"))


def _rows_between(draft: Draft, pair: tuple[str, str], where: str) -> tuple[int, ...]:
    """Find the roads between two places, or tell that there are none."""
    one, other = (draft.place(name, where, "between") for name in pair)
    if one is None or other is None:
        return ()
    rows = draft.roads_between(*pair)
    if not rows:
        neighbours = {road.name2 if road.name1 == pair[0] else road.name1
                      for road in draft.routes if pair[0] in (road.name1, road.name2)}  # fmt: skip
        draft.wrong("no_road", where, one=pair[0], other=pair[1], neighbours=", ".join(sorted(neighbours)) or "–")
    return rows


def close_or_open(draft: Draft, change: Close | Open, where: str) -> None:
    """Close or open a border, a link, a location or a camp."""
    period = draft.period(change.start, change.end, where)
    if change.camp is not None:
        if isinstance(change, Close):
            _close_camp(draft, change.camp, period, where)
        else:
            _open_camp(draft, change, change.camp, period, where)
        return
    if isinstance(change, Open) and change.capacity is not None:
        draft.wrong("capacity_of_camp_only", where)
    rows = _rows_of(draft, change, where)
    state: RoadState = "shut" if isinstance(change, Close) else "open"
    if period is not None and rows:
        draft.roads.append(RoadEvent(rows, *period, state))


def _rows_of(draft: Draft, change: Close | Open, where: str) -> tuple[int, ...]:
    if change.link is not None:
        return _rows_between(draft, change.link, where)
    if change.location is not None:
        if draft.place(change.location, where, "location") is None:
            return ()
        return tuple(row for row, road in enumerate(draft.routes) if change.location in (road.name1, road.name2))
    return () if change.border is None else _rows_of_border(draft, change.border, where)


def _rows_of_border(draft: Draft, border: tuple[str, str], where: str) -> tuple[int, ...]:
    country = {place.name: place.country for place in draft.locations}
    unknown = [name for name in border if name not in country.values()]
    for name in unknown:
        known = list(dict.fromkeys(country.values()))
        draft.wrong("unknown_country", where, name=name, known=", ".join(known[:20]))
    rows = tuple(
        row for row, road in enumerate(draft.routes)
        if {country.get(road.name1), country.get(road.name2)} == set(border)
    )  # fmt: skip
    if not unknown and not rows:
        draft.wrong("no_border_road", where, one=border[0], other=border[1])
    return rows


def _close_camp(draft: Draft, camp: str, period: Period | None, where: str) -> None:
    number = draft.camp(camp, where)
    if number is None or period is None:
        return
    start, end = period
    kind = "idpcamp" if "idp" in draft.locations[number].location_type.lower() else "camp"
    draft.closures.append(Closure(kind, camp, "", start, -1 if end is None else end))


def _open_camp(draft: Draft, change: Open, camp: str, period: Period | None, where: str) -> None:
    number = draft.place(camp, where, "camp")
    if number is None or period is None:
        return
    if not draft.is_camp(number):
        _make_camp(draft, number, change, period, where)
        return
    own = [each for each in draft.closures if each.closure_type in ("camp", "idpcamp") and each.name1 == camp]
    if not own:
        draft.wrong("not_closed", where, name=camp)
    draft.closures = [each for each in draft.closures if each not in own]
    for closure in own:
        draft.closures += _without(closure, period)
    if change.capacity is not None:
        draft.capacities.append(CapacityEvent(camp, period[0], change.capacity))


def _without(closure: Closure, period: Period) -> list[Closure]:
    """Take a period out of a closure."""
    start, end = period
    last = closure.end if closure.end >= 0 else None
    parts: list[Closure] = []
    if closure.start < start:
        parts.append(replace(closure, end=start if last is None else min(start, last)))
    if end is not None and (last is None or last > end):
        parts.append(replace(closure, start=max(end, closure.start)))
    return parts


def _make_camp(draft: Draft, number: int, change: Open, period: Period, where: str) -> None:
    """Make a camp of a place that is none."""
    place, (start, end) = draft.locations[number], period
    if change.capacity is None:
        draft.wrong("capacity_needed", where, name=place.name)
        return
    draft.location_changes.append(LocationChange(place.name, "camp", start))
    draft.capacities.append(CapacityEvent(place.name, start, change.capacity))
    draft.counted.append(place.name)
    if end is not None:
        draft.location_changes.append(LocationChange(place.name, place.location_type, end))
        draft.capacities.append(CapacityEvent(place.name, end, -1))
