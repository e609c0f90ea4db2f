"""Who is displaced, where and when, by each of the ways to displace people."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from havre.displacement.instance import AgentTable, DayTable, Demographics, Instance
from havre.displacement.rules import Rules
from havre.displacement.settings import ConflictSpawning, FloodSpawning
from havre.displacement.simulate import simulate
from havre.errors import DisplacementError
from tests.displacement.sketches import FLOODED, WAR, people_at, place, roads, sketch

FROM_CAMPS = {"insert_day0": True, "sum_from_camps": True}
TWO_ZONES = [place("War", "conflict_zone", 3_000), place("Riot", "conflict_zone", 1_000), place("Camp", "camp")]
MANY = 100_000


def still(
    places: Sequence[Any] = (WAR, place("Camp", "camp")), *, spawn: Mapping[str, Any] | None = None, **rest: Any
) -> Instance:
    """Make an instance without roads, in which people stay where they are displaced."""
    return sketch(list(places), (), spawn=spawn, **rest)


def ledger(counts: dict[int, float], rules: Rules | None = None, **spawn: Any) -> list[list[int]]:
    """Give people, raw and debt by day for registrations of one camp."""
    days = max(counts) + 1
    instance = still(length=days, camps={"total": counts, "Camp": counts}, spawn=FROM_CAMPS | spawn)
    outcome = simulate(instance, rules=rules or Rules.documented())
    return [outcome.people[0].tolist(), outcome.raw.tolist(), outcome.debt.tolist()]


def test_arrivals_are_the_rises_of_the_registrations() -> None:
    assert ledger({0: 10, 1: 30, 2: 30, 3: 50}) == [[10, 30, 30, 50], [10, 30, 30, 50], [0, 0, 0, 0]]


def test_falls_are_a_debt_until_arrivals_catch_up() -> None:
    people, raw, debt = ledger({0: 50, 1: 20, 2: 30, 3: 45, 4: 60, 5: 70})
    assert people == [50, 50, 50, 50, 60, 70]
    assert raw == [50, 20, 30, 45, 60, 70]
    assert debt == [0, 30, 20, 5, 0, 0]


def test_people_of_day_0_are_in_the_camps_or_displaced_or_left_out() -> None:
    counts = {0: 10.0, 1: 30.0}
    camps = {"total": counts, "Camp": counts}
    by_spawn = {
        key: people_at(still(camps=camps, spawn=FROM_CAMPS | spawn), Rules.documented(), day=1)
        for key, spawn in {
            "inserted": {},
            "displaced": {"insert_day0": False},
            "left out": {"empty_camps_on_day0": True},
        }.items()
    }
    assert by_spawn["inserted"] == {"War": 20, "Camp": 10}
    assert by_spawn["displaced"] == {"War": 30, "Camp": 0}
    assert by_spawn["left out"] == {"War": 20, "Camp": 0}


def test_arrivals_from_the_total_or_from_the_camps() -> None:
    camps = {"total": {0: 0.0, 2: 80.0}, "Camp": {0: 0.0, 2: 50.0}}
    for from_camps, people in ((True, [0, 25, 50]), (False, [0, 40, 80])):
        instance = still(camps=camps, spawn={"insert_day0": True, "sum_from_camps": from_camps})
        assert simulate(instance).people[0].tolist() == people


def test_places_by_population_and_intensity() -> None:
    instance = still(TWO_ZONES, people=MANY, zones={"War": [1.0] * 3, "Riot": [2.0] * 3})
    found = people_at(instance)
    # 3,000 to 2 × 1,000.
    assert found["War"] == pytest.approx(60_000, abs=5 * np.sqrt(MANY * 0.24))
    assert found["War"] + found["Riot"] == MANY
    assert found["Camp"] == 0


def test_old_conflicts_displace_less() -> None:
    # The riot begins on day 1; the war's weight is 0 from its second interval of a day on.
    spawn = {"conflict_spawn_decay": (1.0, 0.0), "conflict_spawn_decay_interval": 1}
    camps = {"total": {0: 0.0, 1: 50.0}, "Camp": {0: 0.0, 1: 50.0}}
    instance = still(TWO_ZONES, zones={"Riot": [0.0, 1.0, 1.0]}, camps=camps, spawn=FROM_CAMPS | spawn)
    assert people_at(instance, Rules.documented(), day=1) == {"War": 0, "Riot": 50, "Camp": 0}


def test_weights_of_a_quiet_day_are_those_of_the_day_before() -> None:
    # On day 2 nothing begins: the weights are of day 1, when the war was one day old and still counted.
    spawn = {"conflict_spawn_decay": (1.0, 1.0, 0.0), "conflict_spawn_decay_interval": 1}
    camps = {"total": {0: 0.0, 1: 0.0, 2: 70.0}, "Camp": {0: 0.0, 1: 0.0, 2: 70.0}}
    places = [place("War", "conflict_zone", 3_000, conflict_intensity=1), place("Camp", "camp")]
    instance = still(places, camps=camps, spawn=FROM_CAMPS | spawn)
    assert people_at(instance, day=2)["War"] == 70
    late = still(places, length=4, camps={name: {0: 0.0, 2: 0.0, 3: 70.0} for name in camps}, spawn=FROM_CAMPS | spawn)
    with pytest.raises(DisplacementError, match="Day 3: 70 people"):
        simulate(late)


def test_people_without_a_conflict_zone_are_refused() -> None:
    with pytest.raises(DisplacementError) as raised:
        simulate(still([place("Town", "town", 9), place("Camp", "camp")]))
    assert dict(raised.value.problems[0].fields) == {"row": 1, "day": 0, "people": 100, "hasten": 1}
    # With nobody to displace there is nothing to refuse.
    assert simulate(still([place("Town"), place("Camp", "camp")], people=0)).people.sum() == 0


@pytest.mark.parametrize("only_zones", [True, False])
def test_hunger_displaces_from_day_1_on(only_zones: bool) -> None:  # noqa: FBT001
    # The weights of day 1 are those of day 0, when hunger does not count yet.
    places = [
        place("War", "conflict_zone", 1_000),
        place("Town", "town", 4_000, region="Hungry"),
        place("Camp", "camp"),
    ]
    ipc = DayTable(("Hungry",), (0.0, 9.0), np.array([[50.0], [50.0]]))
    spawn = FROM_CAMPS | {"starvation_driven_spawning": True, "conflict_zone_spawning_only": only_zones}
    counts = {0: 0.0, 1: 1_000.0, 2: 1_000.0 + MANY}
    instance = still(places, camps={"total": counts, "Camp": counts}, ipc=ipc, spawn=spawn)
    assert people_at(instance, day=1)["Town"] == 0
    # 1,000 to 4,000 × 50 %.
    expected = 0 if only_zones else MANY * 2 / 3
    assert people_at(instance, day=2)["Town"] == pytest.approx(expected, abs=5 * np.sqrt(MANY * 2 / 9))


@pytest.mark.parametrize(
    ("mode", "number", "people"),
    [("constant", 2.6, [5, 10, 10]), ("pop_ratio", 0.0126, [25, 50, 50])],
)
def test_conflicts_displace_by_day_and_intensity(mode: str, number: float, people: list[int]) -> None:
    # 2 × 2.6 and 2 × 1,000 × 0.0126, without the fraction.
    spawn = {"conflict_driven_spawning": ConflictSpawning(mode, number)}
    outcome = simulate(still(zones={"War": [2.0, 2.0, 0.0]}, spawn=spawn))
    assert outcome.people[0].tolist() == people
    assert outcome.raw.tolist() == outcome.debt.tolist() == [0, 0, 0]


def test_conflicts_displace_by_poisson_draws_that_differ_between_replicas() -> None:
    spawn = {"conflict_driven_spawning": ConflictSpawning("poisson", 9.0)}
    outcome = simulate(still(spawn=spawn), replicas=2_000)
    daily = np.diff(outcome.people, axis=1, prepend=0)
    assert daily.mean() == pytest.approx(9.0, abs=4 * np.sqrt(9 / 6_000))
    assert daily.var() == pytest.approx(9.0, rel=4 * np.sqrt(2 / 6_000))


@pytest.mark.parametrize(
    ("mode", "values", "people"),
    [
        ("constant", (0.0, 3.9, 8.0, 9.0), [3, 11, 11]),
        ("pop_ratio", (0.0, 0.0105, 0.1, 9.0), [10, 110, 110]),
        ("constant", (5.0, 0.0, 8.0, 9.0), [0, 8, 8]),
    ],
)
def test_floods_displace_by_level(mode: str, values: tuple[float, ...], people: list[int]) -> None:
    floods = DayTable(("Low",), (0.0, 1.0, 2.0), np.array([[1.0], [2.0], [0.0]]))
    spawn = FLOODED | {"flood_driven_spawn_mode": FloodSpawning(mode, values)}
    instance = still([place("Low", "flood_zone", 1_000), place("Camp", "camp")], floods=floods, spawn=spawn)
    assert simulate(instance).people[0].tolist() == people


def test_floods_displace_by_poisson_draws_of_whole_means() -> None:
    floods = DayTable(("Low",), (0.0, 1.0, 2.0), np.ones((3, 1)))
    spawn = FLOODED | {"flood_driven_spawn_mode": FloodSpawning("poisson", (0.0, 4.9, 9.0))}
    instance = still([place("Low", "flood_zone", 1_000), place("Camp", "camp")], floods=floods, spawn=spawn)
    assert simulate(instance, replicas=2_000).people[:, 0].mean() == pytest.approx(4.0, abs=4 * np.sqrt(4 / 2_000))


def test_both_ways_to_displace_are_refused() -> None:
    both = FLOODED | {"conflict_zone_spawning_only": True}
    with pytest.raises(DisplacementError) as raised:
        simulate(still(spawn=both))
    assert raised.value.problems[0].key == "displacement.engine.both_spawn"


@pytest.mark.parametrize("floods", [False, True])
def test_an_unknown_way_to_displace_is_refused(floods: bool) -> None:  # noqa: FBT001
    flood = FLOODED | {"flood_driven_spawn_mode": FloodSpawning("often")}
    with pytest.raises(DisplacementError) as raised:
        simulate(still(spawn=flood if floods else {"conflict_driven_spawning": ConflictSpawning("often")}))
    assert dict(raised.value.problems[0].fields)["mode"] == "often"


def test_people_are_taken_from_the_population_until_nobody_is_left() -> None:
    # A tenth a day of what is left: 100, 90, 81.
    spawn: dict[str, Any] = {"conflict_driven_spawning": ConflictSpawning("pop_ratio", 0.1)}
    spawn["take_from_population"] = True
    assert simulate(still(spawn=spawn)).people[0].tolist() == [100, 190, 271]
    more = {"conflict_driven_spawning": ConflictSpawning("constant", 700.0), "take_from_population": True}
    assert simulate(still(spawn=more)).people[0].tolist() == [700, 1_400, 2_100]
    # More than there are, and then none of none.
    all_and_more = spawn | {"conflict_driven_spawning": ConflictSpawning("pop_ratio", 1.5)}
    assert simulate(still(spawn=all_and_more)).people[0].tolist() == [1_500, 1_500, 1_500]


def test_an_emptied_zone_displaces_nobody_by_registrations() -> None:
    # The war's 1,000 people are all gone on day 0; what day 1 needs comes from nowhere.
    counts = {0: 1_000.0, 1: 1_010.0}
    instance = still(camps={"total": counts}, spawn={"take_from_population": True})
    with pytest.raises(DisplacementError, match="Day 1: 10 people"):
        simulate(instance)


AGES = Demographics("age", (10, 40), {"Default": (1.0, 3.0)})


def test_agents_of_a_file_are_there_from_the_start() -> None:
    agents = AgentTable(("age",), (("Town", "5"), ("Camp", "80"), ("Town", "40")), (7, 3, 2))
    places = [WAR, place("Town", "town", 20), place("Camp", "camp")]
    spawn = {"read_from_agents_csv_file": True}
    instance = still(places, people=50, agents=agents, spawn=spawn)
    assert people_at(instance) == {"War": 50, "Town": 9, "Camp": 3}
    assert simulate(instance).people[0].tolist() == [62, 62, 62]
    assert people_at(still(places, people=50, agents=agents)) == {"War": 50, "Town": 0, "Camp": 0}
    assert people_at(still(places, people=50, spawn=spawn)) == {"War": 50, "Town": 0, "Camp": 0}


def test_agents_have_the_facts_of_their_row_and_draw_the_others() -> None:
    # Children, who are in the file, avoid hazards: the worthless camp, which is nearer, gets the adults alone.
    places = [WAR, place("Near", "camp", 0, "Away"), place("Far", "camp")]
    gender = Demographics("gender", ("f", "m"), {"Default": (3.0, 1.0)})
    agents = AgentTable(("age",), (("War", "10"), ("War", "40")), (40, 60))
    move = {
        "ChildrenAvoidHazards": True,
        "WomenAvoidHazards": True,
        "foreign_weight": 1e-20,
        "softening": 0.0,
        "distance_power": 30.0,
    }
    instance = sketch(
        places,
        roads(("War", "Near", 10), ("War", "Far", 100)),
        people=0,
        agents=agents,
        demographics=(AGES, gender),
        spawn={"read_from_agents_csv_file": True},
        move=move,
    )
    found = np.array([people_at(instance, seed=seed)["Near"] for seed in range(40)])
    # 1e-20 × 1e30 is more than 1, and its square less: men of 40 go near, a quarter of the 60.
    assert (found <= 60).all()
    assert found.mean() == pytest.approx(15, abs=4 * np.sqrt(11.25 / 40))


def test_groups_are_drawn_by_place_of_displacement() -> None:
    # Elders alone go to the far camp, as the near one's low score, squared, is lower yet.
    table = Demographics("age", (30, 70), {"War": (1.0, 0.0), "Default": (0.0, 1.0)})
    move = {"ElderlyAvoidHazards": True, "foreign_weight": 1e-20, "softening": 0.0, "distance_power": 30.0}
    places = [WAR, place("Riot", "conflict_zone", 1_000), place("Near", "camp", 0, "Away"), place("Far", "camp")]
    routes = roads(("War", "Near", 10), ("War", "Far", 100), ("Riot", "Near", 10), ("Riot", "Far", 100))
    outcome = simulate(sketch(places, routes, demographics=(table,), move=move), days=1, record=("flows",))
    assert outcome.link_flows is not None
    to_near_from_war, to_far_from_war, to_near_from_riot, to_far_from_riot = outcome.link_flows[::2]
    assert (to_far_from_war, to_near_from_riot) == (0, 0)
    assert to_near_from_war + to_far_from_riot == 100
    assert min(to_near_from_war, to_far_from_riot) > 20
