"""A scenario applied: two instances that can be simulated hand in hand, and faults of changes made in Python."""

from pathlib import Path

import numpy as np
import pytest

from havre.displacement.flee_writer import write_instance
from havre.displacement.paired_runs import simulate_pair
from havre.displacement.scenario import apply_scenario
from havre.displacement.scenario_changes import Capacity, Close, DailyArrivals, NewPlace, NewRoad, RoadTo, Scenario
from havre.errors import DisplacementError
from tests.displacement.scenario_case import BORDER, apply, open_days
from tests.displacement.small_instances import small_instance


def keys_of(scenario: Scenario) -> list[str]:
    with pytest.raises(DisplacementError) as caught:
        apply_scenario(small_instance(), scenario)
    return [problem.key.removeprefix("displacement.scenario.") for problem in caught.value.problems]


def test_values_of_changes_made_in_python_are_checked_too() -> None:
    scenario = Scenario(
        (
            Close(link=("Cerna", "Hub"), camp="Este", start=3),
            Close(start=-3, location="Hub"),
            Capacity(camp="Este", factor=float("nan"), start=3),
            NewRoad(between=("Cerna", "Este"), km=-5.0),
            NewPlace(name="X", country="Y", latitude=1.0, longitude=1.0, roads=(RoadTo(to="Hub", km=1.0, detour=2.0),)),
            DailyArrivals(people=np.array([1.0, -1.0])),
        )
    )
    assert keys_of(scenario) == ["at_most_one", "value", "one_of", "value", "value", "value"]


def test_a_scenario_without_changes_is_refused() -> None:
    assert keys_of(Scenario(())) == ["empty"]


def test_faults_of_values_and_of_what_does_not_fit_are_told_together() -> None:
    scenario = Scenario((Close(location="Nowhere", start=3), Capacity(camp="Este", factor=-1.0, start=3)))
    assert keys_of(scenario) == ["value", "unknown_place"]


def test_the_base_is_the_instance_but_for_places_and_roads_out_of_reach() -> None:
    """Who stands in the base is as if nothing had been added: the same law, so the same numbers of the same chance."""
    instance = small_instance(closures=(BORDER,))
    applied = apply(instance, road={"between": ["Cerna", "Este"], "km": 20}, conflict={"place": "Cerna", "from": 9})
    assert applied.base.locations == instance.locations
    assert applied.base.closures == instance.closures
    assert applied.base.conflicts is instance.conflicts
    assert open_days(applied.base, "Cerna", "Este") == []
    base, _ = simulate_pair(applied.base, applied.base, replicas=5)
    plain, _ = simulate_pair(instance, instance, replicas=5)
    assert (base.camp_counts == plain.camp_counts).all()


def test_a_scenario_on_top_of_another_keeps_what_was_changed() -> None:
    first = apply(close={"link": ["Cerna", "Hub"], "from": 6}, capacity={"camp": "Este", "capacity": 500, "from": 3})
    second = apply(first.changed, close={"link": ["Alba", "Este"], "from": 9})
    assert open_days(second.base, "Cerna", "Hub") == open_days(second.changed, "Cerna", "Hub") == list(range(6))
    assert open_days(second.base, "Alba", "Este") == list(range(20))
    assert open_days(second.changed, "Alba", "Este") == list(range(9))
    assert second.changed.events.capacities == first.changed.events.capacities


def test_an_instance_with_changes_of_a_scenario_is_not_written_as_flee_files(tmp_path: Path) -> None:
    applied = apply(close={"link": ["Cerna", "Hub"], "from": 6})
    with pytest.raises(DisplacementError, match="no columns"):
        write_instance(applied.changed, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    write_instance(applied.base, tmp_path / "base")


def test_remarks_are_said_in_both_languages() -> None:
    remark = apply(conflict={"place": "Hub", "from": 3}).remarks[0]
    assert "Hub" in remark.sentence("en")
    assert "Hub" in remark.sentence("fr") != remark.sentence("en")
