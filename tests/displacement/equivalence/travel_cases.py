"""Cases of how far people come in a day: speeds, feet, short stints, arrivals."""

from typing import Any

from havre.displacement.instance import Closure
from tests.displacement.equivalence.builders import ROADS, road, valley
from tests.displacement.equivalence.case import Case, both, case

PLAIN = valley()
EXACT = (road("Alda", "Birk", 100), road("Alda", "Dorn", 200), road("Birk", "Cove", 400), *ROADS[3:])


def _roads(**attributes: dict[str, Any]) -> Any:
    """Give attributes to roads named by their ends, such as ``Birk_Dorn``."""
    return tuple(
        road(each.name1, each.name2, each.distance, **attributes.get(f"{each.name1}_{each.name2}", {}))
        for each in ROADS
    )


SLOW = _roads(Birk_Dorn={"max_move_speed": 60}, Alda_Birk={"max_move_speed": 110})
FOOT = _roads(
    Birk_Dorn={"walk_probability": 0.5}, Alda_Birk={"walk_probability": 0.3}, Birk_Eyre={"walk_probability": 1.0}
)
SLOW_FOOT = _roads(Birk_Dorn={"max_move_speed": 60, "walk_probability": 0.5}, Birk_Eyre={"max_move_speed": 20})


def _short(moves: dict[str, Any], days: int = 4) -> Any:
    """Make few days: with the memory of distances every person is another kind of person."""
    return valley(conflicts={"Alda": [1.0] * days}, moves=moves)


WALK: dict[str, Any] = {"max_walk_speed": 45.0}

CASES: list[Case] = [
    case("speed", valley(moves={"max_move_speed": 130.0}), PLAIN),
    case("speed of a road", valley(roads=SLOW), PLAIN),
    case("walking by chance", valley(roads=FOOT, moves=WALK), PLAIN),
    case("walking on a slow road", valley(roads=SLOW_FOOT, moves=WALK), valley(roads=SLOW, moves=WALK)),
    case("start on foot", valley(moves={"start_on_foot": True, **WALK}), PLAIN),
    case(
        "start on foot by chance and with long routes",
        valley(roads=FOOT, moves={"start_on_foot": True, "awareness_level": 2, **WALK}),
        valley(roads=FOOT, moves={"awareness_level": 2, **WALK}),
    ),
    case("no short stints", _short({"avoid_short_stints": True}), _short({})),
    case(
        "no short stints, on foot at first",
        _short({"avoid_short_stints": True, "start_on_foot": True, **WALK}, days=6),
        _short({"start_on_foot": True, **WALK}, days=6),
    ),
    case(
        "returned on foot",
        valley(closures=(Closure("country", "Home", "Beyond", 2, 4),), moves={"start_on_foot": True, **WALK}),
        valley(closures=(Closure("country", "Home", "Beyond", 2, 4),), moves=WALK),
    ),
    *both("a road as long as the day", "strict_arrival", valley(roads=EXACT)),
    *both("the rest of the day", "full_day_on_each_link", valley()),
    *both("the rest of the day on slow roads", "full_day_on_each_link", valley(roads=SLOW_FOOT, moves=WALK)),
]
