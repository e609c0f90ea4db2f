"""How likely people are to leave a place, computed by hand; the class stands in ``decision``."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from havre.displacement.instance import DayTable, Demographics, Instance
from havre.displacement.rules import Rules
from havre.displacement.settings import FloodRules
from tests.displacement.choice_of_one import ChoiceOfOne
from tests.displacement.sketches import FLOODED, place, sketch

CHANCES = {
    "conflict_movechance": 0.9,
    "camp_movechance": 0.1,
    "idpcamp_movechance": 0.2,
    "default_movechance": 0.4,
}
PLACES = [
    place("War", "conflict_zone", 20_000),
    place("Town", "town", 2_500, farmer_fraction=0.3),
    place("Camp", "camp", 640),
    place("Idp", "idpcamp"),
    place("Hub", "forwarding_hub"),
    place("Mark", "marker"),
    place("Zone", "flood_zone", region="Hungry"),
]


def leaving(rules: Rules | None = None, **rest: Any) -> ChoiceOfOne:
    return ChoiceOfOne(instance(**rest), rules, parameters=rest.get("parameters"))


def instance(**rest: Any) -> Instance:
    move = CHANCES | rest.pop("move", {})
    rest.pop("parameters", None)
    return sketch(PLACES, (), move=move, **rest)


def chances(found: ChoiceOfOne, **options: Any) -> dict[str, float]:
    return {each.name: found.chance(each.name, **options) for each in PLACES}


BY_TYPE = {"War": 0.9, "Town": 0.4, "Camp": 0.1, "Idp": 0.2, "Hub": 1.0, "Mark": 1.0, "Zone": 0.4}


def test_chances_by_type() -> None:
    assert chances(leaving()) == BY_TYPE


def test_chances_by_replica() -> None:
    found = leaving(parameters={"conflict_movechance": [0.9, 0.5], "idpcamp_movechance": [0.0, 1.0]})
    assert chances(found, replica=0) == BY_TYPE | {"Idp": 0.0}
    assert chances(found, replica=1) == BY_TYPE | {"War": 0.5, "Idp": 1.0}


def test_chances_by_population_or_capacity() -> None:
    found = chances(leaving(move={"movechance_pop_scale_factor": 0.5, "movechance_pop_base": 10_000.0}))
    # √2 × 0.9 is more than 1; 0.5 × 0.4; √0.064 × 0.1; empty places keep everybody, hubs as well.
    assert found == pytest.approx(
        {"War": 1.0, "Town": 0.2, "Camp": 0.064**0.5 * 0.1, "Idp": 0.0, "Hub": 0.0, "Mark": 0.0, "Zone": 0.0}
    )


def test_the_starving_flee() -> None:
    ipc = DayTable(("Hungry",), (0.0, 9.0), np.array([[25.0], [25.0]]))
    found = chances(leaving(move={"flee_when_starving": True}, ipc=ipc))
    assert found == pytest.approx(BY_TYPE | {"Zone": 0.25 + 0.75 * 0.4})
    assert chances(leaving(ipc=ipc)) == BY_TYPE


FLOODS = DayTable(("Zone", "Camp"), (0.0, 1.0, 2.0), np.array([[1.0, 2.0], [2.0, 0.0], [0.0, 0.0]]))
FLOOD = {"flood_movechances": (0.2, 0.5, 0.8, 0.0), "flood_loc_weights": (1.0, 1.0, 1.0, 1.0)}


def test_flood_levels_decide_where_there_is_a_flood() -> None:
    found = leaving(floods=FLOODS, spawn=FLOODED, move={"flood_rules": FloodRules(**FLOOD)})  # type: ignore[arg-type]
    assert chances(found) == BY_TYPE | {"Zone": 0.5, "Camp": 0.8}
    without = leaving(floods=FLOODS, spawn=FLOODED)
    assert chances(without) == BY_TYPE


def test_forecasts_move_those_who_are_aware() -> None:
    flood = FloodRules(
        flood_forecaster=True,
        flood_forecaster_timescale=1,
        flood_forecaster_end_time=5,
        flood_forecaster_weights=(1.0,),
        flood_awareness_weights=(0.0, 1.0, 3.0),
        **FLOOD,  # type: ignore[arg-type]
    )
    found = leaving(floods=FLOODS, spawn=FLOODED, move={"flood_rules": flood})
    # Tomorrow's level is 2 in the zone (0.8) and 0 elsewhere (0.2).
    by_awareness = {level: chances(found, floodawareness=level) for level in "012"}
    assert set(by_awareness["0"].values()) == {0.0}
    assert by_awareness["1"]["Zone"] == pytest.approx(0.5 * 0.8)
    assert by_awareness["1"]["Camp"] == pytest.approx(0.8 * 0.2)
    assert by_awareness["1"]["War"] == pytest.approx(0.9 * 0.2)
    assert by_awareness["2"]["Zone"] == 1.0
    assert by_awareness["2"]["Idp"] == pytest.approx(0.2 * 0.2 * 3)


@pytest.mark.parametrize(("month", "harvest"), [(1, True), (2, False)])
def test_harvest_keeps_everybody_or_farmers(month: int, harvest: bool) -> None:  # noqa: FBT001
    rest: dict[str, Any] = {"start": date(2020, month, 1), "move": {"harvest_months": (1,)}}
    assert chances(leaving(**rest)) == (dict.fromkeys(BY_TYPE, 0.0) if harvest else BY_TYPE)
    manual = leaving(Rules.documented(), **rest)
    assert chances(manual, farmer="no") == BY_TYPE
    assert chances(manual, farmer="yes") == (dict.fromkeys(BY_TYPE, 0.0) if harvest else BY_TYPE)


def test_nobody_leaves_at_awareness_0_unless_documented() -> None:
    assert set(chances(leaving(move={"awareness_level": 0})).values()) == {0.0}
    assert chances(leaving(Rules.documented(), move={"awareness_level": 0})) == BY_TYPE
    assert chances(leaving(move={"awareness_level": -1})) == BY_TYPE


def test_groups_without_a_say_leave_alike() -> None:
    ages = (Demographics("age", (10, 40), {"Default": (1.0, 1.0)}),)
    found = leaving(demographics=ages, move={"ChildrenAvoidHazards": True})
    assert chances(found, age="child") == chances(found, age="adult") == BY_TYPE
