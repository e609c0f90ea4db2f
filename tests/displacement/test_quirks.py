"""Switches that tell how an instance is read, how places change, and who is displaced.

Each test is called after its switch, shows on the smallest instance what Flee does (on) and what its manual says (off),
and runs twice: with all other switches on, and off. ``test_rules`` sees to it that no switch is left out.
"""

import numpy as np
import pytest

from havre.displacement.instance import Closure, DayTable, Instance, Route
from havre.displacement.rules import Rules
from havre.displacement.settings import ConflictSpawning, FloodSpawning
from havre.displacement.simulate import simulate
from havre.errors import DisplacementError
from tests.displacement.sketches import FLOODED, OTHERS, WAR, both, place, roads, sketch

pytestmark = OTHERS
MANY = 90_000
"""People, where shares tell the rules apart: their standard deviations are below 150 people."""


def test_first_row_is_home(others: Rules) -> None:
    # Whichever camp is abroad is worthless.
    places = [place("Over", "camp", 0, "Away"), WAR, place("Near", "camp")]
    routes = roads(("War", "Over", 50), ("War", "Near", 50))
    on, off = both(sketch(places, routes, move={"foreign_weight": 0.0}), others, "first_row_is_home")
    assert on == {"Over": 100, "War": 0, "Near": 0}
    assert off == {"Over": 0, "War": 0, "Near": 100}


def test_swapped_coordinates(others: Rules) -> None:
    # At 60° north two degrees of longitude are 111 km and one and a half of latitude 167; at 10° north 219 and 164.
    places = [place("War", "conflict_zone", 9, x=60, y=10), place("North", "camp", x=61.5, y=10)]
    places.append(place("East", "camp", x=60, y=12))
    routes = roads(("War", "North", 50), ("War", "East", 50))
    home = {"stay_close_to_home": True, "home_distance_power": 100.0}
    on, off = both(sketch(places, routes, move=home), others, "swapped_coordinates")
    assert on == {"War": 0, "North": 100, "East": 0}
    assert off == {"War": 0, "North": 0, "East": 100}


def test_low_movechance_is_camp(others: Rules) -> None:
    places = [WAR, place("Town"), place("Camp", "camp"), place("Low", "flood_zone"), place("Hub", "forwarding_hub")]
    instance = sketch(places, roads(("War", "Town", 50)), move={"default_movechance": 0.004})
    on, off = (simulate(instance, rules=others.switched(low_movechance_is_camp=value)) for value in (True, False))
    assert on.camps == ("Town", "Camp")
    assert off.camps == ("Camp",)
    assert simulate(sketch(places, instance.routes, move={"default_movechance": 0.005})).camps == ("Camp",)


def test_forced_redirection_doubles_link(others: Rules) -> None:
    # Two links to one town and one to the other, where the flag itself does nothing.
    routes = (Route("War", "Twice", 50.0, 1), *roads(("War", "Once", 50)))
    instance = sketch([WAR, place("Twice"), place("Once")], routes, people=MANY)
    on, off = both(instance, others.switched(forced_redirection_ignored=True), "forced_redirection_doubles_link")
    assert on["Twice"] == pytest.approx(60_000, abs=700)
    assert off["Twice"] == pytest.approx(45_000, abs=700)


def test_forced_redirection_ignored(others: Rules) -> None:
    # The flagged link leads to an all but worthless place; as 2 it is flagged the other way round.
    places = [WAR, place("Here", "camp"), place("There", "camp", 0, "Away")]
    for route in (Route("War", "There", 50.0, 1), Route("There", "War", 50.0, 2)):
        instance = sketch(places, (route, *roads(("War", "Here", 50))), move={"foreign_weight": 1e-30})
        on, off = both(instance, others, "forced_redirection_ignored")
        assert on == {"War": 0, "Here": 100, "There": 0}
        assert off == {"War": 0, "Here": 0, "There": 100}


@pytest.mark.parametrize("names", [("War", "Camp"), ("Camp", "War")])
def test_link_closure_ignored(others: Rules, names: tuple[str, str]) -> None:
    closures = (Closure("link", *names, 0, 2),)
    instance = sketch([WAR, place("Camp", "camp")], roads(("War", "Camp", 50)), closures=closures)
    on, off = both(instance, others, "link_closure_ignored", day=1)
    assert on == {"War": 0, "Camp": 100}
    assert off == {"War": 100, "Camp": 0}
    assert both(instance, others, "link_closure_ignored", day=2)[1] == {"War": 0, "Camp": 100}


def test_conflict_change_ignored(others: Rules) -> None:
    # Ten people for each day and intensity.
    spawn = {"conflict_driven_spawning": ConflictSpawning("constant", 10.0)}
    instance = sketch([WAR, place("Camp", "camp")], (), zones={"War": [1.0, 3.0, 3.0]}, spawn=spawn)
    on, off = (simulate(instance, rules=others.switched(conflict_change_ignored=value)) for value in (True, False))
    assert on.people.tolist() == [[10, 20, 30]]
    assert off.people.tolist() == [[10, 40, 70]]


def test_conflict_type_kept(others: Rules) -> None:
    spawn = {"conflict_driven_spawning": ConflictSpawning("constant", 10.0)}
    instance = sketch([WAR, place("Camp", "camp")], (), zones={"War": [0.0, 0.0, 0.0]}, spawn=spawn)
    on, off = (simulate(instance, rules=others.switched(conflict_type_kept=value)) for value in (True, False))
    assert on.people.tolist() == [[10, 20, 30]]
    assert off.people.tolist() == [[0, 0, 0]]


@pytest.mark.parametrize(("key", "empties"), [("camps_are_sinks", "off"), ("camps_are_sicks", "on")])
def test_sinks_key_misspelt(others: Rules, key: str, empties: str) -> None:
    places = [WAR, place("Camp", "camp", deactivation_probability=1)]
    instance = sketch(places, roads(("War", "Camp", 50)), spawn={key: True})
    on, off = both(instance, others, "sinks_key_misspelt")
    assert on["Camp"] == (0 if empties == "on" else 100)
    assert off["Camp"] == (0 if empties == "off" else 100)


def flooded(level: float, mode: dict[str, FloodSpawning]) -> Instance:
    """Make an instance with a place of 500 people that is flooded on every day."""
    floods = DayTable(("River",), (0.0, 1.0, 2.0), np.full((3, 1), level))
    return sketch([place("River", "flood_zone", 500), place("Camp", "camp")], (), floods=floods, spawn=FLOODED | mode)


def test_flood_spawn_key_unread(others: Rules) -> None:
    # Unread, a tenth of the population is displaced each day; read, seven people.
    instance = flooded(1, {"flood_spawn_mode": FloodSpawning("constant", (0.0, 7.0, 9.0))})
    on, off = (simulate(instance, rules=others.switched(flood_spawn_key_unread=value)) for value in (True, False))
    assert on.people.tolist() == [[50, 100, 150]]
    assert off.people.tolist() == [[7, 14, 21]]


def test_flood_top_level_fails(others: Rules) -> None:
    instance = flooded(2, {"flood_driven_spawn_mode": FloodSpawning("constant", (0.0, 7.0, 9.0))})
    with pytest.raises(DisplacementError) as raised:
        simulate(instance, rules=others.switched(flood_top_level_fails=True))
    assert raised.value.problems[0].key == "displacement.engine.flood_level"
    off = simulate(instance, rules=others.switched(flood_top_level_fails=False))
    assert off.people.tolist() == [[9, 18, 27]]


def test_idps_in_camps_only(others: Rules) -> None:
    places = [WAR, place("Town", initial_idps=25), place("Camp", "camp", initial_idps=4)]
    on, off = both(sketch(places, (), people=0, move={"default_movechance": 0.005}), others, "idps_in_camps_only")
    assert on == {"War": 0, "Town": 0, "Camp": 4}
    assert off == {"War": 0, "Town": 25, "Camp": 4}


def test_day0_raw_counts_total(others: Rules) -> None:
    camps = {"total": {0: 130.0, 2: 130.0}, "Camp": {0: 100.0, 2: 120.0}}
    spawn = {"insert_day0": True, "sum_from_camps": True}
    instance = sketch([WAR, place("Camp", "camp")], (), camps=camps, spawn=spawn)
    on, off = (simulate(instance, rules=others.switched(day0_raw_counts_total=value)) for value in (True, False))
    assert on.raw.tolist() == [230, 240, 250]
    assert off.raw.tolist() == [100, 110, 120]
    # Without insert_day0 these people are displaced: twice, and once.
    twice = sketch([WAR, place("Camp", "camp")], (), camps=camps, spawn={"sum_from_camps": True})
    counts = [
        simulate(twice, rules=others.switched(day0_raw_counts_total=value)).people[0, 0] for value in (True, False)
    ]
    assert counts == [230, 100]


def test_day0_lowers_capacity(others: Rules) -> None:
    # Of 100 places 60 are taken on day 0: there is room for 20 more, unless the 60 also lower the capacity.
    camps = {"total": {0: 60.0, 1: 80.0}, "Camp": {0: 60.0, 1: 80.0}}
    instance = sketch(
        [WAR, place("Camp", "camp", 100)], roads(("War", "Camp", 50)), camps=camps, spawn={"insert_day0": True}
    )
    on, off = both(instance, others, "day0_lowers_capacity", day=1)
    assert on == {"War": 20, "Camp": 60}
    assert off == {"War": 0, "Camp": 80}
