"""Tiny graphs as instances, so that the enumeration, the reference and the engine can be asked for the same day."""

from collections import Counter
from datetime import date

import numpy as np

from havre.displacement.instance import AgentTable, CountFile, DayTable, Instance, Location, Registrations, Route
from havre.displacement.settings import MoveRules, Settings, SpawnRules
from tests.displacement.reference.enumeration import Tiny

START = date(2020, 3, 1)


def instance_of(tiny: Tiny, people: tuple[str, ...], **moves: float) -> Instance:
    """Write a tiny graph as an instance: camps where a capacity is given, conflict zones and towns elsewhere.

    Towns move with the chance of the first of them, and so do camps and conflict zones, whose names begin with ``C``;
    only camps have a score (``camp_weight``).
    """
    names = list(tiny.chances)
    towns = [name for name in names if name not in tiny.capacities and not name.startswith("C")]
    settings = MoveRules(
        max_move_speed=float(tiny.speed),
        softening=float(tiny.softening),
        capacity_buffer=float(tiny.buffer),
        conflict_weight=1.0,
        camp_weight=next((float(tiny.scores[name]) for name in tiny.capacities if name in tiny.scores), 1.0),
        camp_movechance=next((float(tiny.chances[name]) for name in tiny.capacities), 0.001),
        default_movechance=next((float(tiny.chances[name]) for name in towns), 0.3),
        conflict_movechance=next((float(tiny.chances[name]) for name in names if name.startswith("C")), 1.0),
        **moves,  # type: ignore[arg-type]
    )
    groups = Counter(people)
    camps = [name for name in names if name in tiny.capacities]
    return Instance(
        name="tiny",
        start=START,
        length=1,
        locations=tuple(_location(name, tiny) for name in names),
        routes=tuple(Route(start, end, float(km)) for (start, end), km in tiny.roads.items()),
        conflicts=DayTable((), (0.0,), np.zeros((1, 0))),
        registrations=tuple(Registrations(name, (CountFile(name, (START,), (0.0,)),)) for name in ("total", *camps)),
        agents=AgentTable((), tuple((name,) for name in groups), tuple(groups.values())),
        settings=Settings(spawn_rules=SpawnRules(read_from_agents_csv_file=True), move_rules=settings),
    )


def _location(name: str, tiny: Tiny) -> Location:
    if name in tiny.capacities:
        return Location(name, "r", "Home", 0.0, 0.0, "camp", population=tiny.capacities[name])
    return Location(name, "r", "Home", 0.0, 0.0, "conflict_zone" if name.startswith("C") else "town", population=10)
