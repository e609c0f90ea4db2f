"""Cases of camps that fill: capacity, buffer, scaling, growth, released backlogs; people influence each other here."""

from dataclasses import replace
from typing import Any

from havre.displacement.instance import Closure
from havre.displacement.rules import Occupancy, Rules
from tests.displacement.equivalence.builders import ROADS, attributed, changed, rising, valley
from tests.displacement.equivalence.case import Case, both, case

SMALL = changed(Cove={"population": 45}, Dorn={"population": 70})
ROOMY = valley()
CAMPS = {"Cove": rising(12, 9), "Dorn": rising(8, 12)}
HELD = (Closure("country", "Home", "Away", 0, 5), Closure("country", "Home", "Beyond", 0, 5))


def _crowded(*, places: Any = SMALL, roads: Any = ROADS, closures: Any = (), **moves: Any) -> Any:
    return valley(places=places, roads=roads, camps=CAMPS, closures=closures, moves={"camp_weight": 2.0, **moves})


WIDE = _crowded(places=changed())
CROWDS = [
    ("camps that fill", _crowded(), WIDE),
    ("a wide buffer", _crowded(capacity_buffer=0.5), _crowded()),
    ("no buffer", _crowded(capacity_buffer=1.0), _crowded(capacity_buffer=0.5)),
    ("less room than capacity", _crowded(capacity_scaling=0.6), _crowded()),
    ("camps that grow", _crowded(places=attributed(SMALL, capacity_per_day={"Cove": 6, "Dorn": 3})), _crowded()),
    ("a backlog let go", _crowded(closures=HELD), _crowded(places=changed(), closures=HELD)),
    ("a backlog let go with a wide buffer", _crowded(closures=HELD, capacity_buffer=0.4), _crowded(closures=HELD)),
    (
        "people who see further than a full camp",
        _crowded(awareness_level=2),
        _crowded(places=changed(), awareness_level=2),
    ),
    ("full camps pull less with powers", _crowded(weight_power=2.0), _crowded()),
    ("a full camp turned town", _crowded(closures=(Closure("camp", "Cove", "", 1, -1),)), _crowded()),
    (
        "crowds with fractions of people",
        replace(_crowded(), settings=replace(_crowded().settings, hasten=2)),
        _crowded(),
    ),
]


def _cases(occupancy: Occupancy) -> list[Case]:
    return [
        case(f"{name}, {occupancy}", instance, fault, occupancy=occupancy, coupled=True, blur=_blur(name, occupancy))
        for name, instance, fault in CROWDS
    ]


def _blur(name: str, occupancy: Occupancy) -> float:
    """Allow for parts of a pass, where a wide buffer makes many of few people turn back by chance; measured: 1.6 %."""
    return 0.03 if occupancy == "adaptive" and "wide buffer" in name else 0.0


SWITCHES = [
    *both("capacity lowered by day 0", "day0_lowers_capacity", _crowded(), coupled=True),
    *both(
        "nothing but full places",
        "full_is_uniform",
        _crowded(
            places=changed(Cove={"population": 20}, Dorn={"population": 20}),
            roads=(*ROADS[1:4], *ROADS[5:]),
            closures=(Closure("camp", "Cove", "", 0, -1), Closure("camp", "Dorn", "", 0, -1)),
        ),
        coupled=True,
    ),
    *both(
        "fixed routes to full camps",
        "fixed_routes_score_twice",
        _crowded(fixed_routes=True, awareness_level=2),
        coupled=True,
    ),
    case(
        "the manual in all",
        _crowded(awareness_level=2, stay_close_to_home=True, pruning_threshold=4.0),
        Rules.flee(),
        rules=Rules.documented(),
        coupled=True,
    ),
]

CASES: list[Case] = [*_cases("adaptive"), *_cases("frozen"), *SWITCHES]
