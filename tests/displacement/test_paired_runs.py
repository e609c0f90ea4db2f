"""Two runs hand in hand: each as it is alone, and no further apart than their instances make them."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from havre.displacement.events import Events, RoadEvent
from havre.displacement.instance import Closure, Instance, LocationChange
from havre.displacement.outcome import Outcome
from havre.displacement.paired_runs import simulate_pair
from havre.displacement.rules import Occupancy, Rules
from havre.displacement.simulate import simulate
from havre.errors import DisplacementError
from tests.displacement.equivalence.two_sample import (
    Check,
    covariance_between,
    distribution_between,
    found,
    mean_between,
    smallest_difference,
    variance_between,
)
from tests.displacement.small_instances import LOCATIONS, registrations, settings, small_instance

REPLICAS = 400
ERROR = 1e-3
"""Chance that the laws are found to differ although they do not; seeds are fixed."""
CUT_ON = 9


def crowded() -> Instance:
    """Make an instance whose camps fill: what people choose then depends on how full they are, part by part."""
    places = tuple(
        replace(place, population={"Dol Camp": 420, "Este": 150}.get(place.name, place.population))
        for place in LOCATIONS
    )
    counts = {0: 30.0, 10: 300.0, 19: 700.0}
    return small_instance(
        locations=places,
        registrations=registrations({"total": counts, "Dol Camp": counts, "Este": {0: 10.0, 19: 100.0}}),
        settings=settings({"camp_movechance": 0.05, "default_movechance": 0.5}),
    )


def cut(instance: Instance) -> Instance:
    """Shut the road to the hub from a day on."""
    return replace(instance, events=Events(roads=(RoadEvent((3,), CUT_ON, None, "shut"),)))


def differences(first: Outcome, second: Outcome) -> Iterator[Check]:
    """Compare laws of camps on some days, of the way between two days, and of two camps."""
    for camp, name in enumerate(first.camps):
        for day in (8, 11, 15, 19):
            one, other = first.camp_counts[:, day, camp], second.camp_counts[:, day, camp]
            what = f"{name}, day {day}"
            yield from mean_between(what, one, other)
            yield from variance_between(what, one, other)
            yield from distribution_between(what, one, other)
        days = [(each.camp_counts[:, 11, camp], each.camp_counts[:, 19, camp]) for each in (first, second)]
        yield from covariance_between(f"{name}, days 11 and 19", *days)
    camps = [(each.camp_counts[:, 15, 0], each.camp_counts[:, 15, 1]) for each in (first, second)]
    yield from covariance_between("both camps, day 15", *camps)


@pytest.mark.parametrize("occupancy", ["frozen", pytest.param("adaptive", marks=pytest.mark.slow)])
def test_each_run_of_a_pair_has_the_law_of_a_run_alone(occupancy: Occupancy) -> None:
    """Each check finds a shift of a camp's mean by 0.45 standard deviations of a run with power 0.9."""
    base, changed = crowded(), cut(crowded())
    pair = simulate_pair(base, changed, replicas=REPLICAS, seed=1, occupancy=occupancy)
    for instance, outcome in zip((base, changed), pair, strict=True):
        alone = simulate(instance, replicas=REPLICAS, seed=2, occupancy=occupancy)
        checks = list(differences(outcome, alone))
        assert len(checks) > 20
        assert found(checks, ERROR) == []
        assert smallest_difference(ERROR / len(checks), REPLICAS, REPLICAS) < 0.45


def test_the_check_finds_another_law() -> None:
    """The power of the test above, at a capacity that is 10 people (2.4 %) higher."""
    base = crowded()
    larger = replace(base.locations[4], population=430)
    other = replace(base, locations=(*base.locations[:4], larger, *base.locations[5:]))
    one, two = (simulate(instance, replicas=REPLICAS, seed=seed) for instance, seed in ((base, 1), (other, 2)))
    assert found(differences(one, two), ERROR)


def test_the_same_instance_twice_gives_the_same_numbers() -> None:
    one, other = simulate_pair(crowded(), crowded(), replicas=20)
    assert (one.camp_counts == other.camp_counts).all()
    assert (one.people == other.people).all()
    assert one.camp_counts.var(axis=0).max() > 0


@pytest.mark.parametrize("occupancy", ["adaptive", "frozen"])
def test_before_the_runs_part_they_are_the_same(occupancy: Occupancy) -> None:
    one, other = simulate_pair(crowded(), cut(crowded()), replicas=20, occupancy=occupancy)
    difference = other.camp_counts - one.camp_counts
    assert (difference[:, :CUT_ON] == 0).all()
    assert (difference[:, -1] != 0).any()
    assert (one.people == other.people).all()


def test_both_runs_split_a_pass_into_the_parts_that_either_needs() -> None:
    """Without its camps' limits the base needs no parts; it takes those of the other run all the same."""
    free = tuple(replace(place, population=0) if "camp" in place.location_type else place for place in LOCATIONS)
    full = crowded()
    one, other = simulate_pair(replace(full, locations=free), full, replicas=6)
    assert simulate(replace(full, locations=free), replicas=6).steps.max() == 1
    assert (one.steps == other.steps).all()
    assert (one.steps > 1).sum() > 3
    frozen, _ = simulate_pair(replace(full, locations=free), full, replicas=6, occupancy="frozen")
    assert frozen.steps.max() == 1


def test_pairing_cuts_the_variance_of_a_small_change() -> None:
    base = crowded()
    roads = tuple(replace(road, distance=405.0) if road.name2 == "Este" else road for road in base.routes)
    one, other = simulate_pair(base, replace(base, routes=roads), replicas=200)
    paired = (other.camp_counts - one.camp_counts)[:, -1].var(axis=0).sum()
    unpaired = one.camp_counts[:, -1].var(axis=0).sum() + other.camp_counts[:, -1].var(axis=0).sum()
    assert unpaired > 5 * paired


def test_pairs_do_not_depend_on_the_number_of_workers() -> None:
    base, changed = crowded(), cut(crowded())
    one = simulate_pair(base, changed, replicas=300, days=6, workers=1)
    two = simulate_pair(base, changed, replicas=300, days=6, workers=2)
    assert all((a.camp_counts == b.camp_counts).all() for a, b in zip(one, two, strict=True))
    assert len(np.unique(one[0].camp_counts[:, -1, 0])) > 1


def test_other_kinds_of_instances_go_hand_in_hand_as_well() -> None:
    """Routes of several hops, walking, memory of short ways, doubled roads, changes of type and closures."""
    base = replace(
        crowded(),
        settings=settings({"awareness_level": 2, "avoid_short_stints": True, "start_on_foot": True}),
        routes=(
            *crowded().routes[:2],
            replace(crowded().routes[2], forced_redirection=1),
            *(replace(road, attributes={"walk_probability": "0.3"}) for road in crowded().routes[3:]),
        ),
        closures=(Closure("country", "Norland", "Sudland", 4, 7),),
        location_changes=(LocationChange("Cerna", "marker", 12),),
    )
    one, other = simulate_pair(base, cut(base), replicas=4)
    assert (one.camp_counts[:, :CUT_ON] == other.camp_counts[:, :CUT_ON]).all()
    assert (one.camp_counts[:, -1] != other.camp_counts[:, -1]).any()
    same, again = simulate_pair(base, base, replicas=4)
    assert (same.camp_counts == again.camp_counts).all()


def test_documented_rules_apply_to_both() -> None:
    base = crowded()
    shut = replace(base, closures=(Closure("link", "Cerna", "Hub", CUT_ON, -1),))
    flee = simulate_pair(base, shut, replicas=5)
    documented = simulate_pair(base, shut, replicas=5, rules=Rules.documented())
    assert (flee[0].camp_counts == flee[1].camp_counts).all()
    assert (documented[0].camp_counts != documented[1].camp_counts).any()


def test_instances_with_other_places_or_roads_are_refused() -> None:
    base = crowded()
    others = (
        replace(base, routes=base.routes[:-1]),
        replace(base, length=19),
        replace(base, locations=base.locations[:-1], routes=base.routes[:-1]),
    )
    for other in others:
        with pytest.raises(DisplacementError, match="hand in hand"):
            simulate_pair(base, other)
