"""New places, new and other roads, closures: on which days who may go where."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from havre.displacement.instance import Closure, LocationChange
from havre.displacement.paired_runs import simulate_pair
from havre.displacement.rules import Rules
from havre.displacement.scenario import apply_scenario
from havre.displacement.scenario_changes import Close, NewCamp, RoadTo, Scenario
from tests.displacement.scenario_case import BORDER, apply, day_by_day, faults, open_days
from tests.displacement.small_instances import LENGTH, START, small_instance

ALL = list(range(LENGTH))
CAMP = {
    "name": "Fara Camp", "country": "Sudland", "latitude": 11.2, "longitude": 21.2, "capacity": 900, "from": 6,
    "roads": [{"to": "Cerna", "km": 30}, {"to": "Hub"}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("close", "shut"),
    [
        ({"link": ["Hub", "Cerna"], "from": 6}, {("Cerna", "Hub"), ("Hub", "Cerna")}),
        ({"border": ["Sudland", "Norland"], "from": 6}, {("Cerna", "Hub")}),
        ({"border": ["Norland", "Westland"], "from": 6}, {("Alba", "Este")}),
        ({"location": "Cerna", "from": 6}, {("Cerna", "Hub"), ("Alba", "Cerna"), ("Brod", "Cerna")}),
    ],
)
def test_what_closes_is_closed_from_the_day_on_and_nothing_else(
    close: dict[str, Any], shut: set[tuple[str, str]]
) -> None:
    applied = apply(close=close)
    for road in small_instance().routes:
        pair = (road.name1, road.name2)
        expected = ALL[:6] if pair in shut else ALL
        assert open_days(applied.changed, *pair) == expected
        assert open_days(applied.changed, *reversed(pair)) == expected
        assert open_days(applied.base, *pair) == ALL


def test_a_closure_ends_before_its_last_day_which_may_be_a_date() -> None:
    applied = apply(close={"link": ["Cerna", "Hub"], "from": START.replace(day=4), "until": "2020-01-08"})
    assert open_days(applied.changed, "Cerna", "Hub") == [*range(3), *range(7, LENGTH)]


def test_closures_of_links_hold_under_any_rules() -> None:
    """Under Flee's rules, closures of type link do nothing; those of a scenario do."""
    applied = apply(close={"link": ["Cerna", "Hub"], "from": 6})
    for rules in (Rules.flee(), Rules.documented()):
        base, changed = simulate_pair(applied.base, applied.changed, replicas=3, rules=rules)
        assert (base.camp_counts[:, :6] == changed.camp_counts[:, :6]).all()
        assert (base.camp("Dol Camp")[:, -1] > changed.camp("Dol Camp")[:, -1]).all()


def test_what_opens_is_open_whatever_the_files_say_and_closes_again() -> None:
    instance = small_instance(closures=(BORDER,))
    applied = apply(instance, open={"border": ["Norland", "Sudland"], "from": 7, "until": 10})
    assert open_days(applied.base, "Cerna", "Hub") == [*range(4), *range(12, LENGTH)]
    assert open_days(applied.changed, "Cerna", "Hub") == [*range(4), *range(7, 10), *range(12, LENGTH)]


def test_what_closes_in_a_scenario_stays_closed_when_the_files_open_it() -> None:
    instance = small_instance(closures=(BORDER,))
    applied = apply(instance, close={"link": ["Cerna", "Hub"], "from": 8, "until": 15})
    assert open_days(applied.changed, "Cerna", "Hub") == [*range(4), *range(15, LENGTH)]


def test_people_on_a_road_that_closes_are_turned_back_and_on_one_that_goes_they_walk_on() -> None:
    """Dol Camp is a long way off: who set out on day 5 arrives later, unless they are turned back."""
    routes = tuple(
        replace(road, distance=1500.0) if road.name2 == "Dol Camp" else road for road in small_instance().routes
    )
    instance = small_instance(routes=routes)
    closed = apply(instance, close={"link": ["Hub", "Dol Camp"], "from": 6})
    gone = apply(instance, road_change={"between": ["Hub", "Dol Camp"], "factor": 100, "from": 6})
    outcomes = [simulate_pair(each.base, each.changed, replicas=5)[1].camp("Dol Camp") for each in (closed, gone)]
    assert (outcomes[0][:, 6:] <= outcomes[0][:, [5]]).all()
    assert (outcomes[1][:, 11] > outcomes[1][:, 5]).all()


def test_a_new_camp_fills_from_its_day_on_and_has_a_series_of_nobody() -> None:
    applied = apply(camp=CAMP)
    base, changed = simulate_pair(applied.base, applied.changed, replicas=4)
    assert base.camps == changed.camps == ("Dol Camp", "Este", "Fara Camp")
    assert (base.camp("Fara Camp") == 0).all()
    assert (changed.camp("Fara Camp")[:, :6] == 0).all()
    assert (changed.camp("Fara Camp")[:, -1] > 100).all()
    assert (base.raw == changed.raw).all()
    assert open_days(applied.changed, "Fara Camp", "Hub") == ALL[6:]
    assert open_days(applied.base, "Fara Camp", "Hub") == []


def test_without_km_a_road_is_the_great_circle_times_a_detour() -> None:
    applied = apply(camp=CAMP | {"roads": [{"to": "Hub", "detour": 1.5}, {"to": "Cerna"}]})
    hub, cerna = (road.distance for road in applied.changed.routes[-2:])
    # 0.3 degrees each way at 11 degrees north.
    assert hub / 1.5 == pytest.approx(46.7, abs=0.3)
    assert cerna / 1.3 == pytest.approx(31.1, abs=0.3)


def test_a_border_that_closes_closes_the_roads_of_a_new_camp_too() -> None:
    applied = apply(camp=CAMP, close={"border": ["Norland", "Sudland"], "from": 9})
    assert open_days(applied.changed, "Cerna", "Fara Camp") == [6, 7, 8]
    assert open_days(applied.changed, "Hub", "Fara Camp") == ALL[6:]


def test_closures_of_the_files_close_new_roads_as_well() -> None:
    applied = apply(small_instance(closures=(BORDER,)), camp=CAMP)
    assert open_days(applied.changed, "Cerna", "Fara Camp") == ALL[12:]


def test_a_new_place_is_there_from_the_start_and_out_of_reach_in_the_base() -> None:
    place = {"name": "Gora", "country": "Norland", "latitude": 11.1, "longitude": 21.1, "type": "forwarding_hub",
             "roads": [{"to": "Cerna", "km": 10}, {"to": "Este", "km": 60, "max_move_speed": 40}]}  # fmt: skip
    applied = apply(place=place)
    assert open_days(applied.changed, "Cerna", "Gora") == ALL
    assert open_days(applied.base, "Cerna", "Gora") == []
    assert applied.changed.routes[-1].attributes == {"max_move_speed": "40.0"}
    assert applied.changed.locations[-1].location_type == "forwarding_hub"
    assert applied.changed.registrations == small_instance().registrations


def test_a_new_road_is_there_in_its_time() -> None:
    applied = apply(road={"between": ["Cerna", "Este"], "km": 20, "from": 5, "until": 9})
    assert open_days(applied.changed, "Este", "Cerna") == [5, 6, 7, 8]
    assert open_days(applied.base, "Este", "Cerna") == []


def test_a_longer_road_takes_the_place_of_the_old_one() -> None:
    changes = [
        {"between": ["Alba", "Este"], "factor": 2, "from": 5, "until": 15},
        {"between": ["Este", "Alba"], "max_move_speed": 50, "from": 10},
    ]
    applied = apply(road_change=changes)
    # One road at any time, of the length and speed of its days.
    assert open_days(applied.changed, "Alba", "Este") == ALL
    network_rows = applied.changed.routes[6:]
    assert [(road.distance, road.attributes) for road in network_rows] == [
        (800.0, {}),
        (400.0, {"max_move_speed": "50.0"}),
        (800.0, {"max_move_speed": "50.0"}),
    ]
    only: dict[int, list[int]] = {}
    for row in range(5, 9):
        others = [each for each in range(5, 9) if each != row]
        elsewhere = (
            replace(road, name1="Hub") if n in others else road for n, road in enumerate(applied.changed.routes)
        )
        only[row] = open_days(replace(applied.changed, routes=tuple(elsewhere)), "Alba", "Este")
    assert (only[5], only[6]) == ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9])
    assert (only[7], only[8]) == ([15, 16, 17, 18, 19], [10, 11, 12, 13, 14])


def test_a_camp_that_closes_becomes_a_town_and_a_camp_again() -> None:
    applied = apply(close={"camp": "Este", "from": 8, "until": 14})
    assert day_by_day(applied.changed, "Este", "camp") == [1] * 8 + [0] * 6 + [1] * 6
    assert day_by_day(applied.base, "Este", "camp") == [1] * 20
    idp = tuple(replace(place, location_type="idpcamp") if place.name == "Este" else place
                for place in small_instance().locations)  # fmt: skip
    applied = apply(small_instance(locations=idp), close={"camp": "Este", "from": 8, "until": 14})
    assert day_by_day(applied.changed, "Este", "idp_camp") == [1] * 8 + [0] * 6 + [1] * 6


@pytest.mark.parametrize(
    ("start", "until", "closed"),
    [
        (6, 9, [3, 4, 5, 9, 10, 11]),
        (0, None, []),
        (6, None, [3, 4, 5]),
        (0, 5, [5, 6, 7, 8, 9, 10, 11]),
        (11, 14, [3, 4, 5, 6, 7, 8, 9, 10]),
    ],
)
def test_a_camp_opens_within_a_closure_of_the_files(start: int, until: int | None, closed: list[int]) -> None:
    instance = small_instance(closures=(Closure("camp", "Este", "", 3, 12),))
    opened = {"camp": "Este", "from": start} | ({} if until is None else {"until": until})
    camp = day_by_day(apply(instance, open=opened).changed, "Este", "camp")
    assert [day for day in ALL if not camp[day]] == closed


def test_a_camp_that_is_closed_for_good_opens_for_a_while() -> None:
    instance = small_instance(closures=(Closure("camp", "Este", "", 3, -1),))
    camp = day_by_day(apply(instance, open={"camp": "Este", "from": 6, "until": 9}).changed, "Este", "camp")
    assert [day for day in ALL if camp[day]] == [0, 1, 2, 6, 7, 8]


def test_a_town_becomes_a_camp_with_a_capacity_and_is_counted() -> None:
    applied = apply(open={"camp": "Cerna", "capacity": 700, "from": 6, "until": 10})
    assert day_by_day(applied.changed, "Cerna", "camp") == [0] * 6 + [1] * 4 + [0] * 10
    assert day_by_day(applied.changed, "Cerna", "capacity") == [-1] * 6 + [700] * 4 + [-1] * 10
    assert applied.changed.location_changes[-1] == LocationChange("Cerna", "town", 10)
    base, changed = simulate_pair(applied.base, applied.changed, replicas=3)
    assert base.camps == ("Cerna", "Dol Camp", "Este")
    assert (base.camp_counts[:, :6] == changed.camp_counts[:, :6]).all()
    # People in a camp stay; the town passes them on.
    assert changed.camp("Cerna")[:, 9].mean() > base.camp("Cerna")[:, 9].mean() + 30


def test_a_scenario_made_in_python_is_the_same() -> None:
    camp = NewCamp(name="Fara Camp", country="Sudland", latitude=11.2, longitude=21.2, capacity=900, start=6,
                   roads=(RoadTo(to="Cerna", km=30), RoadTo(to="Hub")))  # fmt: skip
    scenario = Scenario((Close(border=("Norland", "Sudland"), start="2020-01-10"), camp))  # type: ignore[arg-type]
    made = apply_scenario(small_instance(), scenario)
    read = apply(camp=CAMP, close={"border": ["Norland", "Sudland"], "from": 9})
    assert made.changed.routes == read.changed.routes
    assert made.changed.events.roads == read.changed.events.roads
    assert made.changed.locations == read.changed.locations


def test_everything_that_does_not_fit_is_told_at_once() -> None:
    found = faults(
        close=[
            {"link": ["Cerna", "Este"], "from": 3},
            {"link": ["Cerna", "Estee"], "from": 3},
            {"border": ["Norland", "Nordland"], "from": 3},
            {"border": ["Sudland", "Westland"], "from": 3},
            {"camp": "Cerna", "from": 3},
            {"location": "Hubb", "from": 20},
            {"link": ["Cerna", "Hub"], "from": 9, "until": 9},
        ],
        open=[
            {"camp": "Este", "from": 3},
            {"camp": "Cerna", "from": 3},
            {"link": ["Cerna", "Hub"], "from": 3, "capacity": 5},
        ],
        camp=[CAMP | {"name": "Este"}, CAMP | {"roads": [{"to": "Fara Camp"}, {"to": "Hub"}, {"to": "Hub"}]}],
        road=[
            {"between": ["Cerna", "Hub"]},
            {"between": ["Cerna", "Dol Camp"], "from": "2019-12-31"},
        ],
        road_change=[{"between": ["Cerna", "Hub"], "from": 3}],
    )
    assert found == [
        "place_exists", "road_exists", "road_exists",
        "road_exists", "day",
        "no_change",
        "not_closed", "capacity_needed", "capacity_of_camp_only",
        "no_road", "unknown_place", "unknown_country", "no_border_road", "no_camp", "day", "unknown_place", "order",
    ]  # fmt: skip


def test_a_road_between_places_on_the_same_spot_needs_km() -> None:
    spot = {"latitude": 11.5, "longitude": 21.5}
    assert faults(camp=CAMP | spot | {"roads": [{"to": "Hub"}]}) == ["no_length"]
    assert faults(camp=CAMP | spot | {"roads": [{"to": "Hub", "km": 2}]}) == []
    assert faults(camp={**CAMP, "roads": []}) == ["value"]


def test_a_country_that_is_new_is_told() -> None:
    remarks = apply(camp=CAMP | {"country": "Sudlnd"}).remarks
    assert [remark.key for remark in remarks] == ["new_country"]
    assert "Sudland" in remarks[0].sentence("fr")


def test_the_instance_itself_is_not_changed() -> None:
    instance = small_instance()
    before = (instance.locations, instance.routes, instance.closures, instance.conflicts.values.copy())
    applied = apply(instance, camp=CAMP, close={"camp": "Este", "from": 3}, conflict={"place": "Cerna", "from": 3})
    assert (instance.locations, instance.routes, instance.closures) == before[:3]
    assert np.array_equal(instance.conflicts.values, before[3])
    assert applied.base.closures == instance.closures
    assert applied.base.conflicts is instance.conflicts
