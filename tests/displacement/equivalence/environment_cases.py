"""Cases of what happens to places and roads: types, conflicts, changes, countries, closures, forced redirection."""

from havre.displacement.instance import Closure, Instance, Location, LocationChange, Route
from havre.displacement.rules import Rules
from tests.displacement.equivalence.builders import (
    DAYS,
    PLACES,
    ROADS,
    changed,
    place,
    rising,
    road,
    valley,
)
from tests.displacement.equivalence.case import Case, both, case

PLAIN = valley()
MORE_ROADS = (
    *ROADS,
    road("Alda", "Fort", 60),
    road("Fort", "Gulf", 70),
    road("Fort", "Mark", 40),
    road("Mark", "Hill", 50),
    road("Gulf", "Iona", 120),
    road("Hill", "Iona", 80),
)
MORE_CAMPS = {"Cove": rising(12, 6), "Dorn": rising(8, 8), "Hill": rising(20, 4)}


def _more_places(fort: str, gulf: str, mark: str, hill: str, iona: str) -> tuple[Location, ...]:
    return (
        place("Fort", fort, 200), place("Gulf", gulf, 300), place("Mark", mark), place("Hill", hill, 2000),
        place("Iona", iona, 100),
    )  # fmt: skip


RIGHT = ("forwarding_hub", "flood_zone", "marker", "idpcamp", "default")
WRONG = ("town", "conflict_zone", "forward", "camp", "conflict_zone")


def _typed(kinds: tuple[str, ...]) -> Instance:
    return valley(
        places=(*PLACES, *_more_places(*kinds)),
        roads=MORE_ROADS,
        camps=MORE_CAMPS,
        moves={"idpcamp_movechance": 0.3, "camp_weight": 2.0},
    )


TYPES = [
    case("types of places", _typed(RIGHT), *(_typed((*RIGHT[:at], WRONG[at], *RIGHT[at + 1 :])) for at in range(5))),
    case(
        "a conflict date after day 0",
        valley(places=changed(Eyre={"location_type": "conflict_zone", "conflict_date": 3})),
        valley(places=changed(Eyre={"location_type": "conflict_zone", "conflict_date": 0})),
    ),
    case(
        "an intensity of its own",
        valley(places=changed(Eyre={"location_type": "conflict_zone", "attributes": {"conflict_intensity": "2.5"}})),
        valley(places=changed(Eyre={"location_type": "conflict_zone"})),
    ),
    *both(
        "a low move chance",
        "low_movechance_is_camp",
        valley(moves={"default_movechance": 0.004, "camp_weight": 3.0}),
    ),
]

CONFLICTS = [
    case(
        "conflicts begin and end",
        valley(conflicts={"Alda": [1, 1, 1, 0, 0, 1, 1, 1], "Birk": [0, 0, 0.5, 0.5, 0.5, 0, 0, 0]}),
        PLAIN,
    ),
    case(
        "a conflict in a camp",
        valley(conflicts={"Alda": [1.0] * DAYS, "Cove": [0, 0, 1, 1, 1, 0, 0, 0]}),
        valley(conflicts={"Alda": [1.0] * DAYS, "Cove": [0, 0, 1, 1, 1, 1, 1, 1]}),
    ),
    *both(
        "an intensity that changes",
        "conflict_change_ignored",
        valley(conflicts={"Alda": [1, 1, 1, 4, 4, 0.5, 0.5, 0.5], "Eyre": [0.5] * DAYS}),
    ),
    *both(
        "a conflict zone with a 0 on day 0",
        "conflict_type_kept",
        valley(
            places=changed(Eyre={"location_type": "conflict_zone"}),
            conflicts={"Alda": [1.0] * DAYS, "Eyre": [0.0] * DAYS},
        ),
    ),
]

TURNS = (LocationChange("Birk", "camp", 2), LocationChange("Dorn", "town", 3), LocationChange("Eyre", "conflict", 4))


def _turning(*turns: LocationChange) -> Instance:
    return valley(location_changes=turns, moves={"camp_weight": 2.0}, top={"default_conflict_intensity": 2})


CHANGES = [
    case(
        "location changes",
        _turning(*TURNS),
        _turning(*TURNS[1:]),
        _turning(TURNS[0], TURNS[2]),
        _turning(*TURNS[:2]),
    ),
    *both(
        "the home country",
        "first_row_is_home",
        valley(places=(PLACES[3], *PLACES[:3], PLACES[4]), moves={"foreign_weight": 3.0}),
    ),
    case("a weight of foreign places", valley(moves={"foreign_weight": 3.0}), PLAIN),
]

LONG_ROADS = (*ROADS[:2], road("Birk", "Cove", 450), *ROADS[3:])
FAR_ROADS = (*LONG_ROADS[:5], road("Eyre", "Cove", 500))
OVERLAP = (Closure("country", "Home", "Away", 1, 4), Closure("location", "Cove", "", 2, 6))


def _closed(name: str, *closures: Closure, roads: tuple[Route, ...] = ROADS) -> Case:
    return case(f"closure: {name}", valley(roads=roads, closures=closures), valley(roads=roads))


def _idp(*closures: Closure) -> Instance:
    return valley(
        places=(*PLACES, *_more_places(*RIGHT)),
        roads=MORE_ROADS,
        camps=MORE_CAMPS,
        moves={"idpcamp_movechance": 0.6, "camp_weight": 2.0},
        closures=closures,
    )


CLOSURES = [
    _closed("of a border", Closure("country", "Home", "Away", 2, 5)),
    _closed("of a border named from the other side", Closure("country", "Beyond", "Home", 2, -1)),
    _closed("of a border with people on the road", Closure("country", "Home", "Away", 3, 4), roads=LONG_ROADS),
    _closed("of a place", Closure("location", "Birk", "", 2, 6)),
    _closed("of a camp", Closure("camp", "Cove", "", 2, 6)),
    case(
        "closure: two that overlap",
        valley(closures=OVERLAP),
        valley(closures=(OVERLAP[0], Closure("location", "Cove", "", 4, 6))),
    ),
    case(
        "closure: that opens at once",
        valley(closures=(Closure("country", "Home", "Away", 3, 3),), roads=FAR_ROADS, moves={"foreign_weight": 6.0}),
        valley(roads=FAR_ROADS, moves={"foreign_weight": 6.0}),
    ),
    case(
        "closure: of an IDP camp",
        _idp(Closure("idpcamp", "Hill", "", 1, 3)),
        _idp(Closure("idpcamp", "Hill", "", 1, -1)),
    ),
    case(
        "closure: an IDP camp opens as a camp",
        _idp(Closure("camp", "Hill", "", 1, 3)),
        _idp(Closure("idpcamp", "Hill", "", 1, 3)),
    ),
    *both("closure of a link", "link_closure_ignored", valley(closures=(Closure("link", "Dorn", "Birk", 2, 6),))),
]

FORCED = (*ROADS[:3], road("Birk", "Dorn", 210, 1), *ROADS[4:])
BACKWARD = (ROADS[0], road("Alda", "Dorn", 260, 2), *ROADS[2:])
MANUAL = Rules.flee().switched(forced_redirection_ignored=False)
RESTORED = (Closure("remove_forced_redirection", "Birk", "Dorn", 2, 5),)
REDIRECTION = [
    *both("a road made twice", "forced_redirection_doubles_link", valley(roads=FORCED)),
    *both("forced redirection", "forced_redirection_ignored", valley(roads=FORCED)),
    *both(
        "forced redirection backward",
        "forced_redirection_ignored",
        valley(roads=BACKWARD, moves={"camp_movechance": 0.5}),
    ),
    case(
        "forced redirection removed for a while",
        valley(roads=FORCED, closures=RESTORED),
        valley(roads=FORCED),
        rules=MANUAL,
    ),
    case(
        "forced redirection over a closed road",
        valley(roads=FORCED, closures=(Closure("country", "Home", "Beyond", 3, 6),)),
        valley(roads=FORCED),
        rules=MANUAL,
    ),
    case(
        "forced redirection of those who see further",
        valley(roads=FORCED, moves={"awareness_level": 2}),
        valley(moves={"awareness_level": 2}),
        rules=MANUAL,
    ),
]

CASES: list[Case] = [*TYPES, *CONFLICTS, *CHANGES, *CLOSURES, *REDIRECTION]
