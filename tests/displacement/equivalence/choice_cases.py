"""Cases of who moves and where to: chances, awareness, weights, fixed routes, demographics, floods, harvest."""

from dataclasses import replace
from typing import Any

from havre.displacement.instance import AgentTable, Demographics
from havre.displacement.rules import Rules
from havre.displacement.settings import FloodRules, FloodSpawning
from tests.displacement.equivalence.builders import PLACES, ROADS, attributed, place, road, valley
from tests.displacement.equivalence.case import Case, both, case
from tests.displacement.equivalence.spawning_cases import FLOODED, LEVELS, TOP

PLAIN = valley()
FLEE = Rules.flee()
SCORED: dict[str, Any] = {"camp_weight": 2.0, "foreign_weight": 1.5, "conflict_weight": 0.25}


def _with(**moves: Any) -> Any:
    return valley(moves=moves)


CHANCES = [
    case("chances of leaving", _with(default_movechance=0.6, camp_movechance=0.2, conflict_movechance=0.5), PLAIN),
    case("chances by population", _with(movechance_pop_base=900.0, movechance_pop_scale_factor=0.7), PLAIN),
]

WEIGHTS = [
    case("softening", _with(softening=150.0), PLAIN),
    case("softening of weights", _with(weight_softening=2.0, **SCORED), _with(**SCORED)),
    case("power of weights", _with(weight_power=2.5), PLAIN),
    case("power of distance", _with(distance_power=0.3), PLAIN),
    case("weight of camps", _with(camp_weight=2.0), PLAIN),
    case("weight of conflicts", _with(conflict_weight=0.05), PLAIN),
    case(
        "rules of the first version",
        _with(use_v1_rules=True, start_on_foot=True, avoid_short_stints=True, camp_weight=1.0),
        _with(start_on_foot=True, avoid_short_stints=True, max_move_speed=200.0),
    ),
    case(
        "economic pull",
        valley(
            places=attributed(trade_volume={"Cove": 1.5, "Birk": 9.0}, hdi={"Cove": 0.7, "Dorn": 0.9}),
            moves={"use_economic_pull": True},
        ),
        PLAIN,
    ),
    case("large places pull", _with(use_pop_for_loc_weight=True, pop_power_for_loc_weight=0.3), PLAIN),
    *both("close to home", "home_is_current_place", _with(stay_close_to_home=True, home_distance_power=2.0)),
    *both("close to home, coordinates", "swapped_coordinates", _with(stay_close_to_home=True, home_distance_power=2.0)),
]

MARKED_PLACES = (*PLACES, place("Mark", "marker"), place("Nord", "marker"))
MARKED_ROADS = (
    *ROADS,
    road("Alda", "Mark", 60),
    road("Mark", "Eyre", 70),
    road("Mark", "Nord", 30),
    road("Nord", "Dorn", 80),
)


def _marked(level: int, **moves: Any) -> Any:
    return valley(
        places=MARKED_PLACES,
        roads=MARKED_ROADS,
        conflicts={"Alda": [1.0] * (8 - level)},
        moves={"awareness_level": level, **moves},
    )


def _unmarked(level: int, **moves: Any) -> Any:
    """Have people stop at the markers, as at towns."""
    places = (*PLACES, place("Mark", "town"), place("Nord", "town"))
    return replace(_marked(level, **moves), locations=places)


AWARENESS = [
    *(
        case(
            f"awareness {level}",
            _with(awareness_level=level, **SCORED),
            PLAIN if level > 1 else _with(awareness_level=2, **SCORED),
        )
        for level in (1, 2, 3)
    ),
    *(
        case(f"awareness {level} with markers", _marked(level, **SCORED), _unmarked(level, **SCORED))
        for level in (1, 2, 3)
    ),
    *both("awareness 0", "awareness_zero_stops", _with(awareness_level=0, **SCORED)),
    *both("awareness -1", "awareness_zero_stops", _with(awareness_level=-1, **SCORED)),
    *both(
        "nowhere attractive", "full_is_uniform", valley(roads=(*ROADS[1:4], *ROADS[5:]), moves={"foreign_weight": 0.0})
    ),
    *both("pruning", "pruning_inverted", _with(awareness_level=2, pruning_threshold=1.5, **SCORED)),
    case(
        "pruning with a low threshold",
        _with(awareness_level=2, pruning_threshold=1.0005, **SCORED),
        _with(awareness_level=2, pruning_threshold=1.5, **SCORED),
    ),
]

CHANGING = {"Alda": [1, 1, 1, 0, 0, 1, 1, 1], "Eyre": [0, 0, 2, 2, 2, 0, 0, 0]}


def _fixed(*chains: tuple[str, ...], places: Any = PLACES, roads: Any = ROADS) -> Any:
    moves = {"awareness_level": 2, "fixed_routes": True, **SCORED}
    return valley(places=places, roads=roads, conflicts=CHANGING, moves=moves, major_routes=chains)


FIXED = [
    *both("fixed routes", "fixed_routes_score_twice", _fixed()),
    case(
        "fixed routes and not all of them",
        _fixed(),
        valley(conflicts=CHANGING, moves={"awareness_level": 2, **SCORED}),
        rules=FLEE.switched(fixed_routes_score_twice=False),
    ),
    case("a major route", _fixed(("Alda", "Birk", "Eyre", "Cove")), _fixed()),
    case(
        "a major route, as documented",
        _fixed(("Alda", "Birk", "Eyre", "Cove")),
        _fixed(),
        rules=FLEE.switched(fixed_routes_score_twice=False),
    ),
    case(
        "fixed routes by markers",
        _fixed(("Alda", "Mark", "Nord", "Dorn"), places=MARKED_PLACES, roads=MARKED_ROADS),
        _fixed(places=MARKED_PLACES, roads=MARKED_ROADS),
    ),
]

AGES = Demographics("age", (10.0, 16.0, 40.0, 70.0), {"Default": (1.0, 3.0, 3.0, 2.0), "Alda": (4.0, 3.0, 2.0, 3.0)})
GENDERS = Demographics("gender", ("f", "m"), {"Default": (1.0, 1.0), "Alda": (2.0, 3.0)})
FARMS = attributed(farmer_fraction={"Alda": 0.6, "Cove": 0.9, "Birk": 0.3})


def _hazards(**moves: Any) -> Any:
    few_days = {"Alda": [1.0] * 6}
    return valley(moves={**SCORED, "camp_weight": 5.0, **moves}, demographics=(AGES, GENDERS), conflicts=few_days)


HAZARDS = [
    case("children avoid hazards", _hazards(ChildrenAvoidHazards=True), _hazards()),
    case("elderly people avoid hazards", _hazards(ElderlyAvoidHazards=True), _hazards()),
    case("women avoid hazards", _hazards(WomenAvoidHazards=True), _hazards()),
    case(
        "women and children avoid hazards",
        _hazards(ChildrenAvoidHazards=True, WomenAvoidHazards=True),
        _hazards(ChildrenAvoidHazards=True),
    ),
    *both("boys take risks", "risk_rule_covers_men", _hazards(ChildrenAvoidHazards=True, BoysTakeRisk=True)),
    case(
        "boys take no risks of their own",
        _hazards(BoysTakeRisk=True),
        _hazards(ChildrenAvoidHazards=True, BoysTakeRisk=True),
    ),
    case(
        "ages from a table of people",
        valley(
            moves={**SCORED, "camp_weight": 5.0, "ElderlyAvoidHazards": True},
            demographics=(AGES,),
            spawn={"read_from_agents_csv_file": True},
            agents=AgentTable(("age",), (("Birk", "80"), ("Birk", "20")), (40, 5)),
        ),
        valley(
            moves={**SCORED, "camp_weight": 5.0, "ElderlyAvoidHazards": True},
            demographics=(AGES,),
            spawn={"read_from_agents_csv_file": True},
            agents=AgentTable(("age",), (("Birk", "20"), ("Birk", "80")), (40, 5)),
        ),
    ),
    *both("harvest", "harvest_stops_everyone", valley(places=FARMS, moves={"harvest_months": (3,)})),
    case("harvest before the flight", valley(places=FARMS, moves={"harvest_months": (2,)}), PLAIN),
]

GROUPS = (
    Demographics("ethnicity", ("ash", "birch"), {"Default": (1.0, 1.0), "Alda": (3.0, 1.0), "Dorn": (1.0, 5.0)}),
    Demographics("religion", ("sun", "moon"), {"Default": (1.0, 1.0), "Alda": (2.0, 1.0), "Cove": (5.0, 1.0)}),
)
COMPANY = AgentTable(
    ("ethnicity",), (("Birk", "ash"), ("Birk", "birch"), ("Eyre", "birch"), ("Gorm", "ash")), (20, 10, 25, 15)
)


def _matching(**moves: Any) -> Any:
    return valley(
        places=(*PLACES, place("Gorm", "conflict_zone", 40)),
        roads=(*ROADS, road("Birk", "Gorm", 55), road("Gorm", "Dorn", 75)),
        moves={"weight_softening": 0.2, "camp_weight": 1e8, **moves},
        demographics=GROUPS,
        spawn={"read_from_agents_csv_file": True},
        agents=COMPANY,
    )


MATCHES = [
    case(rule, _matching(**{rule: True}), _matching(), coupled=True)
    for rule in ("MatchCampEthnicity", "MatchCampReligion", "MatchTownEthnicity", "MatchConflictEthnicity")
]

DEPTHS: dict[str, Any] = {"flood_movechances": (0.1, 0.6, 0.8, 0.9), "flood_loc_weights": (0.9, 0.4, 0.2, 0.1)}
FORESEEN: dict[str, Any] = {
    "flood_forecaster": True,
    "flood_forecaster_timescale": 2,
    "flood_forecaster_end_time": 6,
    "flood_forecaster_weights": (1.0, 0.5),
    "flood_awareness_weights": (0.3, 1.0),
}
AWARE = (Demographics("floodawareness", (0.0, 1.0), {"Default": (1.0, 3.0)}),)


def _flooded(*, floods: Any = LEVELS, demographics: Any = (), **rules: Any) -> Any:
    places = (*PLACES[:2], place("Eyre", "flood_zone", 800), *PLACES[3:])
    moves = {"flood_rules": FloodRules(**{**DEPTHS, **rules}), "camp_weight": 1.5}
    spawn = {**FLOODED, "flood_driven_spawn_mode": FloodSpawning("constant", (0.0, 5.0, 9.0, 20.0))}
    return valley(places=places, moves=moves, spawn=spawn, floods=floods, demographics=demographics)


FLOODS = [
    *both("floods", "flood_weight_twice", _flooded()),
    case("chances in floods", _flooded(), _flooded(flood_movechances=(0.1, 0.5, 0.7, 0.9))),
    case("weights of floods", _flooded(), _flooded(flood_loc_weights=(0.9, 0.9, 0.9, 0.9))),
    case(
        "the highest flood of all",
        _flooded(floods=TOP),
        _flooded(floods=TOP, flood_movechances=(0.1, 0.6, 0.8, 0.8)),
        rules=FLEE.switched(flood_top_level_fails=False),
    ),
    *both("forecast floods", "flood_weight_twice", _flooded(**FORESEEN)),
    case("forecast floods for the aware", _flooded(demographics=AWARE, **FORESEEN), _flooded(demographics=AWARE)),
    case("floods forecast for a while", _flooded(**FORESEEN), _flooded(**{**FORESEEN, "flood_forecaster_end_time": 3})),
]

CASES: list[Case] = [*CHANCES, *WEIGHTS, *AWARENESS, *FIXED, *HAZARDS, *MATCHES, *FLOODS]
