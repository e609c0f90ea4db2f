"""The way in: seeds, workers, days, records, parameters, and what makes two runs the same."""

from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from havre.displacement import Outcome, Rules, simulate
from havre.displacement.instance import Instance
from havre.displacement.settings import V1_RULES
from havre.displacement.simulate import PARAMETERS
from havre.errors import DisplacementError
from tests.displacement.sketches import WAR, people_at, place, roads, sketch
from tests.displacement.small_instances import LENGTH, small_instance, tiny_instance, with_settings

simulate_module = import_module("havre.displacement.simulate")
"""The package has a function of the same name."""


def crossing(**move: Any) -> Instance:
    """Make a small country in which every parameter matters."""
    places = [
        WAR,
        place("Riot", "conflict_zone", 400, conflict_intensity=2),
        place("Town"),
        place("Idp", "idpcamp", 60),
        place("Camp", "camp", 150, "Away"),
        place("Far", "camp", 0, "Away"),
    ]
    routes = roads(
        ("War", "Riot", 40),
        ("War", "Town", 50),
        ("Town", "Idp", 30),
        ("Town", "Camp", 80),
        ("Idp", "Camp", 90),
        ("Riot", "Far", 200),
        ("Town", "Far", 150),
        ("Camp", "Far", 60),
    )
    base = {"camp_movechance": 0.1, "idpcamp_movechance": 0.2, "default_movechance": 0.4, "conflict_movechance": 0.8}
    camps = {"total": {0: 300.0, 5: 700.0}}
    return sketch(places, routes, length=6, camps=camps, move=base | {"max_move_speed": 200.0} | move)


def bits(outcome: Outcome) -> list[bytes]:
    """Give all numbers of an outcome."""
    found = [getattr(outcome, name) for name in ("camp_counts", "people", "raw", "debt", "steps")]
    found += [outcome.location_means, outcome.link_flows, outcome.daily_link_flows]
    return [array.tobytes() for array in found if array is not None]


EVERYTHING = ("locations", "flows", "daily_flows")


def test_the_same_seed_gives_the_same_bits_and_another_does_not() -> None:
    one, same, other = (simulate(crossing(), replicas=3, seed=seed, record=EVERYTHING) for seed in (1, 1, 2))
    assert bits(one) == bits(same)
    assert bits(one)[0] != bits(other)[0]
    assert (one.seed, other.seed) == (1, 2)


def test_the_same_bits_for_one_worker_and_for_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate_module, "MOST_TOGETHER", 2)
    done: list[tuple[str, int, int]] = []
    one = simulate(crossing(), replicas=5, days=3, record=EVERYTHING)
    two = simulate(
        crossing(), replicas=5, days=3, record=EVERYTHING, workers=2, progress=lambda *what: done.append(what)
    )
    assert bits(one) == bits(two)
    assert one.replicas == 5
    assert done == [("small", 2, 5), ("small", 4, 5), ("small", 5, 5)]


def test_replicas_drawn_together_do_not_depend_on_how_many_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate_module, "MOST_TOGETHER", 3)
    few, more = (simulate(crossing(), replicas=replicas) for replicas in (6, 8))
    assert np.array_equal(more.camp_counts[:6], few.camp_counts)
    # Chunks draw for themselves.
    assert not np.array_equal(few.camp_counts[:3], few.camp_counts[3:])


def test_chunks_are_put_together_replica_by_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate_module, "MOST_TOGETHER", 3)
    chances = np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    places = [WAR, place("Camp", "camp")]
    instance = sketch(places, roads(("War", "Camp", 50)))
    outcome = simulate(instance, replicas=5, parameters={"conflict_movechance": chances}, record=("locations", "flows"))
    assert outcome.camp("Camp")[:, 0].tolist() == [0, 100, 0, 100, 100]
    assert outcome.location_means is not None
    assert outcome.location_means[0].tolist() == [40, 60]
    assert outcome.link_flows is not None
    assert outcome.link_flows.tolist() == [60, 0]


def test_steps_are_those_of_the_replica_that_needs_most(monkeypatch: pytest.MonkeyPatch) -> None:
    places = [WAR, place("Town", "forwarding_hub"), place("Camp", "camp", 100), place("Other", "camp")]
    routes = roads(("War", "Town", 10), ("Town", "Camp", 10), ("Town", "Other", 10))
    instance = sketch(places, routes, people=1_000, move={"conflict_weight": 0.0})
    # A capacity of 0 is no limit.
    scaling = {"capacity_scaling": np.array([0.0, 1.0, 0.0])}
    for together in (1, 3):
        monkeypatch.setattr(simulate_module, "MOST_TOGETHER", together)
        outcome = simulate(instance, replicas=3, parameters=scaling, days=1)
        assert outcome.steps[0] > 50
        assert outcome.camp("Camp")[[0, 2], 0].min() > 400
        assert outcome.camp("Camp")[1, 0] < 120


def test_large_networks_are_drawn_in_smaller_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulate_module, "CELLS_AT_ONCE", 50)
    seen: list[int] = []
    # 6 places and 16 links: two replicas have 44 cells.
    simulate(crossing(), replicas=5, days=1, progress=lambda _, done, __: seen.append(done))
    assert seen == [2, 4, 5]


def test_days() -> None:
    whole, part = simulate(small_instance()), simulate(small_instance(), days=7)
    assert (whole.days, part.days) == (LENGTH, 7)
    assert np.array_equal(whole.camp_counts[:, :7], part.camp_counts)
    assert simulate(tiny_instance()).days == 5


def test_names_and_shapes() -> None:
    outcome = simulate(small_instance(), replicas=2, record=EVERYTHING)
    assert outcome.camps == ("Dol Camp", "Este")
    assert outcome.locations == ("Alba", "Brod", "Cerna", "Hub", "Dol Camp", "Este")
    assert outcome.camp_counts.shape == (2, LENGTH, 2)
    assert outcome.people.shape == (2, LENGTH)
    assert outcome.raw.shape == outcome.debt.shape == outcome.steps.shape == (LENGTH,)
    assert outcome.location_means is not None
    assert outcome.location_means.shape == (LENGTH, 6)
    assert outcome.links is not None
    assert outcome.links[:4].tolist() == [[0, 1], [1, 0], [0, 2], [2, 0]]
    assert outcome.link_flows is not None
    assert outcome.link_flows.shape == (12,)
    assert outcome.daily_link_flows is not None
    assert outcome.daily_link_flows.shape == (LENGTH, 12)
    assert (outcome.name, outcome.hasten) == ("small", 1)


def test_records_agree_with_the_camps() -> None:
    outcome = simulate(crossing(), replicas=3, record=EVERYTHING)
    assert outcome.location_means is not None
    assert outcome.link_flows is not None
    assert outcome.daily_link_flows is not None
    columns = [outcome.locations.index(camp) for camp in outcome.camps]
    assert np.allclose(outcome.location_means[:, columns], outcome.camp_counts.mean(axis=0))
    assert np.allclose(outcome.daily_link_flows.sum(axis=0), outcome.link_flows)
    # What is recorded changes nothing.
    assert np.array_equal(simulate(crossing(), replicas=3).camp_counts, outcome.camp_counts)
    plain = simulate(crossing(), record=("flows",))
    assert plain.location_means is plain.daily_link_flows is None
    assert plain.link_flows is not None


OTHER: dict[str, tuple[float, float]] = {
    "foreign_weight": (1.0, 4.0),
    "camp_weight": (1.0, 5.0),
    "conflict_weight": (0.05, 1.0),
    "conflict_movechance": (0.3, 0.9),
    "camp_movechance": (0.01, 0.4),
    "idpcamp_movechance": (0.01, 0.8),
    "default_movechance": (0.1, 0.9),
    "softening": (1.0, 500.0),
    "weight_softening": (0.0, 5.0),
    "weight_power": (0.2, 3.0),
    "distance_power": (0.2, 3.0),
    "capacity_scaling": (0.5, 3.0),
    "capacity_buffer": (0.2, 0.95),
}
"""Two values of each parameter that give different camps."""


def test_every_parameter_is_looked_at() -> None:
    assert set(OTHER) == set(PARAMETERS)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_by_replica_has_the_law_of_runs_with_its_value(name: str) -> None:
    half = 60
    rest: dict[str, Any] = {"occupancy": "frozen", "days": 3}
    values = np.repeat(OTHER[name], half)
    mixed = simulate(crossing(), replicas=2 * half, parameters={name: values}, **rest).camp_counts[:, -1]
    means = []
    for number, value in enumerate(OTHER[name]):
        alone = simulate(crossing(**{name: value}), replicas=half, seed=9, **rest).camp_counts[:, -1]
        own = mixed[number * half : (number + 1) * half]
        error = np.sqrt((own.var(axis=0) + alone.var(axis=0)) / half) + 1e-9
        assert (np.abs(own.mean(axis=0) - alone.mean(axis=0)) < 4.5 * error).all()
        means.append((own.mean(axis=0), error))
    # And the two values differ by more than chance.
    assert (np.abs(means[0][0] - means[1][0]) / np.hypot(means[0][1], means[1][1])).max() > 8


def test_one_value_for_all_replicas_gives_the_bits_of_the_setting() -> None:
    values = {name: np.full(3, OTHER[name][1]) for name in PARAMETERS}
    setting = crossing(**{name: OTHER[name][1] for name in PARAMETERS})
    one, other = simulate(crossing(), replicas=3, parameters=values), simulate(setting, replicas=3)
    assert np.array_equal(one.camp_counts, other.camp_counts)


def test_version_1_rules_are_those_five_settings() -> None:
    move = {"max_move_speed": 500.0, "start_on_foot": True, "avoid_short_stints": True, "camp_weight": 9.0}
    old = simulate(crossing(**move, use_v1_rules=True), replicas=3)
    assert np.array_equal(old.camp_counts, simulate(crossing(**move | dict(V1_RULES)), replicas=3).camp_counts)
    assert not np.array_equal(old.camp_counts, simulate(crossing(**move), replicas=3).camp_counts)
    parameters = {"camp_weight": np.full(3, 2.0), "conflict_weight": np.full(3, 0.25)}
    same = simulate(crossing(**move, use_v1_rules=True), replicas=3, parameters=parameters)
    assert np.array_equal(old.camp_counts, same.camp_counts)


def test_hasten_divides_people_and_capacities() -> None:
    places = [place("War", "conflict_zone", 1_009), place("Camp", "camp", 1_009)]
    routes = roads(("War", "Camp", 50))
    # 300 people are 30; 1,009 places are 100, and so full for more than 95 of these.
    for people, expected in ((305, 30), (2_000, 200)):
        instance = sketch(places, routes, people=people, hasten=10)
        assert people_at(instance) == {"War": 0, "Camp": expected}
    full = [places[0], replace(places[1], attributes={"initial_idps": "96"})]
    assert people_at(sketch(full, routes, people=300, hasten=10)) == {"War": 30, "Camp": 96}
    outcome = simulate(sketch(places, routes, people=305, hasten=10))
    assert (outcome.hasten, outcome.raw.tolist()) == (10, [30, 30, 30])


def test_settings_other_than_the_defaults_are_those_of_the_instance() -> None:
    instance = with_settings(tiny_instance(), move={"conflict_movechance": 0.0}, spawn={"insert_day0": False})
    assert simulate(instance, rules=Rules.documented()).camp("Camp").sum() == 0
    assert simulate(tiny_instance()).camp("Camp")[0, -1] > 0


def test_what_cannot_be_counted_is_refused_with_the_reason_in_both_languages() -> None:
    settings = crossing(two_system_decision_making=1.0).settings
    asking = replace(crossing(), settings=replace(settings, log_levels=replace(settings.log_levels, agent=1)))
    with pytest.raises(DisplacementError) as raised:
        simulate(asking, rules=Rules.documented())
    assert [problem.key.rpartition(".")[2] for problem in raised.value.problems] == ["agents_out", "two_systems"]
    english, french = raised.value.message("en").splitlines(), raised.value.message("fr").splitlines()
    assert "agents.out follows every person" in english[0]
    assert "agents.out suit" in french[0]
    assert "contacts" in english[1]
    assert "two_system_decision_making" in french[1]
    assert len(english) == len(french) == 2
    for language, words in (("en", ("log_levels.agent", "“flee”")), ("fr", ("log_levels.agent", "flee"))):
        advice = raised.value.advice(language)  # type: ignore[arg-type]
        assert all(word in advice for word in words)
    with pytest.raises(DisplacementError) as raised:
        simulate(asking)
    assert len(raised.value.problems) == 1
