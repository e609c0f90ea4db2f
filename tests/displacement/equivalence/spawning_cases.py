"""Cases of who is displaced, where and when: registrations, conflicts, floods, hunger, decay, populations, sinks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from havre.displacement.instance import AgentTable, Correction, CountFile, Registrations
from havre.displacement.rules import Rules
from havre.displacement.settings import ConflictSpawning, FloodSpawning
from tests.displacement.equivalence.builders import (
    DAYS,
    START,
    attributed,
    changed,
    day_table,
    registrations,
    rising,
    series,
    valley,
)
from tests.displacement.equivalence.case import Case, both, case

PLAIN = valley()
FALLING = {"Cove": [12, 30, 20, 14, 30, 36, 50, 40], "Dorn": [8, 16, 14, 14, 20, 30, 44, 70]}
Conflicts = dict[str, list[float]]
TWO_ZONES: Conflicts = {"Alda": [1.0] * DAYS, "Eyre": [0, 0, 1, 1, 1, 1, 1, 1]}

SPARSE = Registrations(
    "Cove",
    (
        CountFile("a.csv", tuple(START + timedelta(days=day) for day in (-4, 0, 3, 7)), (9.0, 30.0, 71.0, 160.0)),
        CountFile("b.csv", tuple(START + timedelta(days=day) for day in (-4, 3)), (12.0, 45.0)),
    ),
)
IN_PARTS = (series("total", rising(40, 10)), SPARSE, series("Dorn", rising(24, 22)))

REGISTERED = [
    case("registrations that fall", valley(camps=FALLING), PLAIN),
    case(
        "arrivals from the total",
        valley(
            spawn={"sum_from_camps": False},
            registrations=(
                series("total", rising(5, 20)),
                *registrations({"Cove": rising(12, 6), "Dorn": rising(8, 8)})[1:],
            ),
        ),
        PLAIN,
    ),
    *both("nobody inserted on day 0", "day0_raw_counts_total", valley(spawn={"insert_day0": False})),
    case(
        "nobody inserted on day 0, arrivals from the total",
        valley(spawn={"insert_day0": False, "sum_from_camps": False}),
        valley(spawn={"insert_day0": False}),
    ),
    case("camps empty on day 0", valley(spawn={"empty_camps_on_day0": True}), PLAIN),
    *both(
        "IDPs on day 0",
        "idps_in_camps_only",
        valley(places=attributed(initial_idps={"Birk": 30, "Cove": 15})),
    ),
    case(
        "registrations in two files with gaps, ten people for three",
        valley(registrations=IN_PARTS, top={"hasten": 3}),
        valley(registrations=IN_PARTS),
    ),
    case(
        "a new way of counting",
        valley(
            corrections=(Correction("Cove", START + timedelta(days=3)),),
            camps={"Cove": rising(12, 6), "Dorn": FALLING["Dorn"]},
        ),
        valley(camps={"Cove": rising(12, 6), "Dorn": FALLING["Dorn"]}),
    ),
    case(
        "people one by one from a table",
        valley(spawn={"read_from_agents_csv_file": True}, agents=AgentTable((), (("Birk",), ("Eyre",)), (40, 25))),
        valley(agents=AgentTable((), (("Birk",), ("Eyre",)), (40, 25))),
    ),
]


def _by_conflict(mode: str, displaced: float, conflicts: Conflicts | None = None, **spawn: Any) -> Any:
    rule = ConflictSpawning(mode, displaced)
    return valley(conflicts=conflicts or TWO_ZONES, spawn={"conflict_driven_spawning": rule, **spawn})


CONFLICT_DRIVEN = [
    case("a number by conflict", _by_conflict("constant", 9.0), _by_conflict("constant", 10.0)),
    case(
        "a number by intensity",
        _by_conflict("constant", 9.0, {"Alda": [0.5] * DAYS, "Eyre": [0, 0, 1.7, 1.7, 1.7, 0, 0, 0]}),
        _by_conflict("constant", 9.0),
    ),
    case("a share by conflict", _by_conflict("pop_ratio", 0.012), _by_conflict("constant", 12.0)),
    case("a Poisson number by conflict", _by_conflict("poisson", 9.5), _by_conflict("constant", 9.0)),
]

DECAY: dict[str, Any] = {"conflict_spawn_decay": (1.0, 0.4, 0.1), "conflict_spawn_decay_interval": 2}
TWO_PEOPLES = changed(Alda={"population": 20}, Birk={"location_type": "conflict_zone", "population": 300})
DECAYING = [
    case(
        "old conflicts displace fewer and frighten less",
        valley(conflicts=TWO_ZONES, spawn=DECAY),
        valley(conflicts=TWO_ZONES),
    ),
    case(
        "old conflicts frighten less where their numbers do not count",
        _by_conflict("constant", 12.0, **DECAY),
        _by_conflict("constant", 12.0),
    ),
    case(
        "fewer people in a place as they leave",
        valley(places=TWO_PEOPLES, conflicts={"Alda": [8.0] * DAYS}, spawn={"take_from_population": True}),
        valley(places=TWO_PEOPLES, conflicts={"Alda": [8.0] * DAYS}),
        coupled=True,
    ),
    case(
        "a share of those who are left",
        _by_conflict("pop_ratio", 0.025, take_from_population=True),
        _by_conflict("pop_ratio", 0.025),
        coupled=True,
    ),
]

LEVELS = day_table(
    {"Birk": [0, 0, 1, 1, 2, 2, 1, 0], "Eyre": [1, 1, 1, 0, 0, 2, 2, 2], "Alda": [1, 2, 0, 0, 0, 1, 1, 1]}
)
TOP = day_table({"Birk": [0, 0, 1, 1, 2, 3, 3, 0], "Eyre": [1, 3, 1, 0, 0, 2, 2, 3]})
FLOODED: dict[str, Any] = {"flood_zone_spawning_only": True, "conflict_zone_spawning_only": False}


def _by_flood(mode: str, *displaced: float, key: str = "flood_driven_spawn_mode", floods: object = LEVELS) -> Any:
    return valley(spawn={**FLOODED, key: FloodSpawning(mode, displaced)}, floods=floods)


FLOOD_DRIVEN = [
    case("a number by flood", _by_flood("constant", 0.0, 4.0, 9.0, 20.0), _by_flood("constant", 0.0, 4.0, 10.0, 20.0)),
    case("a share by flood", _by_flood("pop_ratio", 0.0, 0.01, 0.02, 0.5), _by_flood("constant", 0.0, 8.0, 12.0, 50.0)),
    case(
        "a Poisson number by flood",
        _by_flood("poisson", 0.0, 4.0, 9.0, 20.0),
        _by_flood("poisson", 0.0, 4.0, 10.0, 20.0),
    ),
    case(
        "the highest flood",
        _by_flood("constant", 0.0, 4.0, 9.0, 20.0, floods=TOP),
        _by_flood("constant", 0.0, 4.0, 9.0, 9.0, floods=TOP),
        rules=Rules.flee().switched(flood_top_level_fails=False),
    ),
    *both(
        "the manual's key of floods",
        "flood_spawn_key_unread",
        _by_flood("constant", 0.0, 4.0, 9.0, 20.0, key="flood_spawn_mode"),
    ),
]

HUNGER = day_table({"Region": [0.0, 40.0], "South": [60.0, 5.0]}, days=(0, 10))
HUNGRY_PLACES = changed(Eyre={"region": "South"}, Alda={"population": 400})


def _hungry(moves: dict[str, object] | None = None, **spawn: object) -> Any:
    return valley(places=HUNGRY_PLACES, ipc=HUNGER, spawn=spawn, moves=moves)


SMOULDERING = day_table({"Alda": [0.3] * DAYS, "Eyre": [0.3] * DAYS})
STARVATION = [
    case(
        "hunger displaces from conflicts",
        replace(_hungry(starvation_driven_spawning=True), conflicts=SMOULDERING),
        replace(_hungry(), conflicts=SMOULDERING),
    ),
    case(
        "hunger displaces from everywhere",
        _hungry(starvation_driven_spawning=True, conflict_zone_spawning_only=False),
        _hungry(starvation_driven_spawning=True),
    ),
    case("the hungry flee", _hungry({"flee_when_starving": True}), _hungry()),
    case("the hungry are avoided", _hungry({"avoid_food_deprived_locations": True}), _hungry()),
]

LEAVING = attributed(deactivation_probability={"Cove": 0.3, "Dorn": 0.1, "Birk": 0.5})
SINKS = [
    *both("people vanish in camps", "sinks_key_misspelt", valley(places=LEAVING, spawn={"camps_are_sicks": True})),
    *both(
        "people vanish in camps by the right key",
        "sinks_key_misspelt",
        valley(places=LEAVING, spawn={"camps_are_sinks": True}),
    ),
]

CASES: list[Case] = [*REGISTERED, *CONFLICT_DRIVEN, *DECAYING, *FLOOD_DRIVEN, *STARVATION, *SINKS]
