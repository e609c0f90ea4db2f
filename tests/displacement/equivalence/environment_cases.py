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
from tests.displacement.equivalence.case import Case, both

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


def _typed(*kinds: str) -> Case:
    """Replace the kind of one place by another to plant the fault."""
    right = ("forwarding_hub", "flood_zone", "marker", "idpcamp", "default")
    wrong = tuple(kind or good for kind, good in zip(kinds, right, strict=True))
    name = next(good for kind, good in zip(kinds, right, strict=True) if kind)
    instances = [
        valley(
            places=(*PLACES, *_more_places(*which)),
            roads=MORE_ROADS,
            camps=MORE_CAMPS,
            moves={"idpcamp_movechance": 0.3, "camp_weight": 2.0, "flood_rules": None},
        )
        for which in (right, wrong)
    ]
    return Case(f"types: {name}", instances[0], instances[1])


TYPES = [
    _typed("town", "", "", "", ""),
    _typed("", "conflict_zone", "", "", ""),
    _typed("", "", "forward", "", ""),
    _typed("", "", "", "camp", ""),
    _typed("", "", "", "", "conflict_zone"),
    Case(
        "a conflict date after day 0",
        valley(places=changed(Eyre={"location_type": "conflict_zone", "conflict_date": 3})),
        valley(places=changed(Eyre={"location_type": "conflict_zone", "conflict_date": 0})),
    ),
    Case(
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
    Case(
        "conflicts begin and end",
        valley(conflicts={"Alda": [1, 1, 1, 0, 0, 1, 1, 1], "Birk": [0, 0, 0.5, 0.5, 0.5, 0, 0, 0]}),
        PLAIN,
    ),
    Case(
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
CHANGES = [
    *(
        Case(
            f"a location change of {turn.name}",
            valley(location_changes=TURNS, moves={"camp_weight": 2.0}, top={"default_conflict_intensity": 2}),
            valley(
                location_changes=tuple(other for other in TURNS if other is not turn),
                moves={"camp_weight": 2.0},
                top={"default_conflict_intensity": 2},
            ),
        )
        for turn in TURNS
    ),
    *both(
        "the home country",
        "first_row_is_home",
        valley(places=(PLACES[3], *PLACES[:3], PLACES[4]), moves={"foreign_weight": 3.0}),
    ),
    Case("a weight of foreign places", valley(moves={"foreign_weight": 3.0}), PLAIN),
]

LONG_ROADS = (*ROADS[:2], road("Birk", "Cove", 450), *ROADS[3:])
OVERLAP = (Closure("country", "Home", "Away", 1, 4), Closure("location", "Cove", "", 2, 6))
HILL = ("forwarding_hub", "flood_zone", "marker", "idpcamp", "default")


def _closed(name: str, *closures: Closure, roads: tuple[Route, ...] = ROADS) -> Case:
    return Case(f"closure: {name}", valley(roads=roads, closures=closures), valley(roads=roads))


def _idp(*closures: Closure) -> Instance:
    return valley(
        places=(*PLACES, *_more_places(*HILL)),
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
    Case(
        "closure: two that overlap",
        valley(closures=OVERLAP),
        valley(closures=(OVERLAP[0], Closure("location", "Cove", "", 4, 6))),
    ),
    Case(
        "closure: that opens at once",
        valley(closures=(Closure("country", "Home", "Away", 3, 3),), roads=LONG_ROADS),
        valley(roads=LONG_ROADS),
    ),
    Case(
        "closure: of an IDP camp",
        _idp(Closure("idpcamp", "Hill", "", 1, 3)),
        _idp(Closure("idpcamp", "Hill", "", 1, -1)),
    ),
    Case(
        "closure: an IDP camp opens as a camp",
        _idp(Closure("camp", "Hill", "", 1, 3)),
        _idp(Closure("idpcamp", "Hill", "", 1, 3)),
    ),
    *both("closure of a link", "link_closure_ignored", valley(closures=(Closure("link", "Dorn", "Birk", 2, 6),))),
]

FORCED = (*ROADS[:3], road("Birk", "Dorn", 210, 1), *ROADS[4:])
BACKWARD = (*ROADS[:3], road("Birk", "Dorn", 210, 2), *ROADS[4:])
MANUAL = Rules.flee().switched(forced_redirection_ignored=False)
RESTORED = (Closure("remove_forced_redirection", "Birk", "Dorn", 2, 5),)
REDIRECTION = [
    *both("a road made twice", "forced_redirection_doubles_link", valley(roads=FORCED)),
    *both("forced redirection", "forced_redirection_ignored", valley(roads=FORCED)),
    *both("forced redirection backward", "forced_redirection_ignored", valley(roads=BACKWARD)),
    Case(
        "forced redirection removed for a while", valley(roads=FORCED, closures=RESTORED), valley(roads=FORCED), MANUAL
    ),
    Case(
        "forced redirection over a closed road",
        valley(roads=FORCED, closures=(Closure("country", "Home", "Beyond", 3, 6),)),
        valley(roads=FORCED),
        MANUAL,
    ),
    Case(
        "forced redirection of those who see further",
        valley(roads=FORCED, moves={"awareness_level": 2}),
        valley(moves={"awareness_level": 2}),
        MANUAL,
    ),
]

CASES: list[Case] = [*TYPES, *CONFLICTS, *CHANGES, *CLOSURES, *REDIRECTION]
